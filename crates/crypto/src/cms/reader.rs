//! The reader: a message in pieces of any size, its content hashed and passed on, never kept.

use alloc::vec::Vec;

use super::ber::{self, DEPTH, END_OF_CONTENTS, Header};
use super::head::{self, Frame, Head, HeadContent, Step};
use super::message::{Content, SignedData};
use super::{Error, message};
use crate::asn1::{ErrorKind, Field};
use mynumber_apdu::tlv;

/// Reads a CMS message of the type SignedData (RFC 5652 §5), pushed in pieces.
///
/// Content inside the message is hashed as it passes and given to the caller's sink; everything else is kept, up to
/// [`Reader::MAX_KEPT`] bytes. The outer structure may be in BER as other tools write it: indefinite lengths, content in
/// segments.
#[derive(Debug)]
pub struct Reader {
    stage: Stage,
    /// Bytes of the message taken in.
    position: u64,
    frames: Vec<Frame>,
    kept: Vec<u8>,
    head: Option<Parsed>,
    failed: Option<Error>,
}

/// What the head of the message said.
#[derive(Debug)]
struct Parsed {
    version: u8,
    content_type: Vec<u8>,
    content: Content,
    /// Where the bytes after the content begin.
    tail: u64,
}

#[derive(Debug)]
enum Stage {
    Head,
    Content {
        /// Bytes left of the octets at hand.
        left: u64,
        /// The header of a segment, as far as it is there.
        header: Vec<u8>,
        /// How many frames lie around the outermost OCTET STRING.
        around: usize,
    },
    Tail,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// The most bytes kept of a message, its content aside: 1 MiB. A signature with its certificates takes a few
    /// thousand.
    pub const MAX_KEPT: usize = 1 << 20;

    /// A reader at the start of a message.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            stage: Stage::Head,
            position: 0,
            frames: Vec::new(),
            kept: Vec::new(),
            head: None,
            failed: None,
        }
    }

    /// Reads a message that is in memory as a whole.
    ///
    /// # Errors
    /// As [`Reader::feed`] and [`Reader::finish`].
    pub fn read(message: &[u8]) -> Result<SignedData, Error> {
        let mut reader = Self::new();
        reader.feed(message)?;
        reader.finish()
    }

    /// The bytes kept so far.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Takes the next bytes of the message.
    ///
    /// # Errors
    /// [`Error`] when they cannot be the continuation of a message; every later call returns it again.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.feed_to(bytes, |_| ())
    }

    /// As [`Reader::feed`], and gives the content inside the message to `sink` as it passes. What the sink gets is
    /// **not checked yet**: nothing may act on it before [`SignedData::verify`] has said who signed it.
    ///
    /// # Errors
    /// As [`Reader::feed`].
    pub fn feed_to(&mut self, bytes: &[u8], mut sink: impl FnMut(&[u8])) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.take(bytes, &mut sink).inspect_err(|error| self.failed = Some(*error))
    }

    fn take(&mut self, mut bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let mut rest = Vec::new();
        if matches!(self.stage, Stage::Head) {
            let room = head::MAX.saturating_sub(self.kept.len());
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.kept.extend_from_slice(now);
            match head::parse(&self.kept)? {
                Step::Done(head) => rest = self.begin(head),
                Step::More if self.kept.len() >= head::MAX => {
                    return Err(
                        ber::other_fault(ErrorKind::TooLong, Field::Whole, ber::size(head::MAX)).into()
                    );
                }
                Step::More => return Ok(()),
            }
            bytes = later;
        }
        self.go_on(&rest, sink)?;
        self.go_on(bytes, sink)
    }

    /// Takes over what the head says, and returns the bytes kept beyond it.
    fn begin(&mut self, head: Head) -> Vec<u8> {
        let rest = self.kept.split_off(head.size);
        self.kept.clear();
        self.position = ber::size(head.size);
        self.frames = head.frames;
        let around = self.frames.len();
        let attached = match head.content {
            HeadContent::Absent => {
                self.stage = Stage::Tail;
                false
            }
            HeadContent::Octets(left) => {
                self.stage = Stage::Content { left, header: Vec::new(), around };
                true
            }
            HeadContent::Segments(frame) => {
                self.stage = Stage::Content { left: 0, header: Vec::new(), around };
                self.frames.push(frame);
                true
            }
        };
        self.head = Some(Parsed {
            version: head.version,
            content_type: head.content_type,
            content: Content::new(attached, head.hashes),
            tail: self.position,
        });
        rest
    }

    fn go_on(&mut self, mut bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        while matches!(self.stage, Stage::Content { .. }) {
            if self.end_of_octets() {
                break;
            }
            if bytes.is_empty() {
                return Ok(());
            }
            bytes = self.octets(bytes, sink)?;
        }
        if self.kept.len().saturating_add(bytes.len()) > Self::MAX_KEPT {
            return Err(ber::other_fault(ErrorKind::TooLong, Field::Whole, self.position).into());
        }
        self.kept.extend_from_slice(bytes);
        Ok(())
    }

    /// Leaves the OCTET STRINGs that end here, and says whether that was the last.
    fn end_of_octets(&mut self) -> bool {
        let Stage::Content { left: 0, header, around } = &self.stage else { return false };
        if !header.is_empty() {
            return false;
        }
        while self.frames.len() > *around && self.frames.last().is_some_and(|top| top.ends_at(self.position))
        {
            self.frames.pop();
        }
        let ended = self.frames.len() == *around;
        if ended {
            self.stage = Stage::Tail;
            if let Some(head) = &mut self.head {
                head.tail = self.position;
            }
        }
        ended
    }

    /// Takes octets, or one byte of a segment's header; returns what is left.
    fn octets<'b>(&mut self, bytes: &'b [u8], sink: &mut dyn FnMut(&[u8])) -> Result<&'b [u8], Error> {
        let Stage::Content { left, header, .. } = &mut self.stage else { return Ok(bytes) };
        if *left > 0 {
            let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
            let (octets, rest) = bytes.split_at_checked(count).unwrap_or((bytes, &[]));
            *left -= ber::size(octets.len());
            self.position = self.position.saturating_add(ber::size(octets.len()));
            if let Some(head) = &mut self.head {
                head.content.update(octets);
            }
            sink(octets);
            return Ok(rest);
        }
        let (first, rest) = bytes.split_at_checked(1).unwrap_or((bytes, &[]));
        header.extend_from_slice(first);
        let start = self.position;
        let read = ber::header(header).map_err(|kind| ber::fault(kind, Field::Content, start))?;
        if let Some(read) = read {
            header.clear();
            self.segment(read)?;
        }
        Ok(rest)
    }

    /// Acts on the header of a segment.
    fn segment(&mut self, header: Header) -> Result<(), Error> {
        let fault = |kind| Error::from(ber::fault(kind, Field::Content, self.position));
        let top = *self.frames.last().ok_or_else(|| fault(tlv::ErrorKind::TrailingBytes))?;
        let position = self.position.saturating_add(ber::size(header.size));
        let inner = top.inner(position, header.length).map_err(fault)?;
        match (header.tag, header.length) {
            (0x00, Some(0)) if top.is_indefinite() => {
                self.frames.pop();
            }
            (0x04, Some(length)) => {
                if let Stage::Content { left, .. } = &mut self.stage {
                    *left = length;
                }
            }
            (0x24, _) if self.frames.len() < usize::from(DEPTH) => self.frames.push(inner),
            (0x24, _) => return Err(fault(tlv::ErrorKind::TooDeep)),
            _ => return Err(fault(tlv::ErrorKind::UnexpectedTag { expected: tlv::Tag(0x04) })),
        }
        self.position = position;
        Ok(())
    }

    /// The message, when it is complete and nothing follows it.
    ///
    /// # Errors
    /// [`Error`].
    pub fn finish(self) -> Result<SignedData, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let missing = ber::fault(tlv::ErrorKind::ValueTruncated, Field::Whole, self.position);
        let (Stage::Tail, Some(head)) = (self.stage, self.head) else { return Err(missing.into()) };
        let mut tail = Tail { bytes: &self.kept, position: head.tail, frames: self.frames };
        // The encapsulated content, then what the message holds beside it.
        while tail.frames.len() > 3 {
            tail.close()?;
        }
        let fields = tail.fields()?;
        let message = message::read(fields, head.version, head.content_type, head.content)?;
        while !tail.frames.is_empty() {
            tail.close()?;
        }
        if tail.bytes.is_empty() {
            Ok(message)
        } else {
            Err(ber::fault(tlv::ErrorKind::TrailingBytes, Field::Whole, tail.position).into())
        }
    }
}

/// What follows the content, and the elements still open around it.
struct Tail<'a> {
    bytes: &'a [u8],
    position: u64,
    frames: Vec<Frame>,
}

impl<'a> Tail<'a> {
    fn advance(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let missing = ber::fault(tlv::ErrorKind::ValueTruncated, Field::Whole, self.position);
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(missing)?;
        self.bytes = rest;
        self.position = self.position.saturating_add(ber::size(count));
        Ok(taken)
    }

    /// Ends the innermost element: at its length, or with end-of-contents.
    fn close(&mut self) -> Result<(), Error> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let position = self.position;
        let left = move || Error::from(ber::fault(tlv::ErrorKind::TrailingBytes, Field::Whole, position));
        if frame.is_indefinite() {
            if self.advance(END_OF_CONTENTS.len())? != END_OF_CONTENTS {
                return Err(left());
            }
        } else if !frame.ends_at(self.position) {
            return Err(left());
        }
        Ok(())
    }

    /// The fields of SignedData that follow the content.
    fn fields(&mut self) -> Result<ber::Elements<'a>, Error> {
        let (bytes, position) = (self.bytes, self.position);
        let elements = |bytes| ber::Elements::new(bytes, position, Field::Whole, DEPTH - 3);
        let frame = self.frames.last().copied();
        let length = match frame.and_then(|frame| frame.left(position)) {
            Some(left) => usize::try_from(left).unwrap_or(usize::MAX),
            None => {
                let mut walk = elements(bytes);
                while !walk.rest().starts_with(&END_OF_CONTENTS) {
                    walk.next()?;
                }
                bytes.len().saturating_sub(walk.rest().len())
            }
        };
        self.advance(length).map(elements)
    }
}
