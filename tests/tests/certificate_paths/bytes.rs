//! Certificates cut off or with a bit turned over, through the whole validator.

use super::with_trusted;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::path::{Profile, Validator};
use mynumber_crypto::{Anchor, Certificate};
use testkit::certificates::{COMMITS, Draft, Key, NOW, der, id, policies};

const POLICY: &[u8] = &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x14];

fn ca() -> Vec<u8> {
    Draft::authority("ca", &Key::new(1), "ca", &Key::new(1)).signed(&Key::new(1))
}

fn leaf() -> Vec<u8> {
    Draft::leaf("leaf", &Key::new(2), "ca", &Key::new(1))
        .with(id::KEY_USAGE, true, COMMITS)
        .with(id::POLICIES, true, &policies(&[POLICY]))
        .with(id::SUBJECT_ALT_NAME, false, &der(0x30, &der(0x82, b"test.invalid")))
        .signed(&Key::new(1))
}

#[test]
fn d1_no_prefix_of_a_certificate_is_trusted() {
    let (ca, leaf) = (ca(), leaf());
    let anchors = [Anchor::from_certificate(&Certificate::parse(&ca).unwrap()).unwrap()];
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::Signature));
    for length in 0..leaf.len() {
        assert!(Certificate::parse(&leaf[..length]).is_err(), "{length} bytes of the leaf");
    }
    for length in 0..ca.len() {
        assert!(Certificate::parse(&ca[..length]).is_err(), "{length} bytes of the authority");
    }
    assert!(validator.validate(&Certificate::parse(&leaf).unwrap(), &[], NOW).is_ok());
}

#[test]
fn d2_no_bit_turned_over_leaves_a_certificate_trusted() {
    let (ca, leaf) = (ca(), leaf());
    let anchors = [Anchor::from_certificate(&Certificate::parse(&ca).unwrap()).unwrap()];
    let mut read = 0;
    for profile in [Profile::jpki(Purpose::Signature), Profile::general()] {
        let validator = Validator::new(&anchors, profile);
        for bit in 0..leaf.len() * 8 {
            let mut flipped = leaf.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let Ok(certificate) = Certificate::parse(&flipped) else { continue };
            read += 1;
            // ECDSA has two signatures for one message and key; one bit does not lead from one to the other.
            assert!(validator.validate(&certificate, &[], NOW).is_err(), "bit {bit}");
        }
    }
    assert!(read > 1000, "{read} flipped certificates were read and then refused");
}

#[test]
fn d2_a_bit_turned_over_in_the_authority_is_an_error_or_an_anchor_of_the_same_key_and_name() {
    let (ca, leaf) = (ca(), leaf());
    let certificate = Certificate::parse(&ca).unwrap();
    for bit in 0..ca.len() * 8 {
        let mut flipped = ca.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(other) = Certificate::parse(&flipped) else { continue };
        if Anchor::from_certificate(&other).is_err() {
            continue;
        }
        let trusted = with_trusted(Profile::general(), &flipped, &[], &leaf, NOW, |trusted| {
            assert_eq!(trusted.anchor().key(), certificate.public_key().unwrap(), "bit {bit}");
            assert!(trusted.anchor().subject().matches(&certificate.subject()), "bit {bit}");
        });
        let _ = trusted;
    }
}

#[test]
fn d4_d5_d7_lengths_and_tags_that_der_does_not_have_are_refused() {
    let leaf = leaf();
    let body = &leaf[4..];
    let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
    let headers: [&[u8]; 8] = [
        // A length longer than necessary, an endless one, and lengths that overflow.
        &[0x30, 0x83, 0x00, high, low],
        &[0x30, 0x80],
        &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0x30, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0x30, 0xFE],
        &[0x30, 0xFF],
        // A tag number of five bytes, and the tag of a SET.
        &[0x3F, 0x81, 0x81, 0x81, 0x81, 0x10, 0x82, high, low],
        &[0x31, 0x82, high, low],
    ];
    for header in headers {
        assert!(Certificate::parse(&[header, body].concat()).is_err(), "{header:02X?}");
    }
    assert!(Certificate::parse(&[&[0x30, 0x82, high, low], body].concat()).is_ok());
}
