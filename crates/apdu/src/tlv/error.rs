//! What is wrong with TLV bytes, and where.

use super::Tag;

/// Why bytes are not the TLV they should be, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (at byte {position})")]
pub struct Error {
    kind: ErrorKind,
    position: usize,
}

impl Error {
    pub(super) const fn new(kind: ErrorKind, position: usize) -> Self {
        Self { kind, position }
    }

    pub(super) const fn offset(mut self, by: usize) -> Self {
        self.position += by;
        self
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where, in bytes from the start of the outermost input.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// What is wrong with TLV bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The tag is cut off.
    #[error("a tag is cut off")]
    TagTruncated,
    /// The tag is `00`, has more than four bytes, or leading zeros in its number.
    #[error("a tag is 00, or has more than four bytes or leading zeros")]
    InvalidTag,
    /// The length is cut off.
    #[error("a length is cut off")]
    LengthTruncated,
    /// The length has more than four bytes.
    #[error("a length has more than four bytes")]
    InvalidLength,
    /// The length is of the indefinite form.
    #[error("a length of the indefinite form")]
    IndefiniteLength,
    /// The length is not in its shortest coding.
    #[error("a length is not in its shortest coding")]
    LengthNotShortest,
    /// The value is cut off.
    #[error("a value is cut off")]
    ValueTruncated,
    /// The element is longer than allowed.
    #[error("an element is longer than {limit} bytes")]
    TooLong {
        /// The most bytes allowed.
        limit: usize,
    },
    /// The element has no value where one must be.
    #[error("an element is empty")]
    Empty,
    /// Another tag stands where this one must be.
    #[error("tag {expected} expected, another found")]
    UnexpectedTag {
        /// The tag that must be here.
        expected: Tag,
    },
    /// The input ends where this tag must be.
    #[error("tag {expected} is missing")]
    Missing {
        /// The tag that must be here.
        expected: Tag,
    },
    /// Bytes are left over.
    #[error("bytes are left over")]
    TrailingBytes,
    /// More nesting levels than allowed.
    #[error("nested too deeply")]
    TooDeep,
    /// The output buffer is too small.
    #[error("the output buffer is too small")]
    BufferTooSmall,
}
