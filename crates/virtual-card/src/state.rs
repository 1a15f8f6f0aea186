//! Image and counters, kept in storage: every change is durable before it is visible.

use mynumber_applet::PinId;

use crate::format::{self, BLOCK, FormatError};
use crate::image::{Image, Reference, ValueTooLong};
use crate::journal::{self, Change};
use crate::storage::{Storage, StorageError};

/// The journal is folded into the image when it has this many records: 64 kB, read in well under a millisecond.
const LONGEST_JOURNAL: u64 = 1024;

/// Why a card cannot be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Its file cannot be reached.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Its file is damaged, of an unknown version, or something else.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// There is no card in the storage.
    #[error("no card was ever written there")]
    Empty,
}

/// Why a change did not become durable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The image cannot be written.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The new value has more than 16 bytes.
    #[error(transparent)]
    Value(#[from] ValueTooLong),
    /// An earlier write failed half-way; the card must be opened again.
    #[error("an earlier write failed; the card must be opened again")]
    Broken,
    /// The card has no such reference.
    #[error("the card has no such reference")]
    NoReference,
}

pub(crate) struct State {
    image: Image,
    erased: bool,
    storage: Box<dyn Storage>,
    hash: [u8; 32],
    journal_at: usize,
    records: u64,
    broken: bool,
}

impl State {
    /// Writes `image` into the storage, in the place of whatever was there.
    pub(crate) fn create(image: Image, mut storage: Box<dyn Storage>) -> Result<Self, OpenError> {
        let bytes = format::write(&image, false)?;
        storage.replace(&bytes)?;
        let (hash, journal_at) = format::checksum_of(&bytes)?;
        Ok(Self { image, erased: false, storage, hash, journal_at, records: 0, broken: false })
    }

    pub(crate) fn open(mut storage: Box<dyn Storage>) -> Result<Self, OpenError> {
        let bytes = storage.read()?;
        if bytes.is_empty() {
            return Err(OpenError::Empty);
        }
        let mut contents = format::read(&bytes)?;
        let records = journal::replay(&bytes, &mut contents)?;
        Ok(Self {
            image: contents.image,
            erased: contents.erased,
            storage,
            hash: contents.hash,
            journal_at: contents.journal_at,
            records,
            broken: false,
        })
    }

    pub(crate) const fn image(&self) -> &Image {
        &self.image
    }

    pub(crate) const fn is_erased(&self) -> bool {
        self.erased
    }

    pub(crate) fn reference(&self, pin: PinId) -> Option<&Reference> {
        self.image.references.get(&pin)
    }

    /// Sets the tries left.
    pub(crate) fn set_left(&mut self, pin: PinId, left: u8) -> Result<(), WriteError> {
        self.append(&Change::Tries(pin, left))?;
        self.image.references.get_mut(&pin).ok_or(WriteError::NoReference)?.set_left(left);
        Ok(())
    }

    /// Sets the value, and gives all tries back.
    pub(crate) fn set_value(&mut self, pin: PinId, value: &[u8]) -> Result<(), WriteError> {
        let limit = self.reference(pin).ok_or(WriteError::NoReference)?.limit();
        let reference = Reference::new(value, limit)?;
        self.append(&Change::Value(pin, value))?;
        self.image.references.insert(pin, reference);
        Ok(())
    }

    /// Takes the value and every try away.
    pub(crate) fn block(&mut self, pin: PinId) -> Result<(), WriteError> {
        let blocked = self.reference(pin).ok_or(WriteError::NoReference)?.without_value();
        self.append(&Change::Blocked(pin))?;
        self.image.references.insert(pin, blocked);
        Ok(())
    }

    /// Puts another image in the place of the present one.
    pub(crate) fn rewrite(&mut self, image: Image) -> Result<(), WriteError> {
        self.replace(image, self.erased)
    }

    /// Takes keys, references and contents away for good.
    pub(crate) fn erase(&mut self) -> Result<(), WriteError> {
        let bare = Image { token: self.image.token, atr: self.image.atr.clone(), ..Image::empty() };
        self.replace(bare, true)
    }

    fn append(&mut self, change: &Change<'_>) -> Result<(), WriteError> {
        if self.broken {
            return Err(WriteError::Broken);
        }
        if self.records >= LONGEST_JOURNAL {
            self.fold()?;
        }
        let record = journal::record(&self.hash, self.records, change);
        let written = usize::try_from(self.records).unwrap_or(usize::MAX).saturating_mul(BLOCK);
        self.storage.append(self.journal_at.saturating_add(written), record.as_slice())?;
        self.records += 1;
        Ok(())
    }

    fn fold(&mut self) -> Result<(), WriteError> {
        let bytes = format::write(&self.image, self.erased)?;
        self.write_all(&bytes)
    }

    fn replace(&mut self, image: Image, erased: bool) -> Result<(), WriteError> {
        if self.broken {
            return Err(WriteError::Broken);
        }
        let bytes = format::write(&image, erased)?;
        self.write_all(&bytes)?;
        self.image = image;
        self.erased = erased;
        Ok(())
    }

    /// After a failure it is not known whether the old file or the new one is there, so nothing more is written.
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.broken = true;
        self.storage.replace(bytes)?;
        (self.hash, self.journal_at) = format::checksum_of(bytes)?;
        self.records = 0;
        self.broken = false;
        Ok(())
    }
}
