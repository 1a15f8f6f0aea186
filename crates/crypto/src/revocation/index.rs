//! A CRL of any size, ready for lookups.
//!
//! Two passes over the entries: the first checks them and counts how many fall into each bucket, the second puts a slot
//! of five bytes for each into its bucket: one byte of the serial number's hash, and where the entry stands. A million
//! entries take about 6 MB beside the CRL itself, whose bytes stay where they are.

use super::entries::{Entry, serial_of};
use super::{Crl, Issuer, Why};
use crate::asn1::{Error, ErrorKind, Field, Object};
use crate::certificate::Name;
use crate::digest::sha256;
use crate::key::PublicKey;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// Bytes of a slot: one of the hash, four of the position.
const SLOT: usize = 5;
/// Entries of a bucket on average are between half of this and this.
const BUCKET: usize = 8;
/// A bucket with more entries than this is sorted to look for duplicates, others are compared pair by pair.
const PAIRWISE: usize = 64;

/// A CRL, owned or borrowed, with an index of its serial numbers.
///
/// `B` is where the CRL's bytes live: `&[u8]`, `Vec<u8>`, `Arc<[u8]>`. They must not change while the index lives; an
/// index over bytes that do gives wrong answers, though it does not panic.
///
/// Serial numbers are hashed without a secret. An issuer who chooses them so that all fall into one bucket makes lookups
/// slow (in proportion to the number of entries), not wrong.
pub struct CrlIndex<B> {
    bytes: B,
    /// Where each bucket ends, in slots; it begins where the one before ends.
    ends: Vec<u32>,
    slots: Vec<u8>,
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
        let mut walker = crl.walker();
        // The shortest entry has 20 bytes: that bounds the number of buckets before anything is counted.
        let most = walker.length() / 20 + 1;
        let buckets = (most / BUCKET).next_power_of_two();
        let mut ends = vec![0u32; buckets];
        let mut count = 0usize;
        while let Some(serial) = walker.next_serial()? {
            if let Some(size) = ends.get_mut(bucket(hash(serial), buckets)) {
                *size += 1;
            }
            count += 1;
        }
        // Sizes become beginnings, and while the slots are filled, ends.
        let mut begin = 0;
        for end in &mut ends {
            let size = *end;
            *end = begin;
            begin += size;
        }
        let mut slots = vec![0u8; count * SLOT];
        let mut walker = crl.walker();
        loop {
            let position = walker.position();
            let Some(serial) = walker.next_serial()? else { break };
            let hash = hash(serial);
            let Some(end) = ends.get_mut(bucket(hash, buckets)) else { continue };
            let at = index(*end) * SLOT;
            *end += 1;
            if let Some(slot) = slots.get_mut(at..).and_then(|slots| slots.first_chunk_mut::<SLOT>()) {
                let [a, b, c, d] = u32::try_from(position).unwrap_or(u32::MAX).to_le_bytes();
                *slot = [fingerprint(hash), a, b, c, d];
            }
        }
        let built = Self { bytes, ends, slots, proven: None };
        built.by_ref().check_duplicates()?;
        Ok(built)
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
        IndexRef { bytes: self.bytes.as_ref(), ends: &self.ends, slots: &self.slots, proven: self.proven }
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
        self.slots.len() / SLOT
    }

    /// Whether nothing is revoked.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The bytes of memory that the index takes beside the CRL. Building it takes no more than that.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.slots.capacity() + self.ends.capacity() * size_of::<u32>()
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
            .field("entries", &(self.slots.len() / SLOT))
            .field("settled", &self.proven.is_some())
            .finish_non_exhaustive()
    }
}

/// A [`CrlIndex`], borrowed.
#[derive(Clone, Copy)]
pub struct IndexRef<'a> {
    bytes: &'a [u8],
    ends: &'a [u32],
    slots: &'a [u8],
    proven: Option<Proof>,
}

impl<'a> IndexRef<'a> {
    /// As [`CrlIndex::lookup`].
    #[must_use]
    pub fn lookup(self, serial: &[u8]) -> Option<Entry<'a>> {
        let hash = hash(serial);
        let mark = fingerprint(hash);
        for slot in self.bucket_slots(bucket(hash, self.ends.len())).chunks_exact(SLOT) {
            if slot.first() == Some(&mark) {
                let entry = entry_at(self.bytes, place(slot));
                if serial_of(entry) == serial {
                    return Entry::recall(entry);
                }
            }
        }
        None
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

    fn bucket_slots(self, bucket: usize) -> &'a [u8] {
        let begin = bucket.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(bucket).copied().unwrap_or(begin);
        self.slots.get(index(begin) * SLOT..index(end) * SLOT).unwrap_or_default()
    }

    fn check_duplicates(self) -> Result<(), Error> {
        let bytes = self.bytes;
        let mut many: Vec<u32> = Vec::new();
        for bucket in 0..self.ends.len() {
            let mut rest = self.bucket_slots(bucket);
            if rest.len() > PAIRWISE * SLOT {
                many.clear();
                many.extend(rest.chunks_exact(SLOT).map(place));
                many.sort_unstable_by_key(|place| serial_of(entry_at(bytes, *place)));
                let same = |pair: &&[u32]| match pair {
                    [first, second] => same_serial(bytes, *first, *second),
                    _ => false,
                };
                if let Some([first, ..]) = many.windows(2).find(same) {
                    return Err(duplicate(*first));
                }
                continue;
            }
            while let Some((slot, after)) = rest.split_first_chunk::<SLOT>() {
                rest = after;
                for other in after.chunks_exact(SLOT).filter(|other| other.first() == slot.first()) {
                    if same_serial(bytes, place(slot), place(other)) {
                        return Err(duplicate(place(slot)));
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for IndexRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexRef").field("entries", &(self.slots.len() / SLOT)).finish_non_exhaustive()
    }
}

/// Where the entry of a slot stands.
#[inline]
fn place(slot: &[u8]) -> u32 {
    match slot {
        [_, a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]),
        _ => u32::MAX,
    }
}

#[inline]
fn entry_at(bytes: &[u8], place: u32) -> &[u8] {
    bytes.get(index(place)..).unwrap_or_default()
}

fn same_serial(bytes: &[u8], first: u32, second: u32) -> bool {
    serial_of(entry_at(bytes, first)) == serial_of(entry_at(bytes, second))
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

/// The bucket of a hash, from its upper bits; `buckets` is a power of two of at most 32 bits.
#[inline]
fn bucket(hash: u64, buckets: usize) -> usize {
    usize::try_from(hash >> 32).unwrap_or(0) & buckets.wrapping_sub(1)
}

/// What a slot keeps of a hash: bits that do not choose the bucket.
#[inline]
const fn fingerprint(hash: u64) -> u8 {
    let [_, _, _, byte, ..] = hash.to_le_bytes();
    byte
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
