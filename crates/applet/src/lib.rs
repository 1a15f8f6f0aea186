//! The model of the My Number Card: applications, files, PINs, keys, access rules and content formats.
//!
//! Facts and pure rules, shared by the host side and the card side; behaviour is not shared. Every row carries its
//! [`Source`]; `CARD.md` beside this crate holds what is publicly known of the card and who says so.
//!
//! ```
//! use mynumber_applet::{Access, FileId, PinId};
//!
//! let certificate = FileId::SignatureCertificate.row();
//! assert_eq!(certificate.ef.short(), Some(1));
//! assert_eq!(certificate.read, Access::AnyOf(&[PinId::Signature]));
//! assert_eq!(PinId::Signature.row().tries, 5);
//! ```
//!
//! What is absent: input and output, clocks, randomness, and how a command is coded or answered. Nothing is allocated
//! but the values of secrets: on the heap they stay in one place until they are wiped.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod content;
mod date;
pub mod issuer;
mod model;
mod number;
pub mod pin;
pub mod retry;
pub mod rows;
pub mod secure_messaging;
mod token;

pub use content::Sex;
pub use date::{Date, DateError, Era, EraDate};
pub use number::{MunicipalityCode, MyNumber, NumberError, check_digit};

pub use model::{
    Access, Aid, ApplicationId, ApplicationRow, ChangeForm, DataObjectId, DataObjectRow, Ef, FileId, FileRow,
    KeyAlgorithm, KeyId, KeyRow, KeyUse, PinFormat, PinId, PinRow, ReservedRow, ResetPlace, Source,
    Structure,
};
pub use token::TokenKind;
