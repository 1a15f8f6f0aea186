//! `desk`: the rooms of issuance driven by commands.

mod apply;
mod audit;
mod card;
mod notice;
mod office;
mod photo;
mod prompt;
mod receive;
mod report;
mod show;
mod words;

use serde::Serialize;

use crate::args::{AuditCommand, DeskArguments, DeskCommand, DeskPinCommand, PhotoCommand};
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;
use crate::run::Run;

use office::Office;

pub(crate) fn run(run: &Run, arguments: &DeskArguments) -> Result<(), Failure> {
    let office = Office::new(run, &arguments.common);
    match &arguments.command {
        DeskCommand::Apply(arguments) => apply::run(&office, arguments),
        DeskCommand::EnterForm(arguments) => card::enter_form::run(&office, arguments),
        DeskCommand::Photo(PhotoCommand::Check(arguments)) => photo::run(&office, arguments),
        DeskCommand::Photo(PhotoCommand::SendBack { case }) => card::after::send_back(&office, *case),
        DeskCommand::Receive(arguments) => receive::run(&office, arguments),
        DeskCommand::Notice(arguments) => notice::run(&office, arguments),
        DeskCommand::Report(arguments) => report::run(&office, arguments),
        DeskCommand::Show(arguments) => show::run(&office, arguments),
        DeskCommand::Audit(AuditCommand::Verify { noted }) => audit::verify(&office, noted.as_deref()),
        DeskCommand::Personalise(arguments) => card::personalise::run(&office, arguments),
        DeskCommand::Prepare(arguments) => card::prepare::run(&office, arguments),
        DeskCommand::Deliver(arguments) => card::deliver::run(&office, arguments),
        DeskCommand::Pin(DeskPinCommand::Setup(arguments)) => card::deliver::setup(&office, arguments),
        DeskCommand::Pin(DeskPinCommand::Switch(arguments)) => card::unlock::switch(&office, arguments),
        DeskCommand::Substitutes(arguments) => card::anew::substitutes(&office, arguments),
        DeskCommand::Unlock(arguments) => card::unlock::run(&office, arguments),
        DeskCommand::Suspend(arguments) => card::after::suspend(&office, arguments),
        DeskCommand::Resume(arguments) => card::anew::resume(&office, arguments),
        DeskCommand::Change(arguments) => card::anew::change(&office, arguments),
        DeskCommand::Renew(arguments) => card::anew::renew(&office, arguments),
        DeskCommand::ExpiryNotice(arguments) => card::letters::run(&office, arguments),
        DeskCommand::Lose(arguments) => card::after::lose(&office, arguments),
        DeskCommand::Return(arguments) => card::after::give_back(&office, arguments),
        DeskCommand::Expire => card::after::expire(&office),
        DeskCommand::Crl(arguments) => card::after::crl(&office, arguments),
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
