//! `cargo xtask torture`: the families of bad input and bad moments, with one table at the end.

use crate::packages;
use crate::runner::{self, Outcome};
use crate::workspace::{cargo, root};
use std::process::{Command, ExitCode, Stdio};

/// What is built: the bench, and the programs that it runs. One call of cargo, so that all share their features.
///
/// The development profile: what takes time is optimised there, arithmetic is checked, and the tests have built most of
/// it already. The release profile takes longer to build than the whole run.
const BUILD: [&str; 12] = [
    "build",
    "--package",
    "testkit",
    "--package",
    "mynumber-cli",
    "--package",
    "examples",
    "--bin",
    "torture",
    "--bin",
    "mynumber",
    "--examples",
];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let installed = packages::ensure(packages::FOR_TESTS);
    let ready = if installed.passed { Outcome::of(&mut cargo(&BUILD)) } else { installed };
    if !ready.passed {
        eprintln!("xtask torture: {}", ready.remark);
        return ExitCode::FAILURE;
    }
    // Cargo puts all programs of a profile into one folder, ours among them.
    let program = std::env::current_exe().unwrap_or_default().with_file_name("torture");
    let status = Command::new(program).args(arguments).current_dir(root()).stdin(Stdio::null()).status();
    match status {
        Ok(status) => {
            status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, Into::into)
        }
        Err(error) => {
            eprintln!("xtask torture: the bench cannot be started: {error}");
            ExitCode::from(runner::USAGE)
        }
    }
}
