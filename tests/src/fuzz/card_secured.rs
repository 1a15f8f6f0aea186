//! The host's end of secure messaging, right and wrong (CARD.md §4.3), for scripts against the virtual card.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use mynumber_apdu::{Class, Command, Instruction};
use mynumber_applet::secure_messaging::{
    BLOCK, CRYPTOGRAM, DELIVERY, ENCRYPTION_KEY, EXPECTED_LENGTH, FIRST_NUMBER, PADDED, SEED,
};
use rsa::rand_core::Rng;
use rsa::{Oaep, RsaPublicKey};
use sha2::Sha256;

use super::choices::Choices;
use crate::virtual_card::{keys, rng};

const KEY: [u8; SEED] = [0x53; SEED];

/// What the host keeps: the number of the next command.
pub(super) struct Host {
    number: u64,
}

impl Default for Host {
    fn default() -> Self {
        Self { number: FIRST_NUMBER }
    }
}

impl Host {
    /// SET SESSION KEY; the flags say what is wrong with it.
    pub(super) fn delivery(&self, flags: u8) -> Vec<u8> {
        let mut message = vec![DELIVERY, 0x22, ENCRYPTION_KEY, 0x20];
        message.extend(KEY);
        if flags & 0x01 != 0 {
            message.reverse();
        }
        if flags & 0x02 != 0 {
            message.truncate(20);
        }
        let public = RsaPublicKey::from(&keys()[0]);
        let mut sealed = public.encrypt(&mut rng(), Oaep::<Sha256>::new(), &message).unwrap_or_default();
        match flags >> 2 & 0x03 {
            1 => sealed.fill(0xFF),
            2 => sealed.truncate(100),
            3 => sealed.fill(0x01),
            _ => {}
        }
        let command = Command::new(Class::PROPRIETARY, Instruction::SET_SESSION_KEY, flags >> 4 & 0x01, 0x00)
            .with_data(&sealed);
        coded(&if flags & 0x20 == 0 { command } else { command.expecting_all() })
    }

    /// A new key is agreed on, or not.
    pub(super) fn delivered(&mut self, done: bool) {
        if done {
            self.number = FIRST_NUMBER;
        }
    }

    /// A command of class `08`: five bytes for what it is, then what it says.
    pub(super) fn secured(&self, choices: &mut Choices<'_>) -> Vec<u8> {
        let [form, instruction, p1, p2] = [(); 4].map(|()| choices.byte().unwrap_or(0));
        let clear = choices.counted();
        let object = match form & 0x07 {
            0 => object(CRYPTOGRAM, &[&[PADDED], self.seal(clear, 0x80).as_slice()].concat(), form),
            1 => object(EXPECTED_LENGTH, clear, form),
            2 => clear.to_vec(),
            3 => object(CRYPTOGRAM, &[&[PADDED], self.seal(clear, 0x40).as_slice()].concat(), form),
            4 => object(CRYPTOGRAM, &[&[0x02], self.seal(clear, 0x80).as_slice()].concat(), form),
            5 => object(CRYPTOGRAM, &[&[PADDED], clear].concat(), form),
            _ => object(CRYPTOGRAM, &[&[PADDED], self.seal(&[0; 40], 0x00).as_slice()].concat(), form),
        };
        let class = if form & 0x20 == 0 { Class::SECURE_MESSAGING } else { Class(0x0C) };
        let instruction = Instruction(instruction);
        if !instruction.is_valid() {
            return vec![class.0, instruction.0, p1, p2];
        }
        let command = Command::new(class, instruction, p1, p2).with_data(&object);
        coded(&match form >> 6 {
            0 => command,
            1 => command.expecting_short(),
            _ => command.expecting_all(),
        })
    }

    /// The card counts what it could read.
    pub(super) fn answered(&mut self, reply: Option<&[u8]>) {
        let Some((data, status)) = reply.and_then(|reply| reply.split_last_chunk::<2>()) else { return };
        assert!(data.is_empty() || data.first() == Some(&CRYPTOGRAM), "an answer in the clear");
        if !matches!(status, [0x69, 0x87 | 0x88 | 0xFC] | [0x68, _]) {
            self.number = self.number.wrapping_add(1);
        }
    }

    fn seal(&self, clear: &[u8], mark: u8) -> Vec<u8> {
        seal(&KEY, self.number, clear, mark)
    }
}

/// AES-CBC, the initial vector being the number's block, enciphered; the key is the first half of what was delivered.
fn seal(seed: &[u8; SEED], number: u64, clear: &[u8], mark: u8) -> Vec<u8> {
    let Some(key) = seed.first_chunk::<16>() else { return Vec::new() };
    let cipher = Aes128::new(key.into());
    let mut before = u128::from(number).to_be_bytes();
    cipher.encrypt_block((&mut before).into());
    let mut padded = clear.to_vec();
    padded.push(mark);
    padded.resize(padded.len().next_multiple_of(BLOCK), 0x00);
    let mut sealed = Vec::new();
    for block in padded.as_chunks::<BLOCK>().0 {
        before.iter_mut().zip(block).for_each(|(byte, other)| *byte ^= other);
        cipher.encrypt_block((&mut before).into());
        sealed.extend(before);
    }
    sealed
}

/// The card's end: it knows the key that a driver with the generator of this crate delivers, and counts its commands.
#[derive(Debug, Default)]
pub(super) struct Card {
    last: u64,
}

impl Card {
    pub(super) fn hears(&mut self, command: &Command<'_>) {
        match (command.class(), command.instruction()) {
            (_, Instruction::SET_SESSION_KEY) => self.last = FIRST_NUMBER.wrapping_sub(1),
            (Class::SECURE_MESSAGING, _) => self.last = self.last.wrapping_add(1),
            _ => {}
        }
    }

    /// The answer to the last command that says this, or ends in another mark than padding does.
    pub(super) fn answer(&self, clear: &[u8], mark: u8) -> Vec<u8> {
        let mut seed = [0; SEED];
        rng().fill_bytes(&mut seed);
        object(CRYPTOGRAM, &[&[PADDED], seal(&seed, self.last, clear, mark).as_slice()].concat(), 0x10)
    }
}

/// A data object whose length takes one byte, two or three.
fn object(tag: u8, value: &[u8], form: u8) -> Vec<u8> {
    let [.., high, low] = value.len().to_be_bytes();
    let head = match form >> 3 & 0x03 {
        0 => vec![tag, low],
        1 => vec![tag, 0x81, low],
        2 => vec![tag, 0x82, high, low],
        _ => vec![tag, 0x83, 0x00, high, low],
    };
    [head.as_slice(), value].concat()
}

fn coded(command: &Command<'_>) -> Vec<u8> {
    let mut bytes = vec![0; command.encoded_len()];
    let coded = command.encode(&mut bytes).map(<[u8]>::len);
    assert_eq!(coded, Ok(bytes.len()));
    bytes
}
