//! One connection to one card: carries commands by the exchange rules and remembers what card and reader can do.

use core::fmt;

use mynumber_apdu::exchange::{Exchange, Lengths, Progress};
use mynumber_apdu::{Command, StatusWord};
use mynumber_transport::{Error as TransportError, Reply, Transport};

use crate::cache::Cache;
use crate::error::Trouble;
use crate::refused::Refused;

/// How the objects of an application are named in commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addressing {
    /// By short EF identifier in P1 or P2, which saves a SELECT (ISO 7816-4 §7.3.2).
    ShortId,
    /// By SELECT of the EF beforehand: this card refused short identifiers.
    Selection,
}

/// The final answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusWord,
    pub(crate) length: usize,
}

/// One connection to one card.
pub(crate) struct Connection<T> {
    pub(crate) transport: T,
    reply: Reply,
    /// Falls to [`Lengths::Short`] once and stays there.
    pub(crate) lengths: Lengths,
    /// Falls to [`Addressing::Selection`] once and stays there.
    pub(crate) addressing: Addressing,
    /// Files that anybody may read, read once.
    pub(crate) free_files: Cache,
    /// PINs that the card refused.
    pub(crate) refused: Refused,
}

impl<T: Transport> Connection<T> {
    pub(crate) fn new(transport: T) -> Self {
        let lengths = if transport.carries_extended() { Lengths::Extended } else { Lengths::Short };
        Self {
            transport,
            reply: Reply::new(),
            lengths,
            addressing: Addressing::ShortId,
            free_files: Cache::new(),
            refused: Refused::new(),
        }
    }

    /// Carries one command to its end; response data goes to `out`, whose size is the most that is accepted.
    pub(crate) fn exchange(&mut self, command: Command<'_>, out: &mut [u8]) -> Result<Answer, Trouble> {
        let result = self.carry(command, out);
        self.reply.clear();
        if result.is_err() {
            // The card may be another one by now.
            self.free_files.clear();
        }
        result
    }

    fn carry(&mut self, command: Command<'_>, out: &mut [u8]) -> Result<Answer, Trouble> {
        let mut exchange = Exchange::new(command, self.lengths, out);
        let mut reader_refused = false;
        loop {
            match self.transport.transmit(&exchange.command(), &mut self.reply) {
                Ok(()) => {}
                Err(TransportError::ExtendedRefused) => {
                    exchange.extended_refused()?;
                    reader_refused = true;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            if let Progress::Done(outcome) = exchange.receive(self.reply.bytes())? {
                let status = outcome.status();
                // 6700 to both forms says nothing of the forms.
                if outcome.fell_back() && (reader_refused || status != StatusWord::WRONG_LENGTH) {
                    self.lengths = Lengths::Short;
                }
                return Ok(Answer { status, length: outcome.length() });
            }
        }
    }

    /// Connects anew to a card of which nothing is known any more.
    pub(crate) fn reconnect(&mut self) -> Result<(), Trouble> {
        self.free_files.clear();
        self.transport.reconnect()?;
        Ok(())
    }
}

impl<T> fmt::Debug for Connection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("lengths", &self.lengths)
            .field("addressing", &self.addressing)
            .finish_non_exhaustive()
    }
}
