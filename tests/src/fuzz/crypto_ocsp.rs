//! OCSP responses, over any bytes.

use mynumber_crypto::Certificate;
use mynumber_crypto::revocation::ocsp::{CertificateState, IdHash, Request, Response};
use mynumber_crypto::revocation::{Freshness, Issuer};
use mynumber_crypto::time::UnixTime;

/// Every field is asked for; what the certificates of the response say of themselves does not make it an answer for
/// the test authority.
pub fn crypto_ocsp(data: &[u8]) {
    let response = match Response::parse(data) {
        Ok(response) => response,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let _ = (response.responder(), response.nonce(), format!("{response:?}"));
    for answer in response.answers() {
        if let CertificateState::Revoked(revocation) = answer.state {
            assert!(revocation.reason.code() != 8, "removeFromCRL is no reason");
        }
    }
    let Ok(ca) = Certificate::parse(mynumber::testing::authority().signature_ca()) else {
        unreachable!("our own certificate")
    };
    let Ok(issuer) = Issuer::from_certificate(&ca) else { unreachable!("our own authority") };
    let more = Response::parse(&[data, &[0x00]].concat()).map(|_| ());
    let most = Response::parse(&[data, &[0x00; Response::MAX_LENGTH]].concat()).map(|_| ());
    assert!(more.is_err() && most.is_err(), "something stands behind a response");
    let at = response.produced_at();
    for certificate in response.certificates().chain([ca]) {
        for hash in [IdHash::Sha1, IdHash::Sha256] {
            let question = Request::new(&certificate, &issuer, hash, None);
            let serial = certificate.serial();
            assert!(question.der().windows(serial.len().max(1)).any(|window| window == serial));
        }
        assert!(response.check(&certificate, &issuer, response.nonce(), Freshness::default(), at).is_err());
        let later = UnixTime::from_seconds(at.seconds().saturating_add(60));
        assert!(response.check(&certificate, &issuer, Some(&[0; 32]), Freshness::default(), later).is_err());
    }
}
