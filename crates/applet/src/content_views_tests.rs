//! What each view tells of a file, against a file written out by hand or by parts that all differ.

use super::*;
use crate::number::NumberError;
use crate::{Date, MyNumber};
use mynumber_apdu::tlv;
use std::{format, vec, vec::Vec};

const EXPONENT: [u8; 3] = [1, 0, 1];
const MODULUS: [u8; 256] = [0xC3; 256];
const SIGNATURE: [u8; 256] = [0x5A; 256];

fn key() -> ChipPublicKey<'static> {
    ChipPublicKey::new(&EXPONENT, &MODULUS).expect("a key")
}

fn reference(number: &[u8; 7]) -> KeyReference {
    KeyReference::new(number, b"123", [9, 8, 7, 6]).expect("digits")
}

fn emit(write: impl FnOnce(&mut [u8]) -> Result<&[u8], ContentError>) -> Vec<u8> {
    write(&mut vec![0; 0x1000]).expect("fits").to_vec()
}

/// What is wrong, and where.
fn fault<T>(result: Result<T, ContentError>) -> Option<(ContentErrorKind, usize)> {
    result.err().map(|error| (error.kind(), error.position()))
}

/// An element of two tag bytes and a short length.
fn element(tag: u16, value: &[u8]) -> Vec<u8> {
    let [high, low] = tag.to_be_bytes();
    [&[high, low, u8::try_from(value.len()).expect("short")][..], value].concat()
}

/// `91 82 0100 n` behind `90 03 010001`.
fn key_bytes() -> Vec<u8> {
    [&[0x90, 3, 1, 0, 1, 0x91, 0x82, 1, 0][..], &MODULUS].concat()
}

fn attributes(table: [u8; 8], birth_date: &[u8], sex: u8) -> Vec<u8> {
    let inner = [
        element(0xDF21, &table),
        element(0xDF22, "見本".as_bytes()),
        element(0xDF23, b"Chiyoda"),
        element(0xDF24, birth_date),
        element(0xDF25, &[sex]),
    ];
    element(0xFF20, &inner.concat())
}

/// Template header 3, table 11; then elements of 9, 10, 11 and 4 bytes.
const TABLE: [u8; 8] = [0, 14, 0, 23, 0, 33, 0, 44];

#[test]
fn attributes_are_told_as_text_and_by_their_meaning() {
    let file = attributes(TABLE, b"19800217", b'2');
    let longer = [&file[..], &[0xFF; 5]].concat();
    let view = Attributes::parse(&longer).expect("attributes");
    assert_eq!((view.name(), view.address(), view.birth_date_text()), ("見本", "Chiyoda", "19800217"));
    assert_eq!((view.birth_date(), view.sex_code()), (Date::new(1980, 2, 17).ok(), b'2'));
    assert_eq!((view.sex(), view.offsets_agree()), (Some(Sex::Female), true));
    assert_eq!((view.as_bytes(), view.digested()), (&file[..], &file[14..]));
    assert_eq!(digested_attributes(&longer), Ok(&file[14..]));
    assert_eq!(format!("{view:?}"), "Attributes [48]");
}

#[test]
fn attributes_without_a_meaning_say_which_part_has_none() {
    let of = |file: Vec<u8>| fault(Attributes::parse(&file).expect("the view does not judge").to_repr());
    let (date, sex) = (crate::DateError::Month, b'1');
    assert_eq!(of(attributes([0; 8], b"19800217", sex)), Some((ContentErrorKind::Offsets, 6)));
    assert_eq!(of(attributes(TABLE, b"19801317", sex)), Some((ContentErrorKind::Date(date), 36)));
    assert_eq!(of(attributes(TABLE, b"19800217", b'3')), Some((ContentErrorKind::Sex, 47)));
    assert_eq!(Attributes::parse(&attributes(TABLE, b"19801317", b'1')).unwrap().birth_date(), None);
    let refused = |file: Vec<u8>| fault(Attributes::parse(&file));
    assert_eq!(refused(attributes(TABLE, b"1980 217", b'1')), Some((ContentErrorKind::NotDigits, 36)));
    assert_eq!(
        refused(attributes(TABLE, b"1980217", b'1')),
        Some((ContentErrorKind::Length { expected: 8 }, 36))
    );
}

#[test]
fn an_offset_table_agrees_only_with_as_many_positions_as_there_are_elements() {
    let mut wrong = vec![vec![], TABLE[..6].to_vec(), [&TABLE[..], &[0, 48]].concat()];
    wrong.extend((0..8).map(|at| {
        let mut table = TABLE;
        table[at] ^= 1;
        table.to_vec()
    }));
    for table in wrong {
        assert!(!wire::offsets_agree(&table, &[14, 23, 33, 44]), "{table:?}");
    }
    assert!(wire::offsets_agree(&TABLE, &[14, 23, 33, 44]));
    assert_eq!((wire::offset_bytes(0x1234), wire::offset_bytes(0x8000)), ([0x12, 0x34], [0x80, 0]));
}

#[test]
fn my_number_is_told_with_its_file() {
    let file = b"\xFF\x10\x0C123456789018\xFF\xFF";
    let view = IndividualNumber::parse(file).expect("a number");
    assert_eq!((view.as_bytes(), view.as_str()), (&file[..], "123456789018"));
    assert_eq!((view.digits(), digested_number(file)), (b"123456789018", Ok(&file[..])));
    assert_eq!(
        (view.number().ok(), format!("{view:?}")),
        (MyNumber::parse(view.digits()).ok(), "IndividualNumber".into())
    );
    let error = (ContentErrorKind::Number(NumberError::CheckDigit), 3);
    assert_eq!(
        fault(IndividualNumber::parse(b"\xFF\x10\x0C123456789012\xFF\xFF").unwrap().to_repr()),
        Some(error)
    );
    for filler in [&[][..], &[0xFF], &[0, 0], &[0xFF; 3]] {
        let file = [&b"\xFF\x10\x0C123456789018"[..], filler].concat();
        let view = IndividualNumber::parse(&file).expect("the view does not judge");
        assert_eq!(fault(view.to_repr()), Some((ContentErrorKind::Filler, 15)));
    }
    assert_eq!(
        fault(IndividualNumber::parse(b"\xFF\x10\x0C12345678901x")),
        Some((ContentErrorKind::NotDigits, 3))
    );
    assert_eq!(
        fault(digested_number(&file[..14])).map(|(_, at)| at),
        fault(IndividualNumber::parse(&file[..14])).map(|(_, at)| at)
    );
}

#[test]
fn the_integrity_record_tells_two_digests_and_the_signature_over_both() {
    let repr = InputAssistIntegrityRepr {
        number_digest: [7; 32],
        attributes_digest: [8; 32],
        signature: &SIGNATURE,
    };
    let file = emit(|room| repr.emit(room));
    let longer = [&file[..], &[0; 4]].concat();
    let view = InputAssistIntegrity::parse(&longer).expect("a record");
    assert_eq!((view.number_digest(), view.attributes_digest()), (&[7; 32], &[8; 32]));
    // Header 5, then two elements of 35 bytes.
    assert_eq!((view.as_bytes(), view.signed_part()), (&file[..], &file[5..75]));
    assert_eq!(view.signature(), SIGNATURE);
}

#[test]
fn a_chip_key_is_two_numbers_within_their_limits() {
    let bytes = key_bytes();
    let view = ChipPublicKey::parse(&bytes).expect("a key");
    assert_eq!((view.exponent(), view.modulus()), (&EXPONENT[..], &MODULUS[..]));
    assert_eq!((view.encoded_len(), emit(|room| view.emit(room))), (265, bytes));
    let new = |exponent: usize, modulus: usize| {
        fault(ChipPublicKey::new(&[1; 8 + 1][..exponent], &[1; 1024 + 1][..modulus]))
    };
    assert_eq!((new(8, 1024), new(1, 1), new(3, 127)), (None, None, None));
    for (exponent, modulus) in [(0, 256), (3, 0), (0, 0)] {
        assert_eq!(new(exponent, modulus), Some((ContentErrorKind::Empty, 0)));
    }
    for (exponent, modulus) in [(9, 256), (3, 1025), (9, 1025)] {
        assert_eq!(new(exponent, modulus), Some((ContentErrorKind::ValueTooLong, 0)));
    }
    // Up to 127 bytes the length takes one byte, beyond that three.
    let length = |modulus| ChipPublicKey::new(&EXPONENT, &MODULUS[..modulus]).unwrap().encoded_len();
    assert_eq!((length(127), length(128)), (5 + 129, 5 + 132));
}

#[test]
fn a_key_reference_is_digits_around_a_separator() {
    let bytes = *b"9000033\x08\x05123\x09\x08\x07\x06";
    let view = KeyReference::parse(&bytes).expect("a reference");
    assert_eq!((view.number(), view.group(), view.pad()), ("9000033", "123", [9, 8, 7, 6]));
    assert_eq!((view.as_bytes(), view), (&bytes, reference(b"9000033")));
    assert_eq!(
        (format!("{view}"), format!("{view:?}")),
        ("9000033/123".into(), "KeyReference(9000033/123)".into())
    );
    assert_eq!(
        fault(KeyReference::parse(&bytes[..15])),
        Some((ContentErrorKind::Length { expected: 16 }, 0))
    );
    let faults = [
        (0, ContentErrorKind::NotDigits, 0),
        (6, ContentErrorKind::NotDigits, 0),
        (7, ContentErrorKind::Fixed, 7),
        (8, ContentErrorKind::Fixed, 7),
        (9, ContentErrorKind::NotDigits, 9),
        (11, ContentErrorKind::NotDigits, 9),
    ];
    for (at, kind, position) in faults {
        let mut wrong = bytes;
        wrong[at] = b'x';
        assert_eq!(fault(KeyReference::parse(&wrong)), Some((kind, position)), "{at}");
        assert_eq!(fault(KeyReference::parse_at(&wrong, 40)), Some((kind, 40 + position)), "{at}");
    }
    assert_eq!(fault(KeyReference::new(b"900003x", b"123", [0; 4])), Some((ContentErrorKind::NotDigits, 0)));
}

#[test]
fn the_keys_of_the_input_assist_application_are_told_with_what_is_signed() {
    let session = [&[0xA1, 0x82, 1, 9][..], &key_bytes()].concat();
    let view = SessionPublicKey::parse(&session).expect("a session key");
    assert_eq!((view.key, emit(|room| view.emit(room))), (key(), session.clone()));

    let file = emit(|room| KeyRecordRepr { key: key(), signature: &SIGNATURE }.emit(room));
    let longer = [&file[..], &[0xFF]].concat();
    let view = KeyRecord::parse(&longer).expect("a record");
    assert_eq!((view.as_bytes(), view.key()), (&file[..], key()));
    assert_eq!((view.signed_part(), view.signature()), (&file[5..275], &SIGNATURE[..]));
}

#[test]
fn the_small_records_of_the_card_face_are_told_with_what_is_signed() {
    let birth_date = Date::new(1980, 2, 17).expect("a date");
    let file = emit(|room| AgeRecordRepr { birth_date, key: key(), signature: &SIGNATURE }.emit(room));
    let longer = [&file[..], &[0xFF]].concat();
    let view = AgeRecord::parse(&longer).expect("a record");
    assert_eq!((view.as_bytes(), view.key(), view.signature()), (&file[..], key(), &SIGNATURE[..]));
    assert_eq!((view.birth_date_text(), view.birth_date()), ("19800217", Some(birth_date)));
    // Header 5, birth date 11, key 5 and 265 bytes.
    assert_eq!((view.signed_part(), format!("{view:?}")), (&file[5..286], "AgeRecord [547]".into()));
    let mut none = file.clone();
    none[12..14].copy_from_slice(b"13");
    let view = AgeRecord::parse(&none).expect("the view does not judge");
    assert_eq!((view.birth_date_text(), view.birth_date()), ("19801317", None));
    assert_eq!(fault(view.to_repr()), Some((ContentErrorKind::Date(crate::DateError::Month), 8)));

    let repr = NumberImageRepr { image: &[9; 145], key: key(), signature: &SIGNATURE };
    let file = emit(|room| repr.emit(room));
    let longer = [&file[..], &[0; 2]].concat();
    let view = NumberImage::parse(&longer).expect("a record");
    assert_eq!((view.as_bytes(), view.image(), view.key()), (&file[..], &[9; 145][..], key()));
    // Header 5, image 5 and 145, key 5 and 265 bytes.
    assert_eq!((view.signed_part(), view.signature()), (&file[5..425], &SIGNATURE[..]));
    assert_eq!(format!("{view:?} {repr:?}"), "NumberImage [686] NumberImageRepr [145]");
}

fn face() -> CardFaceRepr<'static> {
    CardFaceRepr {
        birth_date: Date::new(1980, 2, 17).expect("a date"),
        sex: Sex::Female,
        key: key(),
        name_image: &[1; 10],
        address_image: &[2; 20],
        photo: &[3; 300],
        signature: &SIGNATURE,
        expiry: Date::new(2035, 3, 4).expect("a date"),
        security_code_image: &[4; 30],
    }
}

#[test]
fn the_card_face_tells_what_is_signed_and_what_is_not() {
    let file = emit(|room| face().emit(room));
    let longer = [&file[..], &[0xFF; 3]].concat();
    let view = CardFace::parse(&longer).expect("a face");
    let (signed, unsigned) = (view.signed(), view.unsigned());
    assert_eq!((view.as_bytes(), view.signature()), (&file[..], &SIGNATURE[..]));
    assert_eq!((signed.birth_date, signed.birth_date()), ("19800217", Date::new(1980, 2, 17).ok()));
    assert_eq!((signed.sex, signed.sex(), signed.key), (b'2', Some(Sex::Female), key()));
    assert_eq!((signed.name_image, signed.address_image), (&[1; 10][..], &[2; 20][..]));
    assert_eq!((signed.photo, unsigned.security_code_image), (&[3; 300][..], &[4; 30][..]));
    assert_eq!((unsigned.expiry, unsigned.expiry()), ("20350304", Date::new(2035, 3, 4).ok()));
    // Header 5, table 21; 11 + 4 + 270, 13 + 23, 305 bytes.
    assert_eq!(view.digest_groups(), [&file[26..311], &file[311..347], &file[347..652]]);
    assert_eq!(format!("{view:?} {signed:?} {unsigned:?}"), "CardFace SignedFace UnsignedFace");
}

#[test]
fn a_card_face_without_a_meaning_says_which_part_has_none() {
    let file = emit(|room| face().emit(room));
    // The table at 8; birth date behind 26 + 3, sex behind 37 + 3; expiry behind the signature's 261 bytes.
    let expiry = 652 + 261 + 3;
    let date = ContentErrorKind::Date(crate::DateError::Month);
    for (at, byte, kind, position) in [
        (9, 0, ContentErrorKind::Offsets, 8),
        (29 + 4, b'9', date, 29),
        (40, b'3', ContentErrorKind::Sex, 40),
        (expiry + 4, b'9', date, expiry),
    ] {
        let mut wrong = file.clone();
        wrong[at] = byte;
        let view = CardFace::parse(&wrong).expect("the view does not judge");
        assert_eq!(fault(view.to_repr()), Some((kind, position)));
        assert_eq!(view.offsets_agree(), at != 9);
        assert_eq!(view.signed().birth_date().is_some(), at != 33);
        assert_eq!(view.signed().sex().is_some(), at != 40);
        assert_eq!(view.unsigned().expiry().is_some(), position != expiry);
    }
}

fn certificate() -> CardVerifiableCertificateRepr<'static> {
    let (issuer, subject) = (reference(b"9000033"), reference(b"1322131"));
    CardVerifiableCertificateRepr { issuer, subject, key: key(), signature: &SIGNATURE }
}

#[test]
fn a_card_verifiable_certificate_tells_its_parts_in_both_framings() {
    let body =
        [certificate().issuer.as_bytes(), &certificate().subject.as_bytes()[..], &key_bytes()].concat();
    let file = emit(|room| certificate().emit(room));
    let object = emit(|room| certificate().emit_data_object(room));
    let views =
        [CardVerifiableCertificate::parse(&file), CardVerifiableCertificate::parse_data_object(&object)];
    for view in views {
        let view = view.expect("a certificate");
        assert_eq!((view.issuer(), view.subject()), (reference(b"9000033"), reference(b"1322131")));
        assert_eq!((view.key(), view.signed_part(), view.signature()), (key(), &body[..], &SIGNATURE[..]));
        assert_eq!(view.to_repr().map_err(|error| error.kind()), Ok(certificate()));
    }
}

#[test]
fn a_card_verifiable_certificate_says_which_of_its_parts_is_malformed() {
    // The body begins behind two headers of 5 bytes: issuer, subject, key of 16, 16 and 265 bytes.
    let file = emit(|room| certificate().emit(room));
    for (at, kind, position) in [
        (10, ContentErrorKind::NotDigits, 10),
        (26, ContentErrorKind::NotDigits, 26),
        (42, ContentErrorKind::Tlv(tlv::ErrorKind::UnexpectedTag { expected: tlv::Tag(0x90) }), 42),
    ] {
        let mut wrong = file.clone();
        wrong[at] = 0x80;
        assert_eq!(fault(CardVerifiableCertificate::parse(&wrong)), Some((kind, position)));
    }
    let object = emit(|room| certificate().emit_data_object(room));
    let mut list = object.clone();
    list[3] = 0x11;
    assert_eq!(
        fault(CardVerifiableCertificate::parse_data_object(&list)),
        Some((ContentErrorKind::Fixed, 2))
    );
    let end = object.len() - 261;
    let unsigned = [&object[..end], &[0x5F, 0x37, 0]].concat();
    let empty = Some((ContentErrorKind::Empty, end + 3));
    assert_eq!(fault(CardVerifiableCertificate::parse_data_object(&unsigned)), empty);
}
