//! `cargo xtask bench`: the benchmarks.

use crate::packages;
use crate::runner::{self, Outcome, Step};
use crate::workspace::cargo;
use std::process::ExitCode;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let arguments = arguments.to_vec();
    runner::run(vec![
        Step::new("system packages", || packages::ensure(packages::FOR_BENCHES)).vital(),
        Step::new("benches", move || {
            Outcome::of(cargo(&["bench", "--package", "benches", "--bench", "*"]).args(&arguments))
        }),
        Step::new("exchange counts", || {
            Outcome::of(&mut cargo(&["run", "--package", "benches", "--bin", "exchanges"]))
        }),
        timed("certification paths", "verify_path"),
        timed("signed messages", "cms_verify"),
        timed("index of a CRL", "crl_index"),
        timed("batch", "batch"),
        timed("applications and cards", "issuance"),
        Step::new("round trip through pcscd", || {
            Outcome::of(&mut cargo(&["run", "--package", "benches", "--bin", "vpcd_round_trip"]))
        }),
    ])
}

/// A bench by the wall clock, so in the release profile. It fails above its limit.
fn timed(name: &str, bin: &'static str) -> Step {
    Step::new(name, move || {
        Outcome::of(&mut cargo(&["run", "--release", "--package", "benches", "--bin", bin]))
    })
}
