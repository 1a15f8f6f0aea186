//! The store in one SQLite file.

mod open;
mod rows;

#[cfg(test)]
pub(super) use open::migrate;

use std::fmt;

use mynumber_applet::Date;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{By, Case, Failure, Store, StoreError};
use crate::application::{Confirmed, Particulars, Receipt};
use crate::audit::{Head, Record};
use crate::lifecycle::{State, Step, next};
use crate::receipt::Released;
use crate::validity::date_in_japan;

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

impl Sqlite {
    fn write(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

impl Store for Sqlite {
    fn register(&mut self, application: Confirmed, by: &By) -> Result<Receipt, StoreError> {
        let transaction = self.write()?;
        let last: i64 =
            transaction.query_row("SELECT coalesce(max(number), 0) FROM cases", [], |row| row.get(0))?;
        let number = rows::unsigned(last, "number")? + 1;
        let (application, receipt) = application.register(number, by.at).ok_or(StoreError::Time)?;
        if let Some(id) = application.form.id()
            && let Some(living) = rows::living(&transaction, id.as_str())?
        {
            return Err(StoreError::FormInUse { number: living.number });
        }
        rows::insert(&transaction, &application)?;
        append(&transaction, by, "register", Some(number))?;
        transaction.commit()?;
        Ok(receipt)
    }

    fn case(&mut self, number: u64) -> Result<Case, StoreError> {
        rows::case(&self.connection, number)
    }

    fn case_of_form(&mut self, form_id: &str) -> Result<Case, StoreError> {
        rows::living(&self.connection, form_id)?.ok_or(StoreError::NoSuchCase { number: 0 })
    }

    fn resident(&mut self, number: u64) -> Result<Particulars, StoreError> {
        rows::resident(&self.connection, number)
    }

    fn cases(&mut self, state: State, after: u64, limit: u32) -> Result<Vec<Case>, StoreError> {
        rows::cases(&self.connection, state, after, limit)
    }

    fn receive(&mut self, released: &Released, by: &By) -> Result<(), StoreError> {
        let transaction = self.write()?;
        for (index, form) in released.forms().iter().enumerate() {
            let case = rows::living(&transaction, form.as_str())?;
            let case = case.ok_or(StoreError::NoSuchForm { row: index + 1 })?;
            take(&transaction, &case, Step::Receive, None, by)?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn step(&mut self, number: u64, version: u64, step: Step, by: &By) -> Result<Case, StoreError> {
        let transaction = self.write()?;
        let case = rows::case(&transaction, number)?;
        refuse_changed(&case, version)?;
        refuse_without_list(number, step)?;
        take(&transaction, &case, step, None, by)?;
        transaction.commit()?;
        self.case(number)
    }

    fn step_all(&mut self, numbers: &[u64], step: Step, by: &By) -> Result<(), StoreError> {
        let transaction = self.write()?;
        for number in numbers {
            refuse_without_list(*number, step)?;
            take(&transaction, &rows::case(&transaction, *number)?, step, None, by)?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn send_notice(
        &mut self,
        number: u64,
        version: u64,
        deadline: Date,
        by: &By,
    ) -> Result<Case, StoreError> {
        let transaction = self.write()?;
        let case = rows::case(&transaction, number)?;
        refuse_changed(&case, version)?;
        take(&transaction, &case, Step::SendNotice, Some(deadline), by)?;
        transaction.commit()?;
        self.case(number)
    }

    fn audit(&mut self, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        rows::audit(&self.connection, after, limit)
    }
}

fn refuse_changed(case: &Case, seen: u64) -> Result<(), StoreError> {
    if case.version == seen {
        return Ok(());
    }
    Err(StoreError::Changed { number: case.number, version: case.version })
}

/// A card is received with the evidence that nothing is open.
fn refuse_without_list(number: u64, step: Step) -> Result<(), StoreError> {
    if step == Step::Receive { Err(StoreError::NotReleased { number }) } else { Ok(()) }
}

/// Takes one step inside a transaction, and leaves its event in the log.
fn take(
    transaction: &Transaction<'_>,
    case: &Case,
    step: Step,
    deadline: Option<Date>,
    by: &By,
) -> Result<(), StoreError> {
    let number = case.number;
    let to = next(case.state, step, by.actor).map_err(|refusal| StoreError::Refused { number, refusal })?;
    let today = date_in_japan(by.at).ok_or(StoreError::Time)?;
    if step == Step::SendNotice && deadline.is_none_or(|deadline| deadline < today) {
        return Err(StoreError::Deadline { number });
    }
    if step == Step::ExpireUncollected {
        let deadline = case.deadline.ok_or(StoreError::Deadline { number })?;
        if today <= deadline {
            return Err(StoreError::NotOverdue { number, deadline });
        }
    }
    transaction.execute(
        "UPDATE cases SET state = ?1, version = version + 1, deadline = coalesce(?2, deadline)
         WHERE number = ?3",
        params![to.name(), deadline.map(|date| date.to_string()), rows::signed(number, "number")?],
    )?;
    append(transaction, by, step.name(), Some(number))
}

fn append(
    transaction: &Transaction<'_>,
    by: &By,
    event: &'static str,
    case: Option<u64>,
) -> Result<(), StoreError> {
    let last = transaction
        .query_row("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?))
        })
        .optional()?;
    let head = match last {
        Some((number, hash)) => Head { number: rows::unsigned(number, "number")?, hash },
        None => Head::START,
    };
    rows::insert_record(transaction, &Record::after(&head, by.at, &by.clerk, by.actor, event, "", case))
}
