//! Ends serving from another thread.

use std::fmt;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Default)]
struct State {
    stopped: bool,
    stream: Option<TcpStream>,
}

/// A handle that ends [`serve`](super::serve) at once, whatever it waits for. Clones are the same handle.
#[derive(Clone, Default)]
pub struct Stop(Arc<(Mutex<State>, Condvar)>);

impl Stop {
    /// A handle that has not been used yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends serving. It stays ended: a handle is used once.
    pub fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        if let Some(stream) = state.stream.take() {
            // Fails only when the connection is gone already.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.0.1.notify_all();
    }

    /// Whether [`Stop::stop`] was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Runs `session` while `stream` can be ended by [`Stop::stop`].
    pub(super) fn attached<T, E: From<std::io::Error>>(
        &self,
        stream: &TcpStream,
        session: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let handle = stream.try_clone()?;
        {
            let mut state = self.state();
            if state.stopped {
                // Shut before it is used: the session sees its end at once.
                let _ = handle.shutdown(Shutdown::Both);
            } else {
                state.stream = Some(handle);
            }
        }
        let outcome = session();
        self.state().stream = None;
        outcome
    }

    /// Waits, but not beyond [`Stop::stop`].
    pub(super) fn wait(&self, time: Duration) {
        let state = self.state();
        drop(self.0.1.wait_timeout_while(state, time, |state| !state.stopped));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the two fields as good as they were.
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("stopped", &self.is_stopped()).finish()
    }
}
