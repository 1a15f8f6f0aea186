//! PINs on a card that counts.

use mynumber_applet::PinId;
use mynumber_applet::pin::{SignaturePassword, reference};
use mynumber_driver::{Card, ErrorKind};
use mynumber_virtual_card::Quirks;
use testkit::host::{PIN, four_digits, inserted, signature_password};

fn left(quirks: Quirks, pin: PinId, tries: u8) -> Quirks {
    Quirks { tries_left: [(pin, tries)].into(), ..quirks }
}

#[test]
fn b3_wrong_pins_stop_one_try_before_the_card_blocks() {
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    for (digits, expected) in [("0000", Some(2)), ("1111", Some(1))] {
        let error = card.attributes(&four_digits(digits).unwrap()).unwrap_err();
        assert_eq!(
            (error.kind(), error.tries_left()),
            (&ErrorKind::WrongPin { tries_left: expected }, expected)
        );
    }
    // The right one and wrong ones alike are refused now, by the host.
    for digits in [PIN, "2222"] {
        let error = card.attributes(&four_digits(digits).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.tries_left()), (&ErrorKind::LastTry, Some(1)));
        assert!(error.to_string().contains("last try"));
    }
    assert_eq!(card.transport().card().0.tries_left(PinId::InputAssist), Some(1));
    card.unlock_spending_the_last_try::<reference::InputAssist>(&four_digits(PIN).unwrap())
        .unwrap()
        .close()
        .unwrap();
    assert_eq!(card.transport().card().0.tries_left(PinId::InputAssist), Some(3));
}

#[test]
fn b4_a_blocked_pin_stays_as_it_is() {
    for quirks in [Quirks::default(), Quirks { blocked_is_6983: true, ..Quirks::default() }] {
        let mut card = Card::new(inserted(left(quirks, PinId::Signature, 0)).unwrap());
        let error = card.signature_certificate(&signature_password().unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.tries_left()), (&ErrorKind::Blocked, Some(0)));
    }
}

#[test]
fn the_same_wrong_pin_is_sent_once() {
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let wrong = SignaturePassword::parse("WRONG99").unwrap();
    assert_eq!(card.signature_certificate(&wrong).unwrap_err().tries_left(), Some(4));
    for _ in 0..10 {
        let error = card.signature_certificate(&wrong).unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::RefusedBefore);
    }
    assert_eq!(card.transport().card().0.tries_left(PinId::Signature), Some(4));
}

#[test]
fn a_card_left_unlocked_by_another_program_tells_its_tries_after_a_log_out() {
    use mynumber_driver::Tries;
    let quirks = Quirks { verified_query_succeeds: true, ..Quirks::default() };
    let mut card = Card::new(inserted(quirks).unwrap());
    let pin = four_digits(PIN).unwrap();
    std::mem::forget(card.unlock::<reference::InputAssist>(&pin).unwrap());
    let told = card.counters_of(&[PinId::InputAssist]).unwrap();
    assert_eq!(told.first().unwrap().tries, Tries::Left(3));
    assert!(card.attributes(&pin).is_ok());
}
