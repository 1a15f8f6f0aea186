use mynumber_applet::pin::{FourDigitPin, SignaturePassword};
use mynumber_transport::Error as TransportError;

use super::*;
use crate::card::Card;
use crate::error::Fault;
use crate::testing::{JPKI, LOG_OUT, Script, element, hex, ok};

const UNLOCK: [(&str, &str); 3] = [JPKI, ("0020009B", "63C5"), ("0020009B 06 414243313233", "9000")];
const READ: &str = "00B08100 000000";

/// A check that answers as told and notes nothing.
struct Told {
    purpose: Result<(), CheckFailure>,
    verify: Result<(), CheckFailure>,
}

impl SignatureCheck for Told {
    fn purpose(&self, key: KeyId, certificate: &[u8]) -> Result<(), CheckFailure> {
        assert!(key == KeyId::Signature && certificate[0] == 0x30);
        self.purpose
    }

    fn verify(&self, _: &Input, certificate: &[u8], signature: &[u8]) -> Result<(), CheckFailure> {
        assert!(certificate.len() == 1758 && signature.len() == 256);
        self.verify
    }
}

const PASSES: Told = Told { purpose: Ok(()), verify: Ok(()) };

fn password() -> SignaturePassword {
    SignaturePassword::parse("ABC123").unwrap()
}

fn command(input: &Input, p1: &str) -> String {
    format!("802A{p1}9A {:02X} {} 00", input.data().len(), hex(input.data()))
}

fn sign(script: Script, check: &Told) -> (Result<Signature, Error>, Script) {
    let mut card = Card::new(script);
    let result = card.sign::<reference::Signature>(&password(), &Input::sha256(&[1; 32]), check);
    (result, card.into_transport())
}

use crate::unlocked::Signature;

#[test]
fn a_signature_with_its_certificate_takes_six_exchanges() {
    let input = Input::sha256(&[1; 32]);
    let script = Script::new(&UNLOCK)
        .then(READ, &ok(&element(1758)))
        .then(&command(&input, "00"), &ok(&[0x5A; 256]))
        .and(&[LOG_OUT]);
    let (result, script) = sign(script, &PASSES);
    let signature = result.unwrap();
    assert_eq!((signature.value().len(), signature.certificate().len()), (256, 1758));
    assert_eq!(script.commands().len(), 6);
}

#[test]
fn several_signatures_read_the_certificate_once() {
    let input = Input::sha256(&[1; 32]);
    let script = Script::new(&UNLOCK)
        .then(READ, &ok(&element(1758)))
        .then(&command(&input, "00"), &ok(&[0x5A; 256]))
        .then(&command(&input, "00"), &ok(&[0x5A; 256]))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let mut unlocked = card.unlock::<reference::Signature>(&password()).unwrap();
    unlocked.sign(&input, &PASSES).unwrap();
    unlocked.sign(&input, &PASSES).unwrap();
    unlocked.close().unwrap();
    assert!(card.into_transport().is_done());
}

#[test]
fn the_data_field_of_each_scheme_is_that_of_the_card() {
    let hash = [7; 32];
    let prefix = "3031300D060960864801650304020105000420";
    let cases = [
        (Input::sha256(&hash), 0x00, format!("{prefix}{}", hex(&hash))),
        (Input::pkcs1(b"data").unwrap(), 0x00, hex(b"data")),
        (Input::hashed_by_card_bare(b"data").unwrap(), 0x01, hex(b"data")),
        (Input::hash_wrapped_by_card(&hash), 0x02, hex(&hash)),
        (Input::hashed_by_card(b"data").unwrap(), 0x03, hex(b"data")),
        (Input::pss(&hash), 0x04, hex(&hash)),
        (Input::hashed_by_card_pss(b"data").unwrap(), 0x05, hex(b"data")),
    ];
    for (input, p1, data) in cases {
        assert_eq!((input.scheme().p1(), hex(input.data())), (p1, data));
    }
    let lengths = [(Hash::Sha1, 35), (Hash::Sha256, 51), (Hash::Sha384, 67), (Hash::Sha512, 83)];
    for (hash, length) in lengths {
        let input = Input::digest(hash, &vec![1; hash.length()]).unwrap();
        assert_eq!((input.data().len(), input.hash()), (length, Some(hash)));
        // DigestInfo is two elements in one: RFC 8017 §9.2 note 1.
        let outer = mynumber_apdu::tlv::single(input.data(), mynumber_apdu::tlv::Tag(0x30)).unwrap();
        assert_eq!(outer.value().len() + 2, length);
    }
}

#[test]
fn input_of_the_wrong_length_is_refused_before_anything_is_sent() {
    let long = [0u8; 256];
    assert!(Input::pkcs1(&[]).is_err() && Input::pkcs1(&long[..246]).is_err());
    assert!(Input::pkcs1(&long[..245]).is_ok() && Input::hashed_by_card(&long[..255]).is_ok());
    for refused in [
        Input::hashed_by_card(&[]),
        Input::hashed_by_card(&long),
        Input::hashed_by_card_bare(&long),
        Input::hashed_by_card_pss(&[]),
        Input::digest(Hash::Sha384, &long[..32]),
    ] {
        assert!(refused.unwrap_err().to_string().contains("hash the data first"));
    }
}

#[test]
fn a15_a_signature_of_the_wrong_length_or_that_does_not_verify_is_not_returned() {
    let input = Input::sha256(&[1; 32]);
    let with = |reply: &[u8]| {
        Script::new(&UNLOCK)
            .then(READ, &ok(&element(1758)))
            .then(&command(&input, "00"), &ok(reply))
            .and(&[LOG_OUT])
    };
    for length in [0, 128, 255] {
        let (result, script) = sign(with(&vec![1; length]), &PASSES);
        let error = result.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::SignatureLength { expected: 256, received: length });
        assert!(error.fault() == Fault::Card && script.is_done());
    }
    let lies = Told { verify: Err(CheckFailure::Signature), ..PASSES };
    let (result, script) = sign(with(&[1; 256]), &lies);
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::SignatureCheck(CheckFailure::Signature));
    assert!(script.is_done());
}

#[test]
fn a16_a_certificate_for_another_purpose_is_found_before_the_card_signs() {
    let script = Script::new(&UNLOCK).then(READ, &ok(&element(1758))).and(&[LOG_OUT]);
    let swapped = Told { purpose: Err(CheckFailure::Purpose), ..PASSES };
    let (result, script) = sign(script, &swapped);
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::SignatureCheck(CheckFailure::Purpose));
    assert!(script.is_done());
}

#[test]
fn b5_a_reset_between_verify_and_sign_ends_the_session_and_the_pin_is_not_sent_again() {
    let input = Input::sha256(&[1; 32]);
    let script = Script::new(&UNLOCK)
        .then(READ, &ok(&element(1758)))
        .fault(&command(&input, "00"), TransportError::CardReset)
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let mut unlocked = card.unlock::<reference::Signature>(&password()).unwrap();
    assert_eq!(unlocked.sign(&input, &PASSES).unwrap_err().fault(), Fault::Unreachable);
    assert_eq!(*unlocked.sign(&input, &PASSES).unwrap_err().kind(), ErrorKind::SessionLost);
    assert_eq!(*unlocked.sign_without_any_check(&input).unwrap_err().kind(), ErrorKind::SessionLost);
    drop(unlocked);
    assert!(card.into_transport().is_done());
}

#[test]
fn b6_a_card_that_forgot_the_pin_refuses_and_the_pin_is_not_sent_again() {
    let input = Input::sha256(&[1; 32]);
    let script = Script::new(&UNLOCK)
        .then(READ, &ok(&element(1758)))
        .then(&command(&input, "00"), &[0x69, 0x82])
        .and(&[LOG_OUT]);
    let (result, script) = sign(script, &PASSES);
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert!(script.is_done());
}

#[test]
fn a_card_without_short_identifiers_has_its_key_selected() {
    let input = Input::sha256(&[1; 32]);
    let selected = command(&input, "00").replace("802A009A", "802A0080");
    let script = Script::new(&UNLOCK)
        .then(READ, &ok(&element(1758)))
        .then(&command(&input, "00"), &[0x6A, 0x86])
        .and(&[("00A4020C 02 001A", "9000")])
        .then(&selected, &ok(&[0x5A; 256]))
        .and(&[LOG_OUT]);
    let (result, script) = sign(script, &PASSES);
    assert!(result.is_ok() && script.is_done());
}

#[test]
fn the_user_authentication_key_signs_with_its_own_pin() {
    let input = Input::pss(&[1; 32]);
    let sent = format!("802A0497 20 {} 00", hex(&[1; 32]));
    let script = Script::new(&[JPKI, ("00200098", "63C3"), ("00200098 04 31323334", "9000")])
        .then(&sent, &ok(&[0x5A; 256]))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let pin = FourDigitPin::parse("1234").unwrap();
    let mut unlocked = card.unlock::<reference::UserAuthentication>(&pin).unwrap();
    assert_eq!(unlocked.sign_without_any_check(&input).unwrap().len(), 256);
    unlocked.close().unwrap();
    assert!(card.into_transport().is_done());
}
