//! Each kind of store as a place that several desks open, and that is reached behind the store's back.

use super::*;

pub(super) trait Place: Sync {
    /// The store of one desk.
    type Desk: Store;

    /// A new and empty place.
    fn new() -> Self;

    /// A place with the schema of an older version.
    fn of_version(version: u32) -> Self;

    /// What a desk gets.
    fn try_open(&self) -> Result<Self::Desk, StoreError>;

    /// Runs statements behind the store's back; `Err` when the database refuses.
    fn run(&self, statements: &str) -> Result<(), String>;

    /// The statements that take away what protects the audit log.
    const UNPROTECT: &str;

    /// The statement that makes the place say that it has version 99.
    const NEWER: &str;

    /// Thirty-two bytes.
    const HASH: &str;

    /// A copy, made while others go on working.
    fn copy(&self, store: &mut Self::Desk) -> Self;

    fn open(&self) -> Self::Desk {
        self.try_open().unwrap()
    }
}

pub(super) struct File {
    folder: TempDir,
    name: String,
}

impl File {
    fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }
}

impl Place for File {
    type Desk = Sqlite;
    const UNPROTECT: &str = "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted";
    const NEWER: &str = "PRAGMA user_version = 99";
    const HASH: &str = "zeroblob(32)";

    fn new() -> Self {
        Self { folder: folder(), name: "cases.db".to_owned() }
    }

    fn of_version(version: u32) -> Self {
        let place = Self::new();
        let mut old = rusqlite::Connection::open(place.path()).unwrap();
        crate::store::sqlite::migrate(&mut old, version).unwrap();
        place
    }

    fn try_open(&self) -> Result<Sqlite, StoreError> {
        Sqlite::open(&self.path())
    }

    fn run(&self, statements: &str) -> Result<(), String> {
        let raw = rusqlite::Connection::open(self.path()).unwrap();
        raw.execute_batch(statements).map_err(|error| error.to_string())
    }

    fn copy(&self, store: &mut Sqlite) -> Self {
        let copy = Self::new();
        store.back_up(&copy.path()).unwrap();
        copy
    }
}

#[cfg(feature = "postgres")]
pub(super) struct Served {
    database: String,
}

#[cfg(feature = "postgres")]
impl Served {
    fn parameters(&self) -> String {
        server::server().parameters(&self.database)
    }
}

#[cfg(feature = "postgres")]
impl Place for Served {
    type Desk = crate::store::Postgres;
    const UNPROTECT: &str =
        "DROP TRIGGER audit_is_not_changed ON audit; DROP TRIGGER audit_is_not_emptied ON audit";
    const NEWER: &str = "UPDATE mynumber_store SET version = 99";
    const HASH: &str = "decode(repeat('00', 32), 'hex')";

    fn new() -> Self {
        Self { database: server::server().database() }
    }

    fn of_version(version: u32) -> Self {
        let place = Self::new();
        let mut old = crate::store::postgres::connect(&place.parameters()).unwrap();
        crate::store::postgres::migrate(&mut old, version).unwrap();
        place
    }

    fn try_open(&self) -> Result<Self::Desk, StoreError> {
        crate::store::Postgres::open(&self.parameters())
    }

    fn run(&self, statements: &str) -> Result<(), String> {
        let mut raw = crate::store::postgres::connect(&self.parameters()).unwrap();
        raw.batch_execute(statements).map_err(|error| error.to_string())
    }

    /// As an operator does it: with the server's own programs.
    fn copy(&self, _: &mut Self::Desk) -> Self {
        let copy = Self::new();
        let dump = server::server().run("pg_dump", &[], &self.database);
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let folder = folder();
        let file = folder.path().join("dump.sql");
        std::fs::write(&file, dump.stdout).unwrap();
        let file = file.to_str().unwrap();
        let restored =
            server::server().run("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-f", file], &copy.database);
        assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
        copy
    }
}
