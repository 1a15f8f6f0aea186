//! The contents of the card's files, byte by byte (CARD.md §2 and §6).
//!
//! Each file has two types. The *view* (`Attributes`) borrows the bytes, checks their structure, and leaves their
//! meaning to its accessors. The *representation* (`AttributesRepr`) holds only values that make sense, and emits the
//! bytes exactly as the card has them. A view's `to_repr` leads from the first to the second and checks everything
//! the view left open; what it accepts, `emit` writes again byte for byte.
//!
//! The contract of every `parse`, stated once: any bytes are a view or a [`ContentError`]; it never panics, never
//! allocates, looks at each byte a fixed number of times, and refuses more than [`LIMIT`] bytes. Behind the content of a
//! template, a run of `FF` or of `00` up to the end of the file is allowed: it is what an elementary file larger than
//! its content holds.
//!
//! ```
//! use mynumber_applet::content::{Attributes, AttributesRepr};
//! use mynumber_applet::{Date, Sex};
//!
//! let repr = AttributesRepr {
//!     name: "見本　太郎",
//!     address: "東京都千代田区丸の内１－１",
//!     birth_date: Date::new(1980, 2, 17)?,
//!     sex: Sex::Male,
//! };
//! let mut buffer = [0; 256];
//! let file = repr.emit(&mut buffer)?;
//! let attributes = Attributes::parse(file)?;
//! assert_eq!(attributes.name(), "見本　太郎");
//! assert_eq!(attributes.to_repr()?, repr);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Signatures and digests are not computed here: a view of a signed record tells which of its bytes are signed.
//! To make one, emit the record with a signature of zeros, parse it, sign what `signed_part` returns, emit again.
//! Text comes from outside and may hold anything that is UTF-8: whoever shows it on a terminal escapes it.

mod attributes;
mod basic_info;
mod card_face;
mod card_manager;
mod certificate;
mod common;
mod error;
mod individual_number;
mod integrity;
mod key;
mod records;
mod sex;
mod token;
mod wire;

pub use attributes::{Attributes, AttributesRepr};
pub use basic_info::{
    ApplicationVersion, CardFaceBasicInfo, CardFaceBasicInfoRepr, InputAssistBasicInfo,
    InputAssistBasicInfoRepr,
};
pub use card_face::{CardFace, CardFaceRepr, SignedFace, UnsignedFace};
pub use card_manager::{card_number, expiry_date, municipality_code};
pub use certificate::{CardVerifiableCertificate, CardVerifiableCertificateRepr};
pub use common::{CommonRecord, CommonRecordRepr};
pub use error::{ContentError, ContentErrorKind};
pub use individual_number::{IndividualNumber, IndividualNumberRepr};
pub use integrity::{InputAssistIntegrity, InputAssistIntegrityRepr, digested_attributes, digested_number};
pub use key::{ChipPublicKey, KeyRecord, KeyRecordRepr, KeyReference, SessionPublicKey};
pub use records::{AgeRecord, AgeRecordRepr, NumberImage, NumberImageRepr};
pub use sex::Sex;
pub use token::{CertificateAvailability, CertificateAvailabilityRepr, TokenFlags, TokenInfo, TokenInfoRepr};

/// The most bytes that a file of the card has: READ BINARY reaches no farther (ISO 7816-4 §11.3.3).
pub const LIMIT: usize = 0x8000;

#[cfg(test)]
#[path = "../content_fields_tests.rs"]
mod fields_tests;
#[cfg(test)]
#[path = "../content_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "../content_views_tests.rs"]
mod views_tests;
