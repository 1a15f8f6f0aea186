//! Opening, migrating and backing up.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::super::{Failure, StoreError};
use super::Sqlite;

/// `MYNC`: says that a file is a store of cases.
const APPLICATION_ID: i32 = 0x4D59_4E43;

/// Each brings the schema from its place in the list to the next version.
const MIGRATIONS: [&str; 2] = [include_str!("../schema.sql"), include_str!("../notices.sql")];

/// How long a desk waits for another.
const BUSY: Duration = Duration::from_secs(10);

impl Sqlite {
    /// Opens a store, and makes it when there is no such file. An older one is brought to the present version.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Foreign`], and failures of the disk.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        create_private(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        refuse_foreign(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        migrate(&mut connection, MIGRATIONS.len())?;
        Ok(Self { connection })
    }

    /// Writes the store as it is at one moment into a new file, while others go on working.
    ///
    /// # Errors
    /// [`StoreError::Exists`], and failures of the disk.
    pub fn back_up(&self, path: &Path) -> Result<(), StoreError> {
        if path.exists() {
            return Err(StoreError::Exists);
        }
        create_private(path)?;
        let written = self.copy_to(path);
        if written.is_err() {
            // Half a backup is none. What cannot be removed cannot be helped here.
            drop(std::fs::remove_file(path));
        }
        written
    }

    fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let mut copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // All pages in one step: no change comes between them.
        Backup::new(&self.connection, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        let check: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if check == "ok" { Ok(()) } else { Err(StoreError::Failed(Failure("integrity".to_owned()))) }
    }
}

/// Makes an empty file that its owner alone may read, unless there is one.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Failed(Failure(error.kind().to_string()))),
    }
}

fn version(connection: &Connection) -> Result<usize, StoreError> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if version > known {
        return Err(StoreError::Newer { found: version, known });
    }
    usize::try_from(version).map_err(|_| StoreError::Foreign)
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
pub(in crate::store) fn migrate(connection: &mut Connection, to: usize) -> Result<(), StoreError> {
    if version(connection)? >= to {
        return Ok(());
    }
    let transaction: Transaction<'_> =
        connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    for migration in MIGRATIONS.iter().take(to).skip(from) {
        transaction.execute_batch(migration)?;
    }
    if from < to {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", u32::try_from(to).unwrap_or(u32::MAX))?;
    }
    transaction.commit()?;
    Ok(())
}
