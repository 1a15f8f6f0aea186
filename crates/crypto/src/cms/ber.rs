//! BER as other tools write it around a CMS message (X.690 §8): headers, elements, and the way into DER.

use alloc::vec::Vec;

use crate::asn1::{Error, ErrorKind, Field, Object};
use mynumber_apdu::tlv;

/// Deepest nesting of a message.
pub(super) const DEPTH: u8 = 32;

pub(super) const END_OF_CONTENTS: [u8; 2] = [0, 0];
const CONSTRUCTED: u8 = 0x20;
const OCTETS: u8 = 0x04;
const CONSTRUCTED_OCTETS: u8 = 0x24;

/// A fault in the encoding at this byte of the message.
pub(super) fn fault(kind: tlv::ErrorKind, field: Field, position: u64) -> Error {
    other_fault(ErrorKind::Tlv(kind), field, position)
}

/// A fault in what is encoded.
pub(super) fn other_fault(kind: ErrorKind, field: Field, position: u64) -> Error {
    Error::new(kind, Object::Cms, field, usize::try_from(position).unwrap_or(usize::MAX))
}

/// Tag and length of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The first byte of the tag.
    pub(super) tag: u8,
    /// Bytes of the tag.
    pub(super) tag_size: usize,
    /// The length, or `None` for the indefinite form.
    pub(super) length: Option<u64>,
    /// Bytes of tag and length.
    pub(super) size: usize,
}

/// The header at the start of `input`, or `None` when it does not end there.
pub(super) fn header(input: &[u8]) -> Result<Option<Header>, tlv::ErrorKind> {
    let Some(first) = input.first() else { return Ok(None) };
    let tag_size = if first & 0x1F == 0x1F {
        match input.iter().skip(1).take(3).position(|byte| byte & 0x80 == 0) {
            Some(more) => more + 2,
            None if input.len() < 4 => return Ok(None),
            None => return Err(tlv::ErrorKind::InvalidTag),
        }
    } else {
        1
    };
    let Some([length, rest @ ..]) = input.get(tag_size..) else { return Ok(None) };
    let size = tag_size + 1;
    let header = |length, size| Ok(Some(Header { tag: *first, tag_size, length, size }));
    match *length {
        0x80 if first & CONSTRUCTED != 0 => header(None, size),
        0x80 => Err(tlv::ErrorKind::IndefiniteLength),
        short @ 0..=0x7F if *first != 0 || short == 0 => header(Some(u64::from(short)), size),
        long @ 0x81..=0x88 if *first != 0 => {
            let count = usize::from(long & 0x7F);
            let Some(bytes) = rest.get(..count) else { return Ok(None) };
            let value = bytes.iter().fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
            header(Some(value), size + count)
        }
        _ if *first == 0 => Err(tlv::ErrorKind::InvalidTag),
        _ => Err(tlv::ErrorKind::InvalidLength),
    }
}

/// One element in a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// The tag's bytes.
    tag_bytes: &'a [u8],
    pub(super) content: &'a [u8],
    /// The element as it stands, end-of-contents included.
    pub(super) raw: &'a [u8],
    /// Where the content begins in the message.
    position: u64,
    depth: u8,
}

/// Reads the elements of a buffer one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements<'a> {
    rest: &'a [u8],
    position: u64,
    field: Field,
    depth: u8,
}

impl<'a> Elements<'a> {
    /// The elements of `input`, which begins at this byte of the message.
    pub(super) const fn new(input: &'a [u8], position: u64, field: Field, depth: u8) -> Self {
        Self { rest: input, position, field, depth }
    }

    /// The elements inside `element`.
    pub(super) const fn inside(element: &Element<'a>, field: Field) -> Self {
        Self { rest: element.content, position: element.position, field, depth: element.depth }
    }

    pub(super) const fn in_field(mut self, field: Field) -> Self {
        self.field = field;
        self
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn fault(&self, kind: tlv::ErrorKind) -> Error {
        fault(kind, self.field, self.position)
    }

    pub(super) fn other_fault(&self, kind: ErrorKind) -> Error {
        other_fault(kind, self.field, self.position)
    }

    /// The tag of the next element.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, which must have this tag.
    pub(super) fn read(&mut self, tag: u8) -> Result<Element<'a>, Error> {
        let expected = tlv::Tag(u32::from(tag));
        match self.peek() {
            Some(found) if found == tag => self.next(),
            Some(_) => Err(self.fault(tlv::ErrorKind::UnexpectedTag { expected })),
            None => Err(self.fault(tlv::ErrorKind::Missing { expected })),
        }
    }

    /// The next element if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Error> {
        if self.peek() == Some(tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// The next element, whatever it is.
    pub(super) fn next(&mut self) -> Result<Element<'a>, Error> {
        let truncated = self.fault(tlv::ErrorKind::ValueTruncated);
        let header = header(self.rest).map_err(|kind| self.fault(kind))?.ok_or(truncated)?;
        let depth = self.depth.checked_sub(1).ok_or_else(|| self.fault(tlv::ErrorKind::TooDeep))?;
        if header.tag == 0 {
            return Err(self.fault(tlv::ErrorKind::InvalidTag));
        }
        let after = self.rest.get(header.size..).unwrap_or_default();
        let position = self.position.saturating_add(size(header.size));
        let (content, trailer) = match header.length {
            Some(length) => {
                let length = usize::try_from(length).map_err(|_| truncated)?;
                (after.get(..length).ok_or(truncated)?, 0)
            }
            None => {
                let mut inside = Self { rest: after, position, field: self.field, depth };
                while !inside.rest.starts_with(&END_OF_CONTENTS) {
                    inside.next()?;
                }
                let length = after.len().saturating_sub(inside.rest.len());
                (after.get(..length).ok_or(truncated)?, END_OF_CONTENTS.len())
            }
        };
        let total = header.size.saturating_add(content.len()).saturating_add(trailer);
        let (raw, rest) = self.rest.split_at_checked(total).ok_or(truncated)?;
        self.rest = rest;
        self.position = self.position.saturating_add(size(total));
        let tag_bytes = raw.get(..header.tag_size).unwrap_or_default();
        Ok(Element { tag: header.tag, tag_bytes, content, raw, position, depth })
    }

    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.fault(tlv::ErrorKind::TrailingBytes)) }
    }
}

/// A number of bytes as a position counts them.
pub(super) fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Element<'_> {
    /// The element in definite lengths of the shortest form, constructed OCTET STRINGs joined. Nothing else is changed.
    pub(super) fn to_der(self, field: Field) -> Result<Vec<u8>, Error> {
        let mut out = Vec::with_capacity(self.raw.len());
        self.write_der(field, &mut out)?;
        Ok(out)
    }

    fn write_der(&self, field: Field, out: &mut Vec<u8>) -> Result<(), Error> {
        if self.tag & CONSTRUCTED == 0 {
            super::write::header(out, self.tag_bytes, self.content.len());
            out.extend_from_slice(self.content);
            return Ok(());
        }
        let mut content = Vec::with_capacity(self.content.len());
        if self.tag == CONSTRUCTED_OCTETS {
            self.join(field, &mut content)?;
            super::write::header(out, &[OCTETS], content.len());
        } else {
            // Universal types other than SEQUENCE and SET have no parts in what is read here.
            if self.tag & 0xC0 == 0 && !matches!(self.tag, 0x30 | 0x31) {
                return Err(fault(tlv::ErrorKind::InvalidTag, field, self.position));
            }
            let mut inside = Elements::inside(self, field);
            while !inside.is_empty() {
                inside.next()?.write_der(field, &mut content)?;
            }
            super::write::header(out, self.tag_bytes, content.len());
        }
        out.extend_from_slice(&content);
        Ok(())
    }

    /// Joins the segments of an OCTET STRING.
    fn join(&self, field: Field, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut inside = Elements::inside(self, field);
        while !inside.is_empty() {
            let wrong = inside.fault(tlv::ErrorKind::UnexpectedTag { expected: tlv::Tag(0x04) });
            let segment = inside.next()?;
            match segment.tag {
                OCTETS => out.extend_from_slice(segment.content),
                CONSTRUCTED_OCTETS => segment.join(field, out)?,
                _ => return Err(wrong),
            }
        }
        Ok(())
    }
}
