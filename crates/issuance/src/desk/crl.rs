//! CRLs of what the store says is revoked.

use mynumber_crypto::certificate::Purpose;

use crate::person::Municipality;
use crate::pki::{Edition, PkiError, Revoked, TestAuthority};
use crate::store::{CertificateState, Store, StoreError};

/// The CRL of a purpose, with everything that the store says is revoked or held. DER.
///
/// Entries of certificates that have expired stay on it, as RFC 5280 §3.3 allows.
///
/// # Errors
/// [`CrlError`].
pub fn crl(
    store: &mut dyn Store,
    authority: &TestAuthority,
    purpose: Purpose,
    municipality: Option<&Municipality>,
    edition: &Edition,
) -> Result<Vec<u8>, CrlError> {
    const PIECE: u32 = 1000;
    let (mut revoked, mut after) = (Vec::new(), 0);
    loop {
        let certificates = store.revoked(purpose, after, PIECE)?;
        let Some(last) = certificates.last() else { break };
        after = last.number;
        for certificate in certificates {
            if let CertificateState::Revoked { reason, at } = certificate.state {
                revoked.push(Revoked { serial: certificate.serial, when: at, reason, invalid_since: None });
            }
        }
    }
    Ok(authority.crl(purpose, municipality, &revoked, edition)?)
}

/// Why there is no CRL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The authority failed.
    #[error(transparent)]
    Authority(#[from] PkiError),
}
