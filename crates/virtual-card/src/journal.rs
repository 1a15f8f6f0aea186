//! The journal behind the image in a card file: one record of 64 bytes for each change of a reference.
//!
//! A record is 32 bytes of meaning and their SHA-256 together with the image's checksum, so a record neither fits
//! another image nor another place in the journal.

use mynumber_applet::PinId;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::codes;
use crate::format::{BLOCK, Contents, FormatError, FormatErrorKind};
use crate::image::{Image, Reference, VALUE_MAX};

const MEANING: usize = BLOCK / 2;
const TRIES: u8 = 1;
const VALUE: u8 = 2;
const BLOCKED: u8 = 3;

/// A change of one reference.
pub(crate) enum Change<'a> {
    /// The tries left.
    Tries(PinId, u8),
    /// A new value, with all its tries.
    Value(PinId, &'a [u8]),
    /// No value any more, and no tries.
    Blocked(PinId),
}

/// One record, ready to be written as number `sequence` behind the image with this checksum.
pub(crate) fn record(hash: &[u8; 32], sequence: u64, change: &Change<'_>) -> Zeroizing<[u8; BLOCK]> {
    let (kind, pin, left, value) = match change {
        Change::Tries(pin, left) => (TRIES, *pin, *left, [].as_slice()),
        Change::Value(pin, value) => (VALUE, *pin, 0, *value),
        Change::Blocked(pin) => (BLOCKED, *pin, 0, [].as_slice()),
    };
    let [application, high, low] = codes::pin_code(pin);
    let mut out = Zeroizing::new([0; BLOCK]);
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    let meaning = [kind, application, high, low, left, length].into_iter();
    let padded = value.iter().copied().chain(std::iter::repeat(0)).take(VALUE_MAX);
    let tail = [0, 0].into_iter().chain(sequence.to_be_bytes());
    for (to, from) in out.iter_mut().zip(meaning.chain(padded).chain(tail)) {
        *to = from;
    }
    let check = checksum(hash, out.first_chunk().unwrap_or(&[0; MEANING]));
    for (to, from) in out.iter_mut().skip(MEANING).zip(check) {
        *to = from;
    }
    out
}

fn checksum(hash: &[u8; 32], meaning: &[u8; MEANING]) -> [u8; 32] {
    Sha256::new_with_prefix(hash).chain_update(meaning).finalize().into()
}

/// Applies the journal to the image and returns the number of its records.
///
/// A last record that is cut off, or whose bytes are all zero, is what a power cut leaves: it was never answered for,
/// and it is passed over. Anything else that is wrong is damage.
pub(crate) fn replay(bytes: &[u8], contents: &mut Contents) -> Result<u64, FormatError> {
    let journal = bytes.get(contents.journal_at..).unwrap_or_default();
    let mut sequence = 0;
    let mut position = contents.journal_at;
    let (blocks, _torn) = journal.as_chunks::<BLOCK>();
    for (index, block) in blocks.iter().enumerate() {
        let last = index + 1 == blocks.len();
        if last && block.iter().all(|byte| *byte == 0) {
            break;
        }
        let damaged = FormatError::new(FormatErrorKind::Damaged, position);
        let (meaning, check) = block.split_first_chunk::<MEANING>().ok_or(damaged)?;
        if checksum(&contents.hash, meaning) != *check {
            return Err(damaged);
        }
        apply(meaning, sequence, &mut contents.image)
            .ok_or(FormatError::new(FormatErrorKind::BadValue, position))?;
        sequence += 1;
        position += BLOCK;
    }
    Ok(sequence)
}

fn apply(meaning: &[u8; MEANING], sequence: u64, image: &mut Image) -> Option<()> {
    let [kind, application, high, low, left, length, rest @ ..] = meaning;
    let (value, rest) = rest.split_first_chunk::<VALUE_MAX>()?;
    if *rest.last_chunk::<8>()? != sequence.to_be_bytes() {
        return None;
    }
    let pin = codes::pin_of([*application, *high, *low])?;
    let reference = image.references.get_mut(&pin)?;
    match *kind {
        TRIES => reference.set_left(*left),
        VALUE => *reference = Reference::new(value.get(..usize::from(*length))?, reference.limit()).ok()?,
        BLOCKED => *reference = reference.without_value(),
        _ => return None,
    }
    Some(())
}
