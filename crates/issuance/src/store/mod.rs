//! Where cases are kept: [`Store`], and [`Sqlite`], the store that needs no server.
//!
//! Every change of a case and its record in the audit log are one transaction: both are there or neither. Each case
//! has a version; whoever changes it says which version was seen, so that two desks do not overwrite each other.
//!
//! **Personal data at rest are not encrypted by this crate.** The files of the store (and its backups) are readable by
//! their owner only; encrypting the disk below them is the operator's part. PINs never reach a store: there is no field for
//! them. My Number is kept for hand-written forms only, which have nothing else that names the person.

mod sqlite;

pub use sqlite::Sqlite;

use std::fmt;

use mynumber_applet::Date;
use mynumber_crypto::UnixTime;

use crate::application::{Confirmed, Particulars, Receipt, Wishes};
use crate::audit::{Clerk, Head, Record, Tampered};
use crate::lifecycle::{Actor, Refusal, State, Step};
use crate::receipt::Released;

/// Who does something, in which part, and when.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub clerk: Clerk,
    /// In which part.
    pub actor: Actor,
    /// When.
    pub at: UnixTime,
}

/// A case, without anything of its person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Case {
    /// The number of the application.
    pub number: u64,
    /// How often it was changed, from 1: said again by whoever changes it next.
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// When the application was registered.
    pub registered: UnixTime,
    /// The last day on which the card is fetched, once the notice was sent.
    pub deadline: Option<Date>,
    /// What the applicant wishes.
    pub wishes: Wishes,
}

/// A place where cases are kept, many desks at once.
pub trait Store {
    /// Registers an application.
    ///
    /// # Errors
    /// [`StoreError::FormInUse`] when another living case has the same form; nothing was entered then.
    fn register(&mut self, application: Confirmed, by: &By) -> Result<Receipt, StoreError>;

    /// The case of a number.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`].
    fn case(&mut self, number: u64) -> Result<Case, StoreError>;

    /// The living case of an application form id.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`], with the number 0.
    fn case_of_form(&mut self, form_id: &str) -> Result<Case, StoreError>;

    /// The person of a case.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`].
    fn resident(&mut self, number: u64) -> Result<Particulars, StoreError>;

    /// The cases in a state, in the order of their numbers, from above `after`, at most `limit`.
    ///
    /// # Errors
    /// Failures of the store.
    fn cases(&mut self, state: State, after: u64, limit: u32) -> Result<Vec<Case>, StoreError>;

    /// [`Step::Receive`] for every case of a list that agrees with what came: all of them or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchForm`] with the place in the list of the first form without a living case, and as
    /// [`Store::step`]; nothing was changed then.
    fn receive(&mut self, released: &Released, by: &By) -> Result<(), StoreError>;

    /// Takes a step with a case whose version is still this one. [`Step::Receive`] and [`Step::SendNotice`] have calls of
    /// their own.
    ///
    /// # Errors
    /// [`StoreError::Refused`], [`StoreError::Changed`], [`StoreError::NotReleased`]; nothing was changed then.
    fn step(&mut self, number: u64, version: u64, step: Step, by: &By) -> Result<Case, StoreError>;

    /// Takes a step with several cases, whatever their versions: all of them or none.
    ///
    /// # Errors
    /// As [`Store::step`], for the first case that refuses.
    fn step_all(&mut self, numbers: &[u64], step: Step, by: &By) -> Result<(), StoreError>;

    /// [`Step::SendNotice`] with the last day on which the card is fetched.
    ///
    /// # Errors
    /// As [`Store::step`].
    fn send_notice(&mut self, number: u64, version: u64, deadline: Date, by: &By)
    -> Result<Case, StoreError>;

    /// Records of the audit log, from above `after`, at most `limit`.
    ///
    /// # Errors
    /// Failures of the store.
    fn audit(&mut self, after: u64, limit: u32) -> Result<Vec<Record>, StoreError>;

    /// Walks over the whole audit log; `noted` is an end that was written down elsewhere.
    ///
    /// # Errors
    /// [`StoreError::Tampered`].
    fn verify_audit(&mut self, noted: Option<Head>) -> Result<Head, StoreError> {
        const PIECE: u32 = 1000;
        let mut head = Head::START;
        let mut met = noted.is_none_or(|noted| noted == Head::START);
        loop {
            let records = self.audit(head.number, PIECE)?;
            for record in &records {
                head = crate::audit::follow(&head, record)?;
                met |= noted == Some(head);
            }
            if records.is_empty() {
                break;
            }
        }
        match noted {
            Some(noted) if !met => Err(Tampered::NotTheNoted { number: noted.number }.into()),
            _ => Ok(head),
        }
    }
}

/// Why a store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such case.
    #[error("there is no case {number}")]
    NoSuchCase {
        /// The number asked for; 0 when it was asked for in another way.
        number: u64,
    },
    /// Another living case began with the same form.
    #[error("case {number} began with the same form")]
    FormInUse {
        /// The number of that case.
        number: u64,
    },
    /// Somebody else changed the case in the meantime: look at it again.
    #[error("case {number} was changed in the meantime: its version is {version}")]
    Changed {
        /// The case.
        number: u64,
        /// Its version now.
        version: u64,
    },
    /// The step is not in its place.
    #[error("case {number}: {refusal}")]
    Refused {
        /// The case.
        number: u64,
        /// Why not.
        refusal: Refusal,
    },
    /// The list names a form that no living case began with.
    #[error("row {row} of the list: no case began with this form")]
    NoSuchForm {
        /// Which row of the list, from 1.
        row: usize,
    },
    /// Cards are received by [`Store::receive`], with the evidence that nothing is open.
    #[error("case {number}: a card is received with its issuance list")]
    NotReleased {
        /// The case.
        number: u64,
    },
    /// A notice is sent with its deadline, by [`Store::send_notice`]; a deadline is not before the day of the notice.
    #[error("case {number}: a notice needs a deadline that does not lie behind")]
    Deadline {
        /// The case.
        number: u64,
    },
    /// The deadline has not passed.
    #[error("case {number}: the deadline is {deadline}")]
    NotOverdue {
        /// The case.
        number: u64,
        /// Its deadline.
        deadline: Date,
    },
    /// The time lies outside the years 1 to 9999.
    #[error("the time lies outside the calendar")]
    Time,
    /// The audit log is not what was written.
    #[error(transparent)]
    Tampered(#[from] Tampered),
    /// The file is the store of a newer version of this program.
    #[error("the store has version {found}; this program knows {known}")]
    Newer {
        /// The version of the file.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// The file is something else.
    #[error("the file is no store of cases")]
    Foreign,
    /// A backup does not overwrite a file.
    #[error("the file exists")]
    Exists,
    /// A value in the store is none that this program writes.
    #[error("the store holds something that is not understood in column {column}")]
    Content {
        /// The column.
        column: &'static str,
    },
    /// Another program held the store for too long.
    #[error("the store is busy")]
    Busy,
    /// Reading or writing failed.
    #[error("the store cannot be read or written: {0}")]
    Failed(Failure),
}

/// A failure below the store. Its text says what failed, with nothing of what was kept.
#[derive(Debug)]
pub struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
