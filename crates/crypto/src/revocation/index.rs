//! A CRL of any size, ready for lookups.

use super::entries::Entry;
use super::table::Table;
use super::{Crl, Issuer, Why};
use crate::asn1::Error;
use crate::certificate::Name;
use crate::digest::sha256;
use crate::key::PublicKey;
use core::fmt;

/// A CRL, owned or borrowed, with an index of its serial numbers.
///
/// `B` is where the CRL's bytes live: `&[u8]`, `Vec<u8>`, `Arc<[u8]>`. They must not change while the index lives; an
/// index over bytes that do gives wrong answers, though it does not panic.
///
/// Whether a serial number is on the list is answered from the index alone where all of the list have eight bytes at most,
/// as those of JPKI do; what the entry says is then read from the list when asked for ([`Entry::revocation`]).
///
/// Serial numbers are spread without a secret. An issuer who chooses them so that all fall together makes the index up to
/// three times as large and lookups a search among all entries, not wrong.
pub struct CrlIndex<B> {
    bytes: B,
    table: Table,
    /// Whether this issuer made the CRL.
    proven: Option<Proof>,
}

impl<B: AsRef<[u8]>> CrlIndex<B> {
    /// Reads the CRL that `bytes` are, as [`Crl::parse`] does, and builds the index.
    ///
    /// # Errors
    /// [`Error`]; [`ErrorKind::DuplicateSerial`](crate::asn1::ErrorKind::DuplicateSerial) when two entries are about one serial number.
    pub fn build(bytes: B) -> Result<Self, Error> {
        let crl = Crl::parse_frame(bytes.as_ref())?;
        let table = Table::build(bytes.as_ref(), crl.walker())?;
        Ok(Self { bytes, table, proven: None })
    }

    /// The entry about the certificate with this serial number: big-endian, without leading zeros, as
    /// [`Certificate::serial`](crate::Certificate::serial) gives it.
    #[must_use]
    #[inline]
    pub fn lookup<'i>(&'i self, serial: &'i [u8]) -> Option<Entry<'i>> {
        self.table.find(self.bytes.as_ref(), serial)
    }

    /// The index without its ownership.
    #[must_use]
    pub fn by_ref(&self) -> IndexRef<'_> {
        IndexRef { bytes: self.bytes.as_ref(), table: &self.table, proven: self.proven }
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
        self.table.len()
    }

    /// Whether nothing is revoked.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.table.len() == 0
    }

    /// The bytes of memory that the index takes beside the CRL. Building it takes a little more: up to two bits for each entry.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.table.memory()
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
            .field("entries", &self.table.len())
            .field("settled", &self.proven.is_some())
            .finish_non_exhaustive()
    }
}

/// A [`CrlIndex`], borrowed.
#[derive(Clone, Copy)]
pub struct IndexRef<'a> {
    bytes: &'a [u8],
    table: &'a Table,
    proven: Option<Proof>,
}

impl<'a> IndexRef<'a> {
    /// As [`CrlIndex::lookup`].
    #[must_use]
    #[inline]
    pub fn lookup(self, serial: &'a [u8]) -> Option<Entry<'a>> {
        self.table.find(self.bytes, serial)
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

impl fmt::Debug for IndexRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexRef").field("entries", &self.table.len()).finish_non_exhaustive()
    }
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
