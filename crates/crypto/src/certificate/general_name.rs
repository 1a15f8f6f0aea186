//! The shape of GeneralName (RFC 5280 §4.2.1.6) and of the extensions that hold it.

use super::{Error, ErrorKind, Name};
use crate::asn1::Oid;
use crate::asn1::der::{self, Der, SEQUENCE};
use mynumber_apdu::tlv::{Tag, Tlv};

/// subjectAltName, issuerAltName: one name at least, nothing after the list.
pub(crate) fn check_list(mut content: Der<'_>) -> Result<(), Error> {
    let list = content.enter(SEQUENCE)?;
    content.finish()?;
    check_names(list)
}

/// authorityInfoAccess: methods with their locations (RFC 5280 §4.2.2.1).
pub(crate) fn check_access(mut content: Der<'_>) -> Result<(), Error> {
    let mut list = content.enter(SEQUENCE)?;
    content.finish()?;
    loop {
        let mut access = list.enter(SEQUENCE)?;
        access.oid()?;
        let before = access;
        let location = access.next()?.ok_or_else(|| before.fault(ErrorKind::Text))?;
        access.finish()?;
        check_name(&before, location)?;
        if list.is_empty() {
            return Ok(());
        }
    }
}

/// cRLDistributionPoints: each with a name, or with the issuer of its CRL (RFC 5280 §4.2.1.13).
pub(crate) fn check_distribution_points(mut content: Der<'_>) -> Result<(), Error> {
    let mut list = content.enter(SEQUENCE)?;
    content.finish()?;
    loop {
        let before = list;
        let mut point = list.enter(SEQUENCE)?;
        let name = point.optional(Tag(0xA0))?;
        if let Some(name) = name {
            let mut choice = point.inside(name)?;
            match choice.next()? {
                Some(full) if full.tag() == Tag(0xA0) => check_names(choice.inside(full)?)?,
                // nameRelativeToCRLIssuer: one RDN, looked at by nobody here.
                Some(relative) if relative.tag() == Tag(0xA1) => {}
                _ => return Err(before.fault(ErrorKind::Text)),
            }
            choice.finish()?;
        }
        point.optional(Tag(0x81))?;
        let issuer = point.optional(Tag(0xA2))?;
        if let Some(issuer) = issuer {
            check_names(point.inside(issuer)?)?;
        }
        point.finish()?;
        if name.is_none() && issuer.is_none() {
            return Err(before.fault(ErrorKind::Text));
        }
        if list.is_empty() {
            return Ok(());
        }
    }
}

fn check_names(mut names: Der<'_>) -> Result<(), Error> {
    loop {
        let before = names;
        let name = names.next()?.ok_or_else(|| before.fault(ErrorKind::Text))?;
        check_name(&before, name)?;
        if names.is_empty() {
            return Ok(());
        }
    }
}

fn check_name<'a>(der: &Der<'a>, name: Tlv<'a>) -> Result<(), Error> {
    let sound = match name.tag() {
        // otherName: an identifier and an explicit value.
        Tag(0xA0) => {
            let mut other = der.inside(name)?;
            other.oid()?;
            let mut value = other.enter(Tag(0xA0))?;
            other.finish()?;
            let present = value.next()?.is_some();
            value.finish()?;
            present
        }
        // directoryName, explicit because Name is a CHOICE.
        Tag(0xA4) => {
            let mut explicit = der.inside(name)?;
            Name::read(&mut explicit)?;
            explicit.finish()?;
            true
        }
        // rfc822Name.
        Tag(0x81) => der::text(der::IA5_STRING, name.value()).is_some_and(|text| !text.is_empty()),
        // dNSName, URI: no blanks, and so not the " " that RFC 5280 §4.2.1.6 forbids.
        Tag(0x82 | 0x86) => !name.value().is_empty() && name.value().iter().all(u8::is_ascii_graphic),
        // iPAddress, registeredID.
        Tag(0x87) => matches!(name.value().len(), 4 | 16),
        Tag(0x88) => Oid::from_bytes(name.value()).is_some(),
        // x400Address, ediPartyName: passed over.
        Tag(0xA3 | 0xA5) => true,
        _ => false,
    };
    if sound { Ok(()) } else { Err(der.fault(ErrorKind::Text)) }
}
