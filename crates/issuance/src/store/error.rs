use std::fmt;

use mynumber_applet::Date;
use mynumber_crypto::certificate::Purpose;

use crate::audit::Tampered;
use crate::lifecycle::{Refusal, Step};

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
    /// The case has an application form id, or is too far to be given one.
    #[error("case {number} has an application form id already, or its card came")]
    FormKnown {
        /// The case.
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
    /// Cards are received by [`Store::receive`](super::Store::receive), with the evidence that nothing is open.
    #[error("case {number}: a card is received with its issuance list")]
    NotReleased {
        /// The case.
        number: u64,
    },
    /// A notice is sent with its deadline, by [`Store::send_notice`](super::Store::send_notice); a deadline is not before the day of the notice.
    #[error("case {number}: a notice needs a deadline that does not lie behind")]
    Deadline {
        /// The case.
        number: u64,
    },
    /// The clerk answers each question about a photo, and answers it once.
    #[error("case {number}: every question about the photo is answered, and answered once")]
    Checklist {
        /// The case.
        number: u64,
    },
    /// The answers are about another photo than that of the application.
    #[error("case {number}: this is not the photo of the application")]
    OtherPhoto {
        /// The case.
        number: u64,
    },
    /// The clerk found the photo not fit, so no card is received for it.
    #[error("case {number}: the photo is not fit; the application is sent back, or the photo judged again")]
    PhotoNotFit {
        /// The case.
        number: u64,
    },
    /// The deadline, or the last day of the card, has not passed.
    #[error("case {number}: the last day is {deadline}")]
    NotOverdue {
        /// The case.
        number: u64,
        /// Its deadline, or the last day of its card.
        deadline: Date,
    },
    /// The last day of the card was never entered, so nobody can say whether it has passed.
    #[error("case {number}: the last day of the card is not known")]
    ExpiryUnknown {
        /// The case.
        number: u64,
    },
    /// The card belongs to another case.
    #[error("the card is that of case {number}")]
    CardInUse {
        /// The number of that case.
        number: u64,
    },
    /// What the change carries does not go with its step.
    #[error("case {number}: {what} does not go with {}", step.name())]
    Misplaced {
        /// The case.
        number: u64,
        /// The step.
        step: Step,
        /// The field of [`Change`](super::Change).
        what: &'static str,
    },
    /// The certificate is not in the state that the event asks for.
    #[error("case {number}, {purpose:?} certificate: {why}")]
    Certificate {
        /// The case.
        number: u64,
        /// Which certificate.
        purpose: Purpose,
        /// Why not.
        why: WhyNotCertificate,
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
    /// Another program held the store for too long; nothing was changed.
    #[error("the store is busy")]
    Busy,
    /// The connection to the database was lost. Whether the last change took effect is seen in the case: its version says so.
    #[error("the connection to the store was lost; look at the case before going on")]
    Lost,
    /// The connection parameters are not understood.
    #[error("the connection parameters are not understood")]
    Parameters,
    /// The database is on another computer and the way to it would not be encrypted.
    #[error(
        "the way to the database would not be encrypted: use a socket of this computer, or a tunnel that ends on it"
    )]
    Unencrypted,
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

/// Why an event of a certificate is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhyNotCertificate {
    /// None was issued.
    #[error("none was issued")]
    None,
    /// Another one is in force or held: it is revoked or destroyed first.
    #[error("another one is in force")]
    InForce,
    /// It was destroyed.
    #[error("it was destroyed")]
    Destroyed,
    /// It was revoked.
    #[error("it was revoked")]
    Revoked,
    /// A serial number is a positive integer of 20 bytes at most without a leading zero (RFC 5280 §4.1.2.2).
    #[error("its serial number is none")]
    Serial,
    /// The authority gave this serial number to another certificate.
    #[error("its serial number was given to another one")]
    SerialInUse,
}
