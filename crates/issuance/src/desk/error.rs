use std::fmt;

use mynumber_applet::PinId;
use mynumber_crypto::certificate::Purpose;

use super::counter::Open;
use super::pins::PlanError;
use super::prepare::Differences;
use super::rule::{Rule, Untimely};
use crate::issuer::IssuerError;
use crate::lifecycle::{Refusal, State};
use crate::personalise::PersonaliseError;
use crate::pki::PkiError;
use crate::store::StoreError;

/// Something at the desk was not done: why, and where the case stands now. Nothing of a person stands in it.
#[derive(Debug)]
pub struct DeskError {
    number: u64,
    standing: Standing,
    reason: Reason,
}

impl DeskError {
    pub(super) const fn new(number: u64, standing: Standing, reason: Reason) -> Self {
        Self { number, standing, reason }
    }

    pub(super) const fn untouched(number: u64, reason: Reason) -> Self {
        Self::new(number, Standing::Untouched, reason)
    }

    /// A failure of the store at a change that touches no card.
    pub(super) fn of_store(number: u64, error: StoreError) -> Self {
        match error {
            StoreError::Refused { refusal, .. } => Self::untouched(number, Reason::Refused(refusal)),
            error @ (StoreError::NoSuchCase { .. }
            | StoreError::Checklist { .. }
            | StoreError::OtherPhoto { .. }) => Self::untouched(number, error.into()),
            error => Self::new(number, Standing::Unknown, error.into()),
        }
    }

    /// The case.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Where the case stands now.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Why.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }
}

impl fmt::Display for DeskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case {}: {}; {}", self.number, self.reason, self.standing)
    }
}

impl std::error::Error for DeskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.reason)
    }
}

/// Where a case stands after something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// As before: do it again.
    Untouched,
    /// Begun and not finished: resume it, or roll it back where that can be.
    Unfinished(State),
    /// Done: only the answer was lost.
    Done,
    /// Somebody else took the case somewhere else: look at it again.
    Elsewhere(State),
    /// The store cannot be asked: look at the case when it can.
    Unknown,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => f.write_str("the case is as before"),
            Self::Unfinished(state) => write!(f, "the case is {}, to be resumed", state.name()),
            Self::Done => f.write_str("it was done all the same"),
            Self::Elsewhere(state) => write!(f, "the case is {} now", state.name()),
            Self::Unknown => f.write_str("where the case stands cannot be said; look at it again"),
        }
    }
}

/// Why something at the desk was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// A step is missing, or lies behind.
    #[error(transparent)]
    Refused(Refusal),
    /// Something else was begun and not finished.
    #[error("{} was begun and not finished", .0.name())]
    Unfinished(State),
    /// The store failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The card failed or refused.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// Another card lies in the reader.
    #[error("the card in the reader is not the card of this case")]
    OtherCard,
    /// The case has no card yet.
    #[error("the case has no card")]
    NoCard,
    /// The evidence is that of another case.
    #[error("the evidence belongs to another case")]
    OtherCase,
    /// The PINs entered are not those that are asked.
    #[error(transparent)]
    Pins(#[from] PlanError),
    /// The card says that a reference is not as it was set.
    #[error("the {} is not as it was set", .0.row().english)]
    NotSet(PinId),
    /// The card carries no PIN at all: all are set or none.
    #[error("this card has no PINs: all are set or none")]
    NoPins,
    /// The chip differs from the record.
    #[error(transparent)]
    Differences(#[from] Differences),
    /// The applicant was not identified.
    #[error("{}", Open::list(.0))]
    NotIdentified(Vec<Open>),
    /// The authority has not said which certificate the card carries for this purpose.
    #[error("the authority's record of the {} certificate is missing", purpose_name(*.0))]
    CertificateUnknown(Purpose),
    /// The authority could not certify.
    #[error(transparent)]
    Authority(#[from] PkiError),
    /// The contents of the card could not be made.
    #[error("the contents of the card could not be made")]
    Contents(#[from] PersonaliseError),
    /// It is not the time for it.
    #[error("it is not the time for this: {0}")]
    NotTheTime(Untimely),
    /// A rule forbids it here.
    #[error("{0}")]
    Rule(Rule),
}

/// The name of a purpose in messages.
pub(super) const fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Signature => "signature",
        Purpose::UserAuthentication => "user-authentication",
        _ => "unknown",
    }
}
