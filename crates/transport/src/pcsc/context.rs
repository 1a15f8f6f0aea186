//! The service: readers, their states, waiting for a card.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pcsc::{Error as Code, PNP_NOTIFICATION, ReaderState, Scope, State};

use super::cancel::Wait;
use super::error::{from, is_stale};
use super::{Cancel, Connection, Options, ReaderName, ReaderStatus, Selection, SelectionError};
use crate::Error;

/// How many readers are asked for their states at once: the service has places for 16, the notification takes one.
const AT_ONCE: usize = 10;

/// How often the list of readers is read again if its change is not told.
const RELIST: Duration = Duration::from_millis(250);

/// A connection to the PC/SC service. Established anew, once for each call, when the service was restarted.
pub struct Context {
    inner: Mutex<pcsc::Context>,
}

impl Context {
    /// Connects to the service.
    ///
    /// # Errors
    /// [`Error::NoService`] when it is not running, [`Error::PermissionDenied`].
    pub fn establish() -> Result<Self, Error> {
        let inner = Mutex::new(pcsc::Context::establish(Scope::User).map_err(from)?);
        Ok(Self { inner })
    }

    /// The readers, in the order of the service; none is an empty list.
    ///
    /// # Errors
    /// [`Error::NoService`] and other faults of the service.
    pub fn readers(&self) -> Result<Vec<ReaderName>, Error> {
        self.run(list)
    }

    /// The one reader that is meant; without a selection the only one there is.
    ///
    /// # Errors
    /// [`SelectionError`] when none is meant, or several.
    pub fn reader(&self, selection: Option<&Selection>) -> Result<ReaderName, SelectionError> {
        let readers = self.readers()?;
        match (selection, readers.as_slice()) {
            (Some(selection), _) => selection.pick(&readers).cloned(),
            (None, []) => Err(SelectionError::Unreachable(Error::NoReader)),
            (None, [one]) => Ok(one.clone()),
            (None, _) => Err(SelectionError::Ambiguous { meant: readers }),
        }
    }

    /// The readers with their states.
    ///
    /// # Errors
    /// [`Error::NoService`] and other faults of the service.
    pub fn states(&self) -> Result<Vec<ReaderStatus>, Error> {
        self.run(|context| Ok(states(context)?.iter().map(status).collect()))
    }

    /// Connects to the card in `reader`.
    ///
    /// # Errors
    /// [`Error::NoCard`], [`Error::ReaderGone`], [`Error::SharingViolation`] after [`Options::patience`],
    /// [`Error::Protocol`], [`Error::CardUnresponsive`], [`Error::Cancelled`], and faults of the service.
    pub fn connect(&self, reader: &ReaderName, options: &Options) -> Result<Connection, Error> {
        Connection::open(reader.clone(), options.clone())
    }

    /// Waits until a card is in a reader, the one named or any, for `limit` or without end. A card that is there
    /// already ends the wait at once; readers may come and go meanwhile.
    ///
    /// # Errors
    /// [`Error::Timeout`], [`Error::Cancelled`], and faults of the service.
    pub fn wait_for_card(
        &self,
        reader: Option<&ReaderName>,
        limit: Option<Duration>,
        cancel: &Cancel,
    ) -> Result<ReaderName, Error> {
        self.wait_until(limit, cancel, |states| {
            let meant = |state: &&ReaderStatus| reader.is_none_or(|reader| *reader == state.name);
            states.iter().filter(meant).find(|state| state.present).map(|state| state.name.clone())
        })
    }

    /// Waits until no card is in `reader`, or the reader itself is gone.
    ///
    /// # Errors
    /// As [`Context::wait_for_card`].
    pub fn wait_for_removal(
        &self,
        reader: &ReaderName,
        limit: Option<Duration>,
        cancel: &Cancel,
    ) -> Result<(), Error> {
        self.wait_until(limit, cancel, |states| {
            let there = states.iter().any(|state| state.name == *reader && state.present);
            (!there).then_some(())
        })
    }

    /// Waits until `found` finds what it looks for in the states of the readers.
    ///
    /// # Errors
    /// As [`Context::wait_for_card`].
    pub fn wait_until<R>(
        &self,
        limit: Option<Duration>,
        cancel: &Cancel,
        mut found: impl FnMut(&[ReaderStatus]) -> Option<R>,
    ) -> Result<R, Error> {
        let wait = Wait::new(limit, cancel);
        loop {
            let mut seen = self.run(states)?;
            let states: Vec<ReaderStatus> = seen.iter().map(status).collect();
            if let Some(result) = found(&states) {
                return Ok(result);
            }
            seen.truncate(AT_ONCE);
            self.await_change(seen, &wait)?;
        }
    }

    /// Returns on a change, or after [`RELIST`].
    fn await_change(&self, mut seen: Vec<ReaderState>, wait: &Wait) -> Result<(), Error> {
        seen.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
        for state in &mut seen {
            state.sync_current_state();
        }
        let until = Wait::new(Some(RELIST), &Cancel::new());
        while let Ok(slice) = until.slice() {
            let slice = slice.min(wait.slice()?);
            match self.run(|context| context.get_status_change(slice, &mut seen)) {
                Err(Error::Timeout) => {}
                // A reader went away: read the list again, but not at full speed.
                Err(Error::ReaderGone | Error::NoReader) => return wait.pause(slice),
                outcome => return outcome,
            }
        }
        Ok(())
    }

    /// Runs a call that touches no card, and once more with a new context when the service was restarted.
    fn run<R>(&self, mut call: impl FnMut(&pcsc::Context) -> Result<R, Code>) -> Result<R, Error> {
        // The lock is not held during the call, which may take long.
        let context = self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match call(&context) {
            Err(code) if is_stale(code) => {
                let fresh = pcsc::Context::establish(Scope::User).map_err(from)?;
                *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
                call(&fresh).map_err(from)
            }
            outcome => outcome.map_err(from),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// Whether a program is connected to the card in `reader`; `false` when that cannot be told.
pub(super) fn is_in_use(reader: &ReaderName) -> bool {
    let states = Context::establish().and_then(|context| context.states()).unwrap_or_default();
    states.iter().any(|state| state.name == *reader && state.in_use)
}

fn list(context: &pcsc::Context) -> Result<Vec<ReaderName>, Code> {
    let mut tries = 3;
    loop {
        match context.list_readers_owned() {
            // A reader came between the question for the size and the question for the names.
            Err(Code::InsufficientBuffer) if tries > 0 => tries -= 1,
            Err(code) => return Err(code),
            Ok(names) => return Ok(names.into_iter().map(ReaderName::from).collect()),
        }
    }
}

fn states(context: &pcsc::Context) -> Result<Vec<ReaderState>, Code> {
    let mut tries = 3;
    loop {
        let mut states: Vec<ReaderState> = list(context)?
            .iter()
            .map(|name| ReaderState::new(name.as_c_str().to_owned(), State::UNAWARE))
            .collect();
        let asked = states.chunks_mut(AT_ONCE).try_for_each(|some| {
            match context.get_status_change(Duration::ZERO, some) {
                Err(Code::Timeout) => Ok(()),
                outcome => outcome,
            }
        });
        match asked {
            // A reader went away since it was listed.
            Err(Code::UnknownReader | Code::ReaderUnavailable) if tries > 0 => tries -= 1,
            outcome => return outcome.map(|()| states),
        }
    }
}

fn status(state: &ReaderState) -> ReaderStatus {
    let event = state.event_state();
    ReaderStatus {
        name: ReaderName::from(state.name().to_owned()),
        present: event.contains(State::PRESENT),
        mute: event.contains(State::MUTE),
        in_use: event.contains(State::INUSE),
        exclusive: event.contains(State::EXCLUSIVE),
        atr: state.atr().to_vec(),
    }
}
