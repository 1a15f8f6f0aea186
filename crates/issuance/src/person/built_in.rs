//! The people built in.

use mynumber_applet::{Date, MunicipalityCode, MyNumber, Sex};

use super::{Municipality, Person};

/// One of the people built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltIn {
    /// The short name that chooses them.
    pub id: &'static str,
    /// What they are there for, in one sentence.
    pub about: &'static str,
    name: &'static str,
    name_substitutes: Option<&'static str>,
    address: &'static str,
    birth_date: &'static str,
    sex: Sex,
    end_of_stay: Option<&'static str>,
    /// My Number without check digit, serial number and security code come from it.
    number: u8,
}

/// The people, in the order that lists show them.
pub const ALL: [BuiltIn; 6] = [
    BuiltIn {
        id: "taro",
        about: "An adult with both certificates.",
        name: "試験　太郎",
        name_substitutes: None,
        address: "見本県試験市架空一丁目２番３号",
        birth_date: "19850505",
        sex: Sex::Male,
        end_of_stay: None,
        number: 1,
    },
    BuiltIn {
        id: "hanako",
        about: "Another adult with both certificates, to tell two cards apart.",
        name: "見本　花子",
        name_substitutes: None,
        address: "見本県試験市架空一丁目２番３号　見本荘１０１",
        birth_date: "19921103",
        sex: Sex::Female,
        end_of_stay: None,
        number: 2,
    },
    BuiltIn {
        id: "kodomo",
        about: "A child: no signature certificate, and a card of five years.",
        name: "試験　小春",
        name_substitutes: None,
        address: "見本県試験市架空一丁目２番３号",
        birth_date: "20200405",
        sex: Sex::Female,
        end_of_stay: None,
        number: 3,
    },
    BuiltIn {
        id: "alexandria",
        about: "A foreign resident with a long name in Latin letters, whose stay ends before the card would.",
        name: "SPECIMEN ALEXANDRIA CONSTANTINA MAXIMILIANA",
        name_substitutes: None,
        address: "見本県試験市架空二丁目３４番５６－７８９号　テストレジデンス見本１２０３",
        birth_date: "19990909",
        sex: Sex::Female,
        end_of_stay: Some("20280331"),
        number: 4,
    },
    BuiltIn {
        id: "watanabe",
        about: "Somebody whose name holds a substitute character (代替文字).",
        name: "渡邉　試美",
        name_substitutes: Some("01000"),
        address: "見本県試験市架空三丁目４番５号",
        birth_date: "19760229",
        sex: Sex::Female,
        end_of_stay: None,
        number: 5,
    },
    BuiltIn {
        id: "chojiro",
        about: "Somebody born in 大正, whose era year is one that others have too.",
        name: "試験　長次郎",
        name_substitutes: None,
        address: "見本県試験市大字見本１２３４番地",
        birth_date: "19250303",
        sex: Sex::Male,
        end_of_stay: None,
        number: 6,
    },
];

/// Where the people built in live: prefectures have the codes 01 to 47, so this is none.
const MUNICIPALITY: (&[u8; 5], &str, &str) = (b"99101", "Mihon-ken", "Shiken-shi");

/// The municipality of the people built in; always there.
pub(super) fn municipality() -> Option<Municipality> {
    let (code, prefecture, city) = MUNICIPALITY;
    let code = MunicipalityCode::parse(code).ok()?;
    Some(Municipality { code, prefecture: prefecture.into(), city: city.into() })
}

/// The person with this short name.
#[must_use]
pub fn find(id: &str) -> Option<Person> {
    ALL.iter().find(|row| row.id == id).and_then(BuiltIn::person)
}

impl BuiltIn {
    /// The person; always there (a test makes all of them).
    #[must_use]
    pub fn person(&self) -> Option<Person> {
        let date = |text: &str| Date::parse(text.as_bytes()).ok();
        let body = format!("000000000{:02}", self.number);
        Some(Person {
            name: self.name.into(),
            address: self.address.into(),
            birth_date: date(self.birth_date)?,
            sex: self.sex,
            my_number: MyNumber::from_body(body.as_bytes().try_into().ok()?).ok()?,
            municipality: municipality()?,
            serial: format!("9900000000000{:02}", self.number),
            security_code: format!("99{:02}", self.number),
            expiry: None,
            end_of_stay: match self.end_of_stay {
                Some(text) => Some(date(text)?),
                None => None,
            },
            name_substitutes: self.name_substitutes.map_or_else(|| none(self.name), Into::into),
            address_substitutes: none(self.address),
            wants_signature: true,
            wants_user_authentication: true,
            portrait: u32::from(self.number),
        })
    }
}

/// The flags of a text without substitutes.
pub(super) fn none(text: &str) -> String {
    text.chars().map(|_| '0').collect()
}

#[cfg(test)]
mod tests {
    use super::{ALL, find};
    use std::collections::BTreeSet;

    #[test]
    fn everybody_built_in_fits_on_a_card_and_differs_from_the_others() {
        let people: Vec<_> = ALL.iter().map(|row| find(row.id).expect(row.id)).collect();
        for person in &people {
            assert_eq!(person.check(), Ok(()));
            assert!(person.municipality.code.prefecture() > 47);
        }
        let distinct =
            |field: fn(&super::Person) -> String| people.iter().map(field).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|person| person.my_number.as_str().into()), ALL.len());
        assert_eq!(distinct(|person| person.serial.clone()), ALL.len());
        assert_eq!(distinct(|person| person.name.clone()), ALL.len());
        assert!(find("nobody").is_none());
    }
}
