//! A backend that counts what it is asked, for tests of who computes.

use super::{Backend, RustCrypto};
use crate::key::{PublicKey, Scheme, VerifyError};
use core::sync::atomic::{AtomicUsize, Ordering};

/// [`RustCrypto`], counted.
#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicUsize);

impl Counting {
    pub(crate) const fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// How many signatures were checked.
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Backend for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn verify_digest(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        RustCrypto.verify_digest(key, scheme, digest, signature)
    }
}
