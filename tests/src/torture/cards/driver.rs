//! Every card of the catalogue of hostile cards against every operation of the driver, lying from each exchange on: a
//! typed error or the right result, soon; no try lost but the one that was presented; the card left locked; and the next
//! run works.

use std::time::{Duration, Instant};

use mynumber::{HostileSlot, OwnCertificate, testing};
use mynumber_apdu::{Command, Instruction};
use mynumber_applet::pin::reference;
use mynumber_driver::{Card, Error, ErrorKind, Input};
use mynumber_transport::{Disposition, Error as WireError, InProcess, Reply, Transport};
use mynumber_virtual_card::hostile::{CATALOGUE, Duty, EveryStatus, Kind, Ledger, Lie, Row};

use crate::host::{Gained, NEW_PIN, NUMBER_A, NUMBER_B, OPERATIONS, Operation, PIN, hostile};
use crate::torture::{Part, Plan, ensure};

/// No operation takes more commands, whatever the card says: a file of 32 KiB in the smallest pieces that are taken,
/// and what stands around it.
const MOST_COMMANDS: u64 = 1200;
/// No operation takes longer, on a busy machine either.
const LIMIT: Duration = Duration::from_secs(10);

/// A card that does not lie.
struct Honest;

impl Lie for Honest {}

/// One run of one operation.
struct Run {
    gained: Gained,
    ledger: Ledger,
    unlocked: bool,
    wire: InProcess<HostileSlot>,
}

/// A client that asks again when it does not like the answer to a VERIFY: the planted fault.
struct Insistent<'t> {
    wire: &'t mut InProcess<HostileSlot>,
    insists: bool,
}

impl Transport for Insistent<'_> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), WireError> {
        self.wire.transmit(command, reply)?;
        let presented = command.instruction() == Instruction::VERIFY && !command.data().is_empty();
        if self.insists && presented && !reply.bytes().ends_with(&[0x90, 0x00]) {
            return self.wire.transmit(command, reply);
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), WireError> {
        self.wire.begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), WireError> {
        self.wire.end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), WireError> {
        self.wire.reconnect()
    }

    fn atr(&self) -> &[u8] {
        self.wire.atr()
    }
}

fn run(operation: &Operation, lie: Box<dyn Lie>, from: u64, insists: bool) -> Run {
    let mut wire = hostile(lie).unwrap();
    wire.card().card().lie_from(from);
    let begun = Instant::now();
    let gained = (operation.run)(&mut Card::new(&mut Insistent { wire: &mut wire, insists }));
    assert!(begun.elapsed() < LIMIT, "{operation:?}: {:?}", begun.elapsed());
    let (ledger, unlocked) = {
        let card = wire.card().card();
        (card.ledger(), card.card().is_unlocked())
    };
    Run { gained, ledger, unlocked, wire }
}

fn honest(operation: &Operation) -> Run {
    let run = run(operation, Box::new(Honest), 0, false);
    assert!(run.gained.is_ok() && !run.unlocked, "{operation:?}: {:?}", run.gained);
    run
}

/// What no error may show.
fn no_secret(error: &Error, place: &str) {
    let text = format!("{error} {error:?}");
    for secret in [PIN, NEW_PIN, NUMBER_A, NUMBER_B] {
        assert!(!text.contains(secret), "{place}: {text}");
    }
}

/// What holds whatever the card says. `swallowed`: the card may say that it has logged out and has not.
fn invariants(run: &Run, honest: &Run, place: &str, swallowed: bool) {
    invariants_of(run, honest.ledger, place, swallowed);
}

fn invariants_of(run: &Run, honest: Ledger, place: &str, swallowed: bool) {
    assert!(run.ledger.commands <= MOST_COMMANDS, "{place}: {:?}", run.ledger);
    // What was changed first is put back where the second change fails: the new value is verified, the old one set.
    let back = if place.ends_with("juki PIN change") { 3 } else { 0 };
    assert!(run.ledger.presented <= honest.presented + back, "{place}: {:?}", run.ledger);
    assert!(swallowed || !run.unlocked, "{place}: left unlocked, {:?}", run.gained);
    if let Err(error) = &run.gained {
        no_secret(error, place);
    }
}

/// Whether a log-out can be swallowed: `9000` to SELECT from a card that did not hear of it. Nothing can be done about it.
fn swallows(row: &Row) -> bool {
    ["yes-to-everything"].contains(&row.name)
}

/// Whether the lie is written on the card, so that it is there in the next run too.
fn is_written(row: &Row) -> bool {
    matches!(row.id, "A14" | "A16" | "A17") || row.name == "keys-swapped"
}

/// The tries that may be lost: the juki PIN has two references, and each is presented once.
fn spends(row: &Row, operation: &Operation) -> u32 {
    row.duty.spends() * if operation.name == "juki PIN change" { 2 } else { 1 }
}

fn duty(row: &Row, operation: &Operation, run: &Run, honest: &Run, place: &str) {
    match (&run.gained, row.duty) {
        (Ok(gained), Duty::RightOrError | Duty::PresentOnce) => {
            // The counters are told as the card tells them, and a token that does not say what it is, is of no known kind.
            let told = operation.name == "counters" || gained.ends_with(b"token: None }");
            assert!(told || gained == honest.gained.as_ref().unwrap(), "{place}");
        }
        (Ok(_), Duty::SendNoPin) => assert_eq!(run.ledger.presented, 0, "{place}"),
        // The sample has one key for everything, and certificates that say nothing: see the test of these below.
        (Ok(_), Duty::NoSignature) if row.name.contains("swapped") => {}
        (Ok(gained), Duty::NoSignature) => {
            let signs = ["signature", "authentication"].contains(&operation.name);
            assert!(!signs || *gained == *honest.gained.as_ref().unwrap(), "{place}");
        }
        _ => {}
    }
    assert!(run.ledger.lost <= spends(row, operation), "{place}: {:?}", run.ledger);
    if row.duty == Duty::SendNoPin {
        assert_eq!(run.ledger.presented, 0, "{place}");
    }
}

/// Every card, lying from the first command on.
pub(super) fn from_the_first_command(plan: &Plan, part: &mut Part) {
    let rows: Vec<&Row> = CATALOGUE.into_iter().flatten().collect();
    let mut caught = vec![0_u32; rows.len()];
    for operation in &OPERATIONS {
        let honest = honest(operation);
        for (row, caught) in rows.iter().zip(&mut caught) {
            let place = format!("{row:?}, {operation:?}");
            part.guarded(&place, || {
                *caught += u32::from(one_card(operation, row, &honest, &place, plan.planted));
                Ok(())
            });
        }
    }
    for (row, caught) in rows.iter().zip(caught) {
        // What the driver must notice, it has noticed somewhere.
        let must = matches!(row.duty, Duty::Refuse | Duty::SendNoPin | Duty::NoSignature);
        let elsewhere = row.name == "name-not-utf8" || row.name.contains("swapped");
        part.case(ensure(!must || elsewhere || caught > 0, || format!("{row:?} was never noticed")));
    }
}

/// Whether the operation noticed.
fn one_card(operation: &Operation, row: &Row, honest: &Run, place: &str, insists: bool) -> bool {
    let mut run = run(operation, row.lie(), 0, insists);
    invariants(&run, honest, place, swallows(row));
    duty(row, operation, &run, honest, place);
    run.wire.card_mut().card().stop_lying();
    let again = (operation.run)(&mut Card::new(&mut run.wire));
    let changed = operation.name.ends_with("change");
    assert!(is_written(row) || changed || again.is_ok(), "{place}, then honest: {again:?}");
    run.gained.is_err()
}

/// Every card, lying from each later command on.
pub(super) fn from_any_command(plan: &Plan, part: &mut Part) {
    let every = if plan.small { 9 } else { 1 };
    let mut cases = Vec::new();
    let honest: Vec<Run> = OPERATIONS.iter().map(honest).collect();
    for (index, honest) in honest.iter().enumerate() {
        let rows = CATALOGUE.into_iter().flatten().filter(|row| !is_written(row) && row.id != "A18");
        cases.extend(rows.flat_map(|row| (1..honest.ledger.commands).map(move |from| (index, row, from))));
    }
    let cases: Vec<_> = cases.into_iter().step_by(every).collect();
    let presented: Vec<Ledger> = honest.iter().map(|run| run.ledger).collect();
    part.each(&cases, || {
        |(index, row, from): &(usize, &Row, u64), part: &mut Part| {
            let operation = &OPERATIONS[*index];
            let place = format!("{row:?} from {from}, {operation:?}");
            part.guarded(&place, || {
                let run = run(operation, row.lie(), *from, plan.planted);
                // From the log-out on, a lie about selecting cannot be found out.
                invariants_of(&run, presented[*index], &place, swallows(row));
                assert!(run.ledger.lost <= spends(row, operation), "{place}: {:?}", run.ledger);
                Ok(())
            });
        }
    });
}

/// Keys and certificates that changed places sign nothing.
pub(super) fn swapped() {
    let secrets = testing::secrets();
    let hash = mynumber::crypto::digest::sha256(&[b"I agree."]);
    for row in CATALOGUE.into_iter().flatten().filter(|row| row.name.contains("swapped")) {
        let slot = testing::hostile("taro", row.lie());
        let mut card = Card::new(InProcess::new(slot.clone()));
        let input = Input::sha256(&hash);
        let signature = card.sign::<reference::Signature>(&secrets.signature, &input, &OwnCertificate);
        let pin = &secrets.user_authentication;
        let other = card.sign::<reference::UserAuthentication>(pin, &input, &OwnCertificate);
        for error in [signature.unwrap_err(), other.unwrap_err()] {
            assert!(matches!(error.kind(), ErrorKind::SignatureCheck(_)), "{row:?}: {error}");
        }
        assert_eq!(slot.card().ledger().lost, 0, "{row:?}");
        assert!(!slot.card().card().is_unlocked(), "{row:?}");
    }
}

fn sweep(kind: Kind, name: &str) {
    let operation = OPERATIONS.iter().find(|operation| operation.name == name).unwrap();
    let honest = honest(operation);
    let mut wire = hostile(Box::new(EveryStatus::new(Some(kind), 0))).unwrap();
    let mut before = wire.card().card().ledger();
    // Every run meets one word at least.
    for _ in 0..=u16::MAX {
        let gained = (operation.run)(&mut Card::new(&mut wire));
        let now = wire.card().card().ledger();
        assert!(now.commands - before.commands <= 20, "{name}: {gained:?}");
        assert!(now.presented - before.presented <= honest.ledger.presented, "{name}: {gained:?}");
        assert_eq!(now.lost, 0, "{name}: {gained:?}");
        if let Ok(gained) = &gained {
            assert_eq!(gained, honest.gained.as_ref().unwrap(), "{name}");
        }
        let locked = !wire.card().card().card().is_unlocked();
        assert!(locked || kind == Kind::Select, "{name}: {gained:?}");
        before = now;
    }
    assert!(before.commands >= 65_536);
}

/// No status word to any kind of command does harm.
pub(super) fn every_status_word() {
    sweep(Kind::Select, "free certificate");
    sweep(Kind::AskTries, "attributes");
    sweep(Kind::Verify, "attributes");
    sweep(Kind::Read, "free certificate");
    sweep(Kind::Sign, "internal authenticate");
}
