//! The inputs: what a session with the card sends and reads most often.

/// SELECT by name with a 16-byte application identifier, nothing asked for (case 3, short).
pub const SHORT_COMMAND: [u8; 21] = [
    0x00, 0xA4, 0x04, 0x0C, 0x10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00,
];

/// A signature over a 51-byte DigestInfo in the extended form, everything asked for (case 4, extended).
pub const EXTENDED_COMMAND: [u8; 60] = {
    let mut bytes = [0x5A; 60];
    let (header, _) = bytes.split_at_mut(7);
    header.copy_from_slice(&[0x80, 0x2A, 0x00, 0x80, 0x00, 0x00, 0x33]);
    let (_, le) = bytes.split_at_mut(58);
    le.copy_from_slice(&[0x00, 0x00]);
    bytes
};

/// The lengths of the seven elements inside [`record`].
const FIELDS: [(u16, u8); 7] =
    [(0xDF21, 11), (0xDF22, 24), (0xDF23, 120), (0xDF24, 8), (0xDF25, 1), (0xDF26, 4), (0xDF27, 7)];

/// A record of 200 bytes: a template `FF20` around seven elements with two-byte tags, like the attributes file.
#[must_use]
pub fn record() -> Vec<u8> {
    let mut inner = Vec::new();
    for (tag, length) in FIELDS {
        inner.extend(tag.to_be_bytes());
        inner.push(length);
        inner.extend(std::iter::repeat_n(0x41, usize::from(length)));
    }
    let length = u8::try_from(inner.len()).unwrap_or(u8::MAX);
    let mut record = vec![0xFF, 0x20, 0x81, length];
    record.extend(inner);
    record
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_record_has_200_bytes() {
        assert_eq!(super::record().len(), 200);
    }
}
