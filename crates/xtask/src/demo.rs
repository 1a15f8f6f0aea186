//! `cargo xtask demo`: installs what is missing, then hands over to `mynumber demo`.

use crate::packages;
use crate::workspace::root;
use std::process::{Command, ExitCode};

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let installed = packages::ensure(packages::FOR_DEMO);
    if !installed.passed {
        eprintln!("xtask demo: {}", installed.remark);
        return ExitCode::FAILURE;
    }
    hand_over(command(arguments))
}

/// The development profile: it optimises the dependencies, which is where the time of a run goes, and is built
/// sooner than the release profile. Standard input stays ours, for whoever likes to type.
fn command(arguments: &[String]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(["run", "--package", "mynumber-cli", "--", "demo"]).args(arguments).current_dir(root());
    command
}

/// Becomes the command, so that its exit status and its signals are its own.
#[cfg(unix)]
fn hand_over(mut command: Command) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    eprintln!("xtask demo: cargo cannot be started: {error}");
    ExitCode::FAILURE
}

#[cfg(not(unix))]
fn hand_over(mut command: Command) -> ExitCode {
    match command.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1).into(),
        Err(error) => {
            eprintln!("xtask demo: cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_arguments_go_to_the_demo() {
        let command = command(&["--json".to_owned()]);
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(arguments, ["run", "--package", "mynumber-cli", "--", "demo", "--json"]);
    }
}
