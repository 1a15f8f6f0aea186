//! The simple TLV of JICSAP record files (ISO 7816-4 §6.2, JIS X 6306): one tag byte, one or three length bytes.

use core::fmt;

/// One simple TLV: a view into the input. `Debug` shows the tag and the length, never the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SimpleTlv<'a> {
    tag: u8,
    value: &'a [u8],
}

impl<'a> SimpleTlv<'a> {
    /// Reads one object from the start of `input`; returns it and what follows.
    ///
    /// # Errors
    /// [`Error::Truncated`] when bytes are missing, [`Error::InvalidTag`] for `00` and `FF`.
    pub fn read(input: &'a [u8]) -> Result<(Self, &'a [u8]), Error> {
        let (tag, length, rest) = match input {
            [0x00 | 0xFF, ..] => return Err(Error::InvalidTag),
            [tag, 0xFF, high, low, rest @ ..] => (*tag, usize::from(u16::from_be_bytes([*high, *low])), rest),
            [_, 0xFF, ..] => return Err(Error::Truncated),
            [tag, length, rest @ ..] => (*tag, usize::from(*length), rest),
            _ => return Err(Error::Truncated),
        };
        let (value, rest) = rest.split_at_checked(length).ok_or(Error::Truncated)?;
        Ok((Self { tag, value }, rest))
    }

    /// Reads the only object of `input`.
    ///
    /// # Errors
    /// As [`SimpleTlv::read`], and [`Error::TrailingBytes`] when bytes follow.
    pub fn single(input: &'a [u8]) -> Result<Self, Error> {
        match Self::read(input)? {
            (object, []) => Ok(object),
            _ => Err(Error::TrailingBytes),
        }
    }

    /// The tag: `01` to `FE`.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        self.tag
    }

    /// The value field.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }
}

impl fmt::Debug for SimpleTlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimpleTlv({:02X} [{}])", self.tag, self.value.len())
    }
}

/// Writes one object to the start of `buffer` and returns the bytes written.
///
/// # Errors
/// [`Error::InvalidTag`] for `00` and `FF`, [`Error::TooLong`] above 65,535 bytes, [`Error::BufferTooSmall`].
pub fn write<'b>(buffer: &'b mut [u8], tag: u8, value: &[u8]) -> Result<&'b [u8], Error> {
    if matches!(tag, 0x00 | 0xFF) {
        return Err(Error::InvalidTag);
    }
    let length = u16::try_from(value.len()).map_err(|_| Error::TooLong)?;
    let [high, low] = length.to_be_bytes();
    let long = [tag, 0xFF, high, low];
    let short = [tag, low];
    let header: &[u8] = if length < 0xFF { &short } else { &long };
    let out = buffer.get_mut(..header.len() + value.len()).ok_or(Error::BufferTooSmall)?;
    let (head, tail) = out.split_at_mut_checked(header.len()).ok_or(Error::BufferTooSmall)?;
    head.copy_from_slice(header);
    tail.copy_from_slice(value);
    Ok(out)
}

/// Why bytes are not a simple TLV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes are missing.
    #[error("a simple TLV is cut off")]
    Truncated,
    /// Tags `00` and `FF` do not exist.
    #[error("tags 00 and FF are not tags of simple TLV")]
    InvalidTag,
    /// Bytes follow the only object.
    #[error("bytes follow the simple TLV")]
    TrailingBytes,
    /// The value is longer than 65,535 bytes.
    #[error("a simple TLV carries 65,535 bytes at most")]
    TooLong,
    /// The output buffer is too small.
    #[error("the output buffer is too small")]
    BufferTooSmall,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_lengths_survive_a_round_trip() {
        for length in [0usize, 1, 28, 0xFE, 0xFF, 0x100, 3000] {
            let value = std::vec![0x5A; length];
            let mut buffer = std::vec![0; length + 4];
            let bytes = write(&mut buffer, 0x01, &value).expect("fits");
            let object = SimpleTlv::single(bytes).expect("just written");
            assert_eq!((object.tag(), object.value()), (0x01, value.as_slice()));
        }
    }

    #[test]
    fn an_object_stands_on_the_wire_as_the_standard_draws_it() {
        let mut buffer = std::vec![0xEE; 70_000];
        for (length, header) in [
            (0, &[1, 0][..]),
            (0xFE, &[1, 0xFE]),
            (0xFF, &[1, 0xFF, 0, 0xFF]),
            (0xFFFF, &[1, 0xFF, 0xFF, 0xFF]),
        ] {
            let value = std::vec![7; length];
            let bytes = write(&mut buffer, 1, &value).expect("fits");
            assert_eq!((&bytes[..header.len()], &bytes[header.len()..]), (header, &value[..]));
            let exact = bytes.len();
            assert!(write(&mut std::vec![0; exact], 1, &value).is_ok());
            assert_eq!(write(&mut std::vec![0; exact - 1], 1, &value), Err(Error::BufferTooSmall));
        }
        assert_eq!(write(&mut buffer, 1, &std::vec![7; 0x1_0000]), Err(Error::TooLong));
        for tag in [0x00, 0xFF] {
            assert_eq!(write(&mut buffer, tag, &[7]), Err(Error::InvalidTag));
            assert_eq!(SimpleTlv::read(&[tag, 1, 7]), Err(Error::InvalidTag));
        }
        let (object, rest) = SimpleTlv::read(&[0xFE, 1, 7, 9, 9]).expect("one object and more");
        assert_eq!((object.tag(), object.value(), rest), (0xFE, &[7][..], &[9, 9][..]));
        assert_eq!(std::format!("{object:?}"), "SimpleTlv(FE [1])");
    }

    #[test]
    fn d1_every_prefix_is_refused() {
        let mut buffer = [0; 40];
        let bytes = write(&mut buffer, 0x01, &[7; 28]).expect("fits");
        for end in 0..bytes.len() {
            assert_eq!(SimpleTlv::single(&bytes[..end]), Err(Error::Truncated));
        }
        assert_eq!(SimpleTlv::single(&buffer[..31]), Err(Error::TrailingBytes));
        assert_eq!(SimpleTlv::single(&[0xFF, 0x00]), Err(Error::InvalidTag));
        assert_eq!(SimpleTlv::single(&[0x01, 0xFF, 0x00]), Err(Error::Truncated));
    }
}
