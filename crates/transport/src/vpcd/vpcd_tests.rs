use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::{Event, Fault, Plugged, plug_observed};
use crate::test_card::{card, echo};
use crate::{CardSide, PowerEvent};

/// Plays the driver: listens, and hands over the connection of the card.
struct Driver {
    listener: TcpListener,
    events: Receiver<Event>,
}

impl Driver {
    fn with<C: CardSide + Send + 'static>(card: C) -> (Self, Plugged<C>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (sender, events) = channel();
        let observe = move |event| {
            let _ = sender.send(event);
        };
        let plugged = plug_observed(card, listener.local_addr().unwrap(), observe).unwrap();
        (Self { listener, events }, plugged)
    }

    fn accept(&self) -> TcpStream {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream
    }

    fn event(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(10)).unwrap()
    }
}

fn ask(stream: &mut TcpStream, payload: &[u8]) -> Vec<u8> {
    send(stream, payload);
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    answer
}

fn send(stream: &mut TcpStream, payload: &[u8]) {
    // As the driver does it: in two pieces.
    stream.write_all(&u16::try_from(payload.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(payload).unwrap();
}

#[test]
fn the_card_answers_atr_power_and_commands() {
    let (driver, plugged) = Driver::with(echo());
    let mut stream = driver.accept();
    assert_eq!(ask(&mut stream, &[4]), [0x3B, 0x80, 0x01, 0x81]);
    send(&mut stream, &[1]);
    assert_eq!(ask(&mut stream, &[0, 0xA4, 4, 0]), [0xA4, 0x90, 0x00]);
    send(&mut stream, &[2]);
    assert_eq!(ask(&mut stream, &[0, 0xB0, 4, 0]), [0xB0, 0x90, 0x00]);
    let card = plugged.unplug().unwrap();
    assert_eq!(card.power, [PowerEvent::On, PowerEvent::Reset, PowerEvent::Off]);
    assert_eq!(card.seen.len(), 2);
}

#[test]
fn a_driver_that_goes_away_is_reached_again_and_the_power_was_off_between() {
    let (driver, plugged) = Driver::with(echo());
    for _ in 0..3 {
        let mut stream = driver.accept();
        send(&mut stream, &[1]);
        assert_eq!(ask(&mut stream, &[4]).len(), 4);
    }
    let power = plugged.unplug().unwrap().power;
    assert_eq!(power, [PowerEvent::On, PowerEvent::Off].repeat(3));
}

#[test]
fn a_malformed_frame_ends_the_connection_and_a_new_one_is_made_after_a_pause() {
    let (driver, plugged) = Driver::with(echo());
    for (bytes, fault) in [
        (&[0, 0][..], Fault::Empty),
        (&[0, 1, 9], Fault::UnknownControl { code: 9 }),
        (&[0, 9, 1], Fault::Truncated),
    ] {
        let start = Instant::now();
        let mut stream = driver.accept();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(driver.event(), Event::Connected);
        assert_eq!(driver.event(), Event::Failed(fault));
        assert!(start.elapsed() < Duration::from_secs(3));
    }
    let mut stream = driver.accept();
    assert_eq!(ask(&mut stream, &[4]).len(), 4);
    assert_eq!(plugged.unplug().unwrap().seen.len(), 0);
}

#[test]
fn a_reply_too_long_for_a_frame_is_a_fault() {
    let (driver, _plugged) = Driver::with(card(|_: &[u8]| Some(vec![0; 65_536])));
    let mut stream = driver.accept();
    send(&mut stream, &[0, 0xB0, 0, 0]);
    assert_eq!(driver.event(), Event::Connected);
    assert_eq!(driver.event(), Event::Failed(Fault::ReplyTooLong { length: 65_536 }));
}

#[test]
fn a1_a_reply_of_no_byte_is_a_fault_and_no_client_waits_for_ever() {
    let (driver, _plugged) = Driver::with(card(|_: &[u8]| Some(Vec::new())));
    let mut stream = driver.accept();
    send(&mut stream, &[0, 0xB0, 0, 0]);
    assert_eq!(driver.event(), Event::Connected);
    assert_eq!(driver.event(), Event::Failed(Fault::ReplyEmpty));
}

#[test]
fn a_card_that_leaves_ends_the_serving() {
    let (driver, plugged) = Driver::with(card(|_: &[u8]| None));
    let mut stream = driver.accept();
    send(&mut stream, &[0, 0xB0, 0, 0]);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    while !plugged.has_left() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn stopping_is_prompt_whatever_is_waited_for() {
    let prompt = |plugged: Plugged<_>| {
        let start = Instant::now();
        drop(plugged);
        assert!(start.elapsed() < Duration::from_secs(2));
    };
    // A frame that never comes.
    let (driver, plugged) = Driver::with(echo());
    let mut stream = driver.accept();
    stream.write_all(&[0xFF, 0xFF, 1]).unwrap();
    assert_eq!(driver.event(), Event::Connected);
    prompt(plugged);
    // A driver that says nothing.
    let (driver, plugged) = Driver::with(echo());
    let _stream = driver.accept();
    assert_eq!(driver.event(), Event::Connected);
    assert_eq!(driver.event(), Event::Silent);
    prompt(plugged);
    // No driver at all, told once.
    let address = { TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap() };
    let (sender, events) = channel();
    let plugged = plug_observed(echo(), address, move |event| {
        let _ = sender.send(event);
    })
    .unwrap();
    assert_eq!(events.recv().unwrap(), Event::NotListening);
    assert!(events.recv_timeout(Duration::from_millis(500)).is_err());
    prompt(plugged);
}
