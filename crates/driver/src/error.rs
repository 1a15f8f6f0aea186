//! What went wrong, where, and whose fault it is.

use core::fmt;

use mynumber_apdu::{StatusWord, exchange, tlv};
use mynumber_applet::content::ContentError;
use mynumber_applet::{ApplicationId, DataObjectId, FileId, KeyId, PinId};
use mynumber_transport as transport;

use crate::secure::SecureMessagingError;
use crate::sign::CheckFailure;

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The card, or what pretends to be one, answered what it may not.
    Card,
    /// Card or reader lack what was asked for.
    Unsupported,
    /// What was asked for may not be done: a wrong PIN, a blocked one, wrong input.
    Caller,
    /// The card could not be reached.
    Unreachable,
}

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Exclusive use of the card was begun.
    Begin,
    /// An application or a file was selected.
    Select,
    /// The card was asked for the tries left.
    AskTries,
    /// A PIN was presented.
    Verify,
    /// A file, record or data object was read.
    Read,
    /// A signature was computed.
    Sign,
    /// A PIN was changed.
    Change,
    /// A session key for secure messaging was delivered.
    Secure,
    /// The card was logged out and given back.
    LogOut,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begin => "beginning exclusive use of",
            Self::Select => "selecting",
            Self::AskTries => "asking for the tries left of",
            Self::Verify => "presenting",
            Self::Read => "reading",
            Self::Sign => "signing with",
            Self::Change => "changing",
            Self::Secure => "delivering a session key under",
            Self::LogOut => "logging out of",
        })
    }
}

/// What it was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Object {
    /// The card as a whole.
    Card,
    /// An application.
    Application(ApplicationId),
    /// A file.
    File(FileId),
    /// A PIN, password or verification number.
    Pin(PinId),
    /// A private key.
    Key(KeyId),
    /// A data object of the card-manager level.
    DataObject(DataObjectId),
}

impl Object {
    /// The application that holds the object, if one does.
    #[must_use]
    pub const fn application(self) -> Option<ApplicationId> {
        match self {
            Self::Card | Self::DataObject(_) => None,
            Self::Application(id) => Some(id),
            Self::File(id) => Some(id.row().application),
            Self::Pin(id) => Some(id.row().application),
            Self::Key(id) => Some(id.row().application),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Card => f.write_str("the card"),
            Self::Application(id) => write!(f, "the application {}", id.row().english),
            Self::File(id) => {
                let row = id.row();
                write!(f, "the file {id:?} (EF {} of {})", row.ef, row.application.row().english)
            }
            Self::Pin(id) => write!(f, "the {}", id.row().english),
            Self::Key(id) => write!(f, "the key {id:?} of {}", id.row().application.row().english),
            Self::DataObject(id) => write!(f, "the data object {id:?} (tag {:04X})", id.row().tag),
        }
    }
}

/// An error of the driver: kind, place and fault; nothing secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    step: Step,
    object: Object,
}

impl Error {
    pub(crate) fn new(kind: impl Into<ErrorKind>, step: Step, object: Object) -> Self {
        Self { kind: kind.into(), step, object }
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// What was being done.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// What it was done to.
    #[must_use]
    pub const fn object(&self) -> Object {
        self.object
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        self.kind.fault()
    }

    /// The tries left of the PIN that the error is about, if it is about one and the card told.
    #[must_use]
    pub const fn tries_left(&self) -> Option<u8> {
        match self.kind {
            ErrorKind::WrongPin { tries_left }
            | ErrorKind::VerifyRefused { tries_left, .. }
            | ErrorKind::VerifyOutcomeUnknown { tries_left, .. } => tries_left,
            ErrorKind::Blocked => Some(0),
            ErrorKind::LastTry => Some(1),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (while {} {})", self.kind, self.step, self.object)
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Transport(cause) | ErrorKind::LogOut(Trouble::Transport(cause)) => Some(cause),
            ErrorKind::Exchange(cause) | ErrorKind::LogOut(Trouble::Exchange(cause)) => Some(cause),
            ErrorKind::Malformed(cause) => Some(cause),
            ErrorKind::HalfChanged { cause, .. } => Some(cause),
            ErrorKind::Content(cause) => Some(cause),
            ErrorKind::SignatureCheck(cause) => Some(cause),
            ErrorKind::SecureMessaging(cause) => Some(cause),
            _ => None,
        }
    }
}

/// Why a command has no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The command or its reply did not get through.
    #[error(transparent)]
    Transport(#[from] transport::Error),
    /// The reply breaks the exchange rules.
    #[error(transparent)]
    Exchange(#[from] exchange::Error),
}

/// What went wrong. Every message says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command or its reply did not get through.
    #[error("{0}; put the card back and start again")]
    Transport(transport::Error),
    /// The reply breaks the exchange rules.
    #[error("{0}; the card or the reader is faulty, try another reader")]
    Exchange(exchange::Error),
    /// A status word that the command should not be answered with.
    #[error("the card answered {status}; it is not a card of a known kind, or it is damaged")]
    UnexpectedStatus {
        /// The status word.
        status: StatusWord,
    },
    /// The application is terminated for good: the chip has erased itself, as it does when somebody tampers with it.
    #[error(
        "the chip has erased its keys and contents; it cannot be used again, bring it to the municipality's window"
    )]
    Erased,
    /// The application is not on this card.
    #[error("this card has no such application; put a My Number card on the reader")]
    ApplicationAbsent,
    /// The object is not on this card.
    #[error("this card does not hold it; ask the municipality's window whether it was issued")]
    ObjectAbsent,
    /// What answers is not a My Number card, so no PIN is sent to it.
    #[error(
        "the answer {status} to the question for the tries left is not one of a My Number card; no PIN was sent"
    )]
    NotThisCard {
        /// The status word.
        status: StatusWord,
    },
    /// The access condition is not met.
    #[error("the card refuses access; unlock it with the right PIN first")]
    AccessDenied,
    /// The certificate lies behind its PIN: the token in the reader is a phone.
    #[error(
        "this token keeps the certificate behind its PIN, as phones do; unlock it with that PIN and read again"
    )]
    BehindPin,
    /// The PIN is wrong.
    #[error("the PIN is wrong, {}; check it before trying again", TriesText(*tries_left))]
    WrongPin {
        /// Tries left, if the card told.
        tries_left: Option<u8>,
    },
    /// The PIN is blocked; no VERIFY was sent, or it was the one that blocked it.
    #[error("the PIN is blocked; have it set anew where `status` says")]
    Blocked,
    /// One try is left, and the call was not the one that spends it. Nothing was sent.
    #[error("only one try is left, so the PIN was not sent; make sure of it, then ask to spend the last try")]
    LastTry,
    /// The card does not tell how many tries are left, so nothing was sent.
    #[error(
        "the card does not tell the tries left (it answered {status}), so the PIN was not sent; to send it anyway ask to spend the last try"
    )]
    TriesUnknown {
        /// The answer to the question.
        status: StatusWord,
    },
    /// This value was refused before on this connection, or its answer told nothing and it had cost a try. It was not sent.
    #[error("this PIN was refused before, so it was not sent again; enter another")]
    RefusedBefore,
    /// The card refused VERIFY without saying that the PIN is wrong.
    #[error("the card refused to compare the PIN (it answered {status}), {}", TriesText(*tries_left))]
    VerifyRefused {
        /// The status word.
        status: StatusWord,
        /// Tries left, asked for afterwards.
        tries_left: Option<u8>,
    },
    /// The answer to VERIFY was lost: it may have cost a try. It is not repeated.
    #[error(
        "the answer to the PIN was lost ({cause}): a try may have been spent, {}; look at the tries left before trying again",
        TriesText(*tries_left)
    )]
    VerifyOutcomeUnknown {
        /// Why.
        cause: Trouble,
        /// Tries left, asked for afterwards where the card could still be reached.
        tries_left: Option<u8>,
    },
    /// The card went away or was reset after it was unlocked. The PIN is never sent again unasked.
    #[error("the unlocked session is over because the card was reset or lost; unlock it again")]
    SessionLost,
    /// The card sent no data.
    #[error("the card sent no data; take it out, put it back and try again")]
    EmptyRead,
    /// The card needs more pieces than a file can have.
    #[error("the card hands the file out in too many small pieces; try another reader")]
    TooManyPieces,
    /// The file ended before the length that its first bytes tell.
    #[error(
        "the file ended after {received} of {expected} bytes; read it again, and if it happens again the card is damaged"
    )]
    FileTooShort {
        /// Bytes that the first bytes tell, or that the file must have.
        expected: usize,
        /// Bytes that came.
        received: usize,
    },
    /// The first bytes of the file are not what they were when it was begun.
    #[error(
        "the file changed while it was read; read it again, and if it happens again do not trust the card"
    )]
    FileChanged,
    /// Bytes follow the file's content that are not filler.
    #[error("{extra} bytes follow the content of the file; it is not what this file should hold")]
    TrailingBytes {
        /// The number of bytes.
        extra: usize,
    },
    /// The first bytes are not those of such a file.
    #[error(
        "the file does not begin as it should ({0}); the card holds something else, or its content was erased"
    )]
    Malformed(tlv::Error),
    /// The content is not what this file should hold.
    #[error(
        "the content of the file is not what it should be ({0}); the card holds something else, or was erased"
    )]
    Content(ContentError),
    /// The object may not be asked for in this way. Nothing was sent.
    #[error("{0}")]
    Misuse(&'static str),
    /// The signature does not have the length of the key.
    #[error("the card's signature has {received} bytes, the key's have {expected}; do not use it")]
    SignatureLength {
        /// Bytes that a signature of this key has.
        expected: usize,
        /// Bytes that came.
        received: usize,
    },
    /// The certificate or the signature did not pass the check against each other.
    #[error("{0}; no signature is returned")]
    SignatureCheck(CheckFailure),
    /// The new value is the old one. Nothing was sent.
    #[error("the new PIN is the old one; choose another")]
    SameSecret,
    /// The card refused the new value; the old one stands.
    #[error("the card refused the new PIN (it answered {status}); the old one stands, choose another")]
    NewSecretRefused {
        /// The status word.
        status: StatusWord,
    },
    /// The answer to the change was lost: old or new may stand.
    #[error(
        "the answer to the change was lost ({cause}): either the old or the new PIN stands; try the new one once, and if it is wrong use the old one"
    )]
    ChangeOutcomeUnknown {
        /// Why.
        cause: Trouble,
    },
    /// The card failed while it stored the new value: old or new may stand.
    #[error(
        "the card failed while it stored the new PIN (it answered {status}): either the old or the new PIN stands; try the new one once, and if it is wrong use the old one"
    )]
    ChangeFailed {
        /// The status word.
        status: StatusWord,
    },
    /// One of the two references of the juki PIN holds the new value, the other does not.
    #[error(
        "{cause}; the juki PIN was changed in one application only: {} holds the new value, {} {}; finish the change with both values, before anything else",
        new.row().application.row().english,
        lagging.row().application.row().english,
        LaggingText(*uncertain)
    )]
    HalfChanged {
        /// The reference that holds the new value.
        new: PinId,
        /// The reference that lags behind.
        lagging: PinId,
        /// Whether the lagging one may hold the new value after all.
        uncertain: bool,
        /// What stopped the change.
        cause: Box<Error>,
    },
    /// The card takes no session key. What was to be enciphered was not sent.
    #[error(
        "the card takes no session key (it answered {status}), so nothing was sent that was to be enciphered; do without secure messaging only where the wire is trusted"
    )]
    NoSecureMessaging {
        /// The status word.
        status: StatusWord,
    },
    /// An answer under secure messaging is not what it should be. The session key is wiped, the card locked.
    #[error("{0}; the secured session is over, begin a new one, and suspect the reader if it happens again")]
    SecureMessaging(SecureMessagingError),
    /// An earlier error has ended the session under secure messaging. Nothing was sent.
    #[error("an earlier error has ended the secured session, so nothing was sent; begin a new one")]
    SecuredSessionOver,
    /// What was asked for is done, but that the card is locked again is not certain.
    #[error("done, but it is not certain that the card is locked again ({0}); take it off the reader")]
    LogOut(Trouble),
}

impl ErrorKind {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Transport(cause) => of_transport(cause),
            Self::LogOut(trouble)
            | Self::VerifyOutcomeUnknown { cause: trouble, .. }
            | Self::ChangeOutcomeUnknown { cause: trouble } => match trouble {
                Trouble::Transport(cause) => of_transport(cause),
                Trouble::Exchange(_) => Fault::Card,
            },
            Self::SessionLost => Fault::Unreachable,
            Self::NoSecureMessaging { .. } => Fault::Unsupported,
            Self::HalfChanged { cause, .. } => cause.fault(),
            Self::Exchange(exchange::Error::ExtendedRefused)
            | Self::Erased
            | Self::ApplicationAbsent
            | Self::ObjectAbsent => Fault::Unsupported,
            Self::AccessDenied
            | Self::BehindPin
            | Self::WrongPin { .. }
            | Self::Blocked
            | Self::LastTry
            | Self::RefusedBefore
            | Self::Misuse(_)
            | Self::SameSecret
            | Self::NewSecretRefused { .. } => Fault::Caller,
            _ => Fault::Card,
        }
    }
}

const fn of_transport(error: &transport::Error) -> Fault {
    match error {
        transport::Error::ExtendedRefused | transport::Error::Protocol => Fault::Unsupported,
        transport::Error::Encode(_) | transport::Error::NotRecorded { .. } => Fault::Caller,
        transport::Error::ReplyTooLong => Fault::Card,
        _ => Fault::Unreachable,
    }
}

impl From<Trouble> for ErrorKind {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Transport(cause) => Self::Transport(cause),
            Trouble::Exchange(cause) => Self::Exchange(cause),
        }
    }
}

/// Says how many tries are left.
struct TriesText(Option<u8>);

impl fmt::Display for TriesText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(1) => f.write_str("1 try is left"),
            Some(tries) => write!(f, "{tries} tries are left"),
            None => f.write_str("the tries left are not known"),
        }
    }
}

struct LaggingText(bool);

impl fmt::Display for LaggingText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "either of them" } else { "the old one" })
    }
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
