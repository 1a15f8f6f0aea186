//! Records a session.

use core::fmt;

use mynumber_apdu::Command;
use zeroize::Zeroizing;

use crate::recording::{Sent, Step};
use crate::{Disposition, Error, Recording, Reply, Transport};

/// Records what goes through, into memory. See [`Recording`] for what it holds and does not hold.
pub struct Recorded<T> {
    inner: T,
    recording: Recording,
}

impl<T: Transport> Recorded<T> {
    /// Begins to record.
    pub fn new(inner: T) -> Self {
        let recording = Recording { atr: inner.atr().to_vec(), steps: Vec::new() };
        Self { inner, recording }
    }

    /// What was recorded up to now.
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The wrapped transport.
    pub const fn inner(&self) -> &T {
        &self.inner
    }

    /// Ends recording.
    pub fn into_parts(self) -> (T, Recording) {
        (self.inner, self.recording)
    }
}

impl<T: Transport> Transport for Recorded<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let outcome = self.inner.transmit(command, reply);
        // What cannot be coded was not sent.
        if let Some(sent) = Sent::of(command) {
            let received = match &outcome {
                Ok(()) => Ok(Zeroizing::new(reply.bytes().to_vec())),
                Err(error) => Err(error.clone()),
            };
            self.recording.steps.push(Step::Exchange(sent, received));
        }
        outcome
    }

    fn begin(&mut self) -> Result<(), Error> {
        let outcome = self.inner.begin();
        self.recording.steps.push(Step::Begin(outcome.clone()));
        outcome
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        let outcome = self.inner.end(disposition);
        self.recording.steps.push(Step::End(disposition, outcome.clone()));
        outcome
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        let outcome = self.inner.reconnect();
        let atr = outcome.clone().map(|()| self.inner.atr().to_vec());
        self.recording.steps.push(Step::Reconnect(atr));
        outcome
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn carries_extended(&self) -> bool {
        self.inner.carries_extended()
    }
}

impl<T> fmt::Debug for Recorded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded").field("recording", &self.recording).finish_non_exhaustive()
    }
}
