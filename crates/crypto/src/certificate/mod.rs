//! A borrowed view of one X.509 certificate (RFC 5280 §4.1).
//!
//! [`Certificate::parse`] accepts exactly one certificate and nothing after it, in DER. It checks the shape of
//! everything outside the extensions and of their list; what an extension says is read when asked for. The view does
//! not say that a certificate is to be trusted: see the crate's documentation for what is not checked.

mod comparison;
mod contents;
mod extensions;
pub(crate) mod general_name;
mod holder;
mod jpki;
mod name;

pub use crate::asn1::{AlgorithmIdentifier, Error, ErrorKind, Field};
pub use contents::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, Oids};
pub use extensions::{Extension, Extensions, extension};
pub use holder::MarkedText;
pub use jpki::{BirthDate, HolderAttributes, Policy, Purpose, policy};
pub use name::{Attribute, Attributes, Name, attribute};

use crate::asn1::der::{Der, INTEGER, SEQUENCE};
use crate::asn1::{Object, SignedFrame};
use crate::key::backend::{self, Backend};
use crate::key::{PublicKey, Scheme, VerifyError};
use crate::time::UnixTime;
use core::fmt;
use mynumber_apdu::tlv::{Tag, Tlv};

/// From when until when a certificate is meant to be used; both ends are inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// notBefore.
    pub not_before: UnixTime,
    /// notAfter.
    pub not_after: UnixTime,
}

impl Validity {
    /// Whether `time` lies inside, both ends included.
    #[must_use]
    pub fn contains(&self, time: UnixTime) -> bool {
        (self.not_before..=self.not_after).contains(&time)
    }
}

/// One certificate, borrowed from its DER.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Certificate<'a> {
    raw: &'a [u8],
    tbs: &'a [u8],
    serial: &'a [u8],
    issuer: Name<'a>,
    validity: Validity,
    subject: Name<'a>,
    key_info: Tlv<'a>,
    extensions: Extensions<'a>,
    algorithm: AlgorithmIdentifier<'a>,
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// The most bytes of a certificate accepted; those of JPKI have 1.3 to 1.8 thousand.
    pub const MAX_LENGTH: usize = 65_536;

    /// Reads the certificate that `input` is: one, and nothing after it.
    ///
    /// # Errors
    /// [`Error`] with the field and the position.
    pub fn parse(input: &'a [u8]) -> Result<Self, Error> {
        if input.len() > Self::MAX_LENGTH {
            return Err(Error::new(ErrorKind::TooLong, Object::Certificate, Field::Whole, Self::MAX_LENGTH));
        }
        let frame = SignedFrame::read(Object::Certificate, input)?;
        let mut fields = frame.fields.in_field(Field::Version);
        version(&mut fields)?;
        let mut fields = fields.in_field(Field::SerialNumber);
        // RFC 5280 §4.1.2.2: positive, at most 20 octets.
        let serial = fields.positive(20)?;
        let mut fields = fields.in_field(Field::Algorithm);
        frame.same_algorithm(&mut fields)?;
        let mut fields = fields.in_field(Field::Issuer);
        let issuer = Name::read(&mut fields)?;
        let mut fields = fields.in_field(Field::Validity);
        let mut times = fields.enter(SEQUENCE)?;
        let validity = Validity { not_before: times.time()?, not_after: times.time()? };
        times.finish()?;
        let mut fields = fields.in_field(Field::Subject);
        let subject = Name::read(&mut fields)?;
        let mut fields = fields.in_field(Field::PublicKey);
        let key_info = fields.read(SEQUENCE)?;
        // Unique identifiers: written by nobody any more, and to be read over (RFC 5280 §4.1.2.8).
        fields.optional(Tag(0x81))?;
        fields.optional(Tag(0x82))?;
        let mut fields = fields.in_field(Field::Extensions);
        let extensions = match fields.optional(Tag(0xA3))? {
            Some(element) => Extensions::read(&fields, element)?,
            None => Extensions::none(Object::Certificate),
        };
        fields.finish()?;
        Ok(Self {
            raw: input,
            tbs: frame.tbs,
            serial,
            issuer,
            validity,
            subject,
            key_info,
            extensions,
            algorithm: frame.algorithm,
            signature: frame.signature,
        })
    }

    /// The whole certificate.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The signed part, tag and length included.
    #[must_use]
    pub const fn tbs(&self) -> &'a [u8] {
        self.tbs
    }

    /// The serial number, big-endian, without leading zeros: 1 to 20 bytes.
    #[must_use]
    pub const fn serial(&self) -> &'a [u8] {
        self.serial
    }

    /// The name of the issuer. All generations of a JPKI authority share one name, so it never tells which key signed.
    #[must_use]
    pub const fn issuer(&self) -> Name<'a> {
        self.issuer
    }

    /// The name of the subject.
    #[must_use]
    pub const fn subject(&self) -> Name<'a> {
        self.subject
    }

    /// The validity period.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// The subjectPublicKeyInfo, tag and length included.
    #[must_use]
    pub const fn public_key_info(&self) -> &'a [u8] {
        self.key_info.raw()
    }

    /// The public key.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownKey`] for a kind that this crate does not know (explicit curve parameters among them), or the
    /// DER faults.
    pub fn public_key(&self) -> Result<PublicKey<'a>, Error> {
        let mut info = Der::new(
            Object::Certificate,
            Field::PublicKey,
            self.key_info.value(),
            self.key_info.value_position(),
        );
        let before = info;
        let AlgorithmIdentifier { algorithm, parameters } = AlgorithmIdentifier::read(&mut info)?;
        let (bits, position) = info.whole_bits()?;
        info.finish()?;
        match (algorithm.as_bytes(), parameters) {
            (oids::RSA, [0x05, 0x00]) => {
                let mut outer = Der::new(Object::Certificate, Field::PublicKey, bits, position);
                let mut numbers = outer.enter(SEQUENCE)?;
                outer.finish()?;
                let modulus = numbers.positive(Self::MAX_LENGTH)?;
                let exponent = numbers.positive(Self::MAX_LENGTH)?;
                numbers.finish()?;
                Ok(PublicKey::Rsa { modulus, exponent })
            }
            (oids::EC, oids::P256_PARAMETERS) => Ok(PublicKey::EcdsaP256 { point: bits }),
            (oids::EC, oids::P384_PARAMETERS) => Ok(PublicKey::EcdsaP384 { point: bits }),
            _ => Err(before.fault(ErrorKind::UnknownKey)),
        }
    }

    /// The extensions.
    #[must_use]
    pub const fn extensions(&self) -> Extensions<'a> {
        self.extensions
    }

    /// The algorithm of the issuer's signature.
    #[must_use]
    pub const fn signature_algorithm(&self) -> AlgorithmIdentifier<'a> {
        self.algorithm
    }

    /// The scheme of the issuer's signature, if it is one that this crate checks. SHA-1 and older are not.
    #[must_use]
    pub fn signature_scheme(&self) -> Option<Scheme> {
        self.algorithm.signature_scheme()
    }

    /// The issuer's signature.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// Checks that the holder of `issuer_key` signed this certificate, and nothing else: not that the holder may issue
    /// certificates, nor any name, time or purpose.
    ///
    /// # Errors
    /// [`VerifyError`]; [`VerifyError::Unsupported`] also for an algorithm that this crate does not check.
    pub fn check_signature(&self, issuer_key: &PublicKey<'_>) -> Result<(), VerifyError> {
        self.check_signature_with(backend::preferred(), issuer_key)
    }

    /// As [`Certificate::check_signature`], with a backend of the caller's choice.
    ///
    /// # Errors
    /// As [`Certificate::check_signature`].
    pub fn check_signature_with(
        &self,
        backend: &dyn Backend,
        issuer_key: &PublicKey<'_>,
    ) -> Result<(), VerifyError> {
        let scheme = self.signature_scheme().ok_or(VerifyError::Unsupported)?;
        issuer_key.verify_with(backend, scheme, self.tbs, self.signature)
    }
}

impl fmt::Debug for Certificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("bytes", &self.raw.len())
            .field("issuer", &self.issuer)
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

fn version(fields: &mut Der<'_>) -> Result<(), Error> {
    let before = *fields;
    let wrong = before.fault(ErrorKind::Version);
    let Some(tagged) = fields.optional(Tag(0xA0))? else {
        return Err(wrong);
    };
    let mut inside = fields.inside(tagged)?;
    let number = inside.read(INTEGER)?;
    inside.finish()?;
    if number.value() == [2] { Ok(()) } else { Err(wrong) }
}

/// Content bytes of the algorithm identifiers that are known here.
mod oids {
    pub(super) const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
    pub(super) const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    /// The named curve P-256, as parameters: tag, length, identifier.
    pub(super) const P256_PARAMETERS: &[u8] = &[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
    /// The named curve P-384, likewise.
    pub(super) const P384_PARAMETERS: &[u8] = &[0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
