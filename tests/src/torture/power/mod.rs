//! Power cuts at every persistent write: before it, after it, in the middle of it, and before it is durable.
//!
//! What has to hold of every reopening:
//! 1. the card opens, and is as before, as after, or as before with one try fewer;
//! 2. no wrong value gives tries back, and no schedule of cuts has more of them looked at than the limit;
//! 3. what a reply tells is durable;
//! 4. nothing is verified;
//! 5. a wrong value costs the same writes wherever it differs.

mod acts;
mod issuer;
mod schedules;
mod target;

use super::{Family, Made, Plan, Tally};

/// The family.
pub const FAMILY: Family = Family {
    name: "power",
    about: "power cuts at every persistent write of VERIFY, changes, unblocking, personalisation and the issuer's commands",
    planted: "a disk that says it has written and has not",
    run,
};

fn run(plan: &Plan, tally: &mut Tally) -> Made<()> {
    tally.part("every write of every act", |part| acts::run(plan, part));
    tally.part("what a reply tells is durable", |part| acts::told(plan, part));
    tally.part("schedules of cuts", |part| schedules::guesses(plan, part));
    tally.part("commands and cuts beside a model", |part| schedules::beside_a_model(plan, part));
    Ok(())
}
