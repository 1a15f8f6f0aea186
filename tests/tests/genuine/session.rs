//! What a proof says, what it costs, and what it does not send.

use mynumber::applet::pin::{FourDigitPin, reference};
use mynumber::applet::{Date, FileId, PinId};
use mynumber::crypto::anchor::Hierarchy;
use mynumber::crypto::cvc::{jlis_test, production};
use mynumber::crypto::{PublicKey, UnixTime};
use mynumber::driver::{Card, Fault, Object};
use mynumber::genuine::{
    self, Difference, Error, ErrorKind, NotChecked, NotSigned, Proves, Statement, Terms,
};
use mynumber::testing;
use mynumber::transport::{Counted, InProcess, ShortOnly};
use mynumber::virtual_card::{FileContents, Quirks};

use super::{birth_date, number_a, number_b, person, pin, prove, taro, terms, under};

#[test]
fn the_pin_proves_the_attributes_and_not_the_number_unless_it_is_asked_for() {
    let genuine = prove::<reference::InputAssist>(taro(), &pin(), &terms()).unwrap();
    let attributes = genuine.contents().attributes().unwrap();
    let taro_himself = person("taro");
    assert_eq!((attributes.name(), attributes.address()), (&*taro_himself.name, &*taro_himself.address));
    assert_eq!((attributes.birth_date(), attributes.sex()), (taro_himself.birth_date, taro_himself.sex));
    assert!(genuine.contents().number().is_none());
    let signed = genuine.certified();
    assert_eq!((signed.hierarchy(), signed.authority().number()), (Hierarchy::Caller, "9000033"));
    assert_eq!(signed.municipality(), Some(taro_himself.municipality.code));
    assert_eq!((genuine.nonce(), genuine.at()), (&super::NONCE, testing::ISSUED));
    assert_eq!(genuine.not_checked().first(), Some(&NotChecked::Binding));
    assert!(genuine.is_past_its_expiry().is_none(), "nothing that was read tells the expiry");

    let genuine = prove::<reference::InputAssist>(taro(), &pin(), &terms().with_number()).unwrap();
    assert_eq!(genuine.contents().number(), Some(&taro_himself.my_number));
}

#[test]
fn the_verification_numbers_prove_the_card_face_and_the_attributes() {
    let expiry = Date::new(2036, 5, 5).ok();
    let by_number = prove::<reference::CardFaceNumberA>(taro(), &number_a("taro"), &terms()).unwrap();
    let by_print = prove::<reference::CardFaceNumberB>(taro(), &number_b("taro"), &terms()).unwrap();
    for genuine in [by_number, by_print] {
        let face = genuine.contents().face().unwrap();
        assert_eq!((face.birth_date(), face.sex()), (person("taro").birth_date, person("taro").sex));
        assert!(face.name_image().starts_with(b"\x89PNG") && face.address_image().starts_with(b"\x89PNG"));
        assert!(face.photo().len() > 1000);
        assert_eq!(Some(face.expiry().into_told()), expiry);
        assert!(genuine.contents().number_image().is_none() && genuine.contents().age_record().is_none());
        assert!(!genuine.not_checked().contains(&NotChecked::Binding), "face and chip are signed together");
        assert_eq!(genuine.certified().authority().number(), "9000023");
    }
    let genuine =
        prove::<reference::CardFaceNumberA>(taro(), &number_a("taro"), &terms().with_number()).unwrap();
    assert!(genuine.contents().number_image().unwrap().starts_with(b"\x89PNG"));
    let genuine = prove::<reference::CardFaceBirthDate>(taro(), &birth_date("taro"), &terms()).unwrap();
    assert_eq!(genuine.contents().age_record(), Some(person("taro").birth_date));
    assert!(genuine.contents().face().is_none());
    let genuine = prove::<reference::InputAssistNumberB>(taro(), &number_b("taro"), &terms()).unwrap();
    assert_eq!(genuine.contents().attributes().unwrap().name(), person("taro").name);
    let number = terms().with_number();
    let genuine = prove::<reference::InputAssistNumberA>(taro(), &number_a("taro"), &number).unwrap();
    assert!(genuine.contents().number().is_some() && genuine.contents().attributes().is_none());
}

/// Exchanges and transactions of a proof.
fn cost<R: Proves>(secret: &R::Secret, terms: &Terms<'_>, quirks: &Quirks) -> (u64, u64) {
    let mut card = Card::new(Counted::new(InProcess::new(testing::slot("taro", quirks))));
    genuine::prove::<R, _>(&mut card, secret, terms).unwrap();
    let counts = card.transport().counts();
    (counts.exchanges, counts.begun)
}

#[test]
fn every_proof_takes_the_exchanges_that_it_says_in_one_transaction() {
    let (a, b, birth) = (number_a("taro"), number_b("taro"), birth_date("taro"));
    let quirks = Quirks::default();
    assert_eq!(cost::<reference::InputAssist>(&pin(), &terms(), &quirks), (9, 1));
    assert_eq!(cost::<reference::InputAssist>(&pin(), &terms().with_number(), &quirks), (10, 1));
    assert_eq!(cost::<reference::InputAssist>(&pin(), &terms().with_comparison(), &quirks), (11, 1));
    assert_eq!(cost::<reference::InputAssistNumberA>(&a, &terms(), &quirks), (8, 1));
    assert_eq!(cost::<reference::InputAssistNumberB>(&b, &terms(), &quirks), (9, 1));
    assert_eq!(cost::<reference::CardFaceNumberA>(&a, &terms(), &quirks), (7, 1));
    assert_eq!(cost::<reference::CardFaceNumberA>(&a, &terms().with_number(), &quirks), (8, 1));
    assert_eq!(cost::<reference::CardFaceNumberB>(&b, &terms(), &quirks), (7, 1));
    assert_eq!(cost::<reference::CardFaceNumberB>(&b, &terms().with_comparison(), &quirks), (10, 1));
    assert_eq!(cost::<reference::CardFaceBirthDate>(&birth, &terms(), &quirks), (7, 1));
    // Free files are read once: the second time it takes neither the certificate nor the common record.
    let mut card = Card::new(Counted::new(InProcess::new(taro())));
    for _ in 0..2 {
        genuine::prove::<reference::InputAssist, _>(&mut card, &pin(), &terms().with_comparison()).unwrap();
    }
    assert_eq!(card.transport().counts().exchanges, 11 + 8);
}

#[test]
fn cards_and_readers_of_every_kind_prove_the_same() {
    for quirks in [
        Quirks { no_extended: true, ..Quirks::default() },
        Quirks { chain_above: Some(0), ..Quirks::default() },
        Quirks { exact_le: true, ..Quirks::default() },
        Quirks { first_command_fails: true, ..Quirks::default() },
        Quirks { verified_query_succeeds: true, ..Quirks::default() },
    ] {
        let slot = testing::slot("taro", &quirks);
        prove::<reference::InputAssist>(slot.clone(), &pin(), &terms().with_number()).unwrap();
        prove::<reference::CardFaceNumberA>(slot, &number_a("taro"), &terms().with_number()).unwrap();
    }
    let mut card = Card::new(ShortOnly::new(InProcess::new(taro())));
    genuine::prove::<reference::CardFaceNumberB, _>(&mut card, &number_b("taro"), &terms()).unwrap();
}

#[test]
fn a_card_of_an_unknown_authority_gets_no_pin() {
    for authorities in [production(), jlis_test(), &[]] {
        let slot = taro();
        let mut card = Card::new(Counted::new(InProcess::new(slot.clone())));
        // Wrong, and it costs no try: it is not sent.
        let wrong = FourDigitPin::parse("0000").unwrap();
        let error =
            genuine::prove::<reference::InputAssist, _>(&mut card, &wrong, &under(authorities)).unwrap_err();
        assert_eq!(error.object(), Object::File(FileId::InputAssistCertificate));
        assert_eq!((error.fault(), error.is_verdict()), (Fault::Unsupported, true));
        assert_eq!(card.transport().counts().exchanges, 2);
        assert_eq!(slot.card().tries_left(PinId::InputAssist), Some(3));
    }
}

#[test]
fn what_never_got_to_a_verdict_says_so() {
    let wrong = FourDigitPin::parse("0000").unwrap();
    let error = prove::<reference::InputAssist>(taro(), &wrong, &terms()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Driver(cause) if cause.tries_left() == Some(2)), "{error}");
    assert_eq!((error.fault(), error.is_verdict()), (Fault::Caller, false));
    // Verification number B opens no number: refused before anything is sent.
    let mut card = Card::new(Counted::new(InProcess::new(taro())));
    let number = terms().with_number();
    let errors: [Error; 2] = [
        genuine::prove::<reference::InputAssistNumberB, _>(&mut card, &number_b("taro"), &number)
            .unwrap_err(),
        genuine::prove::<reference::CardFaceBirthDate, _>(&mut card, &birth_date("taro"), &number)
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.is_verdict()), (&ErrorKind::NumberNotOpened, false));
    }
    assert_eq!(card.transport().counts().exchanges, 0);
}

#[test]
fn after_a_proof_and_after_a_refusal_the_card_is_locked() {
    let slot = taro();
    let mut card = Card::new(InProcess::new(slot.clone()));
    genuine::prove::<reference::InputAssist, _>(&mut card, &pin(), &terms().with_comparison()).unwrap();
    slot.card()
        .rewrite(|image| {
            image.files.remove(&FileId::InputAssistIntegrity);
        })
        .unwrap();
    genuine::prove::<reference::InputAssist, _>(&mut card, &pin(), &terms()).unwrap_err();
    let select = b"\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08";
    assert_eq!(slot.card().respond(select).unwrap(), [0x90, 0x00]);
    assert_eq!(slot.card().respond(b"\x00\xB0\x82\x00\x00").unwrap(), [0x69, 0x82]);
}

#[test]
fn files_that_nobody_signed_are_compared_and_a_difference_is_told() {
    let secret = number_b("taro");
    let genuine = prove::<reference::CardFaceNumberB>(taro(), &secret, &terms().with_comparison()).unwrap();
    let sources: Vec<FileId> = genuine.statements().iter().map(Statement::source).collect();
    assert_eq!(sources, [FileId::CardFaceBasicInfo, FileId::CommonRecord]);
    assert_eq!(genuine.differences(), []);
    let code = person("taro").municipality.code;
    assert!(genuine.statements().iter().all(|statement| *statement.municipality().told() == code));

    let slot = taro();
    slot.card()
        .rewrite(|image| {
            let record = b"\x01\x1C4000000127198431322120350217".to_vec();
            image.files.insert(FileId::CommonRecord, FileContents::Records(vec![record]));
        })
        .unwrap();
    let genuine =
        prove::<reference::CardFaceNumberB>(slot.clone(), &secret, &terms().with_comparison()).unwrap();
    let source = FileId::CommonRecord;
    assert_eq!(genuine.differences(), [Difference::Municipality { source }, Difference::Expiry { source }]);
    assert!(genuine.differences()[0].to_string().contains("CommonRecord"));
    let genuine = prove::<reference::InputAssist>(slot, &pin(), &terms().with_comparison()).unwrap();
    assert_eq!(genuine.differences(), [Difference::Municipality { source }]);
    assert_eq!(genuine.statements()[0].expiry().map(NotSigned::into_told), Date::new(2035, 2, 17).ok());
}

#[test]
fn the_expiry_that_the_card_tells_ends_with_its_day_in_japan() {
    for (time, past) in [(b"20360505145959Z", false), (b"20360505150000Z", true)] {
        let at = UnixTime::from_generalized_time(time).unwrap();
        let terms = Terms::new(testing::authorities(), super::NONCE, at);
        let genuine = prove::<reference::CardFaceNumberA>(taro(), &number_a("taro"), &terms).unwrap();
        assert_eq!(genuine.is_past_its_expiry().map(NotSigned::into_told), Some(past));
    }
}

#[test]
fn what_was_read_elsewhere_is_checked_with_the_answer_to_ones_own_nonce() {
    let image = super::image(&taro());
    let file = |id| match image.files.get(&id) {
        Some(FileContents::Bytes(bytes)) => bytes.as_slice(),
        _ => panic!("{id:?}"),
    };
    let files = genuine::CardFaceFiles {
        certificate: file(FileId::CardFaceCertificate),
        card_face: Some(file(FileId::CardFace)),
        age_record: Some(file(FileId::AgeRecord)),
        number_image: Some(file(FileId::NumberImage)),
        basic_info: None,
        common_record: None,
    };
    let records = files.verify(testing::authorities()).unwrap();
    assert!(matches!(records.chip_key(), PublicKey::Rsa { modulus, .. } if modulus.len() == 256));
    let mut card = Card::new(InProcess::new(taro()));
    let hash = mynumber::crypto::digest::sha256(&[&super::NONCE]);
    let answer = card.prove_chip(mynumber::driver::ChipKey::CardFace, &hash).unwrap();
    let genuine = records.answered(&super::NONCE, &answer, testing::ISSUED).unwrap();
    assert!(genuine.into_contents().face().is_some());
}

#[test]
fn b8_nothing_of_the_holder_stands_in_debug_texts() {
    let genuine = prove::<reference::InputAssist>(taro(), &pin(), &terms().with_number()).unwrap();
    let text = format!("{genuine:?} {:?} {:?}", genuine.contents().attributes(), terms().with_number());
    for secret in ["試験", "見本県", "1985", person("taro").my_number.as_str(), "2345"] {
        assert!(!text.contains(secret), "{text}");
    }
    let genuine = prove::<reference::CardFaceNumberA>(taro(), &number_a("taro"), &terms()).unwrap();
    let text = format!("{genuine:?} {:?} {:?}", genuine.contents().face(), genuine.is_past_its_expiry());
    assert!(!text.contains("1985") && !text.contains("2036"), "{text}");
}
