//! Secure messaging: SET SESSION KEY and the commands of class `08` (CARD.md §4.3).

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use mynumber_apdu::{Class, Command, Instruction, Le, StatusWord};
use mynumber_applet::secure_messaging::{
    BLOCK, CRYPTOGRAM, DELIVERY, ENCRYPTION_KEY, EXPECTED_LENGTH, FIRST_NUMBER, KEY, PADDED, SEED,
};
use mynumber_applet::{ApplicationId, KeyId};
use rsa::Oaep;
use rsa::traits::PublicKeyParts;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Answer, Engine, room};
use crate::image::PrivateKey;

/// What comes before the seed in the message that is delivered.
const BEFORE_SEED: [u8; 4] = [DELIVERY, 0x22, ENCRYPTION_KEY, 0x20];
/// `P1` of SELECT: an EF of the current application, the only selection that was measured.
const EF_OF_APPLICATION: u8 = 0x02;

/// A session key and the number of the next command.
pub(super) struct Secure {
    key: Box<Zeroizing<[u8; KEY]>>,
    number: u64,
}

/// What one command under secure messaging says.
enum Inner {
    Data(Zeroizing<Vec<u8>>),
    Expected(Le),
}

impl Engine {
    /// Takes a session key. The order of the checks, and that a refused key leaves an older one as it is, are assumed.
    pub(super) fn set_session_key(&mut self, command: &Command<'_>) -> Answer {
        match self.application()? {
            ApplicationId::InputAssist => {}
            ApplicationId::Common | ApplicationId::CardFace => return Err(StatusWord::NO_SESSION_KEY.into()),
            _ => return Err(StatusWord::SECURITY_NOT_SATISFIED.into()),
        }
        let row = KeyId::InputAssistSession.row();
        if !self.session.opens(row.access) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
        }
        let Some(PrivateKey::Rsa(key)) = self.state.image().keys.get(&row.id) else {
            return Err(StatusWord::NO_SESSION_KEY.into());
        };
        if command.p1p2() != 0 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        if command.data().len() != key.size() || command.expected().is_some() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        if command.data() >= key.n_bytes().as_ref() {
            return Err(StatusWord::UNSPECIFIED.into());
        }
        let message = key
            .decrypt_blinded(&mut self.rng, Oaep::<Sha256>::new(), command.data())
            .map(Zeroizing::new)
            .map_err(|_| StatusWord::WRONG_DATA)?;
        let seed = message.strip_prefix(&BEFORE_SEED).filter(|seed| seed.len() == SEED);
        let seed = seed.and_then(|seed| seed.first_chunk::<KEY>()).ok_or(StatusWord::WRONG_DATA)?;
        let key = Box::new(Zeroizing::new(*seed));
        self.session.secure = Some(Secure { key, number: FIRST_NUMBER });
        Ok(Vec::new())
    }

    /// A command under secure messaging in the input-assist application. An error of the messaging itself ends the
    /// session; what the command says is answered as if it had come plain.
    pub(super) fn secured(&mut self, command: &Command<'_>) -> Answer {
        if command.class() != Class::SECURE_MESSAGING {
            self.session.secure = None;
            return Err(StatusWord::SECURE_MESSAGING_OBJECT_MISSING.into());
        }
        let Some(secure) = &mut self.session.secure else {
            return Err(StatusWord::SECURE_MESSAGING_SESSION_GONE.into());
        };
        let instruction = command.instruction();
        // What else may be sent in this way nobody published.
        if !matches!(instruction, Instruction::SELECT | Instruction::READ_BINARY | Instruction::VERIFY) {
            return Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED.into());
        }
        let number = secure.number;
        let cipher = Aes128::new((&**secure.key).into());
        let inner = match take(&cipher, number, command) {
            Ok(inner) => inner,
            Err(word) => {
                self.session.secure = None;
                return Err(word.into());
            }
        };
        // Counted from here on, whatever the application says.
        secure.number = number.wrapping_add(1);
        let plain = Command::new(Class::ISO, instruction, command.p1(), command.p2());
        let data = match &inner {
            Inner::Expected(le) => self.read_binary(&plain.expecting(*le))?,
            Inner::Data(data) if instruction == Instruction::VERIFY => self.verify(&plain.with_data(data))?,
            Inner::Data(data) if command.p1() == EF_OF_APPLICATION => self.select(&plain.with_data(data))?,
            Inner::Data(_) => return Err(StatusWord::WRONG_P1P2.into()),
        };
        if data.is_empty() {
            return Ok(data);
        }
        let answer = cryptogram(&cipher, number, &Zeroizing::new(data));
        if answer.len() > room(command)? { Err(StatusWord::WRONG_LENGTH.into()) } else { Ok(answer) }
    }
}

/// Takes the one data object that the command must carry.
fn take(cipher: &Aes128, number: u64, command: &Command<'_>) -> Result<Inner, StatusWord> {
    const WRONG: StatusWord = StatusWord::SECURE_MESSAGING_OBJECT_WRONG;
    if command.data().is_empty() {
        return Err(StatusWord::SECURE_MESSAGING_OBJECT_MISSING);
    }
    let (tag, value) = only_object(command.data()).ok_or(WRONG)?;
    let reads = command.instruction() == Instruction::READ_BINARY;
    match (tag, value) {
        (EXPECTED_LENGTH, [0x00, high, low]) if reads => {
            let asked = u32::from(u16::from_be_bytes([*high, *low]));
            Ok(Inner::Expected(Le::new(asked).unwrap_or(Le::EXTENDED_MAX)))
        }
        (CRYPTOGRAM, [PADDED, blocks @ ..]) if !reads => {
            decipher(cipher, number, blocks).map(Inner::Data).ok_or(WRONG)
        }
        _ => Err(WRONG),
    }
}

/// Tag and value, if the bytes are one object with a one-byte tag and nothing else. The length may take more bytes than
/// it needs (measured).
fn only_object(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, length, value) = match bytes {
        [tag, length @ 0x00..=0x7F, value @ ..] => (*tag, usize::from(*length), value),
        [tag, 0x81, length, value @ ..] => (*tag, usize::from(*length), value),
        [tag, 0x82, high, low, value @ ..] => (*tag, usize::from(u16::from_be_bytes([*high, *low])), value),
        _ => return None,
    };
    (value.len() == length).then_some((tag, value))
}

/// The initial vector of both directions: the number as a block, encrypted.
fn initial_vector(cipher: &Aes128, number: u64) -> [u8; BLOCK] {
    let mut block = u128::from(number).to_be_bytes();
    cipher.encrypt_block((&mut block).into());
    block
}

fn mix(block: &mut [u8; BLOCK], with: &[u8; BLOCK]) {
    for (byte, other) in block.iter_mut().zip(with) {
        *byte ^= other;
    }
}

/// The clear text of whole blocks, its padding taken off; `None` where there is none that ends in padding.
fn decipher(cipher: &Aes128, number: u64, blocks: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (blocks, rest) = blocks.as_chunks::<BLOCK>();
    if blocks.is_empty() || !rest.is_empty() {
        return None;
    }
    let mut before = initial_vector(cipher, number);
    let mut clear = Zeroizing::new(Vec::with_capacity(blocks.len() * BLOCK));
    for block in blocks {
        let mut out = Zeroizing::new(*block);
        cipher.decrypt_block((&mut *out).into());
        mix(&mut out, &before);
        clear.extend_from_slice(out.as_slice());
        before = *block;
    }
    let mark = clear.iter().rposition(|byte| *byte != 0x00)?;
    // The padding is one block long at most.
    if clear.get(mark) != Some(&0x80) || clear.len() - mark > BLOCK {
        return None;
    }
    clear.truncate(mark);
    Some(clear)
}

/// An answer as one cryptogram, its length in as few bytes as it needs.
fn cryptogram(cipher: &Aes128, number: u64, clear: &[u8]) -> Vec<u8> {
    let length = (clear.len() + 1).next_multiple_of(BLOCK);
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.extend_from_slice(clear);
    padded.push(0x80);
    padded.resize(length, 0x00);
    let mut before = initial_vector(cipher, number);
    let mut value = vec![PADDED];
    let (blocks, _) = padded.as_chunks::<BLOCK>();
    for block in blocks {
        mix(&mut before, block);
        cipher.encrypt_block((&mut before).into());
        value.extend_from_slice(&before);
    }
    let [.., high, low] = value.len().to_be_bytes();
    let mut object = match value.len() {
        0x00..=0x7F => vec![CRYPTOGRAM, low],
        0x80..=0xFF => vec![CRYPTOGRAM, 0x81, low],
        _ => vec![CRYPTOGRAM, 0x82, high, low],
    };
    object.append(&mut value);
    object
}
