//! Every act that writes, cut at every write in every way.

use std::sync::OnceLock;

use mynumber_virtual_card::storage::Cut;
use mynumber_virtual_card::{MemoryStorage, Storage as _, VirtualCard};

use super::issuer;
use super::target::{Disk, JOURNAL, Seen, TARGETS, Target, image, look, reference};
use crate::torture::{Part, Plan, ensure};
use crate::virtual_card::rng;

const DONE: u16 = 0x9000;
const NOT_DONE: u16 = 0;

/// One thing that writes. Another one is a line in [`ACTS`].
struct Act {
    name: &'static str,
    /// Brings a card with its application selected to where the act can happen; the power does not fail yet.
    prepare: fn(&Target, &mut VirtualCard),
    /// The status word; for what is done by other means than commands, [`DONE`] or [`NOT_DONE`].
    run: fn(&Target, &mut VirtualCard) -> u16,
    /// Whether it may give tries back.
    restores: bool,
}

fn nothing(_: &Target, _: &mut VirtualCard) {}

fn done(ok: bool) -> u16 {
    if ok { DONE } else { NOT_DONE }
}

const ACTS: [Act; 9] = [
    Act {
        name: "VERIFY, right",
        prepare: nothing,
        run: |target, card| target.verify(card, target.right),
        restores: true,
    },
    Act {
        name: "VERIFY, wrong",
        prepare: nothing,
        run: |target, card| target.verify(card, target.wrong[0]),
        restores: false,
    },
    Act {
        name: "change",
        prepare: |target, card| {
            target.verify(card, target.right);
        },
        run: |target, card| target.change(card, target.new),
        restores: true,
    },
    Act {
        name: "unblocking",
        prepare: nothing,
        run: |target, card| done(card.reset_reference(target.pin, target.new).is_ok()),
        restores: true,
    },
    Act {
        name: "personalisation anew",
        prepare: nothing,
        run: |target, card| {
            let fresh = reference(target.new, target.limit);
            done(
                card.rewrite(|image| image.references.extend(fresh.map(|fresh| (target.pin, fresh)))).is_ok(),
            )
        },
        restores: true,
    },
    Act {
        name: "tamper response",
        prepare: nothing,
        run: |_, card| done(card.tamper().is_ok()),
        restores: false,
    },
    Act {
        name: "issuer sets",
        prepare: nothing,
        run: |target, card| done(issuer::sets(target, card)),
        restores: true,
    },
    Act {
        name: "issuer blocks",
        prepare: nothing,
        run: |target, card| done(issuer::blocks(target, card)),
        restores: false,
    },
    Act {
        name: "issuer commits",
        prepare: nothing,
        run: |target, card| done(issuer::commits(target, card)),
        restores: false,
    },
];

/// One act on one card.
struct Case {
    target: &'static Target,
    act: &'static Act,
    left: u8,
    /// Records in the journal: none, or as many as it takes before it is folded.
    records: usize,
    /// The card before the act, made once.
    prepared: OnceLock<Vec<u8>>,
}

impl Case {
    fn place(&self) -> String {
        format!("{}, {}, {} tries, {} records", self.act.name, self.target.name, self.left, self.records)
    }

    /// The card right before the act.
    fn ready(&self, lying: bool) -> Result<(Disk, VirtualCard, Seen), String> {
        let prepared = self.prepared.get_or_init(|| {
            let read = self.target.prepared(self.left, self.records).read();
            read.map(|bytes| bytes.to_vec()).unwrap_or_default()
        });
        let disk = Disk::over(MemoryStorage::holding(prepared), lying);
        let mut card = disk.open()?;
        self.target.select(&mut card);
        (self.act.prepare)(self.target, &mut card);
        let before = look(self.target, &disk.cuts.survivor())?;
        Ok((disk, card, before))
    }
}

fn cases(plan: &Plan) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in TARGETS.iter().take(if plan.small { 1 } else { TARGETS.len() }) {
        for act in &ACTS {
            for left in 1..=target.limit {
                let ages: &[usize] = if plan.small { &[0] } else { &[0, JOURNAL - 2, JOURNAL - 1, JOURNAL] };
                cases.extend(ages.iter().map(|records| Case {
                    target,
                    act,
                    left,
                    records: *records,
                    prepared: OnceLock::new(),
                }));
            }
        }
    }
    cases
}

/// Assertions 1, 2 and 4 at every write of every act, and of the making of a card.
pub(super) fn run(plan: &Plan, part: &mut Part) {
    let cases = cases(plan);
    part.each(&cases, || {
        |case: &Case, part: &mut Part| {
            let whole = uncut(case, plan.planted);
            let (before, after, writes) = match whole {
                Ok((before, _, after, writes)) => (before, after, writes),
                Err(told) => return part.case(Err(format!("{}: {told}", case.place()))),
            };
            for (k, how) in (0..writes).flat_map(|k| Cut::ALL.map(|how| (k, how))) {
                let outcome = one_cut(case, plan.planted, k, how, (before, after));
                part.case(outcome.map_err(|told| format!("{}, write {k} {how:?}: {told}", case.place())));
            }
        }
    });
    for how in Cut::ALL {
        part.case(made(how).map_err(|told| format!("personalisation, {how:?}: {told}")));
    }
}

fn uncut(case: &Case, lying: bool) -> Result<(Seen, u16, Seen, usize), String> {
    let (disk, mut card, before) = case.ready(lying)?;
    disk.never_fails();
    let word = (case.act.run)(case.target, &mut card);
    Ok((before, word, look(case.target, &disk.cuts.survivor())?, disk.cuts.writes()))
}

fn one_cut(
    case: &Case,
    lying: bool,
    k: usize,
    how: Cut,
    (before, after): (Seen, Seen),
) -> Result<(), String> {
    let (disk, mut card, _) = case.ready(lying)?;
    disk.cuts.plan(k, how);
    let word = (case.act.run)(case.target, &mut card);
    ensure(word == NOT_DONE && disk.cuts.is_lost(), || format!("a card without power answers {word:04X}"))?;
    ensure(case.target.query(&mut card) == NOT_DONE, || "a card without power answers".to_owned())?;
    // Looking finds nothing verified, or says so.
    let seen = look(case.target, &disk.cuts.survivor())?;
    let poorer = Seen { left: before.left.saturating_sub(1), ..before };
    ensure([before, after, poorer].contains(&seen), || {
        format!("{before:?} or {after:?}, and it is {seen:?}")
    })?;
    ensure(case.act.restores || seen.left <= before.left, || format!("tries given back: {seen:?}"))
}

/// Assertions 3 and 5: what was answered stands on the disk, and every wrong value costs one write.
pub(super) fn told(plan: &Plan, part: &mut Part) {
    for case in cases(plan) {
        part.case(durable(&case, plan.planted).map_err(|told| format!("{}: {told}", case.place())));
    }
    for target in &TARGETS {
        for wrong in target.wrong {
            part.case(
                one_write(target, wrong).map_err(|told| format!("{} {wrong:02X?}: {told}", target.name)),
            );
        }
    }
}

fn durable(case: &Case, lying: bool) -> Result<(), String> {
    let (before, word, after, _) = uncut(case, lying)?;
    let limit = case.target.limit;
    let (expected, left, values) = match case.act.name {
        "VERIFY, right" => (DONE, limit, (true, false)),
        "VERIFY, wrong" => {
            (0x63C0 | u16::from(before.left.saturating_sub(1)), before.left.saturating_sub(1), (true, false))
        }
        "tamper response" => return ensure(word == DONE && after.erased, || format!("{word:04X} {after:?}")),
        "issuer blocks" => (DONE, 0, (false, false)),
        "issuer commits" => (DONE, before.left, (true, false)),
        _ => (DONE, limit, (false, true)),
    };
    let commits = case.act.name == "issuer commits";
    ensure(after.written == [commits; 2], || format!("what was committed is not on the disk: {after:?}"))?;
    let right = (word, after.left, after.values) == (expected, left, values);
    ensure(right, || format!("answered {word:04X}, and {after:?} is on the disk"))
}

fn one_write(target: &Target, wrong: &[u8]) -> Result<(), String> {
    let disk = Disk::over(target.prepared(target.limit, 0), false);
    let mut card = disk.open()?;
    target.select(&mut card);
    disk.never_fails();
    let (word, writes) = (target.verify(&mut card, wrong), disk.cuts.writes());
    let expected = 0x63C0 | u16::from(target.limit.saturating_sub(1));
    ensure((word, writes) == (expected, 1), || format!("{word:04X} after {writes} writes"))
}

/// A card that is being made is there or is not: nothing in between opens.
fn made(how: Cut) -> Result<(), String> {
    let disk = Disk::over(MemoryStorage::default(), false);
    disk.cuts.plan(0, how);
    let making = VirtualCard::new(image(), disk.clone(), rng());
    ensure(making.is_err(), || "a card was made without power".to_owned())?;
    let opened = VirtualCard::open(disk.cuts.survivor(), rng());
    match (opened, how) {
        (Ok(_), Cut::After) | (Err(_), Cut::Before | Cut::Tear | Cut::DropUnsynced) => Ok(()),
        (Ok(_), _) => Err("half a card opens".to_owned()),
        (Err(error), _) => Err(format!("the card is lost: {error}")),
    }
}
