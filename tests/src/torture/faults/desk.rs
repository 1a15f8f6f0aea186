//! Faults at every exchange of the desk's commands with a card, each run a process of its own. The store has to say where
//! the case stands, whatever became of the card, and the same command has to lead on to the end.
//!
//! A command of the desk has many exchanges, so each of them meets five kinds, which change from one to the next: every
//! kind meets every command. `substitutes`, which takes the longest and does what `change` does, meets three at each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use mynumber::issuance::store::{Sqlite, Store as _};
use mynumber_applet::{FileId, PinId};
use mynumber_transport::Fault;
use mynumber_virtual_card::{FileContents, MemoryStorage, VirtualCard};

use super::commands::{PLANTED, SUCCESS, WRONG_CODES, exchanges_until, tries_of};
use super::{is_honest, kinds, most_lost};
use crate::command::office::{DAY, IN_ORDER, MOVED, Office, PINS, SUBSTITUTED, VISIT, keep, serial};
use crate::command::{Done, copy_folder};
use crate::torture::{Made, Part, Plan, ensure};
use crate::virtual_card::rng;

/// Where a case stands when a command begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Stage {
    Received,
    Noticed,
    Identified,
    HalfSet,
    HandedOver,
    WithoutPins,
    Suspended,
}

/// The references of the holder's four PINs afterwards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Set,
    /// All but the signature password: the card has no signature certificate.
    FourDigits,
    Blank,
    AsBefore,
}

/// A command of the desk that speaks to a card; the case is number 1, or the one that it names.
struct Line {
    stage: Stage,
    arguments: &'static [&'static str],
    more: &'static [&'static str],
    pins: &'static [&'static str],
    at: &'static str,
    end: &'static str,
    then: Then,
    /// What stands in the text on the card afterwards.
    text: &'static str,
    /// How many kinds each exchange meets: failures, and others.
    each: [usize; 2],
}

const fn line(
    stage: Stage,
    arguments: &'static [&'static str],
    more: &'static [&'static str],
    pins: &'static [&'static str],
    end: &'static str,
    then: Then,
) -> Line {
    Line { stage, arguments, more, pins, at: DAY, end, then, text: "", each: [2, 3] }
}

const LATER: &str = "2031-11-04";
/// While kiosks are open, and soon after the face was matched.
const AT_KIOSK: &str = "2026-11-24T10:00:00+09:00";
const MATCHED: &[&str] = &["--kiosk", "2026-11-24T09:50:00+09:00"];
const HANDED_OVER: &str = "handed-over";
const PREPARE: &[&str] = &["--record", "r2.toml", "--pictures", "name,address,photo"];

/// Every command of the desk that speaks to a card; another one is a line here. `personalise` is none of them: it writes
/// card files.
const LINES: [Line; 14] = [
    // The second resident wishes no signature certificate: its key is destroyed.
    line(Stage::Received, &["prepare", "2"], PREPARE, &[], "prepared", Then::AsBefore),
    line(Stage::Noticed, &["deliver", "1"], &IN_ORDER, &PINS, HANDED_OVER, Then::Set),
    line(Stage::Noticed, &["deliver", "1", "--without-pins"], &IN_ORDER, &[], HANDED_OVER, Then::Blank),
    line(Stage::Identified, &["pin", "setup", "1"], &[], &PINS, "pins-set", Then::Set),
    line(Stage::HalfSet, &["pin", "setup", "1", "--roll-back"], &[], &[], "identified", Then::Blank),
    line(Stage::HandedOver, &["pin", "switch", "1", "off"], &VISIT, &[], HANDED_OVER, Then::Blank),
    line(
        Stage::WithoutPins,
        &["pin", "switch", "1", "on"],
        &VISIT,
        &[PINS[1], PINS[2], PINS[3]],
        HANDED_OVER,
        Then::FourDigits,
    ),
    line(
        Stage::HandedOver,
        &["unlock", "1", "--pin", "input-assist,juki"],
        &VISIT,
        &["6142", "8350"],
        HANDED_OVER,
        Then::Set,
    ),
    line(Stage::Suspended, &["resume", "1", "--record", "r1.toml"], &VISIT, &[], HANDED_OVER, Then::Set),
    Line {
        at: AT_KIOSK,
        ..line(
            Stage::HandedOver,
            &["unlock", "1", "--pin", "sign"],
            MATCHED,
            &[PINS[1], "ANEW77PIN3"],
            HANDED_OVER,
            Then::Set,
        )
    },
    Line {
        at: AT_KIOSK,
        ..line(
            Stage::HandedOver,
            &["unlock", "1", "--pin", "auth"],
            MATCHED,
            &[PINS[0], "6142"],
            HANDED_OVER,
            Then::Set,
        )
    },
    Line {
        text: SUBSTITUTED,
        each: [1, 2],
        ..line(
            Stage::Identified,
            &["substitutes", "1", "--set", "--record", "substituted.toml"],
            &[],
            &[],
            "identified",
            Then::Blank,
        )
    },
    Line {
        text: MOVED,
        ..line(
            Stage::HandedOver,
            &["change", "1", "--record", "moved.toml"],
            &VISIT,
            &[],
            HANDED_OVER,
            Then::Set,
        )
    },
    Line {
        at: LATER,
        ..line(Stage::HandedOver, &["renew", "1", "--record", "r1.toml"], &VISIT, &[], HANDED_OVER, Then::Set)
    },
];

const SET: [PinId; 5] =
    [PinId::Signature, PinId::UserAuthentication, PinId::Juki, PinId::Common, PinId::InputAssist];

impl Line {
    fn name(&self) -> String {
        format!("desk {}", self.arguments.join(" "))
    }

    fn case(&self) -> u32 {
        self.arguments.iter().find_map(|word| word.parse().ok()).unwrap_or(1)
    }
}

/// A desk at a stage, and store and card as they then are.
struct Desk {
    office: Office,
    store: Vec<u8>,
    card: Vec<u8>,
    case: u32,
}

/// The folder of a stage, made once by commands.
fn folder(stage: Stage) -> PathBuf {
    static MADE: Mutex<BTreeMap<Stage, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(stage).or_insert_with(|| keep(&reached(stage), &format!("desk-{stage:?}"))).clone()
}

fn done(done: &Done) {
    assert_eq!(done.code, SUCCESS, "{done:?}");
}

fn reached(stage: Stage) -> Office {
    let office = match stage {
        Stage::Received => return Office::received(),
        _ => Office::noticed(),
    };
    let deliver = |more: &[&str], pins: &[&str]| {
        done(&office.on_card(DAY, 1, &[&["deliver", "1"][..], &IN_ORDER, more].concat(), pins));
    };
    match stage {
        Stage::Received | Stage::Noticed => {}
        Stage::Identified => deliver(&["--identify-only"], &[]),
        Stage::HalfSet => {
            deliver(&["--identify-only"], &[]);
            office.interrupt_pin_setup(1);
        }
        Stage::HandedOver => deliver(&[], &PINS),
        Stage::WithoutPins => deliver(&["--without-pins"], &[]),
        Stage::Suspended => {
            deliver(&[], &PINS);
            done(&office.desk(&["suspend", "1"]));
        }
    }
    office.write_moved(1);
    office.write_substituted(1);
    office
}

impl Desk {
    fn new(line: &Line, plan: &Plan) -> Self {
        let mut office = Office::new();
        copy_folder(&folder(line.stage), &office.bench.path(""));
        let case = line.case();
        let (store, card) = (office.bench.read("cases.db"), office.bench.read(&card_file(case, "card")));
        if plan.planted {
            office.bench.use_script(PLANTED);
        }
        Self { office, store, card, case }
    }

    /// Store and card as they were; no leavings.
    fn tidy(&self) {
        for rest in ["cases.db-wal", "cases.db-shm", "out"] {
            let _ = std::fs::remove_file(self.office.bench.path(rest));
        }
        self.office.bench.write("cases.db", &self.store);
        self.office.bench.write(&card_file(self.case, "card"), &self.card);
    }

    fn run(&self, line: &Line, fault: Option<(usize, &Fault)>) -> Done {
        let text = fault.map(|(at, fault)| format!("{at} {fault}\n")).unwrap_or_default();
        self.office.bench.write(&card_file(self.case, "faults"), text);
        let arguments = [line.arguments, line.more, &["--json"]].concat();
        self.office.on_card(line.at, self.case, &arguments, line.pins)
    }

    /// What the store says, without a process; the audit log is whole.
    fn state(&self) -> Result<String, String> {
        let told = |error: &dyn std::fmt::Display| format!("the store: {error}");
        let mut store = Sqlite::open(&self.office.bench.path("cases.db")).map_err(|error| told(&error))?;
        store.verify_audit(None).map_err(|error| told(&error))?;
        let case = store.case(self.case.into()).map_err(|error| told(&error))?;
        Ok(case.state.name().to_owned())
    }

    fn tries(&self) -> Vec<(PinId, u8)> {
        tries_of(&self.office.bench.read(&card_file(self.case, "card")))
    }

    /// Whether this stands in the text on the card.
    fn says(&self, text: &str) -> bool {
        let bytes = self.office.bench.read(&card_file(self.case, "card"));
        let card = VirtualCard::open(MemoryStorage::holding(&bytes), rng());
        card.is_ok_and(|card| match card.image().files.get(&FileId::Attributes) {
            Some(FileContents::Bytes(bytes)) => String::from_utf8_lossy(bytes).contains(text),
            _ => false,
        })
    }

    fn files(&self) -> BTreeSet<String> {
        let entries = std::fs::read_dir(self.office.bench.path("")).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| !name.starts_with("cases.db-")).collect()
    }
}

fn card_file(case: u32, extension: &str) -> String {
    format!("data/cards/{}.{extension}", serial(case))
}

struct Case {
    line: &'static Line,
    at: usize,
    fault: Fault,
}

/// The kinds that an exchange meets: so many failures, before and after delivery by turns, and others.
fn some_of(kinds: &[Fault], [failures, others]: [usize; 2], number: usize) -> Vec<Fault> {
    let fails = |fault: &&Fault| matches!(fault, Fault::Fail(..));
    let (failing, spoilt): (Vec<&Fault>, Vec<&Fault>) = kinds.iter().partition(fails);
    let of = |list: &[&Fault], count: usize| -> Vec<Fault> {
        (0..count)
            .filter_map(|index| list.get((number * count + index) % list.len().max(1)))
            .map(|fault| (*fault).clone())
            .collect()
    };
    [of(&failing, failures), of(&spoilt, others)].concat()
}

/// Every command, every exchange.
pub(super) fn run(plan: &Plan, part: &mut Part) -> Made<()> {
    let all = kinds(plan);
    let mut cases = Vec::new();
    let lines = LINES.iter().filter(|line| {
        !plan.small || line.arguments.starts_with(&["pin", "setup", "1"]) && line.then == Then::Set
    });
    for (number, line) in lines.enumerate() {
        let desk = Desk::new(line, &Plan { planted: false, ..*plan });
        let exchanges = exchanges_until(&line.name(), |fault| {
            desk.tidy();
            desk.run(line, Some(fault)).code == SUCCESS
        })?;
        let of = |at| {
            let kinds = some_of(&all, line.each, number * 5 + at);
            kinds.into_iter().map(move |fault| Case { line, at, fault })
        };
        cases.extend((0..exchanges).step_by(if plan.small { 7 } else { 1 }).flat_map(of));
    }
    part.each(&cases, || {
        let mut desks = BTreeMap::new();
        move |case: &Case, part: &mut Part| {
            let place = format!("{}, `{}` at exchange {}", case.line.name(), case.fault, case.at);
            part.guarded(&place, || {
                let key = (case.line.stage, case.line.case());
                one_case(desks.entry(key).or_insert_with(|| Desk::new(case.line, plan)), case)
            });
        }
    });
    Ok(())
}

fn one_case(desk: &Desk, case: &Case) -> Result<(), String> {
    desk.tidy();
    let (files, before) = (desk.files(), desk.tries());
    let done = desk.run(case.line, Some((case.at, &case.fault)));
    let state = desk.state()?;
    ensure(desk.files() == files, || format!("it left files behind: {:?}", desk.files()))?;
    if done.code == SUCCESS {
        ensure(state == case.line.end, || format!("it says done, and the case is {state}: {done:?}"))?;
    } else {
        ensure(!WRONG_CODES.contains(&done.code), || format!("{done:?}"))?;
        ensure(!matches!(case.fault, Fault::Delay(_)), || format!("a delay is no failure: {done:?}"))?;
        let json: serde_json::Value =
            serde_json::from_slice(&done.stdout).map_err(|error| format!("no JSON: {error}: {done:?}"))?;
        let exit = json.pointer("/error/exit").and_then(serde_json::Value::as_i64);
        ensure(exit == Some(done.code.into()), || format!("another code than it says: {done:?}"))?;
    }
    references_are_right(desk, case, &before, &done)?;
    let begun = case.line.stage;
    let stays = matches!(begun, Stage::HandedOver | Stage::WithoutPins) || !case.line.text.is_empty();
    let changed = state == case.line.end && !stays;
    ensure(!changed || stands(desk, case.line), || {
        format!("the store says {state}, the card does not: {done:?}")
    })?;
    lead_on(desk, case, &done)
}

/// No reference has lost a try that was not presented: it is as it was, blank, or has all its tries.
fn references_are_right(desk: &Desk, case: &Case, before: &[(PinId, u8)], done: &Done) -> Result<(), String> {
    let now = desk.tries();
    ensure(now.len() == before.len(), || "the card cannot be opened".to_owned())?;
    for ((pin, now), (_, before)) in now.iter().zip(before) {
        let set = SET.contains(pin) && case.line.then != Then::AsBefore && [0, pin.row().tries].contains(now);
        let lost = before.saturating_sub(*now);
        ensure(set || lost <= most_lost(&case.fault), || format!("{lost} tries of {pin:?} lost: {done:?}"))?;
    }
    Ok(())
}

/// Whether the holder's references, and the text, are as the command leaves them.
fn stands(desk: &Desk, line: &Line) -> bool {
    let tries = desk.tries();
    if !desk.says(line.text) {
        return false;
    }
    let mut of_holder = tries.iter().filter(|(pin, _)| SET.contains(pin));
    match line.then {
        Then::Set => of_holder.all(|(pin, tries)| *tries == pin.row().tries),
        Then::FourDigits => {
            of_holder.all(|(pin, tries)| *tries == pin.row().tries || *pin == PinId::Signature && *tries == 0)
        }
        Then::Blank => of_holder.all(|(_, tries)| *tries == 0),
        Then::AsBefore => true,
    }
}

/// The same command again, without a fault, leads to the end, unless the case is there.
fn lead_on(desk: &Desk, case: &Case, done: &Done) -> Result<(), String> {
    let line = case.line;
    let again = (done.code != SUCCESS).then(|| desk.run(line, None));
    let state = desk.state()?;
    // Where the answer to the last command was lost, the store knew before and takes the command for a second one.
    let there = is_honest(&case.fault) || again.as_ref().is_none_or(|again| again.code == SUCCESS);
    ensure(state == line.end && (stands(desk, line) || !there), || {
        format!("the next run does not lead on, {state}: {again:?}, after {done:?}")
    })
}
