//! Making a [`Table`]: entries are counted for their buckets, every bucket gets as many records, and these are filled.

use super::layout::Layout;
use super::records::Records;
use super::{Aside, BUCKETS, FULL, Line, Table, entry_at, index};
use crate::asn1::{Error, ErrorKind, Field, Object};
use crate::revocation::entries::{Checked, Walker, serial_of};
use alloc::vec;
use alloc::vec::Vec;

/// The first entries of a list, from which its layout is guessed.
const SAMPLE: usize = 64;

impl Table {
    /// Reads all entries and makes the table of them.
    ///
    /// # Errors
    /// [`Error`] of the first entry that is malformed, and then [`ErrorKind::DuplicateSerial`].
    pub(in crate::revocation) fn build(bytes: &[u8], walker: Walker<'_>) -> Result<Self, Error> {
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
        let mut tally = Tally::new(Layout::new(walker.length(), guessed, longest), walker);
        let (mut entries, mut strict) = (0, walker);
        while let Some((serial, place)) = strict.next_entry()? {
            (entries, longest) = (entries + 1, longest.max(serial.len()));
            tally.add(serial, place);
        }
        let layout = Layout::new(walker.length(), entries, longest);
        if layout != tally.layout {
            tally = Tally::of(layout, walker);
        }
        tally.into_table(bytes, entries, walker)
    }
}

/// How many entries there are for each bucket.
pub(super) struct Tally {
    pub(super) layout: Layout,
    /// Of the buckets of each line.
    counts: Vec<[u8; BUCKETS]>,
    first: usize,
    blocks: Vec<usize>,
}

impl Tally {
    /// Of no entry.
    fn new(layout: Layout, walker: Walker<'_>) -> Self {
        let bytes = walker.length();
        let counts = if bytes == 0 { 0 } else { layout.buckets().div_ceil(BUCKETS) };
        let blocks = if layout.block == 0 { 0 } else { (bytes >> layout.block) + 1 };
        Self {
            layout,
            counts: vec![[0; BUCKETS]; counts],
            first: walker.position(),
            blocks: vec![usize::MAX; blocks],
        }
    }

    /// Of all entries of a list that was checked.
    pub(super) fn of(layout: Layout, walker: Walker<'_>) -> Self {
        let mut tally = Self::new(layout, walker);
        walker.checked().for_each(|(serial, place)| tally.add(serial, place));
        tally
    }

    /// Counts an entry.
    #[inline]
    fn add(&mut self, serial: &[u8], place: usize) {
        // Of a longer serial number than the layout is for: everything is counted again then.
        let (bucket, _) = self.layout.split(self.layout.key(serial).unwrap_or(0));
        if let Some(count) = self.counts.as_flattened_mut().get_mut(bucket) {
            *count += u8::from(usize::from(*count) < FULL);
        }
        if let Some(block) = self.blocks.get_mut((place - self.first) >> self.layout.block) {
            *block = place.min(*block);
        }
    }

    /// The table of the entries that were counted.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    pub(super) fn into_table(self, bytes: &[u8], length: usize, walker: Walker<'_>) -> Result<Table, Error> {
        let Self { layout, mut counts, first, blocks } = self;
        let mut base = 0;
        let lines = counts.iter().map(|counts| {
            let line = Line::new(base, counts);
            base += u32::try_from(line.records().len()).unwrap_or(0);
            line
        });
        let lines = lines.collect();
        let records = Records::new(index(base.into()), &layout);
        let mut table = Table { layout, lines, records, first, blocks, aside: Vec::new(), length };
        table.fill(counts.as_flattened_mut(), walker.checked());
        table.check_records(bytes, walker)?;
        table.settle_aside(bytes)?;
        Ok(table)
    }
}

impl Table {
    /// Puts all entries in. Of each bucket, so many records are `left` to be filled.
    fn fill(&mut self, left: &mut [u8], entries: Checked<'_>) {
        for (serial, place) in entries {
            let key = self.layout.key(serial).unwrap_or(0);
            let (bucket, part) = self.layout.split(key);
            let (Some(line), Some(left)) = (self.lines.get(bucket / BUCKETS), left.get_mut(bucket)) else {
                continue;
            };
            let Some(fewer) = left.checked_sub(1) else {
                self.aside.push(Aside { key, place });
                continue;
            };
            *left = fewer;
            let number = line.bucket(bucket % BUCKETS).0 + usize::from(fewer);
            let block = (place - self.first) >> self.layout.block;
            self.records.set(number, part, u64::try_from(block).unwrap_or(0));
        }
    }

    /// Checks that no two records of a bucket are about one serial number.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    fn check_records(&self, bytes: &[u8], walker: Walker<'_>) -> Result<(), Error> {
        let suspects = self.lines.iter().filter(|line| self.records.has_alike(line.records(), line.most()));
        for (start, count) in suspects.flat_map(|line| (0..BUCKETS).map(|number| line.bucket(number))) {
            let later = |first| (first + 1..start + count).map(move |second| (first, second));
            let twice = (start..start + count).flat_map(later).find(|&(first, second)| {
                self.records.are_alike(first, second)
                    && (self.layout.whole || self.recorded(bytes, first) == self.recorded(bytes, second))
            });
            if let Some((first, _)) = twice {
                let record = |serial| self.record(bytes, serial, &self.sought(self.layout.key(serial)?));
                let mut those = walker.checked().filter(|(serial, _)| record(serial) == Some(first));
                return Err(duplicate(those.nth(1).map_or(self.first, |(_, place)| place)));
            }
        }
        Ok(())
    }

    /// Sorts what found its bucket full, and checks that it is about other serial numbers than the records of the bucket.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    fn settle_aside(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let serial = |aside: &Aside| serial_of(entry_at(bytes, aside.place));
        self.aside.sort_unstable_by_key(|aside| (aside.key, serial(aside), aside.place));
        self.aside.shrink_to_fit();
        let mut last = None;
        for aside in &self.aside {
            let this = (aside.key, serial(aside));
            if last == Some(this) || self.record(bytes, this.1, &self.sought(aside.key)).is_some() {
                return Err(duplicate(aside.place));
            }
            last = Some(this);
        }
        Ok(())
    }
}

fn duplicate(place: usize) -> Error {
    Error::new(ErrorKind::DuplicateSerial, Object::Crl, Field::RevokedCertificates, place)
}
