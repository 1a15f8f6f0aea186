//! A reader that refuses extended lengths.

use mynumber_apdu::Command;

use crate::{Disposition, Error, Reply, Transport, wire};

/// Refuses every command with extended length fields, as many readers do; nothing of it reaches the card.
#[derive(Debug)]
pub struct ShortOnly<T> {
    inner: T,
    announced: bool,
}

impl<T> ShortOnly<T> {
    /// Refuses without having said so before: [`Transport::carries_extended`] is what the wrapped transport says.
    pub const fn new(inner: T) -> Self {
        Self { inner, announced: false }
    }

    /// Refuses and says so beforehand through [`Transport::carries_extended`].
    pub const fn announced(inner: T) -> Self {
        Self { inner, announced: true }
    }

    /// The wrapped transport.
    pub const fn inner(&self) -> &T {
        &self.inner
    }

    /// Unwraps.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: Transport> Transport for ShortOnly<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        if wire::is_extended(command) {
            reply.clear();
            return Err(Error::ExtendedRefused);
        }
        self.inner.transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.inner.begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        self.inner.end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.inner.reconnect()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn carries_extended(&self) -> bool {
        !self.announced && self.inner.carries_extended()
    }
}
