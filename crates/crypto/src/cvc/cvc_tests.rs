use super::{
    Authority, Certificate, CertifiedKey, Chain, ChipKey, Error, ErrorKind, KeyReference, Record,
    card_face_digest_info, certify, certify_with, jlis_test, production,
};
use crate::anchor::Hierarchy;
use crate::digest::{Hash, digest_info, sha256};
use crate::key::backend::counting::Counting;
use crate::key::{PublicKey, VerifyError};
use mynumber_apdu::tlv;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use std::string::ToString;
use std::sync::OnceLock;
use std::vec;
use std::vec::Vec;

struct Signer {
    key: RsaPrivateKey,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl Signer {
    fn new(seed: u64) -> Self {
        let key = RsaPrivateKey::new(&mut ChaCha20Rng::seed_from_u64(seed), 2048).unwrap();
        let (modulus, exponent) = (key.n_bytes().to_vec(), key.e_bytes().to_vec());
        Self { key, modulus, exponent }
    }

    fn public(&self) -> PublicKey<'_> {
        PublicKey::Rsa { modulus: &self.modulus, exponent: &self.exponent }
    }

    fn sign_raw(&self, payload: &[u8]) -> Vec<u8> {
        self.key.sign(Pkcs1v15Sign::new_unprefixed(), payload).unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_raw(&digest_info(Hash::Sha256, &sha256(&[message])).unwrap())
    }

    /// The key as the card's files hold it.
    fn as_on_card(&self) -> Vec<u8> {
        [&[0x90, 0x03], self.exponent.as_slice(), &[0x91, 0x82, 0x01, 0x00], &self.modulus].concat()
    }
}

/// An authority, two municipalities and a chip.
struct World {
    authority: Signer,
    here: Signer,
    elsewhere: Signer,
    chip: Signer,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| World {
        authority: Signer::new(1),
        here: Signer::new(2),
        elsewhere: Signer::new(3),
        chip: Signer::new(4),
    })
}

fn reference(text: &str) -> KeyReference {
    let (number, group) = text.split_once('/').unwrap();
    let bytes = [number.as_bytes(), b"\x08\x05", group.as_bytes(), &[0; 4]].concat();
    KeyReference::parse(&bytes).unwrap()
}

const ISSUER: &str = "9000033/001";
const HERE: &str = "9910131/000";

fn body(issuer: &str, subject: &str, key: &Signer) -> Vec<u8> {
    let names = [reference(issuer), reference(subject)];
    let [issuer, subject] = names.map(|name| *name.as_bytes());
    [issuer.as_slice(), &subject, &key.as_on_card()].concat()
}

fn taken(chain: Chain) -> [Authority<'static>; 1] {
    [Authority::new(reference(ISSUER), chain, world().authority.public())]
}

/// A body and its signature, the certificate checked.
fn certified<'a>(body: &'a [u8], signature: &'a [u8], chain: Chain) -> Result<CertifiedKey<'a>, Error> {
    certify(&Certificate::new(body, signature)?, chain, &taken(chain))
}

fn element(tag: [u8; 2], value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let length = if value.len() < 128 { vec![length[1]] } else { [&[0x82], &length[..]].concat() };
    [&tag, length.as_slice(), value].concat()
}

fn age(chip: &Signer) -> Vec<u8> {
    [element([0xDF, 0x11], b"19800217"), element([0xDF, 0x12], &chip.as_on_card())].concat()
}

/// Runs `test` with the certified key of a municipality for this chain.
fn with_municipality(chain: Chain, test: impl FnOnce(&CertifiedKey<'_>)) {
    let body = body(ISSUER, HERE, &world().here);
    test(&certified(&body, &world().authority.sign(&body), chain).unwrap());
}

fn kind<T>(outcome: Result<T, Error>) -> ErrorKind {
    outcome.err().expect("it must be refused").kind()
}

const MISMATCH: ErrorKind = ErrorKind::Signature(VerifyError::Mismatch);

#[test]
fn a_certificate_passes_under_the_authority_that_it_names() {
    let body = body(ISSUER, HERE, &world().here);
    let signature = world().authority.sign(&body);
    let key = certified(&body, &signature, Chain::InputAssist).unwrap();
    assert_eq!((key.authority(), key.subject()), (reference(ISSUER), reference(HERE)));
    assert_eq!((key.hierarchy(), key.chain()), (Hierarchy::Caller, Chain::InputAssist));
    assert_eq!(key.key(), world().here.public());
    assert_eq!(key.municipality_code(), Some(*b"99101"));
    // 31 is the task of the input-assist application: elsewhere the same digits say nothing of a municipality.
    assert_eq!(certified(&body, &signature, Chain::CardFace).unwrap().municipality_code(), None);
}

#[test]
fn e4_the_right_name_with_another_key_and_the_right_key_with_another_name_are_refused() {
    let body = body(ISSUER, HERE, &world().here);
    assert_eq!(kind(certified(&body, &world().elsewhere.sign(&body), Chain::InputAssist)), MISMATCH);
    let signature = world().authority.sign(&body);
    let certificate = Certificate::new(&body, &signature).unwrap();
    let renamed = [Authority::new(reference("9000034/001"), Chain::InputAssist, world().authority.public())];
    let unknown = ErrorKind::UnknownIssuer { issuer: reference(ISSUER) };
    for authorities in [&renamed[..], &[], production(), jlis_test()] {
        assert_eq!(kind(certify(&certificate, Chain::InputAssist, authorities)), unknown);
    }
}

#[test]
fn e10_an_authority_of_another_chain_is_refused_whatever_it_signed() {
    let body = body(ISSUER, HERE, &world().here);
    let signature = world().authority.sign(&body);
    let certificate = Certificate::new(&body, &signature).unwrap();
    assert_eq!(
        kind(certify(&certificate, Chain::CardFace, &taken(Chain::InputAssist))),
        ErrorKind::OtherChain { wanted: Chain::CardFace, found: Chain::InputAssist }
    );
    // Nor does a key for one application prove the records of the other.
    with_municipality(Chain::InputAssist, |key| {
        let signed = age(&world().chip);
        let other = ErrorKind::OtherChain { wanted: Chain::CardFace, found: Chain::InputAssist };
        assert_eq!(kind(key.chip_key(Record::Age, &signed, &world().here.sign(&signed))), other);
        assert_eq!(kind(key.card_face([&signed, b"", b""], &world().here.sign(b""))), other);
    });
}

#[test]
fn e8_the_key_of_an_application_certifies_no_key() {
    let lower = body(HERE, "9910131/001", &world().elsewhere);
    let signature = world().here.sign(&lower);
    let lower = Certificate::new(&lower, &signature).unwrap();
    for chain in [Chain::InputAssist, Chain::CardFace] {
        with_municipality(chain, |key| {
            assert_eq!(kind(key.certify(&lower)), ErrorKind::NotAnIssuer { issuer: reference(HERE) });
        });
    }
    // Nor is it one of the authorities.
    assert_eq!(
        kind(certify(&lower, Chain::InputAssist, &taken(Chain::InputAssist))),
        ErrorKind::UnknownIssuer { issuer: reference(HERE) }
    );
}

#[test]
fn the_chain_of_the_card_manager_has_two_certificates_and_no_third() {
    let lower_body = body(HERE, "9000050/001", &world().elsewhere);
    let signature = world().here.sign(&lower_body);
    let lower = Certificate::new(&lower_body, &signature).unwrap();
    with_municipality(Chain::CardManager, |key| {
        let end = key.certify(&lower).unwrap();
        assert_eq!((end.authority(), end.subject()), (reference(ISSUER), reference("9000050/001")));
        assert_eq!((end.key(), end.municipality_code()), (world().elsewhere.public(), None));
        let third = body("9000050/001", "9000060/001", &world().chip);
        let signature = world().elsewhere.sign(&third);
        let third = Certificate::new(&third, &signature).unwrap();
        assert_eq!(kind(end.certify(&third)), ErrorKind::NotAnIssuer { issuer: end.subject() });
        // The order is not changed about, and the signature is looked at.
        assert_eq!(kind(key.certify(&third)), ErrorKind::UnknownIssuer { issuer: end.subject() });
        let forged = world().chip.sign(&lower_body);
        assert_eq!(kind(key.certify(&Certificate::new(&lower_body, &forged).unwrap())), MISMATCH);
        // No record is signed with these keys.
        let signed = age(&world().chip);
        assert!(matches!(
            kind(key.chip_key(Record::Age, &signed, &world().here.sign(&signed))),
            ErrorKind::OtherChain { .. }
        ));
    });
}

#[test]
fn records_of_another_municipality_are_refused() {
    with_municipality(Chain::CardFace, |key| {
        let signed = age(&world().chip);
        let chip = key.chip_key(Record::Age, &signed, &world().here.sign(&signed)).unwrap();
        assert_eq!(chip.key(), world().chip.public());
        let elsewhere = world().elsewhere.sign(&signed);
        assert_eq!(kind(key.chip_key(Record::Age, &signed, &elsewhere)), MISMATCH);
    });
}

#[test]
fn the_backend_of_the_caller_checks_certificate_records_and_answer() {
    let counting = Counting::new();
    let body = body(ISSUER, HERE, &world().here);
    let signature = world().authority.sign(&body);
    let certificate = Certificate::new(&body, &signature).unwrap();
    let key = certify_with(&counting, &certificate, Chain::CardFace, &taken(Chain::CardFace)).unwrap();
    let signed = age(&world().chip);
    let chip = key.chip_key(Record::Age, &signed, &world().here.sign(&signed)).unwrap();
    chip.check_answer(&[7; 32], &world().chip.sign(&[7; 32])).unwrap();
    assert_eq!(counting.count(), 3);
    // Who computed makes no other evidence of it.
    assert_eq!(key, certify(&certificate, Chain::CardFace, &taken(Chain::CardFace)).unwrap());
}

#[test]
fn a_signed_record_of_one_kind_does_not_pass_for_another() {
    with_municipality(Chain::CardFace, |key| {
        let signed = age(&world().chip);
        let signature = world().here.sign(&signed);
        assert!(matches!(
            kind(key.chip_key(Record::NumberImage, &signed, &signature)),
            ErrorKind::Tlv(tlv::ErrorKind::UnexpectedTag { .. })
        ));
        for record in [Record::Integrity, Record::CardFace] {
            assert_eq!(kind(key.chip_key(record, &signed, &signature)), ErrorKind::NoChipKey);
        }
        // A signature over more than the elements is none over them, even where the signer made it.
        let more = [signed.as_slice(), &element([0xDF, 0x13], b"more")].concat();
        assert!(matches!(
            kind(key.chip_key(Record::Age, &more, &world().here.sign(&more))),
            ErrorKind::Tlv(tlv::ErrorKind::TrailingBytes)
        ));
    });
}

#[test]
fn digests_are_taken_from_a_signed_record_only_and_compared_whole() {
    with_municipality(Chain::InputAssist, |key| {
        let number = b"\xFF\x10\x0C123456789018\xFF\xFF";
        let digests = |attributes: &[u8]| {
            [element([0xDF, 0x31], &sha256(&[number])), element([0xDF, 0x32], attributes)].concat()
        };
        let signed = digests(&sha256(&[b"attributes"]));
        let record = key.integrity(&signed, &world().here.sign(&signed)).unwrap();
        record.number(number).unwrap();
        record.attributes(b"attributes").unwrap();
        assert_eq!(kind(record.number(b"attributes")), ErrorKind::Digest);
        // Without its filler the number is not what was signed.
        assert_eq!(kind(record.number(&number[..15])), ErrorKind::Digest);
        assert_eq!(kind(record.attributes(b"attribute")), ErrorKind::Digest);
        assert_eq!(kind(key.integrity(&signed, &world().chip.sign(&signed))), MISMATCH);
        let short = digests(&[0; 31]);
        assert_eq!(kind(key.integrity(&short, &world().here.sign(&short))), ErrorKind::DigestLength);
    });
}

#[test]
fn the_card_face_signs_three_digests_in_one_digest_info() {
    let first = [
        element([0xDF, 0x22], b"19800217"),
        element([0xDF, 0x23], b"1"),
        element([0xDF, 0x24], &world().chip.as_on_card()),
    ]
    .concat();
    let groups: [&[u8]; 3] = [&first, b"name and address", b"photo"];
    let info = card_face_digest_info(groups);
    // The form seen on a card: SEQUENCE of 113 bytes, SHA-256, OCTET STRING of 96 bytes (CARD.md §2.3).
    assert_eq!(&info[..2], &[0x30, 0x71]);
    assert_eq!(&info[17..19], &[0x04, 0x60]);
    assert_eq!(&info[19..51], &sha256(&[&first]));
    assert_eq!(info.len(), 115);
    let signature = world().here.sign_raw(&info);
    with_municipality(Chain::CardFace, |key| {
        assert_eq!(key.card_face(groups, &signature).unwrap().key(), world().chip.public());
        for changed in [
            [&first, b"name and address".as_slice(), b"another photo"],
            [&first, b"another name", b"photo"],
            [&first[1..], b"name and address", b"photo"],
            [&first, b"photo", b"name and address"],
        ] {
            assert_eq!(kind(key.card_face(changed, &signature)), MISMATCH);
        }
        // The plain signature over the concatenation is another one.
        assert_eq!(kind(key.card_face(groups, &world().here.sign(&groups.concat()))), MISMATCH);
    });
}

fn with_chip_key(test: impl FnOnce(&ChipKey<'_>)) {
    with_municipality(Chain::CardFace, |key| {
        let signed = age(&world().chip);
        test(&key.chip_key(Record::Age, &signed, &world().here.sign(&signed)).unwrap());
    });
}

#[test]
fn an_answer_proves_the_chip_for_its_own_nonce_only() {
    with_chip_key(|chip| {
        let (nonce, other) = ([1; 32], [2; 32]);
        let answer = world().chip.sign(&nonce);
        assert_eq!(chip.check_answer(&nonce, &answer).unwrap().nonce(), &nonce);
        let replayed = ErrorKind::Answer(VerifyError::Mismatch);
        assert_eq!(kind(chip.check_answer(&other, &answer)), replayed);
        assert_eq!(kind(chip.check_answer(&nonce, &world().here.sign(&nonce))), replayed);
    });
}

#[test]
fn a15_an_answer_of_another_length_than_the_key_is_refused() {
    with_chip_key(|chip| {
        let answer = world().chip.sign(&[1; 32]);
        for answer in [&answer[..255], &[], &[&[0], answer.as_slice()].concat()] {
            let length = VerifyError::WrongLength { expected: 256, found: answer.len() };
            assert_eq!(kind(chip.check_answer(&[1; 32], answer)), ErrorKind::Answer(length));
        }
    });
}

#[test]
fn e11_a_weak_key_that_was_certified_verifies_nothing() {
    let weak = [&[0x90, 0x03, 1, 0, 1, 0x91, 0x81, 0x80][..], &[0xC1; 128]].concat();
    let names = [reference(ISSUER), reference(HERE)].map(|name| *name.as_bytes());
    let body = [names.as_flattened(), &weak].concat();
    let signature = world().authority.sign(&body);
    let key = certified(&body, &signature, Chain::CardFace).unwrap();
    let signed = age(&world().chip);
    assert_eq!(
        kind(key.chip_key(Record::Age, &signed, &[0; 128])),
        ErrorKind::Signature(VerifyError::WeakKey)
    );
}

#[test]
fn d1_every_prefix_is_refused() {
    let body = body(ISSUER, HERE, &world().here);
    let signature = world().authority.sign(&body);
    for length in 0..body.len() {
        assert!(Certificate::new(&body[..length], &signature).is_err(), "{length} bytes");
    }
    assert!(Certificate::new(&[body.as_slice(), &[0]].concat(), &signature).is_err());
    for length in 0..signature.len() {
        assert!(certified(&body, &signature[..length], Chain::InputAssist).is_err(), "{length} bytes");
    }
}

#[test]
fn d2_every_flipped_bit_of_a_certificate_is_refused() {
    let body = body(ISSUER, HERE, &world().here);
    let signature = world().authority.sign(&body);
    let whole = [body.as_slice(), &signature].concat();
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let (body, signature) = flipped.split_at(body.len());
        assert!(certified(body, signature, Chain::InputAssist).is_err(), "bit {bit}");
    }
}

#[test]
fn key_references_have_their_form_or_are_refused() {
    let good = *reference("6000020/001").as_bytes();
    for (position, byte) in [(0, b'a'), (6, b':'), (7, 0x09), (8, 0x04), (9, b' '), (11, b'/')] {
        let mut bad = good;
        bad[position] = byte;
        assert_eq!(kind(KeyReference::parse(&bad)), ErrorKind::KeyReference);
    }
    assert_eq!(kind(KeyReference::parse(&good[1..])), ErrorKind::KeyReference);
    let manager = production()[0].reference();
    assert_eq!((manager.number(), manager.group(), manager.pad()), ("5000020", "001", [0, 0, 0, 0xA8]));
    assert_eq!(manager.to_string(), "5000020/001+000000A8");
    assert_eq!(reference(HERE).to_string(), HERE);
}

#[test]
fn the_built_in_authorities_are_six_with_one_task_each() {
    for (authorities, digit, hierarchy) in
        [(production(), "5", Hierarchy::Production), (jlis_test(), "6", Hierarchy::JlisTest)]
    {
        let chains: Vec<Chain> = authorities.iter().map(Authority::chain).collect();
        assert_eq!(chains, [Chain::CardManager, Chain::CardFace, Chain::InputAssist]);
        for authority in authorities {
            assert!(authority.reference().number().starts_with(digit));
            assert_eq!((authority.hierarchy(), authority.key().bits()), (hierarchy, 2048));
            assert_eq!(KeyReference::parse(authority.reference().as_bytes()), Ok(authority.reference()));
        }
    }
}
