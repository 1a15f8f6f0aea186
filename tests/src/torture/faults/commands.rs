//! Faults at every exchange of every command of the command line, each run a process of its own.

use std::collections::BTreeSet;

use mynumber_applet::PinId;
use mynumber_transport::{Error, Fault, When};
use mynumber_virtual_card::{MemoryStorage, VirtualCard};

use super::{is_honest, kinds, most_lost};
use crate::command::{Bench, Done};
use crate::torture::lines::{Kind, LINES, Line};
use crate::torture::{Made, Part, Plan, ensure};
use crate::virtual_card::rng;

/// More exchanges than any command has.
const MOST: usize = 512;
const CARD: &str = "data/cards/canary.card";
const FAULTS: &str = "data/cards/canary.faults";
const DOCTOR_FOUND_PROBLEMS: i32 = 40;
pub(super) const SUCCESS: i32 = 0;
/// A fault of the program, wrong arguments, a panic, a signal: never a right answer to a fault on the wire.
pub(super) const WRONG_CODES: [i32; 4] = [1, 2, 101, -1];

/// A bench, and the card on it as it was made.
struct Desk {
    bench: Bench,
    card: Vec<u8>,
    tries: Vec<(PinId, u8)>,
}

impl Desk {
    fn new(plan: &Plan) -> Self {
        let mut bench = Bench::new();
        bench.write("message", "m");
        let card = bench.read(CARD);
        if plan.planted {
            bench.use_script(PLANTED);
        }
        let tries = tries_of(&card);
        Self { bench, card, tries }
    }

    /// The card as it was made; no outputs.
    fn tidy(&self, line: &Line) {
        self.bench.write(CARD, &self.card);
        self.clean(line);
    }

    fn clean(&self, line: &Line) {
        for output in line.outputs {
            let path = self.bench.path(output);
            // Most of them are not there.
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(&path));
        }
    }

    fn run(&self, line: &Line, pins: &[&str], fault: Option<(usize, &Fault)>) -> Done {
        let text = fault.map(|(at, fault)| format!("{at} {fault}\n")).unwrap_or_default();
        self.bench.write(FAULTS, text);
        let mut arguments = [line.arguments, &["--json"]].concat();
        // A card that lied has cost a try: the holder is asked to be sure, and is.
        if fault.is_none() && line.kind == Kind::Changes {
            arguments.push("--last-try");
        }
        self.bench.call(&arguments).pins(pins).finish()
    }

    fn files(&self) -> BTreeSet<String> {
        let entries = std::fs::read_dir(self.bench.path(".")).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// What was printed, and what stands in the files.
    fn product(&self, line: &Line, done: &Done) -> Vec<Vec<u8>> {
        let files = line.outputs.iter().map(|output| {
            let path = self.bench.path(output);
            if path.is_dir() { std::fs::read(path.join("front.svg")) } else { std::fs::read(path) }
                .unwrap_or_default()
        });
        std::iter::once(done.stdout.clone()).chain(files).collect()
    }
}

/// Runs the command, and leaves half an output behind when it fails.
pub(super) const PLANTED: &str =
    "\"$MYNUMBER\" \"$@\"\ncode=$?\n[ $code = 0 ] || echo half > out\nexit $code\n";

pub(super) fn tries_of(card: &[u8]) -> Vec<(PinId, u8)> {
    let card = VirtualCard::open(MemoryStorage::holding(card), rng());
    let references = card.map(|card| {
        card.image().references.iter().map(|(pin, reference)| (*pin, reference.left())).collect()
    });
    // A card that cannot be opened has no counters, and so other ones than before.
    references.unwrap_or_default()
}

/// One fault at one exchange of one command.
struct Case {
    line: &'static Line,
    at: usize,
    fault: Fault,
    whole: Vec<Vec<u8>>,
}

/// Every command, every exchange, every kind.
pub(super) fn run(plan: &Plan, part: &mut Part) -> Made<()> {
    let mut cases = Vec::new();
    let desk = Desk::new(&Plan { planted: false, ..*plan });
    let lines =
        LINES.iter().filter(|line| !plan.small || line.arguments.starts_with(&["sign", "message", "-o"]));
    for line in lines {
        let (exchanges, whole) = measured(&desk, line)?;
        for fault in kinds(plan) {
            let of = |at| Case { line, at, fault: fault.clone(), whole: whole.clone() };
            cases.extend((0..exchanges).map(of));
        }
    }
    part.each(&cases, || {
        let desk = Desk::new(plan);
        move |case: &Case, part: &mut Part| {
            let place = format!("{}, `{}` at exchange {}", case.line.name(), case.fault, case.at);
            part.guarded(&place, || one_case(&desk, case));
        }
    });
    Ok(())
}

/// The exchanges of a command: the card is pulled away at one after which it is not missed, found by halving.
pub(super) fn exchanges_until(name: &str, mut succeeds: impl FnMut((usize, &Fault)) -> bool) -> Made<usize> {
    let pulled = Fault::Fail(Error::CardRemoved, When::BeforeDelivery);
    let (mut misses, mut enough) = (0, MOST);
    if !succeeds((enough, &pulled)) {
        return Err(format!("`{name}` never succeeds").into());
    }
    while misses < enough {
        let middle = misses.midpoint(enough);
        if succeeds((middle, &pulled)) { enough = middle } else { misses = middle + 1 }
    }
    Ok(enough)
}

/// The exchanges of a command, and what comes of it.
fn measured(desk: &Desk, line: &Line) -> Made<(usize, Vec<Vec<u8>>)> {
    let mut whole = Vec::new();
    let exchanges = exchanges_until(&line.name(), |fault| {
        desk.tidy(line);
        let done = desk.run(line, line.typed(), Some(fault));
        if done.code == SUCCESS {
            whole = desk.product(line, &done);
        }
        done.code == SUCCESS
    })?;
    Ok((exchanges, whole))
}

fn one_case(desk: &Desk, case: &Case) -> Result<(), String> {
    desk.tidy(case.line);
    let before = desk.files();
    let done = desk.run(case.line, case.line.typed(), Some((case.at, &case.fault)));
    if done.code == SUCCESS {
        success_is_right(desk, case, &done)?;
    } else {
        failure_is_right(case, &done)?;
        let after = desk.files();
        ensure(after == before, || format!("it left files behind: {:?}", after.difference(&before)))?;
    }
    tries_are_right(desk, case, &done)?;
    desk.clean(case.line);
    next_run_works(desk, case, &done)
}

fn success_is_right(desk: &Desk, case: &Case, done: &Done) -> Result<(), String> {
    let kept = matches!(&case.fault, Fault::Fail(Error::CardRemoved | Error::Timeout, _));
    ensure(!kept, || format!("it kept the failure to itself: {done:?}"))?;
    let signed = case.line.arguments.starts_with(&["sign"]);
    let product = desk.product(case.line, done);
    // What was read is what the card said: reading is not trusting. A signature was checked.
    let same = match is_honest(&case.fault) {
        true => product == case.whole,
        false => !signed || product.get(1) == case.whole.get(1),
    };
    let steady = case.line.kind == Kind::Steady;
    ensure(same || !steady, || "it gave something else than without the fault".to_owned())
}

fn failure_is_right(case: &Case, done: &Done) -> Result<(), String> {
    ensure(!WRONG_CODES.contains(&done.code), || format!("{done:?}"))?;
    ensure(!matches!(case.fault, Fault::Delay(_)), || format!("a delay is no failure: {done:?}"))?;
    let json: serde_json::Value =
        serde_json::from_slice(&done.stdout).map_err(|error| format!("no JSON: {error}: {done:?}"))?;
    let error = json.get("error").ok_or_else(|| format!("no error: {json}"))?;
    let exit = error.get("exit").and_then(serde_json::Value::as_i64);
    let text =
        |name: &str| error.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    ensure(exit == Some(i64::from(done.code)), || format!("another code than it says: {done:?}"))?;
    ensure(!text("kind").is_empty() && !text("message").is_empty(), || format!("it says nothing: {json}"))
}

fn tries_are_right(desk: &Desk, case: &Case, done: &Done) -> Result<(), String> {
    let now = tries_of(&desk.bench.read(CARD));
    ensure(now.len() == desk.tries.len(), || "the card cannot be opened".to_owned())?;
    for ((pin, now), (_, before)) in now.iter().zip(&desk.tries) {
        let lost = before.saturating_sub(*now);
        ensure(lost <= most_lost(&case.fault), || format!("{lost} tries of {pin:?} lost: {done:?}"))?;
    }
    Ok(())
}

/// The same again without a fault; a PIN is changed from whichever value holds now.
fn next_run_works(desk: &Desk, case: &Case, done: &Done) -> Result<(), String> {
    let line = case.line;
    let told = |again: &Done| format!("the next run does not work: {again:?}, after {done:?}");
    if line.kind != Kind::Changes {
        let again = desk.run(line, line.typed(), None);
        let doctor = again.code == DOCTOR_FOUND_PROBLEMS && line.arguments.starts_with(&["doctor"]);
        return ensure(again.code == SUCCESS || doctor, || told(&again));
    }
    let [old, new, other] = *line.pins else { return Err("a change wants three values".to_owned()) };
    // A card that says it has changed the PIN and has not cannot be found out.
    let changed = done.code == SUCCESS && is_honest(&case.fault);
    if !changed && desk.run(line, &[old, new], None).code == SUCCESS {
        return Ok(());
    }
    let mut last = desk.run(line, &[new, other], None);
    if last.code == SUCCESS {
        return Ok(());
    }
    // Of the two references of the juki PIN one has the other value, whichever the card did not tell the truth about.
    for (from, to) in [(old, new), (new, old)] {
        if desk.bench.call(&["pin", "repair", "--json", "--last-try"]).pins(&[from, to]).finish().code
            == SUCCESS
        {
            last = desk.run(line, &[to, other], None);
            break;
        }
    }
    ensure(last.code == SUCCESS, || told(&last))
}
