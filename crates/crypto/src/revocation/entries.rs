//! The entries of a CRL: read strictly, a million of them in a few milliseconds.
//!
//! Nearly every entry has one of two shapes: serial number and date, with or without a reason. These are taken apart by
//! hand here; everything else, and every fault, goes to the reader that all other structures use. Both accept the same.

use super::table::Found;
use super::{Reason, Revocation};
use crate::asn1::der::{Der, INTEGER, SEQUENCE};
use crate::asn1::{Error, ErrorKind, Field, Object, Oid};
use crate::certificate::Extensions;
use crate::time::UnixTime;
use core::fmt;
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

/// One entry of a CRL: that a certificate is revoked.
///
/// Entries are checked when the list is read. What one says is looked for in the list when asked for, so finding one costs
/// little: an index that has no room for exact places knows the part of the list that holds the entry.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    serial: &'a [u8],
    stands: Stands<'a>,
}

#[derive(Clone, Copy)]
enum Stands<'a> {
    /// The list from this entry on.
    Here(&'a [u8]),
    /// In the list that an index is of.
    Found(Found<'a>),
}

impl<'a> Entry<'a> {
    /// The entry about `serial` at the start of `from_here`.
    pub(super) const fn new(serial: &'a [u8], from_here: &'a [u8]) -> Self {
        Self { serial, stands: Stands::Here(from_here) }
    }

    /// The entry about `serial` that an index knows of.
    #[inline]
    pub(super) const fn found(serial: &'a [u8], found: Found<'a>) -> Self {
        Self { serial, stands: Stands::Found(found) }
    }

    /// The serial number of the revoked certificate, big-endian, without leading zeros: 1 to 20 bytes.
    #[must_use]
    pub const fn serial(&self) -> &'a [u8] {
        self.serial
    }

    /// When and why.
    ///
    /// # Errors
    /// [`Error`] when the bytes have changed since the list was read.
    pub fn revocation(&self) -> Result<Revocation, Error> {
        let mut rest = match self.stands {
            Stands::Here(from_here) => from_here,
            Stands::Found(found) => found.list(),
        };
        while !equal(serial_of(rest), self.serial) && !rest.is_empty() {
            rest = after_entry(rest);
        }
        read_entry(rest, 0).map(|(_, revocation)| revocation)
    }
}

impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.serial == other.serial && self.revocation() == other.revocation()
    }
}

impl Eq for Entry<'_> {}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("serial", &self.serial).field("says", &self.revocation()).finish()
    }
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
        let from_here = self.walker.rest;
        let serial = self.walker.next_serial().ok()??;
        Some(Entry::new(serial, from_here))
    }
}

/// Reads the entry at the start of `input`, serial number and all that it says; what follows it is not looked at.
fn read_entry(input: &[u8], position: usize) -> Result<(&[u8], Revocation), Error> {
    let mut list = Der::new(Object::Crl, Field::RevokedCertificates, input, position);
    let mut entry = list.enter(SEQUENCE)?;
    let serial = entry.positive(usize::from(SERIAL_LIMIT))?;
    let when = entry.time()?;
    let mut says = Revocation { reason: Reason::Unspecified, when, invalid_since: None };
    if !entry.is_empty() {
        let mut entry = entry.in_field(Field::EntryExtensions);
        let element = entry.read(SEQUENCE)?;
        entry.finish()?;
        let extensions = Extensions::read_list(&entry, element)?;
        for extension in extensions.iter() {
            match extension.id {
                REASON_CODE => says.reason = read_reason(&extensions)?,
                INVALIDITY_DATE => says.invalid_since = Some(read_invalidity_date(&extensions)?),
                CERTIFICATE_ISSUER => return Err(entry.fault(ErrorKind::Indirect)),
                _ if extension.critical => return Err(entry.fault(ErrorKind::UnknownCritical)),
                _ => {}
            }
        }
    }
    Ok((serial, says))
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

    /// The entries that are left, without checking them again.
    pub(super) const fn checked(self) -> Checked<'a> {
        Checked(self)
    }

    /// The bytes of the entries that are left.
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
        if let Some((serial, rest)) = common_entry(self.rest) {
            self.rest = rest;
            return Ok(Some(serial));
        }
        self.other_serial().map(Some)
    }

    /// As [`Walker::next_serial`]; with it, where the entry begins.
    #[inline]
    pub(super) fn next_entry(&mut self) -> Result<Option<(&'a [u8], usize)>, Error> {
        let place = self.position();
        Ok(self.next_serial()?.map(|serial| (serial, place)))
    }

    #[cold]
    #[inline(never)]
    fn other_serial(&mut self) -> Result<&'a [u8], Error> {
        let position = self.position();
        let (serial, _) = read_entry(self.rest, position)?;
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
        Ok(serial)
    }
}

/// The serial number of each entry and where the entry begins, in a list whose entries were all checked before.
#[derive(Clone)]
pub(super) struct Checked<'a>(Walker<'a>);

impl<'a> Iterator for Checked<'a> {
    type Item = (&'a [u8], usize);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Self(walker) = self;
        if walker.rest.is_empty() {
            return None;
        }
        let (serial, place) = (serial_of(walker.rest), walker.position());
        walker.rest = after_entry(walker.rest);
        Some((serial, place))
    }
}

/// The serial number of the entry at the start of `input` and what follows the entry, if the entry has one of the two
/// common shapes and no fault.
#[inline]
fn common_entry(input: &[u8]) -> Option<(&[u8], &[u8])> {
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
    match after {
        [] => Some((serial, rest)),
        [0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55, 0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01, 0..=6 | 9 | 10] => {
            Some((serial, rest))
        }
        _ => None,
    }
}

/// Whether these are the content bytes of a UTCTime whose day is in every month; the few others are looked at with a
/// calendar.
#[inline]
fn is_utc_time(text: &[u8; 13]) -> bool {
    let [y0, y1, m0, m1, d0, d1, h0, h1, i0, i1, s0, s1, zulu] = *text;
    // Eight characters at once: all digits, and each two of them as a number in every second byte.
    let digits = |word: u64| {
        let above_nine = word.wrapping_add(0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0;
        (word & 0xF0F0_F0F0_F0F0_F0F0 == 0x3030_3030_3030_3030) & (above_nine == 0x3030_3030_3030_3030)
    };
    let pairs = |word: u64| {
        let word = word & 0x0F0F_0F0F_0F0F_0F0F;
        (word.wrapping_mul(10).wrapping_add(word >> 8)).to_le_bytes()
    };
    let date = u64::from_le_bytes([y0, y1, m0, m1, d0, d1, h0, h1]);
    let time = u64::from_le_bytes([d0, d1, h0, h1, i0, i1, s0, s1]);
    let ([_, _, month, _, day, ..], [_, _, hour, _, minute, _, second, _]) = (pairs(date), pairs(time));
    let fits = (month.wrapping_sub(1) < 12) & (day.wrapping_sub(1) < 28) & (hour < 24);
    digits(date) & digits(time) & fits & (minute < 60) & (second < 60) & (zulu == b'Z')
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

/// What follows the entry at the start of `input`, which was checked before.
#[inline]
fn after_entry(input: &[u8]) -> &[u8] {
    match input {
        [0x30, length @ 0..=0x7F, after @ ..] => after.get(usize::from(*length)..).unwrap_or_default(),
        _ => after_longer(input),
    }
}

#[cold]
fn after_longer(input: &[u8]) -> &[u8] {
    let mut list = Reader::new(input);
    list.read(SEQUENCE).map_or(&[], |_| list.rest())
}

#[cold]
fn longer_serial(input: &[u8]) -> Option<&[u8]> {
    let mut list = Reader::new(input);
    let entry = list.read(SEQUENCE).ok()?;
    Some(list.enter(entry).ok()?.read(INTEGER).ok()?.value())
}

/// Whether two serial numbers are one. Those of common lengths are compared without a call.
#[inline]
fn equal(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<4>(), a.last_chunk::<4>(), b.first_chunk::<4>(), b.last_chunk::<4>()) {
        (Some(first), Some(last), Some(other_first), Some(other_last)) if a.len() <= 8 => {
            a.len() == b.len() && first == other_first && last == other_last
        }
        _ => a == b,
    }
}
