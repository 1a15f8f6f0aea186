//! Where cases are kept: [`Store`]; [`Sqlite`], the store that needs no server; and, by the feature `postgres`, `Postgres`,
//! the store of desks on several computers.
//!
//! Every change of a case and its record in the audit log are one transaction: both are there or neither. Each case
//! has a version; whoever changes it says which version was seen, so that two desks do not overwrite each other.
//!
//! **Personal data at rest are not encrypted by this crate.** The files of the SQLite store (and
//! its backups) are readable by their owner only, those of a server by the server; encrypting the disks below them is the
//! operator's part. PINs never reach a store: there is no field for
//! them. My Number is kept for hand-written forms only, which have nothing else that names the person.

mod cases;
mod certificates;
mod change;
mod error;
mod photos;
#[cfg(feature = "postgres")]
mod postgres;
mod rows;
mod schema;
mod sql;
mod sqlite;

pub use change::{
    CertificateEvent, CertificateState, Change, Document, IssuedCertificate, Paper, PhotoAnswer, PhotoAnswers,
};
pub use error::{Failure, StoreError, WhyNotCertificate};
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use sqlite::Sqlite;

use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;

use crate::application::{Confirmed, ContactName, FormId, Particulars, Receipt, Wishes};
use crate::audit::{Clerk, Head, Record, Tampered};
use crate::desk::pins::Asked;
use crate::lifecycle::{Actor, State, Step};
use crate::receipt::{Released, Serial};

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
    /// The serial number of the card, once it was received.
    pub card: Option<Serial>,
    /// The last day of the card, once it was entered.
    pub expiry: Option<Date>,
    /// The case whose card took the place of this one.
    pub successor: Option<u64>,
    /// The PINs that were begun in a setting that is unfinished, and are not known to be on the card.
    pub open_pins: Vec<Asked>,
}

/// What became of one application of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// It was registered.
    Registered(Receipt),
    /// Another living case has the same form; this application was left out.
    FormInUse {
        /// The number of that case.
        number: u64,
    },
}

/// A place where cases are kept, many desks at once.
///
/// Each call is one transaction: after a failure, and after a program or a computer that died in the middle, everything
/// is as before the call or as after it. Lists are read piece by piece: from above `after`, at most `limit`.
pub trait Store {
    /// Registers an application.
    ///
    /// # Errors
    /// [`StoreError::FormInUse`] when another living case has the same form; nothing was entered then.
    fn register(&mut self, application: Confirmed, by: &By) -> Result<Receipt, StoreError>;

    /// Registers many applications in one transaction, and says of each in its place what became of it. Thousands are
    /// given a few hundred at a time, so that other desks get their turn.
    ///
    /// # Errors
    /// Failures of the store; nothing was entered then.
    fn register_all(
        &mut self,
        applications: Vec<Confirmed>,
        by: &By,
    ) -> Result<Vec<Registration>, StoreError>;

    /// Notes the application form id under which a hand-written application went to the issuer: its card comes under it.
    ///
    /// # Errors
    /// [`StoreError::FormKnown`] when the case has an id already, or is no longer only registered;
    /// [`StoreError::FormInUse`], [`StoreError::Changed`], [`StoreError::NoSuchCase`]; nothing was changed then.
    fn enter_form(&mut self, number: u64, version: u64, form: &FormId, by: &By) -> Result<Case, StoreError>;

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

    /// The case of a card, living or ended.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`], with the number 0.
    fn case_of_card(&mut self, card: &Serial) -> Result<Case, StoreError>;

    /// The card of a case, once it was received.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`].
    fn card_of(&mut self, number: u64) -> Result<Option<Serial>, StoreError> {
        Ok(self.case(number)?.card)
    }

    /// The person of a case.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`].
    fn resident(&mut self, number: u64) -> Result<Particulars, StoreError>;

    /// The certificates of a case, in the order of their issue.
    ///
    /// # Errors
    /// Failures of the store; a case that is none has no certificates.
    fn certificates(&mut self, number: u64) -> Result<Vec<IssuedCertificate>, StoreError>;

    /// 法定代理人: the representative who registered the application of a case, where it was one.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`]; failures of the store.
    fn representative(&mut self, number: u64) -> Result<Option<ContactName>, StoreError>;

    /// What was presented and collected for a case, in order.
    ///
    /// # Errors
    /// Failures of the store; a case that is none has no papers.
    fn papers(&mut self, number: u64) -> Result<Vec<Paper>, StoreError>;

    /// What the clerk answered about the photo of a case, in order; a photo that was judged again has its answers again.
    ///
    /// # Errors
    /// Failures of the store; a case that is none has no answers.
    fn photo_answers(&mut self, number: u64) -> Result<Vec<PhotoAnswer>, StoreError>;

    /// Everything that was revoked or is held, in the order of issue, from above the certificate `after`.
    ///
    /// # Errors
    /// Failures of the store.
    fn revoked(
        &mut self,
        purpose: Purpose,
        after: u64,
        limit: u32,
    ) -> Result<Vec<IssuedCertificate>, StoreError>;

    /// The cases in a state, in the order of their numbers.
    ///
    /// # Errors
    /// Failures of the store.
    fn cases(&mut self, state: State, after: u64, limit: u32) -> Result<Vec<Case>, StoreError>;

    /// How many cases are in each state; states without a case are left out.
    ///
    /// # Errors
    /// Failures of the store.
    fn counts(&mut self) -> Result<Vec<(State, u64)>, StoreError>;

    /// The cases whose notice was sent and whose deadline lies before a day, in the order of their numbers.
    ///
    /// # Errors
    /// Failures of the store.
    fn overdue(&mut self, before: Date, after: u64, limit: u32) -> Result<Vec<Case>, StoreError>;

    /// The cases whose card is with its holder, suspended or lost, and whose last day is one of these, the first and the
    /// last counted; in the order of their numbers.
    ///
    /// # Errors
    /// Failures of the store.
    fn expiring(&mut self, first: Date, last: Date, after: u64, limit: u32) -> Result<Vec<Case>, StoreError>;

    /// The certificates in force that end between two times, both counted; in the order of issue, from above the certificate
    /// `after`.
    ///
    /// # Errors
    /// Failures of the store.
    fn ending(
        &mut self,
        first: UnixTime,
        last: UnixTime,
        after: u64,
        limit: u32,
    ) -> Result<Vec<IssuedCertificate>, StoreError>;

    /// How many of the cases whose notice was sent have their deadline on which of these days, in order; days without one
    /// are left out.
    ///
    /// # Errors
    /// Failures of the store.
    fn deadlines(&mut self, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError>;

    /// How many notices were sent on which of these days, in order, whatever became of their cases; days without one are
    /// left out.
    ///
    /// # Errors
    /// Failures of the store.
    fn notices(&mut self, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError>;

    /// [`Step::Receive`] for every case of a list that agrees with what came, each with its card: all of them or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchForm`] with the place in the list of the first form without a living case,
    /// [`StoreError::CardInUse`], [`StoreError::PhotoNotFit`], and as [`Store::apply`]; nothing was changed then.
    fn receive(&mut self, released: &Released, by: &By) -> Result<(), StoreError>;

    /// Changes a case whose version is still this one: a step, with everything that goes with it.
    /// [`Step::Receive`] has a call of its own.
    ///
    /// # Errors
    /// [`StoreError::Refused`], [`StoreError::Changed`], [`StoreError::NotReleased`], [`StoreError::Deadline`],
    /// [`StoreError::NotOverdue`], [`StoreError::Misplaced`], [`StoreError::Certificate`], [`StoreError::Checklist`],
    /// [`StoreError::OtherPhoto`]; nothing was changed then.
    fn apply(&mut self, number: u64, version: u64, change: &Change<'_>, by: &By) -> Result<Case, StoreError>;

    /// The same change of several cases, whatever their versions: all of them or none.
    ///
    /// # Errors
    /// As [`Store::apply`], for the first case that refuses.
    fn apply_all(&mut self, numbers: &[u64], change: &Change<'_>, by: &By) -> Result<(), StoreError>;

    /// [`Store::apply`] of a step alone.
    ///
    /// # Errors
    /// As [`Store::apply`].
    fn step(&mut self, number: u64, version: u64, step: Step, by: &By) -> Result<Case, StoreError> {
        self.apply(number, version, &Change::of(step), by)
    }

    /// [`Store::apply_all`] of a step alone.
    ///
    /// # Errors
    /// As [`Store::apply_all`].
    fn step_all(&mut self, numbers: &[u64], step: Step, by: &By) -> Result<(), StoreError> {
        self.apply_all(numbers, &Change::of(step), by)
    }

    /// [`Step::SendNotice`] with the last day on which the card is fetched.
    ///
    /// # Errors
    /// As [`Store::apply`].
    fn send_notice(
        &mut self,
        number: u64,
        version: u64,
        deadline: Date,
        by: &By,
    ) -> Result<Case, StoreError> {
        let change = Change { deadline: Some(deadline), ..Change::of(Step::SendNotice) };
        self.apply(number, version, &change, by)
    }

    /// Records of the audit log.
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

#[cfg(test)]
#[path = "store_tests/mod.rs"]
mod tests;
