//! Faults of PC/SC, with a real pcscd: the service stopped, killed and restarted, other programs, many readers, strange
//! names.

#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "bodies of tests: what is not as it should be fails the case"
)]
mod sessions;
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "bodies of tests: what is not as it should be fails the case"
)]
mod wire;

use super::{Family, Made, Plan, Tally};

/// The family.
pub const FAMILY: Family = Family {
    name: "pcsc",
    about: "the real pcscd stopped, killed and restarted, other programs, many readers, strange names",
    planted: "a program that does not log out",
    run,
};

/// A case that panics when a promise is broken.
struct Case {
    name: &'static str,
    run: fn(),
}

fn run(plan: &Plan, tally: &mut Tally) -> Made<()> {
    tally.part("the driver's sessions", |part| {
        sessions::log_outs(plan.planted, part);
        for case in sessions::CASES.iter().filter(|_| !plan.small) {
            part.guarded(case.name, || {
                (case.run)();
                Ok(())
            });
        }
        if !plan.small {
            sessions::every_moment(part);
        }
    });
    tally.part("the transport", |part| {
        for case in wire::CASES.iter().take(if plan.small { 2 } else { wire::CASES.len() }) {
            part.guarded(case.name, || {
                (case.run)();
                Ok(())
            });
        }
    });
    Ok(())
}

/// One case by its name, as a test of its own.
///
/// # Panics
/// A promise is broken, or there is no such case.
pub fn run_case(name: &str) {
    let mut cases = wire::CASES.iter().chain(&sessions::CASES).chain(&sessions::SMALL);
    let case = cases.find(|case| case.name == name);
    assert!(case.is_some(), "there is no case {name}");
    if let Some(case) = case {
        (case.run)();
    }
}
