//! What a reader says it can do (PC/SC part 10 §2.2 and §2.6).
//!
//! The bytes come from the reader's driver and are not trusted: whatever is cut off or of the wrong length ends the
//! reading, and what was not understood is as if not said.

use pcsc::{Card, ctl_code};

/// `FEATURE_TLV_PROPERTIES`.
const PROPERTIES: u8 = 0x12;
/// `dwMaxAPDUDataSize`.
const MAX_DATA: u8 = 0x0A;
/// `CM_IOCTL_GET_FEATURE_REQUEST`.
const GET_FEATURES: u32 = 3400;

/// Whether the reader says that it carries short lengths only. Two questions to the driver, none to the card.
pub(super) fn is_short_only(card: &Card) -> bool {
    // 255 features of 6 bytes at most, 256 bytes of properties (an extended APDU for a pseudo-device is no use here).
    let mut buffer = [0; 2048];
    let Ok(features) = card.control(ctl_code(GET_FEATURES.into()), &[], &mut buffer) else {
        return false;
    };
    let Some(code) = properties_code(features) else {
        return false;
    };
    let mut buffer = [0; 2048];
    card.control(code.into(), &[], &mut buffer)
        .is_ok_and(|properties| max_data(properties).is_some_and(|max| max <= 256))
}

/// The control code that asks for the properties; values are big-endian.
fn properties_code(features: &[u8]) -> Option<u32> {
    Entries(features).find_map(|(tag, value)| match (tag, value) {
        (PROPERTIES, &[a, b, c, d]) => Some(u32::from_be_bytes([a, b, c, d])),
        _ => None,
    })
}

/// The most data bytes of a command that the reader carries: 0 or up to 256 is short lengths only; little-endian.
fn max_data(properties: &[u8]) -> Option<u32> {
    Entries(properties).find_map(|(tag, value)| match (tag, value) {
        (MAX_DATA, &[a, b, c, d]) => Some(u32::from_le_bytes([a, b, c, d])),
        _ => None,
    })
}

/// Entries of one tag byte, one length byte, value; ends where one is cut off.
struct Entries<'a>(&'a [u8]);

impl<'a> Iterator for Entries<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[tag, length], rest) = self.0.split_first_chunk::<2>()?;
        let (value, rest) = rest.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some((tag, value))
    }
}

#[cfg(test)]
mod tests {
    use super::{max_data, properties_code};
    use proptest::prelude::*;

    #[test]
    fn the_properties_are_found_among_other_features() {
        let features = [6, 4, 0x42, 0x33, 0, 6, 0x12, 4, 0x42, 0x33, 0, 0x12, 0x13, 4, 0x42, 0x33, 0, 0x13];
        assert_eq!(properties_code(&features), Some(0x4233_0012));
        assert_eq!(max_data(&[1, 2, 0, 0, 0x0A, 4, 0, 0, 1, 0]), Some(65_536));
        assert_eq!(max_data(&[0x0A, 4, 0, 0, 0, 0]), Some(0));
    }

    #[test]
    fn c8_bad_lengths_are_as_if_not_said() {
        for bytes in [
            &[][..],
            &[0x12],
            &[0x12, 4],
            &[0x12, 4, 1, 2, 3],
            &[0x12, 3, 1, 2, 3],
            &[0x12, 0xFF, 0, 0, 0, 0],
        ] {
            assert_eq!(properties_code(bytes), None);
        }
        for bytes in
            [&[0x0A, 4][..], &[0x0A, 2, 0, 0], &[0x0A, 5, 0, 0, 0, 0, 0], &[1, 0xFF, 0x0A, 4, 0, 0, 0, 0]]
        {
            assert_eq!(max_data(bytes), None);
        }
    }

    proptest! {
        #[test]
        fn c8_any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (properties_code(&bytes), max_data(&bytes));
        }
    }
}
