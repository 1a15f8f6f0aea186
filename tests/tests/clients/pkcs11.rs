//! `pkcs11-tool` over OpenSC's module: two tokens, login, signatures that openssl verifies, wrong PINs.

use mynumber::virtual_card::Quirks;

use crate::desk::{Desk, SIGNATURE, Token, USER_AUTHENTICATION, logged_in, openssl, pkcs11, verified};

const TOKENS: [Token; 2] = [USER_AUTHENTICATION, SIGNATURE];
/// What stands before a SHA-256 digest in a signature: RFC 8017 §9.2, note 1.
const DIGEST_INFO: &[u8] = b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";

#[test]
fn slots_tokens_mechanisms_and_objects_are_listed() {
    let _desk = Desk::new();
    for list in ["--list-slots", "--list-token-slots"] {
        let listed = pkcs11(list).run().success();
        listed.says([USER_AUTHENTICATION.label, SIGNATURE.label, "pin min/max        : 4/4", ": 6/16"]);
        listed.says_none_of(["locked", "count low", "final"]);
    }
    let mechanisms = pkcs11("--list-mechanisms").run().success();
    mechanisms.says(["RSA-PKCS, keySize={2048,2048}, hw", "SHA256-RSA-PKCS"]);
    let objects = pkcs11("--list-objects").run().success();
    assert_eq!(objects.count("Certificate Object"), 3, "{objects}");
    objects.says(["O=MYNUMBER-TEST", "User Authentication Public Key", "Public Key Object; RSA 2048 bits"]);
    objects.says_none_of(["Private Key Object"]);
}

#[test]
fn a_login_to_each_token_shows_its_key_and_certificate() {
    let mut desk = Desk::new();
    for token in TOKENS {
        let objects = logged_in(token).args("--list-objects").run().success();
        assert_eq!(objects.count("Private Key Object; RSA"), 1, "{objects}");
        objects.says([token.key, "never extractable", "Certificate Object; type = X.509 cert"]);
        // The state of a login outlives the program that made it, as on the real card.
        desk.reinsert();
    }
}

#[test]
fn openssl_verifies_what_each_key_signs() {
    let desk = Desk::new();
    let message = desk.write("message", &[0xA5; 1000]);
    let digest = openssl("dgst -sha256 -binary").arg(&message).run().success();
    let info = desk.write("info", &[DIGEST_INFO, digest.bytes()].concat());
    for token in TOKENS {
        let key = desk.public_key(token);
        for (hash, mechanism, input) in [
            ("sha256", "SHA256-RSA-PKCS", &message),
            ("sha256", "RSA-PKCS", &info),
            ("sha384", "SHA384-RSA-PKCS", &message),
            ("sha512", "SHA512-RSA-PKCS", &message),
        ] {
            let signature = desk.path("signature");
            let sign = logged_in(token).args("--sign --id").arg(token.id).arg("--mechanism").arg(mechanism);
            let _ = sign.arg("--input-file").arg(input).arg("--output-file").arg(&signature).run().success();
            let _ = verified(hash, &key, &signature, &message);
        }
    }
}

#[test]
fn the_signature_of_one_key_is_not_the_others() {
    let desk = Desk::new();
    let (message, signature) = (desk.write("message", b"a message"), desk.path("signature"));
    let sign = logged_in(USER_AUTHENTICATION).args("--sign --id 01 --mechanism SHA256-RSA-PKCS");
    let _ = sign.arg("--input-file").arg(&message).arg("--output-file").arg(&signature).run().success();
    let key = desk.public_key(SIGNATURE);
    let verify = openssl("dgst -sha256 -verify").arg(key).arg("-signature").arg(signature).arg(message);
    verify.run().failure().says(["Verification failure"]);
}

#[test]
fn the_clients_own_test_passes_on_each_token() {
    let _desk = Desk::new();
    for token in TOKENS {
        let tested = logged_in(token).args("--test").run().success();
        tested.says(["No errors", token.key, "RSA-PKCS: OK", "SHA256-RSA-PKCS: OK"]);
        tested.says_none_of(["ERR", "FAILED", "failed"]);
    }
}

#[test]
fn a_wrong_pin_is_told_and_costs_one_try() {
    let desk = Desk::new();
    for (token, wrong, tries) in [(USER_AUTHENTICATION, "9999", 3), (SIGNATURE, "WRONG99", 5)] {
        assert_eq!(desk.tries_left(token.reference), tries);
        let refused = logged_in(Token { pin: wrong, ..token }).args("--list-objects").run().failure();
        refused.says(["CKR_PIN_INCORRECT"]);
        refused.says_none_of(["Private Key Object"]);
        assert_eq!(desk.tries_left(token.reference), tries - 1);
        pkcs11("--list-slots").run().success().says([token.label]);
        let _ = logged_in(token).args("--list-objects").run().success();
        assert_eq!(desk.tries_left(token.reference), tries, "a right PIN brings the tries back");
    }
}

#[test]
fn a_pin_of_the_wrong_length_never_reaches_the_card() {
    let desk = Desk::new();
    for pin in ["123", "12345"] {
        let refused = logged_in(Token { pin, ..USER_AUTHENTICATION }).args("--list-objects").run().failure();
        refused.says(["CKR_PIN_LEN_RANGE"]);
        assert_eq!(desk.tries_left(USER_AUTHENTICATION.reference), 3);
    }
}

#[test]
fn the_last_wrong_pin_blocks_and_is_told() {
    let tries_left = [(USER_AUTHENTICATION.reference, 1)].into();
    let desk = Desk::with(&Quirks { tries_left, ..Quirks::default() });
    pkcs11("--list-slots").run().success().says(["final user PIN try"]);
    let wrong = Token { pin: "9999", ..USER_AUTHENTICATION };
    let _ = logged_in(wrong).args("--list-objects").run().failure();
    assert_eq!(desk.tries_left(USER_AUTHENTICATION.reference), 0);
    pkcs11("--list-slots").run().success().says(["user PIN locked"]);
    // Which error it is differs: OpenSC 0.23 has no name for 6984.
    let refused = logged_in(USER_AUTHENTICATION).args("--list-objects").run().failure();
    refused.says_none_of(["Private Key Object"]);
    // The other token is as it was.
    let _ = logged_in(SIGNATURE).args("--list-objects").run().success();
}
