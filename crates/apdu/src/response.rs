//! Response APDUs (ISO 7816-4 §5.2).

use core::fmt;

use crate::StatusWord;

/// A response APDU: data and status word, a view that owns no bytes.
///
/// `Debug` shows the number of data bytes, never the data: what a card answers may be personal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    data: &'a [u8],
    status: StatusWord,
}

impl<'a> Response<'a> {
    /// Splits a card's reply into data and status word.
    ///
    /// # Errors
    /// [`ShortResponse`] when fewer than two bytes came.
    #[inline]
    pub const fn parse(bytes: &'a [u8]) -> Result<Self, ShortResponse> {
        match bytes.split_last_chunk::<2>() {
            Some((data, status)) => Ok(Self { data, status: StatusWord(u16::from_be_bytes(*status)) }),
            None => Err(ShortResponse { length: bytes.len() }),
        }
    }

    /// The data field; empty when there is none.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The status word.
    #[must_use]
    pub const fn status(&self) -> StatusWord {
        self.status
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response([{}] {})", self.data.len(), self.status)
    }
}

/// A reply of fewer than two bytes, which holds no status word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the card's reply has {length} bytes; a status word takes two")]
pub struct ShortResponse {
    /// The number of bytes that came: 0 or 1.
    pub length: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn a1_a_reply_without_status_word_is_refused() {
        assert_eq!(Response::parse(&[]), Err(ShortResponse { length: 0 }));
        assert_eq!(Response::parse(&[0x90]), Err(ShortResponse { length: 1 }));
        let ok = Response::parse(&[1, 2, 0x90, 0]).expect("two data bytes and a status word");
        assert_eq!((ok.data(), ok.status()), ([1, 2].as_slice(), StatusWord::SUCCESS));
        assert_eq!(format!("{ok:?}"), "Response([2] 9000)");
    }
}
