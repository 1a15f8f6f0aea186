//! BER-TLV (ISO 7816-4 §6.3, ITU-T X.690 §8.1): a reader and a writer without allocation.
//!
//! ```
//! use mynumber_apdu::tlv::{Reader, Tag};
//!
//! let mut outer = Reader::new(&[0xFF, 0x20, 0x04, 0xDF, 0x25, 0x01, b'2']);
//! let template = outer.read(Tag(0xFF20))?;
//! let mut inner = outer.enter(template)?;
//! assert_eq!(inner.read(Tag(0xDF25))?.value(), b"2");
//! inner.finish()?;
//! outer.finish()?;
//! # Ok::<(), mynumber_apdu::tlv::Error>(())
//! ```
//!
//! The readers never panic, never allocate and never read outside their input; every error carries the position in
//! the outermost input. Indefinite lengths are refused: no file of the card uses them. So is the tag `00`, which
//! ISO 7816-4 §6.3 calls invalid; tags of two bytes with a number below 31, invalid there too, are read as they stand,
//! because the card has them (`FF10`).

use core::fmt;

mod error;
mod writer;

pub use error::{Error, ErrorKind};
pub use writer::{Writer, length_len};

/// Nesting levels that a reader allows below itself unless told otherwise; the card's own files need 3, a certificate 9.
pub const DEFAULT_DEPTH: u8 = 32;

/// A tag of one to four bytes, as a big-endian number: `0x30`, `0x7F21`, `0xDF21` (ISO 7816-4 §6.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u32);

impl Tag {
    /// The number of bytes the tag takes: 1 to 4.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a tag is never empty")]
    pub const fn len(self) -> usize {
        match self.0 {
            0..=0xFF => 1,
            0x100..=0xFFFF => 2,
            0x1_0000..=0xFF_FFFF => 3,
            _ => 4,
        }
    }

    /// Whether the value is itself made of TLV, by bit 6 of the first byte.
    ///
    /// Some files of the card set the bit and hold plain bytes (the individual-number file), so a reader never
    /// descends unasked.
    #[must_use]
    pub const fn is_constructed(self) -> bool {
        let [a, b, c, d] = self.0.to_be_bytes();
        let first = match self.len() {
            1 => d,
            2 => c,
            3 => b,
            _ => a,
        };
        first & 0x20 != 0
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$X}", self.0, width = self.len() * 2)
    }
}

/// One element: a view into the input. `Debug` shows the tag and the length, never the value.
#[derive(Clone, Copy)]
pub struct Tlv<'a> {
    tag: Tag,
    value: &'a [u8],
    position: usize,
    /// The reader's input from the tag on: [`Tlv::raw`] is cut out of it only when asked for.
    from_tag: &'a [u8],
    header: usize,
}

impl<'a> Tlv<'a> {
    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// The value field.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// The whole element as it stood in the input: tag, length and value.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        match self.from_tag.split_at_checked(self.header + self.value.len()) {
            Some((raw, _)) => raw,
            None => self.from_tag,
        }
    }

    /// Where the tag begins in the outermost input, in bytes.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Where the value begins in the outermost input, in bytes.
    #[must_use]
    pub const fn value_position(&self) -> usize {
        self.position + self.header
    }
}

impl PartialEq for Tlv<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.raw(), self.tag, self.position) == (other.raw(), other.tag, other.position)
    }
}

impl Eq for Tlv<'_> {}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tlv({} [{}] at {})", self.tag, self.value.len(), self.position)
    }
}

/// Which codings of a length are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    /// The shortest coding only (X.690 §10.1).
    Der,
    /// Any definite coding of up to four length bytes (X.690 §8.1.3).
    Ber,
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Where the input ends in the outermost input: with the length of `rest` it gives the position, for nothing.
    end: usize,
    lengths: Lengths,
    depth: u8,
}

impl<'a> Reader<'a> {
    /// A reader that accepts only the shortest coding of each length, as DER demands.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self { rest: input, end: input.len(), lengths: Lengths::Der, depth: DEFAULT_DEPTH }
    }

    /// A reader that also accepts longer codings of a length than necessary: the card writes every length above 127
    /// with two bytes (`82 00 9F`).
    #[must_use]
    pub const fn accepting_ber_lengths(input: &'a [u8]) -> Self {
        Self { rest: input, end: input.len(), lengths: Lengths::Ber, depth: DEFAULT_DEPTH }
    }

    /// The same reader with another number of nesting levels allowed below it.
    #[must_use]
    pub const fn with_depth(mut self, levels: u8) -> Self {
        self.depth = levels;
        self
    }

    /// The same reader counting positions from `position` on, for input cut out of something larger.
    ///
    /// Positions above half of `usize::MAX` are taken as that half: no input is that large.
    #[must_use]
    pub const fn at_position(mut self, position: usize) -> Self {
        // An input is at most `isize::MAX` bytes long, so with this bound no position overflows.
        let position = if position > usize::MAX / 2 { usize::MAX / 2 } else { position };
        self.end = position + self.rest.len();
        self
    }

    /// Where the next element begins in the outermost input, in bytes.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// The bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether everything is read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element, or `None` at the end.
    ///
    /// # Errors
    /// [`Error`] when the bytes are not an element; the reader then stays where it was.
    #[inline]
    pub fn next_element(&mut self) -> Result<Option<Tlv<'a>>, Error> {
        let before = self.rest;
        if before.is_empty() {
            return Ok(None);
        }
        // The headers of nearly all elements are taken apart here, the others out of line.
        let (tag, length, after) = match common_header(before) {
            Some(header) => header,
            None => read_header(before, self.lengths).map_err(|error| error.offset(self.position()))?,
        };
        let Some((value, rest)) = after.split_at_checked(length) else {
            return Err(Error::new(ErrorKind::ValueTruncated, self.end));
        };
        let (position, header) = (self.position(), before.len() - after.len());
        self.rest = rest;
        Ok(Some(Tlv { tag, value, position, from_tag: before, header }))
    }

    /// The next element, which must have this tag.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] at the end, [`ErrorKind::UnexpectedTag`], or as [`Reader::next_element`].
    #[inline]
    pub fn read(&mut self, tag: Tag) -> Result<Tlv<'a>, Error> {
        let before = *self;
        match self.next_element()? {
            Some(element) if element.tag == tag => Ok(element),
            Some(_) => {
                *self = before;
                Err(Error::new(ErrorKind::UnexpectedTag { expected: tag }, before.position()))
            }
            None => Err(Error::new(ErrorKind::Missing { expected: tag }, before.position())),
        }
    }

    /// The next element if it has this tag; otherwise `None`, and the reader stays where it was.
    ///
    /// # Errors
    /// As [`Reader::next_element`].
    pub fn read_optional(&mut self, tag: Tag) -> Result<Option<Tlv<'a>>, Error> {
        let before = *self;
        match self.next_element()? {
            Some(element) if element.tag == tag => Ok(Some(element)),
            _ => {
                *self = before;
                Ok(None)
            }
        }
    }

    /// A reader over the elements inside `element`, with one nesting level less.
    ///
    /// # Errors
    /// [`ErrorKind::TooDeep`] when the levels are used up.
    pub const fn enter(&self, element: Tlv<'a>) -> Result<Self, Error> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self {
                rest: element.value,
                end: element.value_position() + element.value.len(),
                lengths: self.lengths,
                depth,
            }),
            None => Err(Error::new(ErrorKind::TooDeep, element.position)),
        }
    }

    /// Asserts that everything was read.
    ///
    /// # Errors
    /// [`ErrorKind::TrailingBytes`] when bytes are left.
    pub const fn finish(&self) -> Result<(), Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::TrailingBytes, self.position())) }
    }
}

/// The only element of `input`: one element with this tag, and nothing after it.
///
/// # Errors
/// As [`Reader::read`] and [`Reader::finish`].
pub fn single(input: &[u8], tag: Tag) -> Result<Tlv<'_>, Error> {
    let mut reader = Reader::new(input);
    let element = reader.read(tag)?;
    reader.finish()?;
    Ok(element)
}

/// How long a file is, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileLength {
    /// The first element and its header take this many bytes together.
    Total(usize),
    /// At least this many first bytes are needed to tell.
    NeedBytes(usize),
}

/// How long the first element of a file is, tag and length included, told from the file's first bytes.
///
/// # Errors
/// [`ErrorKind::TooLong`] above `limit` bytes, [`ErrorKind::Empty`] for an element without value, or the faults of tag
/// and length.
pub fn file_length(first_bytes: &[u8], limit: usize) -> Result<FileLength, Error> {
    if first_bytes.is_empty() {
        return Ok(FileLength::NeedBytes(2));
    }
    let (_, tag_len) = match read_tag(first_bytes) {
        Ok(read) => read,
        Err(error) if error.kind() == ErrorKind::TagTruncated => {
            return Ok(FileLength::NeedBytes(first_bytes.len() + 2));
        }
        Err(error) => return Err(error),
    };
    let after_tag = first_bytes.get(tag_len..).unwrap_or_default();
    // The card's own templates do not use the shortest coding (`FF40 82 00 9F`); DER is checked by who reads DER.
    match read_length(after_tag, Lengths::Ber) {
        Ok((0, _)) => Err(Error::new(ErrorKind::Empty, tag_len)),
        Ok((length, length_len)) => match tag_len.saturating_add(length_len).saturating_add(length) {
            total if total > limit => Err(Error::new(ErrorKind::TooLong { limit }, tag_len)),
            total => Ok(FileLength::Total(total)),
        },
        Err(error) if error.kind() == ErrorKind::LengthTruncated => {
            let wanted = after_tag.first().map_or(1, |first| 1 + usize::from(first & 0x7F));
            Ok(FileLength::NeedBytes(tag_len + wanted))
        }
        Err(error) => Err(error.offset(tag_len)),
    }
}

/// A header as the readers need it: the tag, the length, and what follows them.
type Header<'a> = (Tag, usize, &'a [u8]);

/// The header at the start of `input` if it is of the common kind: a tag of one or two bytes, a length of one.
#[inline]
fn common_header(input: &[u8]) -> Option<Header<'_>> {
    match input {
        [first, rest @ ..] if has_more(*first) => match rest {
            [second, length, after @ ..] if (second | length) & 0x80 == 0 => {
                Some((Tag((u32::from(*first) << 8) | u32::from(*second)), usize::from(*length), after))
            }
            _ => None,
        },
        [tag @ 1..=0xFF, length @ 0..=0x7F, after @ ..] => {
            Some((Tag(u32::from(*tag)), usize::from(*length), after))
        }
        _ => None,
    }
}

/// The header at the start of `input`, of whatever kind.
#[inline(never)]
fn read_header(input: &[u8], lengths: Lengths) -> Result<Header<'_>, Error> {
    // Nearly all that come here: a length of one or two bytes in its shortest coding, behind one byte of tag, or two.
    match input {
        [first @ 1..=0xFF, 0x81, length @ 0x80..=0xFF, after @ ..] if !has_more(*first) => {
            Ok((Tag(u32::from(*first)), usize::from(*length), after))
        }
        [first @ 1..=0xFF, 0x82, high @ 1..=0xFF, low, after @ ..] if !has_more(*first) => {
            Ok((Tag(u32::from(*first)), usize::from(*high) << 8 | usize::from(*low), after))
        }
        [first, second @ 0..=0x7F, 0x81, length @ 0x80..=0xFF, after @ ..] if has_more(*first) => {
            Ok((Tag((u32::from(*first) << 8) | u32::from(*second)), usize::from(*length), after))
        }
        _ => any_header(input, lengths),
    }
}

/// Whether more bytes follow the first one of a tag.
#[inline]
const fn has_more(first: u8) -> bool {
    first & 0x1F == 0x1F
}

#[cold]
#[inline(never)]
fn any_header(input: &[u8], lengths: Lengths) -> Result<Header<'_>, Error> {
    let (tag, tag_len) = read_tag(input)?;
    let after_tag = input.get(tag_len..).unwrap_or_default();
    let (length, length_len) = read_length(after_tag, lengths).map_err(|error| error.offset(tag_len))?;
    Ok((tag, length, after_tag.get(length_len..).unwrap_or_default()))
}

/// The tag at the start of `input` and its number of bytes.
fn read_tag(input: &[u8]) -> Result<(Tag, usize), Error> {
    let [first, rest @ ..] = input else {
        return Err(Error::new(ErrorKind::TagTruncated, 0));
    };
    if *first == 0 {
        return Err(Error::new(ErrorKind::InvalidTag, 0));
    }
    if !has_more(*first) {
        return Ok((Tag(u32::from(*first)), 1));
    }
    let mut number = u32::from(*first);
    for (index, byte) in rest.iter().take(3).enumerate() {
        if index == 0 && *byte == 0x80 {
            // X.690 §8.1.2.4.2 c: no leading zero groups.
            return Err(Error::new(ErrorKind::InvalidTag, 1));
        }
        number = (number << 8) | u32::from(*byte);
        if byte & 0x80 == 0 {
            return Ok((Tag(number), index + 2));
        }
    }
    let kind = if rest.len() < 3 { ErrorKind::TagTruncated } else { ErrorKind::InvalidTag };
    Err(Error::new(kind, input.len().min(4)))
}

/// The length at the start of `input` and its number of bytes; positions count from the length's first byte.
#[inline]
fn read_length(input: &[u8], lengths: Lengths) -> Result<(usize, usize), Error> {
    let [first, rest @ ..] = input else {
        return Err(Error::new(ErrorKind::LengthTruncated, 0));
    };
    let count = match *first {
        short @ 0..=0x7F => return Ok((usize::from(short), 1)),
        0x80 => return Err(Error::new(ErrorKind::IndefiniteLength, 0)),
        0x81..=0x84 => usize::from(first & 0x7F),
        _ => return Err(Error::new(ErrorKind::InvalidLength, 0)),
    };
    let Some(bytes) = rest.get(..count) else {
        return Err(Error::new(ErrorKind::LengthTruncated, input.len()));
    };
    let value = bytes.iter().fold(0u32, |value, byte| (value << 8) | u32::from(*byte));
    let shortest = match value {
        0..=0x7F => 0,
        0x80..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFF_FFFF => 3,
        _ => 4,
    };
    if lengths == Lengths::Der && count != shortest {
        return Err(Error::new(ErrorKind::LengthNotShortest, 0));
    }
    let length = usize::try_from(value).map_err(|_| Error::new(ErrorKind::InvalidLength, 0))?;
    Ok((length, count + 1))
}

#[cfg(test)]
#[path = "tlv_tests.rs"]
mod tests;
