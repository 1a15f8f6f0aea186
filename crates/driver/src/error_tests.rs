use core::error::Error as _;

use mynumber_transport::Error as TransportError;

use super::*;

const LOST: Trouble = Trouble::Transport(TransportError::Timeout);
const ENDLESS: Trouble = Trouble::Exchange(exchange::Error::ExtendedRefused);
const STATUS: StatusWord = StatusWord::UNSPECIFIED;

fn at(kind: ErrorKind) -> Error {
    Error::new(kind, Step::Verify, Object::Pin(PinId::Signature))
}

fn too_long() -> mynumber_apdu::EncodeError {
    mynumber_apdu::EncodeError::DataTooLong { length: 65_536 }
}

/// Every kind, whose fault it is, and the tries that it tells.
fn kinds() -> Vec<(ErrorKind, Fault, Option<u8>)> {
    use Fault::{Caller, Card, Unreachable, Unsupported};
    let half = Box::new(at(ErrorKind::Transport(TransportError::CardRemoved)));
    let half =
        ErrorKind::HalfChanged { new: PinId::Common, lagging: PinId::Juki, uncertain: true, cause: half };
    vec![
        (ErrorKind::Transport(TransportError::CardReset), Unreachable, None),
        (ErrorKind::Transport(TransportError::ExtendedRefused), Unsupported, None),
        (ErrorKind::Transport(TransportError::Protocol), Unsupported, None),
        (ErrorKind::Transport(TransportError::ReplyTooLong), Card, None),
        (ErrorKind::Transport(TransportError::Encode(too_long())), Caller, None),
        (ErrorKind::Transport(TransportError::NotRecorded { index: 0 }), Caller, None),
        (ErrorKind::Exchange(exchange::Error::ExtendedRefused), Unsupported, None),
        (ErrorKind::Exchange(exchange::Error::AnsweredTooEarly), Card, None),
        (ErrorKind::UnexpectedStatus { status: STATUS }, Card, None),
        (ErrorKind::Erased, Unsupported, None),
        (ErrorKind::ApplicationAbsent, Unsupported, None),
        (ErrorKind::ObjectAbsent, Unsupported, None),
        (ErrorKind::NotThisCard { status: STATUS }, Card, None),
        (ErrorKind::AccessDenied, Caller, None),
        (ErrorKind::BehindPin, Caller, None),
        (ErrorKind::WrongPin { tries_left: Some(2) }, Caller, Some(2)),
        (ErrorKind::WrongPin { tries_left: None }, Caller, None),
        (ErrorKind::Blocked, Caller, Some(0)),
        (ErrorKind::LastTry, Caller, Some(1)),
        (ErrorKind::TriesUnknown { status: STATUS }, Card, None),
        (ErrorKind::RefusedBefore, Caller, None),
        (ErrorKind::VerifyRefused { status: STATUS, tries_left: Some(3) }, Card, Some(3)),
        (ErrorKind::VerifyOutcomeUnknown { cause: LOST, tries_left: Some(4) }, Unreachable, Some(4)),
        (ErrorKind::VerifyOutcomeUnknown { cause: ENDLESS, tries_left: None }, Card, None),
        (ErrorKind::SessionLost, Unreachable, None),
        (ErrorKind::EmptyRead, Card, None),
        (ErrorKind::Misuse("no"), Caller, None),
        (ErrorKind::SignatureCheck(CheckFailure::Signature), Card, None),
        (ErrorKind::SameSecret, Caller, None),
        (ErrorKind::NewSecretRefused { status: STATUS }, Caller, None),
        (ErrorKind::ChangeOutcomeUnknown { cause: LOST }, Unreachable, None),
        (ErrorKind::ChangeFailed { status: STATUS }, Card, None),
        (half, Unreachable, None),
        (ErrorKind::NoSecureMessaging { status: STATUS }, Unsupported, None),
        (ErrorKind::SecuredSessionOver, Card, None),
        (ErrorKind::LogOut(LOST), Unreachable, None),
        (ErrorKind::LogOut(ENDLESS), Card, None),
    ]
}

#[test]
fn every_kind_says_whose_fault_it_is_and_how_many_tries_are_left() {
    for (kind, fault, tries) in kinds() {
        let error = at(kind.clone());
        assert_eq!((error.fault(), error.tries_left()), (fault, tries), "{kind:?}");
        assert_eq!((error.kind(), error.step()), (&kind, Step::Verify));
    }
}

#[test]
fn an_error_tells_what_where_and_what_lies_behind_it() {
    let shown = |step, object| Error::new(ErrorKind::LastTry, step, object).to_string();
    for (step, words) in [
        (Step::Begin, "beginning exclusive use of"),
        (Step::Select, "selecting"),
        (Step::AskTries, "asking for the tries left of"),
        (Step::Verify, "presenting"),
        (Step::Read, "reading"),
        (Step::Sign, "signing with"),
        (Step::Change, "changing"),
        (Step::Secure, "delivering a session key under"),
        (Step::LogOut, "logging out of"),
    ] {
        let text = shown(step, Object::Card);
        assert!(text.starts_with("only one try is left"), "{text}");
        assert!(text.ends_with(&format!("(while {words} the card)")), "{text}");
    }
    for (object, words, application) in [
        (Object::Application(ApplicationId::Juki), "the application", Some(ApplicationId::Juki)),
        (Object::File(FileId::Attributes), "the file Attributes (EF 0002", Some(ApplicationId::InputAssist)),
        (Object::Pin(PinId::Signature), "the signature password", Some(ApplicationId::Jpki)),
        (Object::Key(KeyId::CommonInternal), "the key CommonInternal of", Some(ApplicationId::Common)),
        (Object::DataObject(DataObjectId::MunicipalityCode), "the data object MunicipalityCode (tag", None),
        (Object::Card, "the card", None),
    ] {
        let text = shown(Step::Read, object);
        assert!(text.contains(&format!("(while reading {words}")), "{text}");
        assert_eq!(object.application(), application, "{object:?}");
    }
    let behind = |kind| at(kind).source().map(ToString::to_string);
    let timeout = TransportError::Timeout.to_string();
    assert_eq!(behind(ErrorKind::Transport(TransportError::Timeout)), Some(timeout.clone()));
    assert_eq!(behind(ErrorKind::LogOut(LOST)), Some(timeout));
    let refused = exchange::Error::ExtendedRefused;
    assert_eq!(behind(ErrorKind::Exchange(refused)), Some(refused.to_string()));
    assert_eq!(behind(ErrorKind::LogOut(ENDLESS)), Some(refused.to_string()));
    let check = CheckFailure::Purpose;
    assert_eq!(behind(ErrorKind::SignatureCheck(check)), Some(check.to_string()));
    let malformed = tlv::Reader::new(&[0x30]).next_element().unwrap_err();
    assert_eq!(behind(ErrorKind::Malformed(malformed)), Some(malformed.to_string()));
    let content = mynumber_applet::content::Attributes::parse(&[]).unwrap_err();
    assert_eq!(behind(ErrorKind::Content(content)), Some(content.to_string()));
    let secured = SecureMessagingError::Padding;
    assert_eq!(behind(ErrorKind::SecureMessaging(secured)), Some(secured.to_string()));
    assert_eq!(behind(ErrorKind::Blocked), None);
    let cause = Box::new(at(ErrorKind::Blocked));
    let shown = cause.to_string();
    let half = ErrorKind::HalfChanged { new: PinId::Common, lagging: PinId::Juki, uncertain: true, cause };
    assert_eq!(behind(half), Some(shown));
}

#[test]
fn tries_and_what_lags_are_told_in_words() {
    for (tries, words) in [
        (Some(1), "1 try is left"),
        (Some(0), "0 tries are left"),
        (Some(2), "2 tries are left"),
        (None, "not known"),
    ] {
        let text = ErrorKind::WrongPin { tries_left: tries }.to_string();
        assert!(text.contains(words), "{text}");
    }
    for (uncertain, words) in [(true, "either of them"), (false, "the old one")] {
        let cause = Box::new(at(ErrorKind::Blocked));
        let half = ErrorKind::HalfChanged { new: PinId::Common, lagging: PinId::Juki, uncertain, cause };
        assert!(half.to_string().contains(words), "{half}");
    }
}
