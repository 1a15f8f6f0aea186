use mynumber_apdu::{Class, Command, Instruction};

use crate::test_card::{card, echo};
use crate::{Disposition, Error, InProcess, PowerEvent, Reply, Transport};

const READ: Command<'_> = Command::new(Class::ISO, Instruction::READ_BINARY, 0, 0).expecting_short();

#[test]
fn the_card_is_powered_on_and_gets_the_bytes_as_given() {
    let mut transport = InProcess::new(echo());
    let mut reply = Reply::new();
    transport.transmit(&READ, &mut reply).unwrap();
    assert_eq!(reply.bytes(), [0xB0, 0x90, 0x00]);
    assert_eq!(transport.atr(), [0x3B, 0x80, 0x01, 0x81]);
    let card = transport.into_card();
    assert_eq!(card.seen, [vec![0x00, 0xB0, 0x00, 0x00, 0x00]]);
    assert_eq!(card.power, [PowerEvent::On, PowerEvent::Off]);
}

#[test]
fn the_disposition_is_what_happens_to_the_power() {
    let mut transport = InProcess::new(echo());
    for disposition in [Disposition::Leave, Disposition::Reset, Disposition::Unpower] {
        transport.begin().unwrap();
        transport.end(disposition).unwrap();
    }
    use PowerEvent::{Off, On, Reset};
    assert_eq!(transport.card().power, [On, Reset, Off, On]);
}

#[test]
fn c1_a_card_that_left_stays_gone_until_reconnected() {
    let mut left = 1;
    let mut transport = InProcess::new(card(move |_: &[u8]| {
        left -= 1;
        (left != 0).then(|| vec![0x90, 0x00])
    }));
    let mut reply = Reply::new();
    assert_eq!(transport.transmit(&READ, &mut reply), Err(Error::CardRemoved));
    assert_eq!(transport.transmit(&READ, &mut reply), Err(Error::CardRemoved));
    assert_eq!(transport.begin(), Err(Error::CardRemoved));
    assert_eq!(transport.end(Disposition::Leave), Err(Error::CardRemoved));
    assert_eq!(transport.card().seen.len(), 1);
    transport.reconnect().unwrap();
    transport.transmit(&READ, &mut reply).unwrap();
    assert_eq!(transport.card().power, [PowerEvent::On, PowerEvent::Off, PowerEvent::On]);
}

#[test]
fn reconnecting_inside_exclusive_use_takes_the_power_off() {
    let mut transport = InProcess::new(echo());
    transport.reconnect().unwrap();
    assert_eq!(transport.card().power, [PowerEvent::On]);
    transport.begin().unwrap();
    transport.reconnect().unwrap();
    assert_eq!(transport.card().power, [PowerEvent::On, PowerEvent::Off, PowerEvent::On]);
}

#[test]
fn a6_a_reply_longer_than_a_reply_can_be_is_an_error() {
    for (length, outcome) in [(Reply::MAX, Ok(())), (Reply::MAX + 1, Err(Error::ReplyTooLong))] {
        let mut transport = InProcess::new(card(move |_: &[u8]| Some(vec![0; length])));
        let mut reply = Reply::new();
        assert_eq!(transport.transmit(&READ, &mut reply), outcome);
        assert_eq!(reply.bytes().is_empty(), outcome.is_err());
    }
}
