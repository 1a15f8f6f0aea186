//! How serial numbers become keys, and keys buckets and records.

use super::{index, records};

/// Bits of a key at most.
const KEY_BITS: u32 = 64;
/// A bucket has so many entries on average, or up to twice as many.
const FEW: usize = 4;
/// A block has two to the power of this many entries on average, or more: the table of blocks stays small.
const BLOCK_BITS: u32 = 6;

/// How serial numbers become buckets and records.
///
/// A key stands in the upper bits of a word; its own upper bits are the number of its bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// Whether records hold all of a serial number that the bucket does not tell.
    pub(super) whole: bool,
    /// Bits of a key, all of them at the top of a word.
    key: u64,
    /// What a serial number must not have, if records hold all of it; everything, if they do not.
    outside: u64,
    /// Bits of a bucket's number, and all of them at the bottom of a word.
    bucket: u32,
    last: u64,
    /// How many bits of a key are in its record, those behind the bucket's number.
    pub(super) part: u32,
    /// Bits of a place.
    pub(super) place: u32,
    /// A block has two to the power of this many bytes.
    pub(super) block: u32,
}

impl Layout {
    /// For so many entries in so many bytes, with serial numbers of `longest` bytes at most.
    pub(super) fn new(bytes: usize, entries: usize, longest: usize) -> Self {
        let whole = longest <= size_of::<u64>();
        let key = if whole { u32::try_from(longest).unwrap_or(0).max(1) * 8 } else { KEY_BITS };
        let bucket = (entries / FEW).checked_ilog2().unwrap_or(0);
        // With fewer, too little of a record would be left for a place.
        let bucket = bucket.max(KEY_BITS - records::BITS + 1).min(key);
        let rest = key - bucket;
        let places = usize::BITS - bytes.leading_zeros();
        let part = if whole { rest } else { rest.min(records::BITS - places) };
        let (mut place, mut block) = (places, 0);
        if part + places > records::BITS {
            let blocks = (entries >> BLOCK_BITS).checked_ilog2().unwrap_or(0);
            place = (records::BITS - part).min(blocks.max(1));
            while bytes >> block >= 1 << place {
                block += 1;
            }
        }
        let outside = if whole { !(top(key) >> (KEY_BITS - key)) } else { u64::MAX };
        Self { whole, key: top(key), outside, bucket, last: (1 << bucket) - 1, part, place, block }
    }

    /// How many buckets there are.
    pub(super) fn buckets(self) -> usize {
        index(self.last) + 1
    }

    /// The key of a serial number; `None` for what no list of this layout holds.
    #[inline]
    pub(super) fn key(self, serial: &[u8]) -> Option<u64> {
        match self.common_key(serial) {
            None if self.whole => self.key_of(of_bytes(serial)?, serial),
            None => Some(hash(serial)),
            key => key,
        }
    }

    /// The key of a serial number that has four bytes or eight, if records hold all of it.
    #[inline]
    pub(super) fn common_key(self, serial: &[u8]) -> Option<u64> {
        let number = if let Ok(bytes) = <[u8; 4]>::try_from(serial) {
            u32::from_be_bytes(bytes).into()
        } else {
            u64::from_be_bytes(<[u8; 8]>::try_from(serial).ok()?)
        };
        self.key_of(number, serial)
    }

    /// The key of a serial number that is this number.
    #[inline]
    fn key_of(self, number: u64, serial: &[u8]) -> Option<u64> {
        let is_one = serial.first().is_some_and(|first| *first != 0) && number & self.outside == 0;
        is_one.then(|| stir(number, self.key))
    }

    /// The bucket of a key, and at the top of a word, the part of it that is in its record; what is below that part does not
    /// count.
    #[inline]
    pub(super) fn split(self, key: u64) -> (usize, u64) {
        let part = key.rotate_left(self.bucket);
        (index(part & self.last), part)
    }
}

/// The uppermost bits of a word, so many.
pub(super) const fn top(bits: u32) -> u64 {
    match bits {
        0 => 0,
        _ => u64::MAX << (KEY_BITS - bits),
    }
}

/// A serial number of up to eight bytes as a number.
#[inline(never)]
fn of_bytes(serial: &[u8]) -> Option<u64> {
    let number = || serial.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    (serial.len() <= size_of::<u64>()).then(number)
}

/// Odd numbers without pattern: the fractional parts of the golden ratio and of the square root of 3.
const MIX: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// Another number of so many bytes, at the top of a word: numbers in sequence come to stand far apart, and no two become one.
///
/// Of a product, the upper bytes hang on all of a number, the lower ones on little: these become the upper ones, and the second
/// product has them hang on all too.
#[inline]
pub(super) const fn stir(number: u64, within: u64) -> u64 {
    (number.wrapping_mul(MIX[0]).swap_bytes() & within).wrapping_mul(MIX[1])
}

/// A hash of a serial number of any length.
#[inline(never)]
fn hash(serial: &[u8]) -> u64 {
    let mut hash = MIX[1];
    let mut rest = serial;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        hash = stir(hash ^ u64::from_le_bytes(*word), u64::MAX);
        rest = after;
    }
    let mut word = 1;
    for byte in rest {
        word = (word << 8) | u64::from(*byte);
    }
    stir(hash ^ word, u64::MAX)
}
