//! Every file, key and data object, over every kind of card and reader.

use mynumber_applet::pin::{BirthDatePin, VerificationNumberA, VerificationNumberB, reference};
use mynumber_applet::{Access, ApplicationId, DataObjectId, FileId, PinId, TokenKind, rows};
use mynumber_driver::{Card, ChipKey, ErrorKind, Hash, Input, Tries, file};
use mynumber_transport::{ShortOnly, Transport};
use mynumber_virtual_card::{Certificate, Quirks};
use testkit::host::{
    BIRTH_DATE, KnownKey, NUMBER_A, NUMBER_B, PIN, four_digits, inserted, signature_password,
};

fn kinds() -> Vec<Quirks> {
    vec![
        Quirks::default(),
        Quirks { no_extended: true, ..Quirks::default() },
        Quirks { chain_above: Some(0), ..Quirks::default() },
        Quirks { chain_above: Some(100), no_extended: true, ..Quirks::default() },
        Quirks { exact_le: true, ..Quirks::default() },
        Quirks { exact_le: true, no_extended: true, ..Quirks::default() },
        Quirks { first_command_fails: true, ..Quirks::default() },
        Quirks { verified_query_succeeds: true, ..Quirks::default() },
        Quirks { reselect_logs_out: true, ..Quirks::default() },
    ]
}

/// Every file through the typed and the untyped entry, its length told.
fn all_files<T: Transport>(card: &mut Card<T>) -> Vec<(FileId, usize)> {
    let mut lengths = Vec::new();
    for row in rows::files().filter(|row| row.read == Access::Free) {
        lengths.push((row.id, card.read_file(row.id).unwrap().bytes().len()));
    }
    let pin = four_digits(PIN).unwrap();
    let mut unlocked = card.unlock::<reference::InputAssist>(&pin).unwrap();
    for row in ApplicationId::InputAssist.row().files.iter().filter(|row| row.read != Access::Free) {
        lengths.push((row.id, unlocked.read_file(row.id).unwrap().bytes().len()));
    }
    unlocked.close().unwrap();
    let a = VerificationNumberA::parse(NUMBER_A).unwrap();
    let mut unlocked = card.unlock::<reference::CardFaceNumberA>(&a).unwrap();
    lengths.push((FileId::CardFace, unlocked.read::<file::CardFace>().unwrap().bytes().len()));
    lengths.push((FileId::NumberImage, unlocked.read::<file::NumberImage>().unwrap().bytes().len()));
    lengths.push((FileId::CardFaceFiller, unlocked.read::<file::CardFaceFiller>().unwrap().bytes().len()));
    unlocked.close().unwrap();
    let birth = BirthDatePin::parse(BIRTH_DATE).unwrap();
    lengths.push((FileId::AgeRecord, card.age_record(&birth).unwrap().bytes().len()));
    let password = signature_password().unwrap();
    lengths
        .push((FileId::SignatureCertificate, card.signature_certificate(&password).unwrap().bytes().len()));
    lengths
}

#[test]
fn every_file_is_read_whole_over_every_kind_of_card_and_reader() {
    let reference = all_files(&mut Card::new(inserted(Quirks::default()).unwrap()));
    assert_eq!(reference.len(), rows::files().count());
    for quirks in kinds() {
        let mut card = Card::new(inserted(quirks.clone()).unwrap());
        assert_eq!(all_files(&mut card), reference, "{quirks:?}");
        let mut card = Card::new(ShortOnly::new(inserted(quirks.clone()).unwrap()));
        assert_eq!(all_files(&mut card), reference, "short lengths only, {quirks:?}");
    }
}

#[test]
fn what_the_files_say_is_read_by_their_views() {
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let pin = four_digits(PIN).unwrap();
    assert_eq!(card.attributes(&pin).unwrap().view().unwrap().name(), "見本　太郎");
    assert_eq!(card.number(&pin).unwrap().view().unwrap().as_str(), NUMBER_A);
    let b = VerificationNumberB::parse(NUMBER_B).unwrap();
    let face = card.card_face_by_print(&b).unwrap();
    assert_eq!(card.card_face(&pin).unwrap().content(), face.content());
    assert!(matches!(face.view().unwrap_err().kind(), ErrorKind::Content(_)), "the sample's face is no face");
    assert_eq!(card.data_object(DataObjectId::MunicipalityCode).unwrap().bytes(), b"13221");
    assert_eq!(card.data_object(DataObjectId::IntermediateCertificate).unwrap().bytes().len(), 575);
    let error = card.data_object(DataObjectId::LowerCertificate).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::ObjectAbsent);
}

#[test]
fn both_keys_sign_in_every_scheme_and_the_chip_proves_itself() {
    let hash = [7; 32];
    let inputs = [
        Input::sha256(&hash),
        Input::digest(Hash::Sha1, &[1; 20]).unwrap(),
        Input::digest(Hash::Sha384, &[1; 48]).unwrap(),
        Input::digest(Hash::Sha512, &[1; 64]).unwrap(),
        Input::pkcs1(&[1; 245]).unwrap(),
        Input::hashed_by_card_bare(b"message").unwrap(),
        Input::hash_wrapped_by_card(&hash),
        Input::hashed_by_card(&[2; 255]).unwrap(),
        Input::pss(&hash),
        Input::hashed_by_card_pss(b"message").unwrap(),
    ];
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let mut unlocked = card.unlock::<reference::Signature>(&signature_password().unwrap()).unwrap();
    for input in &inputs {
        assert_eq!(unlocked.sign(input, &KnownKey).unwrap().value().len(), 256, "{input:?}");
    }
    unlocked.close().unwrap();
    let mut unlocked = card.unlock::<reference::UserAuthentication>(&four_digits(PIN).unwrap()).unwrap();
    for input in &inputs {
        assert_eq!(unlocked.sign(input, &KnownKey).unwrap().value().len(), 256, "{input:?}");
    }
    unlocked.close().unwrap();
    for key in [ChipKey::InputAssist, ChipKey::CardFace] {
        assert_eq!(card.prove_chip(key, &hash).unwrap().len(), 256);
    }
    assert_eq!(card.internal_authenticate(b"challenge").unwrap().len(), 256);
}

#[test]
fn identify_and_counters_tell_cards_from_phones() {
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let identity = card.identify().unwrap();
    assert_eq!((identity.applications.len(), identity.token), (5, Some(TokenKind::Card)));
    let counters = card.counters().unwrap();
    assert_eq!(counters.len(), rows::pins().count());
    for counter in counters {
        let row = counter.pin.row();
        let full = if row.tries == 0 { Tries::Blocked } else { Tries::Left(row.tries) };
        assert_eq!(counter.tries, full, "{:?}", counter.pin);
    }
    for token in [TokenKind::Android, TokenKind::Iphone] {
        let mut phone = Card::new(inserted(Quirks { token: Some(token), ..Quirks::default() }).unwrap());
        let identity = phone.identify().unwrap();
        assert_eq!(
            (identity.applications.as_slice(), identity.token),
            ([ApplicationId::Jpki].as_slice(), Some(token))
        );
        let absent = phone.counters_of(&[PinId::InputAssist]).unwrap();
        assert_eq!(absent.first().unwrap().tries, Tries::Absent);
        // Its user-authentication certificate lies behind the PIN, and behind it it is there.
        let error = phone.user_authentication_certificate().unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::BehindPin);
        let mut unlocked = phone.unlock::<reference::UserAuthentication>(&four_digits(PIN).unwrap()).unwrap();
        assert_eq!(unlocked.read::<file::UserAuthenticationCertificate>().unwrap().content().len(), 1590);
        unlocked.close().unwrap();
        assert!(phone.user_authentication_certificate().is_err(), "not from what was read behind the PIN");
    }
}

#[test]
fn a_certificate_that_was_never_issued_is_absent() {
    let quirks = Quirks { absent: Some(Certificate::Signature), ..Quirks::default() };
    let mut card = Card::new(inserted(quirks).unwrap());
    let error = card.signature_certificate(&signature_password().unwrap()).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::ObjectAbsent | ErrorKind::Blocked | ErrorKind::Malformed(_) | ErrorKind::EmptyRead
        ),
        "{error}"
    );
}

#[test]
fn b7_nothing_is_unlocked_after_a_session_whatever_ended_it() {
    use testkit::host::is_locked;
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let password = signature_password().unwrap();
    let unlocked = card.unlock::<reference::Signature>(&password).unwrap();
    drop(unlocked);
    let mut reader = card.into_transport();
    assert!(is_locked(reader.card_mut(), ApplicationId::Jpki));
    let mut card = Card::new(reader);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _unlocked = card.unlock::<reference::Signature>(&password).unwrap();
        panic!("in the middle");
    }));
    assert!(outcome.is_err());
    assert!(is_locked(card.into_transport().card_mut(), ApplicationId::Jpki));
    // The question itself is not always answered yes: an unlocked card is found.
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let unlocked = card.unlock::<reference::Signature>(&password).unwrap();
    std::mem::forget(unlocked);
    assert!(!is_locked(card.into_transport().card_mut(), ApplicationId::Jpki));
}
