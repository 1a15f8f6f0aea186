//! Every beginning and every single flipped bit of every signed file: refused, or the same meaning.

use mynumber::genuine::{CardFace, CardFaceFiles, Error, InputAssistFiles, SignedRecords};
use mynumber_crypto::cvc::jlis_test;

use crate::dumps;

/// All beginnings of a file.
fn prefixes(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..file.len()).map(|length| file.get(..length).unwrap_or_default())
}

/// Runs `judge` on every file that is one bit away, with the byte that differs.
fn flips(file: &[u8], mut judge: impl FnMut(usize, &[u8])) {
    let mut flipped = file.to_vec();
    for bit in 0..file.len() * 8 {
        flipped[bit / 8] ^= 1 << (bit % 8);
        judge(bit / 8, &flipped);
        flipped[bit / 8] ^= 1 << (bit % 8);
    }
}

fn refused(file: &[u8], with: impl Fn(&[u8]) -> bool) {
    for prefix in prefixes(file) {
        assert!(!with(prefix), "{} bytes", prefix.len());
    }
    flips(file, |byte, flipped| assert!(!with(flipped), "byte {byte}"));
}

#[test]
fn d1_d2_no_part_and_no_flipped_bit_of_a_card_verifiable_certificate_passes() {
    let all = dumps().input_assist();
    refused(all.certificate, |certificate| {
        InputAssistFiles { certificate, ..all }.verify(jlis_test()).is_ok()
    });
}

#[test]
fn d1_d2_no_part_and_no_flipped_bit_of_the_integrity_record_passes() {
    let all = dumps().input_assist();
    refused(all.integrity, |integrity| InputAssistFiles { integrity, ..all }.verify(jlis_test()).is_ok());
}

#[test]
fn d1_d2_no_part_and_no_flipped_bit_of_the_key_record_passes() {
    let all = dumps().input_assist();
    refused(all.key_record, |key_record| InputAssistFiles { key_record, ..all }.verify(jlis_test()).is_ok());
}

#[test]
fn d1_d2_no_part_and_no_flipped_bit_of_the_attributes_passes() {
    // The offset table too, which is not signed: it must fit.
    let all = dumps().input_assist();
    refused(&dumps().attributes, |attributes| {
        InputAssistFiles { attributes: Some(attributes), ..all }.verify(jlis_test()).is_ok()
    });
}

#[test]
fn d1_d2_no_part_and_no_flipped_bit_of_the_number_passes() {
    // The filler too, which is in the digest.
    let all = dumps().input_assist();
    refused(&dumps().number, |number| {
        InputAssistFiles { number: Some(number), ..all }.verify(jlis_test()).is_ok()
    });
}

#[test]
fn d1_d2_no_part_and_no_flipped_bit_of_the_age_record_passes() {
    let all = CardFaceFiles { card_face: None, number_image: None, ..dumps().card_face() };
    refused(&dumps().age_record, |age_record| {
        CardFaceFiles { age_record: Some(age_record), ..all }.verify(jlis_test()).is_ok()
    });
}

#[test]
fn d1_d2_no_part_and_no_flipped_bit_of_the_number_image_passes() {
    let all = CardFaceFiles { card_face: None, age_record: None, ..dumps().card_face() };
    refused(&dumps().number_image, |number_image| {
        CardFaceFiles { number_image: Some(number_image), ..all }.verify(jlis_test()).is_ok()
    });
}

#[test]
fn d1_d2_a_flipped_bit_of_the_card_face_passes_only_where_nothing_is_signed() {
    fn verify(file: &[u8]) -> Result<SignedRecords<'_, CardFace>, Error> {
        let all = CardFaceFiles { number_image: None, age_record: None, ..dumps().card_face() };
        CardFaceFiles { card_face: Some(file), ..all }.verify(jlis_test())
    }
    let file = dumps().card_face.as_slice();
    for prefix in prefixes(file) {
        assert!(verify(prefix).is_err(), "{} bytes", prefix.len());
    }
    // DF29 begins 3 + 8 bytes before DF2A, which has 3 + 106.
    let unsigned = file.len() - (3 + 106) - (3 + 8);
    assert_eq!(file[unsigned..unsigned + 3], [0xDF, 0x29, 8]);
    let genuine = verify(file).expect("genuine records");
    let genuine = genuine.contents().face().expect("read");
    let mut passed = 0;
    flips(file, |byte, flipped| {
        let Ok(records) = verify(flipped) else { return };
        assert!(byte >= unsigned, "byte {byte} is signed");
        let face = records.contents().face().expect("read");
        assert_eq!((face.birth_date(), face.sex()), (genuine.birth_date(), genuine.sex()));
        assert_eq!(face.name_image(), genuine.name_image());
        assert_eq!(face.address_image(), genuine.address_image());
        assert_eq!(face.photo(), genuine.photo());
        passed += 1;
    });
    // All bits of the security-code image, and those of the expiry that leave a date.
    assert!(passed > 106 * 8, "{passed}");
}
