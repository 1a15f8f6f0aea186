//! Why nobody is known to have signed.

use crate::certificate;
use crate::key::VerifyError;
use crate::path;
use crate::revocation;

/// Why a signature is not accepted as somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The certificate cannot be read.
    #[error("the certificate cannot be read: {0}")]
    Certificate(#[from] certificate::Error),
    /// The certificate is not trusted: no anchor issued it, it is not in force, or it is for something else.
    #[error("the certificate is not trusted: {0}")]
    Path(#[from] path::Error),
    /// The certificate's key did not sign this.
    #[error("the signature is not accepted: {0}")]
    Signature(#[from] VerifyError),
    /// The certificate is revoked.
    #[error("the certificate is revoked since {} ({})", .0.when, .0.reason)]
    Revoked(revocation::Revocation),
    /// Whether the certificate is revoked is not known, and has to be.
    #[error("whether the certificate is revoked is not known: {0}")]
    RevocationUnknown(revocation::Why),
    /// Neither certificate nor anchor has an identifier of the issuer's key, so the certificate cannot be told from those
    /// of other issuers.
    #[error("the issuer's key has no identifier")]
    NoIssuerKeyId,
}
