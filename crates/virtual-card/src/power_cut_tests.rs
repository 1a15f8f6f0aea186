//! What the card promises when its power fails (negative tests, section 2).

use mynumber_applet::PinId;
use proptest::prelude::*;

use crate::storage::{Cut, PowerCut};
use crate::test_card::{JPKI, bytes, card, reopen, send};
use crate::{MemoryStorage, Reference, Storage, VirtualCard};

const LIMIT: u8 = 5;
const RIGHT: &str = "002000 9B 06 414243313233";
const WRONG: &str = "002000 9B 06 414243313234";
const CHANGE: &str = "002401 9B 06 585958373737";
const NEW: &str = "002000 9B 06 585958373737";
const QUERY: &str = "002000 9B";
const READ: &str = "00B0810004";

fn send_spaced(card: &mut VirtualCard, hex: &str) -> String {
    send(card, &hex.replace(' ', ""))
}

/// What can be seen of a card after power came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    left: u8,
    erased: bool,
    /// Whether the old value, and the new one, is right.
    values: (bool, bool),
}

/// Looks at copies, so that looking costs nothing.
fn look(storage: &MemoryStorage) -> Seen {
    let copy = || MemoryStorage::holding(&storage.clone().read().unwrap());
    let mut card = reopen(copy());
    let left = card.tries_left(PinId::Signature).unwrap_or(0);
    if card.is_erased() {
        return Seen { left, erased: true, values: (false, false) };
    }
    assert_eq!(send(&mut card, JPKI), "9000");
    assert_eq!(send_spaced(&mut card, QUERY), format!("63C{left}"));
    assert_eq!(send(&mut card, READ), "6982", "nothing is verified when power comes");
    let right = |verify: &str| {
        let mut card = reopen(copy());
        card.reset_reference_tries();
        send(&mut card, JPKI);
        send_spaced(&mut card, verify) == "9000"
    };
    Seen { left, erased: false, values: (right(RIGHT), right(NEW)) }
}

impl VirtualCard {
    /// Gives every try back, so that a value can be looked at on a blocked card.
    fn reset_reference_tries(&mut self) {
        self.rewrite(|image| {
            for reference in image.references.values_mut() {
                reference.set_left(reference.limit());
            }
        })
        .unwrap();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    VerifyRight,
    VerifyWrong,
    Change,
    Unblock,
    Rewrite,
    Tamper,
}

impl Act {
    const ALL: [Self; 6] =
        [Self::VerifyRight, Self::VerifyWrong, Self::Change, Self::Unblock, Self::Rewrite, Self::Tamper];

    /// Brings the card to where the act can happen; the power does not fail yet.
    fn prepare(self, card: &mut VirtualCard) {
        assert_eq!(send(card, JPKI), "9000");
        if self == Self::Change {
            assert_eq!(send_spaced(card, RIGHT), "9000");
        }
    }

    /// The reply; for what is done by other means than commands, `9000` or `-`.
    fn run(self, card: &mut VirtualCard) -> String {
        let outcome = |ok: bool| if ok { "9000".to_owned() } else { "-".to_owned() };
        match self {
            Self::VerifyRight => send_spaced(card, RIGHT),
            Self::VerifyWrong => send_spaced(card, WRONG),
            Self::Change => send_spaced(card, CHANGE),
            Self::Unblock => outcome(card.reset_reference(PinId::Signature, b"XYX777").is_ok()),
            Self::Rewrite => outcome(
                card.rewrite(|image| {
                    let reference = Reference::new(b"XYX777", LIMIT).unwrap();
                    image.references.insert(PinId::Signature, reference);
                })
                .is_ok(),
            ),
            Self::Tamper => outcome(card.tamper().is_ok()),
        }
    }
}

/// A card of whose signature password this many tries are left.
fn prepared(left: u8) -> MemoryStorage {
    let memory = MemoryStorage::default();
    let mut card = card(memory.clone());
    send(&mut card, JPKI);
    for _ in left..LIMIT {
        send_spaced(&mut card, WRONG);
    }
    memory
}

/// Runs one act with the power failing at write `k`; `None` when the act has no such write.
fn cut(act: Act, left: u8, k: usize, how: Cut) -> Option<(Seen, String, Seen)> {
    let storage = PowerCut::over(prepared(left));
    let mut card = reopen(storage.clone());
    act.prepare(&mut card);
    let before = look(&storage.survivor());
    storage.plan(k, how);
    let reply = act.run(&mut card);
    if storage.writes() <= k {
        assert!(!storage.is_lost());
        return None;
    }
    assert_eq!(reply, "-", "{act:?}: a card without power answers nothing");
    assert_eq!(send_spaced(&mut card, QUERY), "-");
    Some((before, reply, look(&storage.survivor())))
}

/// The state after the act when the power does not fail.
fn uncut(act: Act, left: u8) -> (Seen, String, Seen, usize) {
    let storage = PowerCut::over(prepared(left));
    let mut card = reopen(storage.clone());
    act.prepare(&mut card);
    let before = look(&storage.survivor());
    storage.plan(usize::MAX, Cut::Before);
    let reply = act.run(&mut card);
    (before, reply, look(&storage.survivor()), storage.writes())
}

#[test]
fn h1_a_power_cut_at_any_write_leaves_the_card_before_after_or_one_try_poorer() {
    let mut cases = 0;
    for act in Act::ALL {
        for left in 1..=LIMIT {
            let (before, _, after, writes) = uncut(act, left);
            assert!(writes >= 1, "{act:?}");
            for (k, how) in (0..=writes).flat_map(|k| Cut::ALL.map(|how| (k, how))) {
                let Some((_, _, seen)) = cut(act, left, k, how) else {
                    assert_eq!(k, writes, "{act:?}");
                    continue;
                };
                let poorer = Seen { left: before.left - 1, ..before };
                assert!([before, after, poorer].contains(&seen), "{act:?} {left} {k} {how:?}: {seen:?}");
                if act == Act::VerifyWrong {
                    assert!(seen.left <= before.left);
                }
                cases += 1;
            }
        }
    }
    // One write each, VERIFY of the right value two.
    assert_eq!(cases, 5 * 4 * (5 + 2));
}

#[test]
fn h1_what_a_reply_tells_is_on_disk() {
    for left in 1..=LIMIT {
        let (_, reply, after, _) = uncut(Act::VerifyWrong, left);
        assert_eq!((reply, after.left), (format!("63C{}", left - 1), left - 1));
        let (_, reply, after, _) = uncut(Act::VerifyRight, left);
        assert_eq!((reply.as_str(), after.left), ("9000", LIMIT));
        let (_, reply, after, _) = uncut(Act::Change, left);
        assert_eq!((reply.as_str(), after.values, after.left), ("9000", (false, true), LIMIT));
        let (_, _, after, _) = uncut(Act::Tamper, left);
        assert!(after.erased);
    }
}

/// A try is spent before anything can be learned from it, so no schedule of cuts buys more guesses than the limit.
#[test]
fn h1_no_schedule_of_power_cuts_buys_a_guess() {
    // The attacker cuts the power in one of the four ways at the first write, or lets the command run.
    let choices = Cut::ALL.map(Some).into_iter().chain([None]).collect::<Vec<_>>();
    for schedule in 0..5usize.pow(4) {
        let memory = prepared(LIMIT);
        let mut evaluated = 0;
        let mut rest = schedule;
        for _ in 0..20 {
            let how = choices[rest % 5];
            rest = if rest == 0 { schedule } else { rest / 5 };
            let storage = PowerCut::over(memory.clone());
            let mut card = reopen(storage.clone());
            send(&mut card, JPKI);
            if let Some(how) = how {
                storage.plan(0, how);
            }
            let reply = send_spaced(&mut card, WRONG);
            // The comparison is reached only when the first write is done.
            evaluated += u8::from(reply.starts_with("63C") || how == Some(Cut::After) && reply == "-");
        }
        assert!(evaluated <= LIMIT, "schedule {schedule}: {evaluated} guesses");
    }
}

#[test]
fn a_wrong_value_costs_the_same_wherever_it_differs() {
    let guesses =
        ["002000 9B 06 424243313233", WRONG, "002000 9B 05 4142433132", "002000 9B 07 41424331323300"];
    for guess in guesses {
        let storage = PowerCut::over(prepared(LIMIT));
        let mut card = reopen(storage.clone());
        send(&mut card, JPKI);
        storage.plan(usize::MAX, Cut::Before);
        assert_eq!((send_spaced(&mut card, guess).as_str(), storage.writes()), ("63C4", 1), "{guess}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Verify(bool),
    Query,
    Change(bool),
    Read,
    Reset,
    PowerCycle,
    Unblock,
}

/// The card in twenty lines: what is durable, and what lasts until the power goes.
#[derive(Clone, Debug)]
struct Model {
    value: u8,
    left: u8,
    verified: bool,
}

impl Model {
    /// The writes of an operation, its reply, and whether it leaves the reference verified.
    fn run(&self, op: Op) -> (Vec<(u8, u8)>, String, bool) {
        let Self { value, left, verified } = *self;
        let other = 1 - value;
        match op {
            Op::Verify(_) if left == 0 => (vec![], "6984".into(), verified),
            Op::Verify(true) => (vec![(value, left - 1), (value, LIMIT)], "9000".into(), true),
            Op::Verify(false) => (vec![(value, left - 1)], format!("63C{}", left - 1), false),
            Op::Query => (vec![], format!("63C{left}"), verified),
            Op::Change(_) if !verified => (vec![], "6982".into(), verified),
            Op::Change(false) => (vec![], "6A80".into(), verified),
            Op::Change(true) => (vec![(other, LIMIT)], "9000".into(), verified),
            Op::Read if verified => (vec![], "000102039000".into(), verified),
            Op::Read => (vec![], "6982".into(), verified),
            Op::Reset => (vec![], "9000".into(), verified),
            Op::PowerCycle => (vec![], "9000".into(), false),
            Op::Unblock => (vec![(0, LIMIT)], "9000".into(), false),
        }
    }
}

const VALUES: [&str; 2] = ["414243313233", "585958373737"];

/// Does the same to the card; the reply in hex.
fn do_it(card: &mut VirtualCard, op: Op, value: u8) -> String {
    let of = |value: u8| VALUES[usize::from(value)];
    match op {
        Op::Verify(true) => send_spaced(card, &format!("002000 9B 06 {}", of(value))),
        Op::Verify(false) => send_spaced(card, &format!("002000 9B 06 {}", of(1 - value))),
        Op::Query => send_spaced(card, QUERY),
        Op::Change(true) => send_spaced(card, &format!("002401 9B 06 {}", of(1 - value))),
        Op::Change(false) => send_spaced(card, "002401 9B 06 616263313233"),
        Op::Read => send(card, READ),
        Op::Reset => {
            card.power(crate::Power::Reset);
            send(card, "00A4040C0AD392F000260100000001")
        }
        Op::PowerCycle => {
            card.power(crate::Power::Off);
            card.power(crate::Power::On);
            send(card, JPKI)
        }
        Op::Unblock => match card.reset_reference(PinId::Signature, &bytes(VALUES[0])) {
            Ok(()) => send(card, JPKI),
            Err(_) => "-".to_owned(),
        },
    }
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => any::<bool>().prop_map(Op::Verify),
        2 => Just(Op::Query),
        2 => any::<bool>().prop_map(Op::Change),
        2 => Just(Op::Read),
        1 => Just(Op::Reset),
        1 => Just(Op::PowerCycle),
        1 => Just(Op::Unblock),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn h1_two_hundred_commands_and_cuts_agree_with_the_model(
        steps in prop::collection::vec((op(), prop::option::weighted(0.25, (0usize..3, 0usize..4))), 200)
    ) {
        let memory = MemoryStorage::default();
        drop(card(memory.clone()));
        let mut model = Model { value: 0, left: LIMIT, verified: false };
        let mut storage = PowerCut::over(memory.clone());
        let mut card = reopen(storage.clone());
        send(&mut card, JPKI);
        for (op, cut) in steps {
            let (writes, reply, verified) = model.run(op);
            let (k, how) = cut.map_or((usize::MAX, Cut::Before), |(k, how)| (k, Cut::ALL[how]));
            storage.plan(k, how);
            let got = do_it(&mut card, op, model.value);
            let done = if k < writes.len() { k + usize::from(how == Cut::After) } else { writes.len() };
            if let Some((value, left)) = writes.get(..done).and_then(|writes| writes.last()) {
                (model.value, model.left) = (*value, *left);
            }
            if k < writes.len() {
                prop_assert_eq!(got, "-");
                storage = PowerCut::over(memory.clone());
                card = reopen(storage.clone());
                send(&mut card, JPKI);
                model.verified = false;
            } else {
                prop_assert_eq!(got, reply, "{:?}", op);
                model.verified = verified;
            }
            prop_assert_eq!(card.tries_left(PinId::Signature), Some(model.left));
        }
    }
}
