//! `cargo xtask coverage`: how much of the code the committed fuzz corpora reach, by themselves.
//!
//! The workspace is compiled once more with the compiler's own instrumentation, the test that replays the corpora is run
//! and nothing else, and the tools of LLVM count the regions. The compiler's LLVM and the tools must be of one major
//! version; the package is named after it. What no input can reach stands in `fuzz/unreached.txt`, with the reason.

mod explained;
mod regions;
mod summary;

use crate::packages;
use crate::runner::{self, Outcome, Step};
use crate::workspace::{cargo, root};
use explained::Explained;
use regions::Source;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use summary::Summary;

/// The test that is run.
const REPLAY: &str = "every_committed_input_keeps_the_promises";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let missed = arguments == ["--missed"];
    let shown: Vec<PathBuf> = if missed { Vec::new() } else { arguments.iter().map(PathBuf::from).collect() };
    if let Some(missing) = shown.iter().find(|path| !root().join(path).exists()) {
        eprintln!(
            "xtask coverage: there is no {}\nusage: cargo xtask coverage [--missed | FILE..]",
            missing.display()
        );
        return ExitCode::from(runner::USAGE);
    }
    let Some(llvm) = llvm_version() else {
        eprintln!("xtask coverage: rustc does not say which LLVM it has");
        return ExitCode::FAILURE;
    };
    runner::run(vec![
        Step::new("system packages", move || packages::ensure(&packages::for_coverage(llvm))).vital(),
        Step::new("build", build).vital(),
        Step::new("replay", replay).vital(),
        Step::new("merge", move || merge(llvm)).vital(),
        Step::new(
            "regions",
            move || {
                if shown.is_empty() { report(llvm, missed) } else { show(llvm, &shown) }
            },
        ),
    ])
}

fn folder() -> PathBuf {
    root().join("target/coverage")
}

fn profile() -> PathBuf {
    folder().join("corpora.profdata")
}

/// The major version of the LLVM in the compiler.
fn llvm_version() -> Option<u32> {
    let output = Command::new("rustc").arg("-vV").stdin(Stdio::null()).output().ok()?;
    major(&String::from_utf8(output.stdout).ok()?)
}

fn major(verbose: &str) -> Option<u32> {
    let line = verbose.lines().find_map(|line| line.strip_prefix("LLVM version: "))?;
    line.split('.').next()?.parse().ok()
}

fn instrumented(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.arg("--target-dir").arg(folder().join("build"));
    command.env("RUSTFLAGS", "-C instrument-coverage");
    // Build scripts and macros are instrumented as well, and nobody asks for theirs.
    command.env("LLVM_PROFILE_FILE", folder().join("builds/%p.profraw"));
    command
}

fn build() -> Outcome {
    let mut command =
        instrumented(&["test", "--quiet", "--package", "testkit", "--test", "corpus", "--no-run"]);
    Outcome::of(&mut command)
}

/// The program of the replay, as cargo names it.
fn program() -> Option<PathBuf> {
    let mut command = instrumented(&["test", "--quiet", "--package", "testkit", "--test", "corpus"]);
    command.args(["--no-run", "--message-format", "json"]).stderr(Stdio::null());
    let messages = String::from_utf8(command.output().ok()?.stdout).ok()?;
    executable(&messages).map(PathBuf::from)
}

/// The executable of the test in cargo's messages, among those of the package's programs. A path with characters that JSON
/// escapes is not found.
fn executable(messages: &str) -> Option<&str> {
    messages.lines().filter(|line| line.contains("\"name\":\"corpus\"")).find_map(|line| {
        let (_, rest) = line.split_once("\"executable\":\"")?;
        rest.split_once('"').map(|(path, _)| path)
    })
}

fn replay() -> Outcome {
    let Some(program) = program() else { return Outcome::failed("cargo names no program") };
    let raw = folder().join("raw");
    drop(std::fs::remove_dir_all(&raw));
    let mut command = Command::new(program);
    command.current_dir(root().join("tests")).args(["--exact", REPLAY]).stdin(Stdio::null());
    Outcome::of(command.env("LLVM_PROFILE_FILE", raw.join("%p.profraw")))
}

fn merge(llvm: u32) -> Outcome {
    let entries = std::fs::read_dir(folder().join("raw")).into_iter().flatten().flatten();
    let raw: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let mut command = Command::new(format!("llvm-profdata-{llvm}"));
    Outcome::of(command.args(["merge", "--sparse", "--output"]).arg(profile()).args(raw))
}

fn cov(llvm: u32, task: &str) -> Option<Command> {
    let mut command = Command::new(format!("llvm-cov-{llvm}"));
    command.arg(task).arg(format!("--instr-profile={}", profile().display())).arg(program()?);
    command.current_dir(root()).stdin(Stdio::null());
    Some(command)
}

fn report(llvm: u32, missed: bool) -> Outcome {
    let list = std::fs::read_to_string(root().join("fuzz/unreached.txt")).unwrap_or_default();
    let explained = match Explained::read(&list) {
        Ok(explained) => explained,
        Err(problem) => return Outcome::failed(problem),
    };
    let output = cov(llvm, "export").and_then(|mut command| {
        command
            .args(["--format=text", "--skip-functions", "--ignore-filename-regex=/registry/"])
            .output()
            .ok()
    });
    let Some(output) = output.filter(|output| output.status.success()) else {
        return Outcome::failed("llvm-cov cannot read the profile");
    };
    let sources = regions::read(&String::from_utf8_lossy(&output.stdout), &root());
    let text = |source: &Source| std::fs::read_to_string(root().join(&source.path)).unwrap_or_default();
    let summary = Summary::of(&sources, &explained, text);
    println!("\n{}", summary.table());
    if missed {
        println!("{}\n", summary.open());
    }
    match (explained.idle(&sources, text).as_slice(), summary.short_of_the_goal().as_slice()) {
        ([], []) => Outcome::passed("every crate is at its goal"),
        ([], short) => Outcome::failed(format!("below the goal: {}", short.join(", "))),
        (idle, _) => Outcome::failed(format!("explained, but reached or gone: {}", idle.join("; "))),
    }
}

/// The source with the count of each region.
fn show(llvm: u32, files: &[PathBuf]) -> Outcome {
    let Some(mut command) = cov(llvm, "show") else { return Outcome::failed("cargo names no program") };
    let absolute = files.iter().map(|file| root().join(file)).map(|file| strip_dots(&file));
    Outcome::of(command.args(["--show-regions", "--show-instantiations=false"]).args(absolute))
}

fn strip_dots(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_says_which_llvm_it_has() {
        assert_eq!(major("rustc 1.95.0\nrelease: 1.95.0\nLLVM version: 22.1.2\n"), Some(22));
        assert_eq!(major("rustc 1.95.0\n"), None);
    }

    #[test]
    fn the_executable_of_the_replay_is_found_among_those_of_the_package() {
        let messages = "{\"target\":{\"name\":\"corpus\"},\"executable\":\"/a/corpus-1\",\"fresh\":true}\n\
            {\"target\":{\"name\":\"suites\"},\"executable\":\"/a/suites\"}\n{\"success\":true}";
        assert_eq!(executable(messages), Some("/a/corpus-1"));
        assert_eq!(executable("{}"), None);
    }
}
