//! What the process gives up at its start so that secrets cannot leak past it.

use std::cell::Cell;
use std::panic::UnwindSafe;
use std::path::Path;

use rustix::process::{DumpableBehavior, Resource, Rlimit};

use crate::output::notice;

/// No core dumps, and no other process of this user may look into our memory.
///
/// Best effort: a system that refuses is no reason to refuse the user. Locking pages into memory is not done, since it
/// needs `unsafe`.
pub(crate) fn harden() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(Resource::Core, none);
    let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// A panic is told by its place alone: its message may hold what was being worked on.
pub(crate) fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        if SILENT.get() {
            return;
        }
        let place = panic.location().map(|place| {
            let file = Path::new(place.file()).file_name().unwrap_or_default().to_string_lossy();
            format!("{file}:{}", place.line())
        });
        notice(&format!("mynumber: panic at {}", place.unwrap_or_default()));
    }));
}

/// Runs work that foreign bytes may bring to a panic: nothing is told, and nothing comes of it.
pub(crate) fn without_panic<R>(work: impl FnOnce() -> R + UnwindSafe) -> Option<R> {
    SILENT.set(true);
    let outcome = std::panic::catch_unwind(work);
    SILENT.set(false);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_over_foreign_bytes_comes_to_nothing() {
        assert_eq!(without_panic(|| 7), Some(7));
        assert_eq!(without_panic(|| -> u8 { panic!("a photo") }), None);
        assert!(!SILENT.get());
    }
}
