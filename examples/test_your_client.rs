//! How do I test my own client in CI, without a card, a reader or a daemon?
//!
//! This is an ordinary test program: `cargo test --test test_your_client`. The client is `greet`; the tests give it the
//! cards that it will meet one day.

use mynumber::applet::PinId;
use mynumber::applet::pin::FourDigitPin;
use mynumber::driver::{Card, Error, ErrorKind};
use mynumber::testing;
use mynumber::transport::{Counted, Error as WireError, Fault, Faulty, InProcess, Transport, When};
use mynumber::virtual_card::Quirks;

/// The client under test.
fn greet(card: &mut Card<impl Transport>, pin: &FourDigitPin) -> Result<String, Error> {
    let attributes = card.attributes(pin)?;
    Ok(format!("hello, {}", attributes.view()?.name()))
}

#[test]
fn the_holder_is_greeted_by_name_in_five_exchanges() {
    let mut card = Card::new(Counted::new(testing::card("hanako")));
    let greeting = greet(&mut card, &testing::secrets().input_assist).unwrap();
    assert_eq!(greeting, "hello, 見本　花子");
    assert_eq!(card.transport().counts().exchanges, 5);
}

#[test]
fn a_wrong_pin_costs_one_try_and_the_last_one_is_kept() {
    let slot = testing::slot("taro", &Quirks::default());
    let mut card = Card::new(InProcess::new(slot.clone()));
    for pin in ["0000", "0001", "0002", "0003"] {
        let error = greet(&mut card, &FourDigitPin::parse(pin).unwrap()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::WrongPin { .. } | ErrorKind::LastTry), "{error}");
    }
    // The slot is a handle: what is true of the card, whatever the client believes.
    assert_eq!(slot.card().tries_left(PinId::InputAssist), Some(1));
}

#[test]
fn readers_without_extended_lengths_and_chaining_cards_make_no_difference() {
    let quirks = Quirks { no_extended: true, chain_above: Some(32), ..Quirks::default() };
    let mut card = Card::new(InProcess::new(testing::slot("taro", &quirks)));
    assert_eq!(greet(&mut card, &testing::secrets().input_assist).unwrap(), "hello, 試験　太郎");
}

#[test]
fn a_card_pulled_out_before_the_answer_is_an_error_and_costs_no_try() {
    // The fifth exchange is the log-out; a card that is gone is locked.
    for index in 0..4 {
        let slot = testing::slot("taro", &Quirks::default());
        let removed = Fault::Fail(WireError::CardRemoved, When::BeforeDelivery);
        let mut card = Card::new(Faulty::new(InProcess::new(slot.clone()), [(index, removed)]));
        assert!(greet(&mut card, &testing::secrets().input_assist).is_err(), "exchange {index}");
        assert_eq!(slot.card().tries_left(PinId::InputAssist), Some(3), "exchange {index}");
    }
}
