//! Who computes: the arithmetic of one signature check, behind one small trait.
//!
//! A backend is asked only after the key and the lengths were looked at (see [`PublicKey::verify_digest_with`]): it
//! cannot make the rules laxer. Both backends here give the same answers; `aws-lc` is several times faster and brings a
//! C library, `RustCrypto` compiles everywhere.

use super::{PublicKey, Scheme, VerifyError};
use crate::digest::Hash;
use alloc::boxed::Box;
use core::fmt::Debug;

#[cfg(feature = "aws-lc")]
mod aws_lc;
#[cfg(test)]
pub(crate) mod counting;
mod rust_crypto;

#[cfg(feature = "aws-lc")]
pub use aws_lc::{AwsLc, AwsLcPrepared};
pub use rust_crypto::RustCrypto;
pub(super) use rust_crypto::verify_raw;

/// Computes signature checks.
///
/// What an implementation may rely on: the key keeps to the policy of this crate and its numbers have no leading zeros,
/// the scheme fits the kind of key and is not [`Scheme::Pkcs1v15Raw`], a digest has the length of its hash, an RSA
/// signature that of the modulus.
pub trait Backend: Debug + Sync {
    /// A name for reports: `RustCrypto`.
    fn name(&self) -> &'static str;

    /// Checks a signature over a digest.
    ///
    /// # Errors
    /// [`VerifyError::Mismatch`] when key, digest and signature do not fit together.
    fn verify_digest(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError>;

    /// Checks a signature over a message; by default through its digest.
    ///
    /// # Errors
    /// As [`Backend::verify_digest`].
    fn verify_message(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        let hash = hash_of(scheme).ok_or(VerifyError::Unsupported)?;
        self.verify_digest(key, scheme, &hash.of(&[message]), signature)
    }
}

/// The backend that [`PublicKey::verify`] and everything above it use: `AwsLc` when the feature `aws-lc` is on, else
/// [`RustCrypto`].
#[must_use]
pub const fn preferred() -> &'static dyn Backend {
    #[cfg(feature = "aws-lc")]
    return &AwsLc;
    #[cfg(not(feature = "aws-lc"))]
    return &RustCrypto;
}

/// Who computes for a value. It says nothing of the value: two that differ in it alone are equal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Computer<'a>(pub(crate) &'a dyn Backend);

impl PartialEq for Computer<'_> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Computer<'_> {}

/// The [preferred] backend with these keys made ready, where it gains by that: for many checks with few keys,
/// as a service or a batch makes them with the keys of its anchors.
#[must_use]
pub fn prepared(keys: &[PublicKey<'_>]) -> Box<dyn Backend + Send> {
    #[cfg(feature = "aws-lc")]
    return Box::new(AwsLcPrepared::new(keys));
    #[cfg(not(feature = "aws-lc"))]
    {
        let _ = keys;
        Box::new(RustCrypto)
    }
}

/// All backends that were compiled in.
#[must_use]
pub const fn all() -> &'static [&'static dyn Backend] {
    &[
        &RustCrypto,
        #[cfg(feature = "aws-lc")]
        &AwsLc,
    ]
}

pub(super) const fn hash_of(scheme: Scheme) -> Option<Hash> {
    match scheme {
        Scheme::Pkcs1v15Raw => None,
        Scheme::Pkcs1v15(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash) => Some(hash),
    }
}
