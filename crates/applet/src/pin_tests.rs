use super::*;
use crate::{Date, MyNumber, PinFormat, PinId};
use proptest::prelude::*;
use std::{format, string::String};

#[test]
fn signature_passwords_have_6_to_16_capitals_and_digits_at_least_one_of_each() {
    for good in ["ABC123", "A00000", "0ZZZZZ", "ABCDEFGH12345678"] {
        assert_eq!(SignaturePassword::parse_exact(good).expect(good).as_bytes(), good.as_bytes());
    }
    for (bad, kind) in [
        ("", PinFormErrorKind::Empty),
        ("ABC12", PinFormErrorKind::TooShort { least: 6 }),
        ("ABCDEFGH123456789", PinFormErrorKind::TooLong { most: 16 }),
        ("ABCDEF", PinFormErrorKind::NoDigit),
        ("123456", PinFormErrorKind::NoLetter),
        ("ABC12!", PinFormErrorKind::Character),
        ("ABC 123", PinFormErrorKind::Character),
        ("ABC12\0", PinFormErrorKind::Control),
        ("ABC123\n", PinFormErrorKind::Control),
        ("ＡＢＣ１２３", PinFormErrorKind::FullWidth),
        ("ABC12é", PinFormErrorKind::Character),
    ] {
        assert_eq!(SignaturePassword::parse(bad).expect_err(bad).kind(), kind);
        assert_eq!(SignaturePassword::parse_exact(bad).expect_err(bad).kind(), kind);
    }
}

#[test]
fn b2_lower_case_is_folded_by_parse_and_refused_by_parse_exact() {
    assert_eq!(SignaturePassword::parse("abc123").expect("folded").as_bytes(), b"ABC123");
    let error = SignaturePassword::parse_exact("abc123").expect_err("refused");
    assert_eq!((error.secret(), error.kind()), ("SignaturePassword", PinFormErrorKind::Character));
}

#[test]
fn b1_an_empty_value_of_any_kind_is_refused() {
    let kinds = [
        SignaturePassword::parse("").map(drop),
        FourDigitPin::parse("").map(drop),
        VerificationNumberA::parse("").map(drop),
        VerificationNumberB::parse("").map(drop),
        BirthDatePin::parse("").map(drop),
        SecurityCode::parse_bytes(b"").map(drop),
    ];
    for result in kinds {
        assert_eq!(result.map_err(|error| error.kind()), Err(PinFormErrorKind::Empty));
    }
}

#[test]
fn b2_four_digit_pins_of_another_form_are_refused() {
    assert_eq!(FourDigitPin::parse("0000").expect("digits").as_bytes(), b"0000");
    for (bad, kind) in [
        ("123", PinFormErrorKind::TooShort { least: 4 }),
        ("12345", PinFormErrorKind::TooLong { most: 4 }),
        ("12a4", PinFormErrorKind::Character),
        ("１２３４", PinFormErrorKind::FullWidth),
        ("12３4", PinFormErrorKind::FullWidth),
        ("123\0", PinFormErrorKind::Control),
        ("1234\r", PinFormErrorKind::Control),
        ("٣٣٣٣", PinFormErrorKind::Character),
        (" 123", PinFormErrorKind::Character),
    ] {
        assert_eq!(FourDigitPin::parse(bad).expect_err(bad).kind(), kind);
    }
    assert_eq!(
        FourDigitPin::parse_bytes(&[0xFF; 4]).expect_err("not text").kind(),
        PinFormErrorKind::Character
    );
}

#[test]
fn number_a_is_my_number_with_its_check_digit() {
    let number = MyNumber::parse(b"123456789018").expect("valid");
    assert_eq!(VerificationNumberA::from(&number).as_bytes(), b"123456789018");
    assert_eq!(VerificationNumberA::parse("123456789018").expect("valid").as_bytes(), b"123456789018");
    let stored = crate::content::IndividualNumber::parse(b"\xFF\x10\x0C123456789012\xFF\xFF").expect("file");
    assert_eq!(VerificationNumberA::from(&stored).as_bytes(), b"123456789012");
    let error = VerificationNumberA::parse("123456789012").expect_err("mistyped");
    assert_eq!(error.kind(), PinFormErrorKind::CheckDigit);
}

#[test]
fn number_b_is_era_birth_date_expiry_year_and_security_code() {
    let code = SecurityCode::parse("2285").expect("digits");
    let birth = Date::new(1980, 2, 17).expect("date");
    let number = VerificationNumberB::compose(birth, 2035, &code).expect("composed");
    assert_eq!(number.as_bytes(), b"55021720352285");
    let typed = BirthDatePin::parse("550217").expect("digits");
    let number = VerificationNumberB::from_parts(&typed, 2035, &code).expect("composed");
    assert_eq!(number.as_bytes(), b"55021720352285");
    assert_eq!(BirthDatePin::from_date(birth).expect("in an era").as_bytes(), b"550217");

    let old = Date::new(1867, 1, 1).expect("date");
    for result in [
        VerificationNumberB::compose(old, 2035, &code),
        VerificationNumberB::compose(birth, 999, &code),
        VerificationNumberB::compose(birth, 10_000, &code),
    ] {
        assert_eq!(result.map(drop).map_err(|error| error.kind()), Err(PinFormErrorKind::Date));
    }
}

#[test]
fn b8_debug_and_errors_show_nothing_of_the_value() {
    let shown = [
        format!("{:?}", SignaturePassword::parse("CANARY77").expect("valid")),
        format!("{:#?}", FourDigitPin::parse("7777").expect("valid")),
        format!("{:?}", VerificationNumberB::parse("77777777777777").expect("valid")),
        format!("{:?}", SignaturePassword::parse("CANARY77!").expect_err("refused")),
        format!("{}", SignaturePassword::parse("canary77?").expect_err("refused")),
        format!("{}", FourDigitPin::parse("77777").expect_err("refused")),
        format!("{}", VerificationNumberA::parse("777777777777").expect_err("refused")),
    ];
    for text in shown {
        assert!(!text.to_uppercase().contains("CANARY") && !text.contains("77"), "{text}");
    }
}

#[test]
fn a_secret_is_shown_by_the_name_of_its_type_and_an_error_by_its_kind() {
    let password = SignaturePassword::parse("CANARY77").expect("a password");
    assert_eq!((format!("{password:?}").as_str(), password.bytes()), ("SignaturePassword", &b"CANARY77"[..]));
    let error = SignaturePassword::parse_bytes(b"\xFFBC123").expect_err("not text");
    assert_eq!((error.secret(), error.kind()), ("SignaturePassword", PinFormErrorKind::Character));
    assert_eq!(SignaturePassword::parse_bytes(b"abc123").expect("a password").as_bytes(), b"ABC123");
    let error = FourDigitPin::parse("12345").expect_err("too long");
    assert_eq!(format!("{error}"), "FourDigitPin: at most 4 characters are allowed");
}

/// What the model demands of each reference is what its type accepts.
fn agrees<R: Reference>(parse: impl Fn(&str) -> bool, example: &str) {
    let format = R::ROW.format;
    assert!(parse(example) && format.accepts(example.as_bytes()), "{:?}", R::PIN);
    match format {
        PinFormat::Digits(count) => assert_eq!(example.len(), usize::from(count)),
        PinFormat::SignaturePassword => assert!(!format.accepts(b"abc123")),
    }
    assert_eq!(R::PIN.row().application, R::APPLICATION);
}

#[test]
fn every_reference_takes_the_form_that_its_row_says() {
    let four = |text: &str| FourDigitPin::parse(text).is_ok();
    let a = |text: &str| VerificationNumberA::parse(text).is_ok();
    let b = |text: &str| VerificationNumberB::parse(text).is_ok();
    agrees::<reference::Signature>(|text| SignaturePassword::parse(text).is_ok(), "ABC123");
    agrees::<reference::UserAuthentication>(four, "1234");
    agrees::<reference::InputAssist>(four, "1234");
    agrees::<reference::Juki>(four, "1234");
    agrees::<reference::Common>(four, "1234");
    agrees::<reference::InputAssistNumberA>(a, "123456789018");
    agrees::<reference::CardFaceNumberA>(a, "123456789018");
    agrees::<reference::InputAssistNumberB>(b, "55021720352285");
    agrees::<reference::CardFaceNumberB>(b, "55021720352285");
    agrees::<reference::CardFaceBirthDate>(|text| BirthDatePin::parse(text).is_ok(), "550217");
    assert_eq!(<reference::Juki as Changeable>::CHANGE, PinId::Juki.row().change);
}

proptest! {
    #[test]
    fn a_signature_password_is_accepted_exactly_when_the_model_accepts_its_upper_case(text in "[ -~]{0,20}|\\PC{0,12}") {
        let upper: String = text.to_ascii_uppercase();
        let accepted = SignaturePassword::parse(&text).ok();
        prop_assert_eq!(accepted.is_some(), PinFormat::SignaturePassword.accepts(upper.as_bytes()));
        if let Some(password) = accepted {
            prop_assert_eq!(password.as_bytes(), upper.as_bytes());
        }
        prop_assert_eq!(
            SignaturePassword::parse_exact(&text).is_ok(),
            PinFormat::SignaturePassword.accepts(text.as_bytes())
        );
    }

    #[test]
    fn digits_are_accepted_exactly_when_the_model_accepts_them(bytes in proptest::collection::vec(any::<u8>(), 0..16)) {
        prop_assert_eq!(FourDigitPin::parse_bytes(&bytes).is_ok(), PinFormat::Digits(4).accepts(&bytes));
        prop_assert_eq!(VerificationNumberB::parse_bytes(&bytes).is_ok(), PinFormat::Digits(14).accepts(&bytes));
        prop_assert_eq!(BirthDatePin::parse_bytes(&bytes).is_ok(), PinFormat::Digits(6).accepts(&bytes));
    }

    #[test]
    fn any_fourteen_digits_are_a_number_b(text in "[0-9]{14}") {
        let number = VerificationNumberB::parse(&text).expect("digits");
        prop_assert_eq!(Secret::bytes(&number), text.as_bytes());
    }
}
