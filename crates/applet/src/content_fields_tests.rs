//! The contents that are made of fields rather than templates, and the coding that all of them share.

use super::error::ContentError;
use super::wire::{self, Out};
use super::*;
use crate::number::NumberError;
use crate::{Date, DateError, MunicipalityCode, TokenKind};
use mynumber_apdu::{simple_tlv, tlv};
use std::{format, vec, vec::Vec};

fn emit(write: impl FnOnce(&mut [u8]) -> Result<&[u8], ContentError>) -> Vec<u8> {
    write(&mut vec![0; 0x1000]).expect("fits").to_vec()
}

/// What is wrong, and where.
fn fault<T>(result: Result<T, ContentError>) -> Option<(ContentErrorKind, usize)> {
    result.err().map(|error| (error.kind(), error.position()))
}

#[test]
fn the_basic_information_of_input_assist_is_told() {
    let key = KeyReference::parse(b"9000034\x08\x05001\0\0\0\0").expect("a reference");
    let repr =
        InputAssistBasicInfoRepr { version: ApplicationVersion::INPUT_ASSIST, key, opaque: &[0x77; 128] };
    let file = emit(|room| repr.emit(room));
    let longer = [&file[..], &[0xFF; 2]].concat();
    let view = InputAssistBasicInfo::parse(&longer).expect("basic information");
    assert_eq!((view.as_bytes(), view.key(), view.opaque()), (&file[..], key, &[0x77; 128][..]));
    assert_eq!(view.version(), ApplicationVersion([0x01, 0x03, 0x0E, 0x01]));
}

#[test]
fn the_basic_information_of_the_card_face_is_told_and_says_where_it_is_malformed() {
    let reference = |number: &[u8; 7]| KeyReference::new(number, b"001", [0; 4]).expect("digits");
    let repr = CardFaceBasicInfoRepr {
        version: ApplicationVersion::CARD_FACE,
        key: reference(b"9000024"),
        data_version: 7,
        municipality: MunicipalityCode::parse(b"13101").expect("digits"),
        second_key: reference(b"9000025"),
        opaque: &[0x77; 256],
    };
    let file = emit(|room| repr.emit(room));
    let longer = [&file[..], &[0; 2]].concat();
    let view = CardFaceBasicInfo::parse(&longer).expect("basic information");
    assert_eq!((view.as_bytes(), view.version()), (&file[..], ApplicationVersion([0x06, 0x03, 0x0E, 0x01])));
    assert_eq!((view.key(), view.second_key()), (reference(b"9000024"), reference(b"9000025")));
    assert_eq!((view.data_version(), view.municipality().as_str()), (7, "13101"));
    assert_eq!(view.opaque(), [0x77; 256]);
    // Headers: 5, then 3 and 4, 3 and 16, 3 and 1, 3 and 5, 5 and 272 bytes.
    let number = ContentErrorKind::Number(NumberError::NotDigits);
    for (at, kind) in [(15, ContentErrorKind::NotDigits), (38, number), (48, ContentErrorKind::NotDigits)] {
        let mut wrong = file.clone();
        wrong[at] = b'x';
        assert_eq!(fault(CardFaceBasicInfo::parse(&wrong)), Some((kind, at)));
    }
}

#[test]
fn an_application_tells_its_version_vendor_and_whether_it_takes_extended_lengths() {
    let version = ApplicationVersion([6, 3, 0x0E, 1]);
    assert_eq!((version.specification(), version.vendor()), (6, 0x0E));
    assert!(version.has_extended_lengths());
    assert!(
        [0, 1, 2, 4].iter().all(|second| !ApplicationVersion([6, *second, 0x0E, 1]).has_extended_lengths())
    );
}

const COMMON: &[u8; 30] = b"\x01\x1C123456789012345131012035021\x37";

#[test]
fn the_common_record_is_cut_into_serial_number_municipality_and_expiry() {
    let view = CommonRecord::parse(COMMON).expect("a record");
    assert_eq!(view.digits(), "1234567890123451310120350217");
    assert_eq!((view.serial(), view.manufacture_number()), ("123456789012345", "3456789012345"));
    assert_eq!((view.municipality(), view.expiry_text()), ("13101", "20350217"));
    assert_eq!((view.expiry(), format!("{view:?}")), (Date::new(2035, 2, 17).ok(), "CommonRecord".into()));
}

#[test]
fn a_common_record_says_where_it_is_malformed() {
    let of = |at: usize, byte: u8| {
        let mut record = *COMMON;
        record[at] = byte;
        fault(CommonRecord::parse(&record).and_then(|view| view.to_repr()))
    };
    assert_eq!(of(0, 2), Some((ContentErrorKind::Fixed, 0)));
    assert_eq!(of(9, b'x'), Some((ContentErrorKind::NotDigits, 2)));
    assert_eq!(of(26, b'9'), Some((ContentErrorKind::Date(DateError::Month), 22)));
    let short = &[&[1, 27][..], &COMMON[2..29]].concat();
    assert_eq!(fault(CommonRecord::parse(short)), Some((ContentErrorKind::Length { expected: 28 }, 2)));
    let trailing = Some((ContentErrorKind::SimpleTlv(simple_tlv::Error::TrailingBytes), 0));
    assert_eq!(fault(CommonRecord::parse(&[&COMMON[..], &[0]].concat())), trailing);

    let mut record = *COMMON;
    record[26] = b'9';
    assert_eq!(CommonRecord::parse(&record).expect("the view does not judge").expiry(), None);
    let repr = CommonRecord::parse(COMMON).and_then(|view| view.to_repr()).expect("a meaning");
    let wrong = CommonRecordRepr { serial: *b"12345678901234x", ..repr };
    assert_eq!(fault(wrong.emit(&mut [0; 30])), Some((ContentErrorKind::NotDigits, 2)));
    assert_eq!(fault(repr.emit(&mut [0; 29])), Some((ContentErrorKind::BufferTooSmall, 0)));
}

/// Every field has bytes of its own.
fn token() -> Vec<u8> {
    let numbers = (1..=11u32).flat_map(|number| (number * 0x0102_0304).to_be_bytes());
    [
        format!("{:32}{:32}{:16}{:16}", "JPKIAPICCTOKEN2", "MAKER 1", "MODEL~", "SERIAL").into_bytes(),
        numbers.collect(),
        b"03019876543210987654".to_vec(),
    ]
    .concat()
}

#[test]
fn token_information_is_read_field_by_field() {
    let file = token();
    let longer = [&file[..], &[0xFF; 9]].concat();
    let view = TokenInfo::parse(&longer).expect("token information");
    assert_eq!(
        (view.as_bytes(), view.kind()),
        (&<[u8; 160]>::try_from(&file[..]).unwrap(), Some(TokenKind::Card))
    );
    assert_eq!((view.label(), view.manufacturer()), (&b"JPKIAPICCTOKEN2"[..], &b"MAKER 1"[..]));
    assert_eq!((view.model(), view.serial()), (&b"MODEL~"[..], &b"SERIAL"[..]));
    assert_eq!(view.flags(), TokenFlags(0x0102_0304));
    assert_eq!(view.pin_lengths(), (6 * 0x0102_0304, 7 * 0x0102_0304));
    let expected = TokenInfoRepr {
        kind: TokenKind::Card,
        manufacturer: "MAKER 1",
        model: "MODEL~",
        serial: "SERIAL",
        flags: TokenFlags(0x0102_0304),
        max_sessions: 2 * 0x0102_0304,
        sessions: 3 * 0x0102_0304,
        max_rw_sessions: 4 * 0x0102_0304,
        rw_sessions: 5 * 0x0102_0304,
        max_pin_len: 6 * 0x0102_0304,
        min_pin_len: 7 * 0x0102_0304,
        memory: [8, 9, 10, 11].map(|number| number * 0x0102_0304),
        hardware_version: *b"03",
        firmware_version: *b"01",
        time: *b"9876543210987654",
    };
    assert_eq!(view.to_repr(), Ok(expected));
    assert_eq!(emit(|room| expected.emit(room)), file);
}

#[test]
fn token_information_says_which_text_is_none() {
    let of = |at: usize, byte: u8| {
        let mut file = token();
        file[at] = byte;
        fault(TokenInfo::parse(&file).expect("the view does not judge").to_repr())
    };
    assert_eq!(of(3, b'X'), Some((ContentErrorKind::Label, 0)));
    assert_eq!(of(31, 0), Some((ContentErrorKind::NotAscii, 31)));
    assert_eq!(of(33, 0x1F), Some((ContentErrorKind::NotAscii, 33)));
    assert_eq!(of(66, 0x7F), Some((ContentErrorKind::NotAscii, 66)));
    assert_eq!(of(95, 0xE9), Some((ContentErrorKind::NotAscii, 95)));
    assert_eq!(
        fault(TokenInfo::parse(&token()[..159])),
        Some((ContentErrorKind::Length { expected: 160 }, 159))
    );
    assert_eq!(
        fault(TokenInfo::parse(&[&token()[..], &[1]].concat())),
        Some((ContentErrorKind::Filler, 160))
    );

    let new = |manufacturer, model, serial| {
        fault(TokenInfoRepr::new(TokenKind::Card, manufacturer, model, serial).emit(&mut [0; 160]))
    };
    assert_eq!(new("A manufacturer of 32 characters.", "A model: 16 char", "0123456789012345"), None);
    assert_eq!(new("A manufacturer of 33 characters..", "", ""), Some((ContentErrorKind::ValueTooLong, 32)));
    assert_eq!(new("", "A model: 17 chars", ""), Some((ContentErrorKind::ValueTooLong, 64)));
    assert_eq!(new("", "", "01234567890123456"), Some((ContentErrorKind::ValueTooLong, 80)));
    assert_eq!(new("", "", "\u{7F}"), Some((ContentErrorKind::NotAscii, 80)));
}

#[test]
fn flags_contain_others_when_all_of_them_are_set() {
    let (card, both) = (TokenFlags::OF_CARD, TokenFlags(0x9));
    let single = [TokenFlags::RNG, TokenFlags::LOGIN_REQUIRED, TokenFlags::USER_PIN_INITIALIZED];
    assert!(
        card.contains(both) && card.contains(TokenFlags::TOKEN_INITIALIZED) && card.contains(TokenFlags(0))
    );
    assert!(single.iter().all(|flag| card.contains(*flag)));
    assert!(
        !card.contains(TokenFlags(0x2)) && !card.contains(TokenFlags(0x3)) && !TokenFlags::RNG.contains(both)
    );
    assert_eq!(format!("{card:?}"), "TokenFlags(0000040D)");
}

#[test]
fn each_certificate_is_there_exactly_when_its_own_byte_says_so() {
    for (bytes, signature, authentication) in [
        ([0x8F, 0x8F, 0], true, true),
        ([0x8F, 0, 0], true, false),
        ([0, 0x8F, 0], false, true),
        ([0; 3], false, false),
    ] {
        let view = CertificateAvailability::parse(&bytes).expect("three bytes");
        assert_eq!((view.has_signature(), view.has_user_authentication()), (signature, authentication));
        let repr = CertificateAvailabilityRepr { signature, user_authentication: authentication };
        assert_eq!((view.as_bytes(), view.to_repr()), (&bytes, Ok(repr)));
        assert_eq!(emit(|room| repr.emit(room)), bytes);
    }
    // Any other value means that the certificate is absent, and is none that is written again.
    for (bytes, at) in [([0x8E, 0x8F, 0], 0), ([0x8F, 0xFF, 0], 1), ([0x8F, 0x8F, 1], 2)] {
        let view = CertificateAvailability::parse(&bytes).expect("three bytes");
        assert_eq!((view.has_signature(), view.has_user_authentication()), (at != 0, at != 1));
        assert_eq!(fault(view.to_repr()), Some((ContentErrorKind::Fixed, at)));
    }
    assert_eq!(
        fault(CertificateAvailability::parse(&[0; 2])),
        Some((ContentErrorKind::Length { expected: 3 }, 2))
    );
}

#[test]
fn the_sex_has_the_codes_of_iso_5218() {
    let codes = [
        (Sex::Unknown, b'0', "不明"),
        (Sex::Male, b'1', "男"),
        (Sex::Female, b'2', "女"),
        (Sex::NotApplicable, b'9', "適用不能"),
    ];
    for byte in 0..=u8::MAX {
        let known = codes.iter().find(|(_, code, _)| *code == byte).map(|(sex, ..)| *sex);
        assert_eq!(Sex::from_code(byte), known);
    }
    assert!(codes.iter().all(|(sex, code, japanese)| (sex.code(), sex.japanese()) == (*code, *japanese)));
}

#[test]
fn a_file_may_be_as_long_as_read_binary_reaches_and_no_longer() {
    let file = [&[0x8F, 0x8F, 0][..], &vec![0xFF; LIMIT - 3]].concat();
    assert!(CertificateAvailability::parse(&file).is_ok());
    let longer = vec![0xFF; LIMIT + 1];
    let too_long = Some((ContentErrorKind::TooLong, 0x8000));
    assert_eq!(fault(CertificateAvailability::parse(&longer)), too_long);
    assert_eq!(fault(TokenInfo::parse(&longer)), too_long);
    assert_eq!(fault(card_number(&vec![b'A'; LIMIT + 1])), too_long);
    assert_eq!(fault(CardVerifiableCertificate::parse_data_object(&longer)), too_long);
}

#[test]
fn lengths_take_one_byte_up_to_127_and_three_beyond() {
    for (length, header) in [
        (0, &[0xDF, 0x21, 0][..]),
        (0x7F, &[0xDF, 0x21, 0x7F]),
        (0x80, &[0xDF, 0x21, 0x82, 0, 0x80]),
        (0x8000, &[0xDF, 0x21, 0x82, 0x80, 0]),
    ] {
        let (mut room, value) = (vec![0; 0x9000], vec![7; length]);
        let mut out = Out::new(&mut room);
        out.element(0xDF21, &value).expect("fits");
        assert_eq!(out.finish(), [header, &value[..]].concat());
        assert_eq!(wire::element_len(length), header.len() + length);
    }
    let mut room = [0; 32];
    let mut out = Out::new(&mut room);
    out.bytes(&[1, 2, 3]).expect("fits");
    assert_eq!(fault(out.header(0x4D, 0x8001)), Some((ContentErrorKind::ValueTooLong, 4)));
    assert_eq!(fault(out.filled(0x4D, &[])), Some((ContentErrorKind::Empty, 4)));
    assert_eq!(fault(out.bytes(&[0; 29])), Some((ContentErrorKind::BufferTooSmall, 4)));
    out.bytes(&[0; 28]).expect("fits exactly");
    assert_eq!(out.finish().len(), 32);
}

#[test]
fn errors_of_the_layers_below_are_told_with_their_place() {
    let error = Attributes::parse(&[0xFF, 0x20, 5, 0xDF]).expect_err("cut off");
    assert_eq!((error.kind(), error.position()), (ContentErrorKind::Tlv(tlv::ErrorKind::ValueTruncated), 4));
    let error = ContentError::from(simple_tlv::Error::BufferTooSmall);
    assert_eq!((error.kind(), error.position()), (ContentErrorKind::BufferTooSmall, 0));
    let error = ContentError::from(simple_tlv::Error::Truncated);
    assert_eq!(error.kind(), ContentErrorKind::SimpleTlv(simple_tlv::Error::Truncated));
    assert_eq!(fault(wire::digits(b"12\xFF4", 7)), Some((ContentErrorKind::NotDigits, 7)));
    assert_eq!(fault(wire::digits(b"12x4", 7)), Some((ContentErrorKind::NotDigits, 7)));
    assert_eq!(wire::digits(b"1234", 7), Ok("1234"));
}
