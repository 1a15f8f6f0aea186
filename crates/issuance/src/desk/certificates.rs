//! What becomes of the certificates of a case.

use mynumber_applet::{FileId, KeyId};
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;

use crate::store::{CertificateEvent, CertificateState, IssuedCertificate};

/// Both purposes, in the order of the published rules.
pub(super) const BOTH: [Purpose; 2] = [Purpose::Signature, Purpose::UserAuthentication];

/// The last certificate for a purpose.
fn last(certificates: &[IssuedCertificate], purpose: Purpose) -> Option<&IssuedCertificate> {
    certificates.iter().rfind(|certificate| certificate.purpose == purpose)
}

/// Whether the last certificate for a purpose is in force or held.
pub(super) fn is_usable(certificates: &[IssuedCertificate], purpose: Purpose) -> bool {
    last(certificates, purpose).is_some_and(|certificate| match certificate.state {
        CertificateState::InForce => true,
        CertificateState::Revoked { reason, .. } => reason == Revocation::CertificateHold,
        CertificateState::Destroyed => false,
    })
}

/// The end of the last certificate for a purpose that is in force or held.
pub(super) fn end_of(certificates: &[IssuedCertificate], purpose: Purpose) -> Option<UnixTime> {
    last(certificates, purpose).map(|certificate| certificate.not_after)
}

/// Revokes those in force. What is held stays held: a hold is never released (CARD.md §5.4).
pub(super) fn revoked(
    certificates: &[IssuedCertificate],
    reason: Revocation,
    at: UnixTime,
) -> Vec<CertificateEvent<'static>> {
    let in_force = |purpose: &Purpose| {
        last(certificates, *purpose).is_some_and(|found| found.state == CertificateState::InForce)
    };
    let purposes = BOTH.into_iter().filter(in_force);
    purposes.map(|purpose| CertificateEvent::Revoked { purpose, reason, at }).collect()
}

/// Destroys the last certificate for a purpose, and revokes it; nothing where there is none to be used.
pub(super) fn destroyed(
    certificates: &[IssuedCertificate],
    purpose: Purpose,
    reason: Revocation,
    at: UnixTime,
) -> Vec<CertificateEvent<'static>> {
    let revoked = CertificateEvent::Revoked { purpose, reason, at };
    match last(certificates, purpose).map(|certificate| certificate.state) {
        Some(CertificateState::InForce) => vec![CertificateEvent::Destroyed { purpose }, revoked],
        Some(CertificateState::Revoked { reason: Revocation::CertificateHold, .. }) => vec![revoked],
        _ => Vec::new(),
    }
}

/// The key of a purpose.
pub(super) const fn key(purpose: Purpose) -> KeyId {
    match purpose {
        Purpose::Signature => KeyId::Signature,
        _ => KeyId::UserAuthentication,
    }
}

/// The file of the certificate of a purpose.
pub(super) const fn file(purpose: Purpose) -> FileId {
    match purpose {
        Purpose::Signature => FileId::SignatureCertificate,
        _ => FileId::UserAuthenticationCertificate,
    }
}
