//! Cards that lie, against every operation of the driver and every command of the command line.

mod commands;
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "bodies of tests: what is not as it should be fails the case"
)]
mod driver;

use super::{Family, Made, Plan, Tally};

/// The family.
pub const FAMILY: Family = Family {
    name: "cards",
    about: "cards that lie, against every operation of the driver and every command",
    planted: "a client that presents a PIN again when it does not like the answer",
    run,
};

fn run(plan: &Plan, tally: &mut Tally) -> Made<()> {
    tally.part("driver, lies from the first command on", |part| driver::from_the_first_command(plan, part));
    tally.part("driver, lies from any command on", |part| driver::from_any_command(plan, part));
    tally.part("commands, as processes", |part| commands::run(plan, part));
    if !plan.small {
        tally.part("every status word, swapped keys", |part| {
            for body in [driver::swapped, driver::every_status_word] {
                part.guarded("", || {
                    body();
                    Ok(())
                });
            }
        });
    }
    Ok(())
}

/// Keys and certificates that changed places sign nothing.
///
/// # Panics
/// They do.
pub fn swapped() {
    driver::swapped();
}

/// No status word to any kind of command does harm.
///
/// # Panics
/// One does.
pub fn every_status_word() {
    driver::every_status_word();
}
