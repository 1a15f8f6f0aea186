//! The certificates come from openssl (`testdata/make.sh`); those of the JPKI profile are tested where they are made.

use super::{BasicConstraints, Certificate, Error, ErrorKind, Field, KeyUsage, attribute};
use mynumber_apdu::tlv;
use std::string::ToString;
use std::vec::Vec;

const RSA: &[u8] = include_bytes!("../../testdata/rsa2048-sha256.der");
const ALL: [&[u8]; 9] = [
    RSA,
    include_bytes!("../../testdata/rsa3072-sha384.der"),
    include_bytes!("../../testdata/rsa2048-sha512.der"),
    include_bytes!("../../testdata/rsa1024-sha256.der"),
    include_bytes!("../../testdata/rsa2048-e3-sha256.der"),
    include_bytes!("../../testdata/rsa2048-sha1.der"),
    include_bytes!("../../testdata/p256-sha256.der"),
    include_bytes!("../../testdata/p384-sha384.der"),
    include_bytes!("../../testdata/p384-explicit-sha384.der"),
];

/// Reads all there is to read.
fn exhaust(der: &[u8]) -> Result<(), Error> {
    let certificate = Certificate::parse(der)?;
    let _ = (certificate.subject().to_string(), certificate.issuer().to_string());
    let _ = (
        certificate.public_key(),
        certificate.signature_scheme(),
        certificate.policy(),
        certificate.holder(),
    );
    let extensions = certificate.extensions();
    let _ = (extensions.key_usage(), extensions.basic_constraints(), extensions.subject_key_identifier());
    let _ =
        (extensions.authority_key_identifier(), extensions.crl_distribution_point(), extensions.ocsp_url());
    let _ = extensions.extended_key_usage().map(|oids| oids.map(Iterator::count));
    let _ = extensions.policies().map(|oids| oids.map(Iterator::count));
    let _ = (extensions.unknown_critical(), extensions.iter().count());
    Ok(())
}

#[test]
fn the_fields_of_a_certificate_are_those_that_openssl_wrote() {
    let certificate = Certificate::parse(RSA).unwrap();
    assert_eq!(certificate.subject().to_string(), "C=JP, O=MYNUMBER-TEST, OU=rsa2048-sha256");
    assert_eq!(certificate.subject(), certificate.issuer());
    assert_eq!(
        certificate.subject().all(attribute::ORGANIZATIONAL_UNIT).collect::<Vec<_>>(),
        ["rsa2048-sha256"]
    );
    let validity = certificate.validity();
    assert_eq!(validity.not_after.seconds() - validity.not_before.seconds(), 3650 * 86_400);
    assert!(validity.contains(validity.not_before) && validity.contains(validity.not_after));
    let extensions = certificate.extensions();
    let usage = extensions.key_usage().unwrap().unwrap();
    assert!(usage.contains(KeyUsage::KEY_CERT_SIGN) && usage.contains(KeyUsage::CRL_SIGN));
    assert!(!usage.contains(KeyUsage::DIGITAL_SIGNATURE));
    let constraints = BasicConstraints { ca: true, path_length: Some(0) };
    assert_eq!(extensions.basic_constraints().unwrap(), Some(constraints));
    let own = extensions.subject_key_identifier().unwrap().unwrap();
    assert_eq!(extensions.authority_key_identifier().unwrap().unwrap().key_identifier, Some(own));
    assert_eq!(extensions.unknown_critical(), None);
    assert_eq!(certificate.policy(), Ok(None));
    assert!(!std::format!("{certificate:?}").is_empty());
}

#[test]
fn a14_exactly_one_certificate_is_accepted() {
    let trailing = [RSA, &[0]].concat();
    let kind = |der: &[u8]| Certificate::parse(der).unwrap_err().kind();
    assert_eq!(kind(&trailing), ErrorKind::Tlv(tlv::ErrorKind::TrailingBytes));
    assert_eq!(kind(&[RSA, RSA].concat()), ErrorKind::Tlv(tlv::ErrorKind::TrailingBytes));
    let mut set = RSA.to_vec();
    set[0] = 0x31;
    assert!(matches!(kind(&set), ErrorKind::Tlv(tlv::ErrorKind::UnexpectedTag { .. })));
    assert_eq!(kind(&std::vec![0x30; 65_537]), ErrorKind::TooLong);
}

#[test]
fn d1_no_prefix_of_a_certificate_is_one() {
    for der in ALL {
        for length in 0..der.len() {
            assert!(exhaust(&der[..length]).is_err(), "{length} bytes");
        }
        exhaust(der).unwrap();
    }
}

#[test]
fn d2_no_single_bit_flip_panics_or_passes_the_signature_check() {
    for der in ALL {
        let original = Certificate::parse(der).unwrap();
        let signed = original.tbs().as_ptr().addr() - der.as_ptr().addr();
        for bit in 0..der.len() * 8 {
            let mut flipped = der.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let outcome = exhaust(&flipped);
            // Signature checks cost a millisecond each: a sample of the bits is checked.
            if outcome.is_ok() && bit % 97 == 0 && der == RSA {
                let certificate = Certificate::parse(&flipped).unwrap();
                let checked = certificate.check_signature(&original.public_key().unwrap());
                assert!(checked.is_err(), "bit {bit}, signed part at {signed}");
            }
        }
    }
}

#[test]
fn d3_nesting_is_limited() {
    let mut deep = Vec::new();
    for _ in 0..10_000 {
        deep.splice(0..0, [0x30, 0x84, 0, 0, 0, 0]);
    }
    assert!(Certificate::parse(&deep).is_err());
}

#[test]
fn e3_the_two_signature_algorithms_must_agree() {
    let mut der = RSA.to_vec();
    let algorithm = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
    let first = der.windows(9).position(|window| window == algorithm).unwrap();
    der[first + 8] = 0x0C;
    let error = Certificate::parse(&der).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::AlgorithmMismatch, Field::Algorithm));
}

#[test]
fn e9_an_extension_twice_or_unknown_and_critical_is_told() {
    let usage = [0x06, 0x03, 0x55, 0x1D, 0x0F];
    let at = RSA.windows(5).position(|window| window == usage).unwrap();
    let mut twice = RSA.to_vec();
    twice[at + 4] = 0x13;
    assert_eq!(Certificate::parse(&twice).unwrap_err().kind(), ErrorKind::DuplicateExtension);
    let mut unknown = RSA.to_vec();
    unknown[at + 4] = 0x7F;
    let certificate = Certificate::parse(&unknown).unwrap();
    assert_eq!(certificate.extensions().unknown_critical().unwrap().to_string(), "2.5.29.127");
}

#[test]
fn e11_explicit_curve_parameters_and_e12_sha1_are_not_taken() {
    let explicit = Certificate::parse(ALL[8]).unwrap();
    assert_eq!(explicit.public_key().unwrap_err().kind(), ErrorKind::UnknownKey);
    let sha1 = Certificate::parse(ALL[5]).unwrap();
    assert_eq!(sha1.signature_scheme(), None);
    assert!(sha1.check_signature(&sha1.public_key().unwrap()).is_err());
}

#[test]
fn a17_names_print_without_control_characters() {
    let mut der = RSA.to_vec();
    let at = der.windows(13).position(|window| window == b"MYNUMBER-TEST").unwrap();
    der[at..at + 3].copy_from_slice(b"\x1B[m");
    der[at + 3..at + 6].copy_from_slice("\u{202E}".as_bytes());
    let issuer = Certificate::parse(&der).unwrap().issuer().to_string();
    assert!(issuer.contains("\\u{1b}[m\\u{202e}"), "{issuer}");
    der[at] = 0xFF;
    let error = Certificate::parse(&der).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Text, Field::Issuer));
}

#[test]
fn a17_a_text_in_a_name_never_looks_like_two_attributes() {
    let mut der = RSA.to_vec();
    let at = der.windows(13).position(|window| window == b"MYNUMBER-TEST").unwrap();
    der[at..at + 13].copy_from_slice(b"x, O=JPKI\\\"<>");
    let issuer = Certificate::parse(&der).unwrap().issuer().to_string();
    assert!(issuer.contains("O=x\\, O\\=JPKI\\\\\\\"\\<\\>,"), "{issuer}");
    der[at..at + 13].copy_from_slice("x\u{AD}\u{2066}\u{E0041}\u{3164}".as_bytes());
    let issuer = Certificate::parse(&der).unwrap().issuer().to_string();
    assert!(issuer.contains("O=x\\u{ad}\\u{2066}\\u{e0041}\\u{3164},"), "{issuer}");
}
