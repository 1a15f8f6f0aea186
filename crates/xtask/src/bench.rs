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
        Step::new("certification paths", || {
            Outcome::of(&mut cargo(&["run", "--release", "--package", "benches", "--bin", "verify_path"]))
        }),
        Step::new("round trip through pcscd", || {
            Outcome::of(&mut cargo(&["run", "--package", "benches", "--bin", "vpcd_round_trip"]))
        }),
    ])
}
