//! Keys and codes of an issuer's session (CARD.md §13.1, §13.2).

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use cmac::block_api::CmacCipher;
use cmac::{Cmac, Mac};
use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::issuer::{
    ANSWER, BLOCK, CHALLENGE, CRYPTOGRAM, FIRST_NUMBER, FROM_CARD, FROM_HOST, LABEL_AUTHENTICATION,
    LABEL_CARD, LABEL_ENCRYPTION, LABEL_HOST, MAC,
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The longest answer: two bytes of a total, a piece of a key, the code.
pub(super) const LONGEST_ANSWER: usize = 2 + ANSWER + MAC;

/// The session keys, the number of the next command, and that of the command being answered.
pub(super) struct Channel {
    encryption: Zeroizing<Vec<u8>>,
    authentication: Zeroizing<Vec<u8>>,
    next: u64,
    current: u64,
}

/// Checks the host's cryptogram; the card's own and the session's keys when it is right.
pub(super) fn authenticate(
    key: &[u8],
    card: &[u8; CHALLENGE],
    host: &[u8; CHALLENGE],
    cryptogram: &[u8; CRYPTOGRAM],
) -> Option<(Zeroizing<Vec<u8>>, Channel)> {
    let context = [card.as_slice(), host].concat();
    let expected = derive(key, LABEL_HOST, &context, CRYPTOGRAM)?;
    if !bool::from(expected.as_slice().ct_eq(cryptogram)) {
        return None;
    }
    let channel = Channel {
        encryption: derive(key, LABEL_ENCRYPTION, &context, key.len())?,
        authentication: derive(key, LABEL_AUTHENTICATION, &context, key.len())?,
        next: FIRST_NUMBER,
        current: FIRST_NUMBER,
    };
    Some((derive(key, LABEL_CARD, &context, CRYPTOGRAM)?, channel))
}

impl Channel {
    /// What a command says, when its code is right and it fits the application that is selected; it is counted then.
    pub(super) fn open(
        &mut self,
        name: &[u8],
        command: &Command<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
        let (blocks, code) =
            command.data().split_last_chunk::<MAC>().ok_or(StatusWord::SECURE_MESSAGING_OBJECT_MISSING)?;
        let number = self.next;
        let header = [command.class().0, command.instruction().0, command.p1(), command.p2()];
        let length = u8::try_from(name.len()).map_err(|_| StatusWord::UNSPECIFIED)?;
        let parts: [&[u8]; 6] = [&[FROM_HOST], &number.to_be_bytes(), &[length], name, &header, blocks];
        let expected = code_over(&self.authentication, &parts).ok_or(StatusWord::UNSPECIFIED)?;
        if !bool::from(expected.as_slice().ct_eq(code)) {
            return Err(StatusWord::SECURE_MESSAGING_OBJECT_WRONG);
        }
        let clear =
            decipher(&self.encryption, number, blocks).ok_or(StatusWord::SECURE_MESSAGING_OBJECT_WRONG)?;
        self.current = number;
        self.next = number.checked_add(1).ok_or(StatusWord::SECURE_MESSAGING_OBJECT_WRONG)?;
        Ok(clear)
    }

    /// The answer of a command that was done, with its code.
    pub(super) fn answer(&self, mut data: Vec<u8>) -> Result<Vec<u8>, StatusWord> {
        let status = StatusWord::SUCCESS.0.to_be_bytes();
        let number = self.current.to_be_bytes();
        let code = code_over(&self.authentication, &[&[FROM_CARD], &number, &status, &data]);
        data.extend(code.ok_or(StatusWord::UNSPECIFIED)?);
        Ok(data)
    }
}

/// The key derivation of NIST SP 800-108 §4.1 in counter mode over AES-CMAC: counter and length in 32 bits each.
fn derive(key: &[u8], label: &[u8], context: &[u8], bytes: usize) -> Option<Zeroizing<Vec<u8>>> {
    let bits = u32::try_from(bytes * 8).ok()?.to_be_bytes();
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.next_multiple_of(BLOCK)));
    for counter in 1..=u32::try_from(bytes.div_ceil(BLOCK)).ok()? {
        let block = cmac_of(key, &[&counter.to_be_bytes(), label, &[0x00], context, &bits])?;
        out.extend_from_slice(block.as_slice());
    }
    out.truncate(bytes);
    Some(out)
}

fn code_over(key: &[u8], parts: &[&[u8]]) -> Option<[u8; MAC]> {
    cmac_of(key, parts)?.first_chunk::<MAC>().copied()
}

/// AES-CMAC (NIST SP 800-38B) over the parts, one after another.
fn cmac_of(key: &[u8], parts: &[&[u8]]) -> Option<Zeroizing<Vec<u8>>> {
    fn with<C: CmacCipher + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Option<Zeroizing<Vec<u8>>> {
        let mut mac = <Cmac<C> as KeyInit>::new_from_slice(key).ok()?;
        parts.iter().for_each(|part| mac.update(part));
        Some(Zeroizing::new(mac.finalize().into_bytes().to_vec()))
    }
    if key.len() == 16 { with::<Aes128>(key, parts) } else { with::<Aes256>(key, parts) }
}

/// AES-CBC; the initial vector is the command's number as a block, enciphered. No blocks say nothing. The padding is
/// `80 00 ..`, one block at most.
fn decipher(key: &[u8], number: u64, blocks: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if blocks.is_empty() {
        return Some(Zeroizing::default());
    }
    let mut clear = if key.len() == 16 {
        chained(&Aes128::new_from_slice(key).ok()?, number, blocks)?
    } else {
        chained(&Aes256::new_from_slice(key).ok()?, number, blocks)?
    };
    let mark = clear.iter().rposition(|byte| *byte != 0x00)?;
    if clear.get(mark) != Some(&0x80) || clear.len() - mark > BLOCK {
        return None;
    }
    clear.truncate(mark);
    Some(clear)
}

fn chained<C>(cipher: &C, number: u64, blocks: &[u8]) -> Option<Zeroizing<Vec<u8>>>
where
    C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16> + BlockCipherDecrypt,
{
    let (blocks, rest) = blocks.as_chunks::<BLOCK>();
    if !rest.is_empty() {
        return None;
    }
    let mut before = u128::from(number).to_be_bytes();
    cipher.encrypt_block((&mut before).into());
    let mut clear = Zeroizing::new(Vec::with_capacity(blocks.len() * BLOCK));
    for block in blocks {
        let mut out = Zeroizing::new(*block);
        cipher.decrypt_block((&mut *out).into());
        for (byte, other) in out.iter_mut().zip(before) {
            *byte ^= other;
        }
        clear.extend_from_slice(out.as_slice());
        before = *block;
    }
    Some(clear)
}
