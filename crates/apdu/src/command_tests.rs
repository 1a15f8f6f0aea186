use super::*;
use std::format;
use std::vec::Vec;

fn parsed(bytes: &[u8]) -> Command<'_> {
    Command::parse(bytes).expect("well formed")
}

#[test]
fn all_seven_cases_round_trip() {
    let short: &[u8] = &[0xA5; 255];
    let long: &[u8] = &[0x5A; 65_535];
    let base = Command::new(Class::ISO, Instruction::READ_BINARY, 0x12, 0x34);
    for command in [
        base,
        base.expecting_short(),
        base.expecting(Le::new(1).expect("one")),
        base.with_data(&[7]),
        base.with_data(short),
        base.with_data(short).expecting_short(),
        base.expecting_all(),
        base.expecting(Le::new(257).expect("a length")),
        base.with_data(&[7]).extended(),
        base.with_data(long),
        base.with_data(long).expecting_all(),
        base.with_data(&[7]).expecting_all(),
        base.with_data(&[7]).extended().expecting(Le::new(1).expect("one")),
    ] {
        let mut buffer = std::vec![0; command.encoded_len()];
        let bytes = command.encode(&mut buffer).expect("fits");
        assert_eq!(bytes.len(), command.encoded_len());
        assert_eq!(parsed(bytes), command);
    }
}

#[test]
fn the_parts_of_a_command_are_as_they_stand_on_the_wire() {
    let command = parsed(&[0x80, 0x2A, 0x03, 0x97, 2, 0xAB, 0xCD, 0x10]);
    assert_eq!((command.class(), command.instruction()), (Class(0x80), Instruction(0x2A)));
    assert_eq!((command.p1(), command.p2(), command.p1p2()), (0x03, 0x97, 0x0397));
    assert_eq!((command.data(), command.expected().map(Le::get)), (&[0xAB, 0xCD][..], Some(16)));
    assert_eq!(command.form(), Form::Short);
    let secured = command.with_class(Class(0x0C));
    assert_eq!(
        (secured.class(), secured.instruction(), secured.p1p2()),
        (Class(0x0C), Instruction(0x2A), 0x0397)
    );
    assert_eq!(Le::new(0), None);
    assert_eq!((Le::new(65_536), Le::new(65_537)), (Some(Le::EXTENDED_MAX), None));
    assert_eq!((Le::SHORT_MAX.get(), Le::EXTENDED_MAX.get()), (256, 65_536));
}

/// Written out: the same lengths in both forms, and every case.
#[test]
fn every_case_stands_on_the_wire_as_the_standard_draws_it() {
    let base = Command::new(Class::ISO, Instruction::READ_BINARY, 0x12, 0x34);
    let le = |n| Le::new(n).expect("a length");
    for (command, body) in [
        (base, &[][..]),
        (base.extended(), &[]),
        (base.expecting(le(5)), &[5]),
        (base.expecting(le(256)), &[0]),
        (base.expecting(le(257)), &[0, 1, 1]),
        (base.expecting(le(5)).extended(), &[0, 0, 5]),
        (base.expecting(le(65_535)), &[0, 0xFF, 0xFF]),
        (base.expecting_all(), &[0, 0, 0]),
        (base.with_data(&[7, 8]), &[2, 7, 8]),
        (base.with_data(&[7, 8]).extended(), &[0, 0, 2, 7, 8]),
        (base.with_data(&[7, 8]).expecting(le(3)), &[2, 7, 8, 3]),
        (base.with_data(&[7, 8]).expecting_short(), &[2, 7, 8, 0]),
        (base.with_data(&[7, 8]).expecting(le(3)).extended(), &[0, 0, 2, 7, 8, 0, 3]),
        (base.with_data(&[7, 8]).expecting(le(258)), &[0, 0, 2, 7, 8, 1, 2]),
        (base.with_data(&[7, 8]).expecting_all(), &[0, 0, 2, 7, 8, 0, 0]),
    ] {
        let mut buffer = [0xEE; 16];
        let wire = command.encode(&mut buffer).expect("fits");
        assert_eq!((&wire[..4], &wire[4..]), (&[0x00, 0xB0, 0x12, 0x34][..], body), "{command:?}");
        assert_eq!(command.encoded_len(), 4 + body.len(), "{command:?}");
        let mut exact = std::vec![0; wire.len()];
        assert!(command.encode(&mut exact).is_ok(), "{command:?}");
        assert!(command.encode(&mut exact[1..]).is_err(), "{command:?}");
    }
    let [limit, above] = [std::vec![1; 255], std::vec![1; 256]];
    assert_eq!((base.with_data(&limit).form(), base.with_data(&above).form()), (Form::Short, Form::Extended));
    assert_eq!(format!("{:?}", base.expecting_all()), "Command(00 B0 12 34 Le=65536 extended)");
}

#[test]
fn zero_le_means_the_largest_of_its_form() {
    assert_eq!(parsed(&[0, 0xB0, 0, 0, 0]).expected(), Some(Le::SHORT_MAX));
    assert_eq!(parsed(&[0, 0xB0, 0, 0, 0, 0, 0]).expected(), Some(Le::EXTENDED_MAX));
    assert_eq!(parsed(&[0, 0xB0, 0, 0, 0, 1, 0]).expected().map(Le::get), Some(256));
}

#[test]
fn malformed_forms_are_refused_with_kind_and_position() {
    use ParseErrorKind::{
        DataTruncated, HeaderTruncated, InvalidClass, InvalidInstruction, LengthTruncated, TrailingBytes,
        ZeroLc,
    };
    for (bytes, kind, position) in [
        (&[][..], HeaderTruncated, 0),
        (&[0, 0xA4, 4], HeaderTruncated, 3),
        (&[0xFF, 0xA4, 4, 0], InvalidClass, 0),
        (&[0, 0x61, 4, 0], InvalidInstruction, 1),
        (&[0, 0x9F, 4, 0], InvalidInstruction, 1),
        (&[0, 0xA4, 4, 0, 0, 1], LengthTruncated, 6),
        (&[0, 0xA4, 4, 0, 0, 0, 0, 1], ZeroLc, 5),
        (&[0, 0xA4, 4, 0, 2, 1], DataTruncated, 6),
        (&[0, 0xA4, 4, 0, 1, 1, 0, 0], TrailingBytes, 7),
        (&[0, 0xA4, 4, 0, 0, 0, 2, 1], DataTruncated, 8),
        (&[0, 0xA4, 4, 0, 0, 0, 1, 1, 0], LengthTruncated, 9),
        (&[0, 0xA4, 4, 0, 0, 0, 1, 1, 0, 0, 0], TrailingBytes, 10),
    ] {
        let error = Command::parse(bytes).expect_err("malformed");
        assert_eq!((error.kind(), error.position()), (kind, position), "{bytes:02X?}");
    }
}

#[test]
fn b10_a_secret_command_shows_neither_data_nor_length() {
    let verify = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x98).with_data(b"1234");
    assert_eq!(verify.secrecy(), Secrecy::Secret);
    assert_eq!(format!("{verify:?}"), "Command(00 20 00 98 <secret>)");
    let query = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x98);
    assert_eq!(query.secrecy(), Secrecy::Open);
    let marked = Command::new(Class::ISO, Instruction::SELECT, 4, 0).with_data(b"1234").secret();
    assert_eq!(format!("{marked:?}"), "Command(00 A4 04 00 <secret>)");
    let received: Vec<u8> = [0, 0x24, 1, 0x80, 4, 0x31, 0x32, 0x33, 0x34].to_vec();
    assert_eq!(parsed(&received).secrecy(), Secrecy::Secret);
    let open = Command::new(Class::ISO, Instruction::SELECT, 4, 0x0C).with_data(&[0xA0, 0]).expecting_short();
    assert_eq!(format!("{open:?}"), "Command(00 A4 04 0C [2] A000 Le=256)");
}

#[test]
fn encode_says_what_it_needs() {
    let command = Command::new(Class::ISO, Instruction::SELECT, 4, 0x0C).with_data(&[1, 2, 3]);
    for size in 0..command.encoded_len() {
        let mut buffer = std::vec![0; size];
        assert_eq!(command.encode(&mut buffer), Err(EncodeError::BufferTooSmall { needed: 8 }));
    }
    let long = std::vec![0; 65_536];
    let mut buffer = std::vec![0; 70_000];
    let error = command.with_data(&long).encode(&mut buffer);
    assert_eq!(error, Err(EncodeError::DataTooLong { length: 65_536 }));
}

#[test]
fn an_extended_field_of_zero_is_le_alone_and_never_lc() {
    let everything = parsed(&[0, 0xA4, 4, 0, 0, 0, 0]);
    assert_eq!((everything.data(), everything.expected()), ([].as_slice(), Some(Le::EXTENDED_MAX)));
    for tail in 1..5 {
        let mut bytes = std::vec![0, 0xA4, 4, 0, 0, 0, 0];
        bytes.extend(std::vec![0; tail]);
        let error = Command::parse(&bytes).expect_err("an Lc of zero");
        assert_eq!((error.kind(), error.position()), (ParseErrorKind::ZeroLc, 5));
    }
    let mut buffer = [0; 16];
    let empty = Command::new(Class::ISO, Instruction::SELECT, 4, 0).with_data(&[]).extended();
    assert_eq!(empty.encode(&mut buffer), Ok([0, 0xA4, 4, 0].as_slice()));
    assert_eq!(empty.expecting_all().encode(&mut buffer), Ok([0, 0xA4, 4, 0, 0, 0, 0].as_slice()));
}
