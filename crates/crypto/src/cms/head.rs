//! What stands before the content of a message: small, and parsed anew until it is complete.

use alloc::vec::Vec;

use super::ber::{self, Elements, Header};
use super::{Error, algorithms, oids};
use crate::asn1::der::Der;
use crate::asn1::{AlgorithmIdentifier, ErrorKind, Field, Object, Oid};
use crate::digest::Hash;
use mynumber_apdu::tlv;

/// The most bytes before the content. It takes 60 with one digest algorithm, 15 with each further one.
pub(super) const MAX: usize = 4096;
/// The most digest algorithms of one message.
const MAX_ALGORITHMS: usize = 32;

/// An element that is open, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    indefinite: bool,
    /// Where it ends, or where the innermost definite one around it does.
    bound: u64,
}

impl Frame {
    const OUTSIDE: Self = Self { indefinite: true, bound: u64::MAX };

    pub(super) const fn is_indefinite(&self) -> bool {
        self.indefinite
    }

    pub(super) const fn ends_at(&self, position: u64) -> bool {
        !self.indefinite && self.bound == position
    }

    /// Bytes left from `position` on, when that is known.
    pub(super) const fn left(&self, position: u64) -> Option<u64> {
        if self.indefinite { None } else { Some(self.bound.saturating_sub(position)) }
    }

    /// The frame of an element inside, whose content begins at `position`.
    pub(super) const fn inner(&self, position: u64, length: Option<u64>) -> Result<Self, tlv::ErrorKind> {
        let end = match length {
            Some(length) => position.checked_add(length),
            None => Some(position),
        };
        match (end, length) {
            (Some(end), _) if end > self.bound => Err(tlv::ErrorKind::ValueTruncated),
            (Some(end), Some(_)) => Ok(Self { indefinite: false, bound: end }),
            (Some(_), None) => Ok(Self { indefinite: true, bound: self.bound }),
            (None, _) => Err(tlv::ErrorKind::InvalidLength),
        }
    }
}

pub(super) enum Step<T> {
    Done(T),
    /// The bytes end before the head does.
    More,
}

#[derive(Debug)]
pub(super) struct Head {
    /// ContentInfo, its `[0]`, SignedData, EncapsulatedContentInfo, and its `[0]` if there is content.
    pub(super) frames: Vec<Frame>,
    pub(super) version: u8,
    pub(super) hashes: Vec<Hash>,
    pub(super) content_type: Vec<u8>,
    pub(super) content: HeadContent,
    /// Bytes of the head.
    pub(super) size: usize,
}

#[derive(Debug)]
pub(super) enum HeadContent {
    Absent,
    Octets(u64),
    Segments(Frame),
}

/// Why parsing stops.
enum Stop {
    More,
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Parses the head at the start of `input`, which may hold less or more than it.
pub(super) fn parse(input: &[u8]) -> Result<Step<Head>, Error> {
    match (Cursor { input, at: 0, frames: Vec::with_capacity(8), field: Field::Whole }).head() {
        Ok(head) => Ok(Step::Done(head)),
        Err(Stop::More) => Ok(Step::More),
        Err(Stop::Error(error)) => Err(error),
    }
}

struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    frames: Vec<Frame>,
    field: Field,
}

impl<'a> Cursor<'a> {
    fn head(mut self) -> Result<Head, Stop> {
        self.open(0x30)?;
        self.field = Field::ContentType;
        if self.value(0x06)? != oids::SIGNED_DATA {
            return Err(Error::NotSignedData.into());
        }
        self.field = Field::Whole;
        self.open(0xA0)?;
        self.open(0x30)?;
        self.field = Field::Version;
        let version = match *self.value(0x02)? {
            // RFC 5652 §5.1 derives the number from what the message holds; other tools do so differently, and
            // nothing here depends on it.
            [version @ (1 | 3 | 4 | 5)] => version,
            _ => return Err(self.other_fault(ErrorKind::Version)),
        };
        self.field = Field::DigestAlgorithms;
        let hashes = self.hashes()?;
        self.field = Field::ContentType;
        self.open(0x30)?;
        let content_type = self.value(0x06)?;
        if Oid::from_bytes(content_type).is_none() {
            return Err(self.other_fault(ErrorKind::Oid));
        }
        self.field = Field::Content;
        let content = if self.at_end()? { HeadContent::Absent } else { self.content()? };
        let content_type = content_type.to_vec();
        Ok(Head { frames: self.frames, version, hashes, content_type, content, size: self.at })
    }

    fn content(&mut self) -> Result<HeadContent, Stop> {
        self.open(0xA0)?;
        let (header, frame) = self.header()?;
        let content = match (header.tag, header.length) {
            (0x04, Some(length)) => HeadContent::Octets(length),
            (0x24, _) => HeadContent::Segments(frame),
            // Content that is no OCTET STRING is from before CMS (RFC 2315).
            _ => return Err(self.fault(tlv::ErrorKind::UnexpectedTag { expected: tlv::Tag(0x04) })),
        };
        self.at += header.size;
        Ok(content)
    }

    /// The hash functions that are known here among those listed, each once.
    fn hashes(&mut self) -> Result<Vec<Hash>, Stop> {
        let der = self.element(0x31)?;
        let mut list = Der::new(Object::Cms, Field::DigestAlgorithms, &der, self.at);
        let mut list = list.enter(crate::asn1::der::SET).map_err(Error::from)?;
        let mut hashes = Vec::new();
        let mut count = 0;
        while !list.is_empty() {
            let algorithm = AlgorithmIdentifier::read(&mut list).map_err(Error::from)?;
            count += 1;
            if count > MAX_ALGORITHMS {
                return Err(self.other_fault(ErrorKind::TooLong));
            }
            if let Some(hash) = algorithms::hash(algorithm).filter(|hash| !hashes.contains(hash)) {
                hashes.push(hash);
            }
        }
        Ok(hashes)
    }

    fn position(&self) -> u64 {
        ber::size(self.at)
    }

    fn fault(&self, kind: tlv::ErrorKind) -> Stop {
        Stop::Error(ber::fault(kind, self.field, self.position()).into())
    }

    fn other_fault(&self, kind: ErrorKind) -> Stop {
        Stop::Error(ber::other_fault(kind, self.field, self.position()).into())
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// The header of the next element, and the frame that it would open.
    fn header(&self) -> Result<(Header, Frame), Stop> {
        let header = ber::header(self.rest()).map_err(|kind| self.fault(kind))?.ok_or(Stop::More)?;
        let around = self.frames.last().copied().unwrap_or(Frame::OUTSIDE);
        let position = self.position().saturating_add(ber::size(header.size));
        let frame = around.inner(position, header.length).map_err(|kind| self.fault(kind))?;
        Ok((header, frame))
    }

    fn expect(&self, tag: u8) -> Result<(Header, Frame), Stop> {
        // The first byte tells a wrong tag before the header is complete.
        let first = *self.rest().first().ok_or(Stop::More)?;
        if first != tag {
            return Err(self.fault(tlv::ErrorKind::UnexpectedTag { expected: tlv::Tag(u32::from(tag)) }));
        }
        self.header()
    }

    /// Goes into a constructed element.
    fn open(&mut self, tag: u8) -> Result<(), Stop> {
        let (header, frame) = self.expect(tag)?;
        self.frames.push(frame);
        self.at += header.size;
        Ok(())
    }

    /// The content of a primitive element.
    fn value(&mut self, tag: u8) -> Result<&'a [u8], Stop> {
        let (header, _) = self.expect(tag)?;
        let length = header.length.ok_or_else(|| self.fault(tlv::ErrorKind::IndefiniteLength))?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let after = self.input.get(self.at + header.size..).unwrap_or_default();
        let value = after.get(..length).ok_or(Stop::More)?;
        self.at += header.size + length;
        Ok(value)
    }

    /// A whole element, in DER.
    fn element(&mut self, tag: u8) -> Result<Vec<u8>, Stop> {
        self.expect(tag)?;
        let bound = self.frames.last().map_or(u64::MAX, |frame| frame.bound);
        let bound = usize::try_from(bound).unwrap_or(usize::MAX).min(self.input.len());
        let room = self.input.get(self.at..bound).unwrap_or_default();
        let mut elements = Elements::new(room, self.position(), self.field, ber::DEPTH - 3);
        match elements.next() {
            Ok(element) => {
                let der = element.to_der(self.field).map_err(Error::from)?;
                self.at += element.raw.len();
                Ok(der)
            }
            Err(error) if error.kind() == ErrorKind::Tlv(tlv::ErrorKind::ValueTruncated) => {
                if bound < self.input.len() { Err(Error::from(error).into()) } else { Err(Stop::More) }
            }
            Err(error) => Err(Error::from(error).into()),
        }
    }

    /// Whether the innermost element ends here; an end-of-contents is left to be read.
    fn at_end(&self) -> Result<bool, Stop> {
        match self.frames.last() {
            Some(frame) if !frame.is_indefinite() => Ok(frame.ends_at(self.position())),
            _ => match self.rest() {
                [] => Err(Stop::More),
                [0, ..] => Ok(true),
                _ => Ok(false),
            },
        }
    }
}
