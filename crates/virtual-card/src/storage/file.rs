//! A card file on disk.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Storage, StorageError};

/// A card takes some 20 kB; with the largest files that its EFs can hold, less than 1 MiB.
const LARGEST: u64 = 1 << 20;

/// Keeps the card in a file that only its owner may read, locked against other processes.
///
/// The lock lies on a file of its own beside it (`.lock` added to the name), since the card's file itself is replaced
/// as a whole now and then. The lock ends with the process, however that ends.
#[derive(Debug)]
pub struct FileStorage {
    path: PathBuf,
    file: File,
    _lock: File,
}

impl FileStorage {
    /// Makes a new file, of mode 600.
    ///
    /// # Errors
    /// [`StorageError`]: there is a file already, or another process is making one.
    pub fn create(path: &Path) -> Result<Self, StorageError> {
        let lock = lock(path)?;
        let file = owner_only(OpenOptions::new().read(true).write(true).create_new(true))
            .open(path)
            .map_err(|source| StorageError::io("creating", source))?;
        sync_folder(path)?;
        Ok(Self { path: path.to_owned(), file, _lock: lock })
    }

    /// Opens the file of a card that exists.
    ///
    /// # Errors
    /// [`StorageError`]: no such file, open to others than its owner, in use.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        // A missing file shall not leave a lock behind.
        if !path.exists() {
            return Err(StorageError::io("opening", std::io::ErrorKind::NotFound.into()));
        }
        let lock = lock(path)?;
        let file = open_existing(path)?;
        check_mode(&file)?;
        Ok(Self { path: path.to_owned(), file, _lock: lock })
    }
}

fn open_existing(path: &Path) -> Result<File, StorageError> {
    OpenOptions::new().read(true).write(true).open(path).map_err(|source| StorageError::io("opening", source))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn lock(path: &Path) -> Result<File, StorageError> {
    let lock = owner_only(OpenOptions::new().read(true).write(true).create(true).truncate(false))
        .open(with_suffix(path, ".lock"))
        .map_err(|source| StorageError::io("locking", source))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse),
        Err(TryLockError::Error(source)) => Err(StorageError::io("locking", source)),
    }
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn check_mode(file: &File) -> Result<(), StorageError> {
    let metadata = file.metadata().map_err(|source| StorageError::io("examining", source))?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(StorageError::Exposed { mode }) }
}

#[cfg(not(unix))]
fn check_mode(_file: &File) -> Result<(), StorageError> {
    Ok(())
}

/// Makes a file's name durable; elsewhere than on Unix the system does so by itself.
fn sync_folder(path: &Path) -> Result<(), StorageError> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| StorageError::io("writing the folder of", source))
}

impl Storage for FileStorage {
    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        let size = self.file.metadata().map_err(|source| StorageError::io("examining", source))?.len();
        if size > LARGEST {
            return Err(StorageError::TooLarge);
        }
        // All the room at once: a vector that grows leaves copies of its bytes behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1));
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| Read::by_ref(&mut self.file).take(LARGEST).read_to_end(&mut bytes))
            .map_err(|source| StorageError::io("reading", source))?;
        Ok(bytes)
    }

    fn append(&mut self, at: usize, record: &[u8]) -> Result<(), StorageError> {
        let at = u64::try_from(at).map_err(|_| StorageError::TooLarge)?;
        self.file
            .set_len(at)
            .and_then(|()| self.file.seek(SeekFrom::Start(at)))
            .and_then(|_| self.file.write_all(record))
            .and_then(|()| self.file.sync_data())
            .map_err(|source| StorageError::io("writing", source))
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        let aside = with_suffix(&self.path, ".new");
        // What an interrupted run left behind.
        match fs::remove_file(&aside) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(StorageError::io("writing", source));
            }
            _ => {}
        }
        let mut file = owner_only(OpenOptions::new().read(true).write(true).create_new(true))
            .open(&aside)
            .map_err(|source| StorageError::io("writing", source))?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&aside, &self.path))
            .map_err(|source| StorageError::io("writing", source))?;
        self.file = file;
        sync_folder(&self.path)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_is_made_durable_is_the_one_that_holds_the_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(sync_folder(&folder.path().join("taro.card")).is_ok());
        assert!(sync_folder(Path::new("taro.card")).is_ok(), "a bare name lies in the current folder");
        let missing = sync_folder(&folder.path().join("none/taro.card")).unwrap_err();
        assert!(
            matches!(missing, StorageError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
        );
    }
}
