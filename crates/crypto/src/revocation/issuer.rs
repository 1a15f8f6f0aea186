//! Who answers for a certificate: its issuer, as name and key.

use super::Why;
use crate::anchor::Anchor;
use crate::asn1::AlgorithmIdentifier;
use crate::certificate::{AuthorityKeyIdentifier, Certificate, Error, KeyUsage, Name};
use crate::key::PublicKey;
use crate::key::backend::{self, Backend, Computer};

/// The authority that issued a certificate: the one whose CRLs and OCSP responses count for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuer<'a> {
    name: Name<'a>,
    key: PublicKey<'a>,
    key_identifier: Option<&'a [u8]>,
    may_sign_crls: bool,
    computer: Computer<'a>,
}

impl<'a> Issuer<'a> {
    /// An issuer of whom only name and key are known. Its signatures are checked with the
    /// [preferred](backend::preferred) backend.
    #[must_use]
    pub const fn new(name: Name<'a>, key: PublicKey<'a>) -> Self {
        Self {
            name,
            key,
            key_identifier: None,
            may_sign_crls: true,
            computer: Computer(backend::preferred()),
        }
    }

    /// The same with its subjectKeyIdentifier: a CRL that names another key is then refused before its signature is
    /// looked at.
    #[must_use]
    pub const fn with_key_identifier(mut self, key_identifier: Option<&'a [u8]>) -> Self {
        self.key_identifier = key_identifier;
        self
    }

    /// The same, with whether it may sign CRLs. It may unless its keyUsage lacks cRLSign (RFC 5280 §6.3.3 f).
    #[must_use]
    pub const fn with_crl_sign(mut self, may_sign_crls: bool) -> Self {
        self.may_sign_crls = may_sign_crls;
        self
    }

    /// The same, with another backend to check its signatures.
    #[must_use]
    pub const fn with_backend(mut self, backend: &'a dyn Backend) -> Self {
        self.computer = Computer(backend);
        self
    }

    /// The issuer whose certificate this is. Nothing of the certificate is checked.
    ///
    /// # Errors
    /// [`Error`] when the public key or one of the two extensions cannot be read.
    pub fn from_certificate(certificate: &Certificate<'a>) -> Result<Self, Error> {
        let extensions = certificate.extensions();
        let may_sign_crls = extensions.key_usage()?.is_none_or(|usage| usage.contains(KeyUsage::CRL_SIGN));
        Ok(Self::new(certificate.subject(), certificate.public_key()?)
            .with_key_identifier(extensions.subject_key_identifier()?)
            .with_crl_sign(may_sign_crls))
    }

    /// The issuer that this anchor is.
    #[must_use]
    pub const fn from_anchor(anchor: &Anchor<'a>) -> Self {
        Self::new(anchor.subject(), anchor.key())
            .with_key_identifier(anchor.key_id())
            .with_crl_sign(anchor.may_sign_crls())
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> Name<'a> {
        self.name
    }

    /// Its key.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// Its subjectKeyIdentifier, if known.
    #[must_use]
    pub const fn key_identifier(&self) -> Option<&'a [u8]> {
        self.key_identifier
    }

    /// Whether it may sign CRLs.
    #[must_use]
    pub const fn may_sign_crls(&self) -> bool {
        self.may_sign_crls
    }

    /// Who computes for it.
    #[must_use]
    pub const fn backend(&self) -> &'a dyn Backend {
        self.computer.0
    }

    /// Whether an authorityKeyIdentifier can mean this issuer's key.
    pub(crate) fn is_meant_by(&self, identifier: Option<AuthorityKeyIdentifier<'_>>) -> bool {
        match (identifier.and_then(|identifier| identifier.key_identifier), self.key_identifier) {
            (Some(theirs), Some(ours)) => theirs == ours,
            _ => true,
        }
    }

    /// Whether this issuer's key made `signature` over `message`.
    pub(crate) fn signed(
        &self,
        algorithm: &AlgorithmIdentifier<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Why> {
        let scheme =
            algorithm.signature_scheme().ok_or(Why::Signature(crate::key::VerifyError::Unsupported))?;
        self.key.verify_with(self.computer.0, scheme, message, signature).map_err(Why::Signature)
    }
}
