//! What the virtual card signs, checked with the public keys.

use crate::script::hex;
use crate::virtual_card::{card, keys};
use mynumber_applet::{ApplicationId, KeyId};
use rsa::pss::Pss;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest, Sha256};

const JPKI: &str = "00A4040C0AD392F000260100000001";
const INPUT_ASSIST: &str = "00A4040C0AD3921000310001010408";
const COMMON: &str = "00A4040C0AD3921000310001010100";

/// The DigestInfo of SHA-256 before the hash (RFC 8017 §9.2, note 1).
const DIGEST_INFO: &str = "3031300D060960864801650304020105000420";

fn ask(card: &mut mynumber_virtual_card::VirtualCard, command: &[u8]) -> Vec<u8> {
    let reply = card.respond(command).unwrap();
    let (data, status) = reply.split_last_chunk::<2>().unwrap();
    assert_eq!(*status, [0x90, 0x00], "{command:02X?}");
    data.to_vec()
}

/// A signature over `data` by the user-authentication key.
fn sign(p1: u8, data: &[u8]) -> Vec<u8> {
    let mut card = card();
    ask(&mut card, &hex(JPKI).unwrap());
    ask(&mut card, &hex("002000980431323334").unwrap());
    let length = u8::try_from(data.len()).unwrap();
    let command = [&[0x80, 0x2A, p1, 0x97, length], data, &[0x00]].concat();
    ask(&mut card, &command)
}

fn public() -> RsaPublicKey {
    keys()[1].to_public_key()
}

#[test]
fn scheme_00_pads_the_data_as_given() {
    let hash = Sha256::digest(b"message");
    let info = [hex(DIGEST_INFO).unwrap(), hash.to_vec()].concat();
    let signature = sign(0x00, &info);
    public().verify(Pkcs1v15Sign::new::<Sha256>(), &hash, &signature).unwrap();
    // Whatever it is: no DigestInfo, one byte, and as much as fits.
    for length in [1, 20, 245] {
        let data = vec![0x5A; length];
        public().verify(Pkcs1v15Sign::new_unprefixed(), &data, &sign(0x00, &data)).unwrap();
    }
}

#[test]
fn schemes_01_to_03_differ_in_who_hashes_and_what_stands_before_the_hash() {
    let hash = Sha256::digest(b"message");
    public().verify(Pkcs1v15Sign::new_unprefixed(), &hash, &sign(0x01, b"message")).unwrap();
    let prehashed = sign(0x02, &hash);
    public().verify(Pkcs1v15Sign::new::<Sha256>(), &hash, &prehashed).unwrap();
    assert_eq!(prehashed, sign(0x03, b"message"));
    let long = [0x61; 255];
    public().verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(long), &sign(0x03, &long)).unwrap();
}

#[test]
fn schemes_04_and_05_are_pss_with_a_new_salt_each_time() {
    let hash = Sha256::digest(b"message");
    let mut card = card();
    ask(&mut card, &hex(JPKI).unwrap());
    ask(&mut card, &hex("002000980431323334").unwrap());
    let prehashed = [&[0x80, 0x2A, 0x04, 0x97, 32], hash.as_slice(), &[0x00]].concat();
    let (first, second) = (ask(&mut card, &prehashed), ask(&mut card, &prehashed));
    assert_ne!(first, second);
    for signature in [first, second, sign(0x05, b"message")] {
        public().verify(Pss::<Sha256>::new(), &hash, &signature).unwrap();
    }
}

#[test]
fn the_chip_proves_itself_genuine_without_a_pin() {
    let hash = Sha256::digest(b"nonce");
    let mut card = card();
    ask(&mut card, &hex(INPUT_ASSIST).unwrap());
    let info = [hex(DIGEST_INFO).unwrap(), hash.to_vec()].concat();
    let signature = ask(&mut card, &[&[0x80, 0x2A, 0x00, 0x00, 51], info.as_slice(), &[0x00]].concat());
    let public = keys()[0].to_public_key();
    public.verify(Pkcs1v15Sign::new::<Sha256>(), &hash, &signature).unwrap();
    assert_eq!(signature.len(), public.size());

    ask(&mut card, &hex(COMMON).unwrap());
    let challenge = hex("0088009905 6E6F6E6365 00").unwrap();
    let signature = ask(&mut card, &challenge);
    public.verify(Pkcs1v15Sign::new::<Sha256>(), &hash, &signature).unwrap();
    assert_eq!(signature, ask(&mut card, &challenge));
}

#[test]
fn a_card_with_keys_survives_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card");
    let storage = mynumber_virtual_card::FileStorage::create(&path).unwrap();
    let made = mynumber_virtual_card::VirtualCard::new(
        crate::virtual_card::image(),
        storage,
        crate::virtual_card::rng(),
    );
    drop(made.unwrap());
    let storage = mynumber_virtual_card::FileStorage::open(&path).unwrap();
    let mut card = mynumber_virtual_card::VirtualCard::open(storage, crate::virtual_card::rng()).unwrap();
    ask(&mut card, &hex(INPUT_ASSIST).unwrap());
    let signature = ask(&mut card, &hex("802A0300 05 6E6F6E6365 00").unwrap());
    let public = keys()[0].to_public_key();
    public.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(b"nonce"), &signature).unwrap();
    assert!(card.image().keys.values().all(|key| format!("{key:?}") == "Rsa(<secret>)"));
}

#[test]
fn an_application_is_taken_away_with_its_own_keys_and_no_others() {
    let mut image = crate::virtual_card::image();
    image.remove_application(ApplicationId::InputAssist);
    let left = [KeyId::Signature, KeyId::UserAuthentication, KeyId::CardFaceInternal, KeyId::CommonInternal];
    assert!(image.keys.keys().eq(&left), "{:?}", image.keys);
    assert!(!image.holds(ApplicationId::InputAssist) && image.holds(ApplicationId::Jpki));
}
