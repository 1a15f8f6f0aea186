//! Where a card's file is kept.

mod file;
mod power_cut;

use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

pub use file::FileStorage;
pub use power_cut::{Cut, PowerCut};

/// Keeps the bytes of one card file.
///
/// The contract that the card's promises stand on: when a method returns `Ok`, what it wrote survives a power cut;
/// when the power fails inside [`Storage::append`], at most a part of the new record is there afterwards; when it
/// fails inside [`Storage::replace`], the file holds either all of the old bytes or all of the new ones.
pub trait Storage: Send {
    /// All the bytes; none when nothing was written yet.
    ///
    /// # Errors
    /// [`StorageError`].
    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>, StorageError>;

    /// Writes `record` at byte `at`, the end of what is valid, and makes it durable. Whatever an earlier attempt that
    /// failed left behind `at` is overwritten.
    ///
    /// # Errors
    /// [`StorageError`]; a part of the record may then be there.
    fn append(&mut self, at: usize, record: &[u8]) -> Result<(), StorageError>;

    /// Puts `bytes` in the place of everything, durably and at once.
    ///
    /// # Errors
    /// [`StorageError`]; the old bytes are then still there.
    fn replace(&mut self, bytes: &[u8]) -> Result<(), StorageError>;
}

/// Why a card's file cannot be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The operating system refused.
    #[error("{operation} the card's file: {source}")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Another process, or another card in this one, uses the file.
    #[error("the card's file is in use by another process")]
    InUse,
    /// Others than the owner may read or write the file.
    #[error(
        "the card's file is open to others (mode {mode:03o}); it holds keys and PINs, and wants mode 600"
    )]
    Exposed {
        /// The permission bits.
        mode: u32,
    },
    /// The file is larger than a card can be.
    #[error("the card's file is larger than a card can be")]
    TooLarge,
    /// The power failed while writing: only [`PowerCut`] says so.
    #[error("the power failed")]
    PowerLost,
}

impl StorageError {
    pub(crate) const fn io(operation: &'static str, source: std::io::Error) -> Self {
        Self::Io { operation, source }
    }
}

/// Keeps the card in memory. Clones share the same bytes, so a card can be opened again from a clone.
#[derive(Clone, Default)]
pub struct MemoryStorage {
    bytes: Arc<Mutex<Zeroizing<Vec<u8>>>>,
}

impl std::fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStorage(<secret>)")
    }
}

impl MemoryStorage {
    /// Memory that holds these bytes, for example those of a card file.
    #[must_use]
    pub fn holding(bytes: &[u8]) -> Self {
        Self { bytes: Arc::new(Mutex::new(Zeroizing::new(bytes.to_vec()))) }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let mut guard = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut guard)
    }
}

impl Storage for MemoryStorage {
    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        Ok(Zeroizing::new(self.with(|bytes| bytes.clone())))
    }

    fn append(&mut self, at: usize, record: &[u8]) -> Result<(), StorageError> {
        self.with(|bytes| {
            bytes.truncate(at);
            bytes.extend_from_slice(record);
        });
        Ok(())
    }

    fn replace(&mut self, new: &[u8]) -> Result<(), StorageError> {
        self.with(|bytes| {
            bytes.clear();
            bytes.extend_from_slice(new);
        });
        Ok(())
    }
}

impl Storage for Box<dyn Storage> {
    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        (**self).read()
    }

    fn append(&mut self, at: usize, record: &[u8]) -> Result<(), StorageError> {
        (**self).append(at, record)
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        (**self).replace(bytes)
    }
}
