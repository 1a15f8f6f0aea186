//! Properties that hold of every content: what is emitted parses to the same meaning, any bytes are a view or an error,
//! every prefix is refused, and a flipped bit is an error or is written again as it stands.

use super::*;
use crate::{Date, MunicipalityCode, MyNumber, TokenKind};
use proptest::prelude::*;
use std::vec::Vec;

const ROOM: usize = 0x1000;
const LARGE: usize = 0x9000;
const SIGNATURE: [u8; 256] = [0x5A; 256];
const MODULUS: [u8; 256] = [0xC3; 256];
const OPAQUE: [u8; 256] = [0x77; 256];

fn emit(write: impl FnOnce(&mut [u8]) -> Result<&[u8], ContentError>) -> Vec<u8> {
    write(&mut std::vec![0; ROOM]).expect("fits").to_vec()
}

fn key() -> ChipPublicKey<'static> {
    ChipPublicKey::new(&[1, 0, 1], &MODULUS).expect("a key")
}

fn reference(number: &[u8; 7]) -> KeyReference {
    KeyReference::new(number, b"001", [0; 4]).expect("digits")
}

fn date(year: u16) -> Date {
    Date::new(year, 2, 17).expect("a date")
}

fn face() -> CardFaceRepr<'static> {
    CardFaceRepr {
        birth_date: date(1980),
        sex: Sex::Female,
        key: key(),
        name_image: &[1; 169],
        address_image: &[2; 340],
        photo: &[3; 1854],
        signature: &SIGNATURE,
        expiry: date(2035),
        security_code_image: &[4; 106],
    }
}

fn certificate() -> CardVerifiableCertificateRepr<'static> {
    let (issuer, subject) = (reference(b"9000033"), reference(b"1322131"));
    CardVerifiableCertificateRepr { issuer, subject, key: key(), signature: &SIGNATURE }
}

/// What a parse and a second writing make of bytes: `None` when they are refused, otherwise whether the meaning is
/// accepted too, and if so how it is written.
type Again = Option<Option<Vec<u8>>>;

macro_rules! again {
    ($view:ident) => {
        |bytes: &[u8]| {
            $view::parse(bytes).ok().map(|view| view.to_repr().ok().map(|repr| emit(|room| repr.emit(room))))
        }
    };
}

struct Row {
    name: &'static str,
    file: Vec<u8>,
    again: fn(&[u8]) -> Again,
    len: usize,
    /// The prefixes from this length on hold the whole content and part of the filler.
    complete: usize,
}

fn row(name: &'static str, len: usize, file: Vec<u8>, again: fn(&[u8]) -> Again) -> Row {
    Row { name, complete: file.len(), file, again, len }
}

fn small_rows() -> Vec<Row> {
    let number = IndividualNumberRepr { number: MyNumber::parse(b"123456789018").expect("valid") };
    let attributes = AttributesRepr {
        name: "見本　太郎",
        address: "東京都千代田区丸の内１－１",
        birth_date: date(1980),
        sex: Sex::Male,
    };
    let token = TokenInfoRepr::new(TokenKind::Card, "MYNUMBER-TEST", "VIRTUAL", "0000000000000001");
    let availability = CertificateAvailabilityRepr { signature: true, user_authentication: false };
    let common = CommonRecordRepr {
        serial: *b"900000012345678",
        municipality: MunicipalityCode::parse(b"13101").expect("digits"),
        expiry: date(2035),
    };
    std::vec![
        Row { complete: 15, ..row("number", 17, emit(|room| number.emit(room)), again!(IndividualNumber)) },
        row("attributes", 6 + 8 + 18 + 42 + 11 + 4, emit(|room| attributes.emit(room)), again!(Attributes)),
        row("token", 160, emit(|room| token.emit(room)), again!(TokenInfo)),
        row("availability", 3, emit(|room| availability.emit(room)), again!(CertificateAvailability)),
        row("common", 30, emit(|room| common.emit(room)), again!(CommonRecord)),
    ]
}

fn large_rows() -> Vec<Row> {
    let integrity = InputAssistIntegrityRepr {
        number_digest: [7; 32],
        attributes_digest: [8; 32],
        signature: &SIGNATURE,
    };
    let record = KeyRecordRepr { key: key(), signature: &SIGNATURE };
    let session = SessionPublicKey { key: key() };
    let age = AgeRecordRepr { birth_date: date(1980), key: key(), signature: &SIGNATURE };
    let number = NumberImageRepr { image: &[9; 145], key: key(), signature: &SIGNATURE };
    let assist = InputAssistBasicInfoRepr {
        version: ApplicationVersion::INPUT_ASSIST,
        key: reference(b"9000034"),
        opaque: &OPAQUE[..128],
    };
    let info = CardFaceBasicInfoRepr {
        version: ApplicationVersion::CARD_FACE,
        key: reference(b"9000024"),
        data_version: 0,
        municipality: MunicipalityCode::parse(b"13101").expect("digits"),
        second_key: reference(b"9000025"),
        opaque: &OPAQUE,
    };
    std::vec![
        row("integrity", 336, emit(|room| integrity.emit(room)), again!(InputAssistIntegrity)),
        row("key record", 536, emit(|room| record.emit(room)), again!(KeyRecord)),
        row("session key", 269, emit(|room| session.emit(room)), |bytes| {
            SessionPublicKey::parse(bytes).ok().map(|key| Some(emit(|room| key.emit(room))))
        }),
        row("age", 547, emit(|room| age.emit(room)), again!(AgeRecord)),
        row("number image", 686, emit(|room| number.emit(room)), again!(NumberImage)),
        row("assist info", 164, emit(|room| assist.emit(room)), again!(InputAssistBasicInfo)),
        row("face info", 320, emit(|room| info.emit(room)), again!(CardFaceBasicInfo)),
        row("face", 3070, emit(|room| face().emit(room)), again!(CardFace)),
        row("certificate", 568, emit(|room| certificate().emit(room)), again!(CardVerifiableCertificate)),
        row("object", 575, emit(|room| certificate().emit_data_object(room)), |bytes| {
            CardVerifiableCertificate::parse_data_object(bytes)
                .ok()
                .map(|view| view.to_repr().ok().map(|repr| emit(|room| repr.emit_data_object(room))))
        }),
    ]
}

fn rows() -> Vec<Row> {
    let mut rows = small_rows();
    rows.extend(large_rows());
    rows
}

#[test]
fn every_content_has_the_length_of_the_real_one_and_survives_a_round_trip() {
    for row in rows() {
        assert_eq!(row.file.len(), row.len, "{}", row.name);
        assert_eq!((row.again)(&row.file), Some(Some(row.file.clone())), "{}", row.name);
    }
}

#[test]
fn d1_every_prefix_is_refused() {
    for row in rows() {
        for end in 0..row.complete {
            assert_eq!((row.again)(&row.file[..end]), None, "{} cut to {end}", row.name);
        }
    }
}

#[test]
fn d2_every_flipped_bit_is_an_error_or_is_written_again_as_it_stands() {
    for row in rows() {
        for at in 0..row.file.len() {
            for bit in 0..8 {
                let mut flipped = row.file.clone();
                flipped[at] ^= 1 << bit;
                if let Some(Some(written)) = (row.again)(&flipped) {
                    // Equal meaning, or another meaning that stands in the file: nothing is passed over.
                    assert!(written == flipped || written == row.file, "{} bit {bit} of {at}", row.name);
                }
            }
        }
    }
}

#[test]
fn d4_lengths_beyond_the_file_and_foreign_tags_are_refused() {
    for bytes in [
        &[0xFF, 0x20, 0x84, 0xFF, 0xFF, 0xFF, 0xFF][..],
        &[0xFF, 0x20, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0xFF, 0x20, 0xFE],
        &[0xFF, 0x20, 0x80, 0x00, 0x00],
        &[0xFF, 0x20, 0x00],
        &[0x30, 0x03, 0x02, 0x01, 0x07],
        &[0xFF; 64],
        &[0x00; 64],
        &[],
    ] {
        // Three zero bytes and a filler do say which certificates are there: none.
        for row in rows().into_iter().filter(|row| row.name != "availability") {
            assert_eq!((row.again)(bytes).flatten(), None, "{} of {bytes:02X?}", row.name);
        }
    }
    assert_eq!(
        Attributes::parse(&std::vec![0xFF; LIMIT + 1]).expect_err("too long").kind(),
        ContentErrorKind::TooLong
    );
}

#[test]
fn a_filler_of_one_kind_behind_the_content_is_passed_over_and_any_other_refused() {
    for row in rows().into_iter().filter(|row| !matches!(row.name, "number" | "common" | "object")) {
        for filler in [&[0xFF; 9][..], &[0x00; 300]] {
            let longer = [&row.file, filler].concat();
            assert_eq!((row.again)(&longer), Some(Some(row.file.clone())), "{}", row.name);
        }
        for filler in [&[0xFF, 0xFF, 0x00][..], &[0x5A], &[0x00, 0xFF]] {
            assert_eq!((row.again)(&[&row.file, filler].concat()), None, "{}", row.name);
        }
    }
}

#[test]
fn the_parts_that_are_digested_and_signed_are_the_elements_as_they_stand() {
    let file = emit(|room| face().emit(room));
    let view = CardFace::parse(&file).expect("face");
    let [first, second, third] = view.digest_groups();
    // Template header 5, offset table 21; then 11 + 4 + 270, 174 + 345, 1859 bytes.
    assert_eq!((first, first.len()), (&file[26..311], 285));
    assert_eq!((second, second.len()), (&file[311..830], 174 + 345));
    assert_eq!((third, third.len()), (&file[830..2689], 1859));
    assert!(view.offsets_agree());

    let file = emit(|room| certificate().emit(room));
    let view = CardVerifiableCertificate::parse(&file).expect("certificate");
    assert_eq!((view.signed_part(), view.signed_part().len()), (&file[10..307], 297));
    let object = emit(|room| certificate().emit_data_object(room));
    assert!(object.starts_with(&[0x4D, 0x0A, 0x42, 0x10, 0x5F, 0x20, 0x10, 0x5F, 0x49, 0x82, 0x01, 0x09]));

    let record = emit(|room| KeyRecordRepr { key: key(), signature: &SIGNATURE }.emit(room));
    assert_eq!(KeyRecord::parse(&record).expect("record").signed_part(), &record[5..275]);
}

#[test]
fn a_wrong_offset_table_is_reported_by_the_view_and_refused_by_the_meaning() {
    let mut file = small_rows().swap_remove(1).file;
    assert!(Attributes::parse(&file).expect("attributes").offsets_agree());
    file[7] ^= 1;
    let view = Attributes::parse(&file).expect("the view does not judge");
    assert!(!view.offsets_agree());
    assert_eq!(view.to_repr().expect_err("judged").kind(), ContentErrorKind::Offsets);
    assert_eq!(view.name(), "見本　太郎");
}

#[test]
fn a17_text_that_is_not_utf8_is_refused_with_its_position_and_nothing_of_it() {
    let mut file = small_rows().swap_remove(1).file;
    let start = 3 + 11 + 3;
    file[start + 3] = 0xFF;
    let error = Attributes::parse(&file).expect_err("not text");
    assert_eq!((error.kind(), error.position()), (ContentErrorKind::NotText, start + 3));
    assert_eq!(std::format!("{error}"), "text is not UTF-8 (at byte 20)");
}

#[test]
fn a_number_with_a_wrong_check_digit_is_readable_and_has_no_meaning() {
    let file = b"\xFF\x10\x0C123456789012\xFF\xFF";
    let view = IndividualNumber::parse(file).expect("the view does not judge");
    assert_eq!(view.as_str(), "123456789012");
    assert!(view.number().is_err() && view.to_repr().is_err());
    assert!(!std::format!("{view:?} {:?}", view.number()).contains("1234"));
}

#[test]
fn token_labels_are_known_with_either_padding() {
    for kind in TokenKind::ALL {
        assert_eq!(TokenKind::from_label(kind.label().as_bytes()), Some(kind));
        assert_eq!(TokenKind::from_label(std::format!("{:32}", kind.label()).as_bytes()), Some(kind));
        assert_eq!(TokenKind::from_label(std::format!("{}\0\0", kind.label()).as_bytes()), Some(kind));
    }
    // The label of the card before this one, and nothing.
    assert_eq!(TokenKind::from_label(b"JPKIAPICCTOKEN "), None);
    assert_eq!(TokenKind::from_label(b""), None);
    let info = small_rows().swap_remove(2).file;
    let info = TokenInfo::parse(&info).expect("token");
    assert_eq!((info.kind(), info.pin_lengths()), (Some(TokenKind::Card), (16, 6)));
    assert!(info.flags().contains(TokenFlags::LOGIN_REQUIRED));
}

#[test]
fn card_manager_texts_are_checked() {
    assert_eq!(municipality_code(b"13101").expect("digits").as_str(), "13101");
    assert!(municipality_code(b"1310").is_err());
    assert_eq!(expiry_date(b"20350217").ok(), Date::new(2035, 2, 17).ok());
    assert!(expiry_date(b"20350231").is_err());
    assert_eq!(card_number(b"AB12"), Ok("AB12"));
    assert_eq!(card_number(b"AB\x1B[2J").map_err(|error| error.position()), Err(2));
    assert!(card_number(b"").is_err());
}

#[test]
fn a_buffer_that_is_too_small_is_an_error_of_its_own() {
    for room in [0, 1, 2, 100, 3069] {
        let error = face().emit(&mut std::vec![0; room]).expect_err("too small");
        assert_eq!(error.kind(), ContentErrorKind::BufferTooSmall);
    }
    let photo = std::vec![0; LIMIT];
    let mut room = std::vec![0; 2 * LARGE];
    let error = CardFaceRepr { photo: &photo, ..face() }.emit(&mut room).expect_err("too long");
    assert_eq!(error.kind(), ContentErrorKind::ValueTooLong);
}

#[test]
fn a_record_without_a_signature_is_not_written() {
    let mut room = std::vec![0; ROOM];
    let refusals = [
        CardFaceRepr { signature: &[], ..face() }.emit(&mut room).map(<[u8]>::len),
        CardVerifiableCertificateRepr { signature: &[], ..certificate() }.emit(&mut room).map(<[u8]>::len),
        KeyRecordRepr { key: key(), signature: &[] }.emit(&mut room).map(<[u8]>::len),
    ];
    for refusal in refusals {
        assert_eq!(refusal.expect_err("nobody reads it").kind(), ContentErrorKind::Empty);
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (1u16..=9999, 1u8..=12, 1u8..=28)
        .prop_map(|(year, month, day)| Date::new(year, month, day).expect("a date"))
}

fn any_sex() -> impl Strategy<Value = Sex> {
    prop::sample::select(std::vec![Sex::Unknown, Sex::Male, Sex::Female, Sex::NotApplicable])
}

proptest! {
    #[test]
    fn attributes_survive_a_round_trip(
        name in "\\PC{0,40}", address in "\\PC{0,200}", birth_date in any_date(), sex in any_sex(),
    ) {
        let repr = AttributesRepr { name: &name, address: &address, birth_date, sex };
        let file = emit(|room| repr.emit(room));
        prop_assert_eq!(Attributes::parse(&file).and_then(|view| view.to_repr()), Ok(repr));
    }

    #[test]
    fn a_card_face_survives_a_round_trip(
        lengths in proptest::array::uniform4(0usize..6000), modulus in 1usize..=512, birth_date in any_date(), sex in any_sex(),
    ) {
        let bytes = std::vec![0xA5u8; 6000];
        let [name, address, photo, code] = lengths;
        let repr = CardFaceRepr {
            birth_date, sex,
            key: ChipPublicKey::new(&[1, 0, 1], &bytes[..modulus]).expect("a key"),
            name_image: &bytes[..name], address_image: &bytes[..address], photo: &bytes[..photo],
            security_code_image: &bytes[..code],
            ..face()
        };
        let mut room = std::vec![0; LARGE];
        let view = CardFace::parse(repr.emit(&mut room).expect("fits")).expect("just written");
        prop_assert_eq!(view.to_repr().map_err(|error| error.kind()), Ok(repr));
    }

    #[test]
    fn any_bytes_are_a_view_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for row in rows() {
            let _ = (row.again)(&bytes);
        }
        let _ = (municipality_code(&bytes), expiry_date(&bytes), card_number(&bytes), KeyReference::parse(&bytes));
    }

    #[test]
    fn bytes_put_into_a_file_are_never_a_panic(
        which in 0usize..15, at in any::<prop::sample::Index>(), junk in proptest::collection::vec(any::<u8>(), 1..12),
    ) {
        let row = rows().swap_remove(which);
        let at = at.index(row.file.len());
        let mut file = row.file.clone();
        file.splice(at..(at + junk.len()).min(row.file.len()), junk);
        if let Some(Some(written)) = (row.again)(&file) {
            // What has a meaning keeps it.
            prop_assert_eq!((row.again)(&written), Some(Some(written)));
        }
    }
}
