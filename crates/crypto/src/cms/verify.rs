//! Verification: each signer on its own, and all together.

use alloc::vec::Vec;

use super::attributes::{self, Attribute};
use super::ber::{self, Elements};
use super::message::{self, SIGNED_ATTRIBUTES, SignedData, SignerInfo};
use super::{Error, SignerError, SignerIdentifier, algorithms, ess, oids};
use crate::asn1::der::SEQUENCE;
use crate::asn1::{AlgorithmIdentifier, Field, Oid};
use crate::certificate::{Certificate, KeyUsage};
use crate::digest::Hash;
use crate::key::Scheme;
use crate::path::{TrustedCertificate, Validator};
use crate::time::UnixTime;
use mynumber_apdu::tlv::Tag;

impl SignedData {
    /// Checks every signer: the content against the signed digest, the signature, the certificate and its path to one of
    /// the validator's anchors at the stated time.
    ///
    /// `others` are certificates that the message may lack; like those inside, they are hints. The signing time plays no
    /// part: whoever wants to believe it passes [`SignerInfo::signing_time`] as `at`.
    ///
    /// # Errors
    /// [`Error::NoSigner`], and [`Error::ContentMissing`] when the content is elsewhere and was not given. What is wrong
    /// with a signer stands in its report.
    pub fn verify<'a>(
        &'a self,
        validator: &Validator<'a>,
        others: &[Certificate<'a>],
        at: UnixTime,
    ) -> Result<Verdict<'a>, Error> {
        if self.signers.is_empty() {
            return Err(Error::NoSigner);
        }
        if !self.content.is_given() {
            return Err(Error::ContentMissing);
        }
        let mut certificates = self.readable();
        for other in others {
            if !certificates.iter().any(|known| known.raw() == other.raw()) {
                certificates.push(*other);
            }
        }
        let digests: Vec<_> =
            self.content.hashers.iter().map(|(hash, hasher)| (*hash, hasher.clone().finish())).collect();
        let check = Check { message: self, digests: &digests, certificates: &certificates, validator, at };
        let signers = self.signers.iter().map(|signer| check.report(signer)).collect();
        Ok(Verdict { signers })
    }
}

/// What verification found: one report for each signer, at least one.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    signers: Vec<SignerReport<'a>>,
}

impl<'a> Verdict<'a> {
    /// The reports, in the order of the message.
    #[must_use]
    pub fn signers(&self) -> &[SignerReport<'a>] {
        &self.signers
    }

    /// The evidence, one for each signer: **only when every signer's signature holds.**
    ///
    /// # Errors
    /// The first report of a signer whose signature does not hold.
    pub fn all(&self) -> Result<Vec<&Signed<'a>>, &SignerReport<'a>> {
        self.signers.iter().map(|report| report.result.as_ref().map_err(|_| report)).collect()
    }
}

/// What verification found out about one signer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignerReport<'a> {
    /// The signer's part of the message.
    pub signer: &'a SignerInfo,
    /// The certificate that the signer names, when exactly one is there; not trusted unless `result` says so.
    pub certificate: Option<Certificate<'a>>,
    /// The evidence, or why there is none.
    pub result: Result<Signed<'a>, SignerError>,
}

/// Evidence that the holder of a trusted certificate signed this content. Only [`SignedData::verify`] makes it.
///
/// Not looked at: whether the certificate had been revoked (that is asked with [`Signed::certificate`]), time-stamps,
/// counter-signatures, whether the signing time is true.
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    certificate: TrustedCertificate<'a>,
    scheme: Scheme,
    hash: Hash,
    digest: &'a [u8],
    length: u64,
    content_type: Oid<'a>,
    signing_time: Option<UnixTime>,
    bound: bool,
    unknown: Vec<Oid<'a>>,
    time_stamps: usize,
    counter_signatures: usize,
}

impl<'a> Signed<'a> {
    /// The signer's certificate with its path. Its [`TrustedCertificate::at`] is the time that the caller stated.
    #[must_use]
    pub const fn certificate(&self) -> &TrustedCertificate<'a> {
        &self.certificate
    }

    /// How the signature was made.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The hash function that the content was signed with.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The digest of the content.
    #[must_use]
    pub const fn content_digest(&self) -> &'a [u8] {
        self.digest
    }

    /// Bytes of the content.
    #[must_use]
    pub const fn content_length(&self) -> u64 {
        self.length
    }

    /// The type of the content that was signed.
    #[must_use]
    pub const fn content_type(&self) -> Oid<'a> {
        self.content_type
    }

    /// When the signer says to have signed. A claim: nobody but the signer stands for it.
    #[must_use]
    pub const fn signing_time_claim(&self) -> Option<UnixTime> {
        self.signing_time
    }

    /// Whether the claimed signing time lies outside the validity period of the certificate: such a claim contradicts
    /// itself.
    #[must_use]
    pub fn signing_time_is_outside_validity(&self) -> bool {
        let validity = self.certificate.certificate().validity();
        self.signing_time.is_some_and(|time| !validity.contains(time))
    }

    /// Whether the signature names its certificate by a digest (RFC 5035), so that no other certificate for the same key can
    /// take its place.
    #[must_use]
    pub const fn is_bound_to_certificate(&self) -> bool {
        self.bound
    }

    /// Signed attributes whose meaning is not known here.
    #[must_use]
    pub fn unknown_attributes(&self) -> &[Oid<'a>] {
        &self.unknown
    }

    /// Signature time-stamps that stand beside the signature. **They are not checked.**
    #[must_use]
    pub const fn unchecked_time_stamps(&self) -> usize {
        self.time_stamps
    }

    /// Counter-signatures that stand beside the signature. **They are not checked.**
    #[must_use]
    pub const fn unchecked_counter_signatures(&self) -> usize {
        self.counter_signatures
    }
}

/// What all signers are checked against.
struct Check<'v, 'a> {
    message: &'a SignedData,
    digests: &'v [(Hash, Vec<u8>)],
    certificates: &'v [Certificate<'a>],
    validator: &'v Validator<'a>,
    at: UnixTime,
}

impl<'a> Check<'_, 'a> {
    fn report(&self, signer: &'a SignerInfo) -> SignerReport<'a> {
        let certificate = self.certificate(signer);
        let result = self.signed(signer, certificate.clone());
        SignerReport { signer, certificate: certificate.ok(), result }
    }

    fn signed(
        &self,
        signer: &'a SignerInfo,
        certificate: Result<Certificate<'a>, SignerError>,
    ) -> Result<Signed<'a>, SignerError> {
        let hash = algorithms::hash(SignerInfo::algorithm(&signer.digest_algorithm)?);
        let hash = hash.ok_or(SignerError::DigestAlgorithm)?;
        let found = self.digests.iter().find(|(listed, _)| *listed == hash);
        let (_, digest) = found.ok_or(SignerError::DigestAlgorithmNotListed)?;
        let scheme = algorithms::scheme(SignerInfo::algorithm(&signer.signature_algorithm)?, hash);
        let scheme = scheme.ok_or(SignerError::SignatureAlgorithm)?;
        let raw = signer.signed_attributes.as_deref().ok_or(SignerError::NoSignedAttributes)?;
        let attributes = attributes::read(raw, SIGNED_ATTRIBUTES, Field::SignedAttributes)?;
        let missing = SignerError::MissingAttribute;
        let content_type = attributes::content_type(&attributes)?.ok_or(missing(oids::CONTENT_TYPE))?;
        let signed_digest = attributes::message_digest(&attributes)?.ok_or(missing(oids::MESSAGE_DIGEST))?;
        let signing_time = attributes::signing_time(&attributes)?;
        if content_type != self.message.content_type() {
            return Err(SignerError::ContentType);
        }
        if signed_digest != digest.as_slice() {
            return Err(SignerError::ContentDigest);
        }
        protected(&attributes, signer)?;
        let certificate = certificate?;
        let named = ess::read(&attributes)?;
        if named.iter().any(|list| !list.first().is_some_and(|first| first.names(&certificate))) {
            return Err(SignerError::SigningCertificate);
        }
        let beside = Beside::read(signer)?;

        let usage = certificate.extensions().key_usage().map_err(SignerError::Key)?;
        if !usage.is_none_or(|usage| {
            usage.contains(KeyUsage::DIGITAL_SIGNATURE) || usage.contains(KeyUsage::NON_REPUDIATION)
        }) {
            return Err(SignerError::KeyUsage);
        }
        let key = certificate.public_key().map_err(SignerError::Key)?;
        // The signature covers the attributes as the SET OF that they are, not under the tag that they travel with.
        let signed = hash.of(&[&[0x31], raw.get(1..).unwrap_or_default()]);
        key.verify_digest_with(self.validator.backend(), scheme, &signed, &signer.signature)
            .map_err(SignerError::Signature)?;
        let trusted = self.trusted(&certificate)?;
        // More than one named certificate: the path goes through no other authority (RFC 5035 §5.4.1).
        let authorities = || named.iter().filter_map(|list| list.get(1..)).filter(|rest| !rest.is_empty());
        if authorities()
            .any(|rest| !trusted.chain().iter().all(|authority| rest.iter().any(|id| id.names(authority))))
        {
            return Err(SignerError::SigningCertificatePath);
        }
        Ok(Signed {
            certificate: trusted,
            scheme,
            hash,
            digest: signed_digest,
            length: self.message.content.length,
            content_type,
            signing_time,
            bound: !named.is_empty(),
            unknown: attributes.iter().map(|found| found.kind).filter(|kind| !is_known(*kind)).collect(),
            time_stamps: beside.time_stamps,
            counter_signatures: beside.counter_signatures,
        })
    }

    /// The certificate that the signer names: exactly one.
    fn certificate(&self, signer: &SignerInfo) -> Result<Certificate<'a>, SignerError> {
        let identifier = signer.identifier().map_err(|_| SignerError::NoCertificate)?;
        let mut named = self.certificates.iter().filter(|certificate| match identifier {
            SignerIdentifier::IssuerAndSerial { issuer, serial } => {
                certificate.issuer() == issuer && certificate.serial() == serial
            }
            SignerIdentifier::KeyIdentifier(wanted) => {
                certificate.extensions().subject_key_identifier() == Ok(Some(wanted))
            }
        });
        let first = *named.next().ok_or(SignerError::NoCertificate)?;
        // The same certificate twice is one certificate.
        if named.any(|other| other.raw() != first.raw()) {
            return Err(SignerError::SeveralCertificates);
        }
        Ok(first)
    }

    fn trusted(&self, certificate: &Certificate<'a>) -> Result<TrustedCertificate<'a>, SignerError> {
        let hints: Vec<_> =
            self.certificates.iter().filter(|hint| hint.raw() != certificate.raw()).copied().collect();
        self.validator.validate(certificate, &hints, self.at).map_err(SignerError::Path)
    }
}

fn is_known(kind: Oid<'_>) -> bool {
    [
        oids::CONTENT_TYPE,
        oids::MESSAGE_DIGEST,
        oids::SIGNING_TIME,
        oids::SIGNING_CERTIFICATE,
        oids::SIGNING_CERTIFICATE_V2,
        oids::ALGORITHM_PROTECTION,
        oids::MIME_TYPE,
    ]
    .contains(&kind)
}

/// CMSAlgorithmProtection, when it is there, names the algorithms that the signer's part names (RFC 6211 §2).
fn protected(attributes: &[Attribute<'_>], signer: &SignerInfo) -> Result<(), SignerError> {
    let Some(mut value) = attributes::single(attributes, oids::ALGORITHM_PROTECTION)? else { return Ok(()) };
    let mut inside = value.enter(SEQUENCE)?;
    value.finish()?;
    let digest = AlgorithmIdentifier::read(&mut inside)?;
    let signature = inside.read(Tag(0xA1))?;
    inside.finish()?;
    let same_digest = digest == SignerInfo::algorithm(&signer.digest_algorithm)?;
    // The tags differ, [1] here and SEQUENCE there; what follows them must not.
    let same_signature = signature.raw().get(1..) == signer.signature_algorithm.get(1..);
    if same_digest && same_signature { Ok(()) } else { Err(SignerError::AlgorithmProtection) }
}

/// What stands beside a signature, unsigned.
#[derive(Default)]
struct Beside {
    time_stamps: usize,
    counter_signatures: usize,
}

impl Beside {
    fn read(signer: &SignerInfo) -> Result<Self, SignerError> {
        let mut beside = Self::default();
        let Some(raw) = &signer.unsigned_attributes else { return Ok(beside) };
        let mut list = Elements::new(raw, 0, Field::UnsignedAttributes, ber::DEPTH);
        let outer = list.next()?;
        let mut list = Elements::inside(&outer, Field::UnsignedAttributes);
        while !list.is_empty() {
            let attribute = list.read(0x30)?;
            let mut fields = Elements::inside(&attribute, Field::UnsignedAttributes);
            let kind = fields.read(0x06)?.content;
            let values = fields.read(0x31)?;
            fields.finish()?;
            let mut values = Elements::inside(&values, Field::UnsignedAttributes);
            while !values.is_empty() {
                let value = values.next()?;
                if kind == oids::COUNTER_SIGNATURE.as_bytes() {
                    beside.counter_signatures += 1;
                    counter_signature(&value)?;
                } else if kind == oids::SIGNATURE_TIME_STAMP.as_bytes() {
                    beside.time_stamps += 1;
                }
            }
        }
        Ok(beside)
    }
}

/// A counter-signature is a SignerInfo without a content type (RFC 5652 §11.4).
fn counter_signature(value: &ber::Element<'_>) -> Result<(), SignerError> {
    let counter = message::signer(value)?;
    let Some(raw) = &counter.signed_attributes else { return Ok(()) };
    let attributes = attributes::read(raw, SIGNED_ATTRIBUTES, Field::UnsignedAttributes)?;
    if attributes.iter().any(|attribute| attribute.kind == oids::CONTENT_TYPE) {
        return Err(SignerError::CounterSignature);
    }
    Ok(())
}
