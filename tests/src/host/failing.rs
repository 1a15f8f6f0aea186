//! A transport to a card in the same process that fails at one exchange.

use mynumber_apdu::Command;
use mynumber_transport::{CardSide as _, Disposition, Error, InProcess, PowerEvent, Reply, Transport};

use super::sample::InsertedCard;

/// What happens at the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The card is pulled before the command reaches it, and stays away.
    PulledBefore,
    /// The card is pulled after it has carried the command out, and stays away.
    PulledAfter,
    /// Another program resets the card before the command reaches it: verified states stay.
    Reset,
    /// The reply is lost; the card stays.
    ReplyLost,
    /// Nothing comes for a long time, the card not having got the command; the card stays.
    Timeout,
    /// The reply has one byte.
    ReplyCut,
    /// The reply has more bytes than were asked for.
    ReplyLong,
    /// The card answers `6F00` and does nothing.
    Unspecified,
    /// The card says `9000` and nothing more, having done nothing.
    EmptySuccess,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::PulledBefore,
        Self::PulledAfter,
        Self::Reset,
        Self::ReplyLost,
        Self::Timeout,
        Self::ReplyCut,
        Self::ReplyLong,
        Self::Unspecified,
        Self::EmptySuccess,
    ];
}

/// A card in the same process and a failure at the exchange of this index, counted from 0.
#[derive(Debug)]
pub struct Failing {
    inner: InProcess<InsertedCard>,
    at: usize,
    failure: Failure,
    exchanges: usize,
    away: bool,
}

impl Failing {
    /// `inner` failing once at `at`.
    #[must_use]
    pub const fn new(inner: InProcess<InsertedCard>, at: usize, failure: Failure) -> Self {
        Self { inner, at, failure, exchanges: 0, away: false }
    }

    /// The exchanges that came up to now.
    #[must_use]
    pub const fn exchanges(&self) -> usize {
        self.exchanges
    }

    /// The card and its reader, the card not put back if it was pulled.
    #[must_use]
    pub fn into_inner(self) -> InProcess<InsertedCard> {
        self.inner
    }

    fn pull(&mut self) -> Error {
        self.away = true;
        self.inner.card_mut().power(PowerEvent::Off);
        Error::CardRemoved
    }
}

impl Transport for Failing {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let index = self.exchanges;
        self.exchanges = self.exchanges.saturating_add(1);
        if self.away {
            return Err(Error::CardRemoved);
        }
        if index != self.at {
            return self.inner.transmit(command, reply);
        }
        match self.failure {
            Failure::PulledBefore => return Err(self.pull()),
            Failure::Reset => return Err(Error::CardReset),
            Failure::Timeout => return Err(Error::Timeout),
            Failure::Unspecified => {
                reply.set(&[0x6F, 0x00]);
                return Ok(());
            }
            Failure::EmptySuccess => {
                reply.set(&[0x90, 0x00]);
                return Ok(());
            }
            Failure::PulledAfter | Failure::ReplyLost | Failure::ReplyCut | Failure::ReplyLong => {}
        }
        self.inner.transmit(command, reply)?;
        match self.failure {
            Failure::PulledAfter => return Err(self.pull()),
            Failure::ReplyLost => return Err(Error::Transmission),
            Failure::ReplyCut => reply.set(&[0x90]),
            _ => reply.set(&[0x41; Reply::MAX]),
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        if self.away { Err(Error::CardRemoved) } else { self.inner.begin() }
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        if self.away { Err(Error::CardRemoved) } else { self.inner.end(disposition) }
    }

    /// Connects anew without a reset of any kind: the worst case, verified states stay.
    fn reconnect(&mut self) -> Result<(), Error> {
        if self.away { Err(Error::NoCard) } else { Ok(()) }
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }
}
