//! OCSP (RFC 6960): a question about one certificate, and the check of what comes back.
//!
//! Nothing is sent from here: the caller carries the bytes of [`Request::der`] to the responder and hands what comes back
//! to [`Response::parse`], or to a [`Source`](super::Source) of its own.
//!
//! A response counts when the issuer of the certificate signed it, or a delegate whose certificate the same issuer
//! signed with the same key, for OCSP signing and nothing hidden behind unknown critical extensions (RFC 6960 §4.2.2.2).
//! A delegate must carry id-pkix-ocsp-nocheck: whoever could be revoked without this being seen does not answer here.

mod id;
mod response;
mod verify;

pub use id::IdHash;
pub(super) use response::Reply;
pub use response::{Answer, CertificateState, Responder, Response};
pub use verify::Proven;

use super::Issuer;
use crate::asn1::Oid;
use crate::asn1::der::{OCTET_STRING, OID, SEQUENCE};
use crate::certificate::Certificate;
use alloc::vec::Vec;
use id::{certificate_id, element};
use mynumber_apdu::tlv::Tag;

/// id-pkix-ocsp-nonce.
const NONCE: Oid<'static> = Oid::known(&[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02]);

/// A question about one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    der: Vec<u8>,
    nonce: Option<[u8; 32]>,
}

impl Request {
    /// A question about a certificate of this issuer.
    ///
    /// `nonce` is 32 random bytes of the caller's (RFC 9654 §2.1), new for each question. The response must repeat them,
    /// so nobody can replay an older one. Without a nonce a response may be as old as its nextUpdate and the caller's
    /// [`Freshness`](super::Freshness) allow.
    #[must_use]
    pub fn new(
        certificate: &Certificate<'_>,
        issuer: &Issuer<'_>,
        hash: IdHash,
        nonce: Option<[u8; 32]>,
    ) -> Self {
        let id = certificate_id(hash, certificate.issuer(), &issuer.key(), certificate.serial());
        let list = element(SEQUENCE, &[&element(SEQUENCE, &[&id])]);
        let extensions = nonce.map_or_else(Vec::new, |nonce| {
            let value = element(OCTET_STRING, &[&element(OCTET_STRING, &[&nonce])]);
            let extension = element(SEQUENCE, &[&element(OID, &[NONCE.as_bytes()]), &value]);
            element(Tag(0xA2), &[&element(SEQUENCE, &[&extension])])
        });
        let der = element(SEQUENCE, &[&element(SEQUENCE, &[&list, &extensions])]);
        Self { der, nonce }
    }

    /// The request, DER: the body of an HTTP POST of the type `application/ocsp-request` (RFC 6960 appendix A.1).
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The nonce in it.
    #[must_use]
    pub const fn nonce(&self) -> Option<&[u8; 32]> {
        self.nonce.as_ref()
    }
}
