use mynumber_applet::content::ContentError;
use mynumber_crypto::cvc;
use mynumber_driver as driver;
use mynumber_driver::{Fault, Object};

/// A card is not shown to be genuine: why, which file or key, and whose fault. Nothing personal in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    object: Object,
}

impl Error {
    pub(super) fn new(kind: impl Into<ErrorKind>, object: Object) -> Self {
        Self { kind: kind.into(), object }
    }

    /// Why.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Which file, key or PIN it is about.
    #[must_use]
    pub const fn object(&self) -> Object {
        self.object
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match &self.kind {
            ErrorKind::Driver(error) => error.fault(),
            ErrorKind::Check(error) if matches!(error.kind(), cvc::ErrorKind::UnknownIssuer { .. }) => {
                Fault::Unsupported
            }
            ErrorKind::NumberNotOpened | ErrorKind::NothingSigned => Fault::Caller,
            _ => Fault::Card,
        }
    }

    /// Whether the card, or what pretends to be one, was seen and judged: `false` when the proof did not get that far
    /// (a wrong PIN, a card taken away, a call that cannot be).
    #[must_use]
    pub const fn is_verdict(&self) -> bool {
        !matches!(self.kind, ErrorKind::Driver(_) | ErrorKind::NumberNotOpened | ErrorKind::NothingSigned)
    }
}

impl From<driver::Error> for Error {
    fn from(error: driver::Error) -> Self {
        let object = error.object();
        Self::new(ErrorKind::Driver(error), object)
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.kind {
            // It names its object itself.
            ErrorKind::Driver(error) => write!(f, "{error}"),
            kind => write!(f, "{kind} (in {})", self.object),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Driver(error) => Some(error),
            ErrorKind::Content(error) => Some(error),
            ErrorKind::Check(error) => Some(error),
            _ => None,
        }
    }
}

/// Why a card is not shown to be genuine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The card could not be read or unlocked.
    #[error(transparent)]
    Driver(#[from] driver::Error),
    /// A file is not what it should be.
    #[error("the content is not what it should be: {0}")]
    Content(#[from] ContentError),
    /// A certificate, a signature, a digest or the chip's answer is not accepted.
    #[error(transparent)]
    Check(#[from] cvc::Error),
    /// Two signed records of one application name different chips.
    #[error("the record names another chip than the one before it")]
    OtherChip,
    /// Two signed records of one application say different things of the holder.
    #[error("the record says another birth date than the one before it")]
    OtherHolder,
    /// My Number was asked for where the secret does not open it. Nothing was sent.
    #[error("this PIN does not open My Number")]
    NumberNotOpened,
    /// No signed record was handed over: there is nothing to check.
    #[error("no signed record was given")]
    NothingSigned,
}
