//! `cargo xtask public-api`: the listings in `tests/public-api`.
//!
//! The work is done by the test of that name, which an ordinary `cargo test` runs too.

use crate::runner::{self, Outcome, Step};
use crate::workspace::cargo;
use std::process::ExitCode;

/// Tells the test to write the listings instead of comparing them. The test reads the same name.
const WRITE: &str = "MYNUMBER_WRITE_PUBLIC_API";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let write = match arguments {
        [] => false,
        [flag] if flag == "--write" => true,
        _ => {
            eprintln!("usage: cargo xtask public-api [--write]");
            return ExitCode::from(runner::USAGE);
        }
    };
    runner::run(vec![Step::new("public API", move || {
        let mut command = cargo(&["test", "--package", "testkit", "--test", "workspace", "public_api::"]);
        if write {
            command.env(WRITE, "1");
        }
        Outcome::of(&mut command)
    })])
}
