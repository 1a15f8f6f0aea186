use mynumber_apdu::{simple_tlv, tlv};

use crate::date::DateError;
use crate::number::NumberError;

/// Bytes are not the content they should be: what is wrong, and where. Carries nothing of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (at byte {position})")]
pub struct ContentError {
    kind: ContentErrorKind,
    position: usize,
}

impl ContentError {
    pub(super) const fn new(kind: ContentErrorKind, position: usize) -> Self {
        Self { kind, position }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ContentErrorKind {
        self.kind
    }

    /// Where, in bytes from the start of the file.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// What is wrong with a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentErrorKind {
    /// The TLV structure is broken, or another tag stands where one must be.
    #[error(transparent)]
    Tlv(tlv::ErrorKind),
    /// The record is not one simple TLV.
    #[error(transparent)]
    SimpleTlv(simple_tlv::Error),
    /// An element has another length than it must have.
    #[error("an element of {expected} bytes has another length")]
    Length {
        /// The length it must have.
        expected: usize,
    },
    /// More bytes than any file of the card has.
    #[error("longer than a file of the card can be")]
    TooLong,
    /// An element that must hold something is empty.
    #[error("an element is empty")]
    Empty,
    /// Text is not UTF-8.
    #[error("text is not UTF-8")]
    NotText,
    /// Something else than ASCII digits where digits must be.
    #[error("not all of it is digits")]
    NotDigits,
    /// Something else than printable ASCII where that must be.
    #[error("not printable ASCII")]
    NotAscii,
    /// The digits are not a date.
    #[error("not a date: {0}")]
    Date(DateError),
    /// The digits are not such a number.
    #[error("not such a number: {0}")]
    Number(NumberError),
    /// The code of the sex is none of the four that ISO 5218 knows.
    #[error("an unknown code of the sex")]
    Sex,
    /// An offset table does not point at the elements that follow.
    #[error("the offset table does not fit the elements")]
    Offsets,
    /// Bytes behind the content are neither all `FF` nor all `00`.
    #[error("the filler is not of one kind")]
    Filler,
    /// A value has a fixed part that differs here.
    #[error("a fixed part has another value")]
    Fixed,
    /// The token's label is none of those known.
    #[error("an unknown token label")]
    Label,
    /// A text or an image is too long to be written.
    #[error("a value is too long to be written")]
    ValueTooLong,
    /// The output buffer is too small.
    #[error("the output buffer is too small")]
    BufferTooSmall,
}

impl From<tlv::Error> for ContentError {
    fn from(error: tlv::Error) -> Self {
        Self::new(ContentErrorKind::Tlv(error.kind()), error.position())
    }
}

impl From<simple_tlv::Error> for ContentError {
    fn from(error: simple_tlv::Error) -> Self {
        let kind = match error {
            simple_tlv::Error::BufferTooSmall => ContentErrorKind::BufferTooSmall,
            other => ContentErrorKind::SimpleTlv(other),
        };
        Self::new(kind, 0)
    }
}
