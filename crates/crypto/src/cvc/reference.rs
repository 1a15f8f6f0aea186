use core::fmt;

use super::error::{Error, ErrorKind};

/// The name of a key that signs: seven digits, `08 05`, three digits, four bytes that are mostly zero (CARD.md §6.1).
///
/// Two references name one key when all sixteen bytes agree. What the first digit of an authority's reference promises
/// (5 production, 6 J-LIS test, 9 our test authority) is a promise of the card: which hierarchy a key belongs to is said
/// by the [`Authority`](super::Authority) that it led to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyReference([u8; 16]);

impl KeyReference {
    /// Its number of bytes.
    pub const LEN: usize = 16;

    /// Reads sixteen bytes.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReference`] when the bytes are another number of bytes, or not of this form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Self::parse_at(bytes, 0)
    }

    pub(super) fn parse_at(bytes: &[u8], position: usize) -> Result<Self, Error> {
        let malformed = Error::at(ErrorKind::KeyReference, position);
        let reference: [u8; 16] = bytes.try_into().map_err(|_| malformed)?;
        let [number @ .., a, b, c, d, e, _, _, _, _] = &reference;
        let digits = number.iter().chain([c, d, e]).all(u8::is_ascii_digit);
        if digits && [*a, *b] == [0x08, 0x05] { Ok(Self(reference)) } else { Err(malformed) }
    }

    /// A reference of its parts, for the tables: digits are digits there.
    pub(super) const fn of_digits(number: &[u8; 7], group: &[u8; 3], pad: [u8; 4]) -> Self {
        let [a, b, c, d, e, f, g] = *number;
        let [h, i, j] = *group;
        let [w, x, y, z] = pad;
        Self([a, b, c, d, e, f, g, 0x08, 0x05, h, i, j, w, x, y, z])
    }

    /// The sixteen bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The seven digits that name the key's holder.
    #[must_use]
    pub fn number(&self) -> &str {
        self.text(0, 7)
    }

    /// The three digits that name the key among the holder's.
    #[must_use]
    pub fn group(&self) -> &str {
        self.text(9, 12)
    }

    /// The last four bytes; their meaning is not known.
    #[must_use]
    pub const fn pad(&self) -> [u8; 4] {
        let [.., a, b, c, d] = self.0;
        [a, b, c, d]
    }

    fn text(&self, from: usize, to: usize) -> &str {
        self.0.get(from..to).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

impl fmt::Display for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number(), self.group())?;
        match self.pad() {
            [0, 0, 0, 0] => Ok(()),
            pad => {
                f.write_str("+")?;
                pad.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
            }
        }
    }
}

impl fmt::Debug for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyReference({self})")
    }
}
