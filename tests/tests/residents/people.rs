//! Who the fifty are, and what becomes of their cards.

use mynumber::applet::{MyNumber, Sex};
use mynumber::issuance::application::{Channel, Particulars, Wishes, parse_date};
use mynumber::issuance::desk::substitutes::Flags;
use mynumber::issuance::lifecycle::State;
use mynumber::issuance::person::{Person, built_in};

use crate::town::date;

/// How every signature password begins; it stands nowhere else, so that it can be searched for.
pub(crate) const PASSWORD: &str = "QX7TOWN";

/// What a resident is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Adult,
    Under15,
    Aged15To17,
    Ward,
    ForeignResident,
    WithoutSignature,
    WithoutUserAuthentication,
    WithoutBoth,
    SubstituteCharacters,
    OtherSubstitutes,
    HandWritten,
    EraBirthDate,
    FaceAuthentication,
    SwitchedAndBack,
    Renewed,
    LostAndReplaced,
    Uncollected,
    Moved,
    Renamed,
    SuspendedAndLifted,
    Suspended,
    UnlockedAtWindow,
    PasswordAtKiosk,
    PinAtKiosk,
    OwnChanges,
    Returned,
    SentBack,
}

impl Kind {
    /// Where the cases of such a resident stand at the end.
    pub(crate) const fn ends(self) -> &'static [State] {
        match self {
            Self::Renewed | Self::LostAndReplaced => &[State::Replaced, State::HandedOver],
            Self::Uncollected => &[State::Uncollected],
            Self::Suspended => &[State::Suspended],
            Self::Returned => &[State::Returned],
            Self::SentBack => &[State::SentBack],
            _ => &[State::HandedOver],
        }
    }

    /// Whether a second card follows the first.
    pub(crate) const fn has_successor(self) -> bool {
        self.ends().len() == 2
    }
}

/// The kinds, how many of each, and what the birth dates look like on their applications.
const KINDS: [(Kind, usize, &str); 27] = [
    (Kind::Adult, 4, "1985-05-05"),
    (Kind::Under15, 3, "令和2年4月5日"),
    (Kind::Aged15To17, 3, "2010-02-03"),
    (Kind::Ward, 2, "昭和25年6月7日"),
    (Kind::ForeignResident, 3, "1999-09-09"),
    (Kind::WithoutSignature, 2, "1977-07-17"),
    (Kind::WithoutUserAuthentication, 2, "1966-06-16"),
    (Kind::WithoutBoth, 2, "1955-05-15"),
    (Kind::SubstituteCharacters, 2, "1976-02-29"),
    (Kind::OtherSubstitutes, 1, "1981-01-11"),
    (Kind::HandWritten, 2, "昭和39年10月10日"),
    (Kind::EraBirthDate, 4, "大正15年12月24日"),
    (Kind::FaceAuthentication, 2, "昭和5年8月9日"),
    (Kind::SwitchedAndBack, 1, "1971-03-30"),
    (Kind::Renewed, 2, "1990-04-14"),
    (Kind::LostAndReplaced, 2, "1993-12-24"),
    (Kind::Uncollected, 1, "1988-08-08"),
    (Kind::Moved, 2, "1982-10-30"),
    (Kind::Renamed, 1, "1996-11-11"),
    (Kind::SuspendedAndLifted, 1, "1969-09-19"),
    (Kind::Suspended, 1, "1974-01-31"),
    (Kind::UnlockedAtWindow, 1, "1959-02-28"),
    (Kind::PasswordAtKiosk, 1, "1986-06-06"),
    (Kind::PinAtKiosk, 1, "1987-07-07"),
    (Kind::OwnChanges, 2, "1991-01-01"),
    (Kind::Returned, 1, "1948-03-03"),
    (Kind::SentBack, 1, "1984-04-04"),
];

/// Birth dates on both sides of the changes of era.
const ERAS: [(&str, &str); 4] = [
    ("大正15年12月24日", "19261224"),
    ("昭和元年12月25日", "19261225"),
    ("昭和64年1月7日", "19890107"),
    ("平成元年1月8日", "19890108"),
];

/// A resident, and the card that is made for them.
pub(crate) struct Resident {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    /// What stands on the card.
    pub(crate) person: Person,
    /// What the resident record says.
    pub(crate) record: Particulars,
    /// The birth date as entered.
    pub(crate) birth: String,
    pub(crate) wishes: Wishes,
    pub(crate) channel: Channel,
}

impl Resident {
    pub(crate) fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    /// The resident again, for a second card with a serial number of its own.
    pub(crate) fn successor(&self) -> Self {
        let mut person = self.person.clone();
        person.serial = serial(500 + self.number);
        let mut record = self.record.clone();
        if self.kind == Kind::Renewed {
            person.end_of_stay = Some(date("20310331"));
            record.end_of_stay = person.end_of_stay;
        }
        Self {
            person,
            record,
            kind: self.kind,
            birth: self.birth.clone(),
            channel: Channel::PersonalComputer,
            ..*self
        }
    }
}

fn serial(number: u64) -> String {
    format!("99{number:013}")
}

/// All fifty.
pub(crate) fn residents() -> Vec<Resident> {
    let mut all = Vec::new();
    for (kind, count, birth) in KINDS {
        for (era, _) in ERAS.iter().cycle().take(count) {
            let birth = if kind == Kind::EraBirthDate { era } else { birth };
            all.push(resident(u64::try_from(all.len()).unwrap() + 1, kind, birth));
        }
    }
    for (typed, western) in ERAS {
        assert_eq!(parse_date(typed).unwrap(), date(western), "{typed}");
    }
    all
}

fn resident(number: u64, kind: Kind, birth: &str) -> Resident {
    let mut person = built_in::find("taro").unwrap();
    let wide: String = format!("{number:02}").chars().map(wide).collect();
    let (record_name, card_name) = match kind {
        Kind::SubstituteCharacters | Kind::OtherSubstitutes => {
            (format!("髙橋　{wide}"), format!("高橋　{wide}"))
        }
        Kind::ForeignResident => {
            (format!("SPECIMEN ALEXANDRIA {number}"), format!("SPECIMEN ALEXANDRIA {number}"))
        }
        _ => (format!("検証　{wide}"), format!("検証　{wide}")),
    };
    person.address = format!("見本県試験市架空{wide}番地");
    person.name_substitutes = Flags::between(&record_name, &card_name).unwrap().as_str().to_owned();
    person.address_substitutes = Flags::none(&person.address).as_str().to_owned();
    person.name = card_name;
    person.birth_date = parse_date(birth).unwrap();
    person.sex = if number.is_multiple_of(2) { Sex::Female } else { Sex::Male };
    person.my_number =
        MyNumber::from_body(format!("{:011}", 700 + number).as_bytes().try_into().unwrap()).unwrap();
    person.serial = serial(number);
    person.security_code = format!("{:04}", 9100 + number);
    person.portrait = u32::try_from(number).unwrap();
    person.end_of_stay = match kind {
        Kind::ForeignResident => Some(date("20280331")),
        Kind::Renewed => Some(date("20270331")),
        _ => None,
    };
    let record = Particulars {
        name: record_name,
        address: person.address.clone(),
        birth_date: person.birth_date,
        sex: person.sex,
        end_of_stay: person.end_of_stay,
    };
    let no_signature = [Kind::Under15, Kind::Ward, Kind::WithoutSignature, Kind::WithoutBoth];
    let no_user_authentication = [Kind::WithoutUserAuthentication, Kind::WithoutBoth];
    let wishes = Wishes {
        signature: !no_signature.contains(&kind),
        user_authentication: !no_user_authentication.contains(&kind),
        braille_name: kind == Kind::Returned,
    };
    let index = usize::try_from(number).unwrap() % Channel::ALL.len();
    let channel = if kind == Kind::HandWritten { Channel::Post } else { Channel::ALL[index] };
    Resident { number, kind, person, record, birth: birth.to_owned(), wishes, channel }
}

/// Digits as the card writes them in Japanese text.
fn wide(digit: char) -> char {
    char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０')).unwrap()
}
