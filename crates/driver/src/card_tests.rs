use mynumber_apdu::StatusWord;
use mynumber_applet::{ApplicationId, TokenKind};
use mynumber_transport::Error as TransportError;

use super::*;
use crate::error::Fault;
use crate::guard::Tries;
use crate::testing::{CARD_FACE, COMMON, INPUT_ASSIST, JPKI, JUKI, LOG_OUT, Script, element, hex, ok};

pub(crate) const QUERY: &str = "00200091";
pub(crate) const VERIFY: &str = "00200091 04 31323334";

pub(crate) fn pin() -> FourDigitPin {
    FourDigitPin::parse("1234").unwrap()
}

fn attributes_file() -> Vec<u8> {
    let mut file = vec![0xFF, 0x20, 0x81, 0x90];
    file.extend([0x41; 0x90]);
    file
}

#[test]
fn attributes_take_five_exchanges_and_the_card_is_left_locked() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .then("00B08200 000000", &ok(&attributes_file()))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    assert_eq!(card.attributes(&pin()).unwrap().bytes(), attributes_file());
    let script = card.into_transport();
    assert!(script.is_done());
    assert_eq!(script.commands().len(), 5);
    assert_eq!((script.log[0].as_str(), script.log[6].as_str()), ("begin", "end:Leave"));
}

#[test]
fn the_number_keeps_its_filler_and_takes_five_exchanges() {
    let file = [&[0xFF, 0x10, 0x0C][..], b"123456789018", &[0xFF, 0xFF]].concat();
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .then("00B08100 00", &ok(&file))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let number = card.number(&pin()).unwrap();
    assert_eq!((number.bytes().len(), number.content().len()), (17, 15));
    assert_eq!(card.into_transport().commands().len(), 5);
}

#[test]
fn a_free_certificate_takes_two_exchanges_and_is_read_once() {
    let certificate = element(1590);
    let mut card = Card::new(Script::new(&[JPKI]).then("00B08A00 000000", &ok(&certificate)));
    assert_eq!(card.user_authentication_certificate().unwrap().content(), certificate);
    assert_eq!(card.user_authentication_certificate().unwrap().content(), certificate);
    let script = card.into_transport();
    assert_eq!(script.commands().len(), 2);
    assert_eq!(script.log.last().unwrap(), "end:Leave");
}

#[test]
fn the_signature_certificate_takes_five_exchanges() {
    let certificate = element(1758);
    let script = Script::new(&[JPKI, ("0020009B", "63C5"), ("0020009B 06 414243313233", "9000")])
        .then("00B08100 000000", &ok(&certificate))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let password = SignaturePassword::parse("ABC123").unwrap();
    assert_eq!(card.signature_certificate(&password).unwrap().content(), certificate);
    assert_eq!(card.into_transport().commands().len(), 5);
}

#[test]
fn seven_counters_take_ten_exchanges_and_cost_no_try() {
    let script = Script::new(&[
        JPKI,
        ("0020009B", "63C5"),
        ("00200098", "63C1"),
        INPUT_ASSIST,
        ("00200091", "63C0"),
        ("00200094", "63CA"),
        ("00200095", "6984"),
        CARD_FACE,
        ("00200092", "63C9"),
        ("00200093", "6A88"),
    ]);
    let mut card = Card::new(script);
    let pins = [
        PinId::InputAssist,
        PinId::InputAssistNumberA,
        PinId::InputAssistNumberB,
        PinId::CardFaceNumberA,
        PinId::CardFaceNumberB,
        PinId::UserAuthentication,
        PinId::Signature,
    ];
    let counters = card.counters_of(&pins).unwrap();
    let told: Vec<_> = counters.iter().map(|counter| (counter.pin, counter.tries)).collect();
    assert_eq!(
        told,
        [
            (PinId::Signature, Tries::Left(5)),
            (PinId::UserAuthentication, Tries::Left(1)),
            (PinId::InputAssist, Tries::Blocked),
            (PinId::InputAssistNumberA, Tries::Left(10)),
            (PinId::InputAssistNumberB, Tries::Blocked),
            (PinId::CardFaceNumberB, Tries::Left(9)),
            (PinId::CardFaceNumberA, Tries::Absent),
        ]
    );
    let script = card.into_transport();
    assert_eq!(script.commands().len(), 10);
    assert!(script.commands().iter().all(|command| command.len() == 8 || command.starts_with("00A4")));
}

#[test]
fn the_counters_name_every_secret_of_the_model_in_its_order() {
    let all: Vec<PinId> = rows::pins().map(|row| row.id).collect();
    let selects = rows::APPLICATIONS.iter().filter(|row| !row.pins.is_empty());
    let script = selects.fold(Script::default(), |script, row| {
        let select = format!("00A4040C {:02X} {}", row.aid.0.len(), hex(row.aid.0));
        script.and(&[(&select, "6A82")])
    });
    let mut card = Card::new(script);
    let counters = card.counters().unwrap();
    assert_eq!(counters.iter().map(|counter| counter.pin).collect::<Vec<_>>(), all);
    assert!(counters.iter().all(|counter| counter.tries == Tries::Absent) && all.len() >= 11);
    assert!(format!("{card:?}").starts_with("Card { connection: Connection { lengths: "), "{card:?}");
    assert!(card.into_transport().is_done());
}

#[test]
fn an_application_that_is_missing_has_no_counters_and_is_no_error() {
    let mut card = Card::new(Script::new(&[(JUKI.0, "6A82"), COMMON, ("0020009C", "63C3")]));
    let counters = card.counters_of(&[PinId::Juki, PinId::Common]).unwrap();
    assert_eq!(counters[0].tries, Tries::Absent);
    assert_eq!(counters[1].tries, Tries::Left(3));
}

#[test]
fn identify_tells_the_applications_and_the_kind_of_token() {
    let mut info = b"JPKIAPICCTOKEN2                 ".to_vec();
    info.resize(160, b'0');
    let script = Script::new(&[JPKI]).then("00B08600 00", &ok(&info)).and(&[
        INPUT_ASSIST,
        CARD_FACE,
        (JUKI.0, "6A82"),
        COMMON,
    ]);
    let mut card = Card::new(script);
    let identity = card.identify().unwrap();
    assert_eq!(identity.token, Some(TokenKind::Card));
    use ApplicationId::{CardFace, Common, InputAssist, Jpki};
    assert_eq!(identity.applications, [Jpki, InputAssist, CardFace, Common]);
}

#[test]
fn a_phone_keeps_its_certificate_behind_the_pin_and_the_error_says_so() {
    let mut info = b"JPKIAPGPSETOKEN                 ".to_vec();
    info.resize(160, b'0');
    let script = Script::new(&[JPKI, ("00B08A00 000000", "6982")]).then("00B08600 00", &ok(&info));
    let error = Card::new(script).user_authentication_certificate().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::BehindPin);
    assert_eq!(error.fault(), Fault::Caller);
}

#[test]
fn a_certificate_that_the_pin_opened_is_not_handed_to_who_presents_none() {
    let mut info = b"JPKIAPGPSETOKEN                 ".to_vec();
    info.resize(160, b'0');
    let script = Script::new(&[JPKI, ("00200098", "63C3"), ("00200098 04 31323334", "9000")])
        .then("00B08A00 000000", &ok(&element(300)))
        .and(&[LOG_OUT, JPKI, ("00B08A00 000000", "6982")])
        .then("00B08600 00", &ok(&info));
    let mut card = Card::new(script);
    let mut unlocked = card.unlock::<reference::UserAuthentication>(&pin()).unwrap();
    assert_eq!(unlocked.read::<file::UserAuthenticationCertificate>().unwrap().bytes().len(), 300);
    unlocked.close().unwrap();
    assert_eq!(*card.user_authentication_certificate().unwrap_err().kind(), ErrorKind::BehindPin);
    assert!(card.into_transport().is_done());
}

#[test]
fn a_file_named_at_run_time_is_read_where_the_pin_opens_it_or_anybody_may_read_it_beside() {
    let read = |id, steps: &[(&str, &str)]| {
        let unlock = [INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")];
        let mut card = Card::new(Script::new(&unlock).and(steps).and(&[LOG_OUT]));
        let mut unlocked = card.unlock::<reference::InputAssist>(&pin()).unwrap();
        let kind = unlocked.read_file(id).unwrap_err().kind().clone();
        unlocked.close().unwrap();
        assert!(card.into_transport().is_done());
        kind
    };
    assert_eq!(read(FileId::Attributes, &[("00B08200 000000", "6A82")]), ErrorKind::ObjectAbsent);
    assert_eq!(read(FileId::InputAssistBasicInfo, &[("00B08500 000000", "6A82")]), ErrorKind::ObjectAbsent);
    // Behind another secret of this application or of another one, and free in another one: nothing is sent.
    for id in [FileId::AgeRecord, FileId::SignatureCertificate, FileId::CardFaceBasicInfo] {
        assert!(matches!(read(id, &[]), ErrorKind::Misuse(_)), "{id:?}");
    }
}

#[test]
fn what_goes_wrong_when_the_card_is_given_back_is_reported() {
    let mut script = Script::default();
    script.end_fault = Some(TransportError::CardRemoved);
    let mut card = Card::new(script);
    let error = card.begin().unwrap().close().unwrap_err();
    assert_eq!((error.step(), error.fault()), (Step::LogOut, Fault::Unreachable));
}

#[test]
fn an_open_session_is_shown_by_what_is_selected_and_by_nothing_else() {
    let mut card = Card::new(Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000"), LOG_OUT]));
    let unlocked = card.unlock::<reference::InputAssist>(&pin()).unwrap();
    let shown = format!("{unlocked:?}");
    assert!(
        shown.starts_with("Unlocked { session: Session { selected: Some(InputAssist), .. }, "),
        "{shown}"
    );
}

#[test]
fn a_chip_that_erased_itself_is_told_from_one_that_answers_strangely() {
    let kind = |answer| {
        let error =
            Card::new(Script::new(&[(JPKI.0, answer)])).user_authentication_certificate().unwrap_err();
        (error.step(), error.kind().clone())
    };
    assert_eq!(kind("6285"), (Step::Select, ErrorKind::Erased));
    let status = StatusWord(0x6283);
    assert_eq!(kind("6283"), (Step::Select, ErrorKind::UnexpectedStatus { status }));
}

#[test]
fn the_first_command_after_power_up_may_be_answered_6f00_once() {
    let mut card =
        Card::new(Script::new(&[(JPKI.0, "6F00"), JPKI]).then("00B08A00 000000", &ok(&element(300))));
    assert_eq!(card.user_authentication_certificate().unwrap().bytes().len(), 300);
    let mut card = Card::new(Script::new(&[(JPKI.0, "6F00"), (JPKI.0, "6F00")]));
    let error = card.user_authentication_certificate().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::UnexpectedStatus { status: StatusWord(0x6F00) });
}

#[test]
fn c2_c4_a_reset_while_nothing_is_unlocked_is_met_by_connecting_anew_once() {
    let script = Script::default()
        .fault(JPKI.0, TransportError::CardReset)
        .and(&[JPKI])
        .then("00B08A00 000000", &ok(&element(300)));
    let mut card = Card::new(script);
    assert!(card.user_authentication_certificate().is_ok());
    assert_eq!(
        card.into_transport().log[1..4],
        [hex(&crate::testing::bytes(JPKI.0)), "reconnect".into(), "begin".into()]
    );
    // Put back, or the service started anew, since the last session.
    for error in [TransportError::CardReset, TransportError::CardRemoved, TransportError::NoService] {
        let mut script = Script::default().and(&[JPKI]).then("00B08A00 000000", &ok(&element(300)));
        script.begin_faults.push_back(error);
        assert!(Card::new(script).user_authentication_certificate().is_ok());
    }
    let mut script = Script::default();
    script.begin_faults.push_back(TransportError::SharingViolation);
    let error = Card::new(script).user_authentication_certificate().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Transport(TransportError::SharingViolation));
    let mut script = Script::default();
    script.begin_faults.extend([TransportError::NoService, TransportError::NoService]);
    assert!(Card::new(script).user_authentication_certificate().is_err(), "c4: once");
}

#[test]
fn the_card_face_from_the_four_digit_pin_takes_nine_exchanges() {
    let number = [&[0xFF, 0x10, 0x0C][..], b"123456789018", &[0xFF, 0xFF]].concat();
    let face = [&[0xFF, 0x20, 0x82, 0x0B, 0xF8][..], &[0x41; 0xBF8]].concat();
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .then("00B08100 00", &ok(&number))
        .and(&[CARD_FACE, ("00200093", "63CA"), ("00200093 0C 313233343536373839303138", "9000")])
        .then("00B08200 000000", &ok(&face))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    assert_eq!(card.card_face(&pin()).unwrap().content(), face);
    let script = card.into_transport();
    assert_eq!(script.commands().len(), 9);
    assert_eq!(script.log.iter().filter(|line| *line == "begin").count(), 1);
}

#[test]
fn a_number_file_that_holds_something_else_is_not_presented_as_a_number() {
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .then("00B08100 00", &ok(&[0xFF, 0x10, 0x03, 0x41, 0x42, 0x43]))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let error = card.card_face(&pin()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Content(_)) && error.fault() == Fault::Card);
    assert!(card.into_transport().is_done());
}

#[test]
fn a_blocked_number_leaves_nothing_unlocked_behind_it() {
    let number = [&[0xFF, 0x10, 0x0C][..], b"123456789018", &[0xFF, 0xFF]].concat();
    let script = Script::new(&[INPUT_ASSIST, (QUERY, "63C3"), (VERIFY, "9000")])
        .then("00B08100 00", &ok(&number))
        .and(&[CARD_FACE, ("00200093", "63C0"), LOG_OUT]);
    let mut card = Card::new(script);
    let error = card.card_face(&pin()).unwrap_err();
    assert_eq!((error.kind(), error.object()), (&ErrorKind::Blocked, Object::Pin(PinId::CardFaceNumberA)));
    assert!(card.into_transport().is_done());
}
