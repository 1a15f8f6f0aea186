//! What the process gives up at its start so that secrets cannot leak past it.

use rustix::process::{DumpableBehavior, Resource, Rlimit};

/// No core dumps, and no other process of this user may look into our memory.
///
/// Best effort: a system that refuses is no reason to refuse the user. Locking pages into memory is not done, since it
/// needs `unsafe`.
pub(crate) fn harden() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(Resource::Core, none);
    let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
