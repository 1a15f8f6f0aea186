//! Instructions per operation, counted by valgrind.
//!
//! Wall-clock time on a shared machine varies by more than the differences of interest; the number of instructions
//! does not vary at all. Each case runs alone, once with N and once with 2N operations: the difference, divided by N,
//! is free of start-up cost.

use std::io;
use std::process::Command;

/// Operations in the shorter of the two runs.
pub const OPERATIONS: u64 = 2_000;

/// Why a case was not counted.
#[derive(Debug)]
pub enum Error {
    /// Valgrind is not installed.
    NoValgrind,
    /// Valgrind or the bench itself could not be run.
    Run(io::Error),
    /// Valgrind ended without a count; its output is attached.
    NoCount(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoValgrind => f.write_str("valgrind is not installed (Debian: apt-get install valgrind)"),
            Self::Run(error) => write!(f, "valgrind could not be run: {error}"),
            Self::NoCount(output) => write!(f, "valgrind gave no count:\n{output}"),
        }
    }
}

impl std::error::Error for Error {}

/// Instructions of one operation of `case`, to a tenth; the bench answers to `--run CASE OPERATIONS`.
///
/// # Errors
/// [`Error`] when valgrind is missing or fails.
pub fn tenths_per_operation(case: &str) -> Result<u64, Error> {
    let once = count(case, OPERATIONS)?;
    let twice = count(case, 2 * OPERATIONS)?;
    Ok(twice.saturating_sub(once) * 10 / OPERATIONS)
}

fn count(case: &str, operations: u64) -> Result<u64, Error> {
    let bench = std::env::current_exe().map_err(Error::Run)?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(bench)
        .args(["--run", case, &operations.to_string()])
        .output()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NoValgrind,
            _ => Error::Run(error),
        })?;
    let text = String::from_utf8_lossy(&output.stderr);
    collected(&text).filter(|_| output.status.success()).ok_or_else(|| Error::NoCount(text.into_owned()))
}

/// The number in callgrind's line `Collected : 12345`.
fn collected(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_count_is_found_in_the_output_of_callgrind() {
        let text = "==7== Events    : Ir\n==7== Collected : 123456\n==7== \n";
        assert_eq!(super::collected(text), Some(123_456));
        assert_eq!(super::collected("==7== no such line"), None);
    }
}
