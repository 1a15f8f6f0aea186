//! What can go wrong in an issuer's session.

use std::fmt;

use mynumber_apdu::exchange::Error as ExchangeError;
use mynumber_apdu::{EncodeError, StatusWord};
use mynumber_applet::{ApplicationId, DataObjectId, FileId, KeyId, PinId};
use mynumber_transport::{Delivery, Error as TransportError};

/// Why an issuer's act was not done, and on what. Nothing secret stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{object}: {kind}")]
pub struct IssuerError {
    kind: IssuerErrorKind,
    object: Object,
}

impl IssuerError {
    /// An error of an implementation of [`Issuer`](super::Issuer).
    #[must_use]
    pub const fn new(kind: IssuerErrorKind, object: Object) -> Self {
        Self { kind, object }
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> &IssuerErrorKind {
        &self.kind
    }

    /// What was to be done something with.
    #[must_use]
    pub const fn object(&self) -> Object {
        self.object
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        self.kind.fault()
    }

    /// Whether the card may have done what it was told all the same.
    #[must_use]
    pub const fn is_outcome_unknown(&self) -> bool {
        match self.kind {
            IssuerErrorKind::OutcomeUnknown(_)
            | IssuerErrorKind::AnswerNotAuthentic
            | IssuerErrorKind::StorageFailed { .. } => true,
            // A reference of which the card tells something impossible.
            IssuerErrorKind::Answer => matches!(self.object, Object::Pin(_)),
            _ => false,
        }
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerErrorKind {
    /// There is no card in the reader.
    #[error("there is no card in the reader; put it there and begin again")]
    NoCard,
    /// The card was taken out, or lost its power, while nothing was being changed.
    #[error(
        "the card was taken out of the reader, nothing was changed by this command; put it back and begin again"
    )]
    Removed,
    /// The way to the card failed, nothing was changed by this command.
    #[error("the card was not reached, nothing was changed by this command: {0}")]
    Unreachable(Trouble),
    /// The way to the card failed when the command may have been carried out.
    #[error(
        "the answer was lost ({0}), so the card may have done it or not; put the card back and look, or do it again"
    )]
    OutcomeUnknown(Trouble),
    /// The card knows no issuer's session of this kind: a real card, or a virtual one without an issuer key.
    #[error("this card takes no issuer's commands of this kind (it answered {status})")]
    Unsupported {
        /// The status word.
        status: StatusWord,
    },
    /// The card does not take our key.
    #[error("the card does not take the issuer's key; is it a card of this issuer?")]
    AuthenticationFailed,
    /// The card could not prove that it holds its key. Nothing was sent to it.
    #[error(
        "the card could not prove that it holds its key; it is not the card that it says it is, or the reader alters what passes"
    )]
    CardNotAuthentic,
    /// An answer under the session's key was altered, or comes from somewhere else.
    #[error(
        "the answer is not the card's own: somebody alters what passes; the card may have done it or not"
    )]
    AnswerNotAuthentic,
    /// The card failed while it stored something.
    #[error(
        "the card failed while it stored this (it answered {status}), so it may hold the old or the new; look, or do it again"
    )]
    StorageFailed {
        /// The status word.
        status: StatusWord,
    },
    /// The card says no.
    #[error("the card refused (it answered {status})")]
    Refused {
        /// The status word. It is not authenticated: who alters what passes can make it up.
        status: StatusWord,
    },
    /// The card's answer has not the form that it must have.
    #[error("the card's answer has not the form that it must have")]
    Answer,
    /// What was to be written has not the form that the object takes. Nothing was sent.
    #[error("what is to be written has not the form that this takes; nothing was sent")]
    Form,
    /// An earlier error has ended the session. Nothing was sent.
    #[error("an earlier error has ended the session, so nothing was sent; begin a new one")]
    SessionOver,
    /// Everything is done, but that the card has forgotten the session is not certain.
    #[error(
        "done, but it is not certain that the card has forgotten the session ({0}); take it out of the reader"
    )]
    LogOut(Trouble),
    /// An implementation other than this crate's has a reason of its own.
    #[error("{0}")]
    Other(&'static str),
}

impl IssuerErrorKind {
    /// What a failed exchange is: `changes` says whether the command changes something durable.
    #[must_use]
    pub const fn of_trouble(trouble: Trouble, changes: bool) -> Self {
        match &trouble {
            Trouble::Transport(TransportError::NoCard) => Self::NoCard,
            Trouble::Transport(error) if matches!(error.delivery(), Delivery::NotSent) => {
                Self::Unreachable(trouble)
            }
            _ if changes => Self::OutcomeUnknown(trouble),
            Trouble::Transport(TransportError::CardRemoved | TransportError::CardUnpowered) => Self::Removed,
            _ => Self::Unreachable(trouble),
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::NoCard | Self::Removed => Fault::Unreachable,
            Self::Unreachable(trouble) | Self::OutcomeUnknown(trouble) | Self::LogOut(trouble) => {
                trouble.fault()
            }
            Self::Unsupported { .. } => Fault::Unsupported,
            Self::AuthenticationFailed | Self::Form | Self::SessionOver | Self::Other(_) => Fault::Caller,
            Self::CardNotAuthentic
            | Self::AnswerNotAuthentic
            | Self::StorageFailed { .. }
            | Self::Refused { .. }
            | Self::Answer => Fault::Card,
        }
    }
}

/// Why a command did not come back with an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Reader or card failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card broke the rules of exchange.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

impl Trouble {
    const fn fault(&self) -> Fault {
        match self {
            Self::Transport(TransportError::ReplyTooLong) | Self::Exchange(_) => Fault::Card,
            Self::Transport(TransportError::Encode(EncodeError::DataTooLong { .. })) => Fault::Caller,
            Self::Transport(_) => Fault::Unreachable,
        }
    }
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The card misbehaved.
    Card,
    /// Card or reader cannot do this.
    Unsupported,
    /// The caller asked for something that is not possible.
    Caller,
    /// The card cannot be reached.
    Unreachable,
}

/// What an act concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Object {
    /// The card as a whole.
    Card,
    /// An application.
    Application(ApplicationId),
    /// A reference.
    Pin(PinId),
    /// A file.
    File(FileId),
    /// A data object.
    DataObject(DataObjectId),
    /// A key.
    Key(KeyId),
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Card => f.write_str("card"),
            Self::Application(id) => f.write_str(id.row().english),
            Self::Pin(id) => f.write_str(id.row().english),
            Self::File(id) => {
                let row = id.row();
                write!(f, "file {} of {}", row.ef, row.application.row().english)
            }
            Self::DataObject(id) => write!(f, "data object {:04X}", id.row().tag),
            Self::Key(id) => {
                let row = id.row();
                let name = row.application.row().english;
                match row.ef {
                    Some(ef) => write!(f, "key {ef} of {name}"),
                    None => write!(f, "key of {name}"),
                }
            }
        }
    }
}
