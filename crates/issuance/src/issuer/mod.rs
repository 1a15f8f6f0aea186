//! What only the issuer can do on a card: set and block references, write contents, make and destroy keys.
//!
//! The commands by which real cards are written are not public. [`Issuer`] is therefore a plug: the integrated terminal (統合端末)
//! of a municipality, or whoever holds the keys, implements it. [`AssumedIssuer`] implements it with commands of our own,
//! which the virtual card answers (CARD.md §13) and no real card knows.
//!
//! What the holder knows already changes by the public commands, on any card: that is `mynumber_driver`'s.
//!
//! # What takes effect when
//!
//! [`IssuerSession::set_reference`] and [`IssuerSession::block_reference`] are durable when they return. Everything else is
//! staged: the card does it in one write at [`IssuerSession::commit`], or not at all. What was staged and not committed is gone
//! when the session ends, also by a card pulled out of the reader.

mod assumed;
mod error;
mod key;

use std::fmt;

use mynumber_applet::pin::Secret;
use mynumber_applet::{DataObjectId, FileId, KeyId, PinId};
use rsa::RsaPublicKey;

pub use assumed::AssumedIssuer;
pub use error::{Fault, IssuerError, IssuerErrorKind, Object, Trouble};
pub use key::{CardKey, IssuerMasterKey, KeyFileError};

/// Who can open an issuer's session on a card: the plug for the integrated terminal.
pub trait Issuer {
    /// Begins exclusive use of the card in the reader, reads its serial number, and proves each side to the other.
    ///
    /// # Errors
    /// [`IssuerError`]; nothing on the card has changed.
    fn open(&mut self) -> Result<Box<dyn IssuerSession + '_>, IssuerError>;
}

/// An issuer's session with one card. Dropping it logs out, panics included.
///
/// After an error other than [`IssuerErrorKind::Form`] and [`IssuerErrorKind::Refused`] the session is over: every later call
/// is [`IssuerErrorKind::SessionOver`], and what was staged is gone.
pub trait IssuerSession {
    /// 製造番号 of the card: 15 digits, as [`receipt::Serial`](crate::receipt::Serial).
    fn serial(&self) -> &str;

    /// The tries left of a reference; 0 when it is blocked or was never set. Costs no try.
    ///
    /// # Errors
    /// [`IssuerError`].
    fn tries(&mut self, pin: PinId) -> Result<u8, IssuerError>;

    /// Sets a reference, with all its tries: 初期化・再設定. Durable when it returns.
    ///
    /// # Errors
    /// [`IssuerErrorKind::Form`] when `value` has not the form of `pin`: nothing was sent. Where
    /// [`IssuerError::is_outcome_unknown`] the old value or the new one stands.
    fn set_reference(&mut self, pin: PinId, value: &dyn Secret) -> Result<(), IssuerError>;

    /// Takes the value of a reference away: it is as on the day of delivery, blocked and without a value. Durable when it
    /// returns.
    ///
    /// # Errors
    /// [`IssuerError`]. Where [`IssuerError::is_outcome_unknown`] the old value stands, or none.
    fn block_reference(&mut self, pin: PinId) -> Result<(), IssuerError>;

    /// Writes a whole file, staged: what it held before is gone after the commit.
    ///
    /// # Errors
    /// [`IssuerErrorKind::Form`] when the contents have not the structure of the file or are longer than it may be.
    fn write(&mut self, file: FileId, contents: Contents<'_>) -> Result<(), IssuerError>;

    /// Writes a data object of the card-manager level, staged.
    ///
    /// # Errors
    /// [`IssuerErrorKind::Form`] when it is longer than an object may be.
    fn write_data_object(&mut self, object: DataObjectId, bytes: &[u8]) -> Result<(), IssuerError>;

    /// Has the chip make a new key pair in the place of the old one, staged, and gives the public half out. The private half
    /// never leaves the chip.
    ///
    /// # Errors
    /// [`IssuerError`].
    fn generate_key(&mut self, key: KeyId) -> Result<PublicKey, IssuerError>;

    /// 破棄: takes away a key and, where it has one, its certificate, and marks it as absent in
    /// [`FileId::CertificateAvailability`]; staged.
    ///
    /// # Errors
    /// [`IssuerError`].
    fn destroy(&mut self, key: KeyId) -> Result<(), IssuerError>;

    /// Everything that was staged takes effect, in one durable write.
    ///
    /// # Errors
    /// [`IssuerError`]. Where [`IssuerError::is_outcome_unknown`] all of it has taken effect or nothing.
    fn commit(&mut self) -> Result<(), IssuerError>;

    /// Logs out: the card forgets the session and what was staged and not committed.
    ///
    /// # Errors
    /// [`IssuerErrorKind::LogOut`]: it is not certain that the card has forgotten it.
    fn close(self: Box<Self>) -> Result<(), IssuerError>;
}

/// What a file is to hold.
#[derive(Clone, Copy)]
pub enum Contents<'a> {
    /// A transparent file: bytes.
    Bytes(&'a [u8]),
    /// A record file: its records, the first one is number 1.
    Records(&'a [Vec<u8>]),
}

impl fmt::Debug for Contents<'_> {
    /// Lengths only: the contents are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes([{}])", bytes.len()),
            Self::Records(records) => write!(f, "Records([{}])", records.len()),
        }
    }
}

impl<'a> From<&'a mynumber_virtual_card::FileContents> for Contents<'a> {
    fn from(contents: &'a mynumber_virtual_card::FileContents) -> Self {
        match contents {
            mynumber_virtual_card::FileContents::Bytes(bytes) => Self::Bytes(bytes),
            mynumber_virtual_card::FileContents::Records(records) => Self::Records(records),
        }
    }
}

/// The public half of a key that a chip made; its algorithm is data, since the next card brings others (CARD.md §7).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey {
    /// RSA, as on today's cards.
    Rsa(RsaPublicKey),
}
