//! Card-verifiable certificates and the signed records of the card (CARD.md §6).
//!
//! The way from trust to a proof, each step a value that only the step before can make:
//!
//! 1. [`Authority`]: a key that is trusted for one chain; those of real cards are [`production`].
//! 2. [`certify`] → [`CertifiedKey`]: the authority certified the key of a municipality.
//! 3. [`CertifiedKey::integrity`] → [`SignedDigests`]: the municipality signed number and attributes.
//!    [`CertifiedKey::chip_key`], [`CertifiedKey::card_face`] → [`ChipKey`]: it signed the key of a chip.
//! 4. [`ChipKey::check_answer`] → [`ChipProof`]: that chip answered a nonce.
//!
//! The functions take the slices that were signed: which file holds what is knowledge of the caller.
//!
//! What this does not show: these certificates neither expire nor can be revoked, so a card that was reported lost
//! passes; and **number and attributes are not tied to the chip's key** but by the municipality that signed both (the
//! records of the card face are: one signature covers the face and the key).

mod authority;
mod certificate;
mod certify;
mod error;
mod keys;
mod record;
mod reference;

pub use authority::{Authority, Chain, jlis_test, production};
pub use certificate::Certificate;
pub use certify::{CertifiedKey, certify, certify_with};
pub use error::{Error, ErrorKind};
pub use record::{ChipKey, ChipProof, Record, SignedDigests, card_face_digest_info};
pub use reference::KeyReference;

#[cfg(test)]
mod cvc_tests;
