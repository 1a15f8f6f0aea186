use mynumber_applet::pin::{FourDigitPin, VerificationNumberA, reference};
use mynumber_transport::Error as TransportError;

use super::*;
use crate::card::Card;
use crate::error::Fault;
use crate::file;
use crate::testing::{INPUT_ASSIST, LOG_OUT, Script, ok};

const QUERY: &str = "00200091";
const VERIFY: &str = "00200091 04 31323334";

fn pin() -> FourDigitPin {
    FourDigitPin::parse("1234").unwrap()
}

/// Unlocks with the input-assist PIN and closes; the error, and the transport.
fn unlock(script: Script) -> (Result<(), Error>, Script) {
    let mut card = Card::new(script);
    let result = card.unlock::<reference::InputAssist>(&pin()).and_then(crate::Unlocked::close);
    (result, card.into_transport())
}

fn refused_without_verify(answer: &str) -> ErrorKind {
    let (result, script) = unlock(Script::new(&[INPUT_ASSIST, (QUERY, answer)]));
    assert!(script.is_done() && script.log.last().unwrap() == "end:Leave");
    result.unwrap_err().kind().clone()
}

#[test]
fn b3_one_try_left_is_not_spent() {
    assert_eq!(refused_without_verify("63C1"), ErrorKind::LastTry);
}

#[test]
fn b3_the_last_try_is_spent_by_the_call_that_says_so() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C1"), (VERIFY, "9000"), LOG_OUT]);
    let mut card = Card::new(script);
    card.unlock_spending_the_last_try::<reference::InputAssist>(&pin()).unwrap().close().unwrap();
    assert!(card.into_transport().is_done());
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C1"), (VERIFY, "63C0"), LOG_OUT]);
    let mut card = Card::new(script);
    let error = card.unlock_spending_the_last_try::<reference::InputAssist>(&pin()).unwrap_err();
    assert_eq!((error.kind(), error.tries_left()), (&ErrorKind::Blocked, Some(0)));
}

#[test]
fn b4_a_blocked_pin_is_not_sent() {
    for answer in ["63C0", "6983", "6984"] {
        assert_eq!(refused_without_verify(answer), ErrorKind::Blocked, "{answer}");
    }
    let mut card = Card::new(Script::new(&[INPUT_ASSIST, (QUERY, "63C0")]));
    let error = card.unlock_spending_the_last_try::<reference::InputAssist>(&pin()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Blocked);
}

#[test]
fn a13_what_is_not_a_my_number_card_gets_no_pin() {
    // A counter above the published one, and answers that no VERIFY has.
    for answer in ["63CF", "63C4", "6D00", "6700", "6E00", "6F00", "6982", "6200", "0000", "FFFF"] {
        let kind = refused_without_verify(answer);
        assert!(matches!(kind, ErrorKind::NotThisCard { .. }), "{answer}: {kind:?}");
    }
    assert_eq!(refused_without_verify("6A88"), ErrorKind::ObjectAbsent);
    let (result, script) = unlock(Script::new(&[(INPUT_ASSIST.0, "6A82")]));
    assert_eq!((result.unwrap_err().fault(), script.commands().len()), (Fault::Unsupported, 1));
}

#[test]
fn a12_an_unknown_count_needs_the_loud_call() {
    assert_eq!(
        refused_without_verify("6300"),
        ErrorKind::TriesUnknown { status: StatusWord::VERIFICATION_FAILED }
    );
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "6300"), (VERIFY, "9000"), LOG_OUT]);
    let mut card = Card::new(script);
    card.unlock_spending_the_last_try::<reference::InputAssist>(&pin()).unwrap().close().unwrap();
}

#[test]
fn a_card_left_verified_by_another_program_is_logged_out_and_asked_again() {
    let script = Script::new(&[
        INPUT_ASSIST,
        (QUERY, "9000"),
        LOG_OUT,
        INPUT_ASSIST,
        (QUERY, "63C3"),
        (VERIFY, "9000"),
        LOG_OUT,
    ]);
    let (result, script) = unlock(script);
    assert!(result.is_ok() && script.is_done());
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "9000"), LOG_OUT, INPUT_ASSIST, (QUERY, "9000")]);
    let (result, _) = unlock(script);
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::TriesUnknown { status: StatusWord::SUCCESS });
}

#[test]
fn a12_the_answers_to_verify_are_told_apart_and_the_card_is_logged_out() {
    let cases = [
        ("63C2", ErrorKind::WrongPin { tries_left: Some(2) }),
        ("63C0", ErrorKind::Blocked),
        ("6983", ErrorKind::Blocked),
        ("6984", ErrorKind::Blocked),
    ];
    for (answer, kind) in cases {
        let (result, script) =
            unlock(Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, answer), LOG_OUT]));
        assert_eq!(*result.unwrap_err().kind(), kind);
        assert!(script.is_done());
    }
    // Where the answer does not tell the tries left, the card is asked.
    for (answer, verified) in [("6300", false), ("6A80", true), ("6F00", true), ("6581", true)] {
        let script =
            Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, answer), (QUERY, "63C2"), LOG_OUT]);
        let (result, script) = unlock(script);
        let error = result.unwrap_err();
        assert_eq!(error.tries_left(), Some(2), "{answer}");
        assert_eq!(matches!(error.kind(), ErrorKind::VerifyRefused { .. }), verified);
        assert!(script.is_done());
    }
}

#[test]
fn a10_every_status_word_has_one_meaning_and_only_9000_unlocks() {
    let (mut unlocked, mut sent) = (0u32, 0u32);
    for word in 0..=u16::MAX {
        let status = StatusWord(word);
        sent +=
            u32::from(permit(PinId::InputAssist.row(), Tries::from_status(status), LastTry::Keep).is_ok());
        // 61xx and 6Cxx are the exchange's, and never repeat a VERIFY.
        if matches!(status.meaning(), Meaning::MoreData(_)) {
            continue;
        }
        let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3")])
            .then(VERIFY, &word.to_be_bytes())
            .and_if(status, &[(QUERY, "63C2")])
            .and(&[LOG_OUT]);
        let (result, script) = unlock(script);
        assert!(script.is_done(), "{status}");
        unlocked += u32::from(result.is_ok());
    }
    assert_eq!((unlocked, sent), (1, 2), "9000 unlocks; 63C2 and 63C3 let a PIN be sent");
}

impl Script {
    /// The question that follows where VERIFY does not tell the tries left.
    fn and_if(self, status: StatusWord, steps: &[(&str, &str)]) -> Self {
        match status.meaning() {
            Meaning::Success | Meaning::TriesLeft(_) | Meaning::Blocked => self,
            _ => self.and(steps),
        }
    }
}

#[test]
fn a_pin_that_was_refused_is_not_sent_again() {
    let script = Script::new(&[
        INPUT_ASSIST,
        (QUERY, "63C3"),
        (VERIFY, "63C2"),
        LOG_OUT,
        INPUT_ASSIST,
        (QUERY, "63C2"),
        ("00200091 04 31323335", "9000"),
        LOG_OUT,
    ]);
    let mut card = Card::new(script);
    assert_eq!(card.unlock::<reference::InputAssist>(&pin()).unwrap_err().tries_left(), Some(2));
    let error = card.unlock::<reference::InputAssist>(&pin()).unwrap_err();
    assert_eq!((error.kind(), error.fault()), (&ErrorKind::RefusedBefore, Fault::Caller));
    let other = FourDigitPin::parse("1235").unwrap();
    card.unlock::<reference::InputAssist>(&other).unwrap().close().unwrap();
    assert!(card.into_transport().is_done());
}

#[test]
fn b11_a_lost_answer_to_verify_is_not_repeated_and_the_tries_are_asked() {
    for error in [TransportError::Transmission, TransportError::Timeout, TransportError::CardUnresponsive] {
        let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3")]).fault(VERIFY, error.clone()).and(&[
            LOG_OUT,
            INPUT_ASSIST,
            (QUERY, "63C2"),
        ]);
        let (result, script) = unlock(script);
        let failed = result.unwrap_err();
        let cause = Trouble::Transport(error);
        assert_eq!(*failed.kind(), ErrorKind::VerifyOutcomeUnknown { cause, tries_left: Some(2) });
        assert_eq!((failed.fault(), failed.tries_left()), (Fault::Unreachable, Some(2)));
        assert!(script.is_done() && script.log.iter().any(|line| line == "reconnect"));
    }
}

#[test]
fn b11_a_card_that_is_gone_after_verify_leaves_the_tries_unknown() {
    let mut script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3")])
        .fault(VERIFY, TransportError::CardRemoved)
        .fault(LOG_OUT.0, TransportError::CardRemoved);
    script.reconnect_fault = Some(TransportError::NoCard);
    let (result, script) = unlock(script);
    let failed = result.unwrap_err();
    assert!(matches!(failed.kind(), ErrorKind::VerifyOutcomeUnknown { tries_left: None, .. }));
    assert_eq!(script.log.last().unwrap(), "end:Unpower");
}

#[test]
fn b11_a_verify_that_was_not_sent_is_no_lost_answer() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3")])
        .fault(VERIFY, TransportError::SharingViolation)
        .and(&[LOG_OUT]);
    let (result, script) = unlock(script);
    assert_eq!(*result.unwrap_err().kind(), ErrorKind::Transport(TransportError::SharingViolation));
    assert!(script.is_done());
}

#[test]
fn a1_a_garbled_answer_to_verify_counts_as_lost() {
    for garbled in ["", "90", "01 9000"] {
        let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, garbled)]).and(&[
            LOG_OUT,
            INPUT_ASSIST,
            (QUERY, "63C3"),
        ]);
        let (result, script) = unlock(script);
        assert!(matches!(
            result.unwrap_err().kind(),
            ErrorKind::VerifyOutcomeUnknown { cause: Trouble::Exchange(_), tries_left: Some(3) }
        ));
        assert!(script.is_done());
    }
}

#[test]
fn b5_after_a_reset_nothing_is_sent_but_the_log_out_and_the_pin_never_again() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .fault("00B08200 000000", TransportError::CardReset)
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let mut unlocked = card.unlock::<reference::InputAssist>(&pin()).unwrap();
    let error = unlocked.read::<file::Attributes>().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Transport(TransportError::CardReset));
    let error = unlocked.read::<file::Attributes>().unwrap_err();
    assert_eq!((error.kind(), error.fault()), (&ErrorKind::SessionLost, Fault::Unreachable));
    unlocked.close().unwrap();
    assert!(card.into_transport().is_done());
}

#[test]
fn a_panic_logs_the_card_out() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000"), LOG_OUT]);
    let mut card = Card::new(script);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _unlocked = card.unlock::<reference::InputAssist>(&pin()).unwrap();
        panic!("in the middle");
    }));
    assert!(outcome.is_err());
    assert!(card.into_transport().is_done());
}

#[test]
fn b7_a_log_out_that_the_card_refuses_takes_the_power_off() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000"), (LOG_OUT.0, "6A82")]);
    let (result, script) = unlock(script);
    assert!(result.is_ok());
    assert_eq!(script.log.last().unwrap(), "end:Unpower");
}

#[test]
fn b7_a_log_out_that_was_reset_is_done_again_since_a_reset_keeps_the_card_unlocked() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .fault(LOG_OUT.0, TransportError::CardReset)
        .and(&[LOG_OUT]);
    let (result, script) = unlock(script);
    assert!(result.is_ok() && script.is_done());
    assert_eq!(script.log.last().unwrap(), "end:Leave");
}

#[test]
fn c1_a_card_pulled_before_the_log_out_is_reported() {
    let mut script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .fault(LOG_OUT.0, TransportError::CardRemoved);
    script.reconnect_fault = Some(TransportError::NoCard);
    let (result, script) = unlock(script);
    let error = result.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::LogOut(Trouble::Transport(TransportError::CardRemoved)));
    assert_eq!((error.step(), error.fault()), (Step::LogOut, Fault::Unreachable));
    assert_eq!(script.log.last().unwrap(), "end:Unpower");
}

#[test]
fn a_card_without_short_identifiers_is_asked_by_selection_and_that_is_remembered() {
    let script = Script::new(&[
        INPUT_ASSIST,
        (QUERY, "6A86"),
        ("00A4020C 02 0011", "9000"),
        ("00200080", "63C3"),
        ("00200080 04 31323334", "9000"),
        ("00A4020C 02 0001", "9000"),
    ])
    .then("00B00000 00", &ok(&[0xFF, 0x10, 0x01, 0x30]))
    .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    assert_eq!(card.number(&pin()).unwrap().content(), [0xFF, 0x10, 0x01, 0x30]);
    assert!(card.into_transport().is_done());
}

#[test]
fn a_pin_is_absent_where_its_file_is_and_any_other_refusal_of_the_file_is_an_error() {
    let tries = |answer| {
        let steps = [INPUT_ASSIST, (QUERY, "6A86"), ("00A4020C 02 0011", answer)];
        Card::new(Script::new(&steps)).begin().and_then(|mut card| card.tries(PinId::InputAssist))
    };
    assert_eq!(tries("6A82").unwrap(), Tries::Absent);
    let error = tries("6F00").unwrap_err();
    let status = StatusWord::UNSPECIFIED;
    assert_eq!((error.step(), error.kind()), (Step::Select, &ErrorKind::UnexpectedStatus { status }));
}

#[test]
fn verification_numbers_of_unpublished_counts_are_not_judged_by_them() {
    let script = Script::new(&[
        INPUT_ASSIST,
        ("00200094", "63CF"),
        ("00200094 0C 313233343536373839303138", "9000"),
        LOG_OUT,
    ]);
    let mut card = Card::new(script);
    let number = VerificationNumberA::parse("123456789018").unwrap();
    card.unlock::<reference::InputAssistNumberA>(&number).unwrap().close().unwrap();
    assert!(card.into_transport().is_done());
}

#[test]
fn b8_no_error_and_no_debug_text_holds_the_pin() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "63C2"), LOG_OUT]);
    let mut card = Card::new(script);
    let error = card.unlock::<reference::InputAssist>(&pin()).unwrap_err();
    let text = format!("{error} {error:?} {:?}", card.connection);
    assert!(!text.contains("1234") && !text.contains("31323334"), "{text}");
}

#[test]
fn b11_a_lost_answer_that_cost_a_try_was_a_refusal() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3")])
        .fault(VERIFY, TransportError::Transmission)
        .and(&[LOG_OUT, INPUT_ASSIST, (QUERY, "63C2")]);
    let mut card = Card::new(script);
    assert!(card.unlock::<reference::InputAssist>(&pin()).is_err());
    let error = card.unlock::<reference::InputAssist>(&pin()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::RefusedBefore);
}

#[test]
fn a10_a_pin_whose_answer_said_nothing_and_that_cost_a_try_is_not_sent_again() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "6F00"), (QUERY, "63C2"), LOG_OUT]);
    let mut card = Card::new(script);
    let error = card.unlock::<reference::InputAssist>(&pin()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::VerifyRefused { tries_left: Some(2), .. }));
    let error = card.unlock::<reference::InputAssist>(&pin()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::RefusedBefore);
    assert!(card.into_transport().is_done());
}

#[test]
fn a10_a_pin_whose_answer_said_nothing_and_that_cost_no_try_may_be_sent_again() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "6F00"), (QUERY, "63C3"), LOG_OUT])
        .and(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000"), LOG_OUT]);
    let mut card = Card::new(script);
    assert!(card.unlock::<reference::InputAssist>(&pin()).is_err());
    card.unlock::<reference::InputAssist>(&pin()).unwrap().close().unwrap();
    assert!(card.into_transport().is_done());
}

#[test]
fn b11_what_an_unknown_outcome_cost_is_seen_before_the_pin_is_sent_again() {
    for (left, again) in [("63C2", false), ("63C3", true)] {
        let mut script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3")])
            .fault(VERIFY, TransportError::CardRemoved)
            .fault(LOG_OUT.0, TransportError::CardRemoved)
            .and(&[INPUT_ASSIST, (QUERY, left)]);
        if again {
            script = script.and(&[(VERIFY, "9000"), LOG_OUT]);
        }
        script.reconnect_fault = Some(TransportError::NoCard);
        let mut card = Card::new(script);
        let error = card.unlock::<reference::InputAssist>(&pin()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::VerifyOutcomeUnknown { tries_left: None, .. }));
        let second = card.unlock::<reference::InputAssist>(&pin()).and_then(crate::Unlocked::close);
        let kind = second.map_err(|error| error.kind().clone());
        assert_eq!(kind, if again { Ok(()) } else { Err(ErrorKind::RefusedBefore) }, "{left}");
        assert!(card.into_transport().is_done());
    }
}
