//! Whether a certificate has been revoked: CRLs (RFC 5280 §5, §6.3) and OCSP responses (RFC 6960).
//!
//! * [`Crl`]: a borrowed view of one CRL; [`CrlIndex`]: the same of any size, ready for lookups;
//! * [`ocsp`]: requests and responses;
//! * [`Issuer`]: who may answer for a certificate;
//! * [`Status`]: good, revoked or unknown, with the reasons of either; [`Freshness`]: how new an answer has to be.
//! * [`Source`]: where answers come from; [`check`]: the verdict on a certificate and its path.
//!
//! There is no network here: a [`Source`] of the caller's brings the bytes.
//!
//! What is refused rather than half understood: delta CRLs, indirect CRLs, CRLs for some reasons only, unknown critical
//! extensions of a CRL or of one of its entries.

mod crl;
mod entries;
mod index;
mod issuer;
pub mod ocsp;
mod scope;
mod source;
mod status;
mod table;

pub use crl::Crl;
pub use entries::{Entries, Entry};
pub use index::{CrlIndex, IndexRef};
pub use issuer::Issuer;
pub use source::{
    Checked, Evidence, EvidenceKind, Given, Offer, Query, Report, Source, SourceError, check,
    check_certificate,
};
pub use status::{Freshness, JpkiMeaning, Reason, Revocation, Status, Why};

#[cfg(test)]
mod tests;
