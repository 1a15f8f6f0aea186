//! Object identifiers as borrowed bytes.

use core::fmt;

/// An object identifier (ITU-T X.660): the content bytes of its DER coding.
///
/// Two identifiers are the same when their bytes are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid<'a>(&'a [u8]);

impl<'a> Oid<'a> {
    /// The most content bytes accepted; the longest identifier of a JPKI certificate has 11.
    pub const MAX_LENGTH: usize = 63;

    /// The identifier whose DER content `bytes` are, without a look at them.
    pub(crate) const fn known(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The identifier with these content bytes, or `None` when they are none: empty, too long, an arc with leading
    /// zeros, cut off, or an arc above 32 bits.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Option<Self> {
        let ends = bytes.last().is_some_and(|last| last & 0x80 == 0);
        if !ends || bytes.len() > Self::MAX_LENGTH {
            return None;
        }
        // The bytes of the arc so far that say "more follows", and its first byte.
        let (mut more, mut first) = (0u8, 0u8);
        for byte in bytes {
            if more == 0 {
                first = *byte;
            }
            // Seven bits a byte: the fifth byte fits into 32 bits only below a first one of four bits.
            match byte & 0x80 {
                0 if more == 4 && first > 0x8F => return None,
                0 => more = 0,
                _ if first == 0x80 || more == 4 => return None,
                _ => more += 1,
            }
        }
        Some(Self(bytes))
    }

    /// The content bytes.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arc = 0u32;
        let mut first = true;
        for byte in self.0 {
            arc = arc.wrapping_mul(128).wrapping_add(u32::from(byte & 0x7F));
            if byte & 0x80 != 0 {
                continue;
            }
            if first {
                let root = (arc / 40).min(2);
                write!(f, "{root}.{}", arc - root * 40)?;
                first = false;
            } else {
                write!(f, ".{arc}")?;
            }
            arc = 0;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Oid;
    use std::string::ToString;

    #[test]
    fn an_identifier_prints_in_dots() {
        let policy = [0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x14];
        assert_eq!(Oid::from_bytes(&policy).unwrap().to_string(), "1.2.392.200149.8.5.1.0.20");
        assert_eq!(Oid::from_bytes(&[0x55, 0x04, 0x03]).unwrap().to_string(), "2.5.4.3");
        assert_eq!(Oid::from_bytes(&[0x88, 0x37, 0x01]).unwrap().to_string(), "2.999.1");
    }

    #[test]
    fn d6_malformed_identifiers_are_refused() {
        for bytes in [&[][..], &[0x80, 0x01], &[0x2A, 0x80, 0x01], &[0x2A, 0x81], &[0x2A; 64]] {
            assert_eq!(Oid::from_bytes(bytes), None, "{bytes:02X?}");
        }
        let arc_of_128_bits = [&[0x2A, 0x83][..], &[0xFF; 17], &[0x7F]].concat();
        assert_eq!(Oid::from_bytes(&arc_of_128_bits), None);
    }

    #[test]
    fn an_arc_has_at_most_32_bits() {
        let greatest = [0x2A, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F];
        assert_eq!(Oid::from_bytes(&greatest).unwrap().to_string(), "1.2.4294967295");
        for bytes in [&[0x2A, 0x90, 0x80, 0x80, 0x80, 0x00][..], &[0x2A, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00]]
        {
            assert_eq!(Oid::from_bytes(bytes), None, "{bytes:02X?}");
        }
        // What one arc took does not count for the next.
        assert!(
            Oid::from_bytes(&[0x2A, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F, 0x01])
                .is_some()
        );
    }
}
