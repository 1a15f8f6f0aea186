use super::{card_face_digest_info, check_card_face, check_certificate, check_record, public_key};
use crate::digest::{Hash, digest_info, sha256};
use crate::key::{PublicKey, VerifyError};
use mynumber_apdu::tlv::ErrorKind;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
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
}

#[test]
fn certificates_and_records_verify_with_the_issuers_key_only() {
    let (issuer, other) = (Signer::new(1), Signer::new(2));
    let body = b"6000023\x08\x05001\0\0\0\0 and so on";
    let signature = issuer.sign_raw(&digest_info(Hash::Sha256, &sha256(&[body])).unwrap());
    assert_eq!(check_certificate(&issuer.public(), body, &signature), Ok(()));
    assert_eq!(check_record(&issuer.public(), &[&body[..7], &body[7..]], &signature), Ok(()));
    assert_eq!(check_certificate(&issuer.public(), &body[1..], &signature), Err(VerifyError::Mismatch));
    assert_eq!(check_certificate(&other.public(), body, &signature), Err(VerifyError::Mismatch));
}

#[test]
fn the_card_face_signs_three_digests_in_one_digest_info() {
    let issuer = Signer::new(3);
    let groups: [&[u8]; 3] = [b"birthsexkey", b"nameaddress", b"photo"];
    let info = card_face_digest_info(groups);
    // The form seen on a card: SEQUENCE of 113 bytes, SHA-256, OCTET STRING of 96 bytes (CARD.md §2.3).
    assert_eq!(&info[..2], &[0x30, 0x71]);
    assert_eq!(&info[17..19], &[0x04, 0x60]);
    assert_eq!(&info[19..51], &sha256(&[b"birthsexkey"]));
    assert_eq!(info.len(), 115);
    let signature = issuer.sign_raw(&info);
    assert_eq!(check_card_face(&issuer.public(), groups, &signature), Ok(()));
    let swapped: [&[u8]; 3] = [b"birthsexkey", b"nameaddress", b"another photo"];
    assert_eq!(check_card_face(&issuer.public(), swapped, &signature), Err(VerifyError::Mismatch));
}

#[test]
fn keys_of_the_card_are_read_whole_or_not_at_all() {
    let bytes = [0x90, 0x03, 1, 0, 1, 0x91, 0x02, 0xAB, 0xCD];
    let key = public_key(&bytes).unwrap();
    assert_eq!(key, PublicKey::Rsa { modulus: &[0xAB, 0xCD], exponent: &[1, 0, 1] });
    for length in 0..bytes.len() {
        assert!(public_key(&bytes[..length]).is_err(), "{length} bytes");
    }
    let trailing = [&bytes[..], &[0]].concat();
    assert_eq!(public_key(&trailing).unwrap_err().kind(), ErrorKind::TrailingBytes);
}
