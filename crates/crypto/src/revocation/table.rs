//! The table behind [`CrlIndex`](super::CrlIndex): from a serial number to the place of its entry.
//!
//! Entries are in groups of up to fifteen. Of each entry a group keeps one byte of the hash of its serial number, its mark,
//! and in a table apart where it stands in the CRL, whose bytes stay where they are; bits of that word that no place needs
//! hold more of the hash. What finds its group full goes to the next, and after four groups to a list on the side, sorted by
//! hash. A million entries take 7.4 MB, and their marks, which are all that a question about an absent number reads as a
//! rule, 1.5 MB: they stay in the processor's cache. A present number costs two accesses more, to its place and its entry.

use super::entries::{Entry, serial_of};
use crate::asn1::{Error, ErrorKind, Field, Object};
use alloc::vec;
use alloc::vec::Vec;

/// Entries of a group.
const SLOTS: usize = 15;
/// Tenths of entries for each group on average.
const TENTHS: usize = 108;
/// Groups that an entry may be in.
const PROBES: usize = 4;
/// Entries that are put into their groups together, and serial numbers that are looked for together.
pub(super) const TOGETHER: usize = 64;

/// The marks of fifteen entries at most.
#[derive(Clone, Copy, Default)]
#[repr(align(16))]
struct Group {
    /// A byte of the hash for each entry, never zero; zero where there is none.
    first: [u8; 8],
    second: [u8; 7],
    /// A bit for each eighth of the hashes: an entry of it found no room here, and is in the next group or on the side.
    passed: u8,
}

/// Where the entries of a group stand; above that, bits of their hashes.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Places([u32; SLOTS]);

/// An entry on its way into its group.
#[derive(Clone, Copy, Default)]
pub(super) struct Waiting {
    hash: u64,
    group: usize,
    place: u32,
}

/// A serial number that is looked for together with others.
#[derive(Clone, Copy, Default)]
struct Asked {
    hash: u64,
    /// What of it is read next: its group, then its entry.
    at: usize,
}

/// An entry that found its groups full.
#[derive(Clone, Copy)]
struct Aside {
    hash: u32,
    place: u32,
}

/// Where the entries of a CRL stand, by their serial numbers.
pub(super) struct Table {
    groups: Vec<Group>,
    /// One for each group.
    places: Vec<Places>,
    aside: Vec<Aside>,
    /// The bits of a place that are bits of a hash.
    tag: u32,
    length: usize,
}

impl Table {
    /// A table for so many entries of a CRL of so many bytes.
    pub(super) fn new(bytes: usize, entries: usize) -> Self {
        let groups = entries.saturating_mul(10) / TENTHS + 1;
        let last = u32::try_from(bytes).unwrap_or(u32::MAX);
        Self {
            groups: vec![Group::default(); groups],
            places: vec![Places::default(); groups],
            aside: Vec::new(),
            tag: u32::MAX.checked_shl(u32::BITS - last.leading_zeros()).unwrap_or(0),
            length: 0,
        }
    }

    /// The number of entries.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// The bytes of memory that it takes.
    pub(super) const fn memory(&self) -> usize {
        self.groups.capacity() * size_of::<Group>()
            + self.places.capacity() * size_of::<Places>()
            + self.aside.capacity() * size_of::<Aside>()
    }

    /// The entry about this serial number.
    #[inline]
    pub(super) fn find<'a>(&self, bytes: &'a [u8], serial: &[u8]) -> Option<Entry<'a>> {
        self.find_hashed(bytes, serial, hash(serial))
    }

    /// What nearly every question needs: one group, and the first entry of it that the hash fits.
    #[inline]
    fn find_hashed<'a>(&self, bytes: &'a [u8], serial: &[u8], hash: u64) -> Option<Entry<'a>> {
        let at = group_of(hash, self.groups.len());
        let group = self.groups.get(at)?;
        let hits = group.hits(mark_of(hash));
        if hits != 0
            && let Some(entry) =
                self.entry(bytes, hash, at, hits).filter(|entry| equal(entry.serial(), serial))
        {
            return Some(entry);
        }
        // Another hit, or an entry that found no room.
        if hits & hits.wrapping_sub(1) != 0 || group.passed & class_of(hash) != 0 {
            return self.find_further(bytes, serial, hash);
        }
        None
    }

    /// As [`Table::find`], wherever the entry may be.
    #[cold]
    #[inline(never)]
    fn find_further<'a>(&self, bytes: &'a [u8], serial: &[u8], hash: u64) -> Option<Entry<'a>> {
        let mut at = group_of(hash, self.groups.len());
        for _ in 0..PROBES {
            let group = self.groups.get(at)?;
            let mut hits = group.hits(mark_of(hash));
            while hits != 0 {
                let entry = self.entry(bytes, hash, at, hits).filter(|entry| equal(entry.serial(), serial));
                if entry.is_some() {
                    return entry;
                }
                hits &= hits - 1;
            }
            if group.passed & class_of(hash) == 0 {
                return None;
            }
            at = next_group(at, self.groups.len());
        }
        self.find_aside(bytes, hash, serial)
    }

    /// The entry among those that found their groups full.
    fn find_aside<'a>(&self, bytes: &'a [u8], hash: u64, serial: &[u8]) -> Option<Entry<'a>> {
        let wanted = aside_hash(hash);
        let begin = self.aside.partition_point(|aside| aside.hash < wanted);
        let rest = self.aside.get(begin..).unwrap_or_default();
        rest.iter()
            .take_while(|aside| aside.hash == wanted)
            .map(|aside| entry_at(bytes, aside.place))
            .map(|entry| Entry::new(serial_of(entry), entry))
            .find(|entry| entry.serial() == serial)
    }

    /// Calls `found` for each of these serial numbers that has an entry, in their order.
    ///
    /// Each step is made for all of them before the next: the processor then waits for many places of the memory at once.
    pub(super) fn find_together<'a, S: AsRef<[u8]>>(
        &self,
        bytes: &'a [u8],
        serials: &[S],
        mut found: impl FnMut(&S, Entry<'a>),
    ) {
        for serials in serials.chunks(TOGETHER) {
            let mut asked = [Asked::default(); TOGETHER];
            for (asked, serial) in asked.iter_mut().zip(serials) {
                asked.hash = hash(serial.as_ref());
                asked.at = group_of(asked.hash, self.groups.len());
            }
            touch(asked.iter().take(serials.len()).copied(), |at| {
                self.groups.get(at).map(|group| group.passed)
            });
            // Those that may have an entry; the others, nearly all as a rule, are done with.
            let (mut left, mut count) = ([(Asked::default(), 0_u64, 0); TOGETHER], 0);
            for (number, asked) in asked.iter().take(serials.len()).enumerate() {
                let Some(group) = self.groups.get(asked.at) else { continue };
                let hits = group.hits(mark_of(asked.hash));
                if let Some(next) = left.get_mut(count) {
                    *next = (*asked, hits, number);
                }
                count += usize::from(hits != 0 || group.passed & class_of(asked.hash) != 0);
            }
            let left = left.get_mut(..count).unwrap_or_default();
            touch(left.iter().map(|(asked, ..)| *asked), |at| self.places.get(at).map(Places::first));
            for (asked, hits, _) in left.iter_mut() {
                let place = self.places.get(asked.at).and_then(|places| places.at(*hits));
                asked.at = place.map_or(0, |place| index(place & !self.tag));
            }
            touch(left.iter().map(|(asked, ..)| *asked), |at| bytes.get(at).copied());
            for (asked, _, number) in left {
                if let Some(serial) = serials.get(*number)
                    && let Some(entry) = self.find_hashed(bytes, serial.as_ref(), asked.hash)
                {
                    found(serial, entry);
                }
            }
        }
    }

    /// Where the entry of the first of these hits in a group stands, if all that is kept of its hash is of this one.
    #[inline]
    fn place(&self, hash: u64, group: usize, hits: u64) -> Option<u32> {
        let place = self.places.get(group)?.at(hits)?;
        ((place ^ low_half(hash)) & self.tag == 0).then_some(place & !self.tag)
    }

    /// The entry of the first of these hits, if all that is kept of its hash is of this one.
    #[inline]
    fn entry<'a>(&self, bytes: &'a [u8], hash: u64, group: usize, hits: u64) -> Option<Entry<'a>> {
        let from_here = entry_at(bytes, self.place(hash, group, hits)?);
        Some(Entry::new(serial_of(from_here), from_here))
    }

    /// What is needed to put the entry at this place into its group.
    #[inline]
    pub(super) fn waiting(&self, serial: &[u8], place: u32) -> Waiting {
        let hash = hash(serial);
        Waiting { hash, group: group_of(hash, self.groups.len()), place }
    }

    /// Puts entries of the CRL in.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    pub(super) fn insert(&mut self, bytes: &[u8], batch: &[Waiting]) -> Result<(), Error> {
        // The groups are anywhere in memory. Touched in a loop that does nothing else, many are on their way at once.
        let touched = batch.iter().fold(0, |all, waiting| {
            let mark = self.groups.get(waiting.group).map_or(0, |group| u32::from(group.passed));
            all ^ mark ^ self.places.get(waiting.group).map_or(0, Places::first)
        });
        core::hint::black_box(touched);
        for waiting in batch {
            self.put(bytes, waiting)?;
        }
        self.length += batch.len();
        Ok(())
    }

    #[inline]
    fn put(&mut self, bytes: &[u8], waiting: &Waiting) -> Result<(), Error> {
        let Waiting { hash, group: mut at, place } = *waiting;
        for _ in 0..PROBES {
            let Some(group) = self.groups.get(at) else { break };
            let mut hits = group.hits(mark_of(hash));
            while hits != 0 {
                let serial = |place| serial_of(entry_at(bytes, place));
                if let Some(other) = self.place(hash, at, hits)
                    && serial(other) == serial(place)
                {
                    return Err(duplicate(place));
                }
                hits &= hits - 1;
            }
            let free = group.hits(0);
            let Some(group) = self.groups.get_mut(at) else { break };
            if free != 0
                && let Some(to) = self.places.get_mut(at).and_then(|places| places.0.get_mut(slot(free)))
            {
                *to = place | low_half(hash) & self.tag;
                group.set(slot(free), mark_of(hash));
                return Ok(());
            }
            group.passed |= class_of(hash);
            at = next_group(at, self.groups.len());
        }
        self.aside.push(Aside { hash: aside_hash(hash), place });
        Ok(())
    }

    /// Sorts what found its groups full. Two of one serial number are both among these or met when they were put in.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateSerial`].
    pub(super) fn finish(mut self, bytes: &[u8]) -> Result<Self, Error> {
        let serial = |aside: &Aside| serial_of(entry_at(bytes, aside.place));
        self.aside.sort_unstable_by(|a, b| a.hash.cmp(&b.hash).then_with(|| serial(a).cmp(serial(b))));
        for pair in self.aside.windows(2) {
            if let [first, second] = pair
                && first.hash == second.hash
                && serial(first) == serial(second)
            {
                return Err(duplicate(second.place));
            }
        }
        self.aside.shrink_to_fit();
        Ok(self)
    }
}

/// The lowest bit of each byte, and the highest.
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

impl Group {
    /// A bit for each slot whose mark is this one, and perhaps for some after such a slot; [`slot`] tells which is first.
    #[inline]
    fn hits(&self, mark: u8) -> u64 {
        let [a, b, c, d, e, f, g] = self.second;
        let wanted = u64::from(mark).wrapping_mul(LOW);
        let zeros = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
        let first = zeros(u64::from_le_bytes(self.first) ^ wanted);
        // The last byte is no mark.
        let second = zeros(u64::from_le_bytes([a, b, c, d, e, f, g, self.passed]) ^ wanted) & (HIGH >> 8);
        first >> 7 | second >> 6
    }

    #[inline]
    fn set(&mut self, slot: usize, mark: u8) {
        if let Some(to) = self.first.iter_mut().chain(&mut self.second).nth(slot) {
            *to = mark;
        }
    }
}

impl Places {
    /// What stands in the slot of the first of these hits.
    #[inline]
    fn at(&self, hits: u64) -> Option<u32> {
        self.0.get(slot(hits)).copied()
    }

    #[inline]
    const fn first(&self) -> u32 {
        let [first, ..] = self.0;
        first
    }
}

/// The slot of the first of these hits.
#[inline]
fn slot(hits: u64) -> usize {
    let bit = index(hits.trailing_zeros());
    bit / 8 + bit % 8 * 8
}

/// Reads what each asks for next, and does nothing else: many accesses to the memory are on their way at once.
#[inline]
fn touch<T: Into<u32>>(asked: impl Iterator<Item = Asked>, read: impl Fn(usize) -> Option<T>) {
    core::hint::black_box(asked.fold(0, |all, asked| all ^ read(asked.at).map_or(0, Into::into)));
}

#[inline]
fn entry_at(bytes: &[u8], place: u32) -> &[u8] {
    bytes.get(index(place)..).unwrap_or_default()
}

fn duplicate(place: u32) -> Error {
    Error::new(ErrorKind::DuplicateSerial, Object::Crl, Field::RevokedCertificates, index(place))
}

/// An index of 32 bits as the machine's; where that is shorter, no input is long enough to need more.
#[inline]
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX / 2)
}

/// Whether two serial numbers are one. Those of common lengths are compared as two words, without a call.
#[inline]
fn equal(a: &[u8], b: &[u8]) -> bool {
    match (words(a), words(b)) {
        (Some(one), Some(other)) => a.len() == b.len() && one == other,
        _ => a == b,
    }
}

/// All of 4 to 16 bytes as two words, which may hold some bytes twice.
#[inline]
fn words(bytes: &[u8]) -> Option<(u64, u64)> {
    if let (Some(first), Some(last), ..=16) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>(), bytes.len())
    {
        return Some((u64::from_le_bytes(*first), u64::from_le_bytes(*last)));
    }
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes.len()) {
        (Some(first), Some(last), ..=7) => {
            Some((u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into()))
        }
        _ => None,
    }
}

/// Odd numbers without pattern: the fractional parts of the golden ratio and of the square root of 3.
const MIX: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// A hash of a serial number; numbers in sequence must not fall into one group.
#[inline]
fn hash(serial: &[u8]) -> u64 {
    match words(serial) {
        Some((first, last)) => stir(stir(first ^ MIX[1]) ^ last),
        None => hash_any(serial),
    }
}

#[inline(never)]
fn hash_any(serial: &[u8]) -> u64 {
    let mut hash = MIX[1];
    let mut rest = serial;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        hash = stir(hash ^ u64::from_le_bytes(*word));
        rest = after;
    }
    let mut word = 1;
    for byte in rest {
        word = (word << 8) | u64::from(*byte);
    }
    stir(hash ^ word)
}

#[inline]
const fn stir(word: u64) -> u64 {
    let product = word.wrapping_mul(MIX[0]);
    (product ^ (product >> 32)).wrapping_mul(MIX[1])
}

/// The group of a hash, from its upper half.
#[inline]
fn group_of(hash: u64, groups: usize) -> usize {
    let groups = u64::try_from(groups).unwrap_or(0);
    usize::try_from((hash >> 32).wrapping_mul(groups) >> 32).unwrap_or(0)
}

/// The group after this one; after the last comes the first.
#[inline]
const fn next_group(group: usize, groups: usize) -> usize {
    if group + 1 < groups { group + 1 } else { 0 }
}

/// What a group keeps of a hash: bits that do not choose the group, and never zero.
#[inline]
fn mark_of(hash: u64) -> u8 {
    let [byte, ..] = hash.to_le_bytes();
    byte.max(1)
}

/// One bit of eight, by three bits of a hash.
#[inline]
const fn class_of(hash: u64) -> u8 {
    let [_, byte, ..] = hash.to_le_bytes();
    1 << (byte & 7)
}

/// The half of a hash that does not choose the group.
#[inline]
const fn low_half(hash: u64) -> u32 {
    let [a, b, c, d, ..] = hash.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// What the list on the side is sorted by.
#[inline]
const fn aside_hash(hash: u64) -> u32 {
    let [_, a, b, c, d, ..] = hash.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
