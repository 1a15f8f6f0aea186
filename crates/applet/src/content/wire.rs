//! Reading and writing templates in the card's own coding: lengths up to 127 take one byte, all others three
//! (`82 hh ll`), also where two would do.

use mynumber_apdu::tlv::{Reader, Tag, Tlv};

use super::LIMIT;
use super::error::{ContentError, ContentErrorKind};
use crate::date::Date;

type Result<T> = core::result::Result<T, ContentError>;

/// The levels of nesting that the card's templates need.
const DEPTH: u8 = 3;

/// The elements of a template, which is the whole file less its filler.
pub(super) struct Template<'a> {
    reader: Reader<'a>,
    raw: &'a [u8],
}

impl<'a> Template<'a> {
    /// Opens the template of this tag at the start of `file`.
    pub(super) fn open(file: &'a [u8], tag: u32) -> Result<Self> {
        check_limit(file)?;
        let mut outer = Reader::accepting_ber_lengths(file).with_depth(DEPTH);
        let template = outer.read(Tag(tag))?;
        check_filler(outer.rest(), outer.position())?;
        Ok(Self { reader: outer.enter(template)?, raw: template.raw() })
    }

    /// The template's own bytes, filler left out.
    pub(super) const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// All that stands in the template, and where.
    pub(super) const fn value(&self) -> (&'a [u8], usize) {
        (self.reader.rest(), self.reader.position())
    }

    /// The next element, which must have this tag.
    pub(super) fn read(&mut self, tag: u32) -> Result<Tlv<'a>> {
        Ok(self.reader.read(Tag(tag))?)
    }

    /// The next element, which must have this tag and this many bytes.
    pub(super) fn fixed<const N: usize>(&mut self, tag: u32) -> Result<&'a [u8; N]> {
        let element = self.read(tag)?;
        array(element.value(), element.value_position())
    }

    /// The next element, which must have this tag and must not be empty.
    pub(super) fn filled(&mut self, tag: u32) -> Result<Tlv<'a>> {
        let element = self.read(tag)?;
        if element.value().is_empty() {
            return Err(ContentError::new(ContentErrorKind::Empty, element.value_position()));
        }
        Ok(element)
    }

    /// Asserts that no element is left.
    pub(super) fn finish(&self) -> Result<()> {
        Ok(self.reader.finish()?)
    }
}

/// The bytes of a file from the start of one element to the end of another, which follows it.
pub(super) fn span<'a>(file: &'a [u8], first: &Tlv<'a>, last: &Tlv<'a>) -> &'a [u8] {
    file.get(first.position()..last.position() + last.raw().len()).unwrap_or_default()
}

pub(super) fn check_limit(file: &[u8]) -> Result<()> {
    if file.len() > LIMIT { Err(ContentError::new(ContentErrorKind::TooLong, LIMIT)) } else { Ok(()) }
}

/// What follows the content of a file: all `FF`, all `00`, or nothing.
pub(super) fn check_filler(rest: &[u8], position: usize) -> Result<()> {
    let kind = rest.first().copied().unwrap_or(0xFF);
    if matches!(kind, 0x00 | 0xFF) && rest.iter().all(|byte| *byte == kind) {
        Ok(())
    } else {
        Err(ContentError::new(ContentErrorKind::Filler, position))
    }
}

pub(super) fn array<const N: usize>(value: &[u8], position: usize) -> Result<&[u8; N]> {
    value.try_into().map_err(|_| ContentError::new(ContentErrorKind::Length { expected: N }, position))
}

pub(super) fn text<'a>(element: &Tlv<'a>) -> Result<&'a str> {
    core::str::from_utf8(element.value()).map_err(|error| {
        ContentError::new(ContentErrorKind::NotText, element.value_position() + error.valid_up_to())
    })
}

/// Digits as text.
pub(super) fn digits(value: &[u8], position: usize) -> Result<&str> {
    match core::str::from_utf8(value) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(text),
        _ => Err(ContentError::new(ContentErrorKind::NotDigits, position)),
    }
}

pub(super) fn date(value: &[u8], position: usize) -> Result<Date> {
    Date::parse(value).map_err(|error| ContentError::new(ContentErrorKind::Date(error), position))
}

/// The bytes that an element of this value length takes in the card's coding; its tag takes two.
pub(super) const fn element_len(value: usize) -> usize {
    2 + length_len(value) + value
}

const fn length_len(value: usize) -> usize {
    if value <= 0x7F { 1 } else { 3 }
}

/// Writes a file.
pub(super) struct Out<'b> {
    buffer: &'b mut [u8],
    written: usize,
}

impl<'b> Out<'b> {
    pub(super) const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let end = self.written.saturating_add(bytes.len());
        let full = ContentError::new(ContentErrorKind::BufferTooSmall, self.written);
        self.buffer.get_mut(self.written..end).ok_or(full)?.copy_from_slice(bytes);
        self.written = end;
        Ok(())
    }

    pub(super) fn header(&mut self, tag: u32, length: usize) -> Result<()> {
        let bytes = tag.to_be_bytes();
        self.bytes(bytes.get(4 - Tag(tag).len()..).unwrap_or_default())?;
        let long = ContentError::new(ContentErrorKind::ValueTooLong, self.written);
        let short = u16::try_from(length).ok().filter(|_| length <= LIMIT);
        let [high, low] = short.ok_or(long)?.to_be_bytes();
        if length_len(length) == 1 { self.bytes(&[low]) } else { self.bytes(&[0x82, high, low]) }
    }

    pub(super) fn element(&mut self, tag: u32, value: &[u8]) -> Result<()> {
        self.header(tag, value.len())?;
        self.bytes(value)
    }

    /// An element that every reader wants filled: a signature.
    pub(super) fn filled(&mut self, tag: u32, value: &[u8]) -> Result<()> {
        if value.is_empty() {
            return Err(ContentError::new(ContentErrorKind::Empty, self.written));
        }
        self.element(tag, value)
    }

    pub(super) fn finish(self) -> &'b [u8] {
        let Self { buffer, written } = self;
        buffer.get(..written).unwrap_or_default()
    }
}

/// An offset table: the position of each element's tag, as big-endian pairs.
pub(super) fn offsets_agree(table: &[u8], positions: &[usize]) -> bool {
    table.len() == 2 * positions.len()
        && table.chunks_exact(2).zip(positions).all(|(pair, position)| {
            <[u8; 2]>::try_from(pair).is_ok_and(|pair| offset_bytes(*position) == pair)
        })
}

/// One entry of an offset table; positions in a file fit, see [`LIMIT`].
pub(super) fn offset_bytes(position: usize) -> [u8; 2] {
    u16::try_from(position).unwrap_or(u16::MAX).to_be_bytes()
}

/// A reader over plain elements without a template around them.
pub(super) fn reader(bytes: &[u8], position: usize) -> Reader<'_> {
    Reader::accepting_ber_lengths(bytes).with_depth(DEPTH).at_position(position)
}
