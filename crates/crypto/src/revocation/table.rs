//! The table behind [`CrlIndex`](super::CrlIndex): whether a serial number is on the list, and where its entry stands.
//!
//! A serial number of up to eight bytes is a number of 64 bits. It is stirred in a way that could be undone; the upper bits
//! then choose one of about half as many buckets as there are entries, and all that is left of it is kept in a record (a quotient
//! and its remainder). So the record itself tells that a serial number is on the list, and the list is read only when
//! somebody asks what its entry says. The records of all buckets stand one after the other; sixteen buckets share a line
//! that counts them. What a record has left holds the place of the entry, or when that is little, the block it is in.
//!
//! A million entries take 6.4 MB with serial numbers of four bytes, of which a lookup reads 2.4, and 7.4 MB with longer ones.
//! Where a serial number of the list has more than eight bytes, a record holds part of a hash instead, and what it fits is
//! compared with the entry.

mod building;
mod layout;
mod records;

use super::entries::{Entry, serial_of};
use alloc::vec::Vec;
use core::ops::Range;
use layout::Layout;
use records::{FIRST, HEAD_BITS, Records};

/// Buckets of a line.
const BUCKETS: usize = 16;
/// The most records of a bucket; what finds it full goes to a list on the side.
const FULL: usize = 15;

/// Sixteen buckets.
#[derive(Clone, Copy, Default)]
struct Line {
    /// The number of the first record of the first bucket.
    base: u32,
    /// Four bits for each bucket: how many records it has. In bytes, so that a line takes twelve.
    counts: [u8; 8],
}

/// An entry that found its bucket full.
struct Aside {
    key: u64,
    place: usize,
}

/// An entry that is on the list. Where it stands is looked for when somebody asks what it says.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    table: &'a Table,
    bytes: &'a [u8],
    /// The number of its record.
    number: usize,
}

impl<'a> Found<'a> {
    /// The list from the entry on, or from where the block begins that it is in.
    pub(super) fn list(self) -> &'a [u8] {
        self.table.list_at(self.bytes, self.number)
    }
}

/// Where the entries of a CRL stand, by their serial numbers.
pub(super) struct Table {
    layout: Layout,
    lines: Vec<Line>,
    records: Records,
    /// Where the list of entries begins in the CRL.
    first: usize,
    /// Where the first entry of each block begins; none when records hold places.
    blocks: Vec<usize>,
    /// What found its bucket full, by key.
    aside: Vec<Aside>,
    length: usize,
}

impl Table {
    /// The number of entries.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// The bytes of memory that it takes.
    pub(super) const fn memory(&self) -> usize {
        self.lines.capacity() * size_of::<Line>()
            + self.records.memory()
            + self.blocks.capacity() * size_of::<usize>()
            + self.aside.capacity() * size_of::<Aside>()
    }

    /// The entry about this serial number.
    #[inline]
    pub(super) fn find<'a>(&'a self, bytes: &'a [u8], serial: &'a [u8]) -> Option<Entry<'a>> {
        let number = self.number(bytes, serial)?;
        Some(Entry::found(serial, Found { table: self, bytes, number }))
    }

    /// The number of the record about this serial number; those on the side are counted on.
    ///
    /// The way of most takes few steps: a processor that is done with them has the next lookup on its way while the answer to
    /// this one comes from memory.
    fn number(&self, bytes: &[u8], serial: &[u8]) -> Option<usize> {
        match self.layout.common_key(serial) {
            Some(key) => self.number_of(bytes, serial, key),
            None => self.number_of_other(bytes, serial),
        }
    }

    /// As [`Table::number`], for serial numbers of all lengths.
    #[inline(never)]
    fn number_of_other(&self, bytes: &[u8], serial: &[u8]) -> Option<usize> {
        self.number_of(bytes, serial, self.layout.key(serial)?)
    }

    /// As [`Table::number`], of a serial number with this key.
    #[inline]
    fn number_of(&self, bytes: &[u8], serial: &[u8], key: u64) -> Option<usize> {
        let (bucket, part) = self.layout.split(key);
        let line = self.lines.get(bucket / BUCKETS).copied().unwrap_or_default();
        let (start, count) = (line.start(bucket % BUCKETS), line.count(bucket % BUCKETS));
        let hits = self.records.hits(start, part) & below(count);
        if hits == 0 && count <= FIRST {
            return None;
        }
        self.records.approach(start);
        let number = start + index((hits.trailing_zeros() / HEAD_BITS).into());
        if hits != 0 && self.layout.whole && self.records.fits(number, part) {
            return Some(number);
        }
        self.number_further(bytes, serial, key)
    }

    /// As [`Table::number_of`], wherever the entry may be and however little of it is known.
    #[cold]
    #[inline(never)]
    fn number_further(&self, bytes: &[u8], serial: &[u8], key: u64) -> Option<usize> {
        let aside = || {
            let place = |aside: &Aside| (aside.key, serial_of(entry_at(bytes, aside.place)));
            self.aside.binary_search_by_key(&(key, serial), place).ok()
        };
        self.record(bytes, serial, key).or_else(|| Some(self.records.len() + aside()?))
    }

    /// The number of the first record in the bucket of this key that is about this serial number.
    fn record(&self, bytes: &[u8], serial: &[u8], key: u64) -> Option<usize> {
        let (mut bucket, part) = self.bucket(key);
        bucket.find(|&number| {
            self.records.is(number, part) && (self.layout.whole || self.recorded(bytes, number) == serial)
        })
    }

    /// The serial number that a record of a hash is about.
    fn recorded<'a>(&self, bytes: &'a [u8], number: usize) -> &'a [u8] {
        serial_of(self.list_at(bytes, number))
    }

    /// The records of the bucket of a key, and the part of it that is in its record.
    #[inline]
    fn bucket(&self, key: u64) -> (Range<usize>, u64) {
        let (bucket, part) = self.layout.split(key);
        (self.lines.get(bucket / BUCKETS).map_or(0..0, |line| line.bucket(bucket % BUCKETS)), part)
    }

    /// The list from the entry of this record on, or from where the block begins that it is in.
    fn list_at<'a>(&self, bytes: &'a [u8], number: usize) -> &'a [u8] {
        let place = match number.checked_sub(self.records.len()) {
            Some(aside) => self.aside.get(aside).map(|aside| aside.place),
            None if self.layout.block == 0 => Some(self.first + index(self.records.place(number))),
            None => self.blocks.get(index(self.records.place(number))).copied(),
        };
        place.map_or(&[], |place| entry_at(bytes, place))
    }
}

/// All bits of so many heads, at most of [`FIRST`]. Told by a table: a processor guesses whether a bucket is a large one, and
/// wrongly.
#[inline]
fn below(count: usize) -> u64 {
    const ALL: u64 = u64::MAX;
    const BITS: [u64; FULL + 1] =
        [0, ALL >> 48, ALL >> 32, ALL >> 16, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL];
    BITS.get(count % (FULL + 1)).copied().unwrap_or(0)
}

impl Line {
    fn new(base: u32, counts: u64) -> Self {
        Self { base, counts: counts.to_le_bytes() }
    }

    #[inline]
    fn counts(self) -> u64 {
        u64::from_le_bytes(self.counts)
    }

    /// The numbers of the records of a bucket.
    #[inline]
    fn bucket(self, number: usize) -> Range<usize> {
        let start = self.start(number);
        start..start + self.count(number)
    }

    /// The number of the first record of a bucket.
    #[inline]
    fn start(self, number: usize) -> usize {
        let before = self.counts() & !(u64::MAX << (4 * number));
        index(self.base.into()) + index(sum(before))
    }

    /// How many records a bucket has.
    #[inline]
    fn count(self, number: usize) -> usize {
        index(self.counts() >> (4 * number) & 15)
    }

    /// The numbers of the records of all buckets.
    fn records(self) -> Range<usize> {
        let start = index(self.base.into());
        start..start + index(sum(self.counts()))
    }

    /// As many records as the largest bucket has, or a few more.
    fn most(self) -> usize {
        const TOP: u64 = 0x8888_8888_8888_8888;
        let counts = self.counts();
        (0..4).find(|bit| counts << bit & TOP != 0).map_or(0, |bit| FULL >> bit)
    }
}

/// The sum of sixteen numbers of four bits; at most 240.
#[inline]
const fn sum(counts: u64) -> u64 {
    const EVERY_SECOND: u64 = 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (counts & EVERY_SECOND) + (counts >> 4 & EVERY_SECOND);
    pairs.wrapping_mul(0x0101_0101_0101_0101) >> 56
}

#[inline]
fn entry_at(bytes: &[u8], place: usize) -> &[u8] {
    bytes.get(place..).unwrap_or_default()
}

/// An index as the machine's; where that has fewer bits, no input is long enough to need more.
#[inline]
fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests;
