//! Every failure at every exchange of every operation: a typed error, nothing left unlocked, no try lost.

use mynumber_applet::{ApplicationId, PinId};
use mynumber_driver::{Card, Error, ErrorKind, Fault};
use mynumber_transport::{CardSide as _, PowerEvent};
use mynumber_virtual_card::Quirks;
use testkit::host::{
    Failing, Failure, InsertedCard, NEW_PIN, OPERATIONS, Operation, PIN, four_digits, inserted, is_locked,
    tries_left,
};

/// One run with one failure.
struct Run {
    result: Result<(), Error>,
    exchanges: usize,
    card: mynumber_transport::InProcess<InsertedCard>,
}

fn run(operation: &Operation, at: usize, failure: Failure) -> Run {
    let mut transport = Failing::new(inserted(Quirks::default()).unwrap(), at, failure);
    let result = (operation.run)(&mut Card::new(&mut transport)).map(drop);
    let exchanges = transport.exchanges();
    Run { result, exchanges, card: transport.into_inner() }
}

/// Calls `check` for every failure at every exchange; the last argument says whether it was the log-out.
fn every_failure(operation: &Operation, mut check: impl FnMut(usize, Failure, Run, bool)) {
    let whole = run(operation, usize::MAX, Failure::ReplyLost);
    whole.result.expect("without a failure it goes well");
    for failure in Failure::ALL {
        for at in 0..whole.exchanges {
            check(at, failure, run(operation, at, failure), at + 1 == whole.exchanges);
        }
    }
}

fn pulled(failure: Failure) -> bool {
    matches!(failure, Failure::PulledBefore | Failure::PulledAfter)
}

#[test]
fn c1_a_card_pulled_at_any_exchange_of_any_operation_is_a_typed_error() {
    for operation in &OPERATIONS {
        every_failure(operation, |at, failure, run, _| {
            if pulled(failure) {
                let error = run.result.expect_err(operation.name);
                assert_eq!(error.fault(), Fault::Unreachable, "{} at {at}: {error}", operation.name);
            }
        });
    }
}

#[test]
fn c2_no_failure_leaves_anything_unlocked_or_costs_a_try() {
    let full = tries_left(inserted(Quirks::default()).unwrap().card());
    for operation in &OPERATIONS {
        every_failure(operation, |at, failure, mut run, last| {
            let place = format!("{} at {at}, {failure:?}: {:?}", operation.name, run.result);
            // A card that pretends to select an application has the PIN sent to another one's reference.
            let most = u8::from(failure == Failure::EmptySuccess);
            for ((pin, left), (_, full)) in tries_left(run.card.card()).iter().zip(&full) {
                let lost = full.zip(*left).map(|(full, left)| full - left);
                assert!(lost.is_some_and(|lost| lost <= most), "{pin:?} {lost:?}, {place}");
            }
            if pulled(failure) {
                run.card.card_mut().power(PowerEvent::On);
            }
            // A card that says it has logged out and has not cannot be found out.
            if !(last && failure == Failure::EmptySuccess) {
                assert!(is_locked(run.card.card_mut(), operation.last), "{place}");
            }
            if let Err(error) = &run.result {
                let text = format!("{error} {error:?}");
                assert!(!text.contains(PIN) && !text.contains(NEW_PIN), "{text}");
            }
        });
    }
}

#[test]
fn b11_a_wrong_pin_costs_one_try_at_most_whatever_fails() {
    let wrong = Operation {
        name: "wrong PIN",
        last: ApplicationId::InputAssist,
        run: |card| {
            let outcome = card.attributes(&four_digits("9999").unwrap()).map(|_| Vec::new());
            let again = card.attributes(&four_digits("9999").unwrap()).map(|_| Vec::new());
            if matches!(&again, Err(error) if *error.kind() == ErrorKind::RefusedBefore) {
                outcome
            } else {
                again
            }
        },
    };
    let whole = run(&wrong, usize::MAX, Failure::ReplyLost).exchanges;
    for failure in Failure::ALL {
        for at in 0..whole {
            let run = run(&wrong, at, failure);
            assert!(run.result.is_err());
            let left = run.card.card().0.tries_left(PinId::InputAssist).expect("it is there");
            assert!(left >= 2, "{failure:?} at {at}: {left}");
        }
    }
}

/// Whether the reference holds this value now.
fn holds(card: &mut InsertedCard, pin: PinId, value: &str) -> bool {
    let row = pin.row();
    let aid = row.application.row().aid.0;
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("short");
    let _ = card.respond(&[&[0x00, 0xA4, 0x04, 0x0C, length(aid)], aid].concat());
    let reference = 0x80 | row.ef.short().expect("every reference has one");
    let verify = [&[0x00, 0x20, 0x00, reference, length(value.as_bytes())], value.as_bytes()].concat();
    card.respond(&verify).expect("the card is there") == [0x90, 0x00]
}

#[test]
fn b12_after_any_failure_of_a_change_the_error_says_which_pin_stands() {
    let operation = OPERATIONS.iter().find(|operation| operation.name == "PIN change").expect("it is there");
    every_failure(operation, |at, failure, mut run, _| {
        if failure == Failure::EmptySuccess {
            return;
        }
        run.card.card_mut().power(PowerEvent::On);
        let card = run.card.card_mut();
        let (old, new) = (holds(card, PinId::InputAssist, PIN), holds(card, PinId::InputAssist, NEW_PIN));
        assert!(old != new);
        match run.result.as_ref().map_err(Error::kind) {
            Ok(()) | Err(ErrorKind::LogOut(_)) => assert!(new, "{failure:?} at {at}"),
            Err(ErrorKind::ChangeOutcomeUnknown { .. } | ErrorKind::ChangeFailed { .. }) => {}
            Err(kind) => assert!(old, "{failure:?} at {at}: {kind:?}"),
        }
    });
}

#[test]
fn b12_after_any_failure_of_the_juki_change_both_hold_one_value_or_the_error_says_so() {
    let operation =
        OPERATIONS.iter().find(|operation| operation.name == "juki PIN change").expect("it is there");
    every_failure(operation, |at, failure, mut run, _| {
        if failure == Failure::EmptySuccess {
            return;
        }
        run.card.card_mut().power(PowerEvent::On);
        let card = run.card.card_mut();
        let common = holds(card, PinId::Common, NEW_PIN);
        let juki = holds(card, PinId::Juki, NEW_PIN);
        let place = format!("{failure:?} at {at}: {:?}", run.result);
        match run.result.as_ref().map_err(Error::kind) {
            Ok(()) | Err(ErrorKind::LogOut(_)) => assert!(common && juki, "{place}"),
            Err(ErrorKind::HalfChanged { uncertain, .. }) => {
                assert!(common && (*uncertain || !juki), "{place}");
            }
            Err(ErrorKind::ChangeOutcomeUnknown { .. } | ErrorKind::ChangeFailed { .. }) => {
                assert!(!juki, "{place}");
            }
            Err(_) => assert!(!common && !juki, "{place}"),
        }
    });
}
