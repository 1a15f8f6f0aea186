use mynumber_apdu::exchange;
use mynumber_transport::Error as TransportError;

use super::*;
use crate::card::Card;
use crate::error::Fault;
use crate::file::{self, Contents};
use crate::testing::{JPKI, Script, bytes, element, ok};

const ALL: &str = "00B08A00 000000";
const SHORT: &str = "00B08A00 00";

fn certificate(script: Script) -> (Result<Contents<file::UserAuthenticationCertificate>, Error>, Script) {
    let mut card = Card::new(script);
    let result = card.user_authentication_certificate();
    (result, card.into_transport())
}

fn kind(script: Script) -> ErrorKind {
    let (result, script) = certificate(script);
    assert!(script.is_done(), "{:?}", script.log);
    result.unwrap_err().kind().clone()
}

/// READ BINARY replies in pieces of at most `most` bytes, as the host is expected to ask for them.
fn pieces(mut script: Script, file: &[u8], first: &str, most: usize) -> Script {
    let mut offset = 0;
    for piece in file.chunks(most) {
        let rest = file.len() - offset;
        let command = if offset == 0 {
            first.to_string()
        } else if rest >= 256 {
            format!("00B0{offset:04X} 00")
        } else {
            format!("00B0{offset:04X} {rest:02X}")
        };
        script = script.then(&command, &ok(piece));
        offset += piece.len();
    }
    script
}

#[test]
fn a_reader_without_extended_lengths_reads_nothing_twice() {
    let file = element(1590);
    let mut script = pieces(Script::new(&[JPKI]), &file, SHORT, 256);
    script.short_only = true;
    let (result, script) = certificate(script);
    assert_eq!(result.unwrap().content(), file);
    assert_eq!(script.commands().len(), 1 + 7);
}

#[test]
fn a_card_that_refuses_extended_lengths_is_asked_so_once_per_connection() {
    let file = element(600);
    let script = pieces(Script::new(&[JPKI, (ALL, "6700")]), &file, SHORT, 256);
    let mut script = pieces(script.and(&[JPKI]), &file, "00B08B00 00", 256);
    script.short_only = false;
    let mut card = Card::new(script);
    assert_eq!(card.user_authentication_certificate().unwrap().content(), file);
    assert_eq!(card.read::<file::UserAuthenticationCaCertificate>().unwrap().content(), file);
    assert!(card.into_transport().is_done());
}

#[test]
fn a_reader_that_refuses_extended_lengths_is_tried_once() {
    let file = element(600);
    let script = Script::new(&[JPKI]).fault(ALL, TransportError::ExtendedRefused);
    let (result, script) = certificate(pieces(script, &file, SHORT, 256));
    assert_eq!(result.unwrap().content(), file);
    assert!(script.is_done());
}

#[test]
fn a_card_that_refuses_extended_lengths_by_another_word_falls_back_too() {
    let file = element(600);
    for word in ["6D00", "6F00"] {
        let script = pieces(Script::new(&[JPKI, (ALL, word)]), &file, SHORT, 256);
        assert_eq!(certificate(script).0.unwrap().content(), file);
    }
    assert_eq!(
        kind(Script::new(&[JPKI, (ALL, "6F00"), (SHORT, "6F00")])),
        ErrorKind::UnexpectedStatus { status: StatusWord(0x6F00) }
    );
}

#[test]
fn answers_in_61xx_pieces_are_collected() {
    let file = element(600);
    let mut script =
        Script::new(&[JPKI, (ALL, "6100")]).then("00C00000 00", &[&file[..256], &[0x61, 0x00]].concat());
    script = script.then("00C00000 00", &[&file[256..512], &[0x61, 0x58]].concat());
    script = script.then("00C00000 58", &ok(&file[512..]));
    let (result, script) = certificate(script);
    assert_eq!(result.unwrap().content(), file);
    assert!(script.is_done());
}

#[test]
fn a7_a_short_answer_is_continued_from_the_real_offset() {
    let file = element(700);
    let script =
        Script::new(&[JPKI]).then(ALL, &ok(&file[..100])).then("00B00064 000258", &ok(&file[100..350]));
    let script = script.then("00B0015E 00015E", &ok(&file[350..])).then("00B00000 08", &ok(&file[..8]));
    let (result, script) = certificate(script);
    assert_eq!(result.unwrap().content(), file);
    assert!(script.is_done());
}

#[test]
fn a7_a_header_in_single_bytes_is_put_together() {
    let file = element(300);
    let mut script = Script::new(&[JPKI]);
    script.short_only = true;
    script = script.then(SHORT, &ok(&file[..1])).then("00B00001 00", &ok(&file[1..2]));
    script = script.then("00B00002 00", &ok(&file[2..258])).then("00B00102 2A", &ok(&file[258..]));
    script = script.then("00B00000 08", &ok(&file[..1]));
    let (result, script) = certificate(script);
    assert_eq!(result.unwrap().content(), file);
    assert!(script.is_done());
}

#[test]
fn a7_no_bytes_at_all_are_an_error() {
    assert_eq!(kind(Script::new(&[JPKI, (ALL, "9000")])), ErrorKind::EmptyRead);
    let file = element(300);
    let script = Script::new(&[JPKI]).then(ALL, &ok(&file[..100])).then("00B00064 C8", &ok(&[]));
    assert_eq!(kind(script), ErrorKind::FileTooShort { expected: 300, received: 100 });
}

#[test]
fn a7_a_card_that_hands_out_single_bytes_for_ever_is_stopped() {
    let file = element(4000);
    let mut script = Script::new(&[JPKI]);
    script.short_only = true;
    script = script.then(SHORT, &ok(&file[..4]));
    for offset in 4..1027 {
        script = script.then(&format!("00B0{offset:04X} 00"), &ok(&file[offset..=offset]));
    }
    assert_eq!(kind(script), ErrorKind::TooManyPieces);
}

#[test]
fn a8_impossible_lengths_are_refused_before_anything_more_is_read() {
    for header in ["3084FFFFFFFF", "3082FFFF", "3080", "3000", "FFFFFFFFFF", "30827000"] {
        let script = Script::new(&[JPKI]).then(ALL, &ok(&bytes(header)));
        let kind = kind(script);
        assert!(matches!(kind, ErrorKind::Malformed(_)), "{header}: {kind:?}");
    }
}

#[test]
fn a9_a_file_that_shrinks_between_two_reads_is_an_error() {
    let file = element(600);
    let mut script = Script::new(&[JPKI]);
    script.short_only = true;
    script = script
        .then(SHORT, &ok(&file[..256]))
        .then("00B00100 00", &ok(&file[256..300]))
        .and(&[("00B0012C 00", "6B00")]);
    assert_eq!(kind(script), ErrorKind::FileTooShort { expected: 600, received: 300 });
}

#[test]
fn a9_a_file_that_grows_between_two_reads_gives_no_more_than_its_first_bytes_told() {
    let file = element(300);
    let script = Script::new(&[JPKI]).then(ALL, &ok(&file[..100])).then("00B00064 C8", &ok(&[0x41; 201]));
    assert!(matches!(
        kind(script),
        ErrorKind::Exchange(exchange::Error::Oversized { received: 201, allowed: 200 })
    ));
}

#[test]
fn a9_a_file_that_begins_anew_while_it_is_read_in_pieces_is_an_error() {
    let file = element(300);
    for again in [&element(316)[..8], &[], &file[..7]] {
        let script = Script::new(&[JPKI]).then(ALL, &ok(&file[..100])).then("00B00064 C8", &ok(&file[100..]));
        let script = script.then("00B00000 08", &ok(again));
        if again == &file[..7] {
            assert_eq!(certificate(script).0.unwrap().content(), file);
        } else {
            assert_eq!(kind(script), ErrorKind::FileChanged);
        }
    }
}

#[test]
fn a14_filler_may_follow_the_content_and_nothing_else_may() {
    for filler in [0xFF, 0x00] {
        let file = [element(300), vec![filler; 20]].concat();
        let (result, _) = certificate(Script::new(&[JPKI]).then(ALL, &ok(&file)));
        let read = result.unwrap();
        assert_eq!((read.content().len(), read.bytes().len()), (300, 320));
    }
    let two = [element(300), element(300)].concat();
    assert_eq!(kind(Script::new(&[JPKI]).then(ALL, &ok(&two))), ErrorKind::TrailingBytes { extra: 300 });
    let one_more = [element(300), vec![0xFF, 0x01]].concat();
    assert_eq!(kind(Script::new(&[JPKI]).then(ALL, &ok(&one_more))), ErrorKind::TrailingBytes { extra: 2 });
}

#[test]
fn a11_a_warning_with_data_is_taken_only_when_the_file_is_complete() {
    let file = element(300);
    let with = |data: &[u8], word: u16| [data, &word.to_be_bytes()].concat();
    let (result, _) = certificate(Script::new(&[JPKI]).then(ALL, &with(&file, 0x6282)));
    assert_eq!(result.unwrap().content(), file);
    let script = Script::new(&[JPKI]).then(ALL, &with(&file[..200], 0x6282));
    assert_eq!(kind(script), ErrorKind::FileTooShort { expected: 300, received: 200 });
    for word in [0x6281, 0x62F0, 0x6200] {
        let script = Script::new(&[JPKI]).then(ALL, &with(&file, word));
        assert_eq!(kind(script), ErrorKind::UnexpectedStatus { status: StatusWord(word) });
    }
}

#[test]
fn a1_a2_a3_a5_a6_broken_replies_are_the_cards_fault() {
    let mut endless = Script::new(&[JPKI, (ALL, "6110")]);
    for _ in 0..2 {
        endless = endless.and(&[("00C00000 10", "6110")]);
    }
    for script in [
        Script::new(&[JPKI, (ALL, "")]),
        Script::new(&[JPKI, (ALL, "90")]),
        endless,
        Script::new(&[JPKI]).then(ALL, &[vec![0x41; 0x8000], vec![0x90, 0x00]].concat()),
    ] {
        let (result, script) = certificate(script);
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Exchange(_)), "{error}");
        assert_eq!(error.fault(), Fault::Card);
        assert!(script.is_done());
    }
}

#[test]
fn a10_every_status_word_to_read_binary_is_an_error_but_success() {
    let file = [0x30; 160];
    let mut read = 0;
    for word in 0..=u16::MAX {
        let status = StatusWord(word);
        if matches!(status.meaning(), Meaning::MoreData(_) | Meaning::WrongLe(_)) {
            continue;
        }
        let mut script =
            Script::new(&[JPKI]).then("00B08600 00", &[&file[..100], &word.to_be_bytes()].concat());
        script.short_only = true;
        match status {
            StatusWord::SUCCESS => script = script.then("00B00064 3C", &ok(&file[100..])),
            status if NOT_BY_SHORT_ID.contains(&status) => {
                script = script.and(&[("00A4020C 02 0006", "9000")]).then("00B00000 00", &ok(&file));
            }
            _ => {}
        }
        let mut card = Card::new(script);
        read += u32::from(card.read::<file::TokenInfo>().is_ok());
        assert!(card.into_transport().is_done(), "{status}");
    }
    assert_eq!(read, 5, "9000, and the four words after which the file is selected");
}

#[test]
fn a_file_that_short_identifiers_do_not_make_current_is_selected_once() {
    let file = element(700);
    for word in ["6986", "6A86"] {
        let mut script = Script::new(&[JPKI]);
        script.short_only = true;
        script =
            script.then(SHORT, &ok(&file[..256])).and(&[("00B00100 00", word), ("00A4020C 02 000A", "9000")]);
        script = script.then("00B00100 00", &ok(&file[256..512])).then("00B00200 BC", &ok(&file[512..]));
        let (result, script) = certificate(script);
        assert_eq!(result.unwrap().content(), file);
        assert!(script.is_done());
    }
    let mut script = Script::new(&[JPKI]);
    script.short_only = true;
    script = script.then(SHORT, &ok(&file[..256])).and(&[
        ("00B00100 00", "6986"),
        ("00A4020C 02 000A", "9000"),
        ("00B00100 00", "6986"),
    ]);
    assert_eq!(kind(script), ErrorKind::UnexpectedStatus { status: StatusWord::NO_CURRENT_FILE });
}

#[test]
fn plain_files_and_records_and_data_objects_are_read_whole() {
    let info = [0x30; 160];
    let common = ("00A4040C 0A D3921000310001010100", "9000");
    let script = Script::new(&[JPKI])
        .then("00B08600 00", &ok(&info[..100]))
        .then("00B00064 3C", &ok(&info[100..]))
        .and(&[JPKI])
        .then("00B08800 00", &ok(&[0x8F, 0x8F, 0x00]))
        .and(&[common])
        .then("00B2010C 00", &ok(&[0x01, 0x02, 0x30, 0x31]))
        .and(&[("00A4040C 07 A0000001510000", "9000")])
        .then("00CA00F0 000000", &ok(b"13221"))
        .and(&[("00A4040C 07 A0000001510000", "9000"), ("00CA7F21 000000", "6A88")]);
    let mut card = Card::new(script);
    assert_eq!(card.read::<file::TokenInfo>().unwrap().bytes(), info);
    assert_eq!(card.read::<file::CertificateAvailability>().unwrap().bytes(), [0x8F, 0x8F, 0x00]);
    assert_eq!(card.read_file(FileId::CommonRecord).unwrap().bytes(), [0x01, 0x02, 0x30, 0x31]);
    assert_eq!(card.data_object(DataObjectId::MunicipalityCode).unwrap().bytes(), b"13221");
    let error = card.data_object(DataObjectId::LowerCertificate).unwrap_err();
    assert_eq!(
        (error.kind(), error.object()),
        (&ErrorKind::ObjectAbsent, Object::DataObject(DataObjectId::LowerCertificate))
    );
    assert!(card.into_transport().is_done());
}

#[test]
fn a_locked_file_is_not_asked_for_without_its_pin() {
    let mut card = Card::new(Script::default());
    let error = card.read_file(FileId::Attributes).unwrap_err();
    assert_eq!((error.fault(), card.into_transport().log.len()), (Fault::Caller, 0));
}

#[test]
fn a14_a_certificate_file_of_another_tag_is_refused() {
    let mut file = element(300);
    file[0] = 0x31;
    assert!(matches!(kind(Script::new(&[JPKI]).then(ALL, &ok(&file))), ErrorKind::Malformed(_)));
}

#[test]
fn token_information_of_a_label_alone_is_enough() {
    let label = b"JPKIAPICCTOKEN2                 ";
    for end in ["6B00", "9000", "6282"] {
        let script = Script::new(&[JPKI]).then("00B08600 00", &ok(label)).and(&[("00B00020 80", end)]);
        let mut card = Card::new(script);
        assert_eq!(card.read::<file::TokenInfo>().unwrap().bytes(), label);
        assert!(card.into_transport().is_done());
    }
    let script = Script::new(&[JPKI]).then("00B08600 00", &ok(&label[..20])).and(&[("00B00014 8C", "6B00")]);
    let error = Card::new(script).read::<file::TokenInfo>().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::FileTooShort { expected: 32, received: 20 });
}
