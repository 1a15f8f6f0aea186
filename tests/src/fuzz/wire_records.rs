//! Recordings and faults as text, and sessions that are recorded, traced, disturbed and replayed.

use core::time::Duration;

use mynumber_driver::Card;
use mynumber_transport::{
    Counted, Error, Fault, Faulty, InProcess, Recorded, Recording, Replay, ShortOnly, TraceEvent, Traced,
};
use mynumber_virtual_card::Quirks;

use super::choices::Choices;
use super::operations::{Secrets, operate, told};
use crate::host::{
    BIRTH_DATE, Driver, InsertedCard, KnownKey, NUMBER_A, NUMBER_B, PIN, SIGNATURE_PASSWORD, inserted,
};

const RIGHT: Secrets = Secrets {
    pin: PIN,
    other: "5678",
    password: SIGNATURE_PASSWORD,
    birth: BIRTH_DATE,
    number_a: NUMBER_A,
    number_b: NUMBER_B,
};

/// Operations in one input.
const STEPS: usize = 4;

/// Takes the first byte for what the rest is: the text of a recording, to be replayed to the driver; the text of a fault; or
/// operations with the text of their faults, which are recorded and replayed.
///
/// # Panics
/// When a text does not come back from what was read of it, when a replayed session goes another way than the recorded one, or
/// when a trace or a recording shows a PIN.
pub fn wire_records(data: &[u8]) {
    let mut choices = Choices(data);
    match choices.byte().unwrap_or(0) {
        0 => recording(&mut choices),
        1 => {
            fault(&String::from_utf8_lossy(choices.0));
        }
        _ => session(&mut choices),
    }
}

fn fault(text: &str) -> Option<Fault> {
    match text.parse::<Fault>() {
        Ok(fault) => {
            assert_eq!(fault.to_string().parse(), Ok(fault.clone()), "{text:?}");
            Some(fault)
        }
        Err(error) => {
            assert!(!format!("{error} {error:?}").is_empty());
            None
        }
    }
}

fn recording(choices: &mut Choices<'_>) {
    let (operation, argument) = (choices.byte().unwrap_or(0), choices.byte().unwrap_or(0));
    let recording: Recording = match String::from_utf8_lossy(choices.0).parse() {
        Ok(recording) => recording,
        Err(error) => {
            let error: mynumber_transport::RecordingError = error;
            assert!(error.line() > 0 && !format!("{error} {error:?} {:?}", error.kind()).is_empty());
            return;
        }
    };
    let text = recording.to_string();
    assert!(text.parse().as_ref() == Ok(&recording), "{text}");
    assert!(format!("{recording:?}").contains("exchanges"));
    let mut replay = Replay::new(recording);
    let mut card: Driver<'_> = Card::new(&mut replay);
    let _ = operate(&mut card, operation, argument, &RIGHT, &KnownKey).map_err(|error| told(&error));
    drop(card);
    assert!(!format!("{replay:?} {}", replay.is_finished()).is_empty());
}

type Steps = Vec<(u8, u8)>;

fn run(transport: &mut dyn mynumber_transport::Transport, steps: &Steps) -> Vec<String> {
    let mut card: Driver<'_> = Card::new(transport);
    let step = |(operation, argument): &(u8, u8)| {
        let done = operate(&mut card, *operation, *argument, &RIGHT, &KnownKey);
        done.map_or_else(|error| told(&error), |counters| format!("{counters:?}"))
    };
    steps.iter().map(step).collect()
}

fn session(choices: &mut Choices<'_>) {
    let flags = choices.byte().unwrap_or(0);
    let steps: Steps = (0..STEPS).map_while(|_| Some((choices.byte()?, choices.byte()?))).collect();
    let script = core::iter::from_fn(|| {
        let at = choices.byte()?;
        let text = String::from_utf8_lossy(choices.counted()).into_owned();
        Some((usize::from(at), fault(&text)))
    });
    let faults: Vec<(usize, Fault)> = script
        .take(8)
        .filter_map(|(at, fault)| Some((at, fault?)))
        .filter(|(_, fault)| !matches!(fault, Fault::Delay(time) if *time > Duration::from_millis(1)))
        .collect();
    let Ok(reader) = inserted(Quirks::default()) else { unreachable!("the sample is made") };
    let mut failing = Faulty::new(reader, faults);
    if flags & 0x01 != 0 {
        failing = failing.failing_to_begin([Error::CardReset, Error::SharingViolation]);
    }
    if flags & 0x02 != 0 {
        failing = failing.failing_to_reconnect([Error::NoCard]);
    }
    let mut trace = String::new();
    let sink = |event: &TraceEvent<'_>| trace.push_str(&format!("{event}\n{event:?}\n"));
    let mut traced = Traced::new(Counted::new(failing), || Duration::ZERO, sink);
    if flags & 0x04 != 0 {
        traced = traced.printing_personal_data();
    }
    let mut recorded = Recorded::new(traced);
    let live = run(&mut recorded, &steps);
    let (traced, recording) = recorded.into_parts();
    let reader: InProcess<InsertedCard> = traced.into_inner().into_inner().into_inner();
    assert!(!format!("{reader:?}").is_empty());
    let text = recording.to_string();
    // The PIN's digits stand in other data by chance; the command that would carry it does not.
    assert!(!text.contains("0431323334") && !trace.contains("0431323334"), "a PIN is shown");
    let Ok(again) = text.parse::<Recording>() else { unreachable!("a recording is not read back: {text}") };
    assert!(again == recording);
    let mut replay = Replay::new(again);
    let replayed = if flags & 0x08 == 0 {
        run(&mut replay, &steps)
    } else {
        run(&mut ShortOnly::new(&mut replay), &steps)
    };
    assert!(flags & 0x08 != 0 || live == replayed, "{live:?} was replayed as {replayed:?}");
}
