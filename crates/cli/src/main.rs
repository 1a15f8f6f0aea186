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
mod hostile;
mod identifiers;
mod inputs;
mod interrupt;
mod language;
mod moment;
mod names;
mod output;
mod picture;
mod pin_entry;
mod progress;
mod run;
mod script;
mod status_words;
mod tracing;
mod usage;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Arguments, Command};
use exit::Exit;
use failure::Failure;
use files::Destination;
use interrupt::Interrupt;
use language::{Language, say};
use run::Run;

fn main() -> ExitCode {
    hardening::harden();
    hardening::keep_panics_quiet();
    language::asked_for().unwrap_or_else(Language::of_locale).choose();
    let command = help_ja::localise(Arguments::command(), Language::current());
    let parsed = command.clone().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(usage::tell(&error).code()),
    };
    let run = Run::new(arguments.common, Interrupt::install());
    // Unwinding has locked the card and given it back.
    let outcome = catch_unwind(AssertUnwindSafe(|| perform(&run, &arguments.command, command)));
    match outcome.unwrap_or_else(|_| Err(fault_of_ours())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            run.format.print_failure(&failure);
            ExitCode::from(failure.exit().code())
        }
    }
}

fn fault_of_ours() -> Failure {
    Failure::new(
        Exit::Internal,
        say!(
            "this program has a fault; please report it",
            "プログラムの内部エラーです。開発元へ報告してください"
        ),
    )
}

fn perform(run: &Run, wanted: &Command, mut command: clap::Command) -> Result<(), Failure> {
    match wanted {
        Command::Status => commands::status::run(run),
        Command::Attributes(arguments) => commands::holder::attributes(run, arguments),
        Command::Number(arguments) => commands::holder::number(run, arguments),
        Command::Face(arguments) => commands::face::run(run, arguments),
        Command::Certificate(arguments) => commands::certificate::run(run, arguments),
        Command::Sign(arguments) => commands::sign::run(run, arguments),
        Command::Verify(command) => commands::verify::run(run, command),
        Command::Pin(pin) => commands::pin::run(run, pin),
        Command::Card(card) => commands::card::run(run, card),
        Command::Desk(arguments) => commands::desk::run(run, arguments),
        Command::Apdu(arguments) => commands::apdu::run(run, arguments),
        Command::Demo(arguments) => commands::demo::run(run, arguments),
        #[cfg(feature = "pcsc")]
        Command::Readers => commands::readers::list(run),
        #[cfg(not(feature = "pcsc"))]
        Command::Readers => Err(wire::without_pcsc()),
        Command::Wait(arguments) => commands::wait::run(run, arguments),
        Command::Doctor => commands::doctor::run(run),
        Command::Completions { shell } => {
            // Aside first: a closed standard output is a failure to tell, not a panic in the generator.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut command, "mynumber", &mut script);
            Destination::Stdout.write(&script)
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
