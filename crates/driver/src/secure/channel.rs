//! The session key: what is enciphered and deciphered with it (CARD.md §4.3).

use aes::Aes128;
use cbc::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use mynumber_apdu::StatusWord;
use mynumber_applet::content::SessionPublicKey;
use mynumber_applet::secure_messaging::{
    BLOCK, CRYPTOGRAM, DELIVERY, ENCRYPTION_KEY, FIRST_NUMBER, KEY, PADDED, SEED,
};
use rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Oaep, RsaPublicKey};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

type Encryptor = cbc::Encryptor<Aes128>;
type Decryptor = cbc::Decryptor<Aes128>;

/// What is wrong with secure messaging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecureMessagingError {
    /// A status word by which the card says that its session is over, or which leaves open whether the command was counted.
    #[error("the card answered {status} to a command under secure messaging")]
    Refused {
        /// The status word.
        status: StatusWord,
    },
    /// Success without data where data was asked for.
    #[error("the card's answer under secure messaging holds nothing")]
    NoObject,
    /// The answer is something else than a cryptogram: it came in the clear.
    #[error("the card's answer under secure messaging is not enciphered")]
    NotEnciphered,
    /// The answer is not exactly one cryptogram of whole blocks.
    #[error("the card's answer under secure messaging is not exactly one cryptogram of whole blocks")]
    Length,
    /// The byte before the blocks names another kind of padding.
    #[error("the card's answer under secure messaging is padded in an unknown way")]
    Indicator,
    /// What was deciphered does not end in padding: another key, another number, or altered on the way.
    #[error("the card's answer under secure messaging cannot be deciphered")]
    Padding,
    /// More bytes than the file may have.
    #[error("the card's answer under secure messaging is longer than the file may be")]
    TooLong,
    /// The key to which session keys are delivered is not an RSA key of 2048 bits.
    #[error("the card's key for session keys is not an RSA key of 2048 bits")]
    PublicKey,
    /// There are no numbers left for commands.
    #[error("no more commands can be sent under this session key")]
    Exhausted,
}

/// Bytes of the modulus.
const MODULUS: usize = 256;
/// The least public exponent that is taken.
const LEAST_EXPONENT: u32 = 3;

/// The message of SET SESSION KEY: the seed, encrypted to the card's key.
pub(super) fn deliver<R: CryptoRng + ?Sized>(
    file: &SessionPublicKey<'_>,
    seed: &[u8; SEED],
    rng: &mut R,
) -> Result<Vec<u8>, SecureMessagingError> {
    let key = public_key(file).ok_or(SecureMessagingError::PublicKey)?;
    let mut message = Zeroizing::new([0; 4 + SEED]);
    let (head, body) = message.split_at_mut(4);
    head.copy_from_slice(&[DELIVERY, 0x22, ENCRYPTION_KEY, 0x20]);
    body.copy_from_slice(seed);
    key.encrypt(rng, Oaep::<Sha256>::new(), message.as_slice()).map_err(|_| SecureMessagingError::PublicKey)
}

fn public_key(file: &SessionPublicKey<'_>) -> Option<RsaPublicKey> {
    let (modulus, exponent) = (file.key.modulus(), file.key.exponent());
    // The highest bit set and the lowest too: 2048 bits, odd.
    let shaped = modulus.len() == MODULUS
        && modulus.first().is_some_and(|byte| byte & 0x80 != 0)
        && modulus.last().is_some_and(|byte| byte & 0x01 != 0)
        && (1..=4).contains(&exponent.len());
    if !shaped {
        return None;
    }
    let exponent = BoxedUint::from_be_slice_vartime(exponent);
    let key = RsaPublicKey::new(BoxedUint::from_be_slice_vartime(modulus), exponent).ok()?;
    (*key.e() >= BoxedUint::from(LEAST_EXPONENT)).then_some(key)
}

/// A session key and the number of the next command. The key is on the heap from the start: moving leaves no copy.
pub(super) struct Channel {
    key: Box<Zeroizing<[u8; KEY]>>,
    next: u64,
}

impl Channel {
    /// The key that this seed gives.
    pub(super) fn new(seed: &[u8; SEED]) -> Self {
        let mut key = Box::new(Zeroizing::new([0; KEY]));
        for (to, from) in key.iter_mut().zip(seed) {
            *to = *from;
        }
        Self { key, next: FIRST_NUMBER }
    }

    /// The number of a command about to be sent.
    pub(super) fn take_number(&mut self) -> Result<u64, SecureMessagingError> {
        let number = self.next;
        self.next = number.checked_add(1).ok_or(SecureMessagingError::Exhausted)?;
        Ok(number)
    }

    /// The initial vector of a command and of its answer.
    fn initial_vector(&self, number: u64) -> [u8; BLOCK] {
        let mut block = u128::from(number).to_be_bytes();
        let mut cipher = Encryptor::new((&**self.key).into(), &[0; BLOCK].into());
        cipher.encrypt_block((&mut block).into());
        block
    }

    /// The data object of a command: one cryptogram. What a command carries is short: a secret or a file identifier.
    pub(super) fn seal(&self, number: u64, clear: &[u8]) -> Vec<u8> {
        let mut blocks = Zeroizing::new(vec![0; (clear.len() / BLOCK + 1) * BLOCK]);
        for (to, from) in blocks.iter_mut().zip(clear.iter().chain(&[0x80])) {
            *to = *from;
        }
        let mut cipher = Encryptor::new((&**self.key).into(), &self.initial_vector(number).into());
        let (whole, _) = Block::<Encryptor>::slice_as_chunks_mut(&mut blocks);
        cipher.encrypt_blocks(whole);
        let length = u8::try_from(blocks.len() + 1).unwrap_or(u8::MAX);
        [&[CRYPTOGRAM, length, PADDED], blocks.as_slice()].concat()
    }

    /// What an answer says.
    pub(super) fn open(
        &self,
        number: u64,
        answer: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecureMessagingError> {
        let mut clear = Zeroizing::new(cryptogram(answer)?.to_vec());
        let (whole, rest) = Block::<Decryptor>::slice_as_chunks_mut(&mut clear);
        if whole.is_empty() || !rest.is_empty() {
            return Err(SecureMessagingError::Length);
        }
        let mut cipher = Decryptor::new((&**self.key).into(), &self.initial_vector(number).into());
        cipher.decrypt_blocks(whole);
        let end = clear.iter().rposition(|byte| *byte != 0).ok_or(SecureMessagingError::Padding)?;
        if clear.get(end) != Some(&0x80) || clear.len().saturating_sub(end) > BLOCK {
            return Err(SecureMessagingError::Padding);
        }
        clear.truncate(end);
        Ok(clear)
    }
}

impl Drop for Channel {
    /// The key wipes itself. Ciphers are values: moving one within the libraries leaves round keys, the first of which is the
    /// key, on the stack below this call.
    fn drop(&mut self) {
        wipe_stack();
    }
}

/// Overwrites what the calls that have returned left on the stack, as far as the session's own reach.
#[inline(never)]
fn wipe_stack() {
    let mut room = [0u8; 16 * 1024];
    room.zeroize();
    core::hint::black_box(&room);
}

/// The encrypted blocks of an answer, which must be exactly one cryptogram.
fn cryptogram(answer: &[u8]) -> Result<&[u8], SecureMessagingError> {
    let body = match answer {
        [] => return Err(SecureMessagingError::NoObject),
        [CRYPTOGRAM, body @ ..] => body,
        _ => return Err(SecureMessagingError::NotEnciphered),
    };
    let (length, value) = match body {
        [length @ 0x00..=0x7F, value @ ..] => (usize::from(*length), value),
        [0x81, length, value @ ..] => (usize::from(*length), value),
        [0x82, high, low, value @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), value),
        _ => return Err(SecureMessagingError::Length),
    };
    match value {
        _ if value.len() != length => Err(SecureMessagingError::Length),
        [PADDED, blocks @ ..] => Ok(blocks),
        [] => Err(SecureMessagingError::Length),
        _ => Err(SecureMessagingError::Indicator),
    }
}

#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
