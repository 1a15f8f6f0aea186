//! Writing DER into a growing buffer.

use alloc::vec::Vec;

/// Writes a tag and a length in its shortest form.
pub(super) fn header(out: &mut Vec<u8>, tag: &[u8], length: usize) {
    out.extend_from_slice(tag);
    write_length(out, super::ber::size(length));
}

/// Writes a length in its shortest form.
pub(super) fn write_length(out: &mut Vec<u8>, length: u64) {
    let bytes = length.to_be_bytes();
    match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => out.push(short),
        _ => {
            let leading = bytes.iter().take_while(|byte| **byte == 0).count();
            let significant = bytes.get(leading..).unwrap_or_default();
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            out.extend_from_slice(significant);
        }
    }
}

/// The number of bytes that tag and length of an element with a tag of one byte take.
pub(super) fn header_size(length: u64) -> u64 {
    let mut header = Vec::with_capacity(10);
    header.push(0);
    write_length(&mut header, length);
    super::ber::size(header.len())
}

/// One element whose content the parts are, one after the other.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 10);
    header(&mut out, &[tag], length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A SET OF, or one under an implicit tag: the parts in the order that DER asks for (X.690 §11.6).
pub(super) fn set_of(tag: u8, mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    // No element is the beginning of another, so the plain order of bytes is that of the padded ones.
    parts.sort();
    element(tag, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// An INTEGER of this magnitude.
pub(super) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if magnitude.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    element(0x02, &[sign, magnitude])
}
