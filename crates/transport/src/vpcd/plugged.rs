//! A card served on a thread of its own.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::thread::{Builder, JoinHandle};

use super::{Ended, Event, Stop, serve};
use crate::CardSide;

/// A card in a slot of the driver. Dropping it, or [`Plugged::unplug`], takes the card out and ends the thread.
pub struct Plugged<C> {
    stop: Stop,
    thread: Option<JoinHandle<(C, Ended)>>,
}

/// Puts `card` into the slot at `address`, see [`slot`](super::slot).
///
/// # Errors
/// The operating system refuses a thread.
pub fn plug<C: CardSide + Send + 'static>(card: C, address: SocketAddr) -> io::Result<Plugged<C>> {
    plug_observed(card, address, |_| ())
}

/// As [`plug`], with an observer that is called on the card's thread.
///
/// # Errors
/// The operating system refuses a thread.
pub fn plug_observed<C: CardSide + Send + 'static>(
    mut card: C,
    address: SocketAddr,
    observe: impl FnMut(Event) + Send + 'static,
) -> io::Result<Plugged<C>> {
    let stop = Stop::new();
    let stopping = stop.clone();
    let thread = Builder::new().name(format!("vpcd {address}")).spawn(move || {
        let ended = serve(&mut card, address, &stopping, observe);
        (card, ended)
    })?;
    Ok(Plugged { stop, thread: Some(thread) })
}

impl<C> Plugged<C> {
    /// Takes the card out; `None` when the card panicked.
    #[must_use = "drop the value to take the card out and not keep it"]
    pub fn unplug(mut self) -> Option<C> {
        self.finish().map(|(card, _)| card)
    }

    /// Whether the card has left by itself, or panicked.
    #[must_use]
    pub fn has_left(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// A handle that takes the card out, for use by another thread.
    #[must_use]
    pub fn stop_handle(&self) -> Stop {
        self.stop.clone()
    }

    fn finish(&mut self) -> Option<(C, Ended)> {
        self.stop.stop();
        self.thread.take()?.join().ok()
    }
}

impl<C> Drop for Plugged<C> {
    fn drop(&mut self) {
        drop(self.finish());
    }
}

impl<C> fmt::Debug for Plugged<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugged").field("has_left", &self.has_left()).finish_non_exhaustive()
    }
}
