//! How OCSP names a certificate: CertID (RFC 6960 §4.1.1).

use crate::asn1::der::{Der, INTEGER, OCTET_STRING, OID, SEQUENCE};
use crate::asn1::{AlgorithmIdentifier, Error, ErrorKind};
use crate::certificate::{Certificate, Name};
use crate::digest::sha256;
use crate::key::PublicKey;
use crate::revocation::Issuer;
use alloc::vec::Vec;
use mynumber_apdu::tlv::{Tag, length_len};
use sha1::{Digest, Sha1};

/// The hash that names of issuers are shortened with. It protects nothing: what a response says is protected by its
/// signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum IdHash {
    /// SHA-1: what responders index their answers by (RFC 5019 §2.1.1).
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
}

/// Content bytes of the object identifiers of the two.
const SHA1: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const NULL: &[u8] = &[0x05, 0x00];

impl IdHash {
    const fn identifier(self) -> &'static [u8] {
        match self {
            Self::Sha1 => SHA1,
            Self::Sha256 => SHA256,
        }
    }

    fn from_algorithm(algorithm: &AlgorithmIdentifier<'_>) -> Option<Self> {
        // Both spellings of "no parameters" are in use.
        match (algorithm.algorithm.as_bytes(), algorithm.parameters) {
            (SHA1, [] | [0x05, 0x00]) => Some(Self::Sha1),
            (SHA256, [] | [0x05, 0x00]) => Some(Self::Sha256),
            _ => None,
        }
    }

    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => sha256(&[bytes]).to_vec(),
        }
    }
}

/// A CertID, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CertificateId<'a> {
    /// `None` for a hash that is not known here: it names no certificate that anybody asks about.
    hash: Option<IdHash>,
    issuer_name: &'a [u8],
    issuer_key: &'a [u8],
    serial: &'a [u8],
}

impl<'a> CertificateId<'a> {
    pub(super) fn read(der: &mut Der<'a>) -> Result<Self, Error> {
        let mut inside = der.enter(SEQUENCE)?;
        let algorithm = AlgorithmIdentifier::read(&mut inside)?;
        let issuer_name = inside.read(OCTET_STRING)?.value();
        let issuer_key = inside.read(OCTET_STRING)?.value();
        let serial = inside.positive(20)?;
        inside.finish()?;
        Ok(Self { hash: IdHash::from_algorithm(&algorithm), issuer_name, issuer_key, serial })
    }

    /// Whether this is the certificate with this serial number and issuer.
    pub(super) fn names(&self, certificate: &Certificate<'_>, issuer: &Issuer<'_>) -> bool {
        self.hash.is_some_and(|hash| {
            self.serial == certificate.serial()
                && self.issuer_name == hash.of(certificate.issuer().raw())
                && self.issuer_key == hash.of(&key_bits(&issuer.key()))
        })
    }
}

/// A CertID as DER.
pub(super) fn certificate_id(hash: IdHash, issuer: Name<'_>, key: &PublicKey<'_>, serial: &[u8]) -> Vec<u8> {
    let algorithm = element(SEQUENCE, &[&element(OID, &[hash.identifier()]), NULL]);
    let name = element(OCTET_STRING, &[&hash.of(issuer.raw())]);
    let key = element(OCTET_STRING, &[&hash.of(&key_bits(key))]);
    element(SEQUENCE, &[&algorithm, &name, &key, &integer(serial)])
}

/// SHA-1 of a public key, as byKey names a responder (RFC 6960 §4.2.1).
pub(super) fn key_hash(key: &PublicKey<'_>) -> Vec<u8> {
    IdHash::Sha1.of(&key_bits(key))
}

/// The content of subjectPublicKey: an RSAPublicKey in DER, or a point.
fn key_bits(key: &PublicKey<'_>) -> Vec<u8> {
    match *key {
        PublicKey::Rsa { modulus, exponent } => element(SEQUENCE, &[&integer(modulus), &integer(exponent)]),
        PublicKey::EcdsaP256 { point } | PublicKey::EcdsaP384 { point } => point.to_vec(),
    }
}

/// A positive INTEGER of this magnitude.
fn integer(magnitude: &[u8]) -> Vec<u8> {
    let leading = magnitude.iter().take_while(|byte| **byte == 0).count();
    let magnitude = magnitude.get(leading..).unwrap_or_default();
    let sign: &[u8] = if magnitude.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    element(INTEGER, &[sign, magnitude])
}

/// An element with a tag of one byte and these parts as its value.
pub(super) fn element(tag: Tag, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(1 + length_len(length) + length);
    let [.., tag] = tag.0.to_be_bytes();
    out.push(tag);
    let bytes = length.to_be_bytes();
    let significant = bytes.get(bytes.len() + 1 - length_len(length)..).unwrap_or_default();
    match significant {
        [] => out.push(bytes.last().copied().unwrap_or(0)),
        _ => {
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(0));
            out.extend_from_slice(significant);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// The bytes of a nonce extension's content: an OCTET STRING (RFC 9654 §2.1).
pub(super) fn read_nonce(mut content: Der<'_>) -> Result<&[u8], Error> {
    let before = content;
    let nonce = content.read(OCTET_STRING)?.value();
    content.finish()?;
    if (1..=128).contains(&nonce.len()) { Ok(nonce) } else { Err(before.fault(ErrorKind::TooLong)) }
}
