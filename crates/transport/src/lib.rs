//! Moves one command to one card.
//!
//! [`Transport`] is the host's end of the wire; [`CardSide`] is the card's end. Everything here is one of the two, or
//! a wrapper of the same trait. Host and card meet only as bytes.
//!
//! What is absent: any knowledge of a particular card, the exchange rules (they are in `mynumber_apdu::exchange`),
//! retries, and secrets in any output.

mod card_side;
mod counted;
mod error;
mod in_process;
#[cfg(feature = "pcsc")]
pub mod pcsc;
mod reply;
mod short_only;
#[cfg(test)]
mod test_card;
pub mod vpcd;
mod wire;

pub use card_side::{CardSide, PowerEvent};
pub use counted::{Counted, Counts};
pub use error::{Delivery, Error};
pub use in_process::InProcess;
pub use reply::Reply;
pub use short_only::ShortOnly;

use mynumber_apdu::Command;

/// What becomes of the card when exclusive use ends (PC/SC part 5 §3.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Leave the card as it is: security states survive.
    Leave,
    /// Warm reset: this card keeps verified states over it (CARD.md §3.2).
    Reset,
    /// Power off: ends every security state.
    Unpower,
}

/// The host's end of the wire to one card.
///
/// A transport carries each command once, exactly as given, and never repeats one by itself: only the caller knows
/// whether a repetition costs a try.
pub trait Transport {
    /// Sends one command and stores the card's reply, status word included, in `reply`.
    ///
    /// # Errors
    /// [`Error`]; [`Error::delivery`] tells whether the card may have carried the command out.
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error>;

    /// Begins exclusive use: no other program reaches the card until [`Transport::end`].
    ///
    /// # Errors
    /// [`Error`]; exclusive use has then not begun.
    fn begin(&mut self) -> Result<(), Error>;

    /// Ends exclusive use.
    ///
    /// # Errors
    /// [`Error`]; the card is then gone, or in an unknown state.
    fn end(&mut self, disposition: Disposition) -> Result<(), Error>;

    /// Connects anew to the card after [`Error::CardReset`] or a like event. Selections and verified states are then
    /// unknown to the caller. Exclusive use, if begun, is over, and the card's power was taken off for it.
    ///
    /// # Errors
    /// [`Error`] when the card does not come back.
    fn reconnect(&mut self) -> Result<(), Error>;

    /// The answer to reset, as the reader gives it; empty when unknown.
    fn atr(&self) -> &[u8];

    /// Whether extended lengths are worth trying; `false` when the reader is known to refuse them.
    fn carries_extended(&self) -> bool {
        true
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        (**self).transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), Error> {
        (**self).begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        (**self).end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        (**self).reconnect()
    }

    fn atr(&self) -> &[u8] {
        (**self).atr()
    }

    fn carries_extended(&self) -> bool {
        (**self).carries_extended()
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        (**self).transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), Error> {
        (**self).begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        (**self).end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        (**self).reconnect()
    }

    fn atr(&self) -> &[u8] {
        (**self).atr()
    }

    fn carries_extended(&self) -> bool {
        (**self).carries_extended()
    }
}
