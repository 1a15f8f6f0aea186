//! The store in one SQLite file.

mod open;

#[cfg(test)]
pub(super) use open::migrate;

use std::fmt;

use rusqlite::types::{ToSqlOutput, Value as Held, ValueRef};
use rusqlite::{Connection, ToSql, TransactionBehavior, params_from_iter};

use super::sql::{Database, Row, Sql, Value};
use super::{Failure, StoreError};

/// A store in one SQLite file: any number of desks, on one computer, each with a connection of its own.
///
/// Changes are on the disk when a call returns (write-ahead log, full synchronisation). A desk that meets another in
/// the middle of a change waits for up to ten seconds.
pub struct Sqlite {
    connection: Connection,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sqlite")
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            // The code alone: a message could quote what was kept.
            Some(code) => Self::Failed(Failure(format!("{code:?}"))),
            None => Self::Failed(Failure("a value of another type".to_owned())),
        }
    }
}

impl Database for Sqlite {
    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&mut Session(&transaction))?;
        transaction.commit()?;
        Ok(done)
    }

    fn read<T>(&mut self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&mut Session(&self.connection))
    }
}

struct Session<'a>(&'a Connection);

impl Sql for Session<'_> {
    fn execute(&mut self, statement: &'static str, parameters: &[Value]) -> Result<(), StoreError> {
        self.0.prepare_cached(statement)?.execute(params_from_iter(parameters))?;
        Ok(())
    }

    fn query(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.0.prepare_cached(statement)?;
        let columns = statement.column_count();
        let mut found = statement.query(params_from_iter(parameters))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values = (0..columns).map(|index| value(row.get(index)?));
            rows.push(Row::new(values.collect::<Result<_, _>>()?));
        }
        Ok(rows)
    }
}

fn value(held: Held) -> Result<Value, StoreError> {
    match held {
        Held::Null => Ok(Value::Null),
        Held::Integer(value) => Ok(Value::Integer(value)),
        Held::Text(value) => Ok(Value::Text(value)),
        Held::Blob(value) => Ok(Value::Bytes(value)),
        // No table has a column of this type.
        Held::Real(_) => Err(StoreError::Content { column: "of another type" }),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}
