//! The table behind [`CrlIndex`](super::CrlIndex): whether a serial number is on the list, and where its entry stands.
//!
//! A serial number of up to eight bytes is a number of 64 bits. It is stirred in a way that could be undone; the upper bits
//! then choose one of the buckets, which have four to eight entries on average, and all that is left of it is kept in a record (a
//! quotient and its remainder). So the record itself tells that a serial number is on the list, and the list is read only when
//! somebody asks what its entry says. The records of all buckets stand one after the other; sixteen buckets share a line
//! that tells where they begin, few enough lines to stay in the processor's cache. What a record has left holds the place of the
//! entry, or when that is little, the block it is in.
//!
//! A million entries take 6.2 MB with serial numbers of four bytes, of which a lookup reads 2.2, and 7.4 MB with longer ones, of
//! which it reads 6.2. Where a serial number of the list has more than eight bytes, a record holds part of a hash instead, and
//! what it fits is compared with the entry.

mod building;
mod layout;
mod records;

use super::entries::{Entry, serial_of};
use alloc::vec::Vec;
use core::ops::Range;
use layout::Layout;
use records::Records;

/// Buckets of a line.
const BUCKETS: usize = 16;
/// The most records of a bucket; what finds it full goes to a list on the side. Sixteen full ones are counted in a byte.
const FULL: usize = 15;

/// Sixteen buckets. All of its fields are bytes, so that it takes no more than these.
#[derive(Clone, Copy, Default)]
struct Line {
    /// The number of the first record of the first bucket.
    base: [u8; 4],
    /// Counted from there, where each bucket begins; at last, where the last one ends.
    starts: [u8; BUCKETS + 1],
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

/// Where the record of a key would be.
struct Sought {
    /// The number of the first record of its bucket, and how many are there.
    start: usize,
    count: usize,
    /// The part of the key that would be in its record.
    part: u64,
}

/// What a look at the records tells of a serial number.
enum Glance {
    /// The number of its record.
    Here(usize),
    Absent,
    /// Nothing yet.
    Unsure,
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
        let number = match self.glance(serial) {
            Glance::Here(number) => number,
            Glance::Absent => return None,
            Glance::Unsure => self.number(bytes, serial)?,
        };
        Some(Entry::found(serial, Found { table: self, bytes, number }))
    }

    /// What few steps tell, of most serial numbers all: a processor that is done with them has the next lookups on their way
    /// while the answer to this one comes from memory.
    fn glance(&self, serial: &[u8]) -> Glance {
        let Some(key) = self.layout.common_key(serial) else { return Glance::Unsure };
        let sought = self.sought(key);
        let hits = self.records.hits(&sought);
        if hits != 0 {
            return self.records.sure(&sought, hits).map_or(Glance::Unsure, Glance::Here);
        }
        if sought.count < FULL { Glance::Absent } else { Glance::Unsure }
    }

    /// The number of the record about this serial number, wherever it may be and however little of it is known; those on the
    /// side are counted on.
    #[inline(never)]
    fn number(&self, bytes: &[u8], serial: &[u8]) -> Option<usize> {
        let key = self.layout.key(serial)?;
        let sought = self.sought(key);
        self.record(bytes, serial, &sought).or_else(|| {
            let place = |aside: &Aside| (aside.key, serial_of(entry_at(bytes, aside.place)));
            let aside = match sought.count {
                FULL => self.aside.binary_search_by_key(&(key, serial), place).ok()?,
                _ => return None,
            };
            Some(self.records.len() + aside)
        })
    }

    /// The number of the first record there that is about this serial number.
    fn record(&self, bytes: &[u8], serial: &[u8], sought: &Sought) -> Option<usize> {
        let mut hits = self.records.hits(sought);
        while hits != 0 {
            let number = sought.start + index(hits.trailing_zeros().into());
            if self.records.is(number, sought.part)
                && (self.layout.whole || self.recorded(bytes, number) == serial)
            {
                return Some(number);
            }
            hits &= hits - 1;
        }
        None
    }

    /// Where the record of a key would be.
    #[inline]
    fn sought(&self, key: u64) -> Sought {
        let (bucket, part) = self.layout.split(key);
        let line = self.lines.get(bucket / BUCKETS);
        let (start, count) = line.map_or((0, 0), |line| line.bucket(bucket % BUCKETS));
        Sought { start, count, part }
    }

    /// The serial number that a record of a hash is about.
    fn recorded<'a>(&self, bytes: &'a [u8], number: usize) -> &'a [u8] {
        serial_of(self.list_at(bytes, number))
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

impl Line {
    /// Buckets with so many records each.
    fn new(base: u32, counts: &[u8; BUCKETS]) -> Self {
        let (mut starts, mut end) = ([0; BUCKETS + 1], 0);
        for (start, count) in starts.iter_mut().skip(1).zip(counts) {
            end += count;
            *start = end;
        }
        Self { base: base.to_le_bytes(), starts }
    }

    /// The number of the first record of a bucket, and how many it has.
    #[inline]
    fn bucket(&self, number: usize) -> (usize, usize) {
        let [start, end] =
            [0, 1].map(|next| usize::from(self.starts.get(number % BUCKETS + next).copied().unwrap_or(0)));
        (index(u32::from_le_bytes(self.base).into()) + start, end.wrapping_sub(start))
    }

    /// The numbers of the records of all buckets.
    fn records(&self) -> Range<usize> {
        let (start, [.., count]) = (self.bucket(0).0, self.starts);
        start..start + usize::from(count)
    }

    /// As many records as the largest bucket has.
    fn most(&self) -> usize {
        (0..BUCKETS).map(|number| self.bucket(number).1).max().unwrap_or(0)
    }
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
