use core::fmt;

use super::error::{ContentError, ContentErrorKind};
use super::wire::{Out, Template, array, digits};
use crate::number::MyNumber;

const TAG: u32 = 0xFF10;

/// My Number as text: `FF10 0C` and twelve digits, then the filler `FF FF` (CARD.md §2.2, input assist EF 0001).
///
/// The tag says "constructed" although the value is plain. `Debug` shows nothing of the number.
#[derive(Clone, Copy)]
pub struct IndividualNumber<'a> {
    file: &'a [u8],
    number: &'a [u8; 12],
}

impl<'a> IndividualNumber<'a> {
    /// Checks the structure; the check digit is not judged.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let (value, position) = Template::open(file, TAG)?.value();
        let number = array(value, position)?;
        digits(number, position)?;
        Ok(Self { file, number })
    }

    /// The whole file with its filler; the integrity record holds the SHA-256 of it (CARD.md §6).
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.file
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        core::str::from_utf8(self.number).unwrap_or_default()
    }

    /// The twelve digits in ASCII.
    #[must_use]
    pub const fn digits(&self) -> &'a [u8; 12] {
        self.number
    }

    /// The number.
    ///
    /// # Errors
    /// [`ContentErrorKind::Number`] when the check digit does not fit.
    pub fn number(&self) -> Result<MyNumber, ContentError> {
        MyNumber::parse(self.number).map_err(|error| ContentError::new(ContentErrorKind::Number(error), 3))
    }

    /// The meaning.
    ///
    /// # Errors
    /// [`ContentError`] for a wrong check digit or another filler than `FF FF`.
    pub fn to_repr(&self) -> Result<IndividualNumberRepr, ContentError> {
        if self.file.get(15..) != Some(&FILLER) {
            return Err(ContentError::new(ContentErrorKind::Filler, 15));
        }
        Ok(IndividualNumberRepr { number: self.number()? })
    }
}

impl fmt::Debug for IndividualNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndividualNumber")
    }
}

const FILLER: [u8; 2] = [0xFF; 2];

/// My Number. `Debug` shows nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndividualNumberRepr {
    /// The number.
    pub number: MyNumber,
}

impl IndividualNumberRepr {
    /// The bytes that [`IndividualNumberRepr::emit`] writes.
    pub const LEN: usize = 17;

    /// Writes the file, filler included.
    ///
    /// # Errors
    /// [`ContentErrorKind::BufferTooSmall`].
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut out = Out::new(buffer);
        out.element(TAG, self.number.as_bytes())?;
        out.bytes(&FILLER)?;
        Ok(out.finish())
    }
}
