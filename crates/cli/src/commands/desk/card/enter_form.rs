//! `desk enter-form`: the application form id that the issuer gave a hand-written application; its card comes under it.

use mynumber::issuance::lifecycle::Actor;

use super::super::apply::form_id;
use super::super::office::Office;
use super::super::words;
use super::standing::Standing;
use crate::args::EnterFormArguments;
use crate::exit::Exit;
use crate::failure::Failure;

pub(in super::super) fn run(office: &Office<'_>, arguments: &EnterFormArguments) -> Result<(), Failure> {
    let form = form_id(arguments.form.as_deref(), arguments.qr.as_deref())
        .map_err(|wrong| Failure::new(Exit::BadInput, wrong.problem))?;
    let by = office.by(Actor::Municipality)?;
    let mut store = office.store()?;
    let version = store.case(arguments.case).map_err(|error| words::of_store(&error))?.version;
    let case = store.enter_form(arguments.case, version, &form, &by);
    office.run.print(&Standing::of(&case.map_err(|error| words::of_store(&error))?))
}
