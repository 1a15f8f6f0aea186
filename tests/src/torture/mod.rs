//! The torture bench: families of bad input and bad moments, run whole, counted, and shown to be able to fail.
//!
//! `cargo xtask torture` runs them all and prints one table; `tests/tests/torture.rs` runs a small part of each, and shows
//! that each family finds the fault that is planted for it.

mod driver_end;
mod lines;
mod report;

pub mod cards;
pub mod faults;
pub mod host;
pub mod hygiene;
pub mod kills;
#[cfg(feature = "pcsc")]
pub mod pcsc;
pub mod power;

pub use report::{Part, Tally, ensure, quiet_panics};

/// What can keep a family from running at all; it counts as a failure.
pub type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How a run is made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Whether the family's fault is planted: something that is tortured then breaks its promise.
    pub planted: bool,
    /// A small part of the cases, for the tests that every change has to pass.
    pub small: bool,
    /// Where random choices begin.
    pub seed: u64,
}

impl Plan {
    /// So many cases, or a small part of them.
    #[must_use]
    pub const fn count(&self, whole: u64, small: u64) -> u64 {
        if self.small { small } else { whole }
    }
}

/// One family of bad input or bad moments.
#[derive(Clone, Copy)]
pub struct Family {
    /// Its name on the command line and in the table.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// The fault that is planted with `--planted`.
    pub planted: &'static str,
    /// Runs it.
    pub run: fn(&Plan, &mut Tally) -> Made<()>,
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All of them, in the order in which they run.
pub const FAMILIES: &[Family] = &[
    faults::FAMILY,
    cards::FAMILY,
    host::FAMILY,
    power::FAMILY,
    kills::FAMILY,
    hygiene::FAMILY,
    #[cfg(feature = "pcsc")]
    pcsc::FAMILY,
];

impl Family {
    /// Runs it; what keeps it from running is a failure.
    #[must_use]
    pub fn tally(&self, plan: &Plan) -> Tally {
        let mut tally = Tally::default();
        if let Err(error) = (self.run)(plan, &mut tally) {
            tally.part("could not go on", |part| part.case(Err(error.to_string())));
        }
        tally
    }
}
