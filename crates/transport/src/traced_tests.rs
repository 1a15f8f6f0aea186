use core::time::Duration;
use std::cell::RefCell;

use mynumber_apdu::{Class, Command, Instruction};

use crate::test_card::{TestCard, card};
use crate::{
    CardSide, Counted, Disposition, Error, Fault, Faulty, InProcess, PowerEvent, Recorded, Reply, ShortOnly,
    TraceEvent, Traced, Transport, When,
};

const SELECT: Command<'_> =
    Command::new(Class::ISO, Instruction::SELECT, 4, 0x0C).with_data(&[0xD3, 0x92, 0xF0, 0x00]);
const READ: Command<'_> = Command::new(Class::ISO, Instruction::READ_BINARY, 0, 0).expecting_all();

/// Ticks 1.5 ms at each look.
fn clock() -> impl FnMut() -> Duration {
    let mut now = Duration::ZERO;
    move || {
        now += Duration::from_micros(1500);
        now
    }
}

fn named_card() -> TestCard<impl FnMut(&[u8]) -> Option<Vec<u8>>> {
    card(|command: &[u8]| match command[1] {
        0xB0 => Some(b"YAMADA TARO\x90\x00".to_vec()),
        0x20 => Some(vec![0x63, 0xC2]),
        0x02 => None,
        _ => Some(vec![0x90, 0x00]),
    })
}

#[test]
fn each_event_is_a_line_without_personal_data() {
    let lines = RefCell::new(Vec::new());
    let sink = |event: &TraceEvent<'_>| lines.borrow_mut().push(event.to_string());
    let mut traced = Traced::new(InProcess::new(named_card()), clock(), sink);
    let mut reply = Reply::new();
    traced.begin().unwrap();
    traced.transmit(&SELECT, &mut reply).unwrap();
    traced.transmit(&READ, &mut reply).unwrap();
    traced.transmit(&READ.with_data(b"digest"), &mut reply).unwrap();
    traced.end(Disposition::Unpower).unwrap();
    traced.transmit(&Command::new(Class::ISO, Instruction(2), 0, 0), &mut reply).unwrap_err();
    traced.begin().unwrap_err();
    traced.reconnect().unwrap();
    let select = Instruction::SELECT.name().unwrap();
    let read = Instruction::READ_BINARY.name().unwrap();
    assert_eq!(
        lines.into_inner(),
        [
            "   0  begin  1.500 ms".to_owned(),
            format!("   1  00 A4 04 0C {select} [4] D392F000 -> 9000  1.500 ms"),
            format!("   2  00 B0 00 00 {read} Le=65536 -> 9000 [11]  1.500 ms"),
            format!("   3  00 B0 00 00 {read} [6] Le=65536 -> 9000 [11]  1.500 ms"),
            "   4  end Unpower  1.500 ms".to_owned(),
            "   5  00 02 00 00 -> the card was removed  1.500 ms".to_owned(),
            "   6  begin -> the card was removed  1.500 ms".to_owned(),
            "   7  reconnect  1.500 ms".to_owned(),
        ]
    );
}

#[test]
fn personal_data_are_printed_only_when_asked_for_by_that_name() {
    let lines = RefCell::new(String::new());
    let sink = |event: &TraceEvent<'_>| lines.borrow_mut().push_str(&event.to_string());
    let mut traced = Traced::new(InProcess::new(named_card()), clock(), sink).printing_personal_data();
    traced.transmit(&READ, &mut Reply::new()).unwrap();
    assert!(lines.borrow().contains("9000 [11] 59414D414441205441524F"), "{}", lines.borrow());
}

#[test]
fn on_the_cards_side_the_same_is_seen_and_bytes_that_are_no_command_are_not_shown() {
    let lines = RefCell::new(Vec::new());
    let sink = |event: &TraceEvent<'_>| lines.borrow_mut().push(event.to_string());
    let mut card = Traced::new(named_card(), clock(), sink).printing_personal_data();
    card.power(PowerEvent::On);
    card.respond(&[0, 0x20, 0, 0x80, 4, b'1', b'2', b'3', b'4']).unwrap();
    card.respond(&[0, 0x20, 0, 0x80, 9, b'1', b'2', b'3', b'4']).unwrap();
    assert_eq!(card.respond(&[0, 2, 0, 0]), None);
    let verify = Instruction::VERIFY.name().unwrap();
    assert_eq!(
        lines.into_inner(),
        [
            "   0  power On  1.500 ms".to_owned(),
            format!("   1  00 20 00 80 {verify} <secret> -> 63C2  1.500 ms"),
            "   2  bytes that are not a command -> 63C2  1.500 ms".to_owned(),
            "   3  00 02 00 00 -> the card was removed  1.500 ms".to_owned(),
        ]
    );
}

/// Everything that any wrapper can be made to print in a session with this PIN.
fn all_output(pin: &[u8]) -> String {
    let output = RefCell::new(String::new());
    let print = |text: String| {
        output.borrow_mut().push_str(&text);
        output.borrow_mut().push('\n');
    };
    let sink = |event: &TraceEvent<'_>| print(format!("{event}\n{event:?}\n{:?}", event.what()));
    // By its instruction, and by being marked.
    let verify = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x80).with_data(pin);
    let marked = Command::new(Class::PROPRIETARY, Instruction(0xE2), 0, 0).with_data(pin).secret();
    let card = Traced::new(named_card(), clock(), sink).printing_personal_data();
    // What is marked on the host's side only is not known on the card's.
    let faults = [
        (1, Fault::Fail(Error::Transmission, When::AfterDelivery)),
        (3, Fault::Repeat(When::AfterDelivery)),
        (4, Fault::Extend(3)),
        (5, Fault::Fail(Error::CardReset, When::BeforeDelivery)),
    ];
    let faulty = Faulty::new(ShortOnly::new(InProcess::new(card)), faults);
    let mut wire = Traced::new(Counted::new(Recorded::new(faulty)), clock(), sink).printing_personal_data();
    let mut reply = Reply::new();
    wire.begin().unwrap();
    for command in [verify, verify, verify.extended(), verify, verify, verify, verify] {
        let outcome = wire.transmit(&command, &mut reply);
        print(format!("{outcome:?} {command:?} {reply:?}"));
        if let Err(error) = outcome {
            print(error.to_string());
        }
    }
    wire.reconnect().unwrap();
    print(format!("{wire:?} {:?}", wire.inner()));
    let counts = wire.inner().counts();
    print(format!("{counts:?}"));
    print(format!("{:?}", wire.inner().inner()));
    print(wire.inner().inner().recording().to_string());
    let host_only = InProcess::new(named_card());
    let mut wire = Traced::new(Recorded::new(host_only), clock(), sink).printing_personal_data();
    wire.transmit(&marked, &mut reply).unwrap();
    print(format!("{marked:?} {wire:?} {}", wire.inner().recording()));
    output.into_inner()
}

#[test]
fn b10_no_wrapper_prints_a_pin_or_its_length() {
    let canary = b"KAKUSHI8472";
    let output = all_output(canary);
    let hex: String = canary.iter().map(|byte| format!("{byte:02X}")).collect();
    let numbers = format!("{canary:?}");
    let lower = hex.to_lowercase();
    for shown in ["KAKUSHI8472", &hex, &lower, &numbers[1..20], "KAKU", "8472", "38343732"] {
        assert!(!output.contains(shown), "{shown} in {output}");
    }
    assert!(output.contains("<secret>") && output.contains("secret\n"), "something was printed at all");
    assert_eq!(output, all_output(b"1234"), "the same for a PIN of another length");
    assert_eq!(output, all_output(b"0123456789ABCDEF"));
}
