use super::{Advice, Asked, EntryError, NewPins, Plan, PlanError, advice, entered_twice, sheet};
use crate::store::{CertificateState, IssuedCertificate};
use mynumber_applet::pin::{FourDigitPin, PinFormErrorKind, SignaturePassword};
use mynumber_applet::{Date, PinId};
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason;

fn pin(text: &str) -> FourDigitPin {
    FourDigitPin::parse(text).unwrap()
}

fn password(text: &str) -> SignaturePassword {
    SignaturePassword::parse(text).unwrap()
}

fn certificate(purpose: Purpose, state: CertificateState) -> IssuedCertificate {
    IssuedCertificate {
        number: 1,
        case: 1,
        purpose,
        serial: vec![1],
        not_after: UnixTime::from_seconds(2_000_000_000),
        state,
    }
}

fn revoked(reason: Reason) -> CertificateState {
    CertificateState::Revoked { reason, at: UnixTime::from_seconds(1_900_000_000) }
}

#[test]
fn the_signature_password_is_not_asked_when_its_certificate_was_destroyed() {
    let plan = |state| Plan::of(&[certificate(Purpose::Signature, state)]);
    assert!(plan(CertificateState::InForce).asks(Asked::Signature));
    assert!(plan(revoked(Reason::CertificateHold)).asks(Asked::Signature));
    assert!(!plan(CertificateState::Destroyed).asks(Asked::Signature));
    assert!(!plan(revoked(Reason::Unspecified)).asks(Asked::Signature));
    assert!(!Plan::of(&[]).asks(Asked::Signature));
    // The last one counts.
    let anew = [
        certificate(Purpose::Signature, revoked(Reason::Unspecified)),
        certificate(Purpose::Signature, CertificateState::InForce),
    ];
    assert!(Plan::of(&anew).asks(Asked::Signature));
}

#[test]
fn the_user_authentication_pin_is_asked_even_when_its_certificate_was_revoked() {
    let held = [certificate(Purpose::UserAuthentication, revoked(Reason::CessationOfOperation))];
    let plan = Plan::of(&held);
    assert!(plan.asked().eq([Asked::UserAuthentication, Asked::Juki, Asked::InputAssist]));
}

#[test]
fn the_juki_and_input_assist_pins_are_always_asked() {
    for plan in [Plan::with_signature(), Plan::without_signature(), Plan::of(&[])] {
        assert!(plan.asks(Asked::Juki) && plan.asks(Asked::InputAssist));
        assert!(plan.references().any(|pin| pin == PinId::Juki));
        assert!(plan.references().any(|pin| pin == PinId::Common));
    }
    assert_eq!(Plan::with_signature().references().count(), 5);
}

#[test]
fn all_that_is_asked_is_entered_and_nothing_else() {
    let three = || NewPins::default().user_authentication(pin("2580")).juki(pin("2580"));
    let four = || three().input_assist(pin("2580"));
    assert_eq!(Plan::without_signature().check(&four()), Ok(()));
    assert_eq!(Plan::without_signature().check(&three()), Err(PlanError::Missing(Asked::InputAssist)));
    assert_eq!(Plan::with_signature().check(&four()), Err(PlanError::Missing(Asked::Signature)));
    let five = four().signature(password("XQ7392"));
    assert_eq!(Plan::with_signature().check(&five), Ok(()));
    assert_eq!(Plan::without_signature().check(&five), Err(PlanError::NotAsked(Asked::Signature)));
    assert!(five.entered().eq(Asked::ALL));
    assert_eq!(format!("{five:?}"), "NewPins(..)");
}

#[test]
fn the_three_pins_of_four_digits_may_be_equal() {
    let pins =
        NewPins::default().user_authentication(pin("2580")).juki(pin("2580")).input_assist(pin("2580"));
    assert_eq!(Plan::without_signature().check(&pins), Ok(()));
}

#[test]
fn a_pin_is_entered_twice() {
    assert!(entered_twice::<FourDigitPin>("2580", "2580").is_ok());
    assert_eq!(entered_twice::<FourDigitPin>("2580", "2581").unwrap_err(), EntryError::Differ);
    assert_eq!(entered_twice::<FourDigitPin>("2580", "258").unwrap_err(), EntryError::Differ);
    let EntryError::Form(form) = entered_twice::<FourDigitPin>("258", "258").unwrap_err() else { panic!() };
    assert_eq!(form.kind(), PinFormErrorKind::TooShort { least: 4 });
    let folded = entered_twice::<SignaturePassword>("xq7392", "XQ7392").unwrap();
    assert_eq!(folded.as_bytes(), b"XQ7392");
    assert!(entered_twice::<SignaturePassword>("XQ7392", "XQ7392A").is_err());
}

#[test]
fn a_birth_date_in_any_form_is_advised_against_and_not_refused() {
    let birth = [Date::parse(b"19800217").unwrap()];
    // 1980 is 昭和55.
    for text in ["1980", "0217", "1702", "8002", "5502", "0255", "0280", "5517", "8017", "1755"] {
        assert_eq!(advice(&pin(text), &birth), [Advice::BirthDate], "{text}");
    }
    assert_eq!(advice(&pin("1980"), &[]), []);
    for text in ["A19800217", "TARO0217", "S550217", "800217XY"] {
        assert_eq!(advice(&password(text), &birth), [Advice::BirthDate], "{text}");
    }
    for text in ["2580", "9174"] {
        assert_eq!(advice(&pin(text), &birth), [], "{text}");
    }
}

#[test]
fn repeated_and_running_digits_are_advised_against_and_not_refused() {
    for text in ["0000", "1111", "2525", "9090"] {
        assert_eq!(advice(&pin(text), &[]), [Advice::Repeated], "{text}");
    }
    for text in ["0123", "1234", "6789", "7890", "8901", "9876", "3210", "2109"] {
        assert_eq!(advice(&pin(text), &[]), [Advice::Running], "{text}");
    }
    for text in ["1357", "1243", "0124", "1221", "1112", "9080"] {
        assert_eq!(advice(&pin(text), &[]), [], "{text}");
    }
    assert_eq!(advice(&password("ABC1ABC1"), &[]), [Advice::Repeated]);
    assert_eq!(advice(&password("XY1111"), &[]), [Advice::Repeated]);
    assert_eq!(advice(&password("ABCD81"), &[]), [Advice::Running]);
    assert_eq!(advice(&password("K71234"), &[]), [Advice::Running]);
    assert_eq!(advice(&password("ABC789X"), &[]), []);
}

#[test]
fn the_sheet_for_the_holder_is_blank() {
    let (full, less) = (Plan::with_signature(), Plan::without_signature());
    let text = sheet::text(&full);
    assert_eq!(text.matches('□').count(), 16 + 3 * 4);
    for asked in Asked::ALL {
        assert!(text.contains(asked.row().japanese) && text.contains(asked.row().english));
    }
    assert!(text.contains("5回続けて間違えると") && text.contains("3 wrong tries in a row"));
    assert_eq!(sheet::text(&less).matches('□').count(), 3 * 4);
    assert!(!sheet::text(&less).contains(Asked::Signature.row().japanese));
    let svg = sheet::svg(&full);
    assert_eq!(svg.matches("<rect ").count(), 16 + 3 * 4);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
}
