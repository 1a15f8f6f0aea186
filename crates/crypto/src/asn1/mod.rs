//! ASN.1 in DER (ITU-T X.690): what certificates, CRLs, OCSP responses and CMS messages share.

pub(crate) mod algorithm;
pub(crate) mod der;
mod error;
mod oid;
mod signed;

pub use algorithm::AlgorithmIdentifier;
pub use error::{Error, ErrorKind, Field, Object};
pub use oid::Oid;
pub(crate) use signed::SignedFrame;
