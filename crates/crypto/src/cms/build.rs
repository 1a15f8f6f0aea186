//! Building messages around a signature that somebody else makes: a card, after it was told what to sign.

use alloc::format;
use alloc::vec::Vec;

use super::write::{self, element, header_size, set_of, write_length};
use super::{algorithms, ber, ess, oids};
use crate::asn1::{self, Oid};
use crate::certificate::Certificate;
use crate::digest::{Hash, Hasher};
use crate::key::{Scheme, VerifyError};
use crate::time::UnixTime;

/// Puts together what is signed and, with the signature, the message.
///
/// The signed attributes are those of CAdES-B-B (ETSI EN 319 122-1 §6): content type, digest, the signer's certificate by
/// its digest (signing-certificate-v2) and, when told, signing time and MIME type.
///
/// ```
/// # use mynumber_crypto::{Certificate, Scheme, UnixTime, cms, digest::Hash};
/// # fn card(digest: &[u8]) -> Vec<u8> { digest.to_vec() }
/// # fn sign(certificate: &[u8], content: &[u8], now: UnixTime) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
/// let certificate = Certificate::parse(certificate)?;
/// let builder = cms::Builder::new(&certificate, Scheme::Pkcs1v15(Hash::Sha256))?.signing_time(now);
/// let prepared = builder.prepare(&Hash::Sha256.of(&[content]))?;
/// let signature = card(prepared.digest());
/// Ok(prepared.detached(&signature)?)
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Builder<'a> {
    certificate: Certificate<'a>,
    scheme: Scheme,
    hash: Hash,
    signing_time: Option<UnixTime>,
    mime_type: Option<&'a str>,
    others: Vec<&'a [u8]>,
}

/// Why a message is not built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The scheme signs no digest, or the certificate's key is of another kind.
    #[error("the scheme cannot sign a message with this certificate")]
    Scheme,
    /// The certificate's key cannot be read.
    #[error("the key of the certificate cannot be used: {0}")]
    Key(asn1::Error),
    /// The digest of the content has another length than its hash function gives.
    #[error("the digest has {found} bytes, the hash function gives {expected}")]
    DigestLength {
        /// Bytes that the hash function gives.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// A signing time before 1950 or after 9999.
    #[error("the signing time lies outside the years 1950 to 9999")]
    Time,
    /// A MIME type that is not printable ASCII of the form `type/subtype`.
    #[error("not a MIME type")]
    MimeType,
    /// The signature is not one of the certificate's key over what was to be signed.
    #[error("the signature is not accepted: {0}")]
    Signature(VerifyError),
}

impl<'a> Builder<'a> {
    /// A message by the holder of this certificate, signed in this way.
    ///
    /// # Errors
    /// [`BuildError::Scheme`] and [`BuildError::Key`].
    pub fn new(certificate: &Certificate<'a>, scheme: Scheme) -> Result<Self, BuildError> {
        use crate::key::PublicKey;
        let hash = algorithms::hash_of(scheme).ok_or(BuildError::Scheme)?;
        let key = certificate.public_key().map_err(BuildError::Key)?;
        let curve = !matches!(key, PublicKey::Rsa { .. });
        if curve != matches!(scheme, Scheme::Ecdsa(_)) {
            return Err(BuildError::Scheme);
        }
        Ok(Self {
            certificate: *certificate,
            scheme,
            hash,
            signing_time: None,
            mime_type: None,
            others: Vec::new(),
        })
    }

    /// With this signing time: what the caller's clock says.
    #[must_use]
    pub const fn signing_time(mut self, time: UnixTime) -> Self {
        self.signing_time = Some(time);
        self
    }

    /// With this MIME type of the content, such as `application/pdf`.
    #[must_use]
    pub const fn mime_type(mut self, mime_type: &'a str) -> Self {
        self.mime_type = Some(mime_type);
        self
    }

    /// With this certificate beside the signer's, which is always there: an authority's.
    #[must_use]
    pub fn with_certificate(mut self, other: &Certificate<'a>) -> Self {
        if other.raw() != self.certificate.raw() && !self.others.contains(&other.raw()) {
            self.others.push(other.raw());
        }
        self
    }

    /// The hash function for the content.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// What is to be signed for content with this digest.
    ///
    /// # Errors
    /// [`BuildError::DigestLength`], [`BuildError::Time`], [`BuildError::MimeType`].
    pub fn prepare(&self, content_digest: &[u8]) -> Result<ToBeSigned<'a>, BuildError> {
        let expected = self.hash.length();
        if content_digest.len() != expected {
            return Err(BuildError::DigestLength { expected, found: content_digest.len() });
        }
        let mut attributes = alloc::vec![
            attribute(oids::CONTENT_TYPE, &element(0x06, &[oids::DATA.as_bytes()])),
            attribute(oids::MESSAGE_DIGEST, &element(0x04, &[content_digest])),
            attribute(oids::SIGNING_CERTIFICATE_V2, &ess::write(&self.certificate, self.hash)),
        ];
        if let Some(time) = self.signing_time {
            attributes.push(attribute(oids::SIGNING_TIME, &signing_time(time)?));
        }
        if let Some(mime_type) = self.mime_type {
            attributes.push(attribute(oids::MIME_TYPE, &checked_mime_type(mime_type)?));
        }
        let attributes = set_of(0x31, attributes);
        let digest = self.hash.of(&[&attributes]);
        Ok(ToBeSigned { builder: self.clone(), attributes, digest })
    }
}

fn attribute(kind: Oid<'_>, value: &[u8]) -> Vec<u8> {
    element(0x30, &[&element(0x06, &[kind.as_bytes()]), &element(0x31, &[value])])
}

/// UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5652 §11.3).
fn signing_time(time: UnixTime) -> Result<Vec<u8>, BuildError> {
    let civil = time.civil();
    if UnixTime::from_civil(civil) != Some(time) {
        return Err(BuildError::Time);
    }
    let rest =
        format!("{:02}{:02}{:02}{:02}{:02}Z", civil.month, civil.day, civil.hour, civil.minute, civil.second);
    match civil.year {
        1950..=2049 => Ok(element(0x17, &[format!("{:02}", civil.year % 100).as_bytes(), rest.as_bytes()])),
        2050..=9999 => Ok(element(0x18, &[format!("{:04}", civil.year).as_bytes(), rest.as_bytes()])),
        _ => Err(BuildError::Time),
    }
}

fn checked_mime_type(text: &str) -> Result<Vec<u8>, BuildError> {
    let printable = text.len() <= 255 && text.bytes().all(|byte| matches!(byte, 0x20..=0x7E));
    let parts = text.split_once('/').is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty());
    if printable && parts { Ok(element(0x0C, &[text.as_bytes()])) } else { Err(BuildError::MimeType) }
}

/// What a card is to sign, and what becomes of the signature.
#[derive(Clone, Debug)]
pub struct ToBeSigned<'a> {
    builder: Builder<'a>,
    attributes: Vec<u8>,
    digest: Vec<u8>,
}

impl ToBeSigned<'_> {
    /// The digest to be signed by the scheme of [`Builder::new`].
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// The signed attributes, as the digest covers them: a SET OF in DER.
    #[must_use]
    pub fn attributes(&self) -> &[u8] {
        &self.attributes
    }

    /// The message for content that stays elsewhere, in DER.
    ///
    /// # Errors
    /// [`BuildError::Signature`]: the signature is checked with the certificate's key first.
    pub fn detached(&self, signature: &[u8]) -> Result<Vec<u8>, BuildError> {
        let content_info = element(0x30, &[&element(0x06, &[oids::DATA.as_bytes()])]);
        let start = [VERSION, &self.digest_algorithms(), &content_info].concat();
        let signed_data = element(0x30, &[&start, &self.end(signature)?]);
        Ok(element(0x30, &[&element(0x06, &[oids::SIGNED_DATA]), &element(0xA0, &[&signed_data])]))
    }

    /// What comes before and after content of this length, all in DER.
    ///
    /// # Errors
    /// As [`ToBeSigned::detached`].
    pub fn attached(&self, signature: &[u8], length: u64) -> Result<Attached, BuildError> {
        let trailer = self.end(signature)?;
        let data = element(0x06, &[oids::DATA.as_bytes()]);
        let octets = header_size(length).saturating_add(length);
        let explicit = header_size(octets).saturating_add(octets);
        let content_info = ber::size(data.len()).saturating_add(explicit);
        let start = [VERSION, &self.digest_algorithms()].concat();
        let signed_data = ber::size(start.len().saturating_add(trailer.len()))
            .saturating_add(header_size(content_info))
            .saturating_add(content_info);
        let wrapped = header_size(signed_data).saturating_add(signed_data);
        let kind = element(0x06, &[oids::SIGNED_DATA]);
        let whole = ber::size(kind.len()).saturating_add(header_size(wrapped)).saturating_add(wrapped);

        let mut header = Vec::new();
        let mut open = |tag: u8, length: u64, content: &[u8]| {
            header.push(tag);
            write_length(&mut header, length);
            header.extend_from_slice(content);
        };
        open(0x30, whole, &kind);
        open(0xA0, wrapped, &[]);
        open(0x30, signed_data, &start);
        open(0x30, content_info, &data);
        open(0xA0, octets, &[]);
        open(0x04, length, &[]);
        Ok(Attached { header, trailer })
    }

    /// What comes after content that was written with [`Streamed`].
    ///
    /// # Errors
    /// As [`ToBeSigned::detached`].
    pub fn streamed(&self, signature: &[u8]) -> Result<Vec<u8>, BuildError> {
        // OCTET STRING, [0], EncapsulatedContentInfo; then SignedData, [0], ContentInfo.
        Ok([&[0; 6], self.end(signature)?.as_slice(), &[0; 6]].concat())
    }

    fn digest_algorithms(&self) -> Vec<u8> {
        element(0x31, &[&algorithms::hash_identifier(self.builder.hash)])
    }

    /// `certificates` and `signerInfos`, when the signature is one of the certificate's key.
    fn end(&self, signature: &[u8]) -> Result<Vec<u8>, BuildError> {
        let Builder { certificate, scheme, hash, others, .. } = &self.builder;
        let key = certificate.public_key().map_err(BuildError::Key)?;
        key.verify_digest(*scheme, &self.digest, signature).map_err(BuildError::Signature)?;
        let certificates = core::iter::once(certificate.raw()).chain(others.iter().copied());
        let certificates = set_of(0xA0, certificates.map(<[u8]>::to_vec).collect());
        let identifier = element(0x30, &[certificate.issuer().raw(), &write::integer(certificate.serial())]);
        let attributes = [&[0xA0], self.attributes.get(1..).unwrap_or_default()].concat();
        let signer = element(
            0x30,
            &[
                VERSION,
                &identifier,
                &algorithms::hash_identifier(*hash),
                &attributes,
                &algorithms::signature_identifier(*scheme).ok_or(BuildError::Scheme)?,
                &element(0x04, &[signature]),
            ],
        );
        Ok([certificates, element(0x31, &[&signer])].concat())
    }
}

/// Version 1, of message and signer: id-data, X.509 certificates, a signer named by issuer and serial number.
const VERSION: &[u8] = &[0x02, 0x01, 0x01];

/// A message around content: the header, then the content as it is, then the trailer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attached {
    /// What comes before the content.
    pub header: Vec<u8>,
    /// What comes after it.
    pub trailer: Vec<u8>,
}

/// A message around content whose length is not known beforehand, written while the content is read: BER of indefinite
/// length, the content in segments.
///
/// [`Streamed::header`], then for each piece of content what [`Streamed::segment`] gives and the piece itself, then what
/// [`ToBeSigned::streamed`] gives.
#[derive(Clone, Debug)]
pub struct Streamed {
    hash: Hash,
    hasher: Hasher,
}

impl Streamed {
    /// A message whose content is hashed with this function.
    #[must_use]
    pub fn new(hash: Hash) -> Self {
        Self { hash, hasher: Hasher::new(hash) }
    }

    /// What comes first.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        let kind = element(0x06, &[oids::SIGNED_DATA]);
        let algorithms = element(0x31, &[&algorithms::hash_identifier(self.hash)]);
        let data = element(0x06, &[oids::DATA.as_bytes()]);
        let open = |tag: u8| [tag, 0x80];
        [
            &open(0x30)[..],
            &kind,
            &open(0xA0),
            &open(0x30),
            VERSION,
            &algorithms,
            &open(0x30),
            &data,
            &open(0xA0),
            &open(0x24),
        ]
        .concat()
    }

    /// What comes before this piece of the content.
    #[must_use]
    pub fn segment(&mut self, piece: &[u8]) -> Vec<u8> {
        self.hasher.update(piece);
        let mut header = Vec::with_capacity(10);
        write::header(&mut header, &[0x04], piece.len());
        header
    }

    /// The digest of all pieces, for [`Builder::prepare`].
    #[must_use]
    pub fn digest(self) -> Vec<u8> {
        self.hasher.finish()
    }
}
