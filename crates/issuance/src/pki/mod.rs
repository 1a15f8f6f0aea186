//! A test authority: the keys that certify simulated cards, made at run time.
//!
//! It stands for two X.509 authorities (signature, user authentication), for the authorities of the three
//! card-verifiable chains, and for every municipality. Its names begin with `O=MYNUMBER-TEST`, its key references with
//! the digit 9, so nothing that it issues is taken for a real card's by software that looks. One key pair per chain
//! serves all municipalities, which real ones do not share.

mod crl;
mod cv;
mod keys;
mod names;
mod ocsp;
mod profile;
mod store;

#[cfg(test)]
mod openssl_tests;
#[cfg(test)]
mod revocation_tests;

use std::collections::BTreeMap;

use mynumber_crypto::{Certificate, UnixTime};
use rand_core::CryptoRng;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::{RsaPrivateKey, RsaPublicKey};

pub use crl::{Edition, Revoked};
pub use cv::{CardVerifiableKey, Chain};
pub use names::ORGANIZATION;
pub use ocsp::{OcspAnswer, OcspDelegate};
pub use store::{Store, StoreError};

use crate::person::Municipality;
pub(crate) use keys::generate as generate_keys;
pub(crate) use names::Kind;
pub(crate) use profile::holder_attributes;
use profile::{Frame, Holder, Issuer};
use x509_cert::ext::pkix::name::GeneralNames;

/// Seconds that an authority lives: ten years and three days for the leap days, as JPKI's do.
const LIFETIME: i64 = 3653 * 86_400;
/// An authority begins this long before it is made, so that a clock a little slow does not refuse its first card.
const HEAD_START: i64 = 86_400;

/// The keys of an authority, each with one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    SignatureCa,
    UserAuthenticationCa,
    CardFaceRoot,
    CardFaceMunicipality,
    InputAssistRoot,
    InputAssistMunicipality,
    CardManagerRoot,
    CardManagerIntermediate,
    CardManagerLower,
}

impl Role {
    pub(crate) const ALL: [Self; 9] = [
        Self::SignatureCa,
        Self::UserAuthenticationCa,
        Self::CardFaceRoot,
        Self::CardFaceMunicipality,
        Self::InputAssistRoot,
        Self::InputAssistMunicipality,
        Self::CardManagerRoot,
        Self::CardManagerIntermediate,
        Self::CardManagerLower,
    ];
}

/// The authority that certifies simulated cards.
///
/// Holds private keys: `Debug` shows none of them, and `rsa` wipes them on drop.
pub struct TestAuthority {
    keys: BTreeMap<Role, RsaPrivateKey>,
    signature_ca: Vec<u8>,
    user_authentication_ca: Vec<u8>,
}

impl TestAuthority {
    /// Makes an authority that begins at `now` and lives ten years: nine RSA keys of 2048 bits and two self-signed
    /// certificates. The same `rng` state and time give the same authority.
    ///
    /// # Errors
    /// [`PkiError`] for a time before 1970 or after 9989, or when no key could be made.
    pub fn generate<R: CryptoRng + ?Sized>(now: UnixTime, rng: &mut R) -> Result<Self, PkiError> {
        let keys = Role::ALL.into_iter().zip(keys::generate(Role::ALL.len(), rng)?).collect();
        let mut authority = Self { keys, signature_ca: Vec::new(), user_authentication_ca: Vec::new() };
        authority.signature_ca = authority.self_signed(Kind::Signature, now, rng)?;
        authority.user_authentication_ca = authority.self_signed(Kind::UserAuthentication, now, rng)?;
        Ok(authority)
    }

    fn self_signed<R: CryptoRng + ?Sized>(
        &self,
        kind: Kind,
        now: UnixTime,
        rng: &mut R,
    ) -> Result<Vec<u8>, PkiError> {
        let not_before = UnixTime::from_seconds(now.seconds() - HEAD_START);
        let not_after = crate::validity::end_of_day(UnixTime::from_seconds(now.seconds() + LIFETIME));
        let frame = Frame { serial: serial(rng) & 0x00FF_FFFF | 0x0010_0000, not_before, not_after };
        profile::authority(kind, self.key(kind.role())?, &frame)
    }

    /// 署名用CA証明書: the certificate of the signature authority, DER.
    #[must_use]
    pub fn signature_ca(&self) -> &[u8] {
        &self.signature_ca
    }

    /// 利用者証明用CA証明書: the certificate of the user-authentication authority, DER.
    #[must_use]
    pub fn user_authentication_ca(&self) -> &[u8] {
        &self.user_authentication_ca
    }

    pub(crate) fn key(&self, role: Role) -> Result<&RsaPrivateKey, PkiError> {
        self.keys.get(&role).ok_or(PkiError::KeyMissing)
    }

    /// A certificate for a holder's key. `alternative` goes into signature certificates only.
    pub(crate) fn certify<R: CryptoRng + ?Sized>(
        &self,
        kind: Kind,
        request: Request<'_>,
        rng: &mut R,
    ) -> Result<Vec<u8>, PkiError> {
        let ca = match kind {
            Kind::Signature => &self.signature_ca,
            Kind::UserAuthentication => &self.user_authentication_ca,
        };
        let ca = Certificate::parse(ca).map_err(PkiError::OwnCertificate)?;
        let period = ca.validity();
        if !period.contains(request.not_before) || !period.contains(request.not_after) {
            return Err(PkiError::OutsideAuthority { until: period.not_after });
        }
        let issuer = Issuer { kind, key: self.key(kind.role())?, serial: ca.serial() };
        let holder = Holder {
            subject: kind.holder(request.municipality, &request.common_name)?,
            crl: kind.crl(request.municipality)?,
            alternative: request.alternative,
            key: request.key,
        };
        let frame =
            Frame { serial: serial(rng), not_before: request.not_before, not_after: request.not_after };
        match kind {
            Kind::Signature => profile::signature(&issuer, holder, &frame),
            Kind::UserAuthentication => profile::user_authentication(&issuer, holder, &frame),
        }
    }

    /// RSA PKCS#1 v1.5 over bytes as they are.
    pub(crate) fn sign(&self, role: Role, payload: &[u8]) -> Result<Vec<u8>, PkiError> {
        Ok(self.key(role)?.sign(Pkcs1v15Sign::new_unprefixed(), payload)?)
    }
}

impl std::fmt::Debug for TestAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestAuthority").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Kind {
    const fn role(self) -> Role {
        match self {
            Self::Signature => Role::SignatureCa,
            Self::UserAuthentication => Role::UserAuthenticationCa,
        }
    }
}

/// What a holder's certificate shall say.
pub(crate) struct Request<'a> {
    pub(crate) key: &'a RsaPublicKey,
    pub(crate) municipality: &'a Municipality,
    pub(crate) common_name: String,
    pub(crate) alternative: Option<GeneralNames>,
    pub(crate) not_before: UnixTime,
    pub(crate) not_after: UnixTime,
}

/// A serial number of four bytes; JPKI's have three or four.
fn serial<R: CryptoRng + ?Sized>(rng: &mut R) -> u32 {
    rng.next_u32() & 0x0FFF_FFFF | 0x0100_0000
}

/// Why the test authority could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PkiError {
    /// A certificate would begin or end outside the life of its authority: make a new authority.
    #[error("the certificate would not lie inside the life of its test authority, which ends at {until}")]
    OutsideAuthority {
        /// The last second of the authority.
        until: UnixTime,
    },
    /// A time that certificates cannot hold.
    #[error("the time lies outside 1970 to 9999")]
    Time,
    /// A text or number that certificates cannot hold.
    #[error("a value does not fit into a certificate")]
    Encoding,
    /// DER could not be written.
    #[error("a certificate could not be written")]
    Der(#[from] der::Error),
    /// The certificate could not be put together.
    #[error("a certificate could not be built")]
    Builder(#[from] x509_cert::builder::Error),
    /// A public key could not be written.
    #[error("a public key could not be written")]
    Spki(#[from] spki::Error),
    /// A key could not be made or used.
    #[error("an RSA key could not be made or used")]
    Rsa(#[from] rsa::Error),
    /// A file of the card could not be written.
    #[error("a card-verifiable certificate could not be written")]
    Content(#[from] mynumber_applet::content::ContentError),
    /// One of the authority's own certificates cannot be read: a fault of this crate.
    #[error("the authority's own certificate cannot be read")]
    OwnCertificate(#[source] mynumber_crypto::certificate::Error),
    /// A purpose that the test authority certifies nobody for.
    #[error("the test authority does not certify for this purpose")]
    NoSuchAuthority,
    /// The authority lacks one of its keys: a fault of this crate.
    #[error("the authority lacks one of its keys")]
    KeyMissing,
}
