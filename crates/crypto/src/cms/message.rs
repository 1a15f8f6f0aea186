//! What a message holds beside its content.

use alloc::vec::Vec;

use super::attributes;
use super::ber::{self, Element, Elements};
use super::{Error, SignerIdentifier};
use crate::asn1::der::{Der, SEQUENCE};
use crate::asn1::{self, AlgorithmIdentifier, ErrorKind, Field, Object, Oid};
use crate::certificate::{Certificate, Name};
use crate::digest::{Hash, Hasher};
use crate::time::UnixTime;
use mynumber_apdu::tlv::Tag;

/// The most certificates of one message.
const MAX_CERTIFICATES: usize = 64;
/// The most CRLs of one message.
const MAX_CRLS: usize = 64;
/// The most signers of one message.
const MAX_SIGNERS: usize = 32;

/// A CMS message that was read, and nothing of it believed yet.
///
/// When the content is not inside the message ([`SignedData::is_detached`]), it is given to [`SignedData::content`] in
/// pieces of any size. Then [`SignedData::verify`] says who signed it.
#[derive(Debug)]
pub struct SignedData {
    version: u8,
    content_type: Vec<u8>,
    pub(super) content: Content,
    certificates: Vec<Vec<u8>>,
    other_certificates: usize,
    crls: Vec<Vec<u8>>,
    pub(super) signers: Vec<SignerInfo>,
}

/// The content, as far as it is known: its digests and its length.
#[derive(Debug)]
pub(super) struct Content {
    attached: bool,
    given: bool,
    pub(super) length: u64,
    pub(super) hashers: Vec<(Hash, Hasher)>,
}

impl Content {
    pub(super) fn new(attached: bool, hashes: Vec<Hash>) -> Self {
        let hashers = hashes.into_iter().map(|hash| (hash, Hasher::new(hash))).collect();
        Self { attached, given: attached, length: 0, hashers }
    }

    pub(super) fn update(&mut self, octets: &[u8]) {
        self.given = true;
        self.length = self.length.saturating_add(ber::size(octets.len()));
        for (_, hasher) in &mut self.hashers {
            hasher.update(octets);
        }
    }

    pub(super) const fn is_given(&self) -> bool {
        self.given
    }
}

impl SignedData {
    /// The version number that the message gives itself; nothing depends on it.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// The type of the content, `id-data` for most (RFC 5652 §4).
    #[must_use]
    pub fn content_type(&self) -> Oid<'_> {
        Oid::known(&self.content_type)
    }

    /// Whether the content is elsewhere.
    #[must_use]
    pub const fn is_detached(&self) -> bool {
        !self.content.attached
    }

    /// Takes the next bytes of content that is not inside the message. Content of no bytes needs one call, too.
    ///
    /// # Errors
    /// [`Error::ContentTwice`] when the message has content inside: one of the two would go unsigned unnoticed.
    pub fn content(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.content.attached {
            return Err(Error::ContentTwice);
        }
        self.content.update(bytes);
        Ok(())
    }

    /// The X.509 certificates in the message, in DER. They are hints for the way to an anchor and nothing more.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates.iter().map(Vec::as_slice)
    }

    /// Certificates of other kinds in the message (attribute certificates, RFC 5652 §10.2.2); they are passed over.
    #[must_use]
    pub const fn other_certificates(&self) -> usize {
        self.other_certificates
    }

    /// The CRLs in the message, in DER: hints, to be checked like any others before they say something.
    pub fn crls(&self) -> impl Iterator<Item = &[u8]> {
        self.crls.iter().map(Vec::as_slice)
    }

    /// The signers, in the order of the message.
    #[must_use]
    pub fn signers(&self) -> &[SignerInfo] {
        &self.signers
    }

    /// The certificates that this crate can read; the others cannot be any signer's.
    pub(super) fn readable(&self) -> Vec<Certificate<'_>> {
        self.certificates().filter_map(|der| Certificate::parse(der).ok()).collect()
    }
}

/// What one signer left in the message: claims, until [`SignedData::verify`] has looked at them.
#[derive(Debug)]
pub struct SignerInfo {
    identifier: Vec<u8>,
    pub(super) digest_algorithm: Vec<u8>,
    pub(super) signed_attributes: Option<Vec<u8>>,
    pub(super) signature_algorithm: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) unsigned_attributes: Option<Vec<u8>>,
}

impl SignerInfo {
    /// Who the signer says to be.
    ///
    /// # Errors
    /// [`Error`]; none in a message that was read.
    pub fn identifier(&self) -> Result<SignerIdentifier<'_>, Error> {
        identifier(&self.identifier).map_err(Error::from)
    }

    /// When the signer says to have signed. A claim: nobody but the signer stands for it.
    #[must_use]
    pub fn signing_time(&self) -> Option<UnixTime> {
        let raw = self.signed_attributes.as_deref()?;
        let read = attributes::read(raw, SIGNED_ATTRIBUTES, Field::SignedAttributes).ok()?;
        attributes::signing_time(&read).ok()?
    }

    pub(super) fn algorithm(field: &[u8]) -> Result<AlgorithmIdentifier<'_>, asn1::Error> {
        let mut der = Der::new(Object::Cms, Field::Algorithm, field, 0);
        let identifier = AlgorithmIdentifier::read(&mut der)?;
        der.finish()?;
        Ok(identifier)
    }
}

/// `[0] IMPLICIT`: the signed attributes of a signer.
pub(super) const SIGNED_ATTRIBUTES: Tag = Tag(0xA0);

/// Reads what follows the content.
pub(super) fn read(
    mut fields: Elements<'_>,
    version: u8,
    content_type: Vec<u8>,
    content: Content,
) -> Result<SignedData, Error> {
    let mut certificates = Vec::new();
    let mut other_certificates = 0;
    fields = fields.in_field(Field::Certificates);
    if let Some(list) = fields.optional(0xA0)? {
        let mut list = Elements::inside(&list, Field::Certificates);
        while !list.is_empty() {
            if certificates.len() + other_certificates >= MAX_CERTIFICATES {
                return Err(list.other_fault(ErrorKind::TooLong).into());
            }
            let element = list.next()?;
            match element.tag {
                0x30 => certificates.push(element.raw.to_vec()),
                0xA0..=0xA3 => other_certificates += 1,
                _ => return Err(list.other_fault(ErrorKind::Tlv(UNKNOWN)).into()),
            }
        }
    }
    let mut crls = Vec::new();
    fields = fields.in_field(Field::Crls);
    if let Some(list) = fields.optional(0xA1)? {
        let mut list = Elements::inside(&list, Field::Crls);
        let mut count = 0;
        while !list.is_empty() {
            count += 1;
            if count > MAX_CRLS {
                return Err(list.other_fault(ErrorKind::TooLong).into());
            }
            let element = list.next()?;
            // Revocation information of other kinds (RFC 5652 §10.2.1) is passed over.
            if element.tag == 0x30 {
                crls.push(element.raw.to_vec());
            }
        }
    }
    fields = fields.in_field(Field::Signers);
    let list = fields.read(0x31)?;
    fields.finish()?;
    let mut list = Elements::inside(&list, Field::Signers);
    let mut signers = Vec::new();
    while !list.is_empty() {
        if signers.len() >= MAX_SIGNERS {
            return Err(list.other_fault(ErrorKind::TooLong).into());
        }
        signers.push(signer(&list.read(0x30)?)?);
    }
    Ok(SignedData { version, content_type, content, certificates, other_certificates, crls, signers })
}

const UNKNOWN: mynumber_apdu::tlv::ErrorKind = mynumber_apdu::tlv::ErrorKind::InvalidTag;

/// Reads a SignerInfo (RFC 5652 §5.3), for counter-signatures, too.
pub(super) fn signer(element: &Element<'_>) -> Result<SignerInfo, asn1::Error> {
    let mut fields = Elements::inside(element, Field::Version);
    let version = fields.read(0x02)?.content;
    fields = fields.in_field(Field::Signers);
    let tag = fields.peek();
    // The version says which of the two names the signer; a message where they disagree is not understood.
    match (version, tag) {
        ([1], Some(0x30)) | ([3], Some(0x80)) => {}
        _ => return Err(fields.in_field(Field::Version).other_fault(ErrorKind::Version)),
    }
    let sid = fields.next()?.to_der(Field::Signers)?;
    identifier(&sid)?;
    fields = fields.in_field(Field::Algorithm);
    let digest_algorithm = fields.read(0x30)?.to_der(Field::Algorithm)?;
    SignerInfo::algorithm(&digest_algorithm)?;
    fields = fields.in_field(Field::SignedAttributes);
    // Not brought into DER: the signature covers DER, and what came must be it.
    let signed_attributes = fields.optional(0xA0)?.map(|element| element.raw.to_vec());
    fields = fields.in_field(Field::Algorithm);
    let signature_algorithm = fields.read(0x30)?.to_der(Field::Algorithm)?;
    SignerInfo::algorithm(&signature_algorithm)?;
    fields = fields.in_field(Field::Signature);
    let signature = fields.read(0x04)?.content.to_vec();
    fields = fields.in_field(Field::UnsignedAttributes);
    let unsigned = fields.optional(0xA1)?;
    let unsigned_attributes =
        unsigned.map(|element| element.to_der(Field::UnsignedAttributes)).transpose()?;
    fields.finish()?;
    Ok(SignerInfo {
        identifier: sid,
        digest_algorithm,
        signed_attributes,
        signature_algorithm,
        signature,
        unsigned_attributes,
    })
}

fn identifier(der: &[u8]) -> Result<SignerIdentifier<'_>, asn1::Error> {
    let mut outer = Der::new(Object::Cms, Field::Signers, der, 0);
    if let Some(key) = outer.optional(Tag(0x80))? {
        outer.finish()?;
        return Ok(SignerIdentifier::KeyIdentifier(key.value()));
    }
    let inside = outer.enter(SEQUENCE)?;
    outer.finish()?;
    let mut inside = inside.in_field(Field::Issuer);
    let issuer = Name::read(&mut inside)?;
    let mut inside = inside.in_field(Field::SerialNumber);
    let serial = inside.positive(21)?;
    inside.finish()?;
    Ok(SignerIdentifier::IssuerAndSerial { issuer, serial })
}
