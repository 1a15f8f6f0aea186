//! What can go wrong between host and card.

/// Whether a command that failed on the way may have been carried out by the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The command did not reach the card.
    NotSent,
    /// The command may have been carried out: a VERIFY may have cost a try.
    Unknown,
}

/// Why a command did not come back with a reply, or a connection was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The card was taken out of the reader or left the field.
    #[error("the card was removed")]
    CardRemoved,
    /// Another program reset the card; selections and verified states are gone.
    #[error("the card was reset by another program")]
    CardReset,
    /// The reader has taken the power off.
    #[error("the card has no power")]
    CardUnpowered,
    /// The card does not answer to power or to commands.
    #[error("the card does not respond; take it out, wipe the contacts and put it in again")]
    CardUnresponsive,
    /// No card is in the reader.
    #[error("there is no card in the reader")]
    NoCard,
    /// No reader is connected.
    #[error("no card reader is connected")]
    NoReader,
    /// The reader was unplugged.
    #[error("the card reader is gone")]
    ReaderGone,
    /// The PC/SC service is not running, or was stopped.
    #[error("the PC/SC service is not running")]
    NoService,
    /// The PC/SC service refuses this user.
    #[error("this user may not use the PC/SC service")]
    PermissionDenied,
    /// Another program holds the card.
    #[error("another program holds the card")]
    SharingViolation,
    /// The time allowed has passed.
    #[error("the time allowed has passed")]
    Timeout,
    /// The wait was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The reader refuses extended lengths; the command was not sent.
    #[error("the reader refuses extended lengths")]
    ExtendedRefused,
    /// The reply was longer than a reply can be.
    #[error("the reply is longer than a reply can be")]
    ReplyTooLong,
    /// The reader reports a fault of transmission.
    #[error("the transmission between reader and card failed")]
    Transmission,
    /// The reader chose a protocol other than T=0 and T=1.
    #[error("the reader uses neither T=0 nor T=1")]
    Protocol,
    /// The command cannot be coded.
    #[error("the command cannot be coded: {0}")]
    Encode(#[from] mynumber_apdu::EncodeError),
    /// A replayed or scripted session ended, or the command is not the one recorded at this place.
    #[error("exchange {index} is not in the recorded session")]
    NotRecorded {
        /// Index of the exchange, from 0.
        index: usize,
    },
    /// Any other fault, by PC/SC code.
    #[error("PC/SC reports {code:08X}")]
    Other {
        /// The code of the PC/SC service.
        code: u32,
    },
}

impl Error {
    /// Whether the card may have carried the command out.
    ///
    /// Anything that is not certain counts as [`Delivery::Unknown`].
    #[must_use]
    pub const fn delivery(&self) -> Delivery {
        match self {
            Self::NoCard
            | Self::NoReader
            | Self::PermissionDenied
            | Self::SharingViolation
            | Self::ExtendedRefused
            | Self::Protocol
            | Self::Encode(_)
            | Self::NotRecorded { .. }
            | Self::CardReset => Delivery::NotSent,
            _ => Delivery::Unknown,
        }
    }
}
