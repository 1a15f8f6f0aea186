//! Certification paths: what leads to a trust anchor and what must not, for the card's certificates and for others.
//!
//! The ids in the names are those of `NEGATIVE.md`.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests may fail loudly, their helpers too"
)]

mod bytes;
mod general;
mod jpki;
mod profile_of_rfc5280;
mod real;
mod restricted_names;

use mynumber_crypto::path::{Error, ErrorKind, Position, Profile, TrustedCertificate, Validator};
use mynumber_crypto::{Anchor, Certificate, UnixTime};

/// What the validator says of a leaf below one anchor of the caller's.
fn verdict(
    profile: Profile<'_>,
    anchor: &[u8],
    hints: &[&[u8]],
    leaf: &[u8],
    at: UnixTime,
) -> Result<(), (ErrorKind, Position)> {
    with_trusted(profile, anchor, hints, leaf, at, |_| ()).map_err(|error| (error.kind(), error.position()))
}

/// As [`verdict`], with a look at the evidence.
fn with_trusted<T>(
    profile: Profile<'_>,
    anchor: &[u8],
    hints: &[&[u8]],
    leaf: &[u8],
    at: UnixTime,
    look: impl FnOnce(&TrustedCertificate<'_>) -> T,
) -> Result<T, Error> {
    let parsed = |der| Certificate::parse(der).unwrap();
    let anchors = [Anchor::from_certificate(&parsed(anchor))?];
    let hints: Vec<_> = hints.iter().copied().map(parsed).collect();
    let validator = Validator::new(&anchors, profile);
    let trusted = validator.validate(&parsed(leaf), &hints, at)?;
    Ok(look(&trusted))
}
