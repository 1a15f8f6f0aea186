//! `desk notice`: notices spread over days, the load that follows, and those of today sent.

use std::collections::BTreeMap;

use mynumber::applet::Date;
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::notice::{Batch, Load, Plan, PlanError, Rate};
use mynumber::issuance::store::{By, Case, Store};
use serde::Serialize;

use super::office::{Office, each_case};
use super::words;
use crate::args::{NoticeArguments, Weekday};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::{Language, say};
use crate::output::Product;

pub(super) fn run(office: &Office<'_>, arguments: &NoticeArguments) -> Result<(), Failure> {
    let plot = arguments.plot.as_deref().map(|path| Destination::new(Some(path), arguments.force));
    let output = arguments.output.as_deref().map(|path| Destination::new(Some(path), arguments.force));
    for destination in plot.iter().chain(&output) {
        destination.check()?;
    }
    let today = office.today()?;
    let by = office.by(Actor::Municipality)?;
    let mut store = office.store()?;
    let waiting = waiting(store.as_mut())?;
    let numbers: Vec<u64> = waiting.keys().copied().collect();
    let sent_before = sent_on(store.as_mut(), today)?;
    let plan = plan(&numbers, today, sent_before, arguments).map_err(of_plan)?;
    let load = plan.load(&arguments.come, &earlier(store.as_mut(), &plan, today, &arguments.come)?);
    if let Some(plot) = &plot {
        plot.write(load.svg(arguments.capacity).as_bytes())?;
    }
    let mut sent = Vec::new();
    if arguments.send {
        let batch = plan.batches().first().filter(|batch| batch.day == today);
        let failed = send(store.as_mut(), batch, &waiting, &by, &mut sent).err();
        // What was sent is printed even when a later one failed.
        if let Some(output) = &output {
            output.write(&letters(store.as_mut(), &sent)?)?;
        }
        if let Some(failure) = failed {
            return Err(office
                .run
                .format
                .print_before(&Planned::of(&plan, &load, arguments, &sent), failure));
        }
    }
    office.run.print(&Planned::of(&plan, &load, arguments, &sent))
}

/// The cases whose notice is to be sent.
fn waiting(store: &mut dyn Store) -> Result<BTreeMap<u64, Case>, Failure> {
    let mut found = BTreeMap::new();
    each_case(store, State::Prepared, |_, case| {
        found.insert(case.number, case);
        Ok(())
    })?;
    Ok(found)
}

/// How many notices of today have gone out already.
fn sent_on(store: &mut dyn Store, today: Date) -> Result<u32, Failure> {
    let found = store.notices(today, today).map_err(|error| words::of_store(&error))?;
    Ok(found.iter().map(|(_, count)| u32::try_from(*count).unwrap_or(u32::MAX)).fold(0, u32::saturating_add))
}

/// The notices that are out already and whose people still come on the days of the plan, but for those of today that stand in
/// the plan.
fn earlier(
    store: &mut dyn Store,
    plan: &Plan,
    today: Date,
    come: &[u8],
) -> Result<Vec<(Date, u64)>, Failure> {
    let first = plan.first_needed(come);
    let mut sent = store.notices(first, today).map_err(|error| words::of_store(&error))?;
    let planned =
        plan.batches().iter().flat_map(|batch| &batch.cases).filter(|number| **number == SENT).count();
    let planned = u64::try_from(planned).unwrap_or(u64::MAX);
    for (_, count) in sent.iter_mut().filter(|(day, _)| *day == today) {
        *count = count.saturating_sub(planned);
    }
    Ok(sent)
}

fn rate(arguments: &NoticeArguments) -> Rate {
    const WEEK: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    Rate {
        each_day: arguments.each_day,
        weekdays: WEEK.map(|day| arguments.weekdays.contains(&day)),
        holidays: arguments.holidays.clone(),
        days_to_fetch: arguments.days_to_fetch,
    }
}

/// What stands in the plan for a notice that went out today already: it takes a place, and its person will come.
const SENT: u64 = 0;

/// From today on, with what was sent today; or from the day asked for.
fn plan(cases: &[u64], today: Date, sent: u32, arguments: &NoticeArguments) -> Result<Plan, PlanError> {
    let rate = rate(arguments);
    let sent = if arguments.from.is_none() { sent.min(arguments.each_day) } else { 0 };
    let all: Vec<u64> = (0..sent).map(|_| SENT).chain(cases.iter().copied()).collect();
    Plan::spread(&all, arguments.from.unwrap_or(today), &rate)
}

/// The cases of a day that are still to be sent.
fn open(batch: &Batch) -> impl Iterator<Item = u64> {
    batch.cases.iter().copied().filter(|number| *number != SENT)
}

fn of_plan(error: PlanError) -> Failure {
    let japanese = match error {
        PlanError::Rate => "この設定では通知が1通も送られません",
        PlanError::DaysToFetch => "交付期限は1～366日後で指定してください",
        _ => "暦の範囲を超えます",
    };
    Failure::new(Exit::BadInput, Language::current().pick(error.to_string(), japanese.to_owned()))
}

/// Sends the notices of a day, one after the other; each is sent or not.
fn send(
    store: &mut dyn Store,
    batch: Option<&Batch>,
    waiting: &BTreeMap<u64, Case>,
    by: &By,
    sent: &mut Vec<(u64, Date)>,
) -> Result<(), Failure> {
    let Some(batch) = batch else { return Ok(()) };
    for case in open(batch).filter_map(|number| waiting.get(&number)) {
        store
            .send_notice(case.number, case.version, batch.deadline, by)
            .map_err(|error| words::of_store(&error))?;
        sent.push((case.number, batch.deadline));
    }
    Ok(())
}

/// What is printed on the notices.
fn letters(store: &mut dyn Store, sent: &[(u64, Date)]) -> Result<Vec<u8>, Failure> {
    let broken = |_| Failure::new(Exit::Internal, say!("the CSV cannot be written", "CSVを書けません"));
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["case", "deadline", "name", "address"]).map_err(broken)?;
    for (number, deadline) in sent {
        let person = store.resident(*number).map_err(|error| words::of_store(&error))?;
        let (number, deadline) = (number.to_string(), deadline.to_string());
        table.write_record([&number, &deadline, &person.name, &person.address]).map_err(broken)?;
    }
    table
        .into_inner()
        .map_err(|_| Failure::new(Exit::Internal, say!("the CSV cannot be written", "CSVを書けません")))
}

#[derive(Serialize)]
struct Planned {
    waiting: usize,
    batches: Vec<Day>,
    load: Vec<Expected>,
    peak: Option<Expected>,
    days_over_capacity: usize,
    sent: Vec<u64>,
}

#[derive(Serialize)]
struct Day {
    day: String,
    deadline: String,
    cases: Vec<u64>,
}

#[derive(Serialize)]
struct Expected {
    day: String,
    people: u64,
}

impl Planned {
    fn of(plan: &Plan, load: &Load, arguments: &NoticeArguments, sent: &[(u64, Date)]) -> Self {
        let expected = |(day, people): (Date, u64)| Expected { day: day.to_string(), people };
        Self {
            waiting: plan.batches().iter().map(|batch| open(batch).count()).sum(),
            batches: plan
                .batches()
                .iter()
                .filter(|batch| open(batch).next().is_some())
                .map(|batch| Day {
                    day: batch.day.to_string(),
                    deadline: batch.deadline.to_string(),
                    cases: open(batch).collect(),
                })
                .collect(),
            load: load.days().map(expected).collect(),
            peak: load.peak().map(expected),
            days_over_capacity: load.days().filter(|(_, people)| *people > arguments.capacity).count(),
            sent: sent.iter().map(|(number, _)| *number).collect(),
        }
    }
}

impl Product for Planned {
    fn text(&self, _: Language) -> String {
        let (waiting, sent, over) = (self.waiting, self.sent.len(), self.days_over_capacity);
        let mut out = say!("notices to send: {waiting}\n", "送付待ち: {waiting}通\n");
        for batch in &self.batches {
            let (day, deadline, count) = (&batch.day, &batch.deadline, batch.cases.len());
            out.push_str(&say!(
                "  {day}: {count}, fetched by {deadline}\n",
                "  {day}: {count}通（交付期限 {deadline}）\n"
            ));
        }
        if let Some(Expected { day, people }) = &self.peak {
            out.push_str(&say!(
                "most people at the counter: {people} on {day}; days above the capacity: {over}\n",
                "窓口の最多見込み: {day} に{people}人、処理能力を超える日: {over}日\n"
            ));
        }
        if sent > 0 {
            out.push_str(&say!("sent today: {sent}\n", "本日送付: {sent}通\n"));
        }
        out
    }
}
