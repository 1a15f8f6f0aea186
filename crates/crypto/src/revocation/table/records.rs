//! The records of a [`Table`](super::Table): of each entry, what its bucket does not tell of its key, and its place.

use super::layout::Low;
use alloc::vec;
use alloc::vec::Vec;
use core::hint::black_box;
use core::ops::Range;

/// Records that are looked at together. Few buckets have more.
pub(super) const FIRST: usize = 4;
/// Bits of the head of a record, and the most bits of all of it.
pub(super) const HEAD_BITS: u32 = u16::BITS;
pub(super) const BITS: u32 = HEAD_BITS + 40;

/// Heads and tails stand apart: what a lookup reads as a rule stays in the processor's cache.
pub(super) struct Records {
    /// Of each part of a key, the low bits.
    heads: Vec<u16>,
    /// The other bits of the part, and above them a place.
    tails: Vec<u8>,
    /// Bytes of a tail.
    width: usize,
    /// What of a tail is of the key.
    rest: Low,
    /// All of a tail.
    tail: Low,
}

impl Records {
    /// So many records that are not filled, of parts and places of so many bits.
    pub(super) fn new(count: usize, part: u32, place: u32) -> Self {
        let rest = part.saturating_sub(HEAD_BITS);
        let bytes = (rest + place).div_ceil(8);
        let width = usize::try_from(bytes).unwrap_or(0);
        // What is read together may end behind the last record.
        let (heads, tails) = match count {
            0 => (Vec::new(), Vec::new()),
            _ => (vec![0; count + FIRST], vec![0; count * width + size_of::<u64>()]),
        };
        Self { heads, tails, width, rest: Low::new(rest), tail: Low::new(bytes * 8) }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.heads.len().saturating_sub(FIRST)
    }

    /// The bytes of memory that they take.
    pub(super) const fn memory(&self) -> usize {
        self.heads.capacity() * size_of::<u16>() + self.tails.capacity()
    }

    /// Of the four records from this one on, those whose head is of this part of a key: the uppermost of sixteen bits each.
    ///
    /// All are looked at, whatever the first says: a processor that need not guess does not wait for the answer about one
    /// serial number before it asks for the next.
    #[inline]
    pub(super) fn hits(&self, from: usize, part: u64) -> u64 {
        const LOW: u64 = 0x7FFF_7FFF_7FFF_7FFF;
        let heads = self.heads.get(from..from + FIRST).and_then(|heads| <[u16; FIRST]>::try_from(heads).ok());
        let [a, b, c, d] = heads.unwrap_or_default().map(u64::from);
        let heads = a | b << 16 | c << 32 | d << 48;
        // Nought where they are alike.
        let apart = heads ^ (u64::from(head_of(part)) * 0x0001_0001_0001_0001);
        !(((apart & LOW) + LOW) | apart | LOW)
    }

    /// Whether a record whose head is of this part of a key is all of this part.
    #[inline]
    pub(super) fn fits(&self, number: usize, part: u64) -> bool {
        self.rest.bits == 0 || (self.tail(number) ^ part >> HEAD_BITS) & self.rest.mask == 0
    }

    /// Whether a record is of this part of a key.
    #[inline]
    pub(super) fn is(&self, number: usize, part: u64) -> bool {
        self.head(number) == head_of(part) && self.fits(number, part)
    }

    /// Reads where the tails of a bucket begin, if one of them will be wanted. Which one, the heads tell; both are then on
    /// their way into the processor's cache at once.
    #[inline]
    pub(super) fn approach(&self, first: usize) {
        if self.rest.bits != 0 {
            black_box(self.tails.get(first * self.width).map_or(0, |byte| *byte));
        }
    }

    /// Whether two records are of one part of a key.
    pub(super) fn are_alike(&self, one: usize, other: usize) -> bool {
        self.head(one) == self.head(other) && (self.tail(one) ^ self.tail(other)) & self.rest.mask == 0
    }

    /// Whether two of these heads, of which fewer than `apart` stand between, are alike.
    pub(super) fn has_alike(&self, records: Range<usize>, apart: usize) -> bool {
        let heads = self.heads.get(records).unwrap_or_default();
        (1..apart).any(|apart| {
            let later = heads.get(apart..).unwrap_or_default();
            heads.iter().zip(later).fold(false, |alike, (head, later)| alike | (head == later))
        })
    }

    /// The place in a record.
    #[inline]
    pub(super) fn place(&self, number: usize) -> u64 {
        (self.tail(number) & self.tail.mask) >> self.rest.bits
    }

    /// Fills a record.
    #[inline]
    pub(super) fn set(&mut self, number: usize, part: u64, place: u64) {
        if let Some(head) = self.heads.get_mut(number) {
            *head = head_of(part);
        }
        // Written without being read: what is not near is then not waited for.
        let tail = (part >> HEAD_BITS | place << self.rest.bits).to_le_bytes();
        let to = self.tails.get_mut(number * self.width..).unwrap_or_default();
        match self.width {
            4 => copy::<4>(to, &tail),
            5 => copy::<5>(to, &tail),
            _ => to.iter_mut().zip(tail).take(self.width).for_each(|(to, byte)| *to = byte),
        }
    }

    #[inline]
    pub(super) fn head(&self, number: usize) -> u16 {
        self.heads.get(number).copied().unwrap_or(0)
    }

    /// A tail, and above it bytes of the next.
    #[inline]
    fn tail(&self, number: usize) -> u64 {
        let at = number * self.width;
        let bytes = self.tails.get(at..at + size_of::<u64>()).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    }
}

#[inline]
fn copy<const WIDTH: usize>(to: &mut [u8], from: &[u8; 8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<WIDTH>(), from.first_chunk::<WIDTH>()) {
        *to = *from;
    }
}

#[inline]
const fn head_of(part: u64) -> u16 {
    let [a, b, ..] = part.to_le_bytes();
    u16::from_le_bytes([a, b])
}
