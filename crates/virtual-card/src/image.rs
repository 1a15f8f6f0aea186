//! What personalisation writes into a chip.

use std::collections::BTreeMap;
use std::fmt;

use mynumber_applet::issuer::KEY_LENGTHS;
use mynumber_applet::retry::RetryCounter;
use mynumber_applet::{ApplicationId, DataObjectId, FileId, KeyId, PinFormat, PinId, TokenKind};
use rsa::RsaPrivateKey;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// The longest reference value, in bytes (CARD.md §3.1).
pub(crate) const VALUE_MAX: usize = 16;

/// Everything that personalisation writes into a chip.
///
/// An object that the image lacks does not exist on the card; an application of which the image holds nothing does
/// not exist either. The image holds private keys and PINs: it is not shown by `Debug`, and it is wiped when dropped.
pub struct Image {
    /// What the chip is: the plastic card, or a phone.
    pub token: TokenKind,
    /// The answer to reset (ISO 7816-3 §8).
    pub atr: Vec<u8>,
    /// The readable files.
    pub files: BTreeMap<FileId, FileContents>,
    /// The private keys.
    pub keys: BTreeMap<KeyId, PrivateKey>,
    /// The PINs, passwords and verification numbers.
    pub references: BTreeMap<PinId, Reference>,
    /// What GET DATA returns at card-manager level.
    pub data_objects: BTreeMap<DataObjectId, Vec<u8>>,
    /// The key of the issuer's commands (CARD.md §13); without one the card knows none of them.
    pub issuer_key: Option<IssuerKey>,
}

impl Image {
    /// The ATR of the contact interface that most sources saw (CARD.md §1.2).
    pub const CONTACT_ATR: [u8; 9] = [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];

    /// A plastic card with nothing on it.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            token: TokenKind::Card,
            atr: Self::CONTACT_ATR.to_vec(),
            files: BTreeMap::new(),
            keys: BTreeMap::new(),
            references: BTreeMap::new(),
            data_objects: BTreeMap::new(),
            issuer_key: None,
        }
    }

    /// Whether anything of `application` is there.
    #[must_use]
    pub fn holds(&self, application: ApplicationId) -> bool {
        let row = application.row();
        row.files.iter().any(|file| self.files.contains_key(&file.id))
            || row.pins.iter().any(|pin| self.references.contains_key(&pin.id))
            || row.keys.iter().any(|key| self.keys.contains_key(&key.id))
    }

    /// Takes everything of `application` away.
    pub fn remove_application(&mut self, application: ApplicationId) {
        self.files.retain(|id, _| id.row().application != application);
        self.references.retain(|id, _| id.row().application != application);
        self.keys.retain(|id, _| id.row().application != application);
    }
}

impl Image {
    /// A copy, for a change that may still fail.
    pub(crate) fn duplicate(&self) -> Self {
        let key = |key: &PrivateKey| match key {
            PrivateKey::Rsa(key) => PrivateKey::Rsa(key.clone()),
        };
        Self {
            token: self.token,
            atr: self.atr.clone(),
            files: self.files.clone(),
            keys: self.keys.iter().map(|(id, held)| (*id, key(held))).collect(),
            references: self.references.iter().map(|(id, held)| (*id, held.duplicate())).collect(),
            data_objects: self.data_objects.clone(),
            issuer_key: self.issuer_key.as_ref().map(IssuerKey::duplicate),
        }
    }

    /// About the number of bytes that the image takes on disk, never fewer.
    pub(crate) fn size(&self) -> usize {
        const OVERHEAD: usize = 32;
        const KEY: usize = 4096;
        let file = |contents: &FileContents| match contents {
            FileContents::Bytes(bytes) => bytes.len(),
            FileContents::Records(records) => records.iter().map(|record| record.len() + OVERHEAD).sum(),
        };
        let files: usize = self.files.values().map(|contents| file(contents) + OVERHEAD).sum();
        let objects: usize = self.data_objects.values().map(|value| value.len() + OVERHEAD).sum();
        let references = self.references.len() * (VALUE_MAX + OVERHEAD);
        self.atr.len() + files + objects + references + self.keys.len() * KEY + 6 * OVERHEAD
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("token", &self.token)
            .field("files", &self.files.len())
            .field("keys", &self.keys.len())
            .field("references", &self.references.len())
            .finish_non_exhaustive()
    }
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq)]
pub enum FileContents {
    /// A transparent file: bytes.
    Bytes(Vec<u8>),
    /// A record file: its records, the first one is number 1.
    Records(Vec<Vec<u8>>),
}

impl fmt::Debug for FileContents {
    /// Lengths only: the contents are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes([{}])", bytes.len()),
            Self::Records(records) => write!(f, "Records([{}])", records.len()),
        }
    }
}

/// A private key; its algorithm is data, since the next card brings others (CARD.md §7).
#[non_exhaustive]
pub enum PrivateKey {
    /// RSA, as on today's cards.
    Rsa(RsaPrivateKey),
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(_) => f.write_str("Rsa(<secret>)"),
        }
    }
}

/// The key by which the issuer of this one card proves itself: AES-128 or AES-256 (CARD.md §13).
///
/// No `Debug` shows it, nothing clones it, and it is wiped when dropped.
pub struct IssuerKey(Zeroizing<Vec<u8>>);

impl IssuerKey {
    /// A key of 16 or 32 bytes.
    ///
    /// # Errors
    /// [`IssuerKeyLength`] for any other length.
    pub fn new(key: &[u8]) -> Result<Self, IssuerKeyLength> {
        if KEY_LENGTHS.contains(&key.len()) {
            Ok(Self(Zeroizing::new(key.to_vec())))
        } else {
            Err(IssuerKeyLength)
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuerKey(<secret>)")
    }
}

/// An issuer key of neither 16 nor 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an issuer key has 16 or 32 bytes")]
pub struct IssuerKeyLength;

/// A PIN, password or verification number as the chip holds it: value and try counter.
///
/// No `Debug` shows the value, nothing clones it, and it is wiped when dropped.
pub struct Reference {
    /// Always sixteen bytes, on the heap: a value that is moved leaves no copy behind.
    value: Zeroizing<Vec<u8>>,
    length: u8,
    counter: RetryCounter,
}

impl Reference {
    /// A reference with this value, `tries` of them, none spent. No tries at all make it blocked for ever.
    ///
    /// # Errors
    /// [`ValueTooLong`] above 16 bytes.
    pub fn new(value: &[u8], tries: u8) -> Result<Self, ValueTooLong> {
        let mut held = Zeroizing::new(vec![0; VALUE_MAX]);
        let length = u8::try_from(value.len()).map_err(|_| ValueTooLong)?;
        held.get_mut(..value.len()).ok_or(ValueTooLong)?.copy_from_slice(value);
        Ok(Self { value: held, length, counter: RetryCounter::new(tries) })
    }

    /// The same reference with only `left` tries left, at most all of them.
    #[must_use]
    pub fn with_left(mut self, left: u8) -> Self {
        self.set_left(left);
        self
    }

    /// The tries left.
    #[must_use]
    pub const fn left(&self) -> u8 {
        self.counter.remaining()
    }

    /// The try counter.
    pub(crate) const fn counter(&self) -> RetryCounter {
        self.counter
    }

    /// The tries in a row that block it.
    #[must_use]
    pub const fn limit(&self) -> u8 {
        self.counter.limit()
    }

    /// Whether no try is left.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        self.counter.is_blocked()
    }

    /// Whether the value has this form.
    #[must_use]
    pub fn has_form(&self, format: PinFormat) -> bool {
        format.accepts(self.value())
    }

    /// Sets the tries left, at most all of them.
    pub fn set_left(&mut self, left: u8) {
        let limit = self.limit();
        self.counter = RetryCounter::from_stored(limit, left.min(limit)).unwrap_or(self.counter);
    }

    /// As on the day of delivery: blocked, without a value, with the limit that it has.
    pub(crate) fn without_value(&self) -> Self {
        let counter = RetryCounter::from_stored(self.limit(), 0).unwrap_or(self.counter);
        Self { value: Zeroizing::new(vec![0; VALUE_MAX]), length: 0, counter }
    }

    fn duplicate(&self) -> Self {
        let Self { value, length, counter } = self;
        Self { value: value.clone(), length: *length, counter: *counter }
    }

    pub(crate) fn value(&self) -> &[u8] {
        self.value.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Compares in time that does not depend on where the values differ.
    pub(crate) fn matches(&self, presented: &[u8]) -> Choice {
        let mut padded = Zeroizing::new([0; VALUE_MAX]);
        let Some(head) = padded.get_mut(..presented.len()) else { return Choice::from(0) };
        head.copy_from_slice(presented);
        let length = u8::try_from(presented.len()).unwrap_or(u8::MAX);
        self.value.as_slice().ct_eq(padded.as_slice()) & self.length.ct_eq(&length)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference(<secret>, {} of {} left)", self.left(), self.limit())
    }
}

/// A reference value of more than sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reference value has at most 16 bytes")]
pub struct ValueTooLong;
