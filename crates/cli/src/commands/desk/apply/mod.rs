//! `desk apply`: an application from a file or by questions; registered whole or not at all.

mod entry;
mod form_id;
mod guided;
mod sheet;

use std::path::Path;

use mynumber::applet::Date;
use mynumber::issuance::application::{Channel, Checked, ConfirmedDevice};
use mynumber::issuance::lifecycle::Actor;
use serde::Serialize;

use super::office::Office;
use super::prompt::Prompt;
use super::words;
use crate::args::ApplyArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;
pub(super) use form_id::form_id;
use sheet::{Fault, Sheet, not_accepted};

pub(super) fn run(office: &Office<'_>, arguments: &ApplyArguments) -> Result<(), Failure> {
    let today = office.today()?;
    let mut prompt = Prompt::new(office.run);
    match &arguments.file {
        Some(path) => from_file(office, &mut prompt, path, arguments.confirmed, today),
        None if arguments.questions || Prompt::is_terminal() => {
            by_questions(office, &mut prompt, arguments, today)
        }
        None => Err(Failure::new(Exit::Usage, say!("an application is missing", "申請がありません")).advise(
            say!(
                "give it as a file, or answer questions with --questions",
                "ファイルを指定するか、--questions で質問に答えてください"
            ),
        )),
    }
}

fn from_file(
    office: &Office<'_>,
    prompt: &mut Prompt<'_>,
    path: &Path,
    confirmed: bool,
    today: Date,
) -> Result<(), Failure> {
    let (sheet, faults) = Sheet::read(path)?;
    let checked = entry::check(&sheet, None, today, faults).map_err(|faults| refused(office, &faults))?;
    let ask = !confirmed && path != Path::new("-") && Prompt::is_terminal();
    if confirmed || (ask && guided::confirm(prompt, &sheet)?) {
        return register(office, checked);
    }
    office.run.print(&Registered::not_yet(checked.entry().channel))
}

fn by_questions(
    office: &Office<'_>,
    prompt: &mut Prompt<'_>,
    arguments: &ApplyArguments,
    today: Date,
) -> Result<(), Failure> {
    let mut sheet = guided::ask_all(prompt)?;
    loop {
        match entry::check(&sheet, None, today, Vec::new()) {
            Ok(mut checked) => {
                if !guided::confirm(prompt, &sheet)? {
                    return office.run.print(&Registered::not_yet(checked.entry().channel));
                }
                if let Some(file) = &arguments.device_code {
                    let device = guided::other_device(office, prompt, file)?;
                    checked = again(&sheet, device, today).map_err(|faults| refused(office, &faults))?;
                }
                return register(office, checked);
            }
            Err(faults) if !guided::correct(prompt, &mut sheet, &faults)? => {
                return Err(refused(office, &faults));
            }
            Err(_) => {}
        }
    }
}

/// The same entry, from the other device.
fn again(sheet: &Sheet, device: ConfirmedDevice, today: Date) -> Result<Checked, Vec<Fault>> {
    entry::check(sheet, Some(device), today, Vec::new())
}

fn register(office: &Office<'_>, checked: Checked) -> Result<(), Failure> {
    let by = office.by(match checked.entry().registrant {
        mynumber::issuance::application::Registrant::Applicant => Actor::Holder,
        _ => Actor::Representative,
    })?;
    let mut store = office.store_for_applications()?;
    let receipt = store.register(checked.confirm(), &by).map_err(|error| words::of_store(&error))?;
    office.run.print(&Registered {
        registered: true,
        channel: receipt.channel.name(),
        number: Some(receipt.number),
        registered_at: Some(receipt.registered.to_string()),
        notice_expected: Some(receipt.notice_expected.to_string()),
    })
}

/// All problems in one failure; in JSON each by itself beside it.
fn refused(office: &Office<'_>, faults: &[Fault]) -> Failure {
    let failure = not_accepted(faults);
    match office.run.format {
        crate::output::Format::Text => failure,
        json => {
            let problems = faults
                .iter()
                .map(|fault| Told { field: fault.field.clone(), problem: fault.problem.clone() })
                .collect();
            json.print_before(&Problems { registered: false, problems }, failure)
        }
    }
}

#[derive(Serialize)]
struct Problems {
    registered: bool,
    problems: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    field: Option<String>,
    problem: String,
}

impl Product for Problems {
    fn text(&self, _: Language) -> String {
        self.problems.iter().map(|told| format!("{}\n", told.problem)).collect()
    }
}

#[derive(Serialize)]
struct Registered {
    registered: bool,
    channel: &'static str,
    number: Option<u64>,
    registered_at: Option<String>,
    notice_expected: Option<String>,
}

impl Registered {
    const fn not_yet(channel: Channel) -> Self {
        Self {
            registered: false,
            channel: channel.name(),
            number: None,
            registered_at: None,
            notice_expected: None,
        }
    }
}

impl Product for Registered {
    fn text(&self, _: Language) -> String {
        let (Some(number), Some(at), Some(expected)) =
            (self.number, &self.registered_at, &self.notice_expected)
        else {
            return say!(
                "the application is in order; nothing was entered: register it with --confirmed\n",
                "申請内容に問題はありません。まだ登録していません。登録するには --confirmed を付けてください\n"
            );
        };
        say!(
            "registered under the number {number} at {at}\nthe delivery notice follows about {expected}\n",
            "申請を受け付けました。受付番号 {number}（{at}）\n交付通知書の発送は {expected} 頃です\n"
        )
    }
}
