//! `verify`: evidence or a precise refusal, in words and in JSON.

mod batch;
pub(crate) mod card;
mod certificate;
mod cms;
mod revocation;
mod trust;
mod verdict;
mod words;

use crate::args::VerifyCommand;
use crate::failure::Failure;
use crate::run::Run;

pub(crate) fn run(run: &Run, command: &VerifyCommand) -> Result<(), Failure> {
    match command {
        VerifyCommand::Certificate(arguments) => certificate::run(run, arguments),
        VerifyCommand::Batch(arguments) => batch::run(run, arguments),
        VerifyCommand::Card(arguments) => card::run(run, arguments),
        VerifyCommand::Cms(arguments) => cms::run(run, arguments),
    }
}
