//! Giving up a wait from elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Error;

/// The longest time that a wait goes on after it was cancelled.
pub(super) const SLICE: Duration = Duration::from_millis(50);

/// A flag that gives up waits. Clones are the same flag.
///
/// Made of an `Arc<AtomicBool>` so that a signal handler can set it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives up: every wait with this flag ends with [`Error::Cancelled`].
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the flag is set.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl From<Arc<AtomicBool>> for Cancel {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}

/// A wait: until when, and the flag that gives it up.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    deadline: Option<Instant>,
    cancel: Cancel,
}

impl Wait {
    /// `None`, or a time beyond what the clock can express, is no limit.
    pub(super) fn new(limit: Option<Duration>, cancel: &Cancel) -> Self {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        Self { deadline, cancel: cancel.clone() }
    }

    /// How long to block at most before asking again.
    pub(super) fn slice(&self) -> Result<Duration, Error> {
        if self.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match left {
            Some(Duration::ZERO) => Err(Error::Timeout),
            Some(left) => Ok(left.min(SLICE)),
            None => Ok(SLICE),
        }
    }

    /// Pauses for `time`, or until the wait is over.
    pub(super) fn pause(&self, time: Duration) -> Result<(), Error> {
        let pause = Self::new(Some(time), &self.cancel);
        loop {
            match pause.slice() {
                Ok(slice) => std::thread::sleep(slice.min(self.slice()?)),
                Err(Error::Timeout) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Pauses that double from 10 ms to 320 ms: another program's short use is over soon, a long one is not worth asking often.
#[derive(Debug)]
pub(super) struct BackOff(Duration);

impl BackOff {
    pub(super) const fn new() -> Self {
        Self(Duration::from_millis(10))
    }

    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = pause.saturating_mul(2).min(Duration::from_millis(320));
        pause
    }
}
