//! `desk report`: how many cases stand where, which are due, and what comes.

use std::collections::BTreeSet;
use std::fmt::Write;

use mynumber::applet::Date;
use mynumber::crypto::UnixTime;
use mynumber::issuance::desk::after::certificates_due;
use mynumber::issuance::lifecycle::State;
use mynumber::issuance::store::{Case, Store, StoreError};
use mynumber::issuance::validity::{date_in_japan, end_of_date, renewal_opens};
use serde::Serialize;

use super::office::Office;
use super::words;
use crate::args::ReportArguments;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

/// How many cases are read at once.
const PIECE: u32 = 1000;
/// How many days the deadlines ahead are shown for.
const AHEAD: i64 = 30;

/// Cases that wait in a state: what is to be done, and by which command.
const WAITING: [(State, &str, &str); 12] = [
    (State::Received, "prepare", "desk prepare"),
    (State::Prepared, "send-notice", "desk notice --send"),
    (State::AtCounter, "identify", "desk deliver"),
    (State::Identified, "begin-pins", "desk deliver"),
    (State::Rewriting, "set-substitutes", "desk substitutes --set"),
    (State::SettingPins, "finish-pins", "desk pin setup"),
    (State::PinsSet, "hand-over", "desk deliver"),
    (State::Resetting, "reset-pin", "desk unlock"),
    (State::Changing, "change-record", "desk change"),
    (State::Lifting, "lift-suspension", "desk resume"),
    (State::Renewing, "renew-certificates", "desk renew"),
    (State::Switching, "switch-pins", "desk pin switch"),
];

pub(super) fn run(office: &Office<'_>, arguments: &ReportArguments) -> Result<(), Failure> {
    let today = office.today()?;
    let mut store = office.store()?;
    let report = report(store.as_mut(), today, arguments.most).map_err(|error| words::of_store(&error))?;
    office.run.print(&report)
}

fn report(store: &mut dyn Store, today: Date, most: usize) -> Result<Report, StoreError> {
    let counts = store.counts()?;
    let of =
        |state: State| counts.iter().find(|(counted, _)| *counted == state).map_or(0, |(_, cases)| *cases);
    let mut due = Vec::new();
    for (state, what, command) in WAITING {
        if of(state) > 0 {
            let limit = u32::try_from(most).unwrap_or(u32::MAX);
            let numbers = store.cases(state, 0, limit)?.iter().map(|case| case.number).collect();
            due.push(Due { what, command, cases: of(state), numbers });
        }
    }
    let overdue = collect(most, |after| store.overdue(today, after, PIECE))?;
    due.extend(overdue.due("expire-uncollected", "desk expire"));
    // The store takes the first and the last day: yesterday is the last that has passed.
    if let (Some(first), Some(yesterday)) = (Date::new(1, 1, 1).ok(), days_from(today, -1)) {
        let expired = collect(most, |after| store.expiring(first, yesterday, after, PIECE))?;
        due.extend(expired.due("expire", "desk expire"));
    }
    let renewals = collect_if(
        most,
        |after| store.expiring(today, in_months(today), after, PIECE),
        |case| case.expiry.and_then(renewal_opens).is_some_and(|opens| opens <= today),
    )?;
    due.extend(renewals.due("renew", "desk renew"));
    let ending = certificates(store, today, most)?;
    due.extend(ending.due("renew-certificates", "desk expiry-notice --certificates"));
    let deadlines = store.deadlines(today, days_from(today, AHEAD).unwrap_or(today))?;
    Ok(Report {
        day: today.to_string(),
        total: counts.iter().map(|(_, cases)| *cases).sum(),
        states: counts
            .iter()
            .map(|(state, cases)| Counted {
                state: state.name(),
                text: words::of_state(*state),
                cases: *cases,
            })
            .collect(),
        due,
        deadlines: deadlines
            .into_iter()
            .map(|(day, cases)| Deadline { day: day.to_string(), cases })
            .collect(),
    })
}

/// The cases whose certificates end while their card goes on.
fn certificates(store: &mut dyn Store, today: Date, most: usize) -> Result<Found, StoreError> {
    let (mut after, mut cases) = (0, BTreeSet::new());
    loop {
        let due = certificates_due(store, today, after, PIECE)?;
        let Some(last) = due.last() else { break };
        after = last.number;
        cases.extend(due.iter().map(|certificate| certificate.case));
    }
    let numbers = cases.iter().copied().take(most).collect();
    Ok(Found { cases: u64::try_from(cases.len()).unwrap_or(u64::MAX), numbers })
}

/// So many days later, or earlier.
fn days_from(day: Date, days: i64) -> Option<Date> {
    let end = end_of_date(day)?;
    date_in_japan(UnixTime::from_seconds(end.seconds() + days * 86_400))
}

/// A day after which no card is in its time of renewal: that begins three months before the end.
fn in_months(today: Date) -> Date {
    days_from(today, 3 * 31).unwrap_or(today)
}

#[derive(Default)]
struct Found {
    cases: u64,
    numbers: Vec<u64>,
}

impl Found {
    fn due(self, what: &'static str, command: &'static str) -> Option<Due> {
        (self.cases > 0).then_some(Due { what, command, cases: self.cases, numbers: self.numbers })
    }
}

fn collect(most: usize, read: impl FnMut(u64) -> Result<Vec<Case>, StoreError>) -> Result<Found, StoreError> {
    collect_if(most, read, |_| true)
}

fn collect_if(
    most: usize,
    mut read: impl FnMut(u64) -> Result<Vec<Case>, StoreError>,
    counts: impl Fn(&Case) -> bool,
) -> Result<Found, StoreError> {
    let (mut after, mut found) = (0, Found::default());
    loop {
        let cases = read(after)?;
        let Some(last) = cases.last() else { return Ok(found) };
        after = last.number;
        for case in cases.iter().filter(|case| counts(case)) {
            found.cases += 1;
            if found.numbers.len() < most {
                found.numbers.push(case.number);
            }
        }
    }
}

#[derive(Serialize)]
struct Report {
    day: String,
    total: u64,
    states: Vec<Counted>,
    due: Vec<Due>,
    /// How many cards are to be fetched by which of the next days.
    deadlines: Vec<Deadline>,
}

#[derive(Serialize)]
struct Counted {
    state: &'static str,
    text: &'static str,
    cases: u64,
}

#[derive(Serialize)]
struct Deadline {
    day: String,
    cases: u64,
}

/// Cases that wait for something.
#[derive(Serialize)]
struct Due {
    /// What is to be done: the event of the step.
    what: &'static str,
    command: &'static str,
    cases: u64,
    /// The first of them.
    numbers: Vec<u64>,
}

impl Product for Report {
    fn text(&self, language: Language) -> String {
        let Self { day, total, .. } = self;
        let mut out = say!("{day}: {total} cases\n", "{day}: 全{total}件\n");
        for counted in &self.states {
            let _ = writeln!(out, "  {}: {}", counted.text, counted.cases);
        }
        if !self.due.is_empty() {
            let _ = writeln!(out, "{}", language.pick("Due:", "対応が必要:"));
        }
        for due in &self.due {
            let numbers: Vec<String> = due.numbers.iter().map(u64::to_string).collect();
            let (what, cases, command) = (due.what, due.cases, due.command);
            let numbers = numbers.join(" ");
            out.push_str(&say!(
                "  {what}: {cases} ({numbers}) - `mynumber {command}`\n",
                "  {what}: {cases}件（{numbers}）- `mynumber {command}`\n"
            ));
        }
        if !self.deadlines.is_empty() {
            let _ = writeln!(out, "{}", language.pick("To be fetched by:", "交付期限ごとの件数:"));
        }
        for deadline in &self.deadlines {
            let _ = writeln!(out, "  {}: {}", deadline.day, deadline.cases);
        }
        out
    }
}
