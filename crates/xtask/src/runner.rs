//! Runs steps one after the other and reports on all of them.

use crate::table::{self, Row};
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Instant;

/// Exit code for a call that makes no sense.
pub(crate) const USAGE: u8 = 2;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) passed: bool,
    /// A few words for the table.
    pub(crate) remark: String,
    /// Lines below the step in the table.
    pub(crate) details: Vec<String>,
}

impl Outcome {
    pub(crate) fn passed(remark: impl Into<String>) -> Self {
        Self { passed: true, remark: remark.into(), details: Vec::new() }
    }

    pub(crate) fn failed(remark: impl Into<String>) -> Self {
        Self { passed: false, remark: remark.into(), details: Vec::new() }
    }

    /// Runs a command, its output going where ours goes.
    pub(crate) fn of(command: &mut Command) -> Self {
        println!("$ {}", shown(command));
        match command.status() {
            Ok(status) => Self::from_status(status),
            Err(error) => Self::failed(format!("cannot be started: {error}")),
        }
    }

    pub(crate) fn from_status(status: ExitStatus) -> Self {
        if status.success() { Self::passed("") } else { Self::failed(status.to_string()) }
    }
}

/// One thing to do, under a headline.
pub(crate) struct Step {
    pub(crate) name: String,
    /// When this fails, nothing after it can work.
    pub(crate) vital: bool,
    pub(crate) run: Box<dyn FnOnce() -> Outcome>,
}

impl Step {
    pub(crate) fn new(name: impl Into<String>, run: impl FnOnce() -> Outcome + 'static) -> Self {
        Self { name: name.into(), vital: false, run: Box::new(run) }
    }

    pub(crate) fn vital(mut self) -> Self {
        self.vital = true;
        self
    }
}

/// Runs the steps, prints the table and the count, and says whether all passed.
///
/// A failing step does not stop the later ones, so that one run shows every failure; a failing vital step does.
pub(crate) fn run(steps: Vec<Step>) -> ExitCode {
    let rows = run_all(steps);
    println!("\n{}\n{}", table::render(&rows), table::count(&rows));
    if rows.iter().all(|row| row.outcome.passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_all(steps: Vec<Step>) -> Vec<Row> {
    let mut rows = Vec::new();
    for step in steps {
        println!("\n=== {}", step.name);
        let start = Instant::now();
        let outcome = (step.run)();
        let row = Row { name: step.name, outcome, time: start.elapsed() };
        println!(
            "=== {}: {} in {:.1} s",
            row.name,
            if row.outcome.passed { "ok" } else { "FAILED" },
            row.time.as_secs_f64()
        );
        let stop = step.vital && !row.outcome.passed;
        rows.push(row);
        if stop {
            println!("the steps after this one need it, so they are not run");
            break;
        }
    }
    rows
}

/// The command as a person would type it, less the path of the program.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, passes: bool) -> Step {
        Step::new(name, move || if passes { Outcome::passed("") } else { Outcome::failed("on purpose") })
    }

    fn names(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn a_failing_step_does_not_hide_the_later_ones() {
        let rows = run_all(vec![step("a", true), step("b", false), step("c", true)]);
        assert_eq!(names(&rows), ["a", "b", "c"]);
        assert_eq!(table::count(&rows), "2 passed, 1 failed");
    }

    #[test]
    fn a_failing_vital_step_is_the_last() {
        let rows = run_all(vec![step("a", false).vital(), step("b", true)]);
        assert_eq!(names(&rows), ["a"]);
    }

    #[test]
    fn the_exit_code_follows_the_steps() {
        let code = |passes| format!("{:?}", run(vec![step("a", passes)]));
        assert_eq!(code(true), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(code(false), format!("{:?}", ExitCode::FAILURE));
    }

    #[test]
    fn a_program_that_cannot_be_started_is_a_failure() {
        let outcome = Outcome::of(&mut Command::new("no-such-program-anywhere"));
        assert!(!outcome.passed);
        assert!(outcome.remark.starts_with("cannot be started"));
    }

    #[test]
    fn a_command_is_shown_without_the_path_of_its_program() {
        assert_eq!(shown(Command::new("/usr/bin/cargo").args(["fmt", "--all"])), "cargo fmt --all");
    }
}
