//! Card-verifiable certificates and the signed records of the card (CARD.md §6).
//!
//! The functions take the slices that were signed, and keys; which file holds what is knowledge of the caller. Who owns
//! the issuer's key is not looked at: the keys of the authorities are not on the card.

use crate::digest::{Hash, digest_info, sha256};
use crate::key::{PublicKey, Scheme, VerifyError};
use alloc::vec::Vec;
use mynumber_apdu::tlv::{self, Reader, Tag};

/// Checks the signature of a card-verifiable certificate.
///
/// `body` is the value of its tag `5F4E` (two key identifiers and the certified key), `signature` the value of `5F37`:
/// RSA PKCS#1 v1.5 with SHA-256 (CARD.md §6.1).
///
/// # Errors
/// [`VerifyError`].
pub fn check_certificate(issuer: &PublicKey<'_>, body: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
    issuer.verify(Scheme::Pkcs1v15(Hash::Sha256), body, signature)
}

/// Checks the signature of a record of the card: number and attributes digests, chip keys, age record, number image.
///
/// `signed` are the complete TLVs that the signature covers, in the order of the file.
///
/// # Errors
/// [`VerifyError`].
pub fn check_record(issuer: &PublicKey<'_>, signed: &[&[u8]], signature: &[u8]) -> Result<(), VerifyError> {
    issuer.verify_digest(Scheme::Pkcs1v15(Hash::Sha256), &sha256(signed), signature)
}

/// Checks the signature of the card face, which covers three digests at once.
///
/// `groups` are the bytes of complete elements: birth date, sex and chip key (`DF22` to `DF24`); name image and address
/// image (`DF25`, `DF26`); photo (`DF27`).
///
/// # Errors
/// [`VerifyError`].
pub fn check_card_face(
    issuer: &PublicKey<'_>,
    groups: [&[u8]; 3],
    signature: &[u8],
) -> Result<(), VerifyError> {
    issuer.verify_digest(Scheme::Pkcs1v15Raw, &card_face_digest_info(groups), signature)
}

/// The bytes under the padding of a card-face signature: a `DigestInfo` that names SHA-256 and holds 96 bytes, the
/// three digests of the groups one after the other (CARD.md §2.3).
#[must_use]
pub fn card_face_digest_info(groups: [&[u8]; 3]) -> Vec<u8> {
    let digests = groups.map(|group| sha256(&[group]));
    digest_info(Hash::Sha256, digests.as_flattened()).unwrap_or_default()
}

/// Reads a public key as the card's files hold it: `90` exponent, `91` modulus (CARD.md §2.2).
///
/// # Errors
/// The TLV fault and its position; also when anything else stands in `bytes`.
pub fn public_key(bytes: &[u8]) -> Result<PublicKey<'_>, tlv::Error> {
    let mut reader = Reader::new(bytes);
    let exponent = reader.read(Tag(0x90))?.value();
    let modulus = reader.read(Tag(0x91))?.value();
    reader.finish()?;
    Ok(PublicKey::Rsa { modulus, exponent })
}

#[cfg(test)]
#[path = "cvc_tests.rs"]
mod tests;
