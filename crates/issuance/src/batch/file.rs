//! One card file, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use mynumber_virtual_card::{FormatErrorKind, Image, MemoryStorage, OpenError, Storage, VirtualCard};
use rand_chacha::ChaCha20Rng;
use zeroize::Zeroizing;

use super::{BatchError, Order, Outcome};
use crate::person::Person;

/// More than any card file: what is longer is none.
const LONGEST: u64 = 1 << 20;

pub(super) fn make<E: Into<BatchError>>(
    order: &Order,
    mut rng: ChaCha20Rng,
    make: impl Fn(&Person, &mut ChaCha20Rng) -> Result<Image, E>,
) -> Result<Outcome, BatchError> {
    if is_there(&order.file, &rng)? {
        return Ok(Outcome::WasThere);
    }
    let image = make(&order.person, &mut rng).map_err(Into::into)?;
    let mut bytes = MemoryStorage::default();
    VirtualCard::new(image, bytes.clone(), rng)?;
    write(&order.file, &bytes.read()?)?;
    Ok(Outcome::Made)
}

/// Whether there is a whole card. Half of one, or nothing of it, is none; anything else is left alone.
fn is_there(path: &Path, rng: &ChaCha20Rng) -> Result<bool, BatchError> {
    let mut bytes = Zeroizing::new(Vec::new());
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(BatchError::disk("opening", error)),
        Ok(file) => file.take(LONGEST).read_to_end(&mut bytes).map_err(|e| BatchError::disk("reading", e))?,
    };
    match VirtualCard::open(MemoryStorage::holding(&bytes), rng.clone()) {
        Ok(_) => Ok(true),
        Err(OpenError::Empty) => Ok(false),
        Err(OpenError::Format(error)) => match error.kind() {
            FormatErrorKind::Truncated | FormatErrorKind::Damaged => Ok(false),
            _ => Err(BatchError::Occupied(error)),
        },
        Err(other) => Err(other.into()),
    }
}

/// Content first, on the disk; then the name; then the folder that holds the name.
fn write(path: &Path, bytes: &[u8]) -> Result<(), BatchError> {
    let unfinished = unfinished(path);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(BatchError::disk("writing", error)),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished).map_err(|error| BatchError::disk("making", error))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| sync_folder(path))
        .map_err(|error| BatchError::disk("writing", error))
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

/// Elsewhere than on Unix the system makes names durable by itself.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new("."))).and_then(|folder| folder.sync_all())
}
