//! Responses from any bytes, and an exchange with a card that answers whatever the input says.

use mynumber_apdu::exchange::{Exchange, Lengths, MAX_ROUNDS, Outcome, Progress};
use mynumber_apdu::{Class, Command, Instruction, Meaning, Response, Secrecy};

/// Takes the input for a response, and then for a script of a hostile card in an exchange.
///
/// As a script: three bytes choose the command, the length forms and the size of the output buffer; then replies
/// follow, each behind a byte with its length (`FF` stands for 300). The last reply is repeated without end.
pub fn apdu_response(data: &[u8]) {
    if let Ok(response) = Response::parse(data) {
        let status = response.status().0.to_be_bytes();
        assert_eq!([response.data(), &status].concat(), data);
        assert_eq!(response.status().is_success(), response.status().meaning() == Meaning::Success);
        assert!(!format!("{response:?}").is_empty());
    } else {
        assert!(data.len() < 2);
    }
    if let [choice, low, high, script @ ..] = data {
        exchange(*choice, usize::from(u16::from_be_bytes([*high, *low])), script);
    }
}

/// The data field of the commands: long enough to be chained in three pieces.
const DATA: [u8; 600] = [0x31; 600];

fn command(choice: u8) -> Command<'static> {
    let (data, _) = DATA.split_at(match choice & 0x03 {
        0 => 0,
        1 => 4,
        2 => 255,
        _ => 600,
    });
    let instruction = if choice & 0x04 == 0 { Instruction::READ_BINARY } else { Instruction::VERIFY };
    let class = if choice & 0x80 == 0 { Class::ISO } else { Class(0x41) };
    let command = Command::new(class, instruction, 0x8A, 0).with_data(data);
    match choice & 0x18 {
        0x00 => command,
        0x08 => command.expecting_short(),
        0x10 => command.expecting_all(),
        _ => command.extended(),
    }
}

fn exchange(choice: u8, room: usize, mut script: &[u8]) {
    let command = command(choice);
    let lengths = if choice & 0x20 == 0 { Lengths::Short } else { Lengths::Extended };
    let mut out = vec![0; room];
    let mut exchange = Exchange::new(command, lengths, &mut out);
    let refused = choice & 0x40 != 0 && exchange.extended_refused().is_ok();
    let mut reply = vec![0x90, 0x00];
    let (mut commands, mut carried) = (0u16, 0usize);
    let outcome = loop {
        let sent = exchange.command();
        commands += 1;
        // Three pieces, sent twice at worst (a fallback), one re-issue, and the rounds of GET RESPONSE.
        assert!(commands <= MAX_ROUNDS + 8, "the exchange does not end");
        carried += sent.data().len();
        assert!(sent.encoded_len() <= command.encoded_len().max(261));
        if let [length, rest @ ..] = script {
            let length = if *length == 0xFF { 300 } else { usize::from(*length) };
            let (next, rest) = rest.split_at(length.min(rest.len()));
            (reply, script) = (next.to_vec(), rest);
        }
        match exchange.receive(&reply) {
            Ok(Progress::Again) => {}
            Ok(Progress::Done(outcome)) => break Some(outcome),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                break None;
            }
        }
    };
    assert!(exchange.receive(&[0x90, 0x00]).is_err(), "a reply after the end was taken");
    assert_eq!(exchange.command(), command, "after the end it is the command that was asked for");
    assert!(exchange.extended_refused().is_err(), "a fallback after the end");
    assert!(exchange.data().len() <= room);
    if command.secrecy() == Secrecy::Secret {
        assert!(carried <= command.data().len(), "a secret went out twice");
    }
    if let Some(outcome) = outcome {
        check(&outcome, &command, carried, refused);
    }
}

fn check(outcome: &Outcome, command: &Command<'_>, carried: usize, refused: bool) {
    assert!(!matches!(outcome.status().meaning(), Meaning::MoreData(_)), "data was left on the card");
    if outcome.status().is_success() {
        assert!(carried >= command.data().len(), "success without the whole command sent");
    }
    assert!(outcome.fell_back() || !refused);
}
