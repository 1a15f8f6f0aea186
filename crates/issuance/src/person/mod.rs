//! Simulated people: what stands on a card and in its chip, and the PINs it starts with.
//!
//! Nobody here exists. The people built in ([`built_in`]) live in a prefecture that is none (code 99), have numbers
//! that begin with nine zeros, and names that say specimen or test. Others come from a TOML file ([`mod@file`]).

pub mod built_in;
pub mod file;

use std::fmt;

use mynumber_applet::pin::{FourDigitPin, PinFormError, SecurityCode, SignaturePassword};
use mynumber_applet::{Date, MunicipalityCode, MyNumber, Sex};

/// A person as a card describes them.
#[derive(Clone)]
pub struct Person {
    /// 氏名: family name, U+3000, given name; at most [`Person::TEXT_LIMIT`] characters, as every text here.
    pub name: String,
    /// 住所, as the card has it: digits and hyphens full-width.
    pub address: String,
    /// 生年月日, 1868 or later.
    pub birth_date: Date,
    /// 性別.
    pub sex: Sex,
    /// 個人番号.
    pub my_number: MyNumber,
    /// Where the card is issued.
    pub municipality: Municipality,
    /// 製造番号: 15 digits.
    pub serial: String,
    /// セキュリティコード: the four digits on the front.
    pub security_code: String,
    /// The last day of the card; `None`: what the rules of CARD.md §8 give.
    pub expiry: Option<Date>,
    /// The last day of a stay in Japan that ends; the card does not outlive it.
    pub end_of_stay: Option<Date>,
    /// 代替文字: one digit for each character of the name, `1` where it stands for one that the character set lacks.
    pub name_substitutes: String,
    /// The same for the address.
    pub address_substitutes: String,
    /// Whether the holder wants a signature certificate. Nobody under fifteen gets one.
    pub wants_signature: bool,
    /// Whether the holder wants a user-authentication certificate.
    pub wants_user_authentication: bool,
    /// Chooses the face of the portrait.
    pub portrait: u32,
}

impl Person {
    /// The most characters of name and address.
    pub const TEXT_LIMIT: usize = 200;

    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`PersonError`] with the field and what it must be.
    pub fn check(&self) -> Result<(), PersonError> {
        text(PersonField::Name, &self.name)?;
        text(PersonField::Address, &self.address)?;
        text(PersonField::Prefecture, &self.municipality.prefecture)?;
        text(PersonField::City, &self.municipality.city)?;
        flags(PersonField::NameSubstitutes, &self.name_substitutes, &self.name)?;
        flags(PersonField::AddressSubstitutes, &self.address_substitutes, &self.address)?;
        digits(PersonField::Serial, &self.serial, 15)?;
        digits(PersonField::SecurityCode, &self.security_code, 4)?;
        if self.birth_date.to_era().is_none() {
            return Err(PersonError::new(PersonField::BirthDate, "1868 or later"));
        }
        Ok(())
    }

    /// The security code as a part of verification number B.
    pub(crate) fn code(&self) -> Result<SecurityCode, PinFormError> {
        SecurityCode::parse(&self.security_code)
    }
}

/// Shows the place of issue only.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("municipality", &self.municipality.code).finish_non_exhaustive()
    }
}

/// A municipality as certificates name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Municipality {
    /// Its five-digit code.
    pub code: MunicipalityCode,
    /// Its prefecture in Latin letters: `Tokyo-to`.
    pub prefecture: String,
    /// Its name in Latin letters: `Chiyoda-ku`.
    pub city: String,
}

/// The PINs that a card starts with.
///
/// Wiped on drop, never shown. Those of [`Secrets::documented`] are public: a card with them protects nothing.
pub struct Secrets {
    /// 署名用パスワード.
    pub signature: SignaturePassword,
    /// 利用者証明用の暗証番号.
    pub user_authentication: FourDigitPin,
    /// 券面事項入力補助用の暗証番号.
    pub input_assist: FourDigitPin,
    /// 住民基本台帳用の暗証番号, in both applications that have it.
    pub juki: FourDigitPin,
}

impl Secrets {
    /// The PINs of the people built in, and of every person file without PINs: signature `ABC123`, user authentication
    /// `1234`, input assist `2345`, juki `3456`. They differ, so that a PIN presented to the wrong reference fails.
    ///
    /// # Errors
    /// None in practice.
    pub fn documented() -> Result<Self, PinFormError> {
        Ok(Self {
            signature: SignaturePassword::parse("ABC123")?,
            user_authentication: FourDigitPin::parse("1234")?,
            input_assist: FourDigitPin::parse("2345")?,
            juki: FourDigitPin::parse("3456")?,
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// A field of a person, by the name it has in a person file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PersonField {
    /// `name`.
    Name,
    /// `address`.
    Address,
    /// `birth_date`.
    BirthDate,
    /// `serial`.
    Serial,
    /// `security_code`.
    SecurityCode,
    /// `name_substitutes`.
    NameSubstitutes,
    /// `address_substitutes`.
    AddressSubstitutes,
    /// `municipality.prefecture`.
    Prefecture,
    /// `municipality.city`.
    City,
}

impl PersonField {
    /// The field's name in a person file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::BirthDate => "birth_date",
            Self::Serial => "serial",
            Self::SecurityCode => "security_code",
            Self::NameSubstitutes => "name_substitutes",
            Self::AddressSubstitutes => "address_substitutes",
            Self::Prefecture => "prefecture",
            Self::City => "city",
        }
    }
}

/// A field that no card can hold. Its value is not carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} must be {must_be}", field.key())]
pub struct PersonError {
    field: PersonField,
    must_be: &'static str,
}

impl PersonError {
    const fn new(field: PersonField, must_be: &'static str) -> Self {
        Self { field, must_be }
    }

    /// The field.
    #[must_use]
    pub const fn field(&self) -> PersonField {
        self.field
    }

    /// What it must be.
    #[must_use]
    pub const fn must_be(&self) -> &'static str {
        self.must_be
    }
}

fn text(field: PersonField, value: &str) -> Result<(), PersonError> {
    let length = value.chars().count();
    if (1..=Person::TEXT_LIMIT).contains(&length) && !value.chars().any(char::is_control) {
        return Ok(());
    }
    Err(PersonError::new(field, "1 to 200 characters, none of them a control character"))
}

fn flags(field: PersonField, value: &str, of: &str) -> Result<(), PersonError> {
    let fits = value.len() == of.chars().count() && value.bytes().all(|byte| matches!(byte, b'0' | b'1'));
    if fits { Ok(()) } else { Err(PersonError::new(field, "one digit, 0 or 1, for each character")) }
}

fn digits(field: PersonField, value: &str, count: usize) -> Result<(), PersonError> {
    if value.len() == count && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    let must_be = if count == 15 { "15 digits" } else { "4 digits" };
    Err(PersonError::new(field, must_be))
}
