//! OpenSC against cards and readers with peculiarities.

use std::path::PathBuf;

use mynumber::applet::TokenKind;
use mynumber::virtual_card::{Certificate, Quirks, atr};

use crate::desk::{
    Desk, SIGNATURE, Token, USER_AUTHENTICATION, logged_in, openssl, pkcs11, pkcs15, verified,
};

/// Signs a message with a token's key; the paths of the message and of the signature.
fn signed(desk: &Desk, token: Token) -> (PathBuf, PathBuf) {
    let (message, signature) = (desk.write("message", b"a message"), desk.path("signature"));
    let sign = logged_in(token).args("--sign --mechanism SHA256-RSA-PKCS --id").arg(token.id);
    let _ = sign.arg("--input-file").arg(&message).arg("--output-file").arg(&signature).run().success();
    (message, signature)
}

/// Everything is read, and both keys sign.
fn all_works(desk: &Desk) {
    let dumped = pkcs15().arg("--dump").run().success();
    assert_eq!((dumped.count("X.509 Certificate ["), dumped.count("Encoded serial")), (4, 3), "{dumped}");
    for token in [USER_AUTHENTICATION, SIGNATURE] {
        let (message, signature) = signed(desk, token);
        let _ = verified("sha256", &desk.public_key(token), &signature, &message);
    }
}

#[test]
fn a_card_or_reader_without_extended_commands() {
    all_works(&Desk::with(&Quirks { no_extended: true, ..Quirks::default() }));
}

#[test]
fn chained_answers_are_read() {
    // Reading only: OpenSC 0.23 does not ask for the rest of a chained signature and hands out zeros.
    let mut desk = Desk::new();
    for above in [0, 100] {
        desk.exchange(&Quirks { no_extended: true, chain_above: Some(above), ..Quirks::default() });
        for (holder, issuer) in [("01", "03"), ("02", "04")] {
            let (holder, issuer) = (desk.certificate(holder), desk.certificate(issuer));
            let verify = openssl("verify -no_check_time -CAfile").arg(issuer).arg(holder);
            verify.run().success().says([": OK"]);
        }
    }
}

#[test]
fn answers_that_want_the_exact_length_and_a_failing_first_command() {
    all_works(&Desk::with(&Quirks { exact_le: true, first_command_fails: true, ..Quirks::default() }));
}

#[test]
fn resets_and_selections_that_log_out() {
    all_works(&Desk::with(&Quirks { reset_logs_out: true, reselect_logs_out: true, ..Quirks::default() }));
}

#[test]
fn every_atr_that_was_seen_is_a_card() {
    // OpenSC lists the first of them; it finds the others by asking for the application.
    let mut desk = Desk::new();
    for known in atr::KNOWN {
        desk.exchange(&Quirks { atr: Some(known.bytes.to_vec()), ..Quirks::default() });
        let dumped = pkcs15().arg("--dump").run().success();
        dumped.says(["PKCS#15 Card [JPKI]", "Tries left     : 5"]);
    }
}

#[test]
fn a_phone_signs_though_opensc_cannot_read_its_user_authentication_certificate() {
    // A phone has that certificate behind the PIN, and OpenSC reads it without: it lists the object and not its serial
    // number, and signs all the same.
    let mut desk = Desk::new();
    for kind in [TokenKind::Android, TokenKind::Iphone] {
        desk.exchange(&Quirks { token: Some(kind), ..Quirks::default() });
        let dumped = pkcs15().arg("--dump").run().success();
        dumped.says(["X.509 Certificate [User Authentication Certificate]"]);
        assert_eq!(dumped.count("Encoded serial"), 2, "{dumped}");
        let refused = pkcs15().args("--read-certificate 01").run().failure();
        refused.says_none_of(["BEGIN CERTIFICATE"]);
        let (message, signature) = signed(&desk, USER_AUTHENTICATION);
        // The PIN is verified now, and the certificate there.
        let _ = verified("sha256", &desk.public_key(USER_AUTHENTICATION), &signature, &message);
    }
}

#[test]
fn a_card_without_a_signature_certificate_still_authenticates() {
    let desk = Desk::with(&Quirks { absent: Some(Certificate::Signature), ..Quirks::default() });
    pkcs11("--list-slots").run().success().says([USER_AUTHENTICATION.label, SIGNATURE.label]);
    let (message, signature) = signed(&desk, USER_AUTHENTICATION);
    let _ = verified("sha256", &desk.public_key(USER_AUTHENTICATION), &signature, &message);
    let _ = pkcs15().args("--read-certificate 02 --auth-id 02 --verify-pin --pin ABC123").run().failure();
}
