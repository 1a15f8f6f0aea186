//! A session of the issuer with the virtual card: any commands, every code right.

use std::sync::OnceLock;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use cmac::{Cmac, Mac};
use mynumber_applet::{PinId, rows};
use mynumber_virtual_card::{IssuerKey, MemoryStorage, Storage, VirtualCard};

use crate::virtual_card::{REFERENCES, image, rng};

const KEY: [u8; 16] = [0x4B; 16];
const HOST: [u8; 16] = [0x48; 16];
/// The longest reply: a total, a piece of a key, a code, a status word.
const LONGEST: usize = 2 + 238 + 8 + 2;

/// Takes the input for a script: instruction, P1, P2, a length and that many bytes are a command under the session's keys, but
/// for the instruction `A4`, which selects an application (by P1), and `FF`, which opens the card again from its file.
///
/// Every reply has a status word and is bounded; a reference has never more tries than its limit; what was told is durable; only
/// the commands on references change one, and only a commit the contents. Keys are not made: that takes a second.
pub fn issuer_session(data: &[u8]) {
    let storage = MemoryStorage::holding(file());
    let mut card = open(&storage);
    let mut session = Session::begin(&mut card);
    let mut rest = data;
    while let Some(([instruction, p1, p2, length], after)) = rest.split_first_chunk::<4>() {
        let (clear, after) = after.split_at(usize::from(*length).min(after.len()).min(239));
        rest = after;
        match (*instruction, *p1) {
            // No instruction at all (ISO 7816-4 §5.5), so not counted either.
            (0x46, 0x80) | (0x60..=0x6F | 0x90..=0x9F, _) => {}
            (0xA4, which) => session.select(&mut card, which),
            (0xFF, _) => {
                let before = tries(&card);
                drop(card);
                card = open(&storage);
                assert_eq!(before, tries(&card), "what was told was not durable");
                session = Session::begin(&mut card);
            }
            (instruction, p1) => session.command(&mut card, [0x84, instruction, p1, *p2], clear),
        }
    }
}

struct Session {
    encryption: [u8; 16],
    authentication: [u8; 16],
    number: u64,
    name: &'static [u8],
}

impl Session {
    fn begin(card: &mut VirtualCard) -> Self {
        let challenge = card.respond(&[0x00, 0x84, 0x00, 0x00, 0x10]).unwrap_or_default();
        let context = [challenge.get(..16).unwrap_or_default(), &HOST].concat();
        let command =
            [&[0x00, 0x82, 0x00, 0x00, 0x20], HOST.as_slice(), &derive(b"mynumber host", &context), &[0x10]];
        let reply = card.respond(&command.concat()).unwrap_or_default();
        assert_eq!(reply, [derive(b"mynumber card", &context).as_slice(), &[0x90, 0x00]].concat());
        let (encryption, authentication) =
            (derive(b"mynumber enc", &context), derive(b"mynumber mac", &context));
        Self { encryption, authentication, number: 1, name: rows::card_manager::AID.0 }
    }

    fn select(&mut self, card: &mut VirtualCard, which: u8) {
        let index = usize::from(which) % rows::APPLICATIONS.len();
        let Some(row) = rows::APPLICATIONS.get(index) else { return };
        let command = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A], row.aid.0].concat();
        assert_eq!(card.respond(&command).as_deref(), Some(&[0x90, 0x00][..]));
        self.name = row.aid.0;
    }

    fn command(&mut self, card: &mut VirtualCard, header: [u8; 4], clear: &[u8]) {
        let (before, contents) = (tries(card), contents(card));
        let blocks = self.encipher(clear);
        let length = u8::try_from(self.name.len()).unwrap_or(0);
        let number = self.number.to_be_bytes();
        let code = cmac(&self.authentication, &[&[0x01], &number, &[length], self.name, &header, &blocks]);
        let data = [blocks.as_slice(), code.get(..8).unwrap_or_default()].concat();
        let lc = u8::try_from(data.len()).unwrap_or(0);
        let reply = card.respond(&[header.as_slice(), &[lc], &data, &[0x00]].concat()).unwrap_or_default();
        self.number += 1;
        assert!((2..=LONGEST).contains(&reply.len()), "{} bytes", reply.len());
        let done = reply.ends_with(&[0x90, 0x00]);
        assert!(done == (reply.len() > 2), "success comes with a code, and nothing else does");
        assert!(
            !reply.starts_with(&[0x69, 0x87]) && !reply.starts_with(&[0x69, 0x88]),
            "every code is right"
        );
        let [_, instruction, ..] = header;
        assert!(before == tries(card) || done && matches!(instruction, 0x2C | 0x04));
        assert!(contents == self::contents(card) || done && instruction == 0x44);
        for (pin, left) in tries(card) {
            let limit = card.image().references.get(&pin).map_or(0, mynumber_virtual_card::Reference::limit);
            assert!(left <= limit, "{pin:?}");
        }
    }

    fn encipher(&self, clear: &[u8]) -> Vec<u8> {
        if clear.is_empty() {
            return Vec::new();
        }
        let cipher = Aes128::new(&self.encryption.into());
        let mut before = u128::from(self.number).to_be_bytes();
        cipher.encrypt_block((&mut before).into());
        let mut padded = clear.to_vec();
        padded.push(0x80);
        padded.resize(padded.len().next_multiple_of(16), 0x00);
        let mut blocks = Vec::new();
        for block in padded.as_chunks::<16>().0 {
            before.iter_mut().zip(block).for_each(|(byte, other)| *byte ^= other);
            cipher.encrypt_block((&mut before).into());
            blocks.extend(before);
        }
        blocks
    }
}

fn derive(label: &[u8], context: &[u8]) -> [u8; 16] {
    cmac(&KEY, &[&[0, 0, 0, 1], label, &[0], context, &[0, 0, 0, 128]])
}

fn cmac(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Cmac<Aes128> as KeyInit>::new(key.into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn tries(card: &VirtualCard) -> Vec<(PinId, u8)> {
    REFERENCES.iter().filter_map(|(pin, _, _)| Some((*pin, card.tries_left(*pin)?))).collect()
}

/// How many files, keys and objects there are, and how many bytes: enough to see a change come early.
fn contents(card: &VirtualCard) -> (usize, usize, usize, usize) {
    let image = card.image();
    let bytes = image.files.values().map(|held| format!("{held:?}").len()).sum();
    (image.files.len(), image.keys.len(), image.data_objects.values().map(Vec::len).sum(), bytes)
}

/// The bytes of the card's file, made once. Without private keys, which no command here uses.
fn file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let mut storage = MemoryStorage::default();
        let mut image = image();
        image.keys.clear();
        image.issuer_key = IssuerKey::new(&KEY).ok();
        assert!(VirtualCard::new(image, storage.clone(), rng()).is_ok());
        storage.read().map(|bytes| bytes.to_vec()).unwrap_or_default()
    })
}

fn open(storage: &MemoryStorage) -> VirtualCard {
    match VirtualCard::open(storage.clone(), rng()) {
        Ok(card) => card,
        Err(error) => unreachable!("a card's own file is refused: {error}"),
    }
}
