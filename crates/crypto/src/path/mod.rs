//! Certification paths (RFC 5280 §6): from a certificate to somebody who is trusted.
//!
//! ```
//! use mynumber_crypto::certificate::{Certificate, Purpose};
//! use mynumber_crypto::path::{self, Profile, Validator};
//! use mynumber_crypto::{UnixTime, anchor};
//!
//! fn check(der: &[u8], at: UnixTime) -> Result<(), Box<dyn std::error::Error>> {
//!     let validator = Validator::new(anchor::production(), Profile::jpki(Purpose::UserAuthentication));
//!     let trusted = validator.validate(&Certificate::parse(der)?, &[], at)?;
//!     println!("issued by {}, trusted at {}", trusted.anchor().label(), trusted.at());
//!     Ok(())
//! }
//! # assert!(check(&[0x30], UnixTime::from_seconds(0)).is_err());
//! ```
//!
//! A [`TrustedCertificate`] is evidence: nothing but a [`Validator`] makes one. It says that at the stated time the path
//! held; **not that the certificate had not been revoked**: see what the revocation room says, and ask it.
//!
//! Certificates handed over as hints are never anchors, whatever their names. Nothing is looked up by name alone: names
//! have to match, then key identifiers where they are given, then the signature decides. Work is bounded by the profile.
//!
//! Where this is stricter than RFC 5280: anchors have to be in their validity period too, a GeneralizedTime before 2050
//! is refused, and what is not evaluated (see [`Profile::general`]) refuses the path.

mod error;
mod profile;
mod restrictions;
mod rules;
mod search;

pub use error::{Class, Error, ErrorKind, Position};
pub use profile::{ExtendedKeyUsageRule, InitialPolicies, KeyUsageRule, PolicyRule, Profile};
pub(crate) use restrictions::NameConstraints;
pub(crate) use rules::check_authority;

use crate::anchor::Anchor;
use crate::certificate::{Certificate, Name, Purpose};
use crate::key::PublicKey;
use crate::key::backend::{self, Backend};
use crate::time::UnixTime;
use alloc::vec::Vec;

/// Finds and checks paths to its anchors.
#[derive(Clone, Copy, Debug)]
pub struct Validator<'a> {
    anchors: &'a [Anchor<'a>],
    profile: Profile<'a>,
    backend: &'a dyn Backend,
}

impl<'a> Validator<'a> {
    /// A validator with these anchors, this profile, and the [preferred](backend::preferred) backend.
    #[must_use]
    pub fn new(anchors: &'a [Anchor<'a>], profile: Profile<'a>) -> Self {
        Self { anchors, profile, backend: backend::preferred() }
    }

    /// The same validator with another backend.
    #[must_use]
    pub const fn with_backend(mut self, backend: &'a dyn Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Whom it trusts.
    #[must_use]
    pub const fn anchors(&self) -> &'a [Anchor<'a>] {
        self.anchors
    }

    /// What it asks of a path.
    #[must_use]
    pub const fn profile(&self) -> &Profile<'a> {
        &self.profile
    }

    /// Who computes for it.
    #[must_use]
    pub const fn backend(&self) -> &'a dyn Backend {
        self.backend
    }

    /// Finds a path from `leaf` to an anchor that holds at the stated time.
    ///
    /// `hints` are certificates that may stand between: all of them that fit are tried, in their order.
    ///
    /// # Errors
    /// [`Error`]: what is wrong, and with which certificate.
    pub fn validate(
        &self,
        leaf: &Certificate<'a>,
        hints: &[Certificate<'a>],
        at: UnixTime,
    ) -> Result<TrustedCertificate<'a>, Error> {
        search::search(self, leaf, hints, at)
    }
}

/// A certificate with a path to an anchor: evidence that only [`Validator::validate`] makes.
#[derive(Clone, Debug)]
pub struct TrustedCertificate<'a> {
    certificate: Certificate<'a>,
    key: PublicKey<'a>,
    chain: Vec<Certificate<'a>>,
    anchor: Anchor<'a>,
    issuer_key: PublicKey<'a>,
    issuer_key_id: Option<&'a [u8]>,
    at: UnixTime,
    purpose: Option<Purpose>,
    backend: &'a dyn Backend,
}

impl<'a> TrustedCertificate<'a> {
    /// The certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate<'a> {
        &self.certificate
    }

    /// Its public key.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// The authorities between it and the anchor, its issuer first; empty when the anchor issued it.
    #[must_use]
    pub fn chain(&self) -> &[Certificate<'a>] {
        &self.chain
    }

    /// The anchor that the path leads to.
    #[must_use]
    pub const fn anchor(&self) -> &Anchor<'a> {
        &self.anchor
    }

    /// The time at which the path holds: the one that the validator was told.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// The purpose of the profile. The certificate has it as far as the rules of the profile ask: [`Profile::jpki`] asks for
    /// it, and who takes rules out of that profile takes this meaning out of it too.
    #[must_use]
    pub const fn purpose(&self) -> Option<Purpose> {
        self.purpose
    }

    /// Who computed for the validator.
    #[must_use]
    pub const fn backend(&self) -> &'a dyn Backend {
        self.backend
    }

    /// The name of the issuer, as the issuer's own certificate writes it.
    #[must_use]
    pub fn issuer_name(&self) -> Name<'a> {
        self.chain.first().map_or(self.anchor.subject(), Certificate::subject)
    }

    /// The identifier of the issuer's key, if the certificate names it.
    pub(crate) const fn issuer_key_id(&self) -> Option<&'a [u8]> {
        self.issuer_key_id
    }

    /// The key of the issuer.
    #[must_use]
    pub const fn issuer_key(&self) -> PublicKey<'a> {
        self.issuer_key
    }

    /// Whether the issuer may sign CRLs with this key (keyUsage with cRLSign, or without any restriction).
    #[must_use]
    pub fn issuer_may_sign_crls(&self) -> bool {
        match self.chain.first() {
            Some(issuer) => rules::may_sign_crls(issuer),
            None => self.anchor.may_sign_crls(),
        }
    }
}
