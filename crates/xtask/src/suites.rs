//! `cargo xtask suites`: the verifier against public suites that nobody here wrote.
//!
//! The files come as two packages from the Python package index; they are not part of this repository, and the ordinary
//! tests do not need them.

use crate::packages;
use crate::runner::{self, Outcome, Step};
use crate::workspace::{cargo, root};
use std::path::Path;
use std::process::{Command, ExitCode};

/// A package, with the version that the known refusals were written for.
#[derive(Clone, Copy)]
struct Package {
    name: &'static str,
    /// What pip is told beside the name.
    form: &'static [&'static str],
    /// The folder that it unpacks to.
    folder: &'static str,
    /// The Python module that unpacks it.
    unpacker: &'static str,
}

/// NIST PKITS with its S/MIME messages, and certificates, CRLs, OCSP responses and messages of all kinds.
const VECTORS: Package = Package {
    name: "cryptography-vectors==50.0.2",
    form: &[],
    folder: "cryptography_vectors",
    unpacker: "zipfile",
};

/// NIST PKITS again, as a list of what to expect under which settings of the caller.
const VALIDATOR: Package = Package {
    name: "pyhanko-certvalidator==0.33.0",
    form: &["--no-binary", ":all:"],
    folder: "pyhanko_certvalidator-0.33.0",
    unpacker: "tarfile",
};

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if let Some(argument) = arguments.first() {
        eprintln!("xtask suites takes no arguments, and was given `{argument}`");
        return ExitCode::from(runner::USAGE);
    }
    let folder = root().join("target/suites");
    let mut steps = Vec::new();
    let missing: Vec<_> =
        [VECTORS, VALIDATOR].into_iter().filter(|package| !folder.join(package.folder).is_dir()).collect();
    if !missing.is_empty() {
        steps.push(Step::new("system packages", || packages::ensure(packages::FOR_SUITES)).vital());
    }
    for package in missing {
        let folder = folder.clone();
        steps.push(Step::new(format!("download {}", package.name), move || fetch(package, &folder)).vital());
    }
    steps.push(Step::new("suites", move || {
        let mut run = cargo(&["run", "--package", "testkit", "--bin", "suites", "--"]);
        Outcome::of(run.args([VECTORS, VALIDATOR].map(|package| folder.join(package.folder))))
    }));
    runner::run(steps)
}

/// Downloads a package into a folder of its own and unpacks it beside that.
fn fetch(package: Package, folder: &Path) -> Outcome {
    let packed = folder.join("packed").join(package.folder);
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps"]).args(package.form).arg("--dest").arg(&packed);
    let downloaded = Outcome::of(pip.arg(package.name));
    if !downloaded.passed {
        return downloaded;
    }
    let files = std::fs::read_dir(&packed).into_iter().flatten().flatten().map(|entry| entry.path());
    let Some(file) = files.min() else {
        return Outcome::failed("the download left no file");
    };
    Outcome::of(Command::new("python3").args(["-m", package.unpacker, "-e"]).arg(file).arg(folder))
}
