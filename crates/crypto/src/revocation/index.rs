//! A CRL of any size, ready for lookups.
//!
//! A table of lines of 64 bytes, one cache line each: twelve entries by one byte of their serial number's hash and by where
//! they stand in the CRL, whose bytes stay where they are. What finds its line full goes to the next, and after four lines
//! to a list on the side, sorted by hash. A million entries take 7.6 MB. A lookup reads one line as a rule, and the entry
//! if a hash fits.

use super::entries::{Entry, serial_of};
use super::{Crl, Issuer, Why};
use crate::asn1::{Error, ErrorKind, Field, Object};
use crate::certificate::Name;
use crate::digest::sha256;
use crate::key::PublicKey;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// Entries of a line.
const SLOTS: usize = 12;
/// Tenths of entries for each line on average.
const TENTHS: usize = 85;
/// Lines that an entry may be in.
const PROBES: usize = 4;

/// Twelve entries at most.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Line {
    /// A byte of the hash for each entry, never zero; zero where there is none.
    marks: [u8; SLOTS],
    /// Not zero when an entry found no room here: it is in the next line, or on the side.
    passed: u32,
    /// Where each entry stands.
    places: [u32; SLOTS],
}

/// Entries that are put into their lines together.
const BATCH: usize = 64;

/// An entry on its way into its line.
#[derive(Clone, Copy, Default)]
struct Waiting {
    hash: u64,
    line: usize,
    place: u32,
}

/// An entry that found its lines full.
#[derive(Clone, Copy)]
struct Aside {
    hash: u32,
    place: u32,
}

/// A CRL, owned or borrowed, with an index of its serial numbers.
///
/// `B` is where the CRL's bytes live: `&[u8]`, `Vec<u8>`, `Arc<[u8]>`. They must not change while the index lives; an
/// index over bytes that do gives wrong answers, though it does not panic.
///
/// Serial numbers are hashed without a secret. An issuer who chooses them so that all fall into the same lines makes lookups
/// slow (in proportion to the number of entries) and the index larger by half, not wrong.
pub struct CrlIndex<B> {
    bytes: B,
    lines: Vec<Line>,
    aside: Vec<Aside>,
    length: usize,
    /// Whether this issuer made the CRL.
    proven: Option<Proof>,
}

impl<B: AsRef<[u8]>> CrlIndex<B> {
    /// Reads the CRL that `bytes` are, as [`Crl::parse`] does, and builds the index.
    ///
    /// # Errors
    /// [`Error`]; [`ErrorKind::DuplicateSerial`] when two entries are about one serial number.
    pub fn build(bytes: B) -> Result<Self, Error> {
        let crl = Crl::parse_frame(bytes.as_ref())?;
        let mut table = Table::for_entries(bytes.as_ref(), crl.walker().count());
        let mut walker = crl.walker();
        let mut batch = [Waiting::default(); BATCH];
        loop {
            let mut filled = 0;
            for waiting in &mut batch {
                let place = u32::try_from(walker.position()).unwrap_or(u32::MAX);
                let Some(serial) = walker.next_serial()? else { break };
                *waiting = table.waiting(serial, place);
                filled += 1;
            }
            table.insert(batch.get(..filled).unwrap_or_default())?;
            if filled < BATCH {
                break;
            }
        }
        let Table { lines, aside, length, .. } = table.finish()?;
        Ok(Self { bytes, lines, aside, length, proven: None })
    }

    /// The entry about the certificate with this serial number: big-endian, without leading zeros, as
    /// [`Certificate::serial`](crate::Certificate::serial) gives it.
    #[must_use]
    pub fn lookup(&self, serial: &[u8]) -> Option<Entry<'_>> {
        self.by_ref().lookup(serial)
    }

    /// The index without its ownership.
    #[must_use]
    pub fn by_ref(&self) -> IndexRef<'_> {
        IndexRef {
            bytes: self.bytes.as_ref(),
            lines: &self.lines,
            aside: &self.aside,
            length: self.length,
            proven: self.proven,
        }
    }

    /// The CRL.
    ///
    /// # Errors
    /// [`Error`] when the bytes have changed since the index was built.
    pub fn crl(&self) -> Result<Crl<'_>, Error> {
        Crl::parse_frame(self.bytes.as_ref())
    }

    /// The number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing is revoked.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bytes of memory that the index takes beside the CRL. Building it takes no more than that.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.lines.capacity() * size_of::<Line>() + self.aside.capacity() * size_of::<Aside>()
    }

    /// Checks that `issuer` made the CRL and may, as [`Crl::check_issuer`] does, and remembers what came out: the
    /// signature over a large CRL is then checked once, not for every certificate.
    ///
    /// # Errors
    /// As [`Crl::check_issuer`].
    pub fn prove(&mut self, issuer: &Issuer<'_>) -> Result<(), Why> {
        let fingerprint = fingerprint_of(issuer);
        if let Some(proof) = self.proven.filter(|proof| proof.issuer == fingerprint) {
            return proof.outcome;
        }
        let outcome = self.crl().map_err(Why::Unreadable)?.check_issuer(issuer);
        // Another generation of the same authority is told by its key identifier, which costs nothing.
        if matches!(outcome, Ok(()) | Err(Why::Signature(_))) {
            self.proven = Some(Proof { issuer: fingerprint, outcome });
        }
        outcome
    }

    /// Whether [`CrlIndex::prove`] has an answer for this issuer.
    #[must_use]
    pub fn is_settled(&self, issuer: &Issuer<'_>) -> bool {
        self.proven.is_some_and(|proof| proof.issuer == fingerprint_of(issuer))
    }
}

/// What came out when the CRL was held against an issuer.
#[derive(Clone, Copy)]
struct Proof {
    issuer: [u8; 32],
    outcome: Result<(), Why>,
}

impl<B> fmt::Debug for CrlIndex<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrlIndex")
            .field("entries", &self.length)
            .field("settled", &self.proven.is_some())
            .finish_non_exhaustive()
    }
}

/// A [`CrlIndex`], borrowed.
#[derive(Clone, Copy)]
pub struct IndexRef<'a> {
    bytes: &'a [u8],
    lines: &'a [Line],
    aside: &'a [Aside],
    length: usize,
    proven: Option<Proof>,
}

impl<'a> IndexRef<'a> {
    /// As [`CrlIndex::lookup`].
    #[must_use]
    pub fn lookup(self, serial: &[u8]) -> Option<Entry<'a>> {
        let hash = hash(serial);
        let mark = mark_of(hash);
        let mut at = line_of(hash, self.lines.len());
        for _ in 0..PROBES {
            let line = self.lines.get(at)?;
            let mut hits = line.hits(mark);
            while hits != 0 {
                let entry = entry_at(self.bytes, line.place(hits));
                let found = serial_of(entry);
                if found == serial {
                    return Some(Entry::new(found, entry));
                }
                hits &= hits - 1;
            }
            if line.passed == 0 {
                return None;
            }
            at = next_line(at, self.lines.len());
        }
        self.lookup_aside(hash, serial)
    }

    /// The entry among those that found their lines full.
    #[cold]
    #[inline(never)]
    fn lookup_aside(self, hash: u64, serial: &[u8]) -> Option<Entry<'a>> {
        let wanted = aside_hash(hash);
        let begin = self.aside.partition_point(|aside| aside.hash < wanted);
        let rest = self.aside.get(begin..).unwrap_or_default();
        rest.iter()
            .take_while(|aside| aside.hash == wanted)
            .map(|aside| entry_at(self.bytes, aside.place))
            .map(|entry| Entry::new(serial_of(entry), entry))
            .find(|entry| entry.serial() == serial)
    }

    /// As [`CrlIndex::crl`].
    ///
    /// # Errors
    /// As [`CrlIndex::crl`].
    pub fn crl(self) -> Result<Crl<'a>, Error> {
        Crl::parse_frame(self.bytes)
    }

    /// Checks who made the CRL unless that was done for the same issuer before.
    pub(super) fn check_issuer(self, crl: &Crl<'_>, issuer: &Issuer<'_>) -> Result<(), Why> {
        if let Some(proof) = self.proven.filter(|proof| proof.issuer == fingerprint_of(issuer)) {
            return proof.outcome;
        }
        crl.check_issuer(issuer)
    }
}

/// An index in the making.
struct Table<'a> {
    bytes: &'a [u8],
    lines: Vec<Line>,
    aside: Vec<Aside>,
    length: usize,
}

impl<'a> Table<'a> {
    fn for_entries(bytes: &'a [u8], count: usize) -> Self {
        let lines = vec![Line::default(); count.saturating_mul(10) / TENTHS + 1];
        Self { bytes, lines, aside: Vec::new(), length: 0 }
    }

    #[inline]
    fn waiting(&self, serial: &[u8], place: u32) -> Waiting {
        let hash = hash(serial);
        Waiting { hash, line: line_of(hash, self.lines.len()), place }
    }

    fn insert(&mut self, batch: &[Waiting]) -> Result<(), Error> {
        // The lines are anywhere in memory. Touched in a loop that does nothing else, many are on their way at once.
        let touched = batch.iter().filter_map(|waiting| self.lines.get(waiting.line)).fold(0, |all, line| {
            let [mark, ..] = line.marks;
            all ^ mark
        });
        core::hint::black_box(touched);
        for waiting in batch {
            self.put(waiting)?;
        }
        self.length += batch.len();
        Ok(())
    }

    #[inline]
    fn put(&mut self, waiting: &Waiting) -> Result<(), Error> {
        let mark = mark_of(waiting.hash);
        let (mut at, lines) = (waiting.line, self.lines.len());
        for _ in 0..PROBES {
            let Some(line) = self.lines.get_mut(at) else { break };
            let mut hits = line.hits(mark);
            while hits != 0 {
                let serial = |place| serial_of(entry_at(self.bytes, place));
                if serial(line.place(hits)) == serial(waiting.place) {
                    return Err(duplicate(waiting.place));
                }
                hits &= hits - 1;
            }
            if line.push(mark, waiting.place) {
                return Ok(());
            }
            line.passed = 1;
            at = next_line(at, lines);
        }
        self.aside.push(Aside { hash: aside_hash(waiting.hash), place: waiting.place });
        Ok(())
    }

    /// Sorts what found its lines full. Two of one serial number are both among these or met when they were put in.
    fn finish(mut self) -> Result<Self, Error> {
        let serial = |aside: &Aside| serial_of(entry_at(self.bytes, aside.place));
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

impl Line {
    /// A bit for each slot whose mark is this one, at 8 times its number, and perhaps for one after such a slot.
    #[inline]
    fn hits(&self, mark: u8) -> u128 {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = self.marks;
        let wanted = u64::from(mark).wrapping_mul(LOW);
        let zeros = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
        let first = zeros(u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ wanted);
        let second = zeros(u64::from_le_bytes([i, j, k, l, 0, 0, 0, 0]) ^ wanted) & 0xFFFF_FFFF;
        u128::from(first) | u128::from(second) << 64
    }

    /// Where the entry of the first of these hits stands.
    #[inline]
    fn place(&self, hits: u128) -> u32 {
        self.places.get(index(hits.trailing_zeros()) / 8).copied().unwrap_or(u32::MAX)
    }

    /// Takes an entry in, if there is room.
    #[inline]
    fn push(&mut self, mark: u8, place: u32) -> bool {
        let free = self.hits(0);
        let slot = index(free.trailing_zeros()) / 8;
        match (self.marks.get_mut(slot), self.places.get_mut(slot)) {
            (Some(empty), Some(to)) => {
                *empty = mark;
                *to = place;
                true
            }
            _ => false,
        }
    }
}

impl fmt::Debug for IndexRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexRef").field("entries", &self.length).finish_non_exhaustive()
    }
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

/// Odd numbers without pattern: the fractional parts of the golden ratio and of the square root of 3.
const MIX: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// A hash of a serial number; numbers in sequence must not fall into one bucket.
#[inline]
fn hash(serial: &[u8]) -> u64 {
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

/// The line of a hash, from its upper half.
#[inline]
fn line_of(hash: u64, lines: usize) -> usize {
    let lines = u64::try_from(lines).unwrap_or(0);
    usize::try_from((hash >> 32).wrapping_mul(lines) >> 32).unwrap_or(0)
}

/// The line after this one; after the last comes the first.
#[inline]
const fn next_line(line: usize, lines: usize) -> usize {
    if line + 1 < lines { line + 1 } else { 0 }
}

/// What a line keeps of a hash: bits that do not choose the line, and never zero.
#[inline]
fn mark_of(hash: u64) -> u8 {
    let [byte, ..] = hash.to_le_bytes();
    byte.max(1)
}

/// What the list on the side is sorted by.
#[inline]
const fn aside_hash(hash: u64) -> u32 {
    let [_, a, b, c, d, ..] = hash.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// Name and key of an issuer, and all else that decides whether a CRL is of its making.
fn fingerprint_of(issuer: &Issuer<'_>) -> [u8; 32] {
    let length = |part: &[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
    let (kind, first, second): (u8, &[u8], &[u8]) = match issuer.key() {
        PublicKey::Rsa { modulus, exponent } => (1, modulus, exponent),
        PublicKey::EcdsaP256 { point } => (2, point, &[]),
        PublicKey::EcdsaP384 { point } => (3, point, &[]),
    };
    let flags = [kind, u8::from(issuer.may_sign_crls())];
    let name = issuer.name();
    let identifier = issuer.key_identifier().unwrap_or_default();
    sha256(&[
        &flags,
        &length(Name::raw(&name)),
        name.raw(),
        &length(first),
        first,
        &length(second),
        second,
        identifier,
    ])
}
