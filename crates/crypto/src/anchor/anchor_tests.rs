//! The built-in authorities against themselves; against J-LIS's certificates they are held by the tests of the workspace.

use super::{Anchor, Hierarchy, jlis_test, production};
use crate::certificate::{Certificate, Field, Purpose};
use crate::path::ErrorKind;
use sha1::{Digest, Sha1};
use std::string::ToString;
use std::vec::Vec;

/// The DER of an RSA public key (RFC 8017 appendix A.1.1): the bits that a key identifier is the SHA-1 of.
fn key_bits(modulus: &[u8]) -> Vec<u8> {
    let body = [&[0x02, 0x82, 0x01, 0x01, 0x00], modulus, &[0x02, 0x03, 0x01, 0x00, 0x01]].concat();
    [&[0x30, 0x82, 0x01, 0x0A], body.as_slice()].concat()
}

#[test]
fn the_key_identifier_of_each_authority_is_the_digest_of_its_key() {
    for anchor in production().iter().chain(jlis_test()) {
        let crate::PublicKey::Rsa { modulus, .. } = anchor.key() else { panic!("RSA") };
        assert_eq!(anchor.key_id(), Some(&Sha1::digest(key_bits(modulus))[..]), "{}", anchor.label());
        assert_eq!(anchor.key().check(), Ok(()));
        assert!(!anchor.key().is_roca());
    }
}

#[test]
fn the_authorities_are_six_and_four_and_their_rows_agree_with_each_other() {
    for (anchors, count, hierarchy, organization) in
        [(production(), 6, Hierarchy::Production, "JPKI"), (jlis_test(), 4, Hierarchy::JlisTest, "JPKI-TEST")]
    {
        assert_eq!(anchors.len(), count);
        for anchor in anchors {
            let unit = match anchor.purpose().unwrap() {
                Purpose::Signature => "JPKI for digital signature",
                Purpose::UserAuthentication => "JPKI for user authentication",
            };
            let name = std::format!(
                "C=JP, O={organization}, OU={unit}, OU=Japan Agency for Local Authority Information Systems"
            );
            assert_eq!(anchor.subject().to_string(), name);
            assert_eq!((anchor.hierarchy(), anchor.issuer()), (hierarchy, anchor.subject()));
            // Ten years, to the end of a day in Japan.
            let validity = anchor.validity();
            let (from, until) = (validity.not_before.civil(), validity.not_after.civil());
            assert_eq!((until.year - from.year, until.hour, until.minute, until.second), (10, 14, 59, 59));
            assert!(anchor.label().ends_with(&from.year.to_string()), "{}", anchor.label());
            assert!(anchor.may_sign_crls() && anchor.path_length().is_none());
        }
    }
}

#[test]
fn an_anchor_of_the_callers_has_to_be_an_authority() {
    let der = include_bytes!("../../testdata/rsa2048-sha256.der");
    let certificate = Certificate::parse(der).unwrap();
    let anchor = Anchor::from_certificate(&certificate).unwrap();
    assert_eq!((anchor.hierarchy(), anchor.purpose(), anchor.label()), (Hierarchy::Caller, None, ""));
    assert_eq!((anchor.path_length(), anchor.serial()), (Some(0), certificate.serial()));
    assert!(anchor.may_sign_crls());
    let named = anchor.labelled("ours").for_purpose(Purpose::Signature);
    assert_eq!((named.label(), named.purpose()), ("ours", Some(Purpose::Signature)));

    let refused =
        |der: &[u8]| Anchor::from_certificate(&Certificate::parse(der).unwrap()).unwrap_err().kind();
    assert_eq!(refused(include_bytes!("../../testdata/rsa1024-sha256.der")), ErrorKind::WeakKey);
    assert_eq!(refused(include_bytes!("../../testdata/rsa2048-sha1.der")), ErrorKind::SignatureAlgorithm);
    let mut critical = der.to_vec();
    let usage = [0x06, 0x03, 0x55, 0x1D, 0x0F];
    let at = critical.windows(5).position(|window| window == usage).unwrap();
    critical[at + 4] = 0x7F;
    assert_eq!(refused(&critical), ErrorKind::UnknownCriticalExtension);
    // The bits of a key usage are no name constraints.
    critical[at + 4] = 0x1E;
    assert!(matches!(refused(&critical), ErrorKind::Malformed(_)));
    let mut unidentified = der.to_vec();
    let at = unidentified.windows(5).position(|window| window == [0x06, 0x03, 0x55, 0x1D, 0x0E]).unwrap();
    unidentified[at + 4] = 0x7F;
    assert_eq!(refused(&unidentified), ErrorKind::MissingExtension(Field::SubjectKeyIdentifier));
}
