//! The backend in Rust.

use super::Backend;
use crate::digest::Hash;
use crate::key::{PublicKey, Scheme, VerifyError};
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

/// The crates `rsa`, `p256` and `p384`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl Backend for RustCrypto {
    fn name(&self) -> &'static str {
        "RustCrypto"
    }

    fn verify_digest(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match *key {
            PublicKey::Rsa { modulus, exponent } => rsa(modulus, exponent, scheme, digest, signature),
            PublicKey::EcdsaP256 { point } => {
                use p256::ecdsa::{DerSignature, VerifyingKey, signature::hazmat::PrehashVerifier};
                let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| VerifyError::WeakKey)?;
                let signature = DerSignature::try_from(signature).map_err(|_| VerifyError::Mismatch)?;
                key.verify_prehash(digest, &signature).map_err(|_| VerifyError::Mismatch)
            }
            PublicKey::EcdsaP384 { point } => {
                use p384::ecdsa::{DerSignature, VerifyingKey, signature::hazmat::PrehashVerifier};
                let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| VerifyError::WeakKey)?;
                let signature = DerSignature::try_from(signature).map_err(|_| VerifyError::Mismatch)?;
                key.verify_prehash(digest, &signature).map_err(|_| VerifyError::Mismatch)
            }
        }
    }
}

fn rsa(
    modulus: &[u8],
    exponent: &[u8],
    scheme: Scheme,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let key = prepared(modulus, exponent)?;
    let outcome = match scheme {
        Scheme::Pkcs1v15(Hash::Sha256) => key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature),
        Scheme::Pkcs1v15(Hash::Sha384) => key.verify(Pkcs1v15Sign::new::<Sha384>(), digest, signature),
        Scheme::Pkcs1v15(Hash::Sha512) => key.verify(Pkcs1v15Sign::new::<Sha512>(), digest, signature),
        Scheme::Pss(Hash::Sha256) => key.verify(Pss::<Sha256>::new(), digest, signature),
        Scheme::Pss(Hash::Sha384) => key.verify(Pss::<Sha384>::new(), digest, signature),
        Scheme::Pss(Hash::Sha512) => key.verify(Pss::<Sha512>::new(), digest, signature),
        Scheme::Pkcs1v15Raw | Scheme::Ecdsa(_) => return Err(VerifyError::Unsupported),
    };
    outcome.map_err(|_| VerifyError::Mismatch)
}

/// The block-type-1 padding around the caller's bytes as they are: only this backend can do it.
pub(in crate::key) fn verify_raw(
    modulus: &[u8],
    exponent: &[u8],
    payload: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let key = prepared(modulus, exponent)?;
    key.verify(Pkcs1v15Sign::new_unprefixed(), payload, signature).map_err(|_| VerifyError::Mismatch)
}

fn prepared(modulus: &[u8], exponent: &[u8]) -> Result<RsaPublicKey, VerifyError> {
    let modulus = BoxedUint::from_be_slice_vartime(modulus);
    let exponent = BoxedUint::from_be_slice_vartime(exponent);
    RsaPublicKey::new(modulus, exponent).map_err(|_| VerifyError::WeakKey)
}
