//! Every card of the catalogue of hostile cards against every operation of the driver, lying from each exchange on: a
//! typed error or the right result, soon; no try lost but the one that was presented; the card left locked; and the next
//! run works.

use std::time::{Duration, Instant};

use mynumber::{HostileSlot, OwnCertificate, testing};
use mynumber_applet::pin::reference;
use mynumber_driver::{Card, Error, ErrorKind, Input};
use mynumber_transport::InProcess;
use mynumber_virtual_card::hostile::{CATALOGUE, Duty, EveryStatus, Kind, Ledger, Lie, Row};
use testkit::host::{Gained, NEW_PIN, NUMBER_A, NUMBER_B, OPERATIONS, Operation, PIN, hostile};

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

fn run(operation: &Operation, lie: Box<dyn Lie>, from: u64) -> Run {
    let mut wire = hostile(lie).unwrap();
    wire.card().card().lie_from(from);
    let begun = Instant::now();
    let gained = (operation.run)(&mut Card::new(&mut wire));
    assert!(begun.elapsed() < LIMIT, "{operation:?}: {:?}", begun.elapsed());
    let (ledger, unlocked) = {
        let card = wire.card().card();
        (card.ledger(), card.card().is_unlocked())
    };
    Run { gained, ledger, unlocked, wire }
}

fn honest(operation: &Operation) -> Run {
    let run = run(operation, Box::new(Honest), 0);
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
    assert!(run.ledger.commands <= MOST_COMMANDS, "{place}: {:?}", run.ledger);
    // What was changed first is put back where the second change fails: the new value is verified, the old one set.
    let back = if place.ends_with("juki PIN change") { 3 } else { 0 };
    assert!(run.ledger.presented <= honest.ledger.presented + back, "{place}: {:?}", run.ledger);
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

#[test]
fn a1_to_a18_no_hostile_card_harms_any_operation() {
    let rows: Vec<&Row> = CATALOGUE.into_iter().flatten().collect();
    let mut caught = vec![0_u32; rows.len()];
    for operation in &OPERATIONS {
        let honest = honest(operation);
        for (row, caught) in rows.iter().zip(&mut caught) {
            let place = format!("{row:?}, {operation:?}");
            let mut run = run(operation, row.lie(), 0);
            invariants(&run, &honest, &place, swallows(row));
            duty(row, operation, &run, &honest, &place);
            *caught += u32::from(run.gained.is_err());
            run.wire.card_mut().card().stop_lying();
            let again = (operation.run)(&mut Card::new(&mut run.wire));
            let changed = operation.name.ends_with("change");
            assert!(is_written(row) || changed || again.is_ok(), "{place}, then honest: {again:?}");
        }
    }
    for (row, caught) in rows.iter().zip(caught) {
        // What the driver must notice, it has noticed somewhere.
        let must = matches!(row.duty, Duty::Refuse | Duty::SendNoPin | Duty::NoSignature);
        let elsewhere = row.name == "name-not-utf8" || row.name.contains("swapped");
        assert!(!must || elsewhere || caught > 0, "{row:?} was never noticed");
    }
}

#[test]
fn a1_to_a18_a_lie_may_begin_at_any_exchange() {
    let mut runs = 0_u32;
    for operation in &OPERATIONS {
        let honest = honest(operation);
        for row in CATALOGUE.into_iter().flatten().filter(|row| !is_written(row) && row.id != "A18") {
            for from in 1..honest.ledger.commands {
                let place = format!("{row:?} from {from}, {operation:?}");
                let run = run(operation, row.lie(), from);
                // From the log-out on, a lie about selecting cannot be found out.
                invariants(&run, &honest, &place, swallows(row));
                assert!(run.ledger.lost <= spends(row, operation), "{place}: {:?}", run.ledger);
                runs += 1;
            }
        }
    }
    println!("{runs} runs");
    assert!(runs > 5000, "{runs}");
}

#[test]
fn a15_a16_keys_and_certificates_that_changed_places_sign_nothing() {
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

#[test]
fn a10_no_status_word_to_any_kind_of_command_does_harm() {
    sweep(Kind::Select, "free certificate");
    sweep(Kind::AskTries, "attributes");
    sweep(Kind::Verify, "attributes");
    sweep(Kind::Read, "free certificate");
    sweep(Kind::Sign, "internal authenticate");
}
