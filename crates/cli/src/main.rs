//! The command `mynumber`.

mod args;
mod cards;
mod commands;
mod escape;
mod exit;
mod failure;
mod files;
mod hardening;
mod help_ja;
mod interrupt;
mod language;
mod names;
mod output;
mod picture;
mod pin_entry;
mod run;
mod script;
mod status_words;
mod tracing;
mod wire;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Arguments, Command};
use exit::Exit;
use failure::Failure;
use interrupt::Interrupt;
use language::{Language, say};
use run::Run;

fn main() -> ExitCode {
    hardening::harden();
    language::asked_for().unwrap_or_else(Language::of_locale).choose();
    let command = help_ja::localise(Arguments::command(), Language::current());
    let parsed = command.clone().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Success };
            return ExitCode::from(exit.code());
        }
    };
    let run = Run::new(arguments.common, Interrupt::install());
    match perform(&run, &arguments.command, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            run.format.print_failure(&failure);
            ExitCode::from(failure.exit().code())
        }
    }
}

fn perform(run: &Run, wanted: &Command, mut command: clap::Command) -> Result<(), Failure> {
    match wanted {
        Command::Status => commands::status::run(run),
        Command::Attributes => commands::holder::attributes(run),
        Command::Number => commands::holder::number(run),
        Command::Face(arguments) => commands::face::run(run, arguments),
        Command::Certificate(arguments) => commands::certificate::run(run, arguments),
        Command::Sign(arguments) => commands::sign::run(run, arguments),
        Command::Pin(pin) => commands::pin::run(run, pin),
        Command::Card(card) => commands::card::run(run, card),
        Command::Apdu(arguments) => commands::apdu::run(run, arguments),
        Command::Demo(arguments) => commands::demo::run(run, arguments),
        #[cfg(feature = "pcsc")]
        Command::Readers => commands::readers::list(run),
        #[cfg(feature = "pcsc")]
        Command::Wait(arguments) => commands::readers::wait(run, arguments),
        #[cfg(feature = "pcsc")]
        Command::Doctor => commands::doctor::run(run),
        #[cfg(not(feature = "pcsc"))]
        Command::Readers | Command::Wait(_) | Command::Doctor => Err(wire::without_pcsc()),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut command, "mynumber", &mut std::io::stdout());
            Ok(())
        }
        Command::Man { folder } => man(command, folder),
    }
}

/// One man page per command.
fn man(command: clap::Command, folder: &std::path::Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let shown = folder.display();
        Failure::new(
            Exit::OutputFailed,
            say!(
                "cannot write the man pages to {shown}: {error}",
                "manページを {shown} に書けません: {error}"
            ),
        )
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(command, folder).map_err(failed)
}
