//! Many commands and many cuts: guesses that a schedule could buy, and a model of twenty lines beside the card.

use mynumber_virtual_card::storage::Cut;
use mynumber_virtual_card::{Power, VirtualCard};

use super::target::{Disk, TARGETS, Target, power_cycle};
use crate::dice::Dice;
use crate::torture::{Part, Plan, ensure};

/// Commands that a schedule of cuts is repeated over.
const COMMANDS: usize = 20;
/// The choices at each command: one of the four cuts at the first write, or none.
const CHOICES: usize = 5;

/// A try is spent before anything can be learned from it, so no schedule of cuts buys more guesses than the limit.
pub(super) fn guesses(plan: &Plan, part: &mut Part) {
    let depth = if plan.small { 2 } else { 4 };
    let schedules: Vec<(usize, &Target)> = TARGETS
        .iter()
        .flat_map(|target| (0..CHOICES.pow(depth)).map(move |schedule| (schedule, target)))
        .collect();
    part.each(&schedules, || {
        |(schedule, target): &(usize, &Target), part: &mut Part| {
            let outcome = one_schedule(*schedule, target, plan.planted);
            part.case(outcome.map_err(|told| format!("schedule {schedule}, {}: {told}", target.name)));
        }
    });
}

fn one_schedule(schedule: usize, target: &Target, lying: bool) -> Result<(), String> {
    let memory = target.prepared(target.limit, 0);
    let (mut looked_at, mut rest) = (0_u8, schedule);
    for _ in 0..COMMANDS {
        let how = Cut::ALL.get(rest % CHOICES).copied();
        rest = if rest == 0 { schedule } else { rest / CHOICES };
        let disk = Disk::over(memory.clone(), lying);
        let mut card = disk.open()?;
        target.select(&mut card);
        if let Some(how) = how {
            disk.cuts.plan(0, how);
        }
        let word = target.verify(&mut card, target.wrong[0]);
        // The comparison is reached only when the first write is done.
        let compared = word >> 8 == 0x63 || word == 0 && how == Some(Cut::After);
        looked_at = looked_at.saturating_add(u8::from(compared));
    }
    ensure(looked_at <= target.limit, || format!("{looked_at} guesses were looked at"))
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Verify(bool),
    Query,
    Change(bool),
    Reset,
    PowerCycle,
    Unblock,
}

/// The card in twenty lines: what is durable, and what lasts until the power goes.
#[derive(Clone, Copy, Debug)]
struct Model {
    value: usize,
    left: u8,
    verified: bool,
}

impl Model {
    /// The writes of an operation, its status word, and whether it leaves the reference verified.
    fn run(self, op: Op, limit: u8) -> (Vec<(usize, u8)>, u16, bool) {
        let Self { value, left, verified } = self;
        let fewer = left.saturating_sub(1);
        match op {
            Op::Verify(_) if left == 0 => (vec![], 0x6984, verified),
            Op::Verify(true) => (vec![(value, fewer), (value, limit)], 0x9000, true),
            Op::Verify(false) => (vec![(value, fewer)], 0x63C0 | u16::from(fewer), false),
            Op::Query => (vec![], 0x63C0 | u16::from(left), verified),
            Op::Change(_) if !verified => (vec![], 0x6982, verified),
            Op::Change(false) => (vec![], 0x6A80, verified),
            Op::Change(true) => (vec![(1 - value, limit)], 0x9000, verified),
            Op::Reset => (vec![], 0x9000, verified),
            Op::PowerCycle => (vec![], 0x9000, false),
            Op::Unblock => (vec![(0, limit)], 0x9000, false),
        }
    }
}

fn perform(target: &Target, card: &mut VirtualCard, op: Op, value: usize) -> u16 {
    let [held, other] = if value == 0 { [target.right, target.new] } else { [target.new, target.right] };
    match op {
        Op::Verify(right) => target.verify(card, if right { held } else { other }),
        Op::Query => target.query(card),
        Op::Change(good) => target.change(card, if good { other } else { b"abc" }),
        Op::Reset => {
            card.power(Power::Reset);
            target.select(card)
        }
        Op::PowerCycle => {
            power_cycle(card);
            target.select(card)
        }
        Op::Unblock => match card.reset_reference(target.pin, target.right) {
            Ok(()) => target.select(card),
            Err(_) => 0,
        },
    }
}

/// Two hundred commands and cuts agree with the model.
pub(super) fn beside_a_model(plan: &Plan, part: &mut Part) {
    let runs = plan.count(1_500, 12);
    let seeds: Vec<u64> = (0..runs).map(|run| plan.seed.wrapping_add(run)).collect();
    part.each(&seeds, || {
        |seed: &u64, part: &mut Part| {
            let mut dice = Dice::new(*seed);
            let Some(target) = TARGETS.get(dice.below(TARGETS.len())) else { return };
            let outcome = two_hundred(target, &mut dice, plan.planted);
            part.case(outcome.map_err(|told| format!("seed {seed}, {}: {told}", target.name)));
        }
    });
}

fn two_hundred(target: &Target, dice: &mut Dice, lying: bool) -> Result<(), String> {
    let memory = target.prepared(target.limit, 0);
    let mut model = Model { value: 0, left: target.limit, verified: false };
    let mut disk = Disk::over(memory.clone(), lying);
    let mut card = disk.open()?;
    target.select(&mut card);
    for _ in 0..200 {
        let right = dice.one_in(2);
        let op = match dice.below(13) {
            0..=3 => Op::Verify(right),
            4 | 5 => Op::Query,
            6..=8 => Op::Change(right),
            9 => Op::Reset,
            10 => Op::PowerCycle,
            _ => Op::Unblock,
        };
        let (writes, word, verified) = model.run(op, target.limit);
        let (k, how) =
            if dice.one_in(4) { (dice.below(3), dice.pick(&Cut::ALL)) } else { (usize::MAX, Cut::Before) };
        disk.cuts.plan(k, how);
        let got = perform(target, &mut card, op, model.value);
        let cut = k < writes.len();
        let durable = if cut { k + usize::from(how == Cut::After) } else { writes.len() };
        if let Some((value, left)) = writes.get(..durable).and_then(<[_]>::last) {
            (model.value, model.left) = (*value, *left);
        }
        if cut {
            ensure(got == 0, || format!("{op:?} cut at {k} {how:?} answers {got:04X}"))?;
            disk = Disk::over(memory.clone(), lying);
            card = disk.open()?;
            target.select(&mut card);
            model.verified = false;
        } else {
            ensure(got == word, || format!("{op:?} answers {got:04X} and not {word:04X}"))?;
            model.verified = verified;
        }
        let left = card.tries_left(target.pin);
        ensure(left == Some(model.left), || {
            format!("{op:?}: {left:?} tries, the model says {}", model.left)
        })?;
    }
    Ok(())
}
