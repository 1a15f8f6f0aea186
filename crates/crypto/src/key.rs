//! Public keys as data, and the check of one signature.

use crate::digest::Hash;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

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
    /// The key is none, or one that this crate does not trust with anything: RSA outside 2048 to 4096 bits, an even
    /// modulus, an exponent that is even, below 65,537 or above 33 bits, or a point that is not on its curve.
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

    /// Checks that the holder of this key signed `message`.
    ///
    /// With [`Scheme::Pkcs1v15Raw`], `message` is what was padded.
    ///
    /// # Errors
    /// [`VerifyError`]; anything but `Ok` means that the signature is not accepted.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        match scheme {
            Scheme::Pkcs1v15Raw => self.verify_digest(scheme, message, signature),
            Scheme::Pkcs1v15(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash) => {
                self.verify_digest(scheme, &hash.of(&[message]), signature)
            }
        }
    }

    /// Checks that the holder of this key signed the message with this digest.
    ///
    /// With [`Scheme::Pkcs1v15Raw`], `digest` is what was padded.
    ///
    /// # Errors
    /// [`VerifyError`]; anything but `Ok` means that the signature is not accepted.
    pub fn verify_digest(&self, scheme: Scheme, digest: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        match scheme {
            Scheme::Pkcs1v15(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash)
                if digest.len() != hash.length() =>
            {
                Err(VerifyError::InputLength { found: digest.len() })
            }
            Scheme::Ecdsa(_) => self.verify_ecdsa(digest, signature),
            _ => self.verify_rsa(scheme, digest, signature),
        }
    }

    fn verify_rsa(&self, scheme: Scheme, digest: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        let Self::Rsa { modulus, exponent } = self else {
            return Err(VerifyError::Unsupported);
        };
        let key = rsa_key(modulus, exponent)?;
        if signature.len() != key.size() {
            return Err(VerifyError::WrongLength { expected: key.size(), found: signature.len() });
        }
        let outcome = match scheme {
            Scheme::Pkcs1v15Raw if digest.is_empty() || digest.len() + 11 > key.size() => {
                return Err(VerifyError::InputLength { found: digest.len() });
            }
            Scheme::Pkcs1v15Raw => key.verify(Pkcs1v15Sign::new_unprefixed(), digest, signature),
            Scheme::Pkcs1v15(Hash::Sha256) => key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature),
            Scheme::Pkcs1v15(Hash::Sha384) => key.verify(Pkcs1v15Sign::new::<Sha384>(), digest, signature),
            Scheme::Pkcs1v15(Hash::Sha512) => key.verify(Pkcs1v15Sign::new::<Sha512>(), digest, signature),
            Scheme::Pss(Hash::Sha256) => key.verify(Pss::<Sha256>::new(), digest, signature),
            Scheme::Pss(Hash::Sha384) => key.verify(Pss::<Sha384>::new(), digest, signature),
            Scheme::Pss(Hash::Sha512) => key.verify(Pss::<Sha512>::new(), digest, signature),
            Scheme::Ecdsa(_) => return Err(VerifyError::Unsupported),
        };
        outcome.map_err(|_| VerifyError::Mismatch)
    }

    fn verify_ecdsa(&self, digest: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        match self {
            Self::EcdsaP256 { point } => {
                use p256::ecdsa::{DerSignature, VerifyingKey, signature::hazmat::PrehashVerifier};
                let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| VerifyError::WeakKey)?;
                let signature = DerSignature::try_from(signature).map_err(|_| VerifyError::Mismatch)?;
                key.verify_prehash(digest, &signature).map_err(|_| VerifyError::Mismatch)
            }
            Self::EcdsaP384 { point } => {
                use p384::ecdsa::{DerSignature, VerifyingKey, signature::hazmat::PrehashVerifier};
                let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| VerifyError::WeakKey)?;
                let signature = DerSignature::try_from(signature).map_err(|_| VerifyError::Mismatch)?;
                key.verify_prehash(digest, &signature).map_err(|_| VerifyError::Mismatch)
            }
            Self::Rsa { .. } => Err(VerifyError::Unsupported),
        }
    }
}

/// The key ready for use, if it is one to trust a signature of.
fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Result<RsaPublicKey, VerifyError> {
    if !(2048..=4096).contains(&significant_bits(modulus)) || !(17..=33).contains(&significant_bits(exponent))
    {
        return Err(VerifyError::WeakKey);
    }
    let modulus = BoxedUint::from_be_slice_vartime(without_leading_zeros(modulus));
    let exponent = BoxedUint::from_be_slice_vartime(without_leading_zeros(exponent));
    // The crate refuses even numbers on its own; 17 bits and odd means 65,537 at least.
    RsaPublicKey::new(modulus, exponent).map_err(|_| VerifyError::WeakKey)
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
