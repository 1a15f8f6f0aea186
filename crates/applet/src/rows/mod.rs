//! The model itself: one constant row per object of the card.

pub mod card_face;
pub mod card_manager;
pub mod common;
mod consistency;
pub mod input_assist;
pub mod jpki;
pub mod juki;

use crate::model::{
    ApplicationId, ApplicationRow, ChangeForm, DataObjectId, DataObjectRow, Ef, FileId, FileRow,
    KeyAlgorithm, KeyId, KeyRow, PinFormat, PinId, PinRow, ResetPlace, Source,
};

/// A certificate takes 1 to 2 kB; more than this is not one.
const CERTIFICATE_LIMIT: u16 = 0x4000;
/// Signed records take up to 700 bytes; the attributes of a long name and address fit too.
const RECORD_LIMIT: u16 = 0x1000;
/// The card face with its images takes 3 kB on the test card; READ BINARY reaches 32 KiB.
const FACE_LIMIT: u16 = 0x7FFF;
/// Files of a few bytes.
const SMALL_LIMIT: u16 = 0x0100;
/// Tries of the verification numbers: sources say ten or three (CARD.md §3).
const TRIES_OF_NUMBERS: u8 = 10;
/// The keys of today's card.
const RSA_2048: KeyAlgorithm = KeyAlgorithm::Rsa { bits: 2048 };

/// The resident-register PIN lies in two applications, set to one value (CARD.md §3).
const JUKI_PIN: PinRow = PinRow {
    id: PinId::Juki,
    application: ApplicationId::Juki,
    ef: Ef(0x001C),
    japanese: "住民基本台帳用暗証番号",
    english: "juki PIN",
    format: PinFormat::Digits(4),
    tries: 3,
    tries_source: Source::Spec("CARD.md §3: three, on the official PIN sheet"),
    change: ChangeForm::ChangeKey,
    reset: &[ResetPlace::MunicipalWindow],
    source: Source::Observed("CARD.md §3: EF 001C in both applications"),
};

/// The five applications.
pub const APPLICATIONS: &[ApplicationRow] = &[
    jpki::APPLICATION,
    input_assist::APPLICATION,
    card_face::APPLICATION,
    juki::APPLICATION,
    common::APPLICATION,
];

impl ApplicationId {
    /// The application's row.
    #[must_use]
    pub const fn row(self) -> &'static ApplicationRow {
        match self {
            Self::Jpki => &jpki::APPLICATION,
            Self::InputAssist => &input_assist::APPLICATION,
            Self::CardFace => &card_face::APPLICATION,
            Self::Juki => &juki::APPLICATION,
            Self::Common => &common::APPLICATION,
        }
    }
}

/// Every secret of the card, application by application.
pub fn pins() -> impl Iterator<Item = &'static PinRow> {
    APPLICATIONS.iter().flat_map(|application| application.pins)
}

/// Every readable file of the card, application by application.
pub fn files() -> impl Iterator<Item = &'static FileRow> {
    APPLICATIONS.iter().flat_map(|application| application.files)
}

/// Every private key of the card, application by application.
pub fn keys() -> impl Iterator<Item = &'static KeyRow> {
    APPLICATIONS.iter().flat_map(|application| application.keys)
}

/// Finds the row of an identity; that there is one is checked when the crate is compiled.
macro_rules! row_of {
    ($id:ty, $rows:ident, $row:ty) => {
        impl $id {
            /// The row of this object.
            #[must_use]
            pub const fn row(self) -> &'static $row {
                let mut applications = APPLICATIONS;
                while let [application, rest @ ..] = applications {
                    let mut rows = application.$rows;
                    while let [row, more @ ..] = rows {
                        if consistency::code_of!(row.id) == consistency::code_of!(self) {
                            return row;
                        }
                        rows = more;
                    }
                    applications = rest;
                }
                unreachable!()
            }
        }
    };
}
row_of!(PinId, pins, PinRow);
row_of!(FileId, files, FileRow);
row_of!(KeyId, keys, KeyRow);

impl DataObjectId {
    /// The row of this data object.
    #[must_use]
    pub const fn row(self) -> &'static DataObjectRow {
        let mut rows = card_manager::DATA_OBJECTS;
        while let [row, rest @ ..] = rows {
            if consistency::code_of!(row.id) == consistency::code_of!(self) {
                return row;
            }
            rows = rest;
        }
        unreachable!()
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
