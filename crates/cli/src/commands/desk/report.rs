//! `desk report`: how many cases stand where, and which are due.

use std::fmt::Write;

use mynumber::applet::Date;
use mynumber::issuance::lifecycle::State;
use serde::Serialize;

use super::office::{Office, each_case};
use super::words;
use crate::args::ReportArguments;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

pub(super) fn run(office: &Office<'_>, arguments: &ReportArguments) -> Result<(), Failure> {
    let today = office.today()?;
    let mut store = office.store()?;
    let mut report = Report { day: today.to_string(), total: 0, states: Vec::new(), due: Vec::new() };
    for state in State::ALL {
        let mut counted = Counted { state: state.name(), text: words::of_state(state), cases: 0 };
        let mut due = Due::new(state);
        each_case(store.as_mut(), state, |_, case| {
            counted.cases += 1;
            if let Some(due) = &mut due
                && due.concerns(case.deadline, today)
            {
                due.cases += 1;
                if due.numbers.len() < arguments.most {
                    due.numbers.push(case.number);
                }
            }
            Ok(())
        })?;
        report.total += counted.cases;
        report.states.push(counted);
        report.due.extend(due.filter(|due| due.cases > 0));
    }
    office.run.print(&report)
}

#[derive(Serialize)]
struct Report {
    day: String,
    total: u64,
    states: Vec<Counted>,
    due: Vec<Due>,
}

#[derive(Serialize)]
struct Counted {
    state: &'static str,
    text: &'static str,
    cases: u64,
}

/// Cases that wait for something.
#[derive(Serialize)]
struct Due {
    /// What is to be done: the event of the step.
    what: &'static str,
    cases: u64,
    /// The first of them.
    numbers: Vec<u64>,
}

impl Due {
    const fn new(state: State) -> Option<Self> {
        let what = match state {
            State::Received => "prepare",
            State::Prepared => "send-notice",
            State::Noticed => "expire-uncollected",
            State::SettingPins => "finish-pins",
            State::PinsSet => "hand-over",
            _ => return None,
        };
        Some(Self { what, cases: 0, numbers: Vec::new() })
    }

    /// A notice is due to expire once its deadline has passed; everything else at once.
    fn concerns(&self, deadline: Option<Date>, today: Date) -> bool {
        self.what != "expire-uncollected" || deadline.is_some_and(|deadline| deadline < today)
    }

    fn command(&self) -> &'static str {
        match self.what {
            "send-notice" => "mynumber desk notice --send",
            _ => "mynumber desk show",
        }
    }
}

impl Product for Report {
    fn text(&self, language: Language) -> String {
        let Self { day, total, .. } = self;
        let mut out = say!("{day}: {total} cases\n", "{day}: 全{total}件\n");
        for counted in self.states.iter().filter(|counted| counted.cases > 0) {
            let _ = writeln!(out, "  {}: {}", counted.text, counted.cases);
        }
        if !self.due.is_empty() {
            let _ = writeln!(out, "{}", language.pick("Due:", "対応が必要:"));
        }
        for due in &self.due {
            let numbers: Vec<String> = due.numbers.iter().map(u64::to_string).collect();
            let (what, cases, command) = (due.what, due.cases, due.command());
            let numbers = numbers.join(" ");
            out.push_str(&say!(
                "  {what}: {cases} ({numbers}) - `{command}`\n",
                "  {what}: {cases}件（{numbers}）- `{command}`\n"
            ));
        }
        out
    }
}
