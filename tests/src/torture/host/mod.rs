//! A hostile host against the virtual card: a million sequences beside a reference model of the lockout rules, two
//! clients at once, and readers that send what is no frame.

mod clients;
mod frames;
pub mod model;
mod sequences;

use super::{Family, Made, Plan, Tally};

/// The family.
pub const FAMILY: Family = Family {
    name: "host",
    about: "a hostile host: random sequences, two clients at once, malformed frames",
    planted: "a card that now and then gives a wrong try back",
    run,
};

fn run(plan: &Plan, tally: &mut Tally) -> Made<()> {
    tally.part("sequences beside the reference model", |part| sequences::run(plan, part));
    tally.part("two clients, interleaved", |part| sequences::interleaved(plan, part));
    tally.part("two clients at once", |part| clients::run(plan, part));
    tally.part("malformed frames", |part| frames::run(plan, part));
    Ok(())
}
