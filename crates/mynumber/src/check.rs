//! The driver's signature check, filled in by the crypto crate.

use mynumber_applet::KeyId;
use mynumber_crypto::certificate::{Certificate, Purpose};
use mynumber_crypto::digest::Hash;
use mynumber_crypto::key::VerifyError;
use mynumber_crypto::{PublicKey, Scheme};
use mynumber_driver::{CheckFailure, Input, Scheme as CardScheme, SignatureCheck};

/// Checks a signature against the card's own certificate before the driver returns it: key usage and policy fit the key,
/// and the signature fits certificate and input.
///
/// What it does not check: who issued the certificate, its validity period, its revocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnCertificate;

impl SignatureCheck for OwnCertificate {
    fn purpose(&self, key: KeyId, certificate: &[u8]) -> Result<(), CheckFailure> {
        let wanted = match key {
            KeyId::Signature => Purpose::Signature,
            KeyId::UserAuthentication => Purpose::UserAuthentication,
            _ => return Err(CheckFailure::Unsupported),
        };
        let certificate = Certificate::parse(certificate).map_err(|_| CheckFailure::Certificate)?;
        match certificate.policy() {
            Ok(Some(policy)) if policy.purpose == wanted => Ok(()),
            Ok(_) => Err(CheckFailure::Purpose),
            Err(_) => Err(CheckFailure::Certificate),
        }
    }

    fn verify(&self, input: &Input, certificate: &[u8], signature: &[u8]) -> Result<(), CheckFailure> {
        let certificate = Certificate::parse(certificate).map_err(|_| CheckFailure::Certificate)?;
        let key = certificate.public_key().map_err(|_| CheckFailure::Certificate)?;
        verify_signature(&key, input, signature)
    }
}

/// Checks a signature of the card with a public key, whatever the scheme of the input.
///
/// # Errors
/// [`CheckFailure`] when key, input and signature do not fit together.
pub fn verify_signature(key: &PublicKey<'_>, input: &Input, signature: &[u8]) -> Result<(), CheckFailure> {
    let data = input.data();
    let outcome = match input.scheme() {
        CardScheme::Pkcs1 => key.verify(Scheme::Pkcs1v15Raw, data, signature),
        CardScheme::CardHashBare => key.verify(Scheme::Pkcs1v15Raw, &Hash::Sha256.of(&[data]), signature),
        CardScheme::Pkcs1OfHash => key.verify_digest(Scheme::Pkcs1v15(Hash::Sha256), data, signature),
        CardScheme::CardHashPkcs1 => key.verify(Scheme::Pkcs1v15(Hash::Sha256), data, signature),
        CardScheme::PssOfHash => key.verify_digest(Scheme::Pss(Hash::Sha256), data, signature),
        CardScheme::CardHashPss => key.verify(Scheme::Pss(Hash::Sha256), data, signature),
        _ => return Err(CheckFailure::Unsupported),
    };
    outcome.map_err(|error| match error {
        VerifyError::WrongLength { .. } => CheckFailure::Length,
        VerifyError::Unsupported | VerifyError::WeakKey => CheckFailure::Unsupported,
        _ => CheckFailure::Signature,
    })
}
