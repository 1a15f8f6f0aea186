//! Signed attributes (RFC 5652 §5.3), which must be DER as they came: the signature covers these very bytes.

use alloc::vec::Vec;

use super::oids;
use crate::asn1::der::{Der, OCTET_STRING, SEQUENCE, SET};
use crate::asn1::{Error, ErrorKind, Field, Object, Oid};
use crate::time::UnixTime;
use mynumber_apdu::tlv::{self, Tag};

/// The most attributes of one signer.
const MAX: usize = 64;

/// One attribute: its type, and its values as they stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) kind: Oid<'a>,
    /// The content of the SET OF values.
    pub(super) values: Der<'a>,
    pub(super) count: usize,
}

/// The attributes inside an element with this tag, in their order; each type once.
pub(super) fn read(raw: &[u8], tag: Tag, field: Field) -> Result<Vec<Attribute<'_>>, Error> {
    let mut outer = Der::new(Object::Cms, field, raw, 0);
    let mut list = outer.enter(tag)?;
    outer.finish()?;
    let mut attributes: Vec<Attribute<'_>> = Vec::new();
    let mut order = Order::default();
    while !list.is_empty() {
        let before = list;
        let element = list.read(SEQUENCE)?;
        order.follows(element.raw()).then_some(()).ok_or_else(|| before.fault(ErrorKind::Order))?;
        let mut inside = list.inside(element)?;
        let kind = inside.oid()?;
        let values = inside.enter(SET)?;
        inside.finish()?;
        let mut rest = values;
        let mut count = 0;
        let mut order = Order::default();
        loop {
            let at = rest;
            let Some(value) = rest.next()? else { break };
            order.follows(value.raw()).then_some(()).ok_or_else(|| at.fault(ErrorKind::Order))?;
            canonical(&at, value)?;
            count += 1;
        }
        if attributes.iter().any(|earlier| earlier.kind == kind) {
            return Err(before.fault(ErrorKind::DuplicateAttribute));
        }
        if attributes.len() >= MAX {
            return Err(before.fault(ErrorKind::TooLong));
        }
        attributes.push(Attribute { kind, values, count });
    }
    Ok(attributes)
}

/// The order that DER asks of a SET OF (X.690 §11.6).
#[derive(Default)]
struct Order<'a>(&'a [u8]);

impl<'a> Order<'a> {
    fn follows(&mut self, next: &'a [u8]) -> bool {
        // No element is the beginning of another, so the plain order of bytes is that of the padded ones.
        core::mem::replace(&mut self.0, next) <= next
    }
}

/// What can be told of DER without knowing a value's type: lengths, Booleans, numbers, no strings in segments.
fn canonical<'a>(around: &Der<'a>, element: tlv::Tlv<'a>) -> Result<(), Error> {
    let value = element.value();
    let tag = element.tag();
    if tag.is_constructed() {
        if tag.0 < 0x40 && !matches!(tag, SEQUENCE | SET) {
            return Err(around.fault(ErrorKind::Tlv(tlv::ErrorKind::InvalidTag)));
        }
        let mut inside = around.inside(element)?;
        loop {
            let at = inside;
            let Some(next) = inside.next()? else { return Ok(()) };
            canonical(&at, next)?;
        }
    }
    let fault = match (tag.0, value) {
        (0x01, [0x00 | 0xFF]) => None,
        (0x01, _) => Some(ErrorKind::Boolean),
        (0x02 | 0x0A, [] | [0x00, 0x00..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..]) => Some(ErrorKind::Number),
        (0x06, bytes) if Oid::from_bytes(bytes).is_none() => Some(ErrorKind::Oid),
        _ => None,
    };
    fault.map_or(Ok(()), |kind| Err(around.fault(kind)))
}

/// The one value of the attribute with this type, or `None` when there is no such attribute.
pub(super) fn single<'a>(attributes: &[Attribute<'a>], kind: Oid<'_>) -> Result<Option<Der<'a>>, Error> {
    match attributes.iter().find(|attribute| attribute.kind == kind) {
        None => Ok(None),
        Some(Attribute { values, count: 1, .. }) => Ok(Some(*values)),
        Some(Attribute { values, .. }) => Err(values.fault(ErrorKind::ValueCount)),
    }
}

/// contentType (RFC 5652 §11.1).
pub(super) fn content_type<'a>(attributes: &[Attribute<'a>]) -> Result<Option<Oid<'a>>, Error> {
    let Some(mut value) = single(attributes, oids::CONTENT_TYPE)? else { return Ok(None) };
    let kind = value.oid()?;
    value.finish()?;
    Ok(Some(kind))
}

/// messageDigest (RFC 5652 §11.2).
pub(super) fn message_digest<'a>(attributes: &[Attribute<'a>]) -> Result<Option<&'a [u8]>, Error> {
    let Some(mut value) = single(attributes, oids::MESSAGE_DIGEST)? else { return Ok(None) };
    let digest = value.read(OCTET_STRING)?.value();
    value.finish()?;
    Ok(Some(digest))
}

/// signingTime (RFC 5652 §11.3).
pub(super) fn signing_time(attributes: &[Attribute<'_>]) -> Result<Option<UnixTime>, Error> {
    let Some(mut value) = single(attributes, oids::SIGNING_TIME)? else { return Ok(None) };
    let time = value.time()?;
    value.finish()?;
    Ok(Some(time))
}
