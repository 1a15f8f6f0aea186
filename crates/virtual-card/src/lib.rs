//! A virtual My Number Card: bytes in, bytes out, state on disk.

pub mod atr;
mod card;
mod codes;
mod engine;
mod format;
mod image;
mod journal;
mod overlay;
mod quirks;
mod state;
pub mod storage;

pub use card::{Power, VirtualCard};
pub use format::{FormatError, FormatErrorKind};
pub use image::{FileContents, Image, PrivateKey, Reference, ValueTooLong};
pub use quirks::{Certificate, Quirks, QuirksError};
pub use state::{OpenError, WriteError};
pub use storage::{FileStorage, MemoryStorage, Storage, StorageError};

#[cfg(test)]
mod power_cut_tests;
#[cfg(test)]
mod storage_tests;
#[cfg(test)]
mod test_card;
