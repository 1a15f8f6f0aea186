//! Public keys as data, and the check of one signature.
//!
//! The rules for keys and lengths stand here, once; the arithmetic stands behind [`backend::Backend`].

pub mod backend;
mod roca;

use crate::digest::Hash;
use backend::Backend;

/// A public key: borrowed numbers, nothing computed yet and nothing judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'a> {
    /// RSA (RFC 8017 §3.1).
    Rsa {
        /// The modulus, big-endian.
        modulus: &'a [u8],
        /// The public exponent, big-endian.
        exponent: &'a [u8],
    },
    /// ECDSA on P-256.
    EcdsaP256 {
        /// The point in SEC 1 coding.
        point: &'a [u8],
    },
    /// ECDSA on P-384.
    EcdsaP384 {
        /// The point in SEC 1 coding.
        point: &'a [u8],
    },
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 padding (block type 1) around the caller's bytes as they are, `DigestInfo` or not: what the card
    /// does with `P1 = 00` (CARD.md §4). 1 to 245 bytes for a 2048-bit key.
    Pkcs1v15Raw,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    Pkcs1v15(Hash),
    /// RSASSA-PSS with MGF1 of the same hash and a salt as long as the digest (RFC 8017 §8.1).
    Pss(Hash),
    /// ECDSA over this hash, the signature coded in DER (RFC 3279 §2.2.3).
    Ecdsa(Hash),
}

/// Why a signature is not accepted for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The signature has another length than the modulus.
    #[error("the signature has {found} bytes, the key makes signatures of {expected}")]
    WrongLength {
        /// Length of the modulus in bytes.
        expected: usize,
        /// Length of the signature in bytes.
        found: usize,
    },
    /// The input has a length that the scheme cannot have signed.
    #[error("the scheme does not sign an input of {found} bytes")]
    InputLength {
        /// Length of the input in bytes.
        found: usize,
    },
    /// Key, input and signature do not fit together.
    #[error("the signature does not match the key and the signed data")]
    Mismatch,
    /// The key is none, or one that this crate does not trust with anything: RSA outside 2048 to 4096 bits or of
    /// a number of bits that is no multiple of 8, an even modulus, an exponent that is even, below 65,537 or above 33 bits, or a point that is not on its curve.
    #[error("the public key is malformed or too weak")]
    WeakKey,
    /// The key is of another kind than the scheme.
    #[error("the signature scheme does not belong to this kind of key")]
    Unsupported,
}

impl PublicKey<'_> {
    /// The bits of the modulus or of the curve.
    #[must_use]
    pub fn bits(&self) -> usize {
        match self {
            Self::Rsa { modulus, .. } => significant_bits(modulus),
            Self::EcdsaP256 { .. } => 256,
            Self::EcdsaP384 { .. } => 384,
        }
    }

    /// Whether the modulus carries the fingerprint of the faulty generator of CVE-2017-15361 ("ROCA"), whose keys can be
    /// factored. A sound modulus does so with a chance of about one in 2^27. Never for other keys.
    ///
    /// [`PublicKey::check`] does not ask this; the path validator does.
    #[must_use]
    pub fn is_roca(&self) -> bool {
        match self {
            Self::Rsa { modulus, .. } => roca::has_fingerprint(modulus),
            Self::EcdsaP256 { .. } | Self::EcdsaP384 { .. } => false,
        }
    }

    /// Checks that this is a key to trust a signature of: RSA of 2048 to 4096 bits, whole bytes of them, with an odd
    /// modulus and an odd exponent of 17 to 33 bits; a point in uncompressed form that lies on its curve (RFC 5480 §2.2).
    ///
    /// # Errors
    /// [`VerifyError::WeakKey`].
    pub fn check(&self) -> Result<(), VerifyError> {
        let sound = match *self {
            Self::Rsa { modulus, exponent } => {
                let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
                // 17 bits and odd means 65,537 at least.
                let bits = significant_bits(modulus);
                (2048..=4096).contains(&bits)
                    && bits.is_multiple_of(8)
                    && (17..=33).contains(&significant_bits(exponent))
                    && odd(modulus)
                    && odd(exponent)
            }
            Self::EcdsaP256 { point } => {
                point.first() == Some(&4) && p256::ecdsa::VerifyingKey::from_sec1_bytes(point).is_ok()
            }
            Self::EcdsaP384 { point } => {
                point.first() == Some(&4) && p384::ecdsa::VerifyingKey::from_sec1_bytes(point).is_ok()
            }
        };
        if sound { Ok(()) } else { Err(VerifyError::WeakKey) }
    }

    /// Checks that the holder of this key signed `message`, with the [preferred](backend::preferred) backend.
    ///
    /// With [`Scheme::Pkcs1v15Raw`], `message` is what was padded.
    ///
    /// # Errors
    /// [`VerifyError`]; anything but `Ok` means that the signature is not accepted.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        self.verify_with(backend::preferred(), scheme, message, signature)
    }

    /// As [`PublicKey::verify`], with a backend of the caller's choice.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify_with(
        &self,
        backend: &dyn Backend,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match scheme {
            Scheme::Pkcs1v15Raw => self.verify_digest_with(backend, scheme, message, signature),
            _ => backend.verify_message(&self.ready(scheme, signature)?, scheme, message, signature),
        }
    }

    /// Checks that the holder of this key signed the message with this digest, with the
    /// [preferred](backend::preferred) backend.
    ///
    /// With [`Scheme::Pkcs1v15Raw`], `digest` is what was padded.
    ///
    /// # Errors
    /// [`VerifyError`]; anything but `Ok` means that the signature is not accepted.
    pub fn verify_digest(&self, scheme: Scheme, digest: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        self.verify_digest_with(backend::preferred(), scheme, digest, signature)
    }

    /// As [`PublicKey::verify_digest`], with a backend of the caller's choice. What the card pads by itself
    /// ([`Scheme::Pkcs1v15Raw`]) is always computed by [`backend::RustCrypto`].
    ///
    /// # Errors
    /// As [`PublicKey::verify_digest`].
    pub fn verify_digest_with(
        &self,
        backend: &dyn Backend,
        scheme: Scheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match backend::hash_of(scheme) {
            Some(hash) if digest.len() != hash.length() => {
                Err(VerifyError::InputLength { found: digest.len() })
            }
            Some(_) => backend.verify_digest(&self.ready(scheme, signature)?, scheme, digest, signature),
            None => match self.ready(scheme, signature)? {
                // RFC 8017 §9.2: eleven bytes are the least that the padding takes.
                PublicKey::Rsa { modulus, .. } if digest.is_empty() || digest.len() + 11 > modulus.len() => {
                    Err(VerifyError::InputLength { found: digest.len() })
                }
                PublicKey::Rsa { modulus, exponent } => {
                    backend::verify_raw(modulus, exponent, digest, signature)
                }
                _ => Err(VerifyError::Unsupported),
            },
        }
    }

    /// The key as a backend gets it, when key, scheme and length of the signature fit together.
    fn ready(&self, scheme: Scheme, signature: &[u8]) -> Result<PublicKey<'_>, VerifyError> {
        let curve = !matches!(self, Self::Rsa { .. });
        if curve != matches!(scheme, Scheme::Ecdsa(_)) {
            return Err(VerifyError::Unsupported);
        }
        self.check()?;
        let Self::Rsa { modulus, exponent } = *self else { return Ok(*self) };
        let modulus = without_leading_zeros(modulus);
        if signature.len() != modulus.len() {
            return Err(VerifyError::WrongLength { expected: modulus.len(), found: signature.len() });
        }
        Ok(PublicKey::Rsa { modulus, exponent: without_leading_zeros(exponent) })
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let leading = number.iter().take_while(|byte| **byte == 0).count();
    number.get(leading..).unwrap_or_default()
}

fn significant_bits(number: &[u8]) -> usize {
    let rest = without_leading_zeros(number);
    rest.first().map_or(0, |first| rest.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or(0))
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
