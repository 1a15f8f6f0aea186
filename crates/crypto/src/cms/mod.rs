//! CMS messages of the type SignedData (RFC 5652): reading, verification, and building around a signature that a card makes.
//!
//! # Reading and verification
//!
//! [`Reader`] takes a message in pieces of any size. Content inside it is hashed as it passes and never kept; content
//! elsewhere is given to [`SignedData::content`], in pieces, too. [`SignedData::verify`] then reports on each signer,
//! with a [`path::Validator`](crate::path::Validator), at a time that the caller names.
//!
//! What is asked of a message beyond RFC 5652, and why:
//! * at least one signer, and all of them must hold;
//! * signed attributes: without them, content can be passed off as attributes and the other way round;
//! * signed attributes in DER as received: two readings of one signature are one too many;
//! * SHA-256, SHA-384 or SHA-512; RSA in PKCS#1 v1.5 or PSS (salt as long as the digest, MGF1 of the same hash), or ECDSA on
//!   P-256 or P-384; one hash function in all places of a signer;
//! * the signer's certificate, named by exactly one certificate that is there; certificates inside a message are hints
//!   for the way to an anchor, never anchors;
//! * a signing-certificate attribute that names that very certificate, when there is one (RFC 5035).
//!
//! What is taken though RFC 5652 asks for it otherwise: any of the version numbers 1, 3, 4 and 5 of the message (tools differ,
//! and nothing depends on it), certificates and CRLs in any order, NULL parameters or none for hash functions and RSA,
//! the same certificate twice.
//!
//! What is **not** checked: revocation (see [`revocation`](crate::revocation)), time-stamps, counter-signatures beyond their shape, the
//! signing time, which is the signer's claim.
//!
//! # Building
//!
//! [`Builder`] gives the bytes to sign, and with the signature the message, detached or around content of any size:
//! attributes as CAdES-B-B asks for them (ETSI EN 319 122-1 §6), in DER.

mod algorithms;
pub mod armor;
mod attributes;
mod ber;
mod build;
mod error;
mod ess;
mod head;
mod message;
mod oids;
mod reader;
mod verify;
mod write;

pub use build::{Attached, BuildError, Builder, Streamed, ToBeSigned};
pub use error::{Error, SignerError};
pub use message::{SignedData, SignerInfo};
pub use reader::Reader;
pub use verify::{Signed, SignerReport, Verdict};

use crate::certificate::Name;

/// Identifiers of content types and attributes.
pub mod oid {
    pub use super::oids::{
        ALGORITHM_PROTECTION, CONTENT_TYPE, COUNTER_SIGNATURE, DATA, MESSAGE_DIGEST, MIME_TYPE,
        SIGNATURE_TIME_STAMP, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, SIGNING_TIME,
    };
}

/// How a signer names the certificate (RFC 5652 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerIdentifier<'a> {
    /// By its issuer and serial number.
    IssuerAndSerial {
        /// The issuer.
        issuer: Name<'a>,
        /// The serial number, big-endian, without leading zeros.
        serial: &'a [u8],
    },
    /// By its subjectKeyIdentifier.
    KeyIdentifier(&'a [u8]),
}

#[cfg(test)]
#[path = "cms_tests.rs"]
mod tests;
