//! What extensions hold (RFC 5280 §4.2.1).

use super::extensions::directory_name;
use super::{Error, ErrorKind, Name};
use crate::asn1::Oid;
use crate::asn1::der::{self, BIT_STRING, Der, SEQUENCE};
use mynumber_apdu::tlv::{Reader, Tag};

/// The most policies of one certificate; JPKI has one.
const MAX_POLICIES: usize = 64;

/// The policy qualifiers of RFC 5280 §4.2.1.4, which ask nothing of a verifier: CPS and user notice.
const QUALIFIERS: [&[u8]; 2] =
    [&[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01], &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x02]];

/// The bits of keyUsage, bit 0 of the standard first (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: Self = Self(0x8000);
    /// nonRepudiation, also called contentCommitment.
    pub const NON_REPUDIATION: Self = Self(0x4000);
    /// keyCertSign.
    pub const KEY_CERT_SIGN: Self = Self(0x0400);
    /// cRLSign.
    pub const CRL_SIGN: Self = Self(0x0200);

    pub(crate) fn read(mut content: Der<'_>) -> Result<Self, Error> {
        let malformed = content.fault(ErrorKind::BitString);
        let bits = content.read(BIT_STRING)?.value();
        content.finish()?;
        // A named-bit list ends with its last set bit (X.690 §11.2.2).
        let (unused, first, second) = match *bits {
            [unused, first] => (unused, first, None),
            [unused, first, second] => (unused, first, Some(second)),
            _ => return Err(malformed),
        };
        let last = second.unwrap_or(first);
        if last == 0 || last.trailing_zeros() != u32::from(unused) {
            return Err(malformed);
        }
        Ok(Self(u16::from_be_bytes([first, second.unwrap_or(0)])))
    }

    /// The bits of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits, bit 0 of the standard as the highest.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }
}

/// The content of basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BasicConstraints {
    /// Whether the subject may issue certificates.
    pub ca: bool,
    /// How many authorities may stand below it.
    pub path_length: Option<u8>,
}

impl BasicConstraints {
    pub(crate) fn read(mut content: Der<'_>) -> Result<Self, Error> {
        let mut inside = content.enter(SEQUENCE)?;
        content.finish()?;
        let ca = inside.default_false()?;
        let before = inside;
        let path_length = match inside.optional(der::INTEGER)?.map(|number| number.value()) {
            None => None,
            Some([length @ 0..=0x7F]) => Some(*length),
            Some(_) => return Err(before.fault(ErrorKind::Number)),
        };
        inside.finish()?;
        Ok(Self { ca, path_length })
    }
}

/// The content of authorityKeyIdentifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorityKeyIdentifier<'a> {
    /// The subjectKeyIdentifier of the issuer.
    pub key_identifier: Option<&'a [u8]>,
    /// The issuer of the issuer's certificate.
    pub issuer: Option<Name<'a>>,
    /// The serial number of the issuer's certificate, content bytes of its INTEGER.
    pub serial: Option<&'a [u8]>,
}

impl<'a> AuthorityKeyIdentifier<'a> {
    pub(crate) fn read(mut content: Der<'a>) -> Result<Self, Error> {
        let before = content;
        let mut inside = content.enter(SEQUENCE)?;
        content.finish()?;
        let key_identifier = inside.optional(Tag(0x80))?.map(|element| element.value());
        let names = inside.optional(Tag(0xA1))?;
        let issuer = match names {
            Some(names) => directory_name(inside.inside(names)?)?,
            None => None,
        };
        let serial = inside.optional(Tag(0x82))?.map(|element| element.value());
        inside.finish()?;
        // RFC 5280 §4.2.1.1: both or neither.
        if names.is_some() != serial.is_some() {
            return Err(before.fault(ErrorKind::Incomplete));
        }
        Ok(Self { key_identifier, issuer, serial })
    }
}

/// A list of object identifiers inside an extension.
#[derive(Clone, Copy, Debug)]
pub struct Oids<'a> {
    rest: Reader<'a>,
    /// Each identifier is the first element of a SEQUENCE.
    wrapped: bool,
}

impl<'a> Oids<'a> {
    /// A list of purposes: one at least.
    pub(crate) fn read(mut content: Der<'a>) -> Result<Self, Error> {
        let list = content.read(SEQUENCE)?;
        content.finish()?;
        let mut rest = content.inside(list)?;
        loop {
            rest.oid()?;
            if rest.is_empty() {
                return Ok(Self { rest: Reader::new(list.value()), wrapped: false });
            }
        }
    }

    /// A list of policies: one at least, none twice. Qualifiers of unknown kinds are passed over unless `critical`: a
    /// reader of a critical extension has to know them all (RFC 5280 §4.2.1.4).
    pub(crate) fn read_policies(mut content: Der<'a>, critical: bool) -> Result<Self, Error> {
        let list = content.read(SEQUENCE)?;
        content.finish()?;
        let all = Self { rest: Reader::new(list.value()), wrapped: true };
        let mut rest = content.inside(list)?;
        let mut count = 0;
        loop {
            let before = rest;
            let mut policy = rest.enter(SEQUENCE)?;
            let id = policy.oid()?;
            if count == MAX_POLICIES {
                return Err(before.fault(ErrorKind::TooLong));
            }
            if all.take(count).any(|earlier| earlier == id) {
                return Err(before.fault(ErrorKind::DuplicatePolicy));
            }
            count += 1;
            if let Some(qualifiers) = policy.optional(SEQUENCE)? {
                let mut qualifiers = policy.inside(qualifiers)?;
                while !qualifiers.is_empty() {
                    let mut qualifier = qualifiers.enter(SEQUENCE)?;
                    let known = QUALIFIERS.contains(&qualifier.oid()?.as_bytes());
                    qualifier.next()?;
                    qualifier.finish()?;
                    if critical && !known {
                        return Err(before.fault(ErrorKind::UnknownQualifier));
                    }
                }
            }
            policy.finish()?;
            if rest.is_empty() {
                return Ok(all);
            }
        }
    }
}

impl<'a> Iterator for Oids<'a> {
    type Item = Oid<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.rest.next_element().ok()??;
        let element = if self.wrapped { Reader::new(element.value()).next_element().ok()?? } else { element };
        Oid::from_bytes(element.value())
    }
}
