//! The backend of the feature `aws-lc`.

use super::Backend;
use crate::digest::Hash;
use crate::key::{PublicKey, Scheme, VerifyError};
use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{self, RsaParameters, UnparsedPublicKey, VerificationAlgorithm};

/// The C library AWS-LC, by the crate `aws-lc-rs`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

impl Backend for AwsLc {
    fn name(&self) -> &'static str {
        "AWS-LC"
    }

    fn verify_digest(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match (*key, scheme) {
            (PublicKey::Rsa { modulus, exponent }, Scheme::Pkcs1v15(hash) | Scheme::Pss(hash)) => {
                let parameters = rsa_parameters(scheme).ok_or(VerifyError::Unsupported)?;
                let digest = imported(digest, hash)?;
                PublicKeyComponents { n: modulus, e: exponent }
                    .to_parsed_public_key(parameters)
                    .map_err(|_| VerifyError::WeakKey)?
                    .verify_digest_sig(&digest, signature)
                    .map_err(|_| VerifyError::Mismatch)
            }
            (PublicKey::EcdsaP256 { point }, Scheme::Ecdsa(hash)) => {
                let algorithm = match hash {
                    Hash::Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
                    Hash::Sha384 => &signature::ECDSA_P256_SHA384_ASN1,
                    Hash::Sha512 => &signature::ECDSA_P256_SHA512_ASN1,
                };
                ecdsa(algorithm, point, &imported(digest, hash)?, signature)
            }
            (PublicKey::EcdsaP384 { point }, Scheme::Ecdsa(hash)) => {
                let algorithm = match hash {
                    Hash::Sha256 => &signature::ECDSA_P384_SHA256_ASN1,
                    Hash::Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
                    Hash::Sha512 => &signature::ECDSA_P384_SHA512_ASN1,
                };
                ecdsa(algorithm, point, &imported(digest, hash)?, signature)
            }
            _ => Err(VerifyError::Unsupported),
        }
    }

    /// For RSA this spares the coding of the key that a check by digest costs here.
    fn verify_message(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match (*key, rsa_parameters(scheme)) {
            (PublicKey::Rsa { modulus, exponent }, Some(parameters)) => {
                PublicKeyComponents { n: modulus, e: exponent }
                    .verify(parameters, message, signature)
                    .map_err(|_| VerifyError::Mismatch)
            }
            _ => {
                let hash = super::hash_of(scheme).ok_or(VerifyError::Unsupported)?;
                self.verify_digest(key, scheme, &hash.of(&[message]), signature)
            }
        }
    }
}

/// Salts are as long as the digest in all three of PSS.
const fn rsa_parameters(scheme: Scheme) -> Option<&'static RsaParameters> {
    match scheme {
        Scheme::Pkcs1v15(Hash::Sha256) => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Scheme::Pkcs1v15(Hash::Sha384) => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Scheme::Pkcs1v15(Hash::Sha512) => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        Scheme::Pss(Hash::Sha256) => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Scheme::Pss(Hash::Sha384) => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Scheme::Pss(Hash::Sha512) => Some(&signature::RSA_PSS_2048_8192_SHA512),
        Scheme::Pkcs1v15Raw | Scheme::Ecdsa(_) => None,
    }
}

fn ecdsa(
    algorithm: &'static dyn VerificationAlgorithm,
    point: &[u8],
    digest: &Digest,
    signature: &[u8],
) -> Result<(), VerifyError> {
    UnparsedPublicKey::new(algorithm, point)
        .verify_digest(digest, signature)
        .map_err(|_| VerifyError::Mismatch)
}

fn imported(digest: &[u8], hash: Hash) -> Result<Digest, VerifyError> {
    let algorithm = match hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    Digest::import_less_safe(digest, algorithm).map_err(|_| VerifyError::InputLength { found: digest.len() })
}
