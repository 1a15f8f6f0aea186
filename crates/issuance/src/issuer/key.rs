//! The issuer's keys: one master key, from which each card's key comes.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use mynumber_virtual_card::{IssuerKey, IssuerKeyLength};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::assumed::derive;
use crate::receipt::Serial;

/// Bytes of the master key, and of each card's: AES-256.
pub(super) const KEY: usize = 32;
/// A key, on the heap from the start: moving it leaves no copy.
pub(super) type Key = Box<Zeroizing<[u8; KEY]>>;
/// What a key file begins with.
const MAGIC: &[u8; 8] = b"MYNUMIK\x01";
/// What a key file holds: its beginning, the key, the SHA-256 of both.
const FILE: usize = MAGIC.len() + KEY + 32;
/// Label of the derivation (NIST SP 800-108 §4.1).
const LABEL: &[u8] = b"mynumber card key";

/// The key of an issuer, from which the key of every card of this issuer comes: AES-256.
///
/// Whoever has it can set the PINs of all of these cards. It is made at run time, kept in a file of its owner alone, wiped when
/// dropped, and shown by nothing.
pub struct IssuerMasterKey(Key);

impl IssuerMasterKey {
    /// A new key. `rng` must be fit for keys.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut key = Box::new(Zeroizing::new([0; KEY]));
        rng.fill_bytes(key.as_mut_slice());
        Self(key)
    }

    /// The key of the card with this serial number: the key derivation of NIST SP 800-108 in counter mode over AES-CMAC.
    #[must_use]
    pub fn card_key(&self, serial: &Serial) -> CardKey {
        CardKey(derive(&self.0, LABEL, serial.as_str().as_bytes()))
    }

    /// Writes the key into a new file that its owner alone can read, complete or not at all.
    ///
    /// # Errors
    /// [`KeyFileError::Exists`] when something is there already, or [`KeyFileError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), KeyFileError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(FILE));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(self.0.as_slice());
        let check = Sha256::digest(&bytes);
        bytes.extend_from_slice(&check);
        // The process number keeps two that save at once apart; the link decides which of them wins.
        let aside = path.with_extension(format!("new-{}", std::process::id()));
        let written = write(&aside, &bytes).map_err(at(&aside)).and_then(|()| {
            fs::hard_link(&aside, path).map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => KeyFileError::Exists { path: path.to_path_buf() },
                _ => KeyFileError::Io { path: path.to_path_buf(), source },
            })
        });
        // What is left aside is of no use, and the first error is the one to tell.
        let _ = fs::remove_file(&aside);
        written?;
        sync_folder(path).map_err(at(path))
    }

    /// Reads the key.
    ///
    /// # Errors
    /// [`KeyFileError`]; a file that others may read is refused.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeyFileError::Absent { path: path.to_path_buf() },
            _ => KeyFileError::Io { path: path.to_path_buf(), source },
        })?;
        #[cfg(unix)]
        {
            let metadata = file.metadata().map_err(at(path))?;
            if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
                return Err(KeyFileError::Exposed { path: path.to_path_buf() });
            }
        }
        // Room for one byte more than a key file has, all at once: a vector that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(FILE + 1));
        let limit = u64::try_from(FILE + 1).unwrap_or(u64::MAX);
        file.take(limit).read_to_end(&mut bytes).map_err(at(path))?;
        parse(&bytes).ok_or_else(|| KeyFileError::Damaged { path: path.to_path_buf() })
    }
}

fn parse(bytes: &[u8]) -> Option<IssuerMasterKey> {
    let (body, check) = bytes.split_last_chunk::<32>()?;
    let held = <&[u8; KEY]>::try_from(body.strip_prefix(MAGIC)?).ok()?;
    if !bool::from(Sha256::digest(body).as_slice().ct_eq(check)) {
        return None;
    }
    let mut key = Box::new(Zeroizing::new([0; KEY]));
    key.copy_from_slice(held);
    Some(IssuerMasterKey(key))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The name is durable only when the folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn at(path: &Path) -> impl Fn(io::Error) -> KeyFileError + use<> {
    let path = path.to_path_buf();
    move |source| KeyFileError::Io { path: path.clone(), source }
}

impl fmt::Debug for IssuerMasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuerMasterKey(<secret>)")
    }
}

/// The issuer's key of one card: AES-256. Wiped when dropped, shown by nothing.
pub struct CardKey(Key);

impl CardKey {
    pub(super) fn bytes(&self) -> &[u8; KEY] {
        &self.0
    }

    /// The key as a card's image holds it.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_issuer_key(&self) -> Result<IssuerKey, IssuerKeyLength> {
        IssuerKey::new(self.0.as_slice())
    }
}

impl fmt::Debug for CardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardKey(<secret>)")
    }
}

/// Why a master key could not be saved or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Something is in its place already; nothing is ever overwritten.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no such file.
    #[error("there is no issuer's key at {}", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Others than its owner can read it.
    #[error("{} can be read by others than its owner, so the key may be known to them", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// It does not hold an issuer's key, or is damaged.
    #[error("{} is no issuer's key, damaged, or of an unknown version", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
