//! A card in the same process.

use core::fmt;

use mynumber_apdu::Command;
use zeroize::{Zeroize, Zeroizing};

use crate::{CardSide, Disposition, Error, PowerEvent, Reply, Transport, wire};

/// A transport to a card that lives in the same process.
///
/// The card is powered on at creation. It is powered off by [`InProcess::into_card`], or when this value is dropped
/// with it. Nobody else reaches the card, so exclusive use is only remembered, for [`Transport::reconnect`].
pub struct InProcess<C> {
    card: C,
    atr: Vec<u8>,
    command: Zeroizing<Vec<u8>>,
    begun: bool,
    gone: bool,
}

impl<C: CardSide> InProcess<C> {
    /// Puts the card in and powers it on.
    pub fn new(mut card: C) -> Self {
        card.power(PowerEvent::On);
        let atr = card.atr();
        Self { card, atr, command: Zeroizing::default(), begun: false, gone: false }
    }

    /// The card, to look at.
    pub const fn card(&self) -> &C {
        &self.card
    }

    /// The card, to change behind the host's back.
    pub const fn card_mut(&mut self) -> &mut C {
        &mut self.card
    }

    /// Powers the card off and takes it out.
    pub fn into_card(mut self) -> C {
        self.card.power(PowerEvent::Off);
        self.card
    }

    fn event(&mut self, event: PowerEvent) {
        self.card.power(event);
        if event != PowerEvent::Off {
            self.atr = self.card.atr();
        }
    }
}

impl<C: CardSide> Transport for InProcess<C> {
    /// The card's own answer. A card that answers nothing has left the reader: [`Error::CardRemoved`] until
    /// [`Transport::reconnect`].
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        reply.clear();
        if self.gone {
            return Err(Error::CardRemoved);
        }
        wire::encode(command, &mut self.command)?;
        let answer = self.card.respond(&self.command);
        self.command.zeroize();
        let Some(mut answer) = answer else {
            self.event(PowerEvent::Off);
            self.gone = true;
            return Err(Error::CardRemoved);
        };
        let outcome = if answer.len() > Reply::MAX {
            Err(Error::ReplyTooLong)
        } else {
            reply.set(&answer);
            Ok(())
        };
        answer.zeroize();
        outcome
    }

    fn begin(&mut self) -> Result<(), Error> {
        if self.gone {
            return Err(Error::CardRemoved);
        }
        self.begun = true;
        Ok(())
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        self.begun = false;
        if self.gone {
            return Err(Error::CardRemoved);
        }
        match disposition {
            Disposition::Leave => {}
            Disposition::Reset => self.event(PowerEvent::Reset),
            Disposition::Unpower => {
                self.event(PowerEvent::Off);
                self.event(PowerEvent::On);
            }
        }
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        if self.gone {
            self.event(PowerEvent::On);
        } else if self.begun {
            self.event(PowerEvent::Off);
            self.event(PowerEvent::On);
        }
        self.gone = false;
        self.begun = false;
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }
}

impl<C> fmt::Debug for InProcess<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess")
            .field("begun", &self.begun)
            .field("gone", &self.gone)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "in_process_tests.rs"]
mod tests;
