//! Every failure at every exchange of every operation: a typed error, nothing left unlocked, no try lost.

use mynumber_applet::ApplicationId::{self, CardFace, Common, InputAssist, Jpki, Juki};
use mynumber_applet::pin::{BirthDatePin, VerificationNumberB, reference};
use mynumber_applet::{DataObjectId, PinId};
use mynumber_driver::{Card, ChipKey, Error, ErrorKind, Fault, Input, file};
use mynumber_transport::{CardSide as _, PowerEvent};
use mynumber_virtual_card::Quirks;
use testkit::host::{
    BIRTH_DATE, Failing, Failure, InsertedCard, KnownKey, NUMBER_B, PIN, four_digits, inserted, is_locked,
    signature_password, tries_left,
};
use testkit::virtual_card::rng;

/// An operation, and the application it uses last.
type Operation = (&'static str, ApplicationId, fn(&mut Card<Failing>) -> Result<(), Error>);

const OPERATIONS: [Operation; 18] = [
    ("identify", Common, |card| card.identify().map(drop)),
    ("counters", Common, |card| card.counters().map(drop)),
    ("free certificate", Jpki, |card| card.user_authentication_certificate().map(drop)),
    ("attributes", InputAssist, |card| card.attributes(&four_digits(PIN).unwrap()).map(drop)),
    ("number", InputAssist, |card| card.number(&four_digits(PIN).unwrap()).map(drop)),
    ("number, enciphered", InputAssist, |card| {
        card.number_secured(&four_digits(PIN).unwrap(), &mut rng()).map(drop)
    }),
    ("verification number, enciphered", InputAssist, |card| {
        let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng())?;
        secured.read::<file::Attributes>()?;
        let number = VerificationNumberB::parse(NUMBER_B).unwrap();
        secured.verify::<reference::InputAssistNumberB>(&number)?;
        secured.close()
    }),
    ("signature certificate", Jpki, |card| {
        card.signature_certificate(&signature_password().unwrap()).map(drop)
    }),
    ("signature", Jpki, |card| {
        let input = Input::sha256(&[1; 32]);
        card.sign::<reference::Signature>(&signature_password().unwrap(), &input, &KnownKey).map(drop)
    }),
    ("authentication", Jpki, |card| {
        let input = Input::hashed_by_card_pss(b"challenge").unwrap();
        card.sign::<reference::UserAuthentication>(&four_digits(PIN).unwrap(), &input, &KnownKey).map(drop)
    }),
    ("card face", CardFace, |card| card.card_face(&four_digits(PIN).unwrap()).map(drop)),
    ("card face by print", CardFace, |card| {
        card.card_face_by_print(&VerificationNumberB::parse(NUMBER_B).unwrap()).map(drop)
    }),
    ("age record", CardFace, |card| card.age_record(&BirthDatePin::parse(BIRTH_DATE).unwrap()).map(drop)),
    ("chip", CardFace, |card| card.prove_chip(ChipKey::CardFace, &[1; 32]).map(drop)),
    ("internal authenticate", Common, |card| card.internal_authenticate(b"challenge").map(drop)),
    ("data object", Common, |card| card.data_object(DataObjectId::IntermediateCertificate).map(drop)),
    ("PIN change", InputAssist, |card| {
        card.change_pin::<reference::InputAssist>(&four_digits(PIN).unwrap(), &four_digits("5678").unwrap())
    }),
    ("juki PIN change", Juki, |card| {
        card.change_juki_pin(&four_digits(PIN).unwrap(), &four_digits("5678").unwrap())
    }),
];

/// One run with one failure.
struct Run {
    result: Result<(), Error>,
    exchanges: usize,
    card: mynumber_transport::InProcess<InsertedCard>,
}

fn run(operation: &Operation, at: usize, failure: Failure) -> Run {
    let mut card = Card::new(Failing::new(inserted(Quirks::default()).unwrap(), at, failure));
    let result = operation.2(&mut card);
    let transport = card.into_transport();
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
                let error = run.result.expect_err(operation.0);
                assert_eq!(error.fault(), Fault::Unreachable, "{} at {at}: {error}", operation.0);
            }
        });
    }
}

#[test]
fn c2_no_failure_leaves_anything_unlocked_or_costs_a_try() {
    let full = tries_left(inserted(Quirks::default()).unwrap().card());
    for operation in &OPERATIONS {
        every_failure(operation, |at, failure, mut run, last| {
            let place = format!("{} at {at}, {failure:?}: {:?}", operation.0, run.result);
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
                assert!(is_locked(run.card.card_mut(), operation.1), "{place}");
            }
            if let Err(error) = &run.result {
                let text = format!("{error} {error:?}");
                assert!(!text.contains(PIN) && !text.contains("5678"), "{text}");
            }
        });
    }
}

#[test]
fn b11_a_wrong_pin_costs_one_try_at_most_whatever_fails() {
    let wrong: Operation = ("wrong PIN", InputAssist, |card| {
        let outcome = card.attributes(&four_digits("9999").unwrap()).map(drop);
        let again = card.attributes(&four_digits("9999").unwrap()).map(drop);
        if matches!(&again, Err(error) if *error.kind() == ErrorKind::RefusedBefore) {
            outcome
        } else {
            again
        }
    });
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
    let operation = OPERATIONS.iter().find(|operation| operation.0 == "PIN change").expect("it is there");
    every_failure(operation, |at, failure, mut run, _| {
        if failure == Failure::EmptySuccess {
            return;
        }
        run.card.card_mut().power(PowerEvent::On);
        let card = run.card.card_mut();
        let (old, new) = (holds(card, PinId::InputAssist, PIN), holds(card, PinId::InputAssist, "5678"));
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
        OPERATIONS.iter().find(|operation| operation.0 == "juki PIN change").expect("it is there");
    every_failure(operation, |at, failure, mut run, _| {
        if failure == Failure::EmptySuccess {
            return;
        }
        run.card.card_mut().power(PowerEvent::On);
        let card = run.card.card_mut();
        let common = holds(card, PinId::Common, "5678");
        let juki = holds(card, PinId::Juki, "5678");
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
