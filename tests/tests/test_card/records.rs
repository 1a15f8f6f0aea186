//! The signatures on the card: both applications and the card manager under J-LIS's test authorities, both X.509
//! certificates under its test anchors; nothing under those of real cards.

use mynumber::genuine::{ErrorKind, card_manager_chain};
use mynumber_applet::{Date, FileId, MunicipalityCode, Sex};
use mynumber_crypto::anchor::{self, Hierarchy};
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::cvc::{self, jlis_test, production};
use mynumber_crypto::path::{Profile, Validator};
use mynumber_crypto::{Certificate, PublicKey, UnixTime};
use mynumber_driver::{Fault, Object};

use crate::{dump, dumps};

const MUNICIPALITY: &str = "13221";

#[test]
fn the_input_assist_records_are_signed_under_the_test_authority() {
    let records = dumps().input_assist().verify(jlis_test()).expect("genuine records");
    let signed = records.certified();
    assert_eq!((signed.authority().number(), signed.hierarchy()), ("6000033", Hierarchy::JlisTest));
    assert_eq!(signed.signer().to_string(), "1322131/000");
    assert_eq!(signed.municipality().as_ref().map(MunicipalityCode::as_str), Some(MUNICIPALITY));
    let attributes = records.contents().attributes().expect("read");
    assert_eq!((attributes.name().chars().count(), attributes.sex()), (5, Sex::Male));
    assert!(attributes.address().starts_with("東京都清瀬市"));
    assert_eq!(Some(attributes.birth_date()), Date::new(1980, 2, 17).ok());
    assert_eq!(records.contents().number().expect("read").as_str(), "537686677188");
    assert_eq!(records.chip_key().bits(), 2048);
}

#[test]
fn the_card_face_records_are_signed_under_the_test_authority_and_name_one_chip() {
    let records = dumps().card_face().verify(jlis_test()).expect("genuine records");
    let signed = records.certified();
    assert_eq!((signed.authority().number(), signed.hierarchy()), ("6000023", Hierarchy::JlisTest));
    assert_eq!(signed.municipality().as_ref().map(MunicipalityCode::as_str), Some(MUNICIPALITY));
    let contents = records.contents();
    let face = contents.face().expect("read");
    assert_eq!((Some(face.birth_date()), face.sex()), (Date::new(1980, 2, 17).ok(), Sex::Male));
    assert_eq!(contents.age_record(), Some(face.birth_date()));
    assert!(contents.number_image().expect("read").starts_with(b"\x89PNG"));
    assert_eq!(Some(face.expiry().into_told()), Date::new(2035, 2, 17).ok());
    assert_eq!((face.photo().len(), face.security_code_image().told().len()), (1854, 106));
    // The two applications have a chip key each.
    let assist = dumps().input_assist().verify(jlis_test()).expect("genuine records");
    assert_ne!(assist.chip_key(), records.chip_key());
}

#[test]
fn each_record_of_the_card_face_is_enough_by_itself() {
    let all = dumps().card_face();
    let none =
        mynumber::genuine::CardFaceFiles { card_face: None, age_record: None, number_image: None, ..all };
    for one in [
        mynumber::genuine::CardFaceFiles { card_face: all.card_face, ..none },
        mynumber::genuine::CardFaceFiles { age_record: all.age_record, ..none },
        mynumber::genuine::CardFaceFiles { number_image: all.number_image, ..none },
    ] {
        one.verify(jlis_test()).expect("genuine records");
    }
    let error = none.verify(jlis_test()).expect_err("nothing is no proof");
    assert_eq!((error.kind(), error.fault()), (&ErrorKind::NothingSigned, Fault::Caller));
}

#[test]
fn the_authorities_of_real_cards_do_not_take_the_test_card() {
    for authorities in [production(), &[]] {
        let error = dumps().input_assist().verify(authorities).expect_err("a test card");
        assert_eq!(error.object(), Object::File(FileId::InputAssistCertificate));
        assert_eq!((error.fault(), error.is_verdict()), (Fault::Unsupported, true));
        assert!(error.to_string().contains("6000033/001"), "{error}");
        let error = dumps().card_face().verify(authorities).expect_err("a test card");
        assert_eq!(error.object(), Object::File(FileId::CardFaceCertificate));
        assert!(matches!(
            error.kind(),
            ErrorKind::Check(cause) if matches!(cause.kind(), cvc::ErrorKind::UnknownIssuer { .. })
        ));
    }
    let both = [production(), jlis_test()].concat();
    assert!(dumps().input_assist().verify(&both).is_ok());
}

#[test]
fn the_certificate_of_one_application_does_not_serve_the_other() {
    let mut files = dumps().input_assist();
    files.certificate = &dumps().face_certificate;
    let error = files.verify(jlis_test()).expect_err("another chain");
    assert!(matches!(
        error.kind(),
        ErrorKind::Check(cause) if matches!(cause.kind(), cvc::ErrorKind::OtherChain { .. })
    ));
}

#[test]
fn the_chain_of_the_card_manager_leads_to_the_test_authority() {
    let (upper, lower) = (dump("mf-do-F8.bin"), dump("mf-do-7F21.bin"));
    let end = card_manager_chain(&upper, Some(&lower), jlis_test()).expect("a genuine chain");
    assert_eq!((end.authority().number(), end.subject().number()), ("6000020", "0000050"));
    let middle = card_manager_chain(&upper, None, jlis_test()).expect("a genuine chain");
    assert_eq!(middle.municipality_code(), Some(*b"13221"));
    assert!(card_manager_chain(&upper, Some(&lower), production()).is_err());
    // Neither the lower one alone, nor the two changed about.
    assert!(card_manager_chain(&lower, None, jlis_test()).is_err());
    assert!(card_manager_chain(&lower, Some(&upper), jlis_test()).is_err());
    for object in [&upper, &lower] {
        for length in 0..object.len() {
            assert!(card_manager_chain(&object[..length], None, jlis_test()).is_err());
        }
    }
}

#[test]
fn d2_no_flipped_bit_of_the_card_managers_chain_passes() {
    let (upper, lower) = (dump("mf-do-F8.bin"), dump("mf-do-7F21.bin"));
    for bit in 0..upper.len() * 8 {
        let (mut first, mut second) = (upper.clone(), lower.clone());
        first[bit / 8] ^= 1 << (bit % 8);
        assert!(card_manager_chain(&first, None, jlis_test()).is_err(), "bit {bit}");
        second[bit / 8] ^= 1 << (bit % 8);
        assert!(card_manager_chain(&upper, Some(&second), jlis_test()).is_err(), "bit {bit}");
    }
}

#[test]
fn both_certificates_of_the_card_lead_to_the_test_anchors_and_to_no_other() {
    let at = UnixTime::from_generalized_time(b"20260101000000Z").expect("a time");
    for (name, purpose, other) in [
        ("jpki-sign-cert.der", Purpose::Signature, Purpose::UserAuthentication),
        ("jpki-auth-cert.der", Purpose::UserAuthentication, Purpose::Signature),
    ] {
        let der = dump(name);
        let certificate = Certificate::parse(&der).expect(name);
        let under = |anchors, purpose| {
            Validator::new(anchors, Profile::jpki(purpose)).validate(&certificate, &[], at).map(|_| ())
        };
        under(anchor::jlis_test(), purpose).expect(name);
        assert!(under(anchor::production(), purpose).is_err(), "{name}: no real authority issued it");
        assert!(under(anchor::jlis_test(), other).is_err(), "{name}: not for another purpose");
    }
}

#[test]
fn the_built_in_keys_are_those_that_others_measured() {
    let ours: Vec<_> = production().iter().chain(jlis_test()).collect();
    assert_eq!(ours.len(), myna_card::ca::KNOWN.len());
    for (authority, theirs) in ours.into_iter().zip(myna_card::ca::KNOWN) {
        assert_eq!(authority.reference().as_bytes(), theirs.key_id);
        let key = PublicKey::Rsa { modulus: theirs.modulus, exponent: theirs.exponent };
        assert_eq!(authority.key(), key, "{}", theirs.name());
    }
}
