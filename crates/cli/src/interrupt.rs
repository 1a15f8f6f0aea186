//! Ctrl-C: ends a wait or a command under way in good order, and a prompt at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mynumber::apdu::Command;
#[cfg(feature = "pcsc")]
use mynumber::transport::pcsc::Cancel;
use mynumber::transport::{Disposition, Error as TransportError, Reply, Transport};
use rustix::termios::{self, LocalModes, OptionalActions};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;
use crate::failure::Failure;

/// What signals do in this process.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    cancelled: Arc<AtomicBool>,
    #[cfg(feature = "pcsc")]
    cancel: Cancel,
    prompting: Arc<AtomicBool>,
}

impl Interrupt {
    /// Takes over SIGINT and SIGTERM: the first one cancels, so that the card is locked and given back; the second one,
    /// or the first at a prompt, ends the process.
    pub(crate) fn install() -> Self {
        let interrupt = Self::default();
        // Without signals the default holds: the process ends, and the service takes the card back.
        if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
            let seen = interrupt.clone();
            std::thread::spawn(move || {
                for _ in signals.forever() {
                    if seen.prompting.load(Ordering::SeqCst) {
                        show_typing();
                        std::process::exit(i32::from(Exit::Cancelled.code()));
                    }
                    if seen.cancelled.swap(true, Ordering::SeqCst) {
                        std::process::exit(i32::from(Exit::Cancelled.code()));
                    }
                    #[cfg(feature = "pcsc")]
                    seen.cancel.cancel();
                }
            });
        }
        interrupt
    }

    /// Whether a signal came.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// Ends a loop of ours when a signal came.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.is_cancelled() { Err(TransportError::Cancelled.into()) } else { Ok(()) }
    }

    /// The cancel flag for waits.
    #[cfg(feature = "pcsc")]
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Runs a prompt, at which nothing is unlocked.
    pub(crate) fn prompting<R>(&self, prompt: impl FnOnce() -> R) -> R {
        self.prompting.store(true, Ordering::SeqCst);
        let result = prompt();
        self.prompting.store(false, Ordering::SeqCst);
        result
    }
}

/// A card in this process, given up between two commands when a signal came. The end of exclusive use still goes
/// through: locking the card is what a cancelled program has to do.
pub(crate) struct Interruptible<T> {
    card: T,
    interrupt: Interrupt,
}

impl<T> Interruptible<T> {
    pub(crate) const fn new(card: T, interrupt: Interrupt) -> Self {
        Self { card, interrupt }
    }
}

impl<T: Transport> Transport for Interruptible<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), TransportError> {
        if self.interrupt.is_cancelled() {
            return Err(TransportError::Cancelled);
        }
        self.card.transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), TransportError> {
        self.card.end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.card.reconnect()
    }

    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn carries_extended(&self) -> bool {
        self.card.carries_extended()
    }
}

/// A hidden prompt has switched the echo of the terminal off.
fn show_typing() {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else { return };
    if let Ok(mut modes) = termios::tcgetattr(&terminal) {
        modes.local_modes |= LocalModes::ECHO;
        let _ = termios::tcsetattr(&terminal, OptionalActions::Now, &modes);
    }
}
