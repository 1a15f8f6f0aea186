//! `desk show`: a case and what was done with it.

use std::fmt::Write;

use mynumber::issuance::application::{FormId, Particulars};
use mynumber::issuance::store::{Case, Store};
use serde::Serialize;

use super::office::Office;
use super::words;
use crate::args::ShowCaseArguments;
use crate::escape::Escaped;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

/// How many records are read at once.
const PIECE: u32 = 1000;

pub(super) fn run(office: &Office<'_>, arguments: &ShowCaseArguments) -> Result<(), Failure> {
    let mut store = office.store()?;
    let failed = |error| words::of_store(&error);
    let case = match (&arguments.form, arguments.case) {
        (Some(text), _) => {
            let id = FormId::parse(text)
                .map_err(|error| Failure::new(Exit::BadInput, words::of_form_id(error)))?;
            store.case_of_form(id.as_str()).map_err(failed)?
        }
        (None, number) => store.case(number.unwrap_or_default()).map_err(failed)?,
    };
    let person = match arguments.person {
        true => Some(Person::of(&store.resident(case.number).map_err(failed)?)),
        false => None,
    };
    let done = done(store.as_mut(), case.number)?;
    office.run.print(&Shown::of(&case, person, done))
}

/// What the audit log says of a case.
fn done(store: &mut dyn Store, number: u64) -> Result<Vec<Done>, Failure> {
    let (mut after, mut found) = (0, Vec::new());
    loop {
        let records = store.audit(after, PIECE).map_err(|error| words::of_store(&error))?;
        let Some(last) = records.last() else { return Ok(found) };
        after = last.number;
        found.extend(records.into_iter().filter(|record| record.case == Some(number)).map(|record| Done {
            record: record.number,
            at: record.at.to_string(),
            clerk: record.clerk,
            actor: record.actor,
            event: record.event,
            detail: record.detail,
        }));
    }
}

#[derive(Serialize)]
struct Shown {
    number: u64,
    version: u64,
    state: &'static str,
    state_text: &'static str,
    registered_at: String,
    deadline: Option<String>,
    wishes: Wishes,
    person: Option<Person>,
    done: Vec<Done>,
}

#[derive(Serialize)]
struct Wishes {
    signature_certificate: bool,
    user_authentication_certificate: bool,
    braille_name: bool,
}

#[derive(Serialize)]
struct Person {
    name: String,
    address: String,
    birth_date: String,
    sex: String,
    end_of_stay: Option<String>,
}

impl Person {
    fn of(particulars: &Particulars) -> Self {
        Self {
            name: particulars.name.clone(),
            address: particulars.address.clone(),
            birth_date: particulars.birth_date.to_string(),
            sex: char::from(particulars.sex.code()).to_string(),
            end_of_stay: particulars.end_of_stay.map(|end| end.to_string()),
        }
    }
}

#[derive(Serialize)]
struct Done {
    record: u64,
    at: String,
    clerk: String,
    actor: String,
    event: String,
    detail: String,
}

impl Shown {
    fn of(case: &Case, person: Option<Person>, done: Vec<Done>) -> Self {
        Self {
            number: case.number,
            version: case.version,
            state: case.state.name(),
            state_text: words::of_state(case.state),
            registered_at: case.registered.to_string(),
            deadline: case.deadline.map(|deadline| deadline.to_string()),
            wishes: Wishes {
                signature_certificate: case.wishes.signature,
                user_authentication_certificate: case.wishes.user_authentication,
                braille_name: case.wishes.braille_name,
            },
            person,
            done,
        }
    }
}

impl Product for Shown {
    fn text(&self, language: Language) -> String {
        let yes = |wish| {
            if wish { language.pick("yes", "希望する") } else { language.pick("no", "希望しない") }
        };
        let mut out = String::new();
        let mut line = |en: &str, ja: &str, value: &str| {
            let _ = writeln!(out, "{}: {value}", language.pick(en, ja));
        };
        line("Case", "案件", &self.number.to_string());
        line("State", "状態", self.state_text);
        line("Registered", "受付", &self.registered_at);
        if let Some(deadline) = &self.deadline {
            line("Fetched at the latest", "交付期限", deadline);
        }
        line("Signature certificate", "署名用電子証明書", yes(self.wishes.signature_certificate));
        line(
            "User-authentication certificate",
            "利用者証明用電子証明書",
            yes(self.wishes.user_authentication_certificate),
        );
        if let Some(person) = &self.person {
            line("Name", "氏名", &Escaped(&person.name).to_string());
            line("Address", "住所", &Escaped(&person.address).to_string());
            line("Born", "生年月日", &person.birth_date);
        }
        for done in &self.done {
            let Done { record, at, clerk, actor, event, detail } = done;
            let clerk = Escaped(clerk);
            let detail = if detail.is_empty() { String::new() } else { format!(" ({})", Escaped(detail)) };
            out.push_str(&say!(
                "  {record} {at} {clerk} {actor}: {event}{detail}\n",
                "  {record} {at} {clerk} {actor}: {event}{detail}\n"
            ));
        }
        out
    }
}
