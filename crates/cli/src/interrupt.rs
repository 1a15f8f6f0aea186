//! Ctrl-C: ends a wait or a command under way in good order, and a prompt at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "pcsc")]
use mynumber::transport::pcsc::Cancel;
use rustix::termios::{self, LocalModes, OptionalActions};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;

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

/// A hidden prompt has switched the echo of the terminal off.
fn show_typing() {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else { return };
    if let Ok(mut modes) = termios::tcgetattr(&terminal) {
        modes.local_modes |= LocalModes::ECHO;
        let _ = termios::tcsetattr(&terminal, OptionalActions::Now, &modes);
    }
}
