//! The forms that an application begins with, and what is printed on them.

use std::fmt;

use mynumber_applet::{Date, MyNumber, NumberError, Sex};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 申請書ID: 23 half-width digits. How they are made up is not public, so length and digits are all that is checked.
///
/// `Debug` shows nothing of it and there is no `Display`: whoever prints it says [`FormId::as_str`].
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct FormId([u8; Self::LENGTH]);

impl FormId {
    /// How many digits it has.
    pub const LENGTH: usize = 23;

    /// Reads 23 half-width digits, with nothing before, between or after them.
    ///
    /// # Errors
    /// [`FormIdError`], which does not carry the value.
    pub fn parse(text: &str) -> Result<Self, FormIdError> {
        for (position, character) in text.chars().enumerate() {
            if matches!(character, '０'..='９') {
                return Err(FormIdError::FullWidth { position });
            }
            if !character.is_ascii_digit() {
                return Err(FormIdError::NotADigit { position });
            }
        }
        let digits = text.as_bytes().try_into().map_err(|_| FormIdError::Length { digits: text.len() })?;
        Ok(Self(digits))
    }

    /// The 23 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for FormId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormId")
    }
}

/// Why a text is no application form id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormIdError {
    /// Too few or too many digits.
    #[error("an application form id has 23 digits, not {digits}")]
    Length {
        /// How many there are.
        digits: usize,
    },
    /// A full-width digit.
    #[error("character {} is a full-width digit; half-width digits are needed", position + 1)]
    FullWidth {
        /// Which character, from 0.
        position: usize,
    },
    /// Something else than a digit.
    #[error("character {} is not a digit", position + 1)]
    NotADigit {
        /// Which character, from 0.
        position: usize,
    },
}

/// How an application comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// 郵送.
    Post,
    /// スマートフォン.
    Smartphone,
    /// パソコン.
    PersonalComputer,
    /// まちなかの証明写真機.
    PhotoBooth,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 4] = [Self::Post, Self::Smartphone, Self::PersonalComputer, Self::PhotoBooth];

    /// The name that the store and outputs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Smartphone => "smartphone",
            Self::PersonalComputer => "personal-computer",
            Self::PhotoBooth => "photo-booth",
        }
    }

    /// The channel of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// Whether the photo comes on paper.
    #[must_use]
    pub const fn is_paper(self) -> bool {
        matches!(self, Self::Post)
    }

    /// Whether the receipt and the way on are sent by e-mail.
    #[must_use]
    pub const fn needs_contact(self) -> bool {
        matches!(self, Self::Smartphone | Self::PersonalComputer)
    }
}

/// What kind of printed form it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FormKind {
    /// 個人番号カード交付申請書 that came with the notification card.
    NotificationCard,
    /// QRコード付き交付申請書 from the municipality.
    MunicipalityQr,
    /// 有効期限通知書: renewal.
    ExpiryNotice,
}

impl FormKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::NotificationCard, Self::MunicipalityQr, Self::ExpiryNotice];

    /// The name that the store and outputs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotificationCard => "notification-card",
            Self::MunicipalityQr => "municipality-qr",
            Self::ExpiryNotice => "expiry-notice",
        }
    }
}

/// The form of an application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Form {
    /// With an application form id.
    Printed {
        /// What kind.
        kind: FormKind,
        /// Its id.
        id: FormId,
    },
    /// 手書き交付申請書: without an id, so My Number stands on it. It comes by post only.
    HandWritten {
        /// The number, its check digit verified.
        my_number: MyNumber,
    },
}

impl Form {
    /// A hand-written form with these twelve digits of My Number.
    ///
    /// # Errors
    /// [`NumberError`], which does not carry the value.
    pub fn hand_written(my_number: &str) -> Result<Self, NumberError> {
        Ok(Self::HandWritten { my_number: MyNumber::parse(my_number.as_bytes())? })
    }

    /// The name that the store and outputs use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Printed { kind, .. } => kind.name(),
            Self::HandWritten { .. } => "hand-written",
        }
    }

    /// The application form id, where the form has one.
    #[must_use]
    pub const fn id(&self) -> Option<&FormId> {
        match self {
            Self::Printed { id, .. } => Some(id),
            Self::HandWritten { .. } => None,
        }
    }
}

/// What a form says of the resident, or what the resident record says today.
///
/// `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Particulars {
    /// 氏名.
    pub name: String,
    /// 住所.
    pub address: String,
    /// 生年月日.
    pub birth_date: Date,
    /// 性別.
    pub sex: Sex,
    /// 在留期間の満了日, for a stay in Japan that ends.
    pub end_of_stay: Option<Date>,
}

impl Particulars {
    /// The fields in which another differs from this.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Particular> {
        let fields = [
            (Particular::Name, self.name == other.name),
            (Particular::Address, self.address == other.address),
            (Particular::BirthDate, self.birth_date == other.birth_date),
            (Particular::Sex, self.sex == other.sex),
            (Particular::EndOfStay, self.end_of_stay == other.end_of_stay),
        ];
        fields.into_iter().filter_map(|(field, same)| (!same).then_some(field)).collect()
    }
}

impl fmt::Debug for Particulars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Particulars(..)")
    }
}

/// A field of [`Particulars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Particular {
    /// 氏名.
    Name,
    /// 住所.
    Address,
    /// 生年月日.
    BirthDate,
    /// 性別.
    Sex,
    /// 在留期間.
    EndOfStay,
}

impl Particular {
    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Name => "氏名",
            Self::Address => "住所",
            Self::BirthDate => "生年月日",
            Self::Sex => "性別",
            Self::EndOfStay => "在留期間",
        }
    }

    /// What an English reader sees.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::BirthDate => "date of birth",
            Self::Sex => "sex",
            Self::EndOfStay => "period of stay",
        }
    }
}
