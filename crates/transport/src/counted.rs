//! Counts what goes over the wire.

use mynumber_apdu::{Command, Secrecy};

use crate::{Disposition, Error, Reply, Transport};

/// What went over the wire. The exchanges and their bytes are what the holder of a contactless card waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Commands that were answered or may have been: those that were certainly not sent are not counted.
    pub exchanges: u64,
    /// Bytes of those commands, length fields included; of secret ones the four header bytes only, so that the sum tells
    /// nothing of a PIN's length.
    pub sent: u64,
    /// Bytes of the replies, status words included.
    pub received: u64,
    /// Times that exclusive use began.
    pub begun: u64,
    /// Times that exclusive use ended.
    pub ended: u64,
    /// Times that the card was connected anew.
    pub reconnected: u64,
}

/// Counts exchanges and bytes.
#[derive(Debug)]
pub struct Counted<T> {
    inner: T,
    counts: Counts,
}

impl<T> Counted<T> {
    /// Counts from zero.
    pub fn new(inner: T) -> Self {
        Self { inner, counts: Counts::default() }
    }

    /// The counts up to now.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The counts up to now; counting begins at zero again.
    pub const fn take_counts(&mut self) -> Counts {
        core::mem::replace(
            &mut self.counts,
            Counts { exchanges: 0, sent: 0, received: 0, begun: 0, ended: 0, reconnected: 0 },
        )
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
}

const fn add(counter: &mut u64, count: u64) {
    *counter = counter.saturating_add(count);
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

const fn visible_length(command: &Command<'_>) -> usize {
    match command.secrecy() {
        Secrecy::Secret => 4,
        Secrecy::Open => command.encoded_len(),
    }
}

impl<T: Transport> Transport for Counted<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let outcome = self.inner.transmit(command, reply);
        let sent = match &outcome {
            Ok(()) => true,
            Err(error) => error.delivery() == crate::Delivery::Unknown,
        };
        if sent {
            add(&mut self.counts.exchanges, 1);
            add(&mut self.counts.sent, length(visible_length(command)));
        }
        if outcome.is_ok() {
            add(&mut self.counts.received, length(reply.bytes().len()));
        }
        outcome
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.inner.begin()?;
        add(&mut self.counts.begun, 1);
        Ok(())
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        self.inner.end(disposition)?;
        add(&mut self.counts.ended, 1);
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.inner.reconnect()?;
        add(&mut self.counts.reconnected, 1);
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn carries_extended(&self) -> bool {
        self.inner.carries_extended()
    }
}
