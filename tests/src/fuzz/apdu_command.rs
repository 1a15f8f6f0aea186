//! Commands from any bytes.

use mynumber_apdu::exchange::{Exchange, Lengths, Progress};
use mynumber_apdu::{Command, EncodeError, Secrecy};

/// Parses the input as a command: refused with a position inside it, or encoded back to the very same bytes; a secret
/// one shows nothing; in the short form only, the pieces of a chain carry the data field, whole and in order.
pub fn apdu_command(data: &[u8]) {
    let command = match Command::parse(data) {
        Ok(command) => command,
        Err(error) => {
            assert!(error.position() <= data.len(), "{error}");
            return;
        }
    };
    let mut buffer = vec![0xEE; data.len() + 1];
    assert_eq!(command.encoded_len(), data.len());
    assert_eq!(command.encode(&mut buffer), Ok(data));
    assert_eq!(buffer.last(), Some(&0xEE), "a byte behind the command was touched");
    assert_eq!(Command::parse(data), Ok(command));
    if let Some(small) = buffer.get_mut(..data.len() - 1) {
        assert_eq!(command.encode(small), Err(EncodeError::BufferTooSmall { needed: data.len() }));
    }
    shows_no_secret(&command);
    chain_carries_all_data(&command);
}

fn shows_no_secret(command: &Command<'_>) {
    let header: Vec<String> = [command.class().0, command.instruction().0, command.p1(), command.p2()]
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let shown = format!("{:?}", command.secret());
    assert!(shown.starts_with(&format!("Command({} <secret>", header.join(" "))), "{shown}");
    if command.secrecy() == Secrecy::Secret {
        assert_eq!(format!("{command:?}"), shown);
    }
}

fn chain_carries_all_data(command: &Command<'_>) {
    let mut out = [0; 16];
    let mut exchange = Exchange::new(*command, Lengths::Short, &mut out);
    let mut carried = Vec::new();
    loop {
        let piece = exchange.command();
        assert!(piece.encoded_len() <= 261, "{piece:?}");
        assert_eq!(piece.secrecy(), command.secrecy());
        carried.extend_from_slice(piece.data());
        match exchange.receive(&[0x90, 0x00]) {
            Ok(Progress::Again) => assert_eq!(piece.class(), command.class().chained(true)),
            Ok(Progress::Done(outcome)) => {
                assert!(outcome.status().is_success());
                assert_eq!(piece.class(), command.class());
                break;
            }
            Err(error) => unreachable!("9000 breaks no rule: {error}"),
        }
    }
    assert_eq!(carried, command.data());
}
