use mynumber_applet::pin::SignaturePassword;
use mynumber_transport::Error as TransportError;

use super::*;
use crate::error::Fault;
use crate::testing::{COMMON, INPUT_ASSIST, JPKI, JUKI, LOG_OUT, Script};

fn pin(digits: &str) -> FourDigitPin {
    FourDigitPin::parse(digits).unwrap()
}

const VERIFY_INPUT_ASSIST: [(&str, &str); 4] =
    [INPUT_ASSIST, ("00200091", "63C3"), ("00200091 04 31323334", "9000"), ("00A4020C 02 0011", "9000")];
const CHANGE: &str = "00240180 04 35363738";

fn change(script: Script) -> (Result<(), Error>, Script) {
    let mut card = Card::new(script);
    let result = card.change_pin::<reference::InputAssist>(&pin("1234"), &pin("5678"));
    (result, card.into_transport())
}

#[test]
fn a_pin_is_changed_in_six_exchanges_and_the_card_is_left_locked() {
    let (result, script) = change(Script::new(&VERIFY_INPUT_ASSIST).and(&[(CHANGE, "9000"), LOG_OUT]));
    result.unwrap();
    assert_eq!(script.commands().len(), 6);
    let script = Script::new(&[
        JPKI,
        ("0020009B", "63C5"),
        ("0020009B 06 414243313233", "9000"),
        ("00A4020C 02 001B", "9000"),
        ("00240180 07 58595A37383930", "9000"),
        LOG_OUT,
    ]);
    let (old, new) =
        (SignaturePassword::parse("ABC123").unwrap(), SignaturePassword::parse("xyz7890").unwrap());
    Card::new(script).change_pin::<reference::Signature>(&old, &new).unwrap();
}

#[test]
fn b12_the_same_pin_again_is_refused_before_anything_is_sent() {
    let mut card = Card::new(Script::default());
    let error = card.change_pin::<reference::InputAssist>(&pin("1234"), &pin("1234")).unwrap_err();
    assert_eq!((error.kind(), error.fault()), (&ErrorKind::SameSecret, Fault::Caller));
    assert!(card.change_juki_pin(&pin("1234"), &pin("1234")).is_err());
    assert!(card.finish_juki_change(PinId::Juki, &pin("1234"), &pin("1234")).is_err());
    assert!(card.into_transport().log.is_empty());
}

#[test]
fn b12_a_card_that_refuses_the_new_pin_is_left_locked_in_every_branch() {
    for word in ["6A80", "6700", "6985", "6300", "63C2"] {
        let (result, script) = change(Script::new(&VERIFY_INPUT_ASSIST).and(&[(CHANGE, word), LOG_OUT]));
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NewSecretRefused { .. }), "{word}");
        assert!(script.is_done());
    }
    let (result, script) = change(Script::new(&VERIFY_INPUT_ASSIST).and(&[(CHANGE, "6982"), LOG_OUT]));
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert!(script.is_done());
    let (result, script) = change(Script::new(&VERIFY_INPUT_ASSIST).and(&[(CHANGE, "6581"), LOG_OUT]));
    assert!(matches!(result.unwrap_err().kind(), ErrorKind::ChangeFailed { .. }));
    assert!(script.is_done());
}

#[test]
fn b12_a_lost_answer_to_the_change_is_not_repeated() {
    let script =
        Script::new(&VERIFY_INPUT_ASSIST).fault(CHANGE, TransportError::Transmission).and(&[LOG_OUT]);
    let (result, script) = change(script);
    assert!(matches!(result.unwrap_err().kind(), ErrorKind::ChangeOutcomeUnknown { .. }));
    assert!(script.is_done());
}

#[test]
fn a_wrong_old_pin_changes_nothing_and_is_told_with_the_tries_left() {
    let script = Script::new(&VERIFY_INPUT_ASSIST[..2]).and(&[("00200091 04 31323334", "63C2"), LOG_OUT]);
    let (result, script) = change(script);
    assert_eq!(result.unwrap_err().tries_left(), Some(2));
    assert!(script.is_done());
}

#[test]
fn a_refusal_before_the_change_says_nothing_after_it() {
    // 5678 is refused, then becomes the PIN: it may be sent.
    let script =
        Script::new(&[INPUT_ASSIST, ("00200091", "63C3"), ("00200091 04 35363738", "63C2"), LOG_OUT])
            .and(&VERIFY_INPUT_ASSIST)
            .and(&[(CHANGE, "9000"), LOG_OUT])
            .and(&[INPUT_ASSIST, ("00200091", "63C3"), ("00200091 04 35363738", "9000"), LOG_OUT]);
    let mut card = Card::new(script);
    assert!(card.unlock::<reference::InputAssist>(&pin("5678")).is_err());
    card.change_pin::<reference::InputAssist>(&pin("1234"), &pin("5678")).unwrap();
    card.unlock::<reference::InputAssist>(&pin("5678")).unwrap().close().unwrap();
    assert!(card.into_transport().is_done());
}

const QUERY: (&str, &str) = ("0020009C", "63C3");
const OLD: (&str, &str) = ("0020009C 04 31323334", "9000");
const NEW: (&str, &str) = ("0020009C 04 35363738", "9000");
const SELECT_PIN: (&str, &str) = ("00A4020C 02 001C", "9000");
const TO_NEW: (&str, &str) = ("80320080 04 35363738", "9000");
const TO_OLD: (&str, &str) = ("80320080 04 31323334", "9000");
/// Both hold the old value, and the common one was changed.
const FIRST_HALF: [(&str, &str); 8] = [JUKI, QUERY, OLD, COMMON, QUERY, OLD, SELECT_PIN, TO_NEW];
const PUT_BACK: [(&str, &str); 6] = [COMMON, QUERY, NEW, SELECT_PIN, TO_OLD, LOG_OUT];

fn change_juki(script: Script) -> (Result<(), Error>, Script) {
    let mut card = Card::new(script);
    let result = card.change_juki_pin(&pin("1234"), &pin("5678"));
    (result, card.into_transport())
}

#[test]
fn the_juki_pin_is_changed_in_both_applications() {
    let script = Script::new(&FIRST_HALF).and(&[JUKI, QUERY, OLD, SELECT_PIN, TO_NEW, LOG_OUT]);
    let (result, script) = change_juki(script);
    result.unwrap();
    assert!(script.is_done());
}

#[test]
fn references_that_differ_are_found_before_either_is_changed() {
    let script = Script::new(&[JUKI, QUERY, ("0020009C 04 31323334", "63C2"), LOG_OUT]);
    let (result, script) = change_juki(script);
    assert!(result.unwrap_err().object() == Object::Pin(PinId::Juki) && script.is_done());
    let script = Script::new(&[JUKI, QUERY, OLD, COMMON, QUERY, ("0020009C 04 31323334", "63C2"), LOG_OUT]);
    let (result, script) = change_juki(script);
    assert!(result.unwrap_err().object() == Object::Pin(PinId::Common) && script.is_done());
}

#[test]
fn a_half_done_change_is_put_back() {
    let script = Script::new(&FIRST_HALF)
        .and(&[JUKI, QUERY, OLD, SELECT_PIN, ("80320080 04 35363738", "6A80")])
        .and(&PUT_BACK);
    let (result, script) = change_juki(script);
    assert!(matches!(result.unwrap_err().kind(), ErrorKind::NewSecretRefused { .. }));
    assert!(script.is_done());
    // The second was not reached: the card is connected anew and the first put back.
    let script =
        Script::new(&FIRST_HALF).fault(JUKI.0, TransportError::CardReset).and(&[LOG_OUT]).and(&PUT_BACK);
    let (result, script) = change_juki(script);
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::Transport(TransportError::CardReset));
    assert!(script.is_done());
}

#[test]
fn a_half_done_change_that_cannot_be_put_back_says_which_holds_what_and_can_be_finished() {
    let mut script = Script::new(&FIRST_HALF)
        .fault(JUKI.0, TransportError::CardRemoved)
        .fault(LOG_OUT.0, TransportError::CardRemoved);
    script.reconnect_fault = Some(TransportError::NoCard);
    let (result, _) = change_juki(script);
    let error = result.unwrap_err();
    assert!(is_half(&error, false) && error.fault() == Fault::Unreachable, "{error}");
    let script = Script::new(&[JUKI, QUERY, OLD, SELECT_PIN, TO_NEW, LOG_OUT]);
    Card::new(script).finish_juki_change(PinId::Juki, &pin("1234"), &pin("5678")).unwrap();
    let error = Card::new(Script::default()).finish_juki_change(PinId::Signature, &pin("1234"), &pin("5678"));
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Misuse(_)));
}

#[test]
fn b3_finishing_a_half_done_change_keeps_the_last_try_unless_asked_to_spend_it() {
    const ONE_LEFT: (&str, &str) = (QUERY.0, "63C1");
    let (old, new) = (pin("1234"), pin("5678"));
    let error =
        Card::new(Script::new(&[JUKI, ONE_LEFT])).finish_juki_change(PinId::Juki, &old, &new).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::LastTry);
    let script = Script::new(&[JUKI, ONE_LEFT, OLD, SELECT_PIN, TO_NEW, LOG_OUT]);
    let mut card = Card::new(script);
    card.finish_juki_change_spending_the_last_try(PinId::Juki, &old, &new).unwrap();
    assert!(card.into_transport().is_done());
}

#[test]
fn b3_a_change_keeps_the_last_try_unless_asked_to_spend_it() {
    const ONE_LEFT: (&str, &str) = (QUERY.0, "63C1");
    const ONE_LEFT_OF_INPUT_ASSIST: (&str, &str) = ("00200091", "63C1");
    let (old, new) = (pin("1234"), pin("5678"));
    let (result, script) = change(Script::new(&[INPUT_ASSIST, ONE_LEFT_OF_INPUT_ASSIST]));
    assert!(*result.unwrap_err().kind() == ErrorKind::LastTry && script.is_done());
    let script = Script::new(&[INPUT_ASSIST, ONE_LEFT_OF_INPUT_ASSIST])
        .and(&VERIFY_INPUT_ASSIST[2..])
        .and(&[(CHANGE, "9000"), LOG_OUT]);
    let mut card = Card::new(script);
    card.change_pin_spending_the_last_try::<reference::InputAssist>(&old, &new).unwrap();
    assert!(card.into_transport().is_done());
    let (result, script) = change_juki(Script::new(&[JUKI, ONE_LEFT]));
    assert!(*result.unwrap_err().kind() == ErrorKind::LastTry && script.is_done());
    let script = Script::new(&[JUKI, ONE_LEFT, OLD, COMMON, ONE_LEFT, OLD, SELECT_PIN, TO_NEW])
        .and(&[JUKI, QUERY, OLD, SELECT_PIN, TO_NEW, LOG_OUT]);
    let mut card = Card::new(script);
    card.change_juki_pin_spending_the_last_try(&old, &new).unwrap();
    assert!(card.into_transport().is_done());
}

#[test]
fn a_change_that_was_not_sent_is_told_as_such() {
    let script = Script::new(&VERIFY_INPUT_ASSIST).fault(CHANGE, TransportError::CardReset).and(&[LOG_OUT]);
    let (result, script) = change(script);
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::Transport(TransportError::CardReset));
    assert!(script.is_done());
}

/// 5678 was refused; a change to it may have been made, or was refused for certain.
#[test]
fn b4_a_refused_value_may_be_sent_again_only_when_it_may_have_become_the_pin() {
    const NEW_ONE: &str = "00200091 04 35363738";
    let begun = || {
        Script::new(&[INPUT_ASSIST, ("00200091", "63C3"), (NEW_ONE, "63C2"), LOG_OUT])
            .and(&VERIFY_INPUT_ASSIST)
    };
    let again = [INPUT_ASSIST, ("00200091", "63C3"), (NEW_ONE, "9000"), LOG_OUT];
    for (script, sent) in [
        (begun().fault(CHANGE, TransportError::Transmission).and(&[LOG_OUT]).and(&again), true),
        (begun().and(&[(CHANGE, "6581"), LOG_OUT]).and(&again), true),
        (begun().and(&[(CHANGE, "6A80"), LOG_OUT]), false),
    ] {
        let mut card = Card::new(script);
        card.unlock::<reference::InputAssist>(&pin("5678")).unwrap_err();
        card.change_pin::<reference::InputAssist>(&pin("1234"), &pin("5678")).unwrap_err();
        match card.unlock::<reference::InputAssist>(&pin("5678")) {
            Ok(unlocked) => unlocked.close().unwrap(),
            Err(error) => assert!(!sent && *error.kind() == ErrorKind::RefusedBefore, "{error}"),
        }
        assert!(card.into_transport().is_done());
    }
}

#[test]
fn a_lost_answer_to_the_second_change_is_told_as_uncertain_and_nothing_is_guessed() {
    let script = Script::new(&FIRST_HALF)
        .and(&[JUKI, QUERY, OLD, SELECT_PIN])
        .fault(TO_NEW.0, TransportError::Transmission)
        .and(&[LOG_OUT]);
    let (result, script) = change_juki(script);
    assert!(is_half(&result.unwrap_err(), true));
    assert!(script.is_done());
}

fn is_half(error: &Error, expected: bool) -> bool {
    matches!(
        error.kind(),
        ErrorKind::HalfChanged { new: PinId::Common, lagging: PinId::Juki, uncertain, .. } if *uncertain == expected
    )
}
