//! The host's end of an issuer's session: keys, ciphers, codes (CARD.md §13.1, §13.2). Nothing here is shared with the card's end.

use aes::Aes256;
use cbc::Encryptor;
use cbc::cipher::{Block, BlockModeEncrypt, KeyIvInit};
use cmac::{Cmac, KeyInit, Mac};
use mynumber_applet::issuer::{
    BLOCK, CHALLENGE, CLEAR, CRYPTOGRAM, FIRST_NUMBER, FROM_CARD, FROM_HOST, LABEL_AUTHENTICATION,
    LABEL_CARD, LABEL_ENCRYPTION, LABEL_HOST, MAC,
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::super::key::{CardKey, KEY, Key};

/// Both challenges, the card's first: what every key and cryptogram of a session depends on.
pub(super) struct Challenges([u8; 2 * CHALLENGE]);

impl Challenges {
    pub(super) fn new(card: &[u8; CHALLENGE], host: &[u8; CHALLENGE]) -> Self {
        let mut both = [0; 2 * CHALLENGE];
        for (to, from) in both.iter_mut().zip(card.iter().chain(host)) {
            *to = *from;
        }
        Self(both)
    }

    /// What the host proves itself with.
    pub(super) fn cryptogram(&self, key: &CardKey) -> [u8; CRYPTOGRAM] {
        let mut out = [0; CRYPTOGRAM];
        fill(key.bytes(), LABEL_HOST, &self.0, &mut out);
        out
    }
}

/// The session keys and the number of the next command.
pub(super) struct Channel {
    encryption: Key,
    authentication: Key,
    next: u64,
}

/// One command ready to be sent: its number, and its data field.
pub(super) struct Sealed {
    number: u64,
    pub(super) data: Vec<u8>,
}

impl Channel {
    /// The session's keys, if the card has proved that it holds its own.
    pub(super) fn new(key: &CardKey, challenges: &Challenges, proof: &[u8]) -> Option<Self> {
        let mut expected = [0; CRYPTOGRAM];
        fill(key.bytes(), LABEL_CARD, &challenges.0, &mut expected);
        bool::from(expected.as_slice().ct_eq(proof)).then(|| Self {
            encryption: derive(key.bytes(), LABEL_ENCRYPTION, &challenges.0),
            authentication: derive(key.bytes(), LABEL_AUTHENTICATION, &challenges.0),
            next: FIRST_NUMBER,
        })
    }

    /// Enciphers, then authenticates: the direction, the number, the application that is selected, the header, the blocks.
    /// `None` when there is too much, or there are no numbers left.
    pub(super) fn seal(&mut self, name: &[u8], header: [u8; 4], clear: &[u8]) -> Option<Sealed> {
        let number = self.next;
        self.next = number.checked_add(1)?;
        if clear.len() > CLEAR {
            return None;
        }
        let mut data = if clear.is_empty() { Vec::new() } else { self.encipher(number, clear) };
        let mut mac = mac(&self.authentication);
        mac.update(&[FROM_HOST]);
        mac.update(&number.to_be_bytes());
        mac.update(&[u8::try_from(name.len()).ok()?]);
        mac.update(name);
        mac.update(&header);
        mac.update(&data);
        data.extend(mac.finalize().into_bytes().iter().take(MAC));
        Some(Sealed { number, data })
    }

    /// What the card's answer to a command says, if it is the card's own.
    pub(super) fn open<'a>(&self, sealed: &Sealed, answer: &'a [u8]) -> Option<&'a [u8]> {
        let (data, code) = answer.split_last_chunk::<MAC>()?;
        let mut mac = mac(&self.authentication);
        mac.update(&[FROM_CARD]);
        mac.update(&sealed.number.to_be_bytes());
        // Nothing but 9000 is answered with a code.
        mac.update(&[0x90, 0x00]);
        mac.update(data);
        mac.verify_truncated_left(code).is_ok().then_some(data)
    }

    /// Padding as of ISO 7816-4, always; AES-CBC, the initial vector being the number as a block, enciphered
    /// (NIST SP 800-38A appendix C).
    fn encipher(&self, number: u64, clear: &[u8]) -> Vec<u8> {
        let mut blocks = Zeroizing::new(vec![0; (clear.len() / BLOCK + 1) * BLOCK]);
        for (to, from) in blocks.iter_mut().zip(clear.iter().chain(&[0x80])) {
            *to = *from;
        }
        let mut vector = u128::from(number).to_be_bytes();
        self.cipher(&[0; BLOCK]).encrypt_block((&mut vector).into());
        let (whole, _) = Block::<Encryptor<Aes256>>::slice_as_chunks_mut(&mut blocks);
        self.cipher(&vector).encrypt_blocks(whole);
        blocks.to_vec()
    }

    fn cipher(&self, vector: &[u8; BLOCK]) -> Encryptor<Aes256> {
        Encryptor::new((&**self.encryption).into(), vector.into())
    }
}

fn mac(key: &[u8; KEY]) -> Cmac<Aes256> {
    <Cmac<Aes256> as KeyInit>::new(key.into())
}

/// A key that comes from another one, for one purpose and one occasion.
pub(in super::super) fn derive(key: &[u8; KEY], label: &[u8], context: &[u8]) -> Key {
    let mut out = Box::new(Zeroizing::new([0; KEY]));
    fill(key, label, context, out.as_mut());
    out
}

/// The key derivation of NIST SP 800-108 §4.1 in counter mode over AES-CMAC: counter and length in 32 bits each.
fn fill<const N: usize>(key: &[u8; KEY], label: &[u8], context: &[u8], out: &mut [u8; N]) {
    let bits = u32::try_from(N.saturating_mul(8)).unwrap_or(u32::MAX);
    for (counter, block) in (1u32..).zip(out.chunks_mut(BLOCK)) {
        let mut mac = mac(key);
        mac.update(&counter.to_be_bytes());
        mac.update(label);
        mac.update(&[0x00]);
        mac.update(context);
        mac.update(&bits.to_be_bytes());
        let made = Zeroizing::new(<[u8; BLOCK]>::from(mac.finalize().into_bytes()));
        for (to, from) in block.iter_mut().zip(made.iter()) {
            *to = *from;
        }
    }
}

#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
