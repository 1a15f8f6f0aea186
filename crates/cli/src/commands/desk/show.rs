//! `desk show`: a case and what was done with it.

use std::fmt::Write;

use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::application::{FormId, Particulars};
use mynumber::issuance::photo::Exception;
use mynumber::issuance::store::{Case, CertificateState, IssuedCertificate, PhotoAnswer, Store};
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
    let mut shown = Shown::of(&case, person, done(store.as_mut(), case.number)?);
    let certificates = store.certificates(case.number).map_err(failed)?;
    shown.certificates = certificates.iter().map(Issued::of).collect();
    let papers = store.papers(case.number).map_err(failed)?;
    shown.papers = papers
        .iter()
        .map(|paper| Presented { document: paper.document.name(), collected: paper.collected })
        .collect();
    let photo = store.photo_answers(case.number).map_err(failed)?;
    shown.photo = photo.iter().map(|given| Judged::of(given, arguments.person)).collect();
    office.run.print(&shown)
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
    card: Option<String>,
    expiry: Option<String>,
    successor: Option<u64>,
    /// PINs that are begun and not known to be on the card.
    open_pins: Vec<&'static str>,
    /// What the clerk answered about the photo.
    photo: Vec<Judged>,
    wishes: Wishes,
    certificates: Vec<Issued>,
    papers: Vec<Presented>,
    person: Option<Person>,
    done: Vec<Done>,
}

/// An answer about the photo. The ground of an exception may be somebody's religion or health: it is asked for with the person.
#[derive(Serialize)]
struct Judged {
    question: &'static str,
    answer: &'static str,
    ground: Option<&'static str>,
    clerk: String,
    at: String,
}

impl Judged {
    fn of(given: &PhotoAnswer, with_ground: bool) -> Self {
        Self {
            question: given.question.name(),
            answer: given.answer.name(),
            ground: given.answer.ground().filter(|_| with_ground).map(Exception::name),
            clerk: given.clerk.clone(),
            at: given.at.to_string(),
        }
    }
}

#[derive(Serialize)]
struct Issued {
    purpose: &'static str,
    serial: String,
    not_after: String,
    /// `in_force`, `destroyed`, `revoked`.
    state: &'static str,
    reason: Option<String>,
    revoked_at: Option<String>,
    #[serde(skip)]
    name: &'static str,
}

impl Issued {
    fn of(certificate: &IssuedCertificate) -> Self {
        let (state, reason, revoked_at) = match certificate.state {
            CertificateState::InForce => ("in_force", None, None),
            CertificateState::Destroyed => ("destroyed", None, None),
            CertificateState::Revoked { reason, at } => {
                ("revoked", Some(reason.to_string()), Some(at.to_string()))
            }
            _ => ("unknown", None, None),
        };
        Self {
            purpose: if certificate.purpose == Purpose::Signature {
                "signature"
            } else {
                "user_authentication"
            },
            serial: certificate.serial.iter().map(|byte| format!("{byte:02X}")).collect(),
            not_after: certificate.not_after.to_string(),
            state,
            reason,
            revoked_at,
            name: words::of_purpose(certificate.purpose),
        }
    }
}

#[derive(Serialize)]
struct Presented {
    document: &'static str,
    collected: bool,
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
            card: case.card.map(|card| card.as_str().to_owned()),
            expiry: case.expiry.map(|expiry| expiry.to_string()),
            successor: case.successor,
            open_pins: case.open_pins.iter().map(|asked| asked.name()).collect(),
            photo: Vec::new(),
            certificates: Vec::new(),
            papers: Vec::new(),
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

impl Shown {
    /// A line for each certificate, answer about the photo, and record of the audit log.
    fn lists(&self, out: &mut String) {
        for issued in &self.certificates {
            let Issued { name, serial, not_after, state, .. } = issued;
            let reason = issued.reason.as_deref().unwrap_or_default();
            out.push_str(&say!(
                "  {name} {serial}, to {not_after}: {state} {reason}\n",
                "  {name} {serial}（{not_after} まで）: {state} {reason}\n"
            ));
        }
        for Judged { question, answer, ground, clerk, at } in &self.photo {
            let (clerk, ground) =
                (Escaped(clerk), ground.map(|ground| format!(" ({ground})")).unwrap_or_default());
            out.push_str(&say!(
                "  photo, {question}: {answer}{ground}, {at} {clerk}\n",
                "  写真 {question}: {answer}{ground} {at} {clerk}\n"
            ));
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
        if let Some(card) = &self.card {
            line("Card", "製造番号", card);
        }
        if let Some(expiry) = &self.expiry {
            line("Last day of the card", "カードの有効期限", expiry);
        }
        if let Some(successor) = &self.successor {
            line("Replaced by case", "後継の案件", &successor.to_string());
        }
        if !self.open_pins.is_empty() {
            line("PINs to be entered anew", "再入力が必要な暗証番号", &self.open_pins.join(", "));
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
        self.lists(&mut out);
        out
    }
}
