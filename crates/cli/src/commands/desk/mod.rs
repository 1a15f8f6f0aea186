//! `desk`: the rooms of issuance driven by commands.

mod apply;
mod audit;
mod notice;
mod office;
mod photo;
mod prompt;
mod receive;
mod report;
mod show;
mod words;

use serde::Serialize;

use crate::args::{AuditCommand, DeskArguments, DeskCommand, PhotoCommand};
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;
use crate::run::Run;

use office::Office;

pub(crate) fn run(run: &Run, arguments: &DeskArguments) -> Result<(), Failure> {
    let office = Office::new(run, &arguments.common);
    match &arguments.command {
        DeskCommand::Apply(arguments) => apply::run(&office, arguments),
        DeskCommand::Photo(PhotoCommand::Check(arguments)) => photo::run(&office, arguments),
        DeskCommand::Receive(arguments) => receive::run(&office, arguments),
        DeskCommand::Notice(arguments) => notice::run(&office, arguments),
        DeskCommand::Report(arguments) => report::run(&office, arguments),
        DeskCommand::Show(arguments) => show::run(&office, arguments),
        DeskCommand::Audit(AuditCommand::Verify { noted }) => audit::verify(&office, noted.as_deref()),
        DeskCommand::Backup { file } => {
            office.back_up(file)?;
            run.print(&Copied { backup: file.display().to_string() })
        }
    }
}

#[derive(Serialize)]
struct Copied {
    backup: String,
}

impl Product for Copied {
    fn text(&self, _: Language) -> String {
        let Self { backup } = self;
        say!("the store is copied to {backup}\n", "保存先を {backup} に複製しました\n")
    }
}
