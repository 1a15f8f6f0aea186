//! The store in a PostgreSQL database.

mod open;

#[cfg(test)]
pub(super) use open::{connect, migrate};

use std::collections::HashMap;
use std::error::Error as _;
use std::fmt;

use postgres::error::SqlState;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, GenericClient, IsolationLevel, Statement};

use super::sql::{Database, Row, Sql, Value};
use super::{Failure, StoreError};

/// A store in a PostgreSQL database: any number of desks, on any number of computers, each with a connection of its own.
///
/// Changes are on the server's disk when a call returns, as far as the server is set up to write (`fsync` is on unless
/// somebody turned it off). A desk that meets another in the middle of a change waits for up to ten seconds. After
/// [`StoreError::Lost`] the store is opened anew.
///
/// The tables stand in the first schema of the connection's search path. For a backup while others go on working, use
/// PostgreSQL's own `pg_dump`.
pub struct Postgres {
    client: Client,
    statements: Statements,
}

/// Statements that the server has read already.
type Statements = HashMap<&'static str, Statement>;

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres")
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        let Some(state) = error.code() else {
            let is_broken = error.is_closed()
                || error.source().is_some_and(|source| source.downcast_ref::<std::io::Error>().is_some());
            return if is_broken {
                Self::Lost
            } else {
                Self::Failed(Failure("an answer of another form".to_owned()))
            };
        };
        if [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::QUERY_CANCELED,
            SqlState::TOO_MANY_CONNECTIONS,
        ]
        .contains(state)
        {
            Self::Busy
        } else if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN].contains(state) {
            Self::Lost
        } else {
            // The code alone: the server's message quotes what was to be kept.
            Self::Failed(Failure(format!("SQLSTATE {}", state.code())))
        }
    }
}

impl Database for Postgres {
    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // Each statement sees what was there when it began, so what follows the lock sees all that others did before.
        let isolation = IsolationLevel::ReadCommitted;
        let mut transaction =
            self.client.build_transaction().isolation_level(isolation).read_only(false).start()?;
        transaction.batch_execute(&open::lock())?;
        let done = work(&mut Session { client: &mut transaction, statements: &mut self.statements })?;
        transaction.commit()?;
        Ok(done)
    }

    fn read<T>(&mut self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&mut Session { client: &mut self.client, statements: &mut self.statements })
    }
}

struct Session<'a, C> {
    client: &'a mut C,
    statements: &'a mut Statements,
}

impl<C: GenericClient> Session<'_, C> {
    fn statement(&mut self, text: &'static str) -> Result<Statement, StoreError> {
        if let Some(known) = self.statements.get(text) {
            return Ok(known.clone());
        }
        // The parameters have another sign here; no statement has this one for anything else.
        let statement = self.client.prepare(&text.replace('?', "$"))?;
        self.statements.insert(text, statement.clone());
        Ok(statement)
    }
}

fn by_reference(parameters: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    parameters.iter().map(|value| -> &(dyn ToSql + Sync) { value }).collect()
}

impl<C: GenericClient> Sql for Session<'_, C> {
    fn execute(&mut self, statement: &'static str, parameters: &[Value]) -> Result<(), StoreError> {
        let statement = self.statement(statement)?;
        self.client.execute(&statement, &by_reference(parameters))?;
        Ok(())
    }

    fn query(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let statement = self.statement(statement)?;
        let rows = self.client.query(&statement, &by_reference(parameters))?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &postgres::Row) -> Result<Row, StoreError> {
    let values = row.columns().iter().enumerate().map(|(index, column)| {
        let value = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.into(),
            Type::TEXT => row.try_get::<_, Option<&str>>(index)?.into(),
            Type::BYTEA => row.try_get::<_, Option<&[u8]>>(index)?.into(),
            // No table has a column of this type.
            _ => return Err(StoreError::Content { column: "of another type" }),
        };
        Ok(value)
    });
    Ok(Row::new(values.collect::<Result<_, StoreError>>()?))
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(value) => value.to_sql_checked(kind, out),
            Self::Text(value) => value.to_sql_checked(kind, out),
            Self::Bytes(value) => value.to_sql_checked(kind, out),
        }
    }

    /// Each value checks for itself.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
