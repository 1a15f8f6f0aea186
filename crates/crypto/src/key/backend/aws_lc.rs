//! The backend of the feature `aws-lc`.

use super::Backend;
use crate::digest::Hash;
use crate::key::{PublicKey, Scheme, VerifyError};
use alloc::vec::Vec;
use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, UnparsedPublicKey, VerificationAlgorithm};

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

/// AWS-LC with some keys made ready beforehand: for services and batches that check many certificates of few
/// authorities. About a quarter of a check with an RSA key is making the key ready.
///
/// ```
/// use mynumber_crypto::anchor;
/// use mynumber_crypto::certificate::Purpose;
/// use mynumber_crypto::key::backend::AwsLcPrepared;
/// use mynumber_crypto::path::{Profile, Validator};
///
/// let anchors = anchor::production();
/// let keys: Vec<_> = anchors.iter().map(|anchor| anchor.key()).collect();
/// let backend = AwsLcPrepared::new(&keys);
/// let validator = Validator::new(anchors, Profile::jpki(Purpose::Signature)).with_backend(&backend);
/// # assert_eq!(validator.backend().name(), "AWS-LC");
/// ```
#[derive(Debug)]
pub struct AwsLcPrepared {
    keys: Vec<Prepared>,
}

/// An RSA key that is ready for one hash function of PKCS#1 v1.5.
#[derive(Debug)]
struct Prepared {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    hash: Hash,
    key: ParsedPublicKey,
}

impl AwsLcPrepared {
    /// Makes the RSA keys among `keys` ready for PKCS#1 v1.5. Other keys, and those that the policy of this crate refuses,
    /// stay as they are: nothing is judged here.
    #[must_use]
    pub fn new(keys: &[PublicKey<'_>]) -> Self {
        let rsa = keys.iter().filter_map(|key| match *key {
            PublicKey::Rsa { modulus, exponent } if key.check().is_ok() => Some((
                crate::key::without_leading_zeros(modulus),
                crate::key::without_leading_zeros(exponent),
            )),
            _ => None,
        });
        let hashes = [Hash::Sha256, Hash::Sha384, Hash::Sha512];
        let each = rsa.flat_map(|(modulus, exponent)| hashes.map(|hash| (modulus, exponent, hash)));
        let prepared = each.filter_map(|(modulus, exponent, hash)| {
            let parameters = rsa_parameters(Scheme::Pkcs1v15(hash))?;
            let key =
                PublicKeyComponents { n: modulus, e: exponent }.to_parsed_public_key(parameters).ok()?;
            Some(Prepared { modulus: modulus.to_vec(), exponent: exponent.to_vec(), hash, key })
        });
        Self { keys: prepared.collect() }
    }

    fn find(&self, key: &PublicKey<'_>, scheme: Scheme) -> Option<&ParsedPublicKey> {
        let (PublicKey::Rsa { modulus, exponent }, Scheme::Pkcs1v15(hash)) = (*key, scheme) else {
            return None;
        };
        let same =
            |ready: &&Prepared| ready.hash == hash && ready.modulus == modulus && ready.exponent == exponent;
        self.keys.iter().find(same).map(|ready| &ready.key)
    }
}

impl Backend for AwsLcPrepared {
    fn name(&self) -> &'static str {
        AwsLc.name()
    }

    fn verify_digest(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match (self.find(key, scheme), super::hash_of(scheme)) {
            (Some(ready), Some(hash)) => ready
                .verify_digest_sig(&imported(digest, hash)?, signature)
                .map_err(|_| VerifyError::Mismatch),
            _ => AwsLc.verify_digest(key, scheme, digest, signature),
        }
    }

    fn verify_message(
        &self,
        key: &PublicKey<'_>,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match self.find(key, scheme) {
            Some(ready) => ready.verify_sig(message, signature).map_err(|_| VerifyError::Mismatch),
            None => AwsLc.verify_message(key, scheme, message, signature),
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
