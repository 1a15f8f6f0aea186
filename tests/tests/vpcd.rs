//! Cards plugged into a real pcscd.
#![cfg(target_os = "linux")]

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use mynumber_transport::pcsc::{Cancel, Context, Options};
use mynumber_transport::vpcd::{Event, plug, plug_observed};
use mynumber_transport::{Error, Reply, Transport};
use testkit::PlainCard;
use testkit::pcscd::Pcscd;

use mynumber_apdu::{Class, Command, Instruction};

const LIMIT: Option<Duration> = Some(Duration::from_secs(10));

fn read(length: u16) -> Command<'static> {
    let [p1, p2] = length.to_be_bytes();
    Command::new(Class::ISO, Instruction::READ_BINARY, p1, p2).expecting_all()
}

#[test]
fn two_cards_in_two_slots_are_two_cards() {
    let service = Pcscd::start();
    let (first, first_seen) = PlainCard::new();
    let (second, second_seen) = PlainCard::new();
    let _first = plug(first, service.slot(0)).unwrap();
    let _second = plug(second, service.slot(1)).unwrap();
    let context = Context::establish().unwrap();
    let mut reply = Reply::new();
    for index in [0, 1] {
        let reader = service.reader(index);
        context.wait_for_card(Some(&reader), LIMIT, &Cancel::new()).unwrap();
        let mut card = context.connect(&reader, &Options::default()).unwrap();
        card.transmit(&read(index + 1), &mut reply).unwrap();
        assert_eq!(reply.bytes().len(), usize::from(index) + 3);
    }
    assert_eq!(first_seen.commands(), [[0, 0xB0, 0, 1, 0, 0, 0]]);
    assert_eq!(second_seen.commands(), [[0, 0xB0, 0, 2, 0, 0, 0]]);
}

#[test]
fn a_card_unplugged_is_a_card_removed() {
    let service = Pcscd::start();
    let plugged = plug(PlainCard::new().0, service.slot(0)).unwrap();
    let context = Context::establish().unwrap();
    let reader = context.wait_for_card(None, LIMIT, &Cancel::new()).unwrap();
    let start = Instant::now();
    drop(plugged);
    assert!(start.elapsed() < Duration::from_secs(2), "the thread ends at once");
    context.wait_for_removal(&reader, LIMIT, &Cancel::new()).unwrap();
    let outcome = context.connect(&reader, &Options::default());
    assert_eq!(outcome.err(), Some(Error::NoCard));
}

#[test]
fn a_card_comes_back_by_itself_when_the_service_is_restarted() {
    let mut service = Pcscd::start();
    let (sender, events) = channel();
    let observe = move |event| {
        let _ = sender.send(event);
    };
    let (card, seen) = PlainCard::new();
    let _plugged = plug_observed(card, service.slot(0), observe).unwrap();
    let context = Context::establish().unwrap();
    for _ in 0..3 {
        let reader = context.wait_for_card(None, LIMIT, &Cancel::new()).unwrap();
        let mut card = context.connect(&reader, &Options::default()).unwrap();
        let mut reply = Reply::new();
        card.transmit(&read(5), &mut reply).unwrap();
        drop(card);
        service.kill();
        service.run();
    }
    context.wait_for_card(None, LIMIT, &Cancel::new()).unwrap();
    assert_eq!(seen.commands().len(), 3);
    let events: Vec<Event> = events.try_iter().collect();
    assert_eq!(events.iter().filter(|event| **event == Event::Connected).count(), 4, "{events:?}");
}

#[test]
fn long_replies_pass_up_to_the_frame_of_the_driver() {
    let service = Pcscd::start();
    let _plugged = plug(PlainCard::new().0, service.slot(0)).unwrap();
    let context = Context::establish().unwrap();
    let reader = context.wait_for_card(None, LIMIT, &Cancel::new()).unwrap();
    let mut card = context.connect(&reader, &Options::default()).unwrap();
    let mut reply = Reply::new();
    for length in [0, 1, 255, 256, 257, 4096, 65_533] {
        card.transmit(&read(length), &mut reply).unwrap();
        assert_eq!(reply.bytes().len(), usize::from(length) + 2);
        assert!(reply.bytes().ends_with(&[0x90, 0x00]));
    }
    // One byte more than a frame holds: the card's end drops the connection, and is back before that was seen or after.
    let error = card.transmit(&read(65_534), &mut reply).unwrap_err();
    assert!(matches!(error, Error::CardRemoved | Error::Transmission), "{error:?}");
    assert!(reply.bytes().is_empty());
}

#[test]
fn a_second_card_in_a_taken_slot_waits_and_says_so() {
    let service = Pcscd::start();
    let first = plug(PlainCard::new().0, service.slot(0)).unwrap();
    let context = Context::establish().unwrap();
    let reader = context.wait_for_card(None, LIMIT, &Cancel::new()).unwrap();
    let (sender, events) = channel();
    let observe = move |event| {
        let _ = sender.send(event);
    };
    let (card, seen) = PlainCard::new();
    let _second = plug_observed(card, service.slot(0), observe).unwrap();
    let event = || events.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!((event(), event()), (Event::Connected, Event::Silent));
    drop(first);
    assert!(matches!(event(), Event::Power(_)));
    context.wait_for_card(Some(&reader), LIMIT, &Cancel::new()).unwrap();
    let mut card = context.connect(&reader, &Options::default()).unwrap();
    card.transmit(&read(1), &mut Reply::new()).unwrap();
    assert_eq!(seen.commands().len(), 1);
}
