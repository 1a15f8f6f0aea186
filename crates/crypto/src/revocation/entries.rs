//! The entries of a CRL: read strictly, a million of them in a few milliseconds.
//!
//! Nearly every entry has one of two shapes: serial number and date, with or without a reason. These are taken apart by
//! hand here; everything else, and every fault, goes to the reader that all other structures use. Both accept the same.

use super::Reason;
use crate::asn1::der::{Der, INTEGER, SEQUENCE};
use crate::asn1::{Error, ErrorKind, Field, Object, Oid};
use crate::certificate::Extensions;
use crate::time::UnixTime;
use mynumber_apdu::tlv::Reader;

/// reasonCode (RFC 5280 §5.3.1).
const REASON_CODE: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x15]);
/// invalidityDate (RFC 5280 §5.3.2).
const INVALIDITY_DATE: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x18]);
/// certificateIssuer (RFC 5280 §5.3.3).
const CERTIFICATE_ISSUER: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x1D]);
/// The most bytes of a serial number (RFC 5280 §4.1.2.2).
const SERIAL_LIMIT: u8 = 20;
/// The code of removeFromCRL, which only delta CRLs may have.
const REMOVE_FROM_CRL: u8 = 8;

/// One entry of a CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The serial number of the revoked certificate, big-endian, without leading zeros: 1 to 20 bytes.
    pub serial: &'a [u8],
    /// revocationDate.
    pub when: UnixTime,
    /// reasonCode; [`Reason::Unspecified`] when the entry gives none.
    pub reason: Reason,
    /// invalidityDate.
    pub invalid_since: Option<UnixTime>,
}

/// The entries of a CRL that was read, in its order.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    walker: Walker<'a>,
}

impl<'a> Entries<'a> {
    pub(super) const fn new(walker: Walker<'a>) -> Self {
        Self { walker }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.walker.rest;
        self.walker.next_serial().ok()??;
        Entry::read(element, 0).ok()
    }
}

impl<'a> Entry<'a> {
    /// The entry at the start of `input`, which was checked before and is about `serial`.
    #[inline]
    pub(super) fn recall(input: &'a [u8]) -> Option<Self> {
        match common_entry(input) {
            Some(Common { serial, date, reason, .. }) => {
                let when = UnixTime::from_utc_time(date)?;
                Some(Self { serial, when, reason: Reason::from_code(reason)?, invalid_since: None })
            }
            None => Self::read(input, 0).ok(),
        }
    }

    /// Reads the entry at the start of `input`; what follows it is not looked at.
    pub(super) fn read(input: &'a [u8], position: usize) -> Result<Self, Error> {
        let mut list = Der::new(Object::Crl, Field::RevokedCertificates, input, position);
        let mut entry = list.enter(SEQUENCE)?;
        let serial = entry.positive(usize::from(SERIAL_LIMIT))?;
        let when = entry.time()?;
        let (mut reason, mut invalid_since) = (Reason::Unspecified, None);
        if !entry.is_empty() {
            let mut entry = entry.in_field(Field::EntryExtensions);
            let element = entry.read(SEQUENCE)?;
            entry.finish()?;
            let extensions = Extensions::read_list(&entry, element)?;
            for extension in extensions.iter() {
                match extension.id {
                    REASON_CODE => reason = read_reason(&extensions)?,
                    INVALIDITY_DATE => invalid_since = Some(read_invalidity_date(&extensions)?),
                    CERTIFICATE_ISSUER => return Err(entry.fault(ErrorKind::Indirect)),
                    _ if extension.critical => return Err(entry.fault(ErrorKind::UnknownCritical)),
                    _ => {}
                }
            }
        }
        Ok(Self { serial, when, reason, invalid_since })
    }
}

fn read_reason(extensions: &Extensions<'_>) -> Result<Reason, Error> {
    let missing = Error::new(ErrorKind::MissingExtension, Object::Crl, Field::EntryExtensions, 0);
    let mut content = extensions.content(REASON_CODE, Field::EntryExtensions).ok_or(missing)?;
    let before = content;
    let code = content.enumerated()?;
    content.finish()?;
    match Reason::from_code(code) {
        Some(reason) => Ok(reason),
        None if code == REMOVE_FROM_CRL => Err(before.fault(ErrorKind::Delta)),
        None => Err(before.fault(ErrorKind::Undefined)),
    }
}

fn read_invalidity_date(extensions: &Extensions<'_>) -> Result<UnixTime, Error> {
    let missing = Error::new(ErrorKind::MissingExtension, Object::Crl, Field::EntryExtensions, 0);
    let mut content = extensions.content(INVALIDITY_DATE, Field::EntryExtensions).ok_or(missing)?;
    let time = content.generalized_time()?;
    content.finish()?;
    Ok(time)
}

/// Goes through the entries and checks each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walker<'a> {
    rest: &'a [u8],
    /// Where `rest` ends in the CRL, in bytes.
    end: usize,
}

impl<'a> Walker<'a> {
    /// A walker over the content of `revokedCertificates`, which begins at `position`.
    pub(super) const fn new(list: &'a [u8], position: usize) -> Self {
        Self { rest: list, end: position.saturating_add(list.len()) }
    }

    /// The number of bytes left.
    pub(super) const fn length(&self) -> usize {
        self.rest.len()
    }

    /// Where the next entry begins in the CRL, in bytes.
    #[inline]
    pub(super) const fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// The serial number of the next entry, without leading zeros; `None` at the end.
    #[inline]
    pub(super) fn next_serial(&mut self) -> Result<Option<&'a [u8]>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        if let Some(common) = common_entry(self.rest) {
            self.rest = common.rest;
            return Ok(Some(common.serial));
        }
        self.other_serial().map(Some)
    }

    #[cold]
    #[inline(never)]
    fn other_serial(&mut self) -> Result<&'a [u8], Error> {
        let position = self.position();
        let entry = Entry::read(self.rest, position)?;
        let mut list = Reader::new(self.rest).at_position(position);
        let fault = |error: mynumber_apdu::tlv::Error| {
            Error::new(
                ErrorKind::Tlv(error.kind()),
                Object::Crl,
                Field::RevokedCertificates,
                error.position(),
            )
        };
        list.read(SEQUENCE).map_err(fault)?;
        self.rest = list.rest();
        Ok(entry.serial)
    }
}

/// An entry of one of the two common shapes, taken apart.
struct Common<'a> {
    serial: &'a [u8],
    date: &'a [u8; 13],
    reason: u8,
    /// What follows the entry.
    rest: &'a [u8],
}

/// The entry at the start of `input`, if it has one of the two common shapes and no fault.
#[inline(always)]
fn common_entry(input: &[u8]) -> Option<Common<'_>> {
    let [0x30, length @ 0..=0x7F, after @ ..] = input else { return None };
    let (entry, rest) = after.split_at_checked(usize::from(*length))?;
    let [0x02, length @ 1..=SERIAL_LIMIT, after @ ..] = entry else { return None };
    let (serial, after) = after.split_at_checked(usize::from(*length))?;
    let serial = match serial {
        [0, magnitude @ ..] if magnitude.first().is_some_and(|first| first & 0x80 != 0) => magnitude,
        [0x01..=0x7F, ..] => serial,
        _ => return None,
    };
    let [0x17, 0x0D, after @ ..] = after else { return None };
    let (date, after) = after.split_first_chunk::<13>()?;
    if !is_utc_time(date) {
        return None;
    }
    let reason = match after {
        [] => 0,
        [
            0x30,
            0x0C,
            0x30,
            0x0A,
            0x06,
            0x03,
            0x55,
            0x1D,
            0x15,
            0x04,
            0x03,
            0x0A,
            0x01,
            code @ (0..=6 | 9 | 10),
        ] => *code,
        _ => return None,
    };
    Some(Common { serial, date, reason, rest })
}

/// Whether these are the content bytes of a UTCTime whose day is in every month; the few others are looked at with a
/// calendar.
#[inline]
fn is_utc_time(text: &[u8; 13]) -> bool {
    let [y0, y1, m0, m1, d0, d1, h0, h1, i0, i1, s0, s1, zulu] = *text;
    let digit = |byte: u8| byte.wrapping_sub(b'0');
    let pair = |tens: u8, ones: u8| {
        let (tens, ones) = (digit(tens), digit(ones));
        if tens > 9 || ones > 9 { u8::MAX } else { tens * 10 + ones }
    };
    let (month, day) = (pair(m0, m1), pair(d0, d1));
    let date = (pair(y0, y1) <= 99) & (month.wrapping_sub(1) < 12) & (day.wrapping_sub(1) < 28);
    date & (pair(h0, h1) < 24) & (pair(i0, i1) < 60) & (pair(s0, s1) < 60) & (zulu == b'Z')
}

/// The serial number, without leading zeros, of the entry at the start of `input`, which was checked before.
#[inline]
pub(super) fn serial_of(input: &[u8]) -> &[u8] {
    let content = match input {
        [0x30, 0..=0x7F, 0x02, length @ 0..=0x7F, after @ ..] => after.get(..usize::from(*length)),
        _ => longer_serial(input),
    };
    let content = content.unwrap_or_default();
    content.strip_prefix(&[0]).unwrap_or(content)
}

#[cold]
fn longer_serial(input: &[u8]) -> Option<&[u8]> {
    let mut list = Reader::new(input);
    let entry = list.read(SEQUENCE).ok()?;
    Some(list.enter(entry).ok()?.read(INTEGER).ok()?.value())
}
