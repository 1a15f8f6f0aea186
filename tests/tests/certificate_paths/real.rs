//! The certificates of J-LIS's test cards, which the crate `myna-card` carries.

use mynumber_crypto::anchor::{Hierarchy, jlis_test, production};
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::digest::sha256;
use mynumber_crypto::path::{ErrorKind, Position, Profile, Validator};
use mynumber_crypto::{Anchor, Certificate};
use std::path::PathBuf;

fn package() -> PathBuf {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .exec()
        .expect("cargo metadata");
    let package = metadata.packages.iter().find(|package| package.name.as_str() == "myna-card");
    package.expect("a dev-dependency").manifest_path.parent().expect("a folder").into()
}

fn file(path: &str) -> Vec<u8> {
    std::fs::read(package().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn each_built_in_authority_is_its_certificate() {
    let files = [
        ("certs/signca01.cer", &production()[0]),
        ("certs/signca02.cer", &production()[1]),
        ("certs/signca03.cer", &production()[2]),
        ("certs/authca01.cer", &production()[3]),
        ("certs/authca02.cer", &production()[4]),
        ("certs/authca03.cer", &production()[5]),
        ("certs/test/signca-test-2019.cer", &jlis_test()[0]),
        ("certs/test/signca-test-2024.cer", &jlis_test()[1]),
        ("certs/test/authca-test-2019.cer", &jlis_test()[2]),
        ("certs/test/authca-test-2023.cer", &jlis_test()[3]),
    ];
    for (path, anchor) in files {
        let der = file(path);
        let certificate = Certificate::parse(&der).unwrap_or_else(|error| panic!("{path}: {error}"));
        let made = Anchor::from_certificate(&certificate).expect(path);
        assert_eq!(certificate.subject(), anchor.subject(), "{path}");
        assert_eq!(
            (made.key(), made.key_id(), made.serial(), made.validity(), made.path_length()),
            (anchor.key(), anchor.key_id(), anchor.serial(), anchor.validity(), anchor.path_length()),
            "{path}"
        );
        assert_eq!(made.may_sign_crls(), anchor.may_sign_crls());
        assert_eq!(certificate.check_signature(&anchor.key()), Ok(()), "{path}");
        assert_eq!(anchor.certificate_sha256(), Some(&sha256(&[&der])), "{path}");
    }
}

#[test]
fn the_certificates_of_the_test_card_lead_to_the_test_authorities_and_to_no_other() {
    for (path, purpose, other) in [
        ("tests/fixtures/jpki-sign-cert.der", Purpose::Signature, Purpose::UserAuthentication),
        ("tests/fixtures/jpki-auth-cert.der", Purpose::UserAuthentication, Purpose::Signature),
    ] {
        let der = file(path);
        let certificate = Certificate::parse(&der).unwrap();
        let at = certificate.validity().not_before;
        let trusted =
            Validator::new(jlis_test(), Profile::jpki(purpose)).validate(&certificate, &[], at).expect(path);
        assert_eq!((trusted.anchor().purpose(), trusted.purpose()), (Some(purpose), Some(purpose)));
        assert_eq!(trusted.anchor().hierarchy(), Hierarchy::JlisTest);
        assert_eq!((trusted.at(), trusted.chain().len()), (at, 0));
        assert_eq!(trusted.issuer_key(), trusted.anchor().key());

        let refused = |anchors, purpose| {
            let error = Validator::new(anchors, Profile::jpki(purpose)).validate(&certificate, &[], at);
            (error.as_ref().unwrap_err().kind(), error.unwrap_err().position())
        };
        // The production authorities have another name.
        assert_eq!(refused(production(), purpose), (ErrorKind::UnknownIssuer, Position::Leaf));
        assert_eq!(refused(jlis_test(), other), (ErrorKind::KeyUsage, Position::Leaf));
    }
}
