use mynumber_apdu::{Class, Command, Instruction};
use proptest::prelude::*;

use super::{Recording, RecordingErrorKind as Kind, WORDS, Word, error};
use crate::test_card::card;
use crate::{Disposition, Error, Fault, Faulty, InProcess, Recorded, Replay, Reply, Transport, When};

const READ: Command<'_> = Command::new(Class::ISO, Instruction::READ_BINARY, 0x8A, 0).expecting_short();
const VERIFY: Command<'_> = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x80).with_data(b"1234");
const SESSION: &str = "mynumber recording 1
atr 3B800181
begin
> 00200080 secret
< 63C2
> 00B08A0000
< 0102039000
> 00B08A0000
! card-removed
end leave ! card-removed
reconnect ! no-card
reconnect 3B800181
begin ! sharing-violation
";

fn read(transport: &mut impl Transport, command: &Command<'_>) -> Result<Vec<u8>, Error> {
    let mut reply = Reply::new();
    transport.transmit(command, &mut reply).map(|()| reply.bytes().to_vec())
}

/// The session of the text above.
fn play(transport: &mut impl Transport) -> Vec<Result<Vec<u8>, Error>> {
    let nothing = |outcome: Result<(), Error>| outcome.map(|()| Vec::new());
    vec![
        nothing(transport.begin()),
        read(transport, &VERIFY),
        read(transport, &READ),
        read(transport, &READ),
        nothing(transport.end(Disposition::Leave)),
        nothing(transport.reconnect()),
        nothing(transport.reconnect()),
        nothing(transport.begin()),
    ]
}

#[test]
fn a_session_is_recorded_as_documented_and_replayed_as_it_was() {
    let card = card(|command: &[u8]| match command[1] {
        0x20 => Some(vec![0x63, 0xC2]),
        _ => Some(vec![1, 2, 3, 0x90, 0x00]),
    });
    let removal = [(2, Fault::Fail(Error::CardRemoved, When::BeforeDelivery))];
    let faulty =
        Faulty::new(InProcess::new(card), removal).failing_to_begin([]).failing_to_reconnect([Error::NoCard]);
    let mut recorded = Recorded::new(FailSecondBegin(faulty, 0));
    let outcomes = play(&mut recorded);
    let recording = recorded.into_parts().1;
    assert_eq!(recording.to_string(), SESSION);
    assert_eq!(recording.exchanges(), 3);
    let parsed: Recording = SESSION.parse().unwrap();
    assert!(parsed == recording);
    let mut replay = Replay::new(parsed);
    assert_eq!(replay.atr(), [0x3B, 0x80, 0x01, 0x81]);
    assert_eq!(play(&mut replay), outcomes);
    assert!(replay.is_finished());
}

struct FailSecondBegin<T>(T, u8);

impl<T: Transport> Transport for FailSecondBegin<T> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        self.0.transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.1 += 1;
        if self.1 > 1 { Err(Error::SharingViolation) } else { self.0.begin() }
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        self.0.end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.0.reconnect()
    }

    fn atr(&self) -> &[u8] {
        self.0.atr()
    }
}

#[test]
fn a_replay_takes_only_the_recorded_command_and_any_secret_in_its_place() {
    let mut replay = Replay::new(SESSION.parse().unwrap());
    assert_eq!(read(&mut replay, &READ), Err(Error::NotRecorded { index: 0 }));
    let other_pin = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x80).with_data(b"567890");
    let query = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x80);
    assert_eq!(read(&mut replay, &query), Err(Error::NotRecorded { index: 0 }), "a query is no secret");
    assert_eq!(read(&mut replay, &other_pin), Ok(vec![0x63, 0xC2]));
    assert_eq!(read(&mut replay, &READ.extended()), Err(Error::NotRecorded { index: 1 }));
    assert_eq!(read(&mut replay, &READ), Ok(vec![1, 2, 3, 0x90, 0x00]));
    assert_eq!(read(&mut replay, &READ), Err(Error::CardRemoved));
    assert!(replay.is_finished());
    assert_eq!(read(&mut replay, &READ), Err(Error::NotRecorded { index: 3 }));
}

#[test]
fn a_text_that_is_no_recording_is_refused_by_line() {
    let whole = |rest: &str| format!("mynumber recording 1\n{rest}\n");
    for (text, line, kind) in [
        (String::new(), 1, Kind::FirstLine),
        ("mynumber recording 2".to_owned(), 1, Kind::FirstLine),
        (whole("# note\n\nhello"), 4, Kind::UnknownWord),
        (whole("> 00B0"), 2, Kind::Unpaired),
        (whole("< 9000"), 2, Kind::Unpaired),
        (whole("> 00B00000\n> 00B00000"), 3, Kind::Unpaired),
        (whole("> 00B00000\nbegin\n< 9000"), 3, Kind::Unpaired),
        (whole("> 00B0000"), 2, Kind::Hex),
        (whole("> 00B0000G"), 2, Kind::Hex),
        (whole("> 002000 secret"), 2, Kind::Header),
        (whole("> 00B00000\n! tired"), 3, Kind::UnknownWord),
        (whole("end eject"), 2, Kind::UnknownWord),
        (whole("begin ! other 12"), 2, Kind::Hex),
    ] {
        let error = text.parse::<Recording>().unwrap_err();
        assert_eq!((error.line(), error.kind()), (line, kind), "{text}");
    }
}

#[test]
fn each_error_has_its_word() {
    for (word, known) in &WORDS {
        assert_eq!(&Word(known).to_string(), word);
        assert_eq!(error(word).as_ref(), Ok(known));
    }
    let other = Error::Other { code: 0x8010_002F };
    assert_eq!(Word(&other).to_string(), "other 8010002F");
    assert_eq!(error("other 8010002F"), Ok(other));
}

proptest! {
    #[test]
    fn any_text_is_a_recording_or_an_error(
        lines in proptest::collection::vec("(>|<|!|begin|end|atr|reconnect)? ?[0-9A-Fa-f !a-z\u{3042}-]{0,12}", 0..8),
    ) {
        let text = format!("mynumber recording 1\n{}", lines.join("\n"));
        if let Ok(recording) = text.parse::<Recording>() {
            let again: Recording = recording.to_string().parse().unwrap();
            prop_assert!(again == recording);
        }
    }
}
