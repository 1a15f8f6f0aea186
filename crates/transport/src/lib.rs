//! Moves one command to one card.
//!
//! [`Transport`] is the host's end of the wire; [`CardSide`] is the card's end. Everything here is one of the two, or
//! a wrapper of the same trait. Host and card meet only as bytes.
//!
//! | host's end | |
//! | --- | --- |
//! | [`InProcess`] | a card in the same process |
//! | `pcsc` (feature `pcsc`) | the readers of the system |
//! | [`Replay`] | a recorded session |
//!
//! | wrapper of any of them | |
//! | --- | --- |
//! | [`Traced`] | tells a sink of each exchange, nothing secret; also around a card |
//! | [`Recorded`] | records the session as text |
//! | [`Counted`] | counts exchanges and bytes |
//! | [`ShortOnly`] | a reader that refuses extended lengths |
//! | [`Faulty`] | fails by a script |
//!
//! On the card's end, [`vpcd`] plugs any [`CardSide`] into the PC/SC service, where every program on the machine meets it.
//!
//! ```
//! use std::time::Instant;
//! use mynumber_apdu::{Class, Command, Instruction};
//! use mynumber_transport::{CardSide, InProcess, PowerEvent, Reply, TraceEvent, Traced, Transport};
//!
//! struct Polite;
//! impl CardSide for Polite {
//!     fn respond(&mut self, _command: &[u8]) -> Option<Vec<u8>> { Some(vec![0x90, 0x00]) }
//!     fn power(&mut self, _event: PowerEvent) {}
//!     fn atr(&self) -> Vec<u8> { vec![0x3B, 0x80, 0x01, 0x81] }
//! }
//!
//! let start = Instant::now();
//! let print = |event: &TraceEvent<'_>| println!("{event}");
//! let mut card = Traced::new(InProcess::new(Polite), || start.elapsed(), print);
//! let verify = Command::new(Class::ISO, Instruction::VERIFY, 0x00, 0x80).with_data(b"1234");
//! let mut reply = Reply::new();
//! card.transmit(&verify, &mut reply)?; // prints: 0  00 20 00 80 VERIFY <secret> -> 9000  0.004 ms
//! assert_eq!(reply.bytes(), [0x90, 0x00]);
//! # Ok::<(), mynumber_transport::Error>(())
//! ```
//!
//! A transport does what it is told, once. What to do about a fault is the caller's: [`Error::delivery`] tells whether
//! the card may have carried the command out.
//!
//! What is absent: any knowledge of a particular card, the exchange rules (they are in `mynumber_apdu::exchange`),
//! retries, and secrets in any output. Buffers that held a command or a reply are wiped; the copies that the PC/SC
//! service, its socket and a reader's driver make are out of reach.

mod card_side;
mod counted;
mod error;
mod fault_text;
mod faulty;
mod in_process;
#[cfg(feature = "pcsc")]
pub mod pcsc;
mod recorded;
mod recording;
mod replay;
mod reply;
mod short_only;
#[cfg(test)]
mod test_card;
mod traced;
pub mod vpcd;
mod wire;

pub use card_side::{CardSide, PowerEvent};
pub use counted::{Counted, Counts};
pub use error::{Delivery, Error};
pub use fault_text::ParseFaultError;
pub use faulty::{Fault, Faulty, When};
pub use in_process::InProcess;
pub use recorded::Recorded;
pub use recording::{Recording, RecordingError, RecordingErrorKind};
pub use replay::Replay;
pub use reply::Reply;
pub use short_only::ShortOnly;
pub use traced::{Happening, Received, Sent, TraceEvent, TraceSink, Traced};

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
