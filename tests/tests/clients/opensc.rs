//! OpenSC's PKCS#15 view of the card: its driver for JPKI was written and tried on real cards.

use crate::desk::{Desk, SIGNATURE, USER_AUTHENTICATION, openssl, pkcs15, verified};
use testkit::client::Client;

/// An hour after the cards were issued, for the clients' checks of validity.
const LATER: &str = "1790818200";

#[test]
fn pkcs15_tool_dumps_all_objects() {
    let _desk = Desk::new();
    let dumped = pkcs15().arg("--dump").run().success();
    dumped.says([
        "PKCS#15 Card [JPKI]",
        "PIN [User Authentication PIN]",
        "PIN [Digital Signature PIN]",
        "Private RSA Key [User Authentication Key]",
        "Private RSA Key [Digital Signature Key]",
        "Public RSA Key [User Authentication Public Key]",
        "Public RSA Key [Digital Signature Public Key]",
        "X.509 Certificate [User Authentication Certificate]",
        "X.509 Certificate [Digital Signature Certificate]",
        "X.509 Certificate [User Authentication Certificate CA]",
        "X.509 Certificate [Digital Signature Certificate CA]",
        "Tries left     : 3",
        "Tries left     : 5",
    ]);
    // The signature certificate is behind its password; the three others are read.
    assert_eq!(dumped.count("Encoded serial"), 3, "{dumped}");
}

#[test]
fn openssl_verifies_the_certificates_that_pkcs15_tool_reads() {
    let desk = Desk::new();
    for (holder, issuer) in [("01", "03"), ("02", "04")] {
        let (holder, issuer) = (desk.certificate(holder), desk.certificate(issuer));
        let verify = openssl("verify -x509_strict -attime").arg(LATER).arg("-CAfile").arg(issuer).arg(holder);
        verify.run().success().says([": OK"]);
    }
    let (wrong_issuer, holder) = (desk.path("certificate-04.pem"), desk.path("certificate-01.pem"));
    let verify = openssl("verify -attime").arg(LATER).arg("-CAfile").arg(wrong_issuer).arg(holder);
    verify.run().failure().says(["unable to get local issuer certificate"]);
}

#[test]
fn the_signature_certificate_needs_its_password() {
    let desk = Desk::new();
    let refused = pkcs15().args("--read-certificate 02").run().failure();
    refused.says_none_of(["BEGIN CERTIFICATE"]);
    let text = openssl("x509 -noout -text -in").arg(desk.certificate("02")).run().success();
    text.says(["MYNUMBER-TEST", "Non Repudiation", "2048 bit"]);
    assert_eq!(desk.tries_left(SIGNATURE.reference), 5);
}

#[test]
fn pkcs15_crypt_signs_with_the_user_authentication_key() {
    let desk = Desk::new();
    let message = desk.write("message", b"a message to be signed");
    let digest = openssl("dgst -sha256 -binary").arg(&message).run().success();
    let (digest, signature) = (desk.write("digest", digest.bytes()), desk.path("signature"));
    let sign = Client::new("pkcs15-crypt", "opensc").args("--sign --pkcs1 --sha-256 --key 01 --pin");
    let sign = sign.arg(USER_AUTHENTICATION.pin).arg("--input").arg(digest).arg("--output").arg(&signature);
    let _ = sign.run().success();
    let _ = verified("sha256", &desk.public_key(USER_AUTHENTICATION), &signature, &message);
}
