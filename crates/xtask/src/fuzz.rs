//! `cargo xtask fuzz`: runs the fuzz targets on the stable toolchain.

use crate::packages;
use crate::runner::{self, Outcome, Step};
use crate::workspace::{cargo, root};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

const SECONDS: u32 = 60;

/// What the arguments ask for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    /// `None` means all.
    target: Option<String>,
    seconds: u32,
    sanitizer: Sanitizer,
}

/// What else watches over a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sanitizer {
    /// Nothing: the code of the workspace is safe Rust.
    None,
    /// AddressSanitizer, for the code of others that is not: decoders of pictures, SQLite, memory taken for keys.
    Address,
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let request = match parse(arguments) {
        Ok(request) => request,
        Err(problem) => return usage(&problem),
    };
    let known = targets();
    if known.is_empty() {
        return usage("there are no fuzz targets in fuzz/fuzz_targets");
    }
    let chosen = match request.target {
        None => known,
        Some(target) if known.contains(&target) => vec![target],
        Some(target) => {
            return usage(&format!("there is no target `{target}`; there are: {}", known.join(", ")));
        }
    };
    let mut steps = vec![
        Step::new("system packages", || packages::ensure(packages::FOR_FUZZING)).vital(),
        Step::new("cargo-fuzz", cargo_fuzz).vital(),
    ];
    let (seconds, sanitizer) = (request.seconds, request.sanitizer);
    steps.extend(
        chosen
            .into_iter()
            .map(|target| Step::new(target.clone(), move || fuzz_one(&target, seconds, sanitizer))),
    );
    runner::run(steps)
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("xtask fuzz: {problem}\nusage: cargo xtask fuzz [--address] [TARGET] [SECONDS]");
    ExitCode::from(runner::USAGE)
}

/// The sanitizer; a name, a number of seconds, both in this order, or nothing.
fn parse(arguments: &[String]) -> Result<Request, String> {
    let (sanitizer, arguments) = match arguments {
        [flag, rest @ ..] if flag == "--address" => (Sanitizer::Address, rest),
        _ => (Sanitizer::None, arguments),
    };
    let seconds = |text: &String| match text.parse() {
        Ok(0) | Err(_) => Err(format!("`{text}` is not a number of seconds")),
        Ok(seconds) => Ok(seconds),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match arguments {
        [] => Ok(Request { target: None, seconds: SECONDS, sanitizer }),
        [time] if is_number(time) => Ok(Request { target: None, seconds: seconds(time)?, sanitizer }),
        [target] => Ok(Request { target: Some(target.clone()), seconds: SECONDS, sanitizer }),
        [target, time] => Ok(Request { target: Some(target.clone()), seconds: seconds(time)?, sanitizer }),
        _ => Err("too many arguments".to_owned()),
    }
}

/// The targets, by the names of their files.
fn targets() -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root().join("fuzz/fuzz_targets")) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<String> =
        sources.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

/// Installs cargo-fuzz when it is missing.
fn cargo_fuzz() -> Outcome {
    let mut version = cargo(&["fuzz", "--version"]);
    if version.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return Outcome::passed("there");
    }
    Outcome::of(&mut cargo(&["install", "--locked", "cargo-fuzz"]))
}

/// What the fuzzer finds interesting goes to the target folder. The committed corpus is read and not written:
/// it stays small, and what is worth keeping is added by hand.
fn fuzz_one(target: &str, seconds: u32, sanitizer: Sanitizer) -> Outcome {
    let found = root().join("target/fuzz-corpus").join(target);
    if let Err(error) = std::fs::create_dir_all(&found) {
        return Outcome::failed(format!("{}: {error}", found.display()));
    }
    let mut command = match sanitizer {
        Sanitizer::None => cargo(&["fuzz", "run", "--sanitizer", "none", target]),
        Sanitizer::Address => {
            let mut command = cargo(&["fuzz", "run", target]);
            // The compiler's flag is not stable yet. Two tables inside SQLite share a name, which is nobody's fault; and looking
            // for leaks needs ptrace, which containers forbid.
            command.env("RUSTC_BOOTSTRAP", "1");
            command.env("ASAN_OPTIONS", "detect_odr_violation=0:detect_leaks=0");
            command
        }
    };
    command.arg(found);
    let committed = root().join("fuzz/corpus").join(target);
    if committed.is_dir() {
        command.arg(committed);
    }
    command.args(["--", &format!("-max_total_time={seconds}"), "-print_final_stats=1"]);
    let dictionary = dictionary(target);
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    Outcome::of(&mut command)
}

fn dictionary(target: &str) -> PathBuf {
    root().join("fuzz/dictionaries").join(format!("{target}.dict"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Request, String> {
        parse(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }

    fn request(target: Option<&str>, seconds: u32) -> Result<Request, String> {
        Ok(Request { target: target.map(str::to_owned), seconds, sanitizer: Sanitizer::None })
    }

    #[test]
    fn target_and_seconds_are_both_optional() {
        assert_eq!(parsed(&[]), request(None, SECONDS));
        assert_eq!(parsed(&["tlv"]), request(Some("tlv"), SECONDS));
        assert_eq!(parsed(&["10"]), request(None, 10));
        assert_eq!(parsed(&["tlv", "10"]), request(Some("tlv"), 10));
    }

    #[test]
    fn the_sanitizer_comes_first() {
        let with = |request: Result<Request, String>| {
            request.map(|request| Request { sanitizer: Sanitizer::Address, ..request })
        };
        assert_eq!(parsed(&["--address"]), with(request(None, SECONDS)));
        assert_eq!(parsed(&["--address", "tlv", "10"]), with(request(Some("tlv"), 10)));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(parsed(&["tlv", "soon"]).is_err());
        // libFuzzer takes 0 for "for ever".
        assert!(parsed(&["tlv", "0"]).is_err());
        assert!(parsed(&["0"]).is_err());
        assert!(parsed(&["99999999999"]).is_err());
        assert!(parsed(&["a", "1", "b"]).is_err());
    }
}
