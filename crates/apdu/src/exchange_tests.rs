use super::*;
use std::vec::Vec;

/// Runs an exchange against a scripted card; returns the outcome and the commands sent.
fn run(
    command: Command<'_>,
    lengths: Lengths,
    out: &mut [u8],
    mut card: impl FnMut(usize, &[u8]) -> Vec<u8>,
) -> (Result<Outcome, Error>, Vec<Vec<u8>>) {
    let mut sent = Vec::new();
    let mut exchange = Exchange::new(command, lengths, out);
    loop {
        let mut buffer = std::vec![0; exchange.command().encoded_len()];
        let bytes = exchange.command().encode(&mut buffer).expect("fits").to_vec();
        let reply = card(sent.len(), &bytes);
        sent.push(bytes);
        match exchange.receive(&reply) {
            Ok(Progress::Again) => {}
            Ok(Progress::Done(outcome)) => return (Ok(outcome), sent),
            Err(error) => return (Err(error), sent),
        }
    }
}

fn with_status(data: &[u8], status: u16) -> Vec<u8> {
    let mut reply = data.to_vec();
    reply.extend(status.to_be_bytes());
    reply
}

const READ: Command<'static> = Command::new(Class::ISO, Instruction::READ_BINARY, 0x8A, 0);

#[test]
fn a2_endless_61_with_data_stops_at_the_buffer() {
    let mut out = [0; 1024];
    let (result, sent) =
        run(READ.expecting_short(), Lengths::Short, &mut out, |_, _| with_status(&[0; 16], 0x6110));
    assert_eq!(result, Err(Error::TooMuchData { limit: 1024 }));
    assert_eq!(sent.len(), 65);
}

#[test]
fn a2_endless_61_in_single_bytes_stops_at_the_round_budget() {
    let mut out = std::vec![0; 65_536];
    let (result, sent) =
        run(READ.expecting_short(), Lengths::Short, &mut out, |_, _| with_status(&[0; 1], 0x6101));
    assert_eq!(result, Err(Error::TooManyRounds { rounds: MAX_ROUNDS }));
    assert_eq!(sent.len(), usize::from(MAX_ROUNDS) + 1);
}

#[test]
fn a3_endless_61_without_data_stops_after_two_empty_rounds() {
    let mut out = [0; 1024];
    let (result, sent) =
        run(READ.expecting_short(), Lengths::Short, &mut out, |_, _| with_status(&[], 0x6110));
    assert_eq!(result, Err(Error::EmptyRounds { rounds: 2 }));
    assert_eq!(sent.len(), 3);
}

#[test]
fn a4_fewer_bytes_than_61_announced_are_accepted_and_the_status_decides() {
    let mut out = [0; 1024];
    let (result, _) = run(READ.expecting_short(), Lengths::Short, &mut out, |index, _| match index {
        0 => with_status(&[], 0x6100),
        _ => with_status(&[1, 2, 3], 0x9000),
    });
    let outcome = result.expect("answered");
    assert_eq!((outcome.length(), outcome.status()), (3, StatusWord::SUCCESS));
    assert_eq!(&out[..3], [1, 2, 3]);
}

#[test]
fn a5_6c_is_followed_once() {
    let mut out = [0; 1024];
    let (result, sent) = run(READ.expecting_short(), Lengths::Short, &mut out, |index, _| {
        with_status(&[], 0x6C05 + u16::try_from(index).expect("small"))
    });
    assert_eq!(result.expect("answered").status(), StatusWord(0x6C06));
    assert_eq!(sent, [[0x00, 0xB0, 0x8A, 0x00, 0x00], [0x00, 0xB0, 0x8A, 0x00, 0x05]]);
}

#[test]
fn a6_more_data_than_asked_for_is_refused() {
    let mut out = std::vec![0; 70_000];
    for (le, length) in [(Le::new(255), 300), (Some(Le::SHORT_MAX), 258), (Some(Le::EXTENDED_MAX), 65_537)] {
        let command = READ.expecting(le.expect("a length"));
        let (result, sent) =
            run(command, Lengths::Extended, &mut out, |_, _| with_status(&std::vec![0; length], 0x9000));
        assert!(matches!(result, Err(Error::Oversized { received, .. }) if received == length));
        assert_eq!(sent.len(), 1);
    }
    let select = Command::new(Class::ISO, Instruction::SELECT, 0x04, 0x0C).with_data(&[1]);
    let (result, _) = run(select, Lengths::Short, &mut out, |_, _| with_status(&[1], 0x9000));
    assert_eq!(result, Err(Error::Oversized { received: 1, allowed: 0 }));
}

#[test]
fn a1_replies_without_status_word_end_the_exchange() {
    let mut out = [0; 16];
    for length in 0..2 {
        let (result, _) =
            run(READ.expecting_short(), Lengths::Short, &mut out, |_, _| std::vec![0x90; length]);
        assert_eq!(result, Err(Error::ShortResponse(ShortResponse { length })));
    }
}

#[test]
fn a_refused_extended_read_falls_back_once_and_says_so() {
    let mut out = [0; 512];
    let (result, sent) =
        run(READ.expecting_all(), Lengths::Extended, &mut out, |_, bytes| match bytes.len() {
            7 => with_status(&[], 0x6700),
            _ => with_status(&[7; 256], 0x9000),
        });
    let outcome = result.expect("answered");
    assert!(outcome.fell_back());
    assert_eq!(outcome.length(), 256);
    assert_eq!(sent.len(), 2);
    let (result, sent) =
        run(READ.expecting_all(), Lengths::Extended, &mut out, |_, _| with_status(&[], 0x6700));
    assert_eq!(result.expect("answered").status(), StatusWord::WRONG_LENGTH);
    assert_eq!(sent.len(), 2);
}

#[test]
fn a_transport_that_refuses_extended_lengths_is_served_short_ones() {
    let mut out = [0; 512];
    let mut exchange = Exchange::new(READ.expecting_all(), Lengths::Extended, &mut out);
    exchange.extended_refused().expect("falls back");
    assert_eq!(exchange.command().form(), Form::Short);
    assert_eq!(exchange.extended_refused(), Err(Error::ExtendedRefused));
}

#[test]
fn long_data_is_chained_in_short_form() {
    let data = [0x55; 600];
    let command = Command::new(Class::PROPRIETARY, Instruction::COMPUTE_SIGNATURE, 0, 0x9A)
        .with_data(&data)
        .expecting_short();
    let mut out = [0; 256];
    let (result, sent) = run(command, Lengths::Short, &mut out, |_, _| with_status(&[], 0x9000));
    assert!(result.is_ok());
    let shape: Vec<(u8, usize)> = sent.iter().map(|bytes| (bytes[0], bytes.len())).collect();
    assert_eq!(shape, [(0x90, 260), (0x90, 260), (0x80, 96)]);
    let (result, sent) = run(command, Lengths::Short, &mut out, |_, _| with_status(&[], 0x6884));
    assert_eq!(result.expect("answered").status(), StatusWord::CHAINING_NOT_SUPPORTED);
    assert_eq!(sent.len(), 1);
}

#[test]
fn a_secret_command_is_never_sent_twice() {
    let pin = [0x31; 4];
    let verify = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x98).with_data(&pin);
    let mut out = [0; 16];
    for status in [0x6700, 0x6C04, 0x63C2] {
        let command = verify.extended().expecting_short();
        let (result, sent) = run(command, Lengths::Extended, &mut out, |_, _| with_status(&[], status));
        assert_eq!(result.expect("answered").status(), StatusWord(status));
        assert_eq!(sent.len(), 1);
    }
}

#[test]
fn a7_fewer_bytes_than_asked_for_are_handed_on_with_their_number() {
    for length in [0, 1, 255] {
        let mut out = [0; 256];
        let (result, sent) = run(READ.expecting_short(), Lengths::Short, &mut out, |_, _| {
            with_status(&std::vec![7; length], 0x9000)
        });
        let outcome = result.expect("answered");
        assert_eq!((outcome.length(), outcome.status()), (length, StatusWord::SUCCESS));
        assert_eq!(sent.len(), 1);
    }
}

#[test]
fn a10_every_status_word_ends_the_exchange_and_only_9000_is_success() {
    for value in 0..=u16::MAX {
        let mut out = [0; 16];
        let (result, sent) =
            run(READ.expecting_short(), Lengths::Short, &mut out, |_, _| with_status(&[], value));
        match (value >> 8, result) {
            (0x61, result) => assert_eq!(result, Err(Error::EmptyRounds { rounds: 2 })),
            (sw1, Ok(outcome)) => {
                assert_eq!(outcome.status(), StatusWord(value));
                assert_eq!(outcome.status().is_success(), value == 0x9000);
                assert_eq!(sent.len(), if sw1 == 0x6C { 2 } else { 1 });
            }
            (_, Err(error)) => panic!("{value:04X}: {error}"),
        }
    }
}

#[test]
fn a11_warnings_with_data_bring_the_data_and_are_no_success() {
    for warning in [0x6281, 0x6282, 0x62F0, 0x6300, 0x63C2] {
        let mut out = [0; 256];
        let (result, _) =
            run(READ.expecting_short(), Lengths::Short, &mut out, |_, _| with_status(&[1, 2], warning));
        let outcome = result.expect("answered");
        assert_eq!((outcome.length(), outcome.status()), (2, StatusWord(warning)));
        assert!(!outcome.status().is_success());
        let (result, sent) = run(READ.expecting_short(), Lengths::Short, &mut out, |index, _| match index {
            0 => with_status(&[1], 0x6101),
            _ => with_status(&[2], warning),
        });
        let outcome = result.expect("answered");
        assert_eq!((outcome.length(), outcome.status(), sent.len()), (2, StatusWord(warning), 2));
    }
}

#[test]
fn a5_6c_on_get_response_is_followed_once() {
    let mut out = [0; 64];
    let (result, sent) = run(READ.expecting_short(), Lengths::Short, &mut out, |index, _| match index {
        0 => with_status(&[], 0x6120),
        1 => with_status(&[], 0x6C10),
        2 => with_status(&[9; 16], 0x9000),
        _ => panic!("a fourth command"),
    });
    assert_eq!(result.expect("answered").length(), 16);
    assert_eq!(sent[1..], [[0x00, 0xC0, 0x00, 0x00, 0x20], [0x00, 0xC0, 0x00, 0x00, 0x10]]);
    let (result, sent) = run(READ.expecting_short(), Lengths::Short, &mut out, |index, _| match index {
        0 => with_status(&[], 0x6120),
        _ => with_status(&[], 0x6C10),
    });
    assert_eq!(result.expect("answered").status(), StatusWord(0x6C10));
    assert_eq!(sent.len(), 3);
}

#[test]
fn get_response_of_a_secret_command_may_be_sent_again_but_not_the_command() {
    let pin = [0x31; 4];
    let verify = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x98).with_data(&pin);
    let mut out = [0; 64];
    let (result, sent) = run(verify, Lengths::Short, &mut out, |index, _| match index {
        0 => with_status(&[], 0x6104),
        1 => with_status(&[], 0x6C02),
        _ => with_status(&[1, 2], 0x9000),
    });
    assert_eq!(result.expect("answered").length(), 2);
    assert_eq!(sent.iter().filter(|bytes| bytes[1] == 0x20).count(), 1);
    assert_eq!(sent.len(), 3);
}

#[test]
fn an_answer_is_fetched_after_the_last_piece_of_a_chain_but_not_before() {
    let data = [0x55; 300];
    let command = Command::new(Class::PROPRIETARY, Instruction::COMPUTE_SIGNATURE, 0, 0x9A)
        .with_data(&data)
        .expecting_short();
    let mut out = [0; 512];
    let (result, sent) = run(command, Lengths::Short, &mut out, |index, _| match index {
        0 => with_status(&[], 0x9000),
        1 => with_status(&[], 0x6100),
        _ => with_status(&[3; 256], 0x9000),
    });
    assert_eq!(result.expect("answered").length(), 256);
    assert_eq!(sent[2], [0x00, 0xC0, 0x00, 0x00, 0x00]);
    let (result, sent) = run(command, Lengths::Short, &mut out, |_, _| with_status(&[], 0x6110));
    assert_eq!((result, sent.len()), (Err(Error::AnsweredTooEarly), 1));
    let (result, sent) = run(command, Lengths::Short, &mut out, |_, _| with_status(&[1], 0x9000));
    assert_eq!((result, sent.len()), (Err(Error::Oversized { received: 1, allowed: 0 }), 1));
}

#[test]
fn a_piece_of_a_chain_is_never_sent_again() {
    let data = [0x55; 300];
    let command = Command::new(Class::PROPRIETARY, Instruction::COMPUTE_SIGNATURE, 0, 0x9A)
        .with_data(&data)
        .expecting_short();
    let mut out = [0; 512];
    let (result, sent) = run(command, Lengths::Short, &mut out, |index, _| match index {
        0 => with_status(&[], 0x9000),
        _ => with_status(&[], 0x6C80),
    });
    assert_eq!(result.expect("answered").status(), StatusWord(0x6C80));
    assert_eq!(sent.len(), 2);
}

#[test]
fn an_exchange_that_ended_takes_no_more_replies() {
    let mut out = [0; 16];
    let mut exchange = Exchange::new(READ.expecting_short(), Lengths::Short, &mut out);
    assert_eq!(exchange.receive(&[0x90]), Err(Error::ShortResponse(ShortResponse { length: 1 })));
    assert_eq!(exchange.receive(&[0x90, 0x00]), Err(Error::Finished));
    let mut exchange = Exchange::new(READ.expecting_short(), Lengths::Short, &mut out);
    assert!(matches!(exchange.receive(&[0x90, 0x00]), Ok(Progress::Done(_))));
    assert_eq!(exchange.receive(&[0x90, 0x00]), Err(Error::Finished));
    assert_eq!(exchange.extended_refused(), Err(Error::ExtendedRefused));
}

#[test]
fn get_response_travels_on_the_channel_of_the_command() {
    for (class, expected) in
        [(0x00, 0x00), (0x80, 0x00), (0x83, 0x03), (0x0C, 0x00), (0x43, 0x43), (0x62, 0x42)]
    {
        let command = Command::new(Class(class), Instruction::READ_BINARY, 0, 0).expecting_short();
        let mut out = [0; 16];
        let (_, sent) = run(command, Lengths::Short, &mut out, |index, _| match index {
            0 => with_status(&[], 0x6101),
            _ => with_status(&[1], 0x9000),
        });
        assert_eq!(sent[1], [expected, 0xC0, 0x00, 0x00, 0x01]);
    }
}

#[test]
fn the_last_piece_keeps_the_class_of_the_command() {
    let data = [0x55; 300];
    let command = Command::new(Class(0x10), Instruction::COMPUTE_SIGNATURE, 0, 0x9A).with_data(&data);
    let mut out = [0; 16];
    let (_, sent) = run(command, Lengths::Short, &mut out, |_, _| with_status(&[], 0x9000));
    let classes: Vec<u8> = sent.iter().map(|bytes| bytes[0]).collect();
    assert_eq!(classes, [0x10, 0x10]);
}

#[test]
fn b10_every_piece_of_a_marked_command_is_secret_and_of_an_open_one_open() {
    let data = [0x31; 600];
    let open = Command::new(Class::ISO, Instruction::SELECT, 4, 0).with_data(&data);
    for (command, secrecy) in [(open, Secrecy::Open), (open.secret(), Secrecy::Secret)] {
        let mut out = [];
        let mut exchange = Exchange::new(command, Lengths::Short, &mut out);
        for last in [false, false, true] {
            assert_eq!(exchange.command().secrecy(), secrecy);
            match exchange.receive(&[0x90, 0x00]) {
                Ok(Progress::Again) => assert!(!last),
                Ok(Progress::Done(outcome)) => assert!(last && !outcome.fell_back()),
                Err(error) => panic!("{error}"),
            }
        }
    }
}
