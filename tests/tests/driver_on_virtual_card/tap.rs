//! A wire that is listened to, and on which replies can be changed.

use mynumber_apdu::Command;
use mynumber_transport::{Disposition, Error, Reply, Transport};

/// What a change is told: the commands before this one that were of the same class and instruction, the command, and
/// the reply of the card.
pub(crate) type Change = Box<dyn FnMut(usize, &[u8], &mut Vec<u8>)>;

/// Keeps every byte that passes, secrets included.
pub(crate) struct Tap<T> {
    pub(crate) inner: T,
    pub(crate) commands: Vec<Vec<u8>>,
    pub(crate) replies: Vec<Vec<u8>>,
    change: Change,
}

impl<T> Tap<T> {
    /// Listens only.
    pub(crate) fn new(inner: T) -> Self {
        Self::changing(inner, |_, _, _| ())
    }

    /// Changes replies on their way to the host.
    pub(crate) fn changing(inner: T, change: impl FnMut(usize, &[u8], &mut Vec<u8>) + 'static) -> Self {
        Self { inner, commands: Vec::new(), replies: Vec::new(), change: Box::new(change) }
    }

    /// Everything that passed, both ways, in one row of bytes.
    pub(crate) fn everything(&self) -> Vec<u8> {
        [self.commands.concat(), self.replies.concat()].concat()
    }

    /// The commands of this class and instruction.
    pub(crate) fn count(&self, class: u8, instruction: u8) -> usize {
        self.commands.iter().filter(|command| command.starts_with(&[class, instruction])).count()
    }
}

impl<T: Transport> Transport for Tap<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let mut buffer = vec![0; command.encoded_len()];
        let sent = command.encode(&mut buffer)?.to_vec();
        let before = self.count(sent[0], sent[1]);
        self.commands.push(sent.clone());
        self.inner.transmit(command, reply)?;
        let mut bytes = reply.bytes().to_vec();
        (self.change)(before, &sent, &mut bytes);
        reply.set(&bytes);
        self.replies.push(bytes);
        Ok(())
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
        self.inner.carries_extended()
    }
}
