//! The signing-certificate attributes: the signer's word for which certificate the signature belongs to (RFC 5035).

use alloc::vec::Vec;

use super::attributes::{Attribute, single};
use super::{algorithms, oids};
use crate::asn1::der::{Der, OCTET_STRING, SEQUENCE};
use crate::asn1::{AlgorithmIdentifier, Error, ErrorKind};
use crate::certificate::{Certificate, Name};
use crate::digest::Hash;
use mynumber_apdu::tlv::Tag;
use sha1::{Digest, Sha1};

/// The most certificates that one attribute names.
const MAX: usize = 64;

/// Which hash names a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    Sha1,
    Sha2(Hash),
    /// One that is not known here: nothing matches it.
    Unknown,
}

/// ESSCertID or ESSCertIDv2.
#[derive(Clone, Copy, Debug)]
pub(super) struct CertificateId<'a> {
    naming: Naming,
    hash: &'a [u8],
    issuer_serial: Option<(Name<'a>, &'a [u8])>,
}

impl CertificateId<'_> {
    /// Whether this names the certificate.
    pub(super) fn names(&self, certificate: &Certificate<'_>) -> bool {
        let same = match self.naming {
            Naming::Sha1 => Sha1::digest(certificate.raw()).as_slice() == self.hash,
            Naming::Sha2(hash) => hash.of(&[certificate.raw()]) == self.hash,
            Naming::Unknown => false,
        };
        let issued = self
            .issuer_serial
            .is_none_or(|(issuer, serial)| issuer == certificate.issuer() && serial == certificate.serial());
        same && issued
    }
}

/// The certificates that the attributes name: one list for each attribute that is there, the signer's own first.
pub(super) fn read<'a>(attributes: &[Attribute<'a>]) -> Result<Vec<Vec<CertificateId<'a>>>, Error> {
    let mut lists = Vec::new();
    for (kind, second) in [(oids::SIGNING_CERTIFICATE, false), (oids::SIGNING_CERTIFICATE_V2, true)] {
        if let Some(value) = single(attributes, kind)? {
            lists.push(list(value, second)?);
        }
    }
    Ok(lists)
}

fn list(mut value: Der<'_>, second: bool) -> Result<Vec<CertificateId<'_>>, Error> {
    let mut inside = value.enter(SEQUENCE)?;
    value.finish()?;
    let mut rest = inside.enter(SEQUENCE)?;
    // Policies would narrow what the path may hold (RFC 5035 §5.4.2); that is not done here, so they are refused.
    inside.finish()?;
    let mut ids = Vec::new();
    loop {
        if ids.len() >= MAX {
            return Err(rest.fault(ErrorKind::TooLong));
        }
        ids.push(id(rest.enter(SEQUENCE)?, second)?);
        if rest.is_empty() {
            return Ok(ids);
        }
    }
}

fn id(mut inside: Der<'_>, second: bool) -> Result<CertificateId<'_>, Error> {
    let mut ahead = inside;
    let named = second && ahead.next()?.is_some_and(|element| element.tag() == SEQUENCE);
    let naming = match (second, named) {
        (false, _) => Naming::Sha1,
        (true, false) => Naming::Sha2(Hash::Sha256),
        (true, true) => {
            algorithms::hash(AlgorithmIdentifier::read(&mut inside)?).map_or(Naming::Unknown, Naming::Sha2)
        }
    };
    let hash = inside.read(OCTET_STRING)?.value();
    let issuer_serial = if inside.is_empty() {
        None
    } else {
        let mut pair = inside.enter(SEQUENCE)?;
        let mut names = pair.enter(SEQUENCE)?;
        let mut name = names.enter(Tag(0xA4))?;
        names.finish()?;
        let issuer = Name::read(&mut name)?;
        name.finish()?;
        let serial = pair.positive(21)?;
        pair.finish()?;
        Some((issuer, serial))
    };
    inside.finish()?;
    Ok(CertificateId { naming, hash, issuer_serial })
}

/// The value of a signing-certificate-v2 attribute that names this one certificate, in DER.
pub(super) fn write(certificate: &Certificate<'_>, hash: Hash) -> Vec<u8> {
    use super::write::element;
    // SHA-256 is the default, which DER leaves out.
    let algorithm = match hash {
        Hash::Sha256 => Vec::new(),
        other => algorithms::hash_identifier(other),
    };
    let digest = element(0x04, &[&hash.of(&[certificate.raw()])]);
    let names = element(0x30, &[&element(0xA4, &[certificate.issuer().raw()])]);
    let issuer_serial = element(0x30, &[&names, &super::write::integer(certificate.serial())]);
    let id = element(0x30, &[&algorithm, &digest, &issuer_serial]);
    element(0x30, &[&element(0x30, &[&id])])
}
