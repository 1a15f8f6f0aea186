//! `cargo xtask test`: everything a change has to pass.

use crate::packages;
use crate::runner::{self, Outcome, Step};
use crate::test_output::{Program, Summary};
use crate::workspace::{cargo, root};
use std::io::{BufRead, BufReader, IsTerminal, PipeReader, Result};
use std::process::{Child, Command, ExitCode};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Every library, each of which has to compile with nothing but itself asked for.
const LIBRARIES: [&str; 8] = [
    "mynumber-apdu",
    "mynumber-applet",
    "mynumber-crypto",
    "mynumber-transport",
    "mynumber-driver",
    "mynumber-virtual-card",
    "mynumber-issuance",
    "mynumber",
];

/// How long output may stay silent after cargo has ended: a daemon that a test left behind keeps the pipe open.
const SILENCE: Duration = Duration::from_secs(2);

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if let Some(argument) = arguments.first() {
        eprintln!(
            "xtask test takes no arguments, and was given `{argument}`; to run some tests use cargo test"
        );
        return ExitCode::from(runner::USAGE);
    }
    runner::run(steps())
}

/// The quick ones first. What is tested by ordinary tests (who may name whom, licences, the public API, corpus
/// replay, the scripts with foreign clients) is part of `tests`, where the table names each test program.
fn steps() -> Vec<Step> {
    let mut steps = vec![
        Step::new("system packages", || packages::ensure(packages::FOR_TESTS)).vital(),
        cargo_step("format", &["fmt", "--all", "--check"]),
        cargo_step(
            "lints",
            &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"],
        ),
        Step::new("tests", tests),
        // The workspace's tests compute with AWS-LC, which the command asks for: here with RustCrypto alone.
        cargo_step("signature checks in Rust", &["test", "--quiet", "--package", "mynumber-crypto"]),
        cargo_step(
            "signature checks with AWS-LC",
            &["test", "--quiet", "--package", "mynumber-crypto", "--features", "aws-lc"],
        ),
        Step::new("each library alone", each_library_alone),
        Step::new("documentation", documentation),
    ];
    if root().join("fuzz/Cargo.toml").is_file() {
        steps.push(cargo_step("fuzz: format", &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]));
        let lints = ["clippy", "--manifest-path", "fuzz/Cargo.toml", "--all-targets", "--", "-D", "warnings"];
        steps.push(cargo_step("fuzz: lints", &lints));
    }
    steps
}

fn cargo_step(name: &str, arguments: &[&'static str]) -> Step {
    let arguments = arguments.to_vec();
    Step::new(name, move || Outcome::of(&mut cargo(&arguments)))
}

/// Compiled in one go, libraries lend each other their features. Users compile them one by one.
fn each_library_alone() -> Outcome {
    let mut failed = Vec::new();
    for library in LIBRARIES {
        for extra in [&[][..], &["--no-default-features"]] {
            let mut arguments = vec!["check", "--quiet", "--package", library];
            arguments.extend(extra);
            if !Outcome::of(&mut cargo(&arguments)).passed {
                failed.push(arguments.join(" "));
            }
        }
    }
    if failed.is_empty() {
        return Outcome::passed(format!("{} libraries, with and without default features", LIBRARIES.len()));
    }
    let mut outcome = Outcome::failed(format!("{} failed", failed.len()));
    outcome.details = failed;
    outcome
}

fn documentation() -> Outcome {
    Outcome::of(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn tests() -> Outcome {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    match run_and_read(command) {
        Ok((outcome, programs)) => with_counts(outcome, &programs),
        Err(error) => Outcome::failed(format!("cannot be run: {error}")),
    }
}

/// Runs cargo with both outputs in one pipe, so that the order of the lines is kept; prints and reads them.
fn run_and_read(mut command: Command) -> Result<(Outcome, Vec<Program>)> {
    println!("$ {}", runner::shown(&command));
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds our copies of the writing end.
    drop(command);
    let summary = read_until_ended(&lines_of(reader), &mut child)?;
    Ok((Outcome::from_status(child.wait()?), summary.finish()))
}

fn lines_of(reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if sender.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}

fn read_until_ended(lines: &Receiver<String>, child: &mut Child) -> Result<Summary> {
    let mut summary = Summary::default();
    loop {
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                println!("{line}");
                summary.line(&line);
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(summary),
            Err(RecvTimeoutError::Timeout) => {
                if child.try_wait()?.is_some() {
                    println!("(a process that the tests started is still running)");
                    return Ok(summary);
                }
            }
        }
    }
}

/// The outcome with a line per test program; a run without a single test is a failure.
fn with_counts(mut outcome: Outcome, programs: &[Program]) -> Outcome {
    let passed: usize = programs.iter().map(|program| program.passed).sum();
    let failed: usize = programs.iter().map(|program| program.failed).sum();
    let counts = format!("{passed} of {} tests in {} programs", passed + failed, programs.len());
    outcome.remark = if outcome.remark.is_empty() { counts } else { format!("{counts}; {}", outcome.remark) };
    outcome.passed &= failed == 0 && passed > 0;
    outcome.details = programs.iter().map(described).collect();
    outcome
}

fn described(program: &Program) -> String {
    match program.failed {
        0 => format!("{:>5}  {}", program.passed, program.name),
        failed => format!("{:>5}  {}, {failed} FAILED", program.passed, program.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_come_first_and_nothing_goes_on_without_them() {
        let steps = steps();
        assert_eq!(steps[0].name, "system packages");
        assert!(steps[0].vital);
        assert!(steps[1..].iter().all(|step| !step.vital));
    }

    #[test]
    fn every_folder_in_crates_is_a_library_or_a_program_known_here() {
        for entry in std::fs::read_dir(root().join("crates")).unwrap() {
            let folder = entry.unwrap().file_name().into_string().unwrap();
            let name = if folder == "mynumber" { folder.clone() } else { format!("mynumber-{folder}") };
            let is_program = ["cli", "xtask"].contains(&folder.as_str());
            assert!(is_program || LIBRARIES.contains(&name.as_str()), "{folder} is not in LIBRARIES");
        }
    }

    #[test]
    fn a_failed_test_fails_the_step_and_is_named() {
        let programs = [
            Program { name: "tlv".to_owned(), passed: 7, failed: 0 },
            Program { name: "edges".to_owned(), passed: 2, failed: 1 },
        ];
        let outcome = with_counts(Outcome::passed(""), &programs);
        assert!(!outcome.passed);
        assert_eq!(outcome.remark, "9 of 10 tests in 2 programs");
        assert_eq!(outcome.details, ["    7  tlv", "    2  edges, 1 FAILED"]);
    }

    #[test]
    fn a_run_without_tests_is_a_failure() {
        assert!(!with_counts(Outcome::passed(""), &[]).passed);
    }

    #[cfg(unix)]
    #[test]
    fn the_output_of_a_program_is_read_to_the_end() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo ' Running x (d/edges-1)' >&2; echo 'test result: ok. 3 passed; 0 failed'"]);
        let (outcome, programs) = run_and_read(command).unwrap();
        assert!(outcome.passed);
        assert_eq!(programs, [Program { name: "edges".to_owned(), passed: 3, failed: 0 }]);
    }

    #[cfg(unix)]
    #[test]
    fn a_daemon_left_behind_does_not_keep_us_waiting() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 30 & echo done; exit 3"]);
        let start = std::time::Instant::now();
        let (outcome, _) = run_and_read(command).unwrap();
        assert!(!outcome.passed);
        assert!(start.elapsed() < Duration::from_secs(15));
    }
}
