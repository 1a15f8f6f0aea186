//! Every beginning of a message and every flipped bit of it.

use mynumber::crypto::Certificate;
use mynumber::crypto::cms::{Reader, Signed};
use mynumber::crypto::digest::sha256;
use testkit::cms::{Draft, NOW, attribute, attributes, der, taro, validator};

const CONTENT: &[u8] = b"One thousand yen.";

/// Everything that the evidence says.
fn meaning(message: &[u8]) -> Option<String> {
    let mut message = Reader::read(message).ok()?;
    if message.is_detached() {
        message.content(CONTENT).ok()?;
    }
    let verdict = message.verify(&validator(), &[], NOW).ok()?;
    let signed = verdict.all().ok()?;
    Some(signed.iter().map(|signed| said(signed)).collect())
}

fn said(signed: &Signed<'_>) -> String {
    format!(
        "{:?} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        sha256(&[signed.certificate().certificate().raw()]),
        signed.certificate().at(),
        signed.scheme(),
        signed.content_digest(),
        signed.content_length(),
        signed.content_type(),
        signed.signing_time_claim(),
        signed.is_bound_to_certificate(),
        signed.unknown_attributes(),
    )
}

fn messages() -> [Vec<u8>; 2] {
    let id = der(0x30, &[&der(0x04, &[&sha256(&[&taro().certificate])])]);
    let bound = attribute(&[16, 2, 47], &[&der(0x30, &[&der(0x30, &[&id])])]);
    let mut list = [attributes(CONTENT), vec![bound]].concat();
    list.sort();
    let attached = Draft::new(CONTENT).with(|part| part.attributes = Some(list));
    let mut detached = attached.clone();
    detached.content = None;
    [attached.write(), detached.write()]
}

#[test]
fn d1_no_beginning_of_a_message_passes() {
    for message in messages() {
        assert!(meaning(&message).is_some());
        for end in 0..message.len() {
            assert_eq!(meaning(&message[..end]), None, "the first {end} bytes");
        }
    }
}

#[test]
fn d2_every_flipped_bit_is_an_error_or_changes_nothing_that_the_evidence_says() {
    for message in messages() {
        let good = meaning(&message).expect("a good message");
        let mut harmless = 0;
        let mut altered = message.clone();
        for bit in 0..message.len() * 8 {
            altered[bit / 8] ^= 1 << (bit % 8);
            if let Some(found) = meaning(&altered) {
                assert_eq!(found, good, "bit {bit}");
                harmless += 1;
            }
            altered[bit / 8] ^= 1 << (bit % 8);
        }
        // The message's version number, on which nothing depends: 1 becomes 3 or 5.
        assert_eq!(harmless, 2);
    }
}

#[test]
fn every_flipped_bit_of_the_content_is_noticed() {
    let [_, detached] = messages();
    let certificate = Certificate::parse(&taro().certificate).expect("readable");
    for bit in 0..CONTENT.len() * 8 {
        let mut content = CONTENT.to_vec();
        content[bit / 8] ^= 1 << (bit % 8);
        let mut message = Reader::read(&detached).expect("readable");
        message.content(&content).expect("detached");
        let verdict = message.verify(&validator(), &[certificate], NOW).expect("a verdict");
        assert!(verdict.all().is_err(), "bit {bit}");
    }
}
