//! A session of the issuer with the virtual card: any commands, every code right but where the input says otherwise.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use cmac::{Cmac, Mac};
use mynumber_applet::{Ef, PinId, rows};
use mynumber_virtual_card::storage::{Cut, PowerCut};
use mynumber_virtual_card::{IssuerKey, MemoryStorage, Power, Storage, VirtualCard};

use super::choices::chosen;
use crate::virtual_card::{REFERENCES, image, rng};

const KEYS: [&[u8]; 2] = [&[0x4B; 16], &[0x4B; 32]];
const HOST: [u8; 16] = [0x48; 16];
/// The longest reply: a total, a piece of a key, a code, a status word.
const LONGEST: usize = 2 + 238 + 8 + 2;
/// Making a key takes a second: a process makes so many.
static KEYS_TO_MAKE: AtomicU8 = AtomicU8::new(2);

/// Takes the input for a script: instruction, P1, P2, a length and that many bytes are a command under the session's keys.
///
/// `A4` selects an application (by P1), `FF` opens the card again from its file, with the other key where P1 is odd. `60` sends
/// what follows with faults (P1) and another `Le` (P2); `61` authenticates with faults (P1); `62` resets the card, or selects the
/// card manager; `63` has the power fail at a write (P1), in some way (P2); `65` takes every file off the card.
///
/// Every reply has a status word and is bounded; a reference has never more tries than its limit; what was told is durable; only
/// the commands on references change one, and only a commit the contents; a command with a fault changes nothing.
pub fn issuer_session(data: &[u8]) {
    let mut table = Table::new(0);
    let mut rest = data;
    let mut faults = [0, 0];
    while let Some(([instruction, p1, p2, length], after)) = rest.split_first_chunk::<4>() {
        let (clear, after) = after.split_at(usize::from(*length).min(after.len()).min(239));
        rest = after;
        let spoilt = core::mem::take(&mut faults);
        match (*instruction, *p1) {
            (0x46, 0x80) if KEYS_TO_MAKE.load(Ordering::Relaxed) == 0 => {}
            (0x60, p1) => faults = [p1, *p2],
            (0x61, p1) => table.authenticate_wrongly(p1),
            (0x62, 0) => table.card.power(Power::Reset),
            (0x62, _) => {
                drop(table.card.respond(&[0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0, 0, 0x01, 0x51, 0, 0]));
            }
            (0x63, index) => {
                let cut = chosen(&Cut::ALL, *p2).copied().unwrap_or(Cut::Before);
                table.storage.plan(usize::from(index), cut);
            }
            (0x65, _) => {
                let bare = table.card.rewrite(|image| image.files.clear());
                assert!(bare.is_ok() != table.storage.is_lost());
                if bare.is_ok() {
                    table.session = Session::begin(&mut table.card, table.session.key);
                }
            }
            // No instruction at all (ISO 7816-4 §5.5), so not counted either.
            (0x64..=0x6F | 0x90..=0x9F, _) => {}
            (0xA4, which) => table.session.select(&mut table.card, which),
            (0xFF, which) => table.reopen(which),
            (instruction, p1) => {
                let names_a_key = rows::keys().any(|row| row.ef.and_then(Ef::short) == Some(*p2 & 0x1F));
                if (instruction, p1) == (0x46, 0x80) && names_a_key {
                    KEYS_TO_MAKE.fetch_sub(1, Ordering::Relaxed);
                }
                table.command([0x84, instruction, p1, *p2], clear, spoilt);
            }
        }
        if table.storage.is_lost() {
            table = Table::at(PowerCut::over(table.storage.survivor()), table.which);
        }
    }
}

/// The card on the table.
struct Table {
    which: usize,
    storage: PowerCut,
    card: VirtualCard,
    session: Session,
}

impl Table {
    fn new(which: usize) -> Self {
        let bytes = files().get(which).map_or(&[][..], Vec::as_slice);
        Self::at(PowerCut::over(MemoryStorage::holding(bytes)), which)
    }

    fn at(storage: PowerCut, which: usize) -> Self {
        let mut card = open(&storage);
        let session = Session::begin(&mut card, KEYS.get(which).copied().unwrap_or_default());
        Self { which, storage, card, session }
    }

    fn reopen(&mut self, which: u8) {
        if which % 2 == 1 {
            *self = Self::new(1 - self.which);
            return;
        }
        let before = tries(&self.card);
        *self = Self::at(PowerCut::over(self.storage.survivor()), self.which);
        assert_eq!(before, tries(&self.card), "what was told was not durable");
    }

    /// EXTERNAL AUTHENTICATE that must fail, then one that is right.
    fn authenticate_wrongly(&mut self, faults: u8) {
        let before = tries(&self.card);
        if faults & 0x01 != 0 {
            drop(self.card.respond(&[0x00, 0x84, 0x00, 0x00, 0x10]));
        }
        let p1 = faults >> 1 & 0x01;
        let data = [0x11; 0x20];
        let length = if faults & 0x04 == 0 { 0x20 } else { faults };
        let data = data.get(..usize::from(length)).unwrap_or(&data);
        let lc = u8::try_from(data.len()).unwrap_or(0);
        let mut command = [&[0x00, 0x82, p1, 0x00, lc], data].concat();
        if faults & 0x08 == 0 {
            command.push(if faults & 0x10 == 0 { 0x10 } else { 0x01 });
        }
        let reply = self.card.respond(&command);
        assert!(reply.is_none_or(|reply| reply.len() == 2) && before == tries(&self.card));
        self.session = Session::begin(&mut self.card, self.session.key);
    }

    fn command(&mut self, header: [u8; 4], clear: &[u8], faults: [u8; 2]) {
        let (before, contents) = (tries(&self.card), contents(&self.card));
        let command = self.session.command(header, clear, faults);
        let reply = self.card.respond(&command);
        if self.storage.is_lost() {
            return;
        }
        let Some(reply) = reply else { unreachable!("the card has power") };
        assert!((2..=LONGEST).contains(&reply.len()), "{} bytes", reply.len());
        let done = reply.ends_with(&[0x90, 0x00]);
        assert!(done == (reply.len() > 2), "success comes with a code, and nothing else does");
        let refused = reply.starts_with(&[0x69, 0x87]) || reply.starts_with(&[0x69, 0x88]);
        if faults == [0, 0] {
            assert!(!refused, "every code is right");
        }
        if refused || faults[0] & FATAL != 0 {
            assert!(!done, "a command with a fault was done");
            self.session = Session::begin(&mut self.card, self.session.key);
        }
        let [_, instruction, ..] = header;
        assert!(before == tries(&self.card) || done && matches!(instruction, 0x2C | 0x04));
        assert!(contents == self::contents(&self.card) || done && instruction == 0x44);
        for (pin, left) in tries(&self.card) {
            let image = self.card.image();
            let limit = image.references.get(&pin).map_or(0, mynumber_virtual_card::Reference::limit);
            assert!(left <= limit, "{pin:?}");
        }
    }
}

/// The faults that no card may overlook.
const FATAL: u8 = 0x0F;

struct Session {
    key: &'static [u8],
    encryption: Vec<u8>,
    authentication: Vec<u8>,
    number: u64,
    name: &'static [u8],
}

impl Session {
    fn begin(card: &mut VirtualCard, key: &'static [u8]) -> Self {
        // The card manager, so that both ends know what is selected.
        let name = rows::card_manager::AID.0;
        drop(card.respond(&[&[0x00, 0xA4, 0x04, 0x0C, 0x07], name].concat()));
        let challenge = card.respond(&[0x00, 0x84, 0x00, 0x00, 0x10]).unwrap_or_default();
        let context = [challenge.get(..16).unwrap_or_default(), &HOST].concat();
        let cryptogram = derive(key, b"mynumber host", &context, 16);
        let command = [&[0x00, 0x82, 0x00, 0x00, 0x20], HOST.as_slice(), &cryptogram, &[0x10]];
        let reply = card.respond(&command.concat()).unwrap_or_default();
        let answer = derive(key, b"mynumber card", &context, 16);
        assert_eq!(reply, [answer.as_slice(), &[0x90, 0x00]].concat());
        let encryption = derive(key, b"mynumber enc", &context, key.len());
        let authentication = derive(key, b"mynumber mac", &context, key.len());
        Self { key, encryption, authentication, number: 1, name }
    }

    fn select(&mut self, card: &mut VirtualCard, which: u8) {
        let index = usize::from(which) % rows::APPLICATIONS.len();
        let Some(row) = rows::APPLICATIONS.get(index) else { return };
        let command = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A], row.aid.0].concat();
        assert_eq!(card.respond(&command).as_deref(), Some(&[0x90, 0x00][..]));
        self.name = row.aid.0;
    }

    /// The faults: a wrong code, no code, half a block, wrong padding; padding that is longer than a block. The second byte: no
    /// `Le`, or this one.
    fn command(&mut self, header: [u8; 4], clear: &[u8], [faults, le]: [u8; 2]) -> Vec<u8> {
        let mut blocks = self.encipher(clear, faults);
        if faults & 0x04 != 0 {
            blocks.push(0x5A);
        }
        let length = u8::try_from(self.name.len()).unwrap_or(0);
        let number = self.number.to_be_bytes();
        let mut code =
            cmac(&self.authentication, &[&[0x01], &number, &[length], self.name, &header, &blocks]);
        if faults & 0x01 != 0 {
            code.reverse();
        }
        let mut data = [blocks.as_slice(), code.get(..8).unwrap_or_default()].concat();
        if faults & 0x02 != 0 {
            data.truncate(7);
        }
        self.number += 1;
        let lc = u8::try_from(data.len()).unwrap_or(0);
        let mut command = [header.as_slice(), &[lc], &data].concat();
        if le != 0xFF {
            command.push(le);
        }
        command
    }

    fn encipher(&self, clear: &[u8], faults: u8) -> Vec<u8> {
        if clear.is_empty() && faults & 0x0C == 0 {
            return Vec::new();
        }
        let mut padded = clear.to_vec();
        padded.truncate(200);
        padded.push(if faults & 0x08 == 0 { 0x80 } else { 0x40 });
        padded.resize(padded.len().next_multiple_of(16), 0x00);
        if faults & 0x08 != 0 {
            padded.resize(padded.len() + 16, 0x00);
            padded.iter_mut().take(usize::from(faults >> 4 & 1) * 300).for_each(|byte| *byte = 0);
        }
        let mut before = u128::from(self.number).to_be_bytes();
        encrypt(&self.encryption, &mut before);
        let mut blocks = Vec::new();
        for block in padded.as_chunks::<16>().0 {
            before.iter_mut().zip(block).for_each(|(byte, other)| *byte ^= other);
            encrypt(&self.encryption, &mut before);
            blocks.extend(before);
        }
        blocks
    }
}

fn encrypt(key: &[u8], block: &mut [u8; 16]) {
    if let Ok(cipher) = Aes128::new_from_slice(key) {
        cipher.encrypt_block(block.into());
    } else if let Ok(cipher) = Aes256::new_from_slice(key) {
        cipher.encrypt_block(block.into());
    }
}

fn derive(key: &[u8], label: &[u8], context: &[u8], bytes: usize) -> Vec<u8> {
    let bits = u32::try_from(bytes * 8).unwrap_or(0).to_be_bytes();
    let block = |counter: u32| cmac(key, &[&counter.to_be_bytes(), label, &[0], context, &bits]);
    (1..=2).flat_map(block).take(bytes).collect()
}

fn cmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    if let Ok(mut mac) = <Cmac<Aes128> as KeyInit>::new_from_slice(key) {
        parts.iter().for_each(|part| mac.update(part));
        return mac.finalize().into_bytes().to_vec();
    }
    let Ok(mut mac) = <Cmac<Aes256> as KeyInit>::new_from_slice(key) else { unreachable!("16 bytes or 32") };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
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

/// The bytes of the card's file with each key, made once. Without private keys, which no command here uses.
fn files() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let file = |key: &[u8]| {
            let mut storage = MemoryStorage::default();
            let mut image = image();
            image.keys.clear();
            image.issuer_key = IssuerKey::new(key).ok();
            assert!(VirtualCard::new(image, storage.clone(), rng()).is_ok());
            storage.read().map(|bytes| bytes.to_vec()).unwrap_or_default()
        };
        KEYS.iter().map(|key| file(key)).collect()
    })
}

fn open(storage: &PowerCut) -> VirtualCard {
    match VirtualCard::open(storage.clone(), rng()) {
        Ok(card) => card,
        Err(error) => unreachable!("a card's own file is refused: {error}"),
    }
}
