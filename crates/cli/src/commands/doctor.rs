//! `doctor`: why a card cannot be used, and what to do.

use mynumber::applet::PinId;
use mynumber::crypto::Certificate;
use mynumber::driver::{Card, ErrorKind, Tries};
use mynumber::transport::Transport;
use serde::Serialize;

use crate::cards::now;
use crate::commands::status::is_my_number_card;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::names::{self, Named};
use crate::output::Product;
use crate::run::Run;
use crate::wire;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Good,
    Note,
    Problem,
}

#[derive(Serialize)]
struct Check {
    outcome: Outcome,
    finding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Default, Serialize)]
struct Report {
    checks: Vec<Check>,
}

impl Report {
    fn good(&mut self, finding: String) {
        self.checks.push(Check { outcome: Outcome::Good, finding, advice: None });
    }

    fn note(&mut self, finding: String, advice: Option<String>) {
        self.checks.push(Check { outcome: Outcome::Note, finding, advice });
    }

    fn problem(&mut self, finding: String, advice: Option<String>) {
        self.checks.push(Check { outcome: Outcome::Problem, finding, advice });
    }

    fn failure(&mut self, place: &str, failure: &Failure) {
        self.problem(format!("{place}: {}", failure.message()), failure.advice().map(str::to_owned));
    }
}

pub(crate) fn run(run: &Run) -> Result<(), Failure> {
    let mut report = Report::default();
    examine(run, &mut report);
    let problems = report.checks.iter().filter(|check| check.outcome == Outcome::Problem).count();
    if problems == 0 {
        return run.print(&report);
    }
    let failure = Failure::new(
        Exit::ProblemsFound,
        say!("{problems} problem(s) found", "{problems}件の問題が見つかりました"),
    );
    Err(run.format.print_before(&report, failure))
}

fn examine(run: &Run, report: &mut Report) {
    if wire::is_virtual(run) {
        let name = run.common.reader.as_deref().unwrap_or_default();
        return match wire::open(run) {
            Ok(transport) => card(name, &mut Card::new(transport), report),
            Err(failure) => report.failure(name, &failure),
        };
    }
    service::examine(run, report);
}

#[cfg(not(feature = "pcsc"))]
mod service {
    use super::Report;
    use crate::run::Run;

    pub(super) fn examine(_: &Run, report: &mut Report) {
        report.failure("PC/SC", &crate::wire::without_pcsc());
    }
}

#[cfg(feature = "pcsc")]
mod service {
    use mynumber::driver::Card;
    use mynumber::transport::Error as TransportError;
    use mynumber::transport::pcsc::{Context, ReaderStatus};

    use super::{Report, card};
    use crate::failure::Failure;
    use crate::language::say;
    use crate::run::Run;
    use crate::wire::pcsc::{in_words, options, selected};

    pub(super) fn examine(run: &Run, report: &mut Report) {
        let reached = Context::establish().and_then(|context| Ok((context.states()?, context)));
        let (mut states, context) = match reached {
            Ok(reached) => reached,
            Err(error) => return report.failure("PC/SC", &Failure::from(error)),
        };
        report.good(say!("the PC/SC service is running", "PC/SCサービスは動いています"));
        if states.is_empty() {
            return report.failure("PC/SC", &Failure::from(TransportError::NoReader));
        }
        if let Some(text) = &run.common.reader {
            match selected(&context, text) {
                Ok(reader) => states.retain(|state| state.name == reader),
                Err(failure) => return report.failure("PC/SC", &failure),
            }
        }
        let with_card: Vec<&ReaderStatus> = states.iter().filter(|state| state.present).collect();
        for state in states.iter().filter(|state| !state.present) {
            let name = &state.name;
            report.note(say!("{name}: no card", "{name}: カードなし"), None);
        }
        if with_card.is_empty() {
            report.failure("PC/SC", &Failure::from(TransportError::NoCard));
        }
        for state in with_card {
            reader(run, &context, state, report);
        }
    }

    fn reader(run: &Run, context: &Context, state: &ReaderStatus, report: &mut Report) {
        let name = state.name.to_string();
        if state.mute {
            return report.failure(&name, &Failure::from(TransportError::CardUnresponsive));
        }
        if state.exclusive {
            return report.failure(&name, &Failure::from(TransportError::SharingViolation));
        }
        match context.connect(&state.name, &options(run)) {
            Ok(connection) => card(&name, &mut Card::new(connection), report),
            Err(error) => {
                let advice = Failure::from(error.clone()).advice().map(str::to_owned);
                report.problem(format!("{name}: {}", in_words(&error)), advice);
            }
        }
    }
}

fn card<T: Transport>(name: &str, card: &mut Card<T>, report: &mut Report) {
    let (identity, counters) = match card.survey() {
        Ok(found) => found,
        Err(error) => return report.failure(name, &Failure::from(error)),
    };
    if !is_my_number_card(&identity, &counters) {
        return report.problem(
            say!("{name}: not a My Number Card", "{name}: マイナンバーカードではありません"),
            Some(say!(
                "put the My Number Card on this reader, or choose another reader with --reader",
                "マイナンバーカードを置くか、--reader で別のリーダーを選んでください"
            )),
        );
    }
    let count = identity.applications.len();
    report.good(say!(
        "{name}: a My Number Card with {count} applications",
        "{name}: マイナンバーカード（アプリケーション{count}個）"
    ));
    for counter in counters {
        tries(name, counter.pin, counter.tries, report);
    }
    certificate(name, card, report);
}

fn tries(name: &str, pin: PinId, tries: Tries, report: &mut Report) {
    let title = pin.name();
    match tries {
        // Every card is delivered with this one blocked.
        _ if pin == PinId::InputAssistReserved => {}
        Tries::Blocked => report.problem(
            say!("{name}: the {title} is blocked", "{name}: {title}はロックされています"),
            Some(names::where_to_reset(pin)),
        ),
        Tries::Left(1) => report.problem(
            say!("{name}: one try is left of the {title}", "{name}: {title}の残りは1回です"),
            Some(say!(
                "make sure of it before you use it with --last-try",
                "確実な場合だけ --last-try を付けて使ってください"
            )),
        ),
        _ => {}
    }
}

/// The user-authentication certificate is free to read on a card: is it in force?
fn certificate<T: Transport>(name: &str, card: &mut Card<T>, report: &mut Report) {
    let bytes = match card.user_authentication_certificate() {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::BehindPin | ErrorKind::ObjectAbsent) => {
            return report.note(
                say!(
                    "{name}: the user-authentication certificate cannot be read without its PIN, or was not issued",
                    "{name}: 利用者証明用電子証明書は暗証番号なしでは読めないか、発行されていません"
                ),
                None,
            );
        }
        Err(error) => return report.failure(name, &Failure::from(error)),
    };
    match Certificate::parse(bytes.content()) {
        Ok(certificate) if certificate.validity().contains(now()) => {
            let until = certificate.validity().not_after;
            report.good(say!(
                "{name}: the user-authentication certificate is within its period (until {until}); revocation is not checked",
                "{name}: 利用者証明用電子証明書は有効期間内です（{until}まで）。失効は確認していません"
            ));
        }
        Ok(certificate) => {
            let until = certificate.validity().not_after;
            report.problem(
                say!(
                    "{name}: the user-authentication certificate is outside its period (until {until})",
                    "{name}: 利用者証明用電子証明書は有効期間外です（{until}まで）"
                ),
                Some(say!(
                    "have it renewed at the window of your municipality",
                    "住所地の市区町村の窓口で更新してください"
                )),
            );
        }
        Err(error) => report.problem(
            say!("{name}: the certificate cannot be read: {error}", "{name}: 証明書を読めません: {error}"),
            None,
        ),
    }
}

impl Product for Report {
    fn text(&self, _: Language) -> String {
        let mut out = String::new();
        for check in &self.checks {
            let mark = match check.outcome {
                Outcome::Good => "ok  ",
                Outcome::Note => "--  ",
                Outcome::Problem => "!!  ",
            };
            out.push_str(&format!("{mark}{}\n", check.finding));
            if let Some(advice) = &check.advice {
                out.push_str(&format!("      {advice}\n"));
            }
        }
        out
    }
}
