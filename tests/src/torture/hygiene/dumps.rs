//! What a core dump holds: of the command none is made, and in that of a program that used a PIN there is nothing of it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::memory;
use crate::command::{Bench, SIGNATURE, program};
use crate::torture::{Made, Part, ensure};

/// Lets a program make core dumps as large as it likes.
const UNLIMITED: &str = "ulimit -c unlimited; exec \"$@\"";
/// What a program says when it has used the PIN and dropped it.
const READY: &str = "used";
/// The argument by which the bench's own program does that.
pub(super) const USE_A_PIN: &str = "--use-a-pin-and-wait";

/// Uses a PIN, drops it, says so, and waits to be ended; the bench's own program does this when asked.
///
/// # Errors
/// It could not be used.
pub fn use_a_pin_and_wait() -> Made<()> {
    use std::io::Write as _;
    memory::use_it()?;
    writeln!(std::io::stdout().lock(), "{READY}")?;
    std::thread::sleep(Duration::from_secs(60));
    Ok(())
}

pub(super) fn run(part: &mut Part) -> Made<()> {
    let folder = tempfile::tempdir()?;
    part.case(a_dump_can_be_made(folder.path()).map_err(|error| error.to_string()));
    for delay in [20, 60, 120] {
        part.case(the_command_makes_none(delay).map_err(|error| error.to_string()));
    }
    part.case(nothing_in_a_dump(folder.path()).map_err(|error| error.to_string()));
    Ok(())
}

fn unlimited(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", UNLIMITED, "sh"]).arg(program);
    command
}

fn abort(child: &std::process::Child) -> Made<()> {
    Ok(kill_process(Pid::from_child(child), Signal::ABORT)?)
}

/// Without this the other cases would say nothing.
fn a_dump_can_be_made(folder: &Path) -> Made<()> {
    let mut child = unlimited(Path::new("sleep")).arg("60").current_dir(folder).spawn()?;
    std::thread::sleep(Duration::from_millis(100));
    abort(&child)?;
    let status = child.wait()?;
    Ok(ensure(status.core_dumped(), || {
        format!("no core dump can be made here: {status}; allow them and run again")
    })?)
}

/// Aborted while the PIN is in use.
fn the_command_makes_none(delay: u64) -> Made<()> {
    let bench = Bench::with_quirks("delay-ms = 100\n");
    let cards = bench.at("data");
    let mut child = unlimited(program())
        .args(["certificate", "sign", "--reader", "virtual:canary", "--cards", &cards])
        .current_dir(bench.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        use std::io::Write as _;
        writeln!(stdin, "{SIGNATURE}")?;
    }
    std::thread::sleep(Duration::from_millis(100 + delay));
    abort(&child)?;
    let status = child.wait()?;
    ensure(status.signal() == Some(6), || format!("it had ended before: {status}"))?;
    Ok(ensure(!status.core_dumped() && dumps(&bench.path(".")).is_empty(), || {
        "a core dump was made".to_owned()
    })?)
}

fn dumps(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_dump =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core"));
    entries.filter(is_dump).collect()
}

/// A program that used a PIN and is not hardened: its memory from outside, and the dump where the system leaves it in
/// the folder.
fn nothing_in_a_dump(folder: &Path) -> Made<()> {
    let own = std::env::var_os("CARGO_BIN_EXE_torture")
        .map_or_else(std::env::current_exe, |path| Ok(path.into()))?;
    let mut child = unlimited(&own).arg(USE_A_PIN).current_dir(folder).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let masked = memory::password_masked();
    let copies = memory::copies_in(&child.id().to_string(), masked);
    for old in dumps(folder) {
        std::fs::remove_file(old)?;
    }
    abort(&child)?;
    child.wait()?;
    ensure(line.trim() == READY, || format!("it could not use the PIN: {line}"))?;
    let mut copies = copies?;
    for dump in dumps(folder) {
        copies += memory::occurrences(&std::fs::read(dump)?, masked);
    }
    Ok(ensure(copies == 0, || format!("{copies} copies of the password"))?)
}
