//! Known answers, made with `openssl enc` (see tests/scripts/secure_messaging.txt), and answers that are none.

use rand_core::{TryCryptoRng, TryRng};
use rsa::RsaPrivateKey;

use super::*;
use crate::testing::bytes;
use mynumber_applet::content::ChipPublicKey;

/// 00 01 .. 1F.
fn seed() -> [u8; SEED] {
    core::array::from_fn(|at| u8::try_from(at).unwrap())
}

/// The file that the script's card answers with: My Number with its filler.
const FILE: &[u8] = b"\xFF\x10\x0C123456789018\xFF\xFF";
const SEALED_FILE: &str = "862101 7AC0D5A1644C9CE50D0DD02C17E2C469605994A18C118D5185DB8F6F134FB939";

#[test]
fn commands_are_enciphered_as_openssl_enciphers_them() {
    let channel = Channel::new(&seed());
    let select = bytes("861101 C102E0ACB67AABA0E85BDFD63B3FB5B2");
    assert_eq!(channel.seal(1, &[0x00, 0x01]), select);
    assert_eq!(channel.open(1, &select).unwrap().as_slice(), [0x00, 0x01]);
    // A whole block of data takes another one for its padding.
    assert_eq!(channel.seal(1, &[0; BLOCK]).len(), 3 + 2 * BLOCK);
}

#[test]
fn answers_are_deciphered_by_their_number_and_no_other() {
    let channel = Channel::new(&seed());
    assert_eq!(channel.open(2, &bytes(SEALED_FILE)).unwrap().as_slice(), FILE);
    // Another number garbles the first block; the padding in the last one stays as it is.
    let garbled = channel.open(3, &bytes(SEALED_FILE)).unwrap();
    assert_eq!((garbled.len(), garbled.last()), (FILE.len(), FILE.last()));
    assert!(!garbled.starts_with(&[0xFF, 0x10]));
    let mut other = seed();
    other[15] ^= 1;
    assert_eq!(Channel::new(&other).open(2, &bytes(SEALED_FILE)), Err(SecureMessagingError::Padding));
}

#[test]
fn the_length_of_an_answer_may_take_more_bytes_than_it_needs() {
    let channel = Channel::new(&seed());
    let short = bytes(SEALED_FILE);
    for length in [&[0x81, 0x21][..], &[0x82, 0x00, 0x21]] {
        let long = [&[0x86], length, &short[2..]].concat();
        assert_eq!(channel.open(2, &long).unwrap().as_slice(), FILE);
    }
}

#[test]
fn d1_no_prefix_of_an_answer_is_one() {
    let channel = Channel::new(&seed());
    let answer = bytes(SEALED_FILE);
    for end in 0..answer.len() {
        assert!(channel.open(2, &answer[..end]).is_err(), "{end}");
    }
}

#[test]
fn every_number_is_used_once_and_there_is_an_end() {
    let mut channel = Channel::new(&seed());
    assert_eq!((channel.take_number(), channel.take_number()), (Ok(1), Ok(2)));
    channel.next = u64::MAX;
    assert_eq!(channel.take_number(), Err(SecureMessagingError::Exhausted));
}

/// Counts, which is random enough for a key of a test.
struct Counting(u64);

impl TryRng for Counting {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|value| u32::try_from(value >> 32).unwrap())
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Ok(mixed ^ (mixed >> 31))
    }

    fn try_fill_bytes(&mut self, room: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in room.chunks_mut(8) {
            let value = self.try_next_u64()?.to_be_bytes();
            chunk.copy_from_slice(&value[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

#[test]
fn the_seed_is_delivered_in_the_form_that_the_card_takes() {
    let key = RsaPrivateKey::new(&mut Counting(1), 2048).unwrap();
    let (exponent, modulus) = (key.e_bytes(), key.n_bytes());
    let file = SessionPublicKey { key: ChipPublicKey::new(&exponent, &modulus).unwrap() };
    let message = deliver(&file, &seed(), &mut Counting(2)).unwrap();
    assert_eq!(message.len(), 256);
    let clear = key.decrypt(Oaep::<Sha256>::new(), &message).unwrap();
    assert_eq!(clear, [bytes("A0228020").as_slice(), &seed()].concat());
    // Of another size, nothing is encrypted.
    let short = SessionPublicKey { key: ChipPublicKey::new(&exponent, &modulus[1..]).unwrap() };
    assert_eq!(deliver(&short, &seed(), &mut Counting(2)), Err(SecureMessagingError::PublicKey));
}
