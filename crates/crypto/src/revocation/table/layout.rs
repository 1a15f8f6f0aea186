//! How serial numbers become keys, and keys buckets and records.

use super::{index, records};

/// Bits of a key at most.
const KEY_BITS: u32 = 64;
/// A block has two to the power of this many entries on average, or more: the table of blocks stays small.
const BLOCK_BITS: u32 = 6;

/// How serial numbers become buckets and records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// Whether records hold all of a serial number that the bucket does not tell.
    pub(super) whole: bool,
    /// A key, and of it, what does not choose the bucket.
    pub(super) key: Low,
    pub(super) rest: Low,
    /// The part of a key that is in its record.
    pub(super) part: Low,
    /// Bits of a place.
    pub(super) place: u32,
    /// A block has two to the power of this many bytes.
    pub(super) block: u32,
}

/// The low bits of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Low {
    pub(super) bits: u32,
    pub(super) mask: u64,
}

impl Low {
    pub(super) const fn new(bits: u32) -> Self {
        let above = if bits < KEY_BITS { u64::MAX << bits } else { 0 };
        Self { bits, mask: !above }
    }
}

impl Layout {
    /// For so many entries in so many bytes, with serial numbers of `longest` bytes at most.
    pub(super) fn new(bytes: usize, entries: usize, longest: usize) -> Self {
        let whole = longest <= size_of::<u64>();
        let key = if whole { u32::try_from(longest).unwrap_or(0).max(1) * 8 } else { KEY_BITS };
        let bucket = (entries - entries / 4).checked_ilog2().unwrap_or(0);
        // With fewer, too little of a record would be left for a place.
        let bucket = bucket.max(KEY_BITS - records::BITS + 1).min(key);
        let rest = key - bucket;
        let places = usize::BITS - bytes.leading_zeros();
        let part = if whole { rest } else { rest.min(records::BITS - places) };
        let (mut place, mut block) = (places, 0);
        if part + places > records::BITS {
            place = (records::BITS - part).min(bucket.saturating_sub(BLOCK_BITS).max(1));
            while bytes >> block >= 1 << place {
                block += 1;
            }
        }
        let [key, rest, part] = [key, rest, part].map(Low::new);
        Self { whole, key, rest, part, place, block }
    }

    /// How many buckets there are.
    pub(super) const fn buckets(self) -> usize {
        1 << (self.key.bits - self.rest.bits)
    }

    /// The key of a serial number; `None` for what no list of this layout holds.
    #[inline]
    pub(super) fn key(self, serial: &[u8]) -> Option<u64> {
        if !self.whole {
            return Some(hash(serial));
        }
        let number = number(serial)?;
        (number & !self.key.mask == 0).then(|| stir(number, self.key))
    }

    /// The key of a serial number that has four bytes or eight, if records hold all of it.
    #[inline]
    pub(super) fn common_key(self, serial: &[u8]) -> Option<u64> {
        let number = if let Ok(bytes) = <[u8; 8]>::try_from(serial) {
            u64::from_be_bytes(bytes)
        } else {
            u32::from_be_bytes(serial.try_into().ok()?).into()
        };
        let is_one = self.whole && number & !self.key.mask == 0 && serial.first() != Some(&0);
        is_one.then(|| stir(number, self.key))
    }

    /// The bucket of a key, and the part of it that is in its record.
    #[inline]
    pub(super) fn split(self, key: u64) -> (usize, u64) {
        (index(key >> self.rest.bits), key & self.part.mask)
    }
}

/// A serial number of one to eight bytes without leading zeros, as a number.
#[inline]
fn number(serial: &[u8]) -> Option<u64> {
    let number = if let Ok(bytes) = <[u8; 4]>::try_from(serial) {
        u32::from_be_bytes(bytes).into()
    } else if let Ok(bytes) = <[u8; 8]>::try_from(serial) {
        u64::from_be_bytes(bytes)
    } else if serial.len() < 8 {
        of_bytes(serial)
    } else {
        return None;
    };
    serial.first().is_some_and(|first| *first != 0).then_some(number)
}

#[inline(never)]
fn of_bytes(serial: &[u8]) -> u64 {
    serial.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Odd numbers without pattern: the fractional parts of the golden ratio and of the square root of 3.
const MIX: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// Another number of so many bits: numbers in sequence come to stand far apart, and no two become one.
#[inline]
pub(super) const fn stir(number: u64, within: Low) -> u64 {
    let product = number.wrapping_mul(MIX[0]) & within.mask;
    (product ^ product >> (within.bits / 2)).wrapping_mul(MIX[1]) & within.mask
}

/// A hash of a serial number of any length.
#[inline(never)]
fn hash(serial: &[u8]) -> u64 {
    const ALL: Low = Low::new(KEY_BITS);
    let mut hash = MIX[1];
    let mut rest = serial;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        hash = stir(hash ^ u64::from_le_bytes(*word), ALL);
        rest = after;
    }
    let mut word = 1;
    for byte in rest {
        word = (word << 8) | u64::from(*byte);
    }
    stir(hash ^ word, ALL)
}
