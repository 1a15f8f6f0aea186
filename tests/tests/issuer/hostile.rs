//! Who stands between host and card, and cards that are none.

use std::sync::Mutex;
use std::time::Duration;

use mynumber::apdu::StatusWord;
use mynumber::applet::pin::{FourDigitPin, SignaturePassword};
use mynumber::issuance::issuer::{Issuer, IssuerErrorKind};
use mynumber::transport::{CardSide, Fault, Faulty, InProcess, PowerEvent, TraceEvent, Traced};
use mynumber::virtual_card::Quirks;

use crate::*;

/// A card with somebody in between, who sees every command and does with it what he likes.
struct Between<F> {
    slot: Slot,
    act: F,
}

impl<F: FnMut(&Slot, &[u8]) -> Vec<u8>> CardSide for Between<F> {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        Some((self.act)(&self.slot, command))
    }

    fn power(&mut self, event: PowerEvent) {
        self.slot.power(event);
    }

    fn atr(&self) -> Vec<u8> {
        self.slot.atr()
    }
}

fn with<F: FnMut(&Slot, &[u8]) -> Vec<u8>>(slot: &Slot, act: F) -> AssumedIssuer<InProcess<Between<F>>> {
    issuer(InProcess::new(Between { slot: slot.clone(), act }))
}

fn pass(slot: &Slot, command: &[u8]) -> Vec<u8> {
    slot.card().respond(command).unwrap()
}

fn is_set(command: &[u8]) -> bool {
    matches!(command, [0x84, 0x2C, ..])
}

#[test]
fn every_flipped_bit_of_an_answer_is_noticed() {
    // The answer of RESET RETRY COUNTER: tries, code, status word.
    for bit in 0..(1 + 8 + 2) * 8 {
        let slot = light_card();
        let mut issuer = issuer(Faulty::new(InProcess::new(slot.clone()), [(5, Fault::FlipBit(bit))]));
        let mut session = issuer.open().unwrap();
        let value = SignaturePassword::parse("HOLDER2026").unwrap();
        let error = session.set_reference(PinId::Signature, &value).unwrap_err();
        if bit < 9 * 8 {
            assert_eq!(error.kind(), &IssuerErrorKind::AnswerNotAuthentic, "bit {bit}");
            assert!(error.is_outcome_unknown());
            let again = session.commit().unwrap_err();
            assert_eq!(again.kind(), &IssuerErrorKind::SessionOver, "bit {bit}");
        }
        drop(session);
        assert!(is_logged_out(&slot), "bit {bit}");
    }
}

#[test]
fn a_card_that_cannot_prove_its_key_gets_nothing() {
    for fault in
        [Fault::FlipBit(5), Fault::Truncate(10), Fault::Truncate(2), Fault::Status(StatusWord::SUCCESS)]
    {
        let slot = light_card();
        let proof = fault == Fault::Status(StatusWord::SUCCESS);
        let mut issuer = issuer(Faulty::new(InProcess::new(slot.clone()), [(3, fault)]));
        let outcome = issuer.open().map(drop);
        assert_eq!(outcome.is_ok(), proof, "{outcome:?}");
        assert!(is_logged_out(&slot));
    }
    // A card that says yes to everything and knows no key.
    let slot = light_card();
    let mut issuer = with(&slot, |_, command| match command {
        [_, 0xCA, ..] => [SERIAL.as_bytes(), &[0x90, 0x00]].concat(),
        [_, 0x84 | 0x82, ..] => [&[7; 16][..], &[0x90, 0x00]].concat(),
        _ => vec![0x90, 0x00],
    });
    let error = issuer.open().map(drop).unwrap_err();
    assert_eq!(error.kind(), &IssuerErrorKind::CardNotAuthentic);
}

#[test]
fn a_select_slipped_in_sets_nothing_in_another_application() {
    let slot = light_card();
    let common = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];
    let mut issuer = with(&slot, |slot, command| {
        if is_set(command) {
            pass(slot, &common);
        }
        pass(slot, command)
    });
    let mut session = issuer.open().unwrap();
    let error = session.set_reference(PinId::Juki, &FourDigitPin::parse("3371").unwrap()).unwrap_err();
    assert!(matches!(error.kind(), IssuerErrorKind::Refused { status } if status.0 == 0x6988), "{error}");
    drop(session);
    assert_eq!([PinId::Juki, PinId::Common].map(|pin| slot.card().tries_left(pin)), [Some(0); 2]);
}

#[test]
fn a_command_sent_twice_is_done_once() {
    let slot = light_card();
    let mut second = Vec::new();
    let mut issuer = with(&slot, |slot, command| {
        let reply = pass(slot, command);
        if is_set(command) {
            second.push(pass(slot, command));
        }
        reply
    });
    let mut session = issuer.open().unwrap();
    session.set_reference(PinId::Juki, &FourDigitPin::parse("3371").unwrap()).unwrap();
    let error = session.set_reference(PinId::Juki, &FourDigitPin::parse("3372").unwrap()).unwrap_err();
    assert!(matches!(error.kind(), IssuerErrorKind::Refused { .. }));
    drop(session);
    drop(issuer);
    assert_eq!(second, [[0x69, 0x88], [0x69, 0x82]]);
    assert!(is_right(&slot, PinId::Juki, b"3371"));
}

#[test]
fn a_session_that_was_heard_cannot_be_played_again() {
    let slot = light_card();
    let heard = Mutex::new(Vec::new());
    let mut issuer = with(&slot, |slot, command| {
        heard.lock().unwrap().push(command.to_vec());
        pass(slot, command)
    });
    set_up(&mut issuer).unwrap();
    drop(issuer);
    let wrong = [0x00, 0x20, 0x00, 0x9C, 0x04, 0x30, 0x30, 0x30, 0x30];
    let common =
        heard.lock().unwrap().iter().rev().find(|command| command[1] == 0xA4 && command[4] == 10).cloned();
    pass(&slot, &common.unwrap());
    assert_eq!(pass(&slot, &wrong), [0x63, 0xC2]);
    let statuses: Vec<u8> =
        heard.lock().unwrap().iter().map(|command| pass(&slot, command)).map(|reply| reply[0]).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 0x63).count(),
        1,
        "the cryptogram is of another challenge"
    );
    assert_eq!(slot.card().tries_left(PinId::Common), Some(2), "nothing was set");
}

#[test]
fn b10_no_pin_travels_in_the_clear_and_all_values_are_of_one_length() {
    let slot = light_card();
    let heard = Mutex::new(Vec::new());
    let mut lines = Vec::new();
    let between = Between {
        slot: slot.clone(),
        act: |slot: &Slot, command: &[u8]| {
            heard.lock().unwrap().push(command.to_vec());
            pass(slot, command)
        },
    };
    let sink = |event: &TraceEvent<'_>| lines.push(event.to_string());
    let mut issuer = issuer(Traced::new(InProcess::new(between), || Duration::ZERO, sink));
    set_up(&mut issuer).unwrap();
    let mut session = issuer.open().unwrap();
    session.set_reference(PinId::Signature, &SignaturePassword::parse("ABCDEFGH12345678").unwrap()).unwrap();
    let shown = format!("{:?}", session.commit());
    session.close().unwrap();
    drop(issuer);
    let heard = heard.into_inner().unwrap();
    for (_, value) in new_pins() {
        let bytes = value.bytes();
        assert!(heard.iter().all(|command| command.windows(bytes.len()).all(|window| window != bytes)));
    }
    let lengths: Vec<usize> = heard.iter().filter(|command| is_set(command)).map(Vec::len).collect();
    assert_eq!(lengths, [46; 6]);
    assert_eq!(lines.iter().filter(|line| line.contains("84 2C") && line.contains("<secret>")).count(), 6);
    let text = lines.concat() + &shown;
    assert!(
        lines
            .iter()
            .filter(|line| line.contains(" 84 "))
            .all(|line| line.contains("<secret>") || !line.contains(" 84 2C"))
    );
    assert!(["4826", "34383236", "HOLDER2026"].iter().all(|secret| !text.contains(secret)), "{text}");
}

#[test]
fn a10_every_status_word_to_every_kind_of_command_ends_in_an_error_or_in_the_truth() {
    let words = (0x60..=0x9F).flat_map(|high: u16| [0x00, 0x81, 0x82, 0xC3].map(|low| high << 8 | low));
    for word in words {
        for exchange in [0, 1, 2, 3, 4, 5, 13] {
            let slot = light_card();
            let fault = Fault::Status(StatusWord(word));
            let mut issuer = issuer(Faulty::new(InProcess::new(slot.clone()), [(exchange, fault)]));
            let outcome = set_up(&mut issuer);
            if word == 0x9000 {
                outcome.unwrap();
            } else if let Ok(()) = outcome {
                // Met by a repetition, or a log-out by taking the power off.
                assert!(exchange == 13 || (exchange == 0 && word == 0x6F00), "{word:04X} at {exchange}");
                assert!(is_right(&slot, PinId::Common, b"3371"));
            }
            assert!(is_logged_out(&slot), "{word:04X} at {exchange}");
        }
    }
}

#[test]
fn peculiar_cards_and_readers_are_served_too() {
    for text in [
        "no-extended = true",
        "chain-above = 0",
        "exact-le = true",
        "first-command-fails = true",
        "reset-logs-out = true",
    ] {
        let quirks = Quirks::from_toml(text).unwrap();
        let card = VirtualCard::new(delivered(), MemoryStorage::default(), virtual_card::rng()).unwrap();
        let slot = Slot::new(card.with_quirks(quirks, |_| ()));
        // So that the first command comes after power-up.
        set_up(&mut at(&slot)).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(slot.card().tries_left(PinId::Common), Some(3), "{text}");
    }
}
