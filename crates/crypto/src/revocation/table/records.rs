//! The records of a [`Table`](super::Table): of each entry, what its bucket does not tell of its key, and its place.

use super::layout::{Layout, top};
use super::{Sought, index};
use alloc::vec;
use alloc::vec::Vec;
use core::hint::black_box;
use core::ops::Range;
use wide::u16x16;

/// Records that are looked at together: those of a bucket, and more.
const TOGETHER: usize = 16;
/// Bits of the head of a record.
const HEAD_BITS: u32 = u16::BITS;
/// The most bits of a record.
pub(super) const BITS: u32 = HEAD_BITS + u32::BITS + 10;
/// Where in the word of a record its tail begins.
const TAIL: u32 = u64::BITS - HEAD_BITS - u32::BITS;

/// A record is the upper part of a word: at its top a part of a key, and below a place. Heads, tails and what goes further
/// stand apart: what a lookup reads as a rule stays in the processor's cache.
pub(super) struct Records {
    heads: Vec<u16>,
    tails: Vec<u32>,
    /// Of each record, so many bits; none when heads and tails have room for all.
    further: Vec<u8>,
    width: u32,
    /// Where in a record all of a part stands.
    sure: Sure,
    /// Behind the head, the bits of the part.
    part: u64,
    /// The bits of a place.
    place: u64,
}

/// What of a record has to be like a part of a key, if it is to be of that part.
#[derive(Clone, Copy)]
enum Sure {
    Head,
    Tail,
    /// More than the tail: all of it, or the entry too.
    Further,
}

impl Records {
    /// So many records of this layout that are not filled.
    pub(super) fn new(count: usize, layout: &Layout) -> Self {
        let part = layout.part.saturating_sub(HEAD_BITS);
        let sure = match part {
            0 if layout.whole => Sure::Head,
            1..=u32::BITS if layout.whole => Sure::Tail,
            _ => Sure::Further,
        };
        let width = (part + layout.place).saturating_sub(u32::BITS);
        // What is read together may end behind the last record.
        let heads = if count == 0 { 0 } else { count + TOGETHER };
        let further =
            if width == 0 { 0 } else { (count * index(width.into())).div_ceil(8) + size_of::<u32>() };
        Self {
            heads: vec![0; heads],
            tails: vec![0; count],
            further: vec![0; further],
            width,
            sure,
            part: top(part) >> HEAD_BITS,
            place: (1 << layout.place) - 1,
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.tails.len()
    }

    /// The bytes of memory that they take.
    pub(super) const fn memory(&self) -> usize {
        self.heads.capacity() * size_of::<u16>()
            + self.tails.capacity() * size_of::<u32>()
            + self.further.capacity()
    }

    /// Of the records of a bucket, those whose head is of what is sought: a bit for each, the lowest for the first.
    ///
    /// All are looked at, whatever the first says: a processor that need not guess does not wait for the answer about one
    /// serial number before it asks for the next.
    #[inline]
    pub(super) fn hits(&self, sought: &Sought) -> u32 {
        let heads = self.heads.get(sought.start..sought.start + TOGETHER);
        let Some(heads) = heads.and_then(|heads| <[u16; TOGETHER]>::try_from(heads).ok()) else { return 0 };
        let alike = u16x16::new(heads).simd_eq(u16x16::splat(head_of(sought.part)));
        alike.to_bitmask() & !(u32::MAX << (sought.count % TOGETHER))
    }

    /// The first of these hits, if it is seen at once that all of its record is of what is sought.
    #[inline]
    pub(super) fn sure(&self, sought: &Sought, hits: u32) -> Option<usize> {
        let number = || sought.start + index(hits.trailing_zeros().into());
        match self.sure {
            Sure::Head => Some(number()),
            Sure::Tail => {
                // Where the tails of the bucket begin is read before the heads have told which is wanted: both are then on
                // their way into the processor's cache at once.
                black_box(self.tails.get(sought.start).map_or(0, |tail| *tail));
                let number = number();
                let apart = u64::from(*self.tails.get(number)?) << TAIL ^ sought.part;
                (apart & self.part == 0).then_some(number)
            }
            Sure::Further => None,
        }
    }

    /// Whether a record is of this part of a key.
    #[inline]
    pub(super) fn is(&self, number: usize, part: u64) -> bool {
        self.head(number) == head_of(part) && (self.body(number) ^ part) & self.part == 0
    }

    /// Whether two records are of one part of a key.
    pub(super) fn are_alike(&self, one: usize, other: usize) -> bool {
        self.head(one) == self.head(other) && (self.body(one) ^ self.body(other)) & self.part == 0
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
        self.body(number) >> (TAIL - self.width) & self.place
    }

    /// Fills a record that was not filled before. Heads and tails are written without being read: what is not near is then not
    /// waited for.
    #[inline]
    pub(super) fn set(&mut self, number: usize, part: u64, place: u64) {
        let body = part & self.part | place << (TAIL - self.width);
        if let Some(head) = self.heads.get_mut(number) {
            *head = head_of(part);
        }
        let [a, b, tail @ .., _, _] = body.to_le_bytes();
        if let Some(to) = self.tails.get_mut(number) {
            *to = u32::from_le_bytes(tail);
        }
        let (at, shift) = self.further_at(number);
        if let Some(window) = self.further.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            let further = u32::from(u16::from_le_bytes([a, b])) >> (TAIL - self.width) << shift;
            *window = (u32::from_le_bytes(*window) | further).to_le_bytes();
        }
    }

    /// The byte and the bit of it where the further bits of a record begin.
    #[inline]
    fn further_at(&self, number: usize) -> (usize, u32) {
        let bit = number * index(self.width.into());
        (bit / 8, u32::try_from(bit % 8).unwrap_or(0))
    }

    #[inline]
    fn head(&self, number: usize) -> u16 {
        self.heads.get(number).copied().unwrap_or(0)
    }

    /// What stands in a record besides its head.
    #[inline]
    fn body(&self, number: usize) -> u64 {
        let tail = self.tails.get(number).copied().unwrap_or(0);
        let (at, shift) = self.further_at(number);
        let window = self
            .further
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |window| u32::from_le_bytes(*window));
        let further = u64::from(window >> shift) & ((1 << self.width) - 1);
        u64::from(tail) << TAIL | further << (TAIL - self.width)
    }
}

/// The head of a record of this part of a key.
#[inline]
const fn head_of(part: u64) -> u16 {
    let [.., a, b] = part.to_le_bytes();
    u16::from_le_bytes([a, b])
}
