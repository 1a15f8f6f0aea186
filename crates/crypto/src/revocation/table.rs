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

use super::entries::{Checked, Entry, Walker, serial_of};
use super::records::{self, FIRST, Records};
use crate::asn1::{Error, ErrorKind, Field, Object};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// Buckets of a line.
const BUCKETS: usize = 16;
/// The most records of a bucket; what finds it full goes to a list on the side.
const FULL: usize = 15;
/// Bits of a key at most.
const KEY_BITS: u32 = 64;
/// A block has two to the power of this many entries on average, or more: the table of blocks stays small.
const BLOCK_BITS: u32 = 6;
/// The first entries of a list, from which its layout is guessed.
const SAMPLE: usize = 64;
/// Entries that are put in together.
const TOGETHER: usize = 64;

/// Sixteen buckets.
#[derive(Clone, Copy, Default)]
struct Line {
    /// The number of the first record of the first bucket.
    base: u32,
    /// Four bits for each bucket: how many records it has. In two halves, so that a line takes twelve bytes.
    counts: [u32; 2],
}

/// An entry on its way into its bucket.
#[derive(Clone, Copy, Default)]
struct Waiting {
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
        self.table.list_at(self.bytes, self.table.records.place(self.number))
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
    aside: Vec<Waiting>,
    length: usize,
}

impl Table {
    /// Reads all entries and makes the table of them.
    ///
    /// # Errors
    /// [`Error`] of the first entry that is malformed, and then [`ErrorKind::DuplicateSerial`].
    pub(super) fn build(bytes: &[u8], walker: Walker<'_>) -> Result<Self, Error> {
        // Of lists whose entries are alike, the first tell what all need.
        let (mut sample, mut longest) = (walker, 0);
        let mut entries = 0;
        while entries < SAMPLE
            && let Some(serial) = sample.next_serial()?
        {
            (entries, longest) = (entries + 1, longest.max(serial.len()));
        }
        let read = (walker.length() - sample.length()).max(1);
        let guessed = walker.length().saturating_mul(entries) / read;
        let mut table = Self::new(walker, guessed, longest);
        let (mut entries, mut strict) = (0, walker);
        while let Some((serial, place)) = strict.next_entry()? {
            (entries, longest) = (entries + 1, longest.max(serial.len()));
            table.count(serial, place);
        }
        let layout = Layout::new(walker.length(), entries, longest);
        if layout != table.layout {
            table = Self::new(walker, entries, longest);
            walker.checked().for_each(|(serial, place)| table.count(serial, place));
        }
        table.length = entries;
        table.fill(bytes, walker.checked())?;
        Ok(table)
    }

    /// An empty table for so many entries.
    fn new(walker: Walker<'_>, entries: usize, longest: usize) -> Self {
        let bytes = walker.length();
        let layout = Layout::new(bytes, entries, longest);
        let lines = if entries == 0 { 0 } else { layout.buckets().div_ceil(BUCKETS) };
        let blocks = if layout.block == 0 { 0 } else { (bytes >> layout.block) + 1 };
        Self {
            layout,
            lines: vec![Line::default(); lines],
            records: Records::new(0, 0, 0),
            first: walker.position(),
            blocks: vec![usize::MAX; blocks],
            aside: Vec::new(),
            length: entries,
        }
    }

    /// The number of entries.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// The bytes of memory that it takes.
    pub(super) const fn memory(&self) -> usize {
        self.lines.capacity() * size_of::<Line>()
            + self.records.memory()
            + self.blocks.capacity() * size_of::<usize>()
            + self.aside.capacity() * size_of::<Waiting>()
    }

    /// The entry about this serial number.
    #[inline]
    pub(super) fn find<'a>(&'a self, bytes: &'a [u8], serial: &'a [u8]) -> Option<Entry<'a>> {
        let key = self.layout.key(serial)?;
        let (bucket, part) = self.bucket(key);
        let hits = self.records.hits(bucket.start, part) & below(bucket.len());
        if hits == 0 && bucket.len() <= FIRST {
            return None;
        }
        let number = bucket.start + index(hits.trailing_zeros().into());
        if hits != 0 && self.layout.whole && self.records.fits(number, part) {
            return Some(Entry::found(serial, Found { table: self, bytes, number }));
        }
        self.find_further(bytes, serial, key)
    }

    /// As [`Table::find`], wherever the entry may be and however little of it is known.
    #[cold]
    #[inline(never)]
    fn find_further<'a>(&'a self, bytes: &'a [u8], serial: &'a [u8], key: u64) -> Option<Entry<'a>> {
        let (bucket, part) = self.bucket(key);
        for number in bucket.filter(|number| self.records.is(*number, part)) {
            let from_here = self.list_at(bytes, self.records.place(number));
            if self.layout.whole || serial_of(from_here) == serial {
                return Some(Entry::new(serial, from_here));
            }
        }
        let begin = self.aside.partition_point(|aside| aside.key < key);
        let rest = self.aside.get(begin..).unwrap_or_default();
        rest.iter()
            .take_while(|aside| aside.key == key)
            .map(|aside| entry_at(bytes, aside.place))
            .find(|from_here| serial_of(from_here) == serial)
            .map(|from_here| Entry::new(serial, from_here))
    }

    /// The records of the bucket of a key, and the part of it that is in its record.
    #[inline]
    fn bucket(&self, key: u64) -> (Range<usize>, u64) {
        let (bucket, part) = self.layout.split(key);
        (self.lines.get(bucket / BUCKETS).map_or(0..0, |line| line.bucket(bucket % BUCKETS)), part)
    }

    /// The list from the entry at this place on, or from where the block begins that the entry is in.
    #[inline]
    fn list_at<'a>(&self, bytes: &'a [u8], place: u64) -> &'a [u8] {
        let number = index(place);
        let place = if self.layout.block == 0 {
            self.first + number
        } else {
            self.blocks.get(number).copied().unwrap_or(usize::MAX)
        };
        entry_at(bytes, place)
    }
}

/// Making it.
impl Table {
    /// Puts all entries in.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    fn fill(&mut self, bytes: &[u8], mut entries: Checked<'_>) -> Result<(), Error> {
        self.share_out();
        // Four bits for each bucket, as in its line: how many of its records are filled.
        let mut filled = vec![0; self.lines.len()];
        let mut batch = [Waiting::default(); TOGETHER];
        loop {
            let mut length = 0;
            for (waiting, (serial, place)) in batch.iter_mut().zip(&mut entries) {
                *waiting = Waiting { key: self.layout.key(serial).unwrap_or(0), place };
                length += 1;
            }
            let batch = batch.get(..length).unwrap_or_default();
            let buckets = self.touch(batch);
            for (waiting, bucket) in batch.iter().zip(buckets) {
                self.put(bytes, *waiting, bucket, &mut filled)?;
            }
            if length < TOGETHER {
                return self.settle_aside(bytes);
            }
        }
    }

    /// Counts an entry for its bucket.
    #[inline]
    fn count(&mut self, serial: &[u8], place: usize) {
        // Of a longer serial number than the layout is for: everything is counted again then.
        let (bucket, _) = self.layout.split(self.layout.key(serial).unwrap_or(0));
        if let Some(line) = self.lines.get_mut(bucket / BUCKETS) {
            line.add(bucket % BUCKETS);
        }
        if let Some(block) = self.blocks.get_mut((place - self.first) >> self.layout.block) {
            *block = place.min(*block);
        }
    }

    /// Gives every bucket as many records as were counted for it.
    fn share_out(&mut self) {
        let mut base = 0;
        for line in &mut self.lines {
            line.base = base;
            base += u32::try_from(sum(line.counts())).unwrap_or(0);
        }
        if base != 0 {
            self.records = Records::new(index(base.into()), self.layout.part.bits, self.layout.place);
        }
    }

    /// The records of the buckets of these entries, which are anywhere in memory. All are read here: in loops that do
    /// nothing else, many accesses are on their way at once.
    fn touch(&self, batch: &[Waiting]) -> [Range<usize>; TOGETHER] {
        let key = |number: usize| batch.get(number).map_or(0, |waiting| waiting.key);
        let buckets: [_; TOGETHER] = core::array::from_fn(|number| self.bucket(key(number)).0);
        core::hint::black_box(buckets.iter().fold(0, |all, bucket| all ^ self.records.head(bucket.start)));
        buckets
    }

    /// Puts an entry into its bucket.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    #[inline]
    fn put(
        &mut self,
        bytes: &[u8],
        waiting: Waiting,
        bucket: Range<usize>,
        filled: &mut [u64],
    ) -> Result<(), Error> {
        let (number, part) = self.layout.split(waiting.key);
        let Some(counts) = filled.get_mut(number / BUCKETS) else { return Ok(()) };
        let shift = number % BUCKETS * 4;
        let free = bucket.start + index(*counts >> shift & 15);
        let filled = bucket.start..free;
        if filled.len() > FIRST || self.records.hits(filled.start, part) & below(filled.len()) != 0 {
            self.check_new(bytes, waiting, filled)?;
        }
        if free == bucket.end {
            self.aside.push(waiting);
            return Ok(());
        }
        *counts += 1 << shift;
        let block = (waiting.place - self.first) >> self.layout.block;
        self.records.set(free, part, u64::try_from(block).unwrap_or(0));
        Ok(())
    }

    /// Checks that none of these records is about the serial number of this entry.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    #[cold]
    #[inline(never)]
    fn check_new(&self, bytes: &[u8], waiting: Waiting, records: Range<usize>) -> Result<(), Error> {
        let (_, part) = self.layout.split(waiting.key);
        let serial = serial_of(entry_at(bytes, waiting.place));
        for number in records.filter(|number| self.records.is(*number, part)) {
            let recorded = self.list_at(bytes, self.records.place(number));
            if self.layout.whole || serial_of(recorded) == serial {
                return Err(duplicate(waiting.place));
            }
        }
        Ok(())
    }

    /// Sorts what found its bucket full. Two of one serial number are both among these or met when they were put in.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    fn settle_aside(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let serial = |aside: &Waiting| serial_of(entry_at(bytes, aside.place));
        self.aside.sort_unstable_by(|a, b| a.key.cmp(&b.key).then_with(|| serial(a).cmp(serial(b))));
        for pair in self.aside.windows(2) {
            if let [first, second] = pair
                && first.key == second.key
                && serial(first) == serial(second)
            {
                return Err(duplicate(first.place.max(second.place)));
            }
        }
        self.aside.shrink_to_fit();
        Ok(())
    }
}

/// A bit for each of so many records.
#[inline]
const fn below(count: usize) -> u32 {
    (1 << count) - 1
}

impl Line {
    #[inline]
    fn counts(self) -> u64 {
        let [low, high] = self.counts;
        u64::from(low) | u64::from(high) << 32
    }

    /// The numbers of the records of a bucket.
    #[inline]
    fn bucket(self, number: usize) -> Range<usize> {
        let counts = self.counts() >> (4 * number);
        let before = self.counts() ^ counts << (4 * number);
        let start = index(self.base.into()) + index(sum(before));
        start..start + index(counts & 15)
    }

    /// One record more for a bucket that is not full.
    #[inline]
    fn add(&mut self, number: usize) {
        let more = u64::from(self.bucket(number).len() < FULL);
        let [a, b, c, d, e, f, g, h] = (self.counts() + (more << (4 * number))).to_le_bytes();
        self.counts = [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])];
    }
}

/// The sum of sixteen numbers of four bits; at most 240.
#[inline]
const fn sum(counts: u64) -> u64 {
    const EVERY_SECOND: u64 = 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (counts & EVERY_SECOND) + (counts >> 4 & EVERY_SECOND);
    pairs.wrapping_mul(0x0101_0101_0101_0101) >> 56
}

/// How serial numbers become buckets and records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Layout {
    /// Whether records hold all of a serial number that the bucket does not tell.
    whole: bool,
    /// A key, and of it, what does not choose the bucket.
    key: Low,
    rest: Low,
    /// The part of a key that is in its record.
    part: Low,
    /// Bits of a place.
    place: u32,
    /// A block has two to the power of this many bytes.
    block: u32,
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
    fn new(bytes: usize, entries: usize, longest: usize) -> Self {
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
    const fn buckets(self) -> usize {
        1 << (self.key.bits - self.rest.bits)
    }

    /// The key of a serial number; `None` for what no list of this layout holds.
    #[inline]
    fn key(self, serial: &[u8]) -> Option<u64> {
        if !self.whole {
            return Some(hash(serial));
        }
        let number = number(serial)?;
        (number & !self.key.mask == 0).then(|| stir(number, self.key))
    }

    /// The bucket of a key, and the part of it that is in its record.
    #[inline]
    fn split(self, key: u64) -> (usize, u64) {
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
        serial.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    } else {
        return None;
    };
    serial.first().is_some_and(|first| *first != 0).then_some(number)
}

/// Odd numbers without pattern: the fractional parts of the golden ratio and of the square root of 3.
const MIX: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// Another number of so many bits: numbers in sequence come to stand far apart, and no two become one.
#[inline]
const fn stir(number: u64, within: Low) -> u64 {
    let product = number.wrapping_mul(MIX[0]) & within.mask;
    (product ^ product >> (within.bits / 2)).wrapping_mul(MIX[1]) & within.mask
}

/// A hash of a serial number of any length.
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

#[inline]
fn entry_at(bytes: &[u8], place: usize) -> &[u8] {
    bytes.get(place..).unwrap_or_default()
}

fn duplicate(place: usize) -> Error {
    Error::new(ErrorKind::DuplicateSerial, Object::Crl, Field::RevokedCertificates, place)
}

/// An index as the machine's; where that has fewer bits, no input is long enough to need more.
#[inline]
pub(super) fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
