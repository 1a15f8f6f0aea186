//! What the store needs of a database: statements with values in, rows of values out, and transactions.

use std::fmt;

use mynumber_applet::Date;
use mynumber_crypto::UnixTime;

use super::StoreError;
use crate::application::parse_date;

/// A value of a parameter or of a column.
#[derive(Clone)]
pub(super) enum Value {
    /// NULL.
    Null,
    /// INTEGER, BIGINT.
    Integer(i64),
    /// TEXT.
    Text(String),
    /// BLOB, BYTEA.
    Bytes(Vec<u8>),
}

/// Shows nothing of it: a client of a database may log what it sends.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(..)")
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Self::Text(value.to_string())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A number as the databases keep it.
pub(super) fn signed(value: u64, column: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Content { column })
}

/// A row, whose columns are read from left to right; whatever is not as this program writes it is refused.
pub(super) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    fn next(&mut self) -> Value {
        self.0.next().unwrap_or(Value::Null)
    }

    pub(super) fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.next() {
            Value::Integer(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            Value::Text(_) | Value::Bytes(_) => Err(StoreError::Content { column }),
        }
    }

    pub(super) fn integer(&mut self, column: &'static str) -> Result<i64, StoreError> {
        self.optional_integer(column)?.ok_or(StoreError::Content { column })
    }

    pub(super) fn optional_unsigned(&mut self, column: &'static str) -> Result<Option<u64>, StoreError> {
        let value = self.optional_integer(column)?.map(u64::try_from).transpose();
        value.map_err(|_| StoreError::Content { column })
    }

    pub(super) fn unsigned(&mut self, column: &'static str) -> Result<u64, StoreError> {
        self.optional_unsigned(column)?.ok_or(StoreError::Content { column })
    }

    pub(super) fn time(&mut self, column: &'static str) -> Result<UnixTime, StoreError> {
        self.integer(column).map(UnixTime::from_seconds)
    }

    pub(super) fn flag(&mut self, column: &'static str) -> Result<bool, StoreError> {
        match self.integer(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(StoreError::Content { column }),
        }
    }

    pub(super) fn optional_text(&mut self, column: &'static str) -> Result<Option<String>, StoreError> {
        match self.next() {
            Value::Text(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            Value::Integer(_) | Value::Bytes(_) => Err(StoreError::Content { column }),
        }
    }

    pub(super) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        self.optional_text(column)?.ok_or(StoreError::Content { column })
    }

    pub(super) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        match self.next() {
            Value::Bytes(value) => Ok(value),
            _ => Err(StoreError::Content { column }),
        }
    }

    pub(super) fn optional_date(&mut self, column: &'static str) -> Result<Option<Date>, StoreError> {
        self.optional_text(column)?.map(|text| date(&text, column)).transpose()
    }

    pub(super) fn date(&mut self, column: &'static str) -> Result<Date, StoreError> {
        self.optional_date(column)?.ok_or(StoreError::Content { column })
    }

    /// A text that stands for one of several things.
    pub(super) fn word<T>(
        &mut self,
        column: &'static str,
        from: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        from(&self.text(column)?).ok_or(StoreError::Content { column })
    }
}

/// A date as the store writes it; nothing else is understood.
fn date(text: &str, column: &'static str) -> Result<Date, StoreError> {
    parse_date(text).ok().filter(|date| date.to_string() == text).ok_or(StoreError::Content { column })
}

/// A connection to a database, in a transaction or not. Parameters stand as `?1`, `?2` in the statement.
pub(super) trait Sql {
    /// Carries out a statement that gives no rows.
    fn execute(&mut self, statement: &'static str, parameters: &[Value]) -> Result<(), StoreError>;

    /// All rows that a statement gives: whoever writes it sees to it that they are few.
    fn query(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// The first row that a statement gives.
    fn first(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(statement, parameters)?.into_iter().next())
    }
}

/// A database with the schema in it.
pub(super) trait Database {
    /// Runs `work` in a transaction that no other writer is in the middle of; it takes effect, on the disk, when `work`
    /// succeeds, and leaves no trace when it fails.
    fn write<T>(&mut self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>)
    -> Result<T, StoreError>;

    /// Runs `work`, which changes nothing.
    fn read<T>(&mut self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError>;
}
