//! The certificates as openssl sees them: a reader that shares no code with their writer.

use std::path::Path;
use std::process::Command;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{Kind, TestAuthority};
use crate::person::{Secrets, built_in};
use crate::personalise;
use mynumber_applet::FileId;
use mynumber_crypto::UnixTime;
use mynumber_virtual_card::{FileContents, Image};

fn openssl(arguments: &[&str], folder: &Path) -> String {
    let run = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("openssl is needed: cargo xtask test installs it");
    let text = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "openssl {arguments:?}: {text}");
    text
}

fn bytes(image: &Image, id: FileId) -> &[u8] {
    match image.files.get(&id) {
        Some(FileContents::Bytes(bytes)) => bytes,
        _ => panic!("{id:?} is missing"),
    }
}

/// Writes the four certificates of a card as PEM files into `folder`.
fn card(folder: &Path) {
    let now = UnixTime::from_utc_time(b"261001003000Z").unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(2026);
    let authority = TestAuthority::generate(now, &mut rng).unwrap();
    let person = built_in::find("watanabe").unwrap();
    let image = personalise(&authority, &person, &Secrets::documented().unwrap(), now, &mut rng).unwrap();
    for (name, id) in [
        ("sign", FileId::SignatureCertificate),
        ("sign-ca", FileId::SignatureCaCertificate),
        ("auth", FileId::UserAuthenticationCertificate),
        ("auth-ca", FileId::UserAuthenticationCaCertificate),
    ] {
        let der = format!("{name}.der");
        std::fs::write(folder.join(&der), bytes(&image, id)).unwrap();
        openssl(&["x509", "-inform", "der", "-in", &der, "-out", &format!("{name}.pem")], folder);
    }
}

/// What `openssl x509 -text` shows, without indentation, one line after the other.
fn text(name: &str, folder: &Path) -> Vec<String> {
    let options = "utf8,sep_comma_plus_space";
    let shown = openssl(&["x509", "-in", name, "-noout", "-text", "-nameopt", options], folder);
    shown.lines().map(|line| line.trim().to_owned()).collect()
}

fn extensions(lines: &[String]) -> Vec<&str> {
    let headings = lines.iter().map(String::as_str);
    headings.filter(|line| line.starts_with("X509v3 ") || line.starts_with("Authority Inf")).skip(1).collect()
}

#[test]
fn openssl_verifies_the_chain_and_reads_the_profile() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    card(folder);
    // The policies are critical and no URL names the CRL; -x509_strict asks for RFC 5280 to the letter.
    let at = ["-attime", "1790900000"];
    let verify = |ca, leaf| {
        openssl(&["verify", "-x509_strict", "-policy_check", at[0], at[1], "-CAfile", ca, leaf], folder)
    };
    assert!(verify("sign-ca.pem", "sign.pem").contains("sign.pem: OK"));
    assert!(verify("auth-ca.pem", "auth.pem").contains("auth.pem: OK"));

    let sign = text("sign.pem", folder);
    assert_eq!(
        extensions(&sign),
        [
            "X509v3 Key Usage: critical",
            "X509v3 Subject Alternative Name:",
            "X509v3 Certificate Policies: critical",
            "X509v3 Issuer Alternative Name:",
            "X509v3 CRL Distribution Points:",
            "X509v3 Authority Key Identifier:",
            "X509v3 Subject Key Identifier:",
        ]
    );
    let has = |lines: &[String], wanted: &str| lines.iter().any(|line| line.contains(wanted));
    assert!(has(&sign, "Digital Signature, Non Repudiation"), "{sign:#?}");
    assert!(has(&sign, "Policy: 1.2.392.200149.8.5.1.0.20"));
    assert!(has(&sign, "C=JP, O=MYNUMBER-TEST, OU=TEST for digital signature"));
    // Born on 29 February 1976: the fifth birthday after October 2026 falls on the 28th.
    assert!(has(&sign, "Not After : Feb 28 14:59:59 2031 GMT"));
    assert!(has(&sign, "Public-Key: (2048 bit)"));

    let auth = text("auth.pem", folder);
    assert_eq!(
        extensions(&auth),
        [
            "X509v3 Key Usage: critical",
            "X509v3 Extended Key Usage:",
            "X509v3 Certificate Policies: critical",
            "X509v3 Issuer Alternative Name:",
            "X509v3 CRL Distribution Points:",
            "Authority Information Access:",
            "X509v3 Authority Key Identifier:",
            "X509v3 Subject Key Identifier:",
        ]
    );
    assert!(has(&auth, "TLS Web Client Authentication"));
    assert!(has(&auth, "OCSP - URI:http://ocsp.mynumber-test.invalid"));
    assert!(has(&auth, "Policy: 1.2.392.200149.8.5.1.0.30"));
}

#[test]
fn otherwise_issued_certificates_do_not_verify() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    card(folder);
    let run = Command::new("openssl")
        .args(["verify", "-attime", "1790900000", "-CAfile", "auth-ca.pem", "sign.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(!run.status.success());
}

#[test]
fn a_certificate_outside_the_life_of_its_authority_is_refused() {
    let now = UnixTime::from_seconds(1_790_000_000);
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let authority = TestAuthority::generate(now, &mut rng).unwrap();
    let later = UnixTime::from_seconds(now.seconds() + 6 * 365 * 86_400);
    let person = built_in::find("taro").unwrap();
    let error =
        personalise(&authority, &person, &Secrets::documented().unwrap(), later, &mut rng).unwrap_err();
    assert!(error.to_string().contains("life of its test authority"), "{error}");
    assert!(authority.sign(Kind::Signature.role(), b"x").is_ok());
}
