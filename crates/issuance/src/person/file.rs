//! A person from a TOML file.
//!
//! ```toml
//! name = "見本　次郎"               # family name, full-width space, given name
//! address = "見本県試験市架空四丁目５番６号"
//! birth_date = 1990-12-31          # a TOML date, 1868 or later
//! sex = "male"                     # "male", "female", "not applicable" or "unknown"
//! my_number = "000000000108"       # twelve digits; the last checks the others
//! security_code = "9910"           # the four digits on the front of the card
//!
//! # All that follows may be left out.
//! serial = "990000000000010"       # fifteen digits; left out: 99, then 13 digits drawn from name and number
//! expiry = 2035-12-31              # left out: by the rules of CARD.md §8
//! end_of_stay = 2030-03-31         # the card does not outlive it
//! name_substitutes = "00000"       # 1 where a character is a substitute (代替文字)
//! address_substitutes = "000000000000000"
//! signature_certificate = true
//! user_authentication_certificate = true
//! portrait = 10                    # chooses a face
//!
//! [municipality]                   # left out: that of the people built in
//! code = "99101"
//! prefecture = "Mihon-ken"
//! city = "Shiken-shi"
//!
//! # PINs stand in this file because nobody owns the card. Never write those of a real card into a file.
//! [pins]                           # left out, the table or one of its lines: the documented ones
//! signature = "ABC123"
//! user_authentication = "1234"
//! input_assist = "2345"
//! juki = "3456"
//! ```
//!
//! Errors name line and field, never the value.

use std::fmt;

use mynumber_applet::pin::{FourDigitPin, PinFormError, SignaturePassword};
use mynumber_applet::{Date, MunicipalityCode, MyNumber, Sex};
use mynumber_crypto::digest::sha256;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use toml::value::Datetime;
use zeroize::Zeroizing;

use super::built_in::none;
use super::{Municipality, Person, Secrets, built_in};

/// A person file, read and checked.
#[derive(Debug)]
pub struct PersonFile {
    /// The person.
    pub person: Person,
    /// The PINs that the card starts with.
    pub secrets: Secrets,
}

/// Why a person file was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {problem}", field.as_ref().map(|field| format!(", {field}")).unwrap_or_default())]
pub struct PersonFileError {
    line: usize,
    field: Option<String>,
    problem: String,
}

impl PersonFileError {
    /// The line, counted from 1; 1 when a field is missing from the top of the file.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The field, when the line has one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl PersonFile {
    /// The most bytes of a person file.
    pub const MAX_LENGTH: usize = 65_536;

    /// Reads a person file.
    ///
    /// # Errors
    /// [`PersonFileError`] with line and field.
    pub fn parse(text: &str) -> Result<Self, PersonFileError> {
        if text.len() > Self::MAX_LENGTH {
            let problem = format!("the file is longer than {} bytes", Self::MAX_LENGTH);
            return Err(PersonFileError { line: 1, field: None, problem });
        }
        let raw: RawFile = toml::from_str(text).map_err(|error| located(text, &error))?;
        let secrets =
            raw.pins.secrets().map_err(|(field, error)| in_field(text, field, &error.to_string()))?;
        let person = raw.person(text)?;
        person
            .check()
            .map_err(|error| in_field(text, error.field().key(), &format!("must be {}", error.must_be())))?;
        Ok(Self { person, secrets })
    }
}

/// An error of the TOML reader, without the line it quotes.
fn located(text: &str, error: &toml::de::Error) -> PersonFileError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.lines().count().max(1).saturating_add(usize::from(before.ends_with('\n')));
    let line = if before.is_empty() { 1 } else { line };
    let field = text.lines().nth(line - 1).and_then(key_of).map(Into::into);
    PersonFileError { line, field, problem: error.message().into() }
}

/// An error of a field that was read: the first line that sets it.
fn in_field(text: &str, field: &str, problem: &str) -> PersonFileError {
    let line = text.lines().position(|line| key_of(line) == Some(field)).map_or(1, |index| index + 1);
    PersonFileError { line, field: Some(field.into()), problem: problem.into() }
}

/// The key that a line sets, if it is a plain one.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    plain.then_some(key)
}

/// Text whose errors never show the value, wiped on drop.
struct Text(Zeroizing<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text in quotes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Zeroizing::new(text.into())))
            }

            // The default of these would quote the value: a PIN written without quotes.
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Text, E> {
                Err(E::custom("text in quotes is expected, not a number"))
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Text, E> {
                self.visit_i64(0)
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Text, E> {
                self.visit_i64(0)
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

impl Text {
    fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    name: Text,
    address: Text,
    birth_date: Datetime,
    sex: Text,
    my_number: Text,
    security_code: Text,
    serial: Option<Text>,
    expiry: Option<Datetime>,
    end_of_stay: Option<Datetime>,
    name_substitutes: Option<Text>,
    address_substitutes: Option<Text>,
    signature_certificate: Option<bool>,
    user_authentication_certificate: Option<bool>,
    portrait: Option<u32>,
    municipality: Option<RawMunicipality>,
    #[serde(default)]
    pins: RawPins,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMunicipality {
    code: Text,
    prefecture: Text,
    city: Text,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawPins {
    signature: Option<Text>,
    user_authentication: Option<Text>,
    input_assist: Option<Text>,
    juki: Option<Text>,
}

impl RawPins {
    fn secrets(&self) -> Result<Secrets, (&'static str, PinFormError)> {
        let mut secrets = Secrets::documented().map_err(|error| ("pins", error))?;
        if let Some(text) = &self.signature {
            secrets.signature =
                SignaturePassword::parse(text.as_str()).map_err(|error| ("signature", error))?;
        }
        let pins = [
            ("user_authentication", &self.user_authentication, &mut secrets.user_authentication),
            ("input_assist", &self.input_assist, &mut secrets.input_assist),
            ("juki", &self.juki, &mut secrets.juki),
        ];
        for (field, text, pin) in pins {
            if let Some(text) = text {
                *pin = FourDigitPin::parse(text.as_str()).map_err(|error| (field, error))?;
            }
        }
        Ok(secrets)
    }
}

impl RawFile {
    fn person(self, file: &str) -> Result<Person, PersonFileError> {
        let must_be = |field, what| in_field(file, field, what);
        let date =
            |field, value: &Datetime| date(value).ok_or_else(|| must_be(field, "must be a date: 1990-12-31"));
        let my_number = MyNumber::parse(self.my_number.as_str().as_bytes())
            .map_err(|error| in_field(file, "my_number", &error.to_string()))?;
        let sex = match self.sex.as_str() {
            "male" => Sex::Male,
            "female" => Sex::Female,
            "not applicable" => Sex::NotApplicable,
            "unknown" => Sex::Unknown,
            _ => {
                return Err(must_be(
                    "sex",
                    "must be \"male\", \"female\", \"not applicable\" or \"unknown\"",
                ));
            }
        };
        let municipality = match self.municipality {
            Some(raw) => Municipality {
                code: MunicipalityCode::parse(raw.code.as_str().as_bytes())
                    .map_err(|error| in_field(file, "code", &error.to_string()))?,
                prefecture: raw.prefecture.as_str().into(),
                city: raw.city.as_str().into(),
            },
            None => built_in::municipality().ok_or_else(|| must_be("municipality", "is missing"))?,
        };
        let text_or = |text: Option<Text>, other: &Text| {
            text.map_or_else(|| none(other.as_str()), |text| text.as_str().into())
        };
        Ok(Person {
            birth_date: date("birth_date", &self.birth_date)?,
            expiry: self.expiry.as_ref().map(|value| date("expiry", value)).transpose()?,
            end_of_stay: self.end_of_stay.as_ref().map(|value| date("end_of_stay", value)).transpose()?,
            name_substitutes: text_or(self.name_substitutes, &self.name),
            address_substitutes: text_or(self.address_substitutes, &self.address),
            serial: self
                .serial
                .map_or_else(|| serial(self.name.as_str(), &my_number), |text| text.as_str().into()),
            name: self.name.as_str().into(),
            address: self.address.as_str().into(),
            sex,
            portrait: self.portrait.unwrap_or(10),
            my_number,
            municipality,
            security_code: self.security_code.as_str().into(),
            wants_signature: self.signature_certificate.unwrap_or(true),
            wants_user_authentication: self.user_authentication_certificate.unwrap_or(true),
        })
    }
}

/// A TOML date without a time of day.
fn date(value: &Datetime) -> Option<Date> {
    let (date, None, None) = (value.date?, value.time, value.offset) else {
        return None;
    };
    Date::new(date.year, date.month, date.day).ok()
}

/// `99` and thirteen digits that differ between people.
fn serial(name: &str, number: &MyNumber) -> String {
    let digest = sha256(&[name.as_bytes(), number.as_bytes()]);
    let drawn = digest.iter().take(13).map(|byte| char::from(b'0' + byte % 10));
    "99".chars().chain(drawn).collect()
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
