//! Connecting and migrating.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use postgres::config::Host;
use postgres::{Client, Config, GenericClient, IsolationLevel, NoTls};

use super::super::schema::{Dialect, VERSION, migrations};
use super::super::{Failure, StoreError};
use super::Postgres;

/// How long a desk waits for the server to answer its first word.
const CONNECT: Duration = Duration::from_secs(10);

/// What every connection begins with: a change is on the disk when the server says so, and nobody waits for ever.
const SETTINGS: &str = "SET synchronous_commit = on; SET lock_timeout = '10s'";

/// `MYNC`: the lock that whoever writes holds until the end of the transaction.
const LOCK: u32 = 0x4D59_4E43;

/// Waits until no other writer is in the middle of a change. The audit log is one chain, so writers follow one another.
pub(super) fn lock() -> String {
    format!("SELECT pg_advisory_xact_lock({LOCK})")
}

impl Postgres {
    /// Opens the store in a database, and makes it when the database is empty. An older one is brought to the present
    /// version.
    ///
    /// The parameters are those of PostgreSQL's own clients: `host=/run/postgresql user=desk dbname=cases`, or
    /// `postgresql://…`. They may hold a password, so read them from a file, never from an argument. The connection is not
    /// encrypted: `host` is a folder with a Unix socket, or this computer (`localhost`, 127.0.0.1, ::1), where a tunnel to
    /// the server may end.
    ///
    /// # Errors
    /// [`StoreError::Parameters`], [`StoreError::Unencrypted`], [`StoreError::Newer`], [`StoreError::Foreign`], and failures
    /// of the server; none shows a parameter.
    pub fn open(parameters: &str) -> Result<Self, StoreError> {
        let mut client = connect(parameters)?;
        migrate(&mut client, VERSION)?;
        Ok(Self { client, statements: HashMap::new() })
    }
}

pub(in crate::store) fn connect(parameters: &str) -> Result<Client, StoreError> {
    let mut config: Config = parameters.parse().map_err(|_| StoreError::Parameters)?;
    refuse_unencrypted(&config)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    let mut client = config.connect(NoTls).map_err(|error| match StoreError::from(error) {
        // There was no connection yet.
        StoreError::Lost => StoreError::Failed(Failure("the server does not answer".to_owned())),
        other => other,
    })?;
    client.batch_execute(SETTINGS)?;
    let encoding: String = client.query_one("SHOW server_encoding", &[])?.try_get(0)?;
    if encoding != "UTF8" {
        return Err(StoreError::Failed(Failure("the database is not in UTF-8".to_owned())));
    }
    Ok(client)
}

/// Names of persons and passwords do not travel in the clear.
fn refuse_unencrypted(config: &Config) -> Result<(), StoreError> {
    let hosts_stay = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    let addresses_stay = config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    if hosts_stay && addresses_stay { Ok(()) } else { Err(StoreError::Unencrypted) }
}

/// The version of the schema; 0 for an empty database. One with tables that does not say it is a store is somebody
/// else's.
fn version(client: &mut impl GenericClient) -> Result<u32, StoreError> {
    // One statement: another desk may be making the tables just now.
    let row = client.query_one(
        "SELECT count(*) FILTER (WHERE tablename = 'mynumber_store'), count(*)
         FROM pg_catalog.pg_tables WHERE schemaname = current_schema()",
        &[],
    )?;
    match (row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?) {
        (_, 0) => return Ok(0),
        (0, _) => return Err(StoreError::Foreign),
        _ => {}
    }
    let rows = client.query("SELECT version FROM mynumber_store", &[])?;
    let [row] = rows.as_slice() else { return Err(StoreError::Foreign) };
    let found = u32::try_from(row.try_get::<_, i64>(0)?).map_err(|_| StoreError::Foreign)?;
    if found > VERSION {
        return Err(StoreError::Newer { found, known: VERSION });
    }
    Ok(found)
}

/// Brings the schema to a version, all steps or none. Of several desks that open at once one does it.
pub(in crate::store) fn migrate(client: &mut Client, to: u32) -> Result<(), StoreError> {
    if version(client)? >= to {
        return Ok(());
    }
    let isolation = IsolationLevel::ReadCommitted;
    let mut transaction = client.build_transaction().isolation_level(isolation).read_only(false).start()?;
    transaction.batch_execute(&lock())?;
    let from = version(&mut transaction)?;
    for migration in migrations(Dialect::Postgres, from, to) {
        transaction.batch_execute(&migration)?;
    }
    if from == 0 && to > 0 {
        transaction.batch_execute(
            "CREATE TABLE mynumber_store (version BIGINT NOT NULL); INSERT INTO mynumber_store VALUES (0)",
        )?;
    }
    if from < to {
        transaction.execute("UPDATE mynumber_store SET version = $1", &[&i64::from(to)])?;
    }
    transaction.commit()?;
    Ok(())
}
