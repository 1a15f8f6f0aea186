//! Opening, migrating and backing up.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::super::schema::{Dialect, VERSION, migrations};
use super::super::{Failure, StoreError};
use super::Sqlite;

/// `MYNC`: says that a file is a store of cases.
const APPLICATION_ID: i32 = 0x4D59_4E43;

/// How long a desk waits for another.
const BUSY: Duration = Duration::from_secs(10);

/// More than the statements that there are: each is read once.
const STATEMENTS: usize = 64;

impl Sqlite {
    /// Opens a store, and makes it when there is no such file. An older one is brought to the present version.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Foreign`], and failures of the disk.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if create_private(path)? {
            sync_folder(path)?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        refuse_foreign(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        migrate(&mut connection, VERSION)?;
        Ok(Self { connection })
    }

    /// Writes the store as it is at one moment into a new file, while others go on working. The copy is checked, and is on
    /// the disk before it gets its name: a file of this name is a whole backup.
    ///
    /// # Errors
    /// [`StoreError::Exists`], and failures of the disk.
    pub fn back_up(&self, path: &Path) -> Result<(), StoreError> {
        if path.exists() {
            return Err(StoreError::Exists);
        }
        let unfinished = unfinished(path);
        // What a backup left that was broken off.
        remove(&unfinished)?;
        if !create_private(&unfinished)? {
            return Err(StoreError::Exists);
        }
        let written = self.copy_to(&unfinished).and_then(|()| name_finished(&unfinished, path));
        if written.is_err() {
            // What cannot be removed either does no harm: it does not have the name of a backup.
            drop(remove(&unfinished));
        }
        written
    }

    fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let mut copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // All pages in one step: no change comes between them.
        Backup::new(&self.connection, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        // One file, without a log beside it.
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        let check: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if check == "ok" { Ok(()) } else { Err(StoreError::Failed(Failure("integrity".to_owned()))) }
    }
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".unfinished");
    path.with_file_name(name)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(disk(&error)),
        _ => Ok(()),
    }
}

/// Content first, then the name, then the folder that holds the name.
fn name_finished(unfinished: &Path, path: &Path) -> Result<(), StoreError> {
    File::open(unfinished).and_then(|file| file.sync_all()).map_err(|error| disk(&error))?;
    if path.exists() {
        return Err(StoreError::Exists);
    }
    std::fs::rename(unfinished, path).map_err(|error| disk(&error))?;
    sync_folder(path)
}

fn disk(error: &std::io::Error) -> StoreError {
    StoreError::Failed(Failure(error.kind().to_string()))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or_else(|| Path::new(".")));
    folder.and_then(|folder| folder.sync_all()).map_err(|error| disk(&error))
}

/// Elsewhere a folder is not opened as a file.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Makes an empty file that its owner alone may read, unless there is one; says whether it did.
fn create_private(path: &Path) -> Result<bool, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(disk(&error)),
    }
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > VERSION {
        return Err(StoreError::Newer { found: version, known: VERSION });
    }
    Ok(version)
}

/// A file with tables in it that does not say it is a store is somebody else's.
fn refuse_foreign(connection: &Connection) -> Result<(), StoreError> {
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if id == APPLICATION_ID || (id == 0 && tables == 0) {
        version(connection).map(drop)
    } else {
        Err(StoreError::Foreign)
    }
}

/// Brings the schema to a version, all steps or none. Of several desks that open at once one does it.
pub(in crate::store) fn migrate(connection: &mut Connection, to: u32) -> Result<(), StoreError> {
    if version(connection)? >= to {
        return Ok(());
    }
    let transaction: Transaction<'_> =
        connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    for migration in migrations(Dialect::Sqlite, from, to) {
        transaction.execute_batch(&migration)?;
    }
    if from < to {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", to)?;
    }
    transaction.commit()?;
    Ok(())
}
