//! The few DER types that certificates, CRLs, OCSP and CMS are made of, on the TLV reader, with structure and field in every
//! error.

use super::{Error, ErrorKind, Field, Object, Oid};
use crate::time::UnixTime;
use mynumber_apdu::tlv::{self, Reader, Tag, Tlv};

pub(crate) const BOOLEAN: Tag = Tag(0x01);
pub(crate) const INTEGER: Tag = Tag(0x02);
pub(crate) const BIT_STRING: Tag = Tag(0x03);
pub(crate) const OCTET_STRING: Tag = Tag(0x04);
pub(crate) const OID: Tag = Tag(0x06);
pub(crate) const ENUMERATED: Tag = Tag(0x0A);
pub(crate) const UTF8_STRING: Tag = Tag(0x0C);
pub(crate) const PRINTABLE_STRING: Tag = Tag(0x13);
pub(crate) const IA5_STRING: Tag = Tag(0x16);
pub(crate) const UTC_TIME: Tag = Tag(0x17);
pub(crate) const GENERALIZED_TIME: Tag = Tag(0x18);
pub(crate) const SEQUENCE: Tag = Tag(0x30);
pub(crate) const SET: Tag = Tag(0x31);

/// Deepest nesting of a certificate; names inside names of the JPKI profile reach 9.
const DEPTH: u8 = 16;

/// A reader that knows which field it is in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Der<'a> {
    reader: Reader<'a>,
    object: Object,
    field: Field,
}

impl<'a> Der<'a> {
    pub(crate) const fn new(object: Object, field: Field, input: &'a [u8], position: usize) -> Self {
        Self { reader: Reader::new(input).with_depth(DEPTH).at_position(position), object, field }
    }

    pub(crate) const fn in_field(mut self, field: Field) -> Self {
        self.field = field;
        self
    }

    pub(crate) const fn object(&self) -> Object {
        self.object
    }

    pub(crate) const fn fault(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.object, self.field, self.reader.position())
    }

    fn tlv(&self, error: tlv::Error) -> Error {
        Error::new(ErrorKind::Tlv(error.kind()), self.object, self.field, error.position())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.reader.is_empty()
    }

    pub(crate) fn next(&mut self) -> Result<Option<Tlv<'a>>, Error> {
        self.reader.next_element().map_err(|error| self.tlv(error))
    }

    pub(crate) fn read(&mut self, tag: Tag) -> Result<Tlv<'a>, Error> {
        self.reader.read(tag).map_err(|error| self.tlv(error))
    }

    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<Tlv<'a>>, Error> {
        self.reader.read_optional(tag).map_err(|error| self.tlv(error))
    }

    /// A reader over the inside of `element`.
    pub(crate) fn inside(&self, element: Tlv<'a>) -> Result<Self, Error> {
        let reader = self.reader.enter(element).map_err(|error| self.tlv(error))?;
        Ok(Self { reader, ..*self })
    }

    /// A reader over the inside of the next element, which must have this tag.
    pub(crate) fn enter(&mut self, tag: Tag) -> Result<Self, Error> {
        let element = self.read(tag)?;
        self.inside(element)
    }

    pub(crate) fn finish(&self) -> Result<(), Error> {
        self.reader.finish().map_err(|error| self.tlv(error))
    }

    pub(crate) fn oid(&mut self) -> Result<Oid<'a>, Error> {
        let before = *self;
        Oid::from_bytes(self.read(OID)?.value()).ok_or_else(|| before.fault(ErrorKind::Oid))
    }

    /// A positive INTEGER as its magnitude, at most `limit` content bytes.
    pub(crate) fn positive(&mut self, limit: usize) -> Result<&'a [u8], Error> {
        let before = *self;
        let value = self.read(INTEGER)?.value();
        let magnitude = match value {
            [0, rest @ ..] if rest.first().is_some_and(|second| second & 0x80 != 0) => rest,
            [first, ..] if *first != 0 && first & 0x80 == 0 => value,
            _ => return Err(before.fault(ErrorKind::Number)),
        };
        if value.len() > limit { Err(before.fault(ErrorKind::Number)) } else { Ok(magnitude) }
    }

    /// An INTEGER that is zero or positive, as its magnitude (one byte for zero), at most `limit` content bytes.
    pub(crate) fn not_negative(&mut self, limit: usize) -> Result<&'a [u8], Error> {
        let mut zero = *self;
        if zero.read(INTEGER)?.value() == [0] {
            *self = zero;
            return Ok(&[0]);
        }
        self.positive(limit)
    }

    /// A BIT STRING of whole bytes.
    pub(crate) fn whole_bits(&mut self) -> Result<(&'a [u8], usize), Error> {
        let before = *self;
        let element = self.read(BIT_STRING)?;
        match element.value() {
            [0, bytes @ ..] => Ok((bytes, element.value_position() + 1)),
            _ => Err(before.fault(ErrorKind::BitString)),
        }
    }

    /// A BOOLEAN that is false unless written: true or absent (X.690 §11.5).
    pub(crate) fn default_false(&mut self) -> Result<bool, Error> {
        let before = *self;
        match self.optional(BOOLEAN)?.map(|element| element.value()) {
            None => Ok(false),
            Some([0xFF]) => Ok(true),
            Some(_) => Err(before.fault(ErrorKind::Boolean)),
        }
    }

    /// A time: UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5).
    pub(crate) fn time(&mut self) -> Result<UnixTime, Error> {
        let before = *self;
        let time = match self.next()? {
            Some(element) if element.tag() == UTC_TIME => UnixTime::from_utc_time(element.value()),
            Some(element) if element.tag() == GENERALIZED_TIME => {
                UnixTime::from_generalized_time(element.value()).filter(|time| time.civil().year >= 2050)
            }
            _ => None,
        };
        time.ok_or_else(|| before.fault(ErrorKind::Time))
    }

    /// A GeneralizedTime of any year (RFC 6960 §4.2.2.1, RFC 5280 §5.3.2).
    pub(crate) fn generalized_time(&mut self) -> Result<UnixTime, Error> {
        let before = *self;
        let element = self.read(GENERALIZED_TIME)?;
        UnixTime::from_generalized_time(element.value()).ok_or_else(|| before.fault(ErrorKind::Time))
    }

    /// An ENUMERATED of one byte.
    pub(crate) fn enumerated(&mut self) -> Result<u8, Error> {
        let before = *self;
        match self.read(ENUMERATED)?.value() {
            [value @ 0..=0x7F] => Ok(*value),
            _ => Err(before.fault(ErrorKind::Undefined)),
        }
    }

    /// A UTF8String.
    pub(crate) fn utf8(&mut self) -> Result<&'a str, Error> {
        let before = *self;
        text(UTF8_STRING, self.read(UTF8_STRING)?.value()).ok_or_else(|| before.fault(ErrorKind::Text))
    }
}

/// The text of a string type, when it keeps to its character set.
pub(crate) fn text(tag: Tag, value: &[u8]) -> Option<&str> {
    if is_text(tag, value) { core::str::from_utf8(value).ok() } else { None }
}

/// Whether a string type's value keeps to its character set.
#[inline]
pub(crate) fn is_text(tag: Tag, value: &[u8]) -> bool {
    match tag {
        // Nearly all texts are ASCII, which is quicker to see.
        UTF8_STRING => value.is_ascii() || core::str::from_utf8(value).is_ok(),
        IA5_STRING => value.is_ascii(),
        PRINTABLE_STRING => value.iter().fold(true, |fits, byte| fits & is_printable(*byte)),
        _ => false,
    }
}

/// The characters of a PrintableString (X.680 §41.4), a bit for each.
const PRINTABLE: u128 = {
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";
    let (mut set, mut rest) = (0, characters.as_slice());
    while let [first, after @ ..] = rest {
        set |= 1 << *first;
        rest = after;
    }
    set
};

#[inline]
const fn is_printable(byte: u8) -> bool {
    byte < 0x80 && PRINTABLE >> (byte & 0x7F) & 1 == 1
}
