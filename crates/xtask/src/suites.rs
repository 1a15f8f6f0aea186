//! `cargo xtask suites`: the verifier against public suites that nobody here wrote.
//!
//! The files come as the package `cryptography-vectors` from the Python package index (NIST PKITS with its S/MIME
//! messages among them); they are not part of this repository, and the ordinary tests do not need them.

use crate::packages;
use crate::runner::{self, Outcome, Step};
use crate::workspace::{cargo, root};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// The package, with the version that the known refusals were written for.
const PACKAGE: &str = "cryptography-vectors==50.0.2";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if let Some(argument) = arguments.first() {
        eprintln!("xtask suites takes no arguments, and was given `{argument}`");
        return ExitCode::from(runner::USAGE);
    }
    let folder = root().join("target/suites");
    let unpacked = folder.join("cryptography_vectors");
    let fetched = folder.clone();
    let there = unpacked.join("x509/PKITS_data/certs").is_dir();
    let mut steps = Vec::new();
    if !there {
        steps.push(Step::new("system packages", || packages::ensure(packages::FOR_SUITES)).vital());
        steps.push(Step::new("download", move || download(&fetched)).vital());
        steps.push(Step::new("unpack", move || unpack(&folder)).vital());
    }
    steps.push(Step::new("suites", move || {
        Outcome::of(cargo(&["run", "--package", "testkit", "--bin", "suites", "--"]).arg(unpacked))
    }));
    runner::run(steps)
}

fn download(folder: &PathBuf) -> Outcome {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"]).arg(folder).arg(PACKAGE);
    Outcome::of(&mut pip)
}

/// A wheel is a zip file.
fn unpack(folder: &PathBuf) -> Outcome {
    let wheel = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let Some(wheel) = wheel.filter(|path| path.extension().is_some_and(|end| end == "whl")).min() else {
        return Outcome::failed("the package has no wheel");
    };
    Outcome::of(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(folder))
}
