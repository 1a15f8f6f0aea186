//! Makes the wire fail by a script.

use core::fmt;
use core::time::Duration;

use mynumber_apdu::{Command, StatusWord};
use zeroize::Zeroizing;

use crate::{Disposition, Error, Reply, Transport};

/// Whether the card carries the command out before the fault strikes. It matters: a PIN that was verified costs or
/// restores tries, whatever the host learns of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// The command does not reach the card.
    BeforeDelivery,
    /// The card has carried it out, and the reply is lost.
    AfterDelivery,
}

/// What goes wrong with one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No reply, for this reason. A removed, unpowered or reset card loses its power or is reset, and every call fails
    /// so until [`Transport::reconnect`].
    Fail(Error, When),
    /// The reply is cut to its first bytes.
    Truncate(usize),
    /// So many zero bytes follow the reply.
    Extend(usize),
    /// The status word is another one.
    Status(StatusWord),
    /// The reply takes this much longer.
    Delay(Duration),
    /// The reply before this one comes again, and the command did or did not reach the card. The first exchange has
    /// none before it: an empty reply.
    Repeat(When),
    /// One bit of the reply is turned over; counted from the first byte's highest bit, round and round.
    FlipBit(usize),
}

/// Makes chosen exchanges fail. Everything else goes through as it is.
pub struct Faulty<T> {
    inner: T,
    script: Vec<(usize, Fault)>,
    begin_script: Vec<Error>,
    reconnect_script: Vec<Error>,
    exchange: usize,
    previous: Zeroizing<Vec<u8>>,
    begun: bool,
    stuck: Option<Error>,
}

impl<T: Transport> Faulty<T> {
    /// A script of faults: the index of the exchange, from 0, and what goes wrong. Of several for one index the first
    /// counts.
    pub fn new(inner: T, script: impl IntoIterator<Item = (usize, Fault)>) -> Self {
        Self {
            inner,
            script: script.into_iter().collect(),
            begin_script: Vec::new(),
            reconnect_script: Vec::new(),
            exchange: 0,
            previous: Zeroizing::default(),
            begun: false,
            stuck: None,
        }
    }

    /// The first calls of [`Transport::begin`] fail so, one after the other.
    #[must_use]
    pub fn failing_to_begin(mut self, errors: impl IntoIterator<Item = Error>) -> Self {
        self.begin_script = errors.into_iter().collect();
        self.begin_script.reverse();
        self
    }

    /// The first calls of [`Transport::reconnect`] fail so, one after the other.
    #[must_use]
    pub fn failing_to_reconnect(mut self, errors: impl IntoIterator<Item = Error>) -> Self {
        self.reconnect_script = errors.into_iter().collect();
        self.reconnect_script.reverse();
        self
    }

    /// The number of exchanges asked for, failed ones included: an exhaustive test runs once without faults and then
    /// once for each index below this.
    pub const fn exchanges(&self) -> usize {
        self.exchange
    }

    /// The wrapped transport.
    pub const fn inner(&self) -> &T {
        &self.inner
    }

    /// The wrapped transport, to change.
    pub const fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Unwraps.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn fail(&mut self, error: Error) -> Error {
        let disposition = match error {
            Error::CardRemoved | Error::CardUnpowered => Disposition::Unpower,
            Error::CardReset => Disposition::Reset,
            _ => return error,
        };
        // Outside exclusive use a transport may have nothing to end.
        let begun = self.begun || self.inner.begin().is_ok();
        if begun {
            let _ = self.inner.end(disposition);
        }
        self.begun = false;
        self.stuck = Some(error.clone());
        error
    }

    fn deliver(&mut self, command: &Command<'_>, reply: &mut Reply, when: When) -> Result<(), Error> {
        match when {
            When::BeforeDelivery => Ok(()),
            When::AfterDelivery => self.inner.transmit(command, reply),
        }
    }

    fn spoilt(&mut self, fault: Fault, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        match fault {
            Fault::Fail(error, when) => {
                self.deliver(command, reply, when)?;
                reply.clear();
                return Err(self.fail(error));
            }
            Fault::Repeat(when) => {
                self.deliver(command, reply, when)?;
                reply.set(&self.previous);
                return Ok(());
            }
            Fault::Delay(time) => {
                std::thread::sleep(time);
                return self.inner.transmit(command, reply);
            }
            Fault::Truncate(_) | Fault::Extend(_) | Fault::Status(_) | Fault::FlipBit(_) => {}
        }
        self.inner.transmit(command, reply)?;
        let mut bytes = Zeroizing::new(reply.bytes().to_vec());
        spoil(&fault, &mut bytes);
        if bytes.len() > Reply::MAX {
            reply.clear();
            return Err(Error::ReplyTooLong);
        }
        reply.set(&bytes);
        Ok(())
    }
}

fn spoil(fault: &Fault, bytes: &mut Zeroizing<Vec<u8>>) {
    match fault {
        Fault::Truncate(length) => bytes.truncate(*length),
        Fault::Extend(count) => {
            let length = bytes.len().saturating_add(*count);
            let mut longer = Zeroizing::new(Vec::with_capacity(length));
            longer.extend_from_slice(bytes);
            longer.resize(length, 0);
            *bytes = longer;
        }
        Fault::Status(status) => {
            if let Some(last) = bytes.last_chunk_mut::<2>() {
                *last = status.0.to_be_bytes();
            }
        }
        Fault::FlipBit(bit) => {
            let count = bytes.len().max(1);
            if let Some(byte) = bytes.get_mut((bit / 8) % count) {
                *byte ^= 0x80 >> (bit % 8);
            }
        }
        Fault::Fail(..) | Fault::Delay(_) | Fault::Repeat(_) => {}
    }
}

impl<T: Transport> Transport for Faulty<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        reply.clear();
        let index = self.exchange;
        self.exchange = index.saturating_add(1);
        if let Some(error) = &self.stuck {
            return Err(error.clone());
        }
        let fault = self.script.iter().find(|(at, _)| *at == index).map(|(_, fault)| fault.clone());
        let outcome = match fault {
            Some(fault) => self.spoilt(fault, command, reply),
            None => self.inner.transmit(command, reply),
        };
        if outcome.is_ok() {
            self.previous = Zeroizing::new(reply.bytes().to_vec());
        }
        outcome
    }

    fn begin(&mut self) -> Result<(), Error> {
        if let Some(error) = self.stuck.clone().or_else(|| self.begin_script.pop()) {
            return Err(error);
        }
        self.inner.begin()?;
        self.begun = true;
        Ok(())
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        if let Some(error) = &self.stuck {
            return Err(error.clone());
        }
        self.begun = false;
        self.inner.end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        if let Some(error) = self.reconnect_script.pop() {
            return Err(error);
        }
        self.begun = false;
        self.stuck = None;
        self.inner.reconnect()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn carries_extended(&self) -> bool {
        self.inner.carries_extended()
    }
}

impl<T> fmt::Debug for Faulty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("script", &self.script)
            .field("exchange", &self.exchange)
            .field("stuck", &self.stuck)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "faulty_tests.rs"]
mod tests;
