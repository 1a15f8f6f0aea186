use super::*;
use crate::issuer::IssuerMasterKey;
use crate::receipt::Serial;

/// `openssl kdf -keylen 16 -kdfopt mac:CMAC -kdfopt cipher:AES-256-CBC -kdfopt hexkey:000102..1F -kdfopt hexsalt:<label>
/// -kdfopt hexinfo:000102..0F F0F1..FF KBKDF`; blocks by `openssl enc -aes-256-cbc -nopad`, codes by `openssl mac ... CMAC`.
const CARD_PROOF: [u8; 16] = hex(b"8771C9E3C3338B12A03C76222234688C");
const HOST_PROOF: [u8; 16] = hex(b"1C39ACB63BCB8851F11C73BC56184196");
const FIRST: [u8; 40] =
    hex(b"26A57CFFDE45DAD148888E0F9164BFA5FF32A8A916565AB0A39065DB746A7426D17E629C347F840C");
const SECOND: [u8; 8] = hex(b"903D2B85713204DF");
const ANSWER: [u8; 9] = hex(b"036E710774DF6A528A");
const CARD_KEY: [u8; 32] = hex(b"9451D1FAE131E37FEAD29ABF91B1DCF2A2E25C35BE75AF6F3D07EB842A90FC00");

const JPKI: [u8; 10] = hex(b"D392F000260100000001");

const fn hex<const N: usize>(text: &[u8]) -> [u8; N] {
    const fn digit(byte: u8) -> u8 {
        if byte < b'A' { byte - b'0' } else { byte - b'A' + 10 }
    }
    let mut out = [0; N];
    let mut at = 0;
    while at < N {
        out[at] = digit(text[2 * at]) << 4 | digit(text[2 * at + 1]);
        at += 1;
    }
    out
}

fn counting<const N: usize>(from: u8) -> [u8; N] {
    std::array::from_fn(|at| from + u8::try_from(at).unwrap())
}

fn key() -> CardKey {
    CardKey::holding(&counting(0))
}

fn channel() -> Channel {
    Channel::new(&key(), &Challenges::new(&counting(0), &counting(0xF0)), &CARD_PROOF).unwrap()
}

#[test]
fn keys_codes_and_blocks_are_those_that_openssl_makes() {
    let challenges = Challenges::new(&counting(0), &counting(0xF0));
    assert_eq!(challenges.cryptogram(&key()), HOST_PROOF);
    let mut channel = channel();
    let mut clear = [0; 17];
    clear[..5].copy_from_slice(b"\x044826");
    let first = channel.seal(&JPKI, [0x84, 0x2C, 0x02, 0x98], &clear).unwrap();
    assert_eq!(first.data, FIRST);
    let second = channel.seal(&JPKI, [0x84, 0x44, 0x00, 0x00], &[]).unwrap();
    assert_eq!(second.data, SECOND);
    assert_eq!(channel.open(&first, &ANSWER), Some(&[0x03][..]));
    assert_eq!(channel.open(&second, &ANSWER), None, "the answer to another command");
}

#[test]
fn a_card_s_key_is_that_which_openssl_derives() {
    let master = IssuerMasterKey::holding(&counting(0));
    let key = |serial| master.card_key(&Serial::parse(serial).unwrap());
    assert_eq!(key("400000000000001").bytes(), &CARD_KEY);
    assert_ne!(key("400000000000002").bytes(), &CARD_KEY);
}

#[test]
fn a_proof_that_is_another_or_of_another_length_opens_nothing() {
    let challenges = Challenges::new(&counting(0), &counting(0xF0));
    for bit in 0..128 {
        let mut proof = CARD_PROOF;
        proof[bit / 8] ^= 1 << (bit % 8);
        assert!(Channel::new(&key(), &challenges, &proof).is_none());
    }
    // One's own proof, reflected, is not the card's.
    for proof in [&HOST_PROOF[..], &CARD_PROOF[..15], &[]] {
        assert!(Channel::new(&key(), &challenges, proof).is_none());
    }
}

#[test]
fn too_much_for_one_command_and_a_number_too_many_are_not_sealed() {
    let mut channel = channel();
    assert_eq!(channel.seal(&JPKI, [0; 4], &[0; CLEAR]).unwrap().data.len(), 248);
    assert!(channel.seal(&JPKI, [0; 4], &[0; CLEAR + 1]).is_none());
    channel.next = u64::MAX;
    assert!(channel.seal(&JPKI, [0; 4], &[]).is_none());
}
