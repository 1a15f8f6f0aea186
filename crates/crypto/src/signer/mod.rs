//! Who signed: certificate, path, signature and revocation in one step, as log-ins and batches need it.
//!
//! A [`Verifier`] is made once, of a [`Validator`] and of what is asked of revocation, and then used for any number of
//! signatures, by any number of threads. [`Signer`] is evidence that nothing else makes.
//!
//! ```
//! use mynumber_crypto::anchor;
//! use mynumber_crypto::certificate::Purpose;
//! use mynumber_crypto::digest::Hash;
//! use mynumber_crypto::path::{Profile, Validator};
//! use mynumber_crypto::signer::{Claim, Error, Revocation, Verifier};
//! use mynumber_crypto::{Scheme, UnixTime};
//!
//! let validator = Validator::new(anchor::production(), Profile::jpki(Purpose::Signature));
//! let verifier = Verifier::new(validator, Revocation::NotChecked);
//! let claim = Claim {
//!     certificate: b"not a certificate",
//!     scheme: Scheme::Pkcs1v15(Hash::Sha256),
//!     signature: &[0; 256],
//! };
//! let outcome = verifier.verify_digest(&claim, &[0; 32], UnixTime::from_seconds(1_790_814_600));
//! assert!(matches!(outcome, Err(Error::Certificate(_))));
//! ```

mod error;

pub use error::Error;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::anchor::Hierarchy;
use crate::certificate::{Certificate, Purpose};
use crate::digest::Hash;
use crate::key::{Scheme, VerifyError};
use crate::path::{TrustedCertificate, Validator};
use crate::revocation::{self, Freshness, Report, Source, Status};
use crate::time::UnixTime;

/// A certificate and a signature, as they came: nothing of them is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Claim<'c> {
    /// The certificate, X.509 in DER.
    pub certificate: &'c [u8],
    /// How it is signed; [`Scheme::Pkcs1v15Raw`] is refused.
    pub scheme: Scheme,
    /// The signature.
    pub signature: &'c [u8],
}

/// Says how long the parts are; a certificate is personal data.
impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("certificate", &self.certificate.len())
            .field("scheme", &self.scheme)
            .field("signature", &self.signature.len())
            .finish()
    }
}

/// What is asked of revocation. There is no default: whoever accepts signatures without asking says so.
#[derive(Clone, Copy)]
pub enum Revocation<'s> {
    /// The state has to be known and good: who is revoked, or of whom it is not known, is refused.
    Required {
        /// Where CRLs and OCSP responses come from.
        source: &'s (dyn Source + Sync),
        /// How new they have to be.
        freshness: Freshness,
    },
    /// Not asked for: a card that was lost, and reported as lost, still passes.
    NotChecked,
}

impl fmt::Debug for Revocation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Required { .. } => "Required",
            Self::NotChecked => "NotChecked",
        })
    }
}

/// Checks signatures with the certificates that came along.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'v> {
    validator: Validator<'v>,
    revocation: Revocation<'v>,
}

impl<'v> Verifier<'v> {
    /// A verifier of these anchors and this profile.
    #[must_use]
    pub const fn new(validator: Validator<'v>, revocation: Revocation<'v>) -> Self {
        Self { validator, revocation }
    }

    /// Whom it trusts, for what.
    #[must_use]
    pub const fn validator(&self) -> &Validator<'v> {
        &self.validator
    }

    /// Who signed `message`, if somebody trusted did, with a certificate in force and not revoked at `at`.
    ///
    /// # Errors
    /// [`Error`]: nobody who is trusted signed it, as far as can be known.
    pub fn verify(&self, claim: &Claim<'_>, message: &[u8], at: UnixTime) -> Result<Signer, Error> {
        let hash = hash_of(claim.scheme)?;
        self.verify_digest(claim, &hash.of(&[message]), at)
    }

    /// Who signed the message with this digest, by the hash function of the claim's scheme.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn verify_digest(&self, claim: &Claim<'_>, digest: &[u8], at: UnixTime) -> Result<Signer, Error> {
        hash_of(claim.scheme)?;
        let certificate = Certificate::parse(claim.certificate)?;
        // The anchors live longer than the certificate; the validator is one for as long as both do.
        let validator: Validator<'_> = self.validator;
        let trusted = validator.validate(&certificate, &[], at)?;
        trusted.key().verify_digest_with(validator.backend(), claim.scheme, digest, claim.signature)?;
        let report = self.not_revoked(&trusted, at)?;
        Signer::new(&trusted, report)
    }

    fn not_revoked(&self, trusted: &TrustedCertificate<'_>, at: UnixTime) -> Result<Option<Report>, Error> {
        let Revocation::Required { source, freshness } = self.revocation else {
            return Ok(None);
        };
        let report = revocation::check(trusted, source, freshness, at);
        match report.status {
            Status::Good => Ok(Some(report)),
            Status::Revoked(revocation) => Err(Error::Revoked(revocation)),
            Status::Unknown(why) => Err(Error::RevocationUnknown(why)),
        }
    }
}

fn hash_of(scheme: Scheme) -> Result<Hash, Error> {
    match scheme {
        Scheme::Pkcs1v15(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash) => Ok(hash),
        Scheme::Pkcs1v15Raw => Err(Error::Signature(VerifyError::Unsupported)),
    }
}

/// Evidence that only a [`Verifier`] makes: the holder of this certificate signed, and the certificate passed what the
/// verifier asks, at this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    holder: HolderKey,
    purpose: Option<Purpose>,
    hierarchy: Hierarchy,
    anchor: String,
    at: UnixTime,
    not_after: UnixTime,
    revocation: Option<Report>,
}

impl Signer {
    fn new(trusted: &TrustedCertificate<'_>, revocation: Option<Report>) -> Result<Self, Error> {
        let certificate = trusted.certificate();
        let issuer = trusted.issuer_key_id().or(trusted.anchor().key_id()).ok_or(Error::NoIssuerKeyId)?;
        Ok(Self {
            holder: HolderKey::new(issuer, certificate.serial()),
            purpose: trusted.purpose(),
            hierarchy: trusted.anchor().hierarchy(),
            anchor: trusted.anchor().label().into(),
            at: trusted.at(),
            not_after: certificate.validity().not_after,
            revocation,
        })
    }

    /// Which certificate it was.
    #[must_use]
    pub const fn holder(&self) -> &HolderKey {
        &self.holder
    }

    /// The purpose of the verifier's profile, which the certificate has as far as that profile asks
    /// ([`TrustedCertificate::purpose`]).
    #[must_use]
    pub const fn purpose(&self) -> Option<Purpose> {
        self.purpose
    }

    /// Whose anchor the certificate leads to. Of the built-in ones only [`Hierarchy::Production`] stands for people.
    #[must_use]
    pub const fn hierarchy(&self) -> Hierarchy {
        self.hierarchy
    }

    /// The anchor's name for reports.
    #[must_use]
    pub fn anchor(&self) -> &str {
        &self.anchor
    }

    /// The time that the caller stated: the path held then. That the signature is as old is not known.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// The last second of the certificate.
    #[must_use]
    pub const fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// What says that the certificate is not revoked; `None`: it was not asked for ([`Revocation::NotChecked`]).
    #[must_use]
    pub const fn revocation(&self) -> Option<&Report> {
        self.revocation.as_ref()
    }
}

/// Which certificate: the key that issued it, and its number.
///
/// It names nobody, and changes whenever the holder gets another certificate. The name of the issuer would not do in
/// the place of its key: all generations of a JPKI authority share it, and number their certificates each for itself.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HolderKey {
    /// Both parts, one after the other: one is made for each signature of a batch.
    parts: Box<[u8]>,
    /// Where the second begins.
    serial: usize,
}

impl HolderKey {
    fn new(issuer_key_id: &[u8], serial: &[u8]) -> Self {
        Self { parts: [issuer_key_id, serial].concat().into(), serial: issuer_key_id.len() }
    }

    /// The identifier of the issuer's key: 20 bytes for the authorities of JPKI.
    #[must_use]
    pub fn issuer_key_id(&self) -> &[u8] {
        self.parts.get(..self.serial).unwrap_or_default()
    }

    /// The serial number of the certificate, big-endian, without leading zeros: 1 to 20 bytes.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.parts.get(self.serial..).unwrap_or_default()
    }
}

/// Both parts in lower-case hexadecimal digits, a colon between them.
impl fmt::Display for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.issuer_key_id() {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(":")?;
        for byte in self.serial() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Shows that there is one, not which: logs are no place for it.
impl fmt::Debug for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderKey(..)")
    }
}
