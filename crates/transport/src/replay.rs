//! Plays a recorded session.

use mynumber_apdu::Command;

use crate::recording::{Sent, Step};
use crate::{Disposition, Error, Recording, Reply, Transport};

/// Answers as a recording does.
///
/// The commands must be those recorded, in their order: an open one byte by byte, a secret one by its header, whatever
/// its data. Anything else is [`Error::NotRecorded`], and the recording stays where it is. Session calls (`begin`,
/// `end`, `reconnect`) end as recorded when one was recorded at this place, and well otherwise.
#[derive(Debug)]
pub struct Replay {
    recording: Recording,
    next: usize,
    exchange: usize,
    atr: Vec<u8>,
}

impl Replay {
    /// Plays `recording` from its start.
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        let atr = recording.atr.clone();
        Self { recording, next: 0, exchange: 0, atr }
    }

    /// Whether every recorded exchange was asked for.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.exchange == self.recording.exchanges()
    }

    /// The outcome of a session call, when `pick` takes the next step for it.
    fn session<R>(&mut self, pick: impl Fn(&Step) -> Option<Result<R, Error>>) -> Option<Result<R, Error>> {
        let outcome = pick(self.recording.steps.get(self.next)?)?;
        self.next = self.next.saturating_add(1);
        Some(outcome)
    }
}

impl Transport for Replay {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        reply.clear();
        let not_recorded = Error::NotRecorded { index: self.exchange };
        let steps = self.recording.steps.iter().enumerate().skip(self.next);
        let mut exchanges = steps.filter_map(|(place, step)| match step {
            Step::Exchange(sent, outcome) => Some((place, sent, outcome)),
            _ => None,
        });
        let Some((place, sent, outcome)) = exchanges.next() else {
            return Err(not_recorded);
        };
        if Sent::of(command).as_ref() != Some(sent) {
            return Err(not_recorded);
        }
        self.next = place.saturating_add(1);
        self.exchange = self.exchange.saturating_add(1);
        match outcome {
            Ok(bytes) if bytes.len() > Reply::MAX => Err(Error::ReplyTooLong),
            Ok(bytes) => {
                reply.set(bytes);
                Ok(())
            }
            Err(error) => Err(error.clone()),
        }
    }

    fn begin(&mut self) -> Result<(), Error> {
        let recorded = self.session(|step| match step {
            Step::Begin(outcome) => Some(outcome.clone()),
            _ => None,
        });
        recorded.unwrap_or(Ok(()))
    }

    fn end(&mut self, _: Disposition) -> Result<(), Error> {
        let recorded = self.session(|step| match step {
            Step::End(_, outcome) => Some(outcome.clone()),
            _ => None,
        });
        recorded.unwrap_or(Ok(()))
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        let recorded = self.session(|step| match step {
            Step::Reconnect(outcome) => Some(outcome.clone()),
            _ => None,
        });
        if let Some(outcome) = recorded {
            self.atr = outcome?;
        }
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }
}
