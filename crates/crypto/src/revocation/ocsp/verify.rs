//! Who may answer for an issuer, and whether an answer may be used (RFC 6960 §3.2, §4.2.2.2).

use super::id::key_hash;
use super::response::{CertificateState, Responder, Response};
use crate::asn1::Oid;
use crate::certificate::{Certificate, KeyUsage, Name};
use crate::key::PublicKey;
use crate::revocation::{Freshness, Issuer, Revocation, Why};
use crate::time::UnixTime;

/// id-pkix-ocsp-nocheck, an extension.
const NO_CHECK: Oid<'static> = Oid::known(&[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05]);
/// id-kp-OCSPSigning, a purpose of extKeyUsage.
const OCSP_SIGNING: Oid<'static> = Oid::known(&[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09]);

/// An answer about one certificate by somebody who may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proven {
    /// That the certificate is revoked; `None` when it is not.
    pub revocation: Option<Revocation>,
    /// When this was known to be so.
    pub this_update: UnixTime,
    /// Until when it may be used: nextUpdate, or what the caller's longest age makes of thisUpdate.
    pub next_update: UnixTime,
    /// When the response was signed.
    pub produced_at: UnixTime,
    /// Whether a delegate of the issuer signed, not the issuer.
    pub delegated: bool,
}

impl Response<'_> {
    /// What this response proves about a certificate of this issuer at `at`.
    ///
    /// `nonce` is the one sent with the request, if one was: the response must then repeat it. When several of its
    /// answers are about the certificate, one that says revoked outweighs the others.
    ///
    /// # Errors
    /// [`Why`] it proves nothing.
    pub fn check(
        &self,
        certificate: &Certificate<'_>,
        issuer: &Issuer<'_>,
        nonce: Option<&[u8]>,
        freshness: Freshness,
        at: UnixTime,
    ) -> Result<Proven, Why> {
        if nonce.is_some() && self.nonce() != nonce {
            return Err(Why::Nonce);
        }
        let mut ours = self.answers().filter(|answer| answer.id.names(certificate, issuer)).peekable();
        if ours.peek().is_none() {
            return Err(Why::NotAboutThis);
        }
        let delegated = self.check_signer(issuer, at)?;
        freshness.check_start(self.produced_at(), at)?;
        let mut outcome = Err(Why::NotAboutThis);
        for answer in ours {
            let proven = |revocation| {
                let next_update = freshness.end(answer.this_update, answer.next_update)?;
                freshness.check(answer.this_update, next_update, at)?;
                let (this_update, produced_at) = (answer.this_update, self.produced_at());
                Ok(Proven { revocation, this_update, next_update, produced_at, delegated })
            };
            let found = match answer.state {
                CertificateState::Good => proven(None),
                CertificateState::Revoked(revocation) => proven(Some(revocation)),
                CertificateState::Unknown => Err(Why::NotKnownToResponder),
            };
            outcome = match (outcome, found) {
                (_, Ok(Proven { revocation: Some(_), .. })) => return found,
                // An answer that the certificate is not known takes back any that it is good.
                (_, Err(Why::NotKnownToResponder)) | (Err(Why::NotAboutThis), _) => found,
                (Err(Why::NotKnownToResponder) | Ok(_), _) => outcome,
                (Err(_), _) => found,
            };
        }
        outcome
    }

    /// Checks that the issuer or a delegate of the issuer signed; whether it was a delegate.
    fn check_signer(&self, issuer: &Issuer<'_>, at: UnixTime) -> Result<bool, Why> {
        if self.is_by(&issuer.name(), &issuer.key()) {
            let signed = issuer.signed(&self.algorithm, self.signed, self.signature);
            if signed.is_ok() {
                return Ok(false);
            }
            // A delegate may bear the issuer's name; without one it was the issuer's signature that failed.
            return match self.delegate(issuer, at) {
                Ok(()) => Ok(true),
                Err(_) => signed.map(|()| false),
            };
        }
        self.delegate(issuer, at).map(|()| true)
    }

    /// Looks for a delegate among the certificates of the response.
    fn delegate(&self, issuer: &Issuer<'_>, at: UnixTime) -> Result<(), Why> {
        let mut reason = Why::ResponderNotAuthorised;
        for certificate in self.certificates() {
            let Ok(key) = certificate.public_key() else { continue };
            if !self.is_by(&certificate.subject(), &key) {
                continue;
            }
            match check_delegate(&certificate, issuer, at) {
                Ok(()) => {
                    let delegate = Issuer::new(certificate.subject(), key).with_backend(issuer.backend());
                    return delegate.signed(&self.algorithm, self.signed, self.signature);
                }
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    /// Whether responderID names this name or key.
    fn is_by(&self, name: &Name<'_>, key: &PublicKey<'_>) -> bool {
        match self.responder() {
            Responder::Name(responder) => responder.matches(name),
            Responder::KeyHash(hash) => hash == key_hash(key),
        }
    }
}

/// Whether the issuer made the holder of this certificate its delegate, and it still is at `at`.
fn check_delegate(delegate: &Certificate<'_>, issuer: &Issuer<'_>, at: UnixTime) -> Result<(), Why> {
    let extensions = delegate.extensions();
    let identifier = extensions.authority_key_identifier().map_err(Why::Unreadable)?;
    if !delegate.issuer().matches(&issuer.name()) || !issuer.is_meant_by(identifier) {
        return Err(Why::ResponderNotAuthorised);
    }
    let purposes = extensions.extended_key_usage().map_err(Why::Unreadable)?;
    let for_ocsp = purposes.is_some_and(|mut purposes| purposes.any(|purpose| purpose == OCSP_SIGNING));
    let usage = extensions.key_usage().map_err(Why::Unreadable)?;
    let may_sign = usage.is_none_or(|usage| usage.contains(KeyUsage::DIGITAL_SIGNATURE));
    let in_force = delegate.validity().contains(at);
    if !for_ocsp || !may_sign || !in_force || extensions.unknown_critical().is_some() {
        return Err(Why::ResponderNotAuthorised);
    }
    issuer
        .signed(&delegate.signature_algorithm(), delegate.tbs(), delegate.signature())
        .map_err(|_| Why::ResponderNotAuthorised)?;
    match extensions.find(NO_CHECK) {
        Some(_) => Ok(()),
        None => Err(Why::ResponderMayBeRevoked),
    }
}
