use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use mynumber_applet::content::{
    AgeRecord, Attributes, CardFace, CardVerifiableCertificate, CertificateAvailability, CommonRecord,
    IndividualNumber, InputAssistIntegrity, KeyRecord, NumberImage, SessionPublicKey, TokenInfo,
};
use mynumber_applet::{ApplicationId, DataObjectId, Date, FileId, KeyId, PinId, TokenKind};
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::cvc::CertifiedKey;
use mynumber_crypto::digest::sha256;
use mynumber_crypto::{Certificate, PublicKey, UnixTime, cvc};
use mynumber_virtual_card::{FileContents, Image, PrivateKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{AS_DELIVERED_BLOCKED, PersonaliseError, personalise, personalise_as_delivered};
use crate::issuer::IssuerMasterKey;
use crate::person::{Person, Secrets, built_in};
use crate::pki::{CardVerifiableKey, Chain, TestAuthority};

fn now() -> UnixTime {
    UnixTime::from_utc_time(b"261001003000Z").unwrap()
}

fn authority() -> &'static TestAuthority {
    static AUTHORITY: std::sync::OnceLock<TestAuthority> = std::sync::OnceLock::new();
    AUTHORITY.get_or_init(|| TestAuthority::generate(now(), &mut ChaCha20Rng::seed_from_u64(7)).unwrap())
}

fn make(person: &Person, seed: u64) -> Result<Image, PersonaliseError> {
    let secrets = Secrets::documented().unwrap();
    personalise(authority(), person, &secrets, now(), &mut ChaCha20Rng::seed_from_u64(seed))
}

/// The card of somebody built in, made once: six key pairs take their time unoptimised.
fn card(id: &'static str) -> &'static Image {
    static CARDS: Mutex<BTreeMap<&str, &Image>> = Mutex::new(BTreeMap::new());
    let mut cards = CARDS.lock().unwrap_or_else(PoisonError::into_inner);
    cards.entry(id).or_insert_with(|| Box::leak(Box::new(make(&built_in::find(id).unwrap(), 1).unwrap())))
}

fn bytes(image: &Image, id: FileId) -> &[u8] {
    match image.files.get(&id) {
        Some(FileContents::Bytes(bytes)) => bytes,
        _ => panic!("{id:?} is missing"),
    }
}

fn chip_key(image: &Image, id: KeyId) -> CardVerifiableKey {
    match image.keys.get(&id) {
        Some(PrivateKey::Rsa(key)) => CardVerifiableKey::of(key),
        _ => panic!("{id:?} is missing"),
    }
}

/// The certificate of a municipality's key.
fn municipality(file: &[u8]) -> cvc::Certificate<'_> {
    let certificate = CardVerifiableCertificate::parse(file).unwrap();
    assert!(certificate.issuer().number().starts_with('9'));
    cvc::Certificate::new(certificate.signed_part(), certificate.signature()).unwrap()
}

/// The key that the chain's root key certifies.
fn certified<'a>(certificate: &cvc::Certificate<'a>, chain: Chain, verified: cvc::Chain) -> CertifiedKey<'a> {
    let root = authority().root_key(chain).unwrap();
    let key = cvc::certify(certificate, verified, &[root.as_authority(chain).unwrap()]).unwrap();
    assert_eq!(key.authority().as_bytes(), chain.root().unwrap().as_bytes());
    key
}

fn modulus(key: PublicKey<'_>) -> &[u8] {
    match key {
        PublicKey::Rsa { modulus, .. } => modulus,
        _ => panic!("not an RSA key"),
    }
}

#[test]
fn everybody_built_in_gets_a_card_of_five_applications() {
    for row in built_in::ALL {
        let image = card(row.id);
        for application in [
            ApplicationId::Jpki,
            ApplicationId::InputAssist,
            ApplicationId::CardFace,
            ApplicationId::Juki,
            ApplicationId::Common,
        ] {
            assert!(image.holds(application), "{}: {application:?}", row.id);
            for file in application.row().files {
                let certificate = file.id == FileId::SignatureCertificate;
                let expected = !(certificate && row.id == "kodomo");
                assert_eq!(image.files.contains_key(&file.id), expected, "{}: {:?}", row.id, file.id);
            }
            for pin in application.row().pins {
                let reference = &image.references[&pin.id];
                let left = if pin.id == PinId::InputAssistReserved { 0 } else { pin.tries };
                assert_eq!(reference.left(), left, "{:?}", pin.id);
            }
        }
        assert_eq!(image.data_objects.len(), 9);
        assert_eq!(image.keys.len(), if row.id == "kodomo" { 5 } else { 6 });
    }
}

#[test]
fn input_assist_records_are_signed_and_their_digests_fit() {
    let image = card("taro");
    let certificate = municipality(bytes(image, FileId::InputAssistCertificate));
    let key = certified(&certificate, Chain::InputAssist, cvc::Chain::InputAssist);
    assert_eq!(
        (key.subject().to_string().as_str(), key.municipality_code()),
        ("9910131/000", Some(*b"99101"))
    );
    let integrity = InputAssistIntegrity::parse(bytes(image, FileId::InputAssistIntegrity)).unwrap();
    let digests = key.integrity(integrity.signed_part(), integrity.signature()).unwrap();
    let number = bytes(image, FileId::IndividualNumber);
    assert_eq!(number.len(), 17);
    // The whole file, filler included (CARD.md §2.2).
    assert_eq!(integrity.number_digest(), &sha256(&[number]));
    digests.number(number).unwrap();
    let attributes = bytes(image, FileId::Attributes);
    // From the first byte of DF22: FF20, a length of one byte, DF21 08 and its eight bytes come before.
    assert_eq!(integrity.attributes_digest(), &sha256(&[&attributes[14..]]));
    digests.attributes(&attributes[14..]).unwrap();
    assert_eq!(&attributes[14..16], &[0xDF, 0x22]);
    let record = KeyRecord::parse(bytes(image, FileId::InputAssistKeyRecord)).unwrap();
    let chip = key.chip_key(cvc::Record::InputAssistKey, record.signed_part(), record.signature()).unwrap();
    assert_eq!(modulus(chip.key()), chip_key(image, KeyId::InputAssistInternal).modulus());
    let session = SessionPublicKey::parse(bytes(image, FileId::SessionPublicKey)).unwrap();
    assert_eq!(session.key.modulus(), chip_key(image, KeyId::InputAssistSession).modulus());
    let sizes = [
        (FileId::InputAssistIntegrity, 336),
        (FileId::InputAssistCertificate, 568),
        (FileId::InputAssistBasicInfo, 164),
        (FileId::SessionPublicKey, 269),
        (FileId::InputAssistKeyRecord, 536),
    ];
    for (id, size) in sizes {
        assert_eq!(bytes(image, id).len(), size, "{id:?}");
    }
}

#[test]
fn card_face_records_are_signed_by_the_key_of_their_certificate() {
    let image = card("alexandria");
    let certificate = municipality(bytes(image, FileId::CardFaceCertificate));
    let key = certified(&certificate, Chain::CardFace, cvc::Chain::CardFace);
    assert_eq!(
        (key.subject().to_string().as_str(), key.municipality_code()),
        ("9910121/000", Some(*b"99101"))
    );
    let face = CardFace::parse(bytes(image, FileId::CardFace)).unwrap();
    assert!(face.offsets_agree());
    let of_face = key.card_face(face.digest_groups(), face.signature()).unwrap();
    let age = AgeRecord::parse(bytes(image, FileId::AgeRecord)).unwrap();
    let of_age = key.chip_key(cvc::Record::Age, age.signed_part(), age.signature()).unwrap();
    let number = NumberImage::parse(bytes(image, FileId::NumberImage)).unwrap();
    let of_number = key.chip_key(cvc::Record::NumberImage, number.signed_part(), number.signature()).unwrap();
    let chip = chip_key(image, KeyId::CardFaceInternal);
    for key in [of_face, of_age, of_number] {
        assert_eq!(modulus(key.key()), chip.modulus());
    }
    // Her stay ends before the tenth birthday.
    assert_eq!(face.unsigned().expiry(), Date::new(2028, 3, 31).ok());
    assert_eq!(bytes(image, FileId::CardFaceBasicInfo).len(), 320);
    assert_eq!(bytes(image, FileId::AgeRecord).len(), 547);
    // READ BINARY reaches 32 KiB.
    assert!(bytes(image, FileId::CardFace).len() < 0x8000);
}

#[test]
fn the_card_managers_chain_leads_from_the_root_to_the_lower_key() {
    let image = card("taro");
    let upper = CardVerifiableCertificate::parse_data_object(
        &image.data_objects[&DataObjectId::IntermediateCertificate],
    )
    .unwrap();
    let lower =
        CardVerifiableCertificate::parse_data_object(&image.data_objects[&DataObjectId::LowerCertificate])
            .unwrap();
    let parts = |view: &CardVerifiableCertificate<'static>| {
        cvc::Certificate::new(view.signed_part(), view.signature()).unwrap()
    };
    let intermediate = certified(&parts(&upper), Chain::CardManager, cvc::Chain::CardManager);
    assert_eq!(intermediate.municipality_code(), Some(*b"99101"));
    assert_eq!(intermediate.certify(&parts(&lower)).unwrap().subject().to_string(), "9000050/001");
    assert_eq!(image.data_objects[&DataObjectId::IntermediateCertificate].len(), 575);
    assert_eq!(image.data_objects[&DataObjectId::IntermediateKeyId], upper.subject().as_bytes());
    assert_eq!(
        image.data_objects[&DataObjectId::ContactAtr],
        [0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14]
    );
}

#[test]
fn the_texts_are_those_of_the_person() {
    let person = built_in::find("chojiro").unwrap();
    let image = card("chojiro");
    let attributes = Attributes::parse(bytes(image, FileId::Attributes)).unwrap();
    assert_eq!((attributes.name(), attributes.address()), (person.name.as_str(), person.address.as_str()));
    assert_eq!(attributes.birth_date(), Some(person.birth_date));
    let number = IndividualNumber::parse(bytes(image, FileId::IndividualNumber)).unwrap();
    assert_eq!(number.as_str(), person.my_number.as_str());
    let Some(FileContents::Records(records)) = image.files.get(&FileId::CommonRecord) else { panic!() };
    let common = CommonRecord::parse(&records[0]).unwrap().to_repr().unwrap();
    assert_eq!(&common.serial, person.serial.as_bytes());
    assert_eq!(common.expiry, Date::new(2036, 3, 3).unwrap());
    let token = TokenInfo::parse(bytes(image, FileId::TokenInfo)).unwrap();
    assert_eq!(token.kind(), Some(TokenKind::Card));
}

#[test]
fn a16_each_certificate_says_what_it_is_for_and_holds_the_key_of_the_card() {
    let image = card("watanabe");
    for (id, ca, key, purpose) in [
        (FileId::SignatureCertificate, FileId::SignatureCaCertificate, KeyId::Signature, Purpose::Signature),
        (
            FileId::UserAuthenticationCertificate,
            FileId::UserAuthenticationCaCertificate,
            KeyId::UserAuthentication,
            Purpose::UserAuthentication,
        ),
    ] {
        let certificate = Certificate::parse(bytes(image, id)).unwrap();
        let ca = Certificate::parse(bytes(image, ca)).unwrap();
        certificate.check_signature(&ca.public_key().unwrap()).unwrap();
        ca.check_signature(&ca.public_key().unwrap()).unwrap();
        assert_eq!(certificate.public_key().unwrap(), chip_key(image, key).as_public_key());
        let policy = certificate.policy().unwrap().unwrap();
        assert!(policy.test);
        assert_eq!(policy.purpose, purpose);
        let identifier = certificate.extensions().authority_key_identifier().unwrap().unwrap();
        assert_eq!(identifier.key_identifier, ca.extensions().subject_key_identifier().unwrap());
        assert_eq!(identifier.issuer, Some(ca.subject()));
        assert_eq!(identifier.serial, Some(ca.serial()));
        assert_eq!(certificate.issuer(), ca.subject());
        assert_eq!(certificate.issuer().organization(), Some("MYNUMBER-TEST"));
        assert_eq!(certificate.validity().not_before, now());
        assert_eq!(certificate.validity().not_after.to_string(), "2031-02-28T14:59:59Z");
        assert_eq!(certificate.extensions().unknown_critical(), None);
        assert_eq!(certificate.extensions().basic_constraints(), Ok(None));
        assert!(ca.extensions().basic_constraints().unwrap().unwrap().ca);
        let crl = certificate.extensions().crl_distribution_point().unwrap().unwrap();
        assert_eq!(crl.common_name(), Some("Shiken-shi CRLDP"));
    }
}

#[test]
fn a_signature_certificate_carries_the_attributes_and_the_other_does_not() {
    let person = built_in::find("watanabe").unwrap();
    let image = card("watanabe");
    let certificate = Certificate::parse(bytes(image, FileId::SignatureCertificate)).unwrap();
    let holder = certificate.holder().unwrap();
    assert_eq!(holder.name, Some(person.name.as_str()));
    assert_eq!(holder.name_substitutes, Some("01000"));
    assert_eq!(holder.address, Some(person.address.as_str()));
    assert_eq!(holder.sex, Some("2"));
    let birth = holder.birth_date.unwrap();
    assert_eq!((birth.era, birth.year, birth.month, birth.day), (3, 1976, 2, 29));
    assert_eq!(holder.address_substitutes.unwrap().len(), person.address.chars().count());
    let common_name = certificate.subject().common_name().unwrap();
    assert_eq!((common_name.len(), &common_name[..14]), (28, "20261001093000"));
    assert!(common_name.ends_with("99101003A"));
    assert_eq!(certificate.extensions().ocsp_url(), Ok(None));
    let other = Certificate::parse(bytes(image, FileId::UserAuthenticationCertificate)).unwrap();
    assert_eq!(other.holder().unwrap().name, None);
    assert_eq!(other.subject().common_name().unwrap().len(), 23);
    assert_eq!(other.extensions().ocsp_url(), Ok(Some("http://ocsp.mynumber-test.invalid")));
}

#[test]
fn who_lacks_a_certificate_lacks_its_key_and_the_card_says_so() {
    let image = card("kodomo");
    let available = CertificateAvailability::parse(bytes(image, FileId::CertificateAvailability)).unwrap();
    assert!(!available.has_signature() && available.has_user_authentication());
    assert!(!image.keys.contains_key(&KeyId::Signature));
    let mut person = built_in::find("taro").unwrap();
    person.wants_user_authentication = false;
    let image = make(&person, 1).unwrap();
    let available = CertificateAvailability::parse(bytes(&image, FileId::CertificateAvailability)).unwrap();
    assert!(available.has_signature() && !available.has_user_authentication());
    assert!(!image.keys.contains_key(&KeyId::UserAuthentication));
}

#[test]
fn a_delivered_card_has_no_pins_and_the_issuer_s_key_of_its_serial_number() {
    let person = built_in::find("taro").unwrap();
    let master = IssuerMasterKey::generate(&mut ChaCha20Rng::seed_from_u64(3));
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let image = personalise_as_delivered(authority(), &person, &master, now(), &mut rng).unwrap();
    let with_pins = card("taro");
    assert!(with_pins.issuer_key.is_none() && image.issuer_key.is_some());
    assert_eq!(image.files, with_pins.files, "the same card otherwise");
    assert_eq!(image.references.len(), with_pins.references.len());
    for (pin, reference) in &image.references {
        let settable = AS_DELIVERED_BLOCKED.contains(pin);
        let blocked = settable || *pin == PinId::InputAssistReserved;
        assert_eq!((reference.is_blocked(), reference.limit()), (blocked, pin.row().tries), "{pin:?}");
        assert_eq!(reference.has_form(pin.row().format), !blocked, "{pin:?}");
    }
}

#[test]
fn the_same_seed_makes_the_same_card_and_another_seed_other_keys() {
    let person = built_in::find("hanako").unwrap();
    let (first, second, other) = (card("hanako"), make(&person, 1).unwrap(), make(&person, 2).unwrap());
    assert!(first.files == second.files && first.data_objects == second.data_objects);
    let moduli: BTreeSet<Vec<u8>> = [first, &other]
        .into_iter()
        .flat_map(|image| image.keys.keys().map(|id| chip_key(image, *id).modulus().to_vec()))
        .collect();
    assert_eq!(moduli.len(), 12);
}

#[test]
fn a_card_that_would_not_hold_today_is_not_made() {
    let mut person = built_in::find("taro").unwrap();
    person.expiry = Date::new(2026, 9, 30).ok();
    assert!(matches!(make(&person, 1), Err(PersonaliseError::Expired)));
    person.expiry = None;
    person.serial = "99000000000000".into();
    assert!(matches!(make(&person, 1), Err(PersonaliseError::Person(_))));
    let mut person = built_in::find("taro").unwrap();
    person.name = "x".repeat(201);
    assert!(matches!(make(&person, 1), Err(PersonaliseError::Person(_))));
}

#[test]
fn d2_bit_flips_in_certificates_of_the_profile_never_panic() {
    let image = card("watanabe");
    for id in [FileId::SignatureCertificate, FileId::UserAuthenticationCertificate] {
        let der = bytes(image, id);
        let original = Certificate::parse(der).unwrap();
        for length in 0..der.len() {
            assert!(Certificate::parse(&der[..length]).is_err());
        }
        for bit in 0..der.len() * 8 {
            let mut flipped = der.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let Ok(certificate) = Certificate::parse(&flipped) else { continue };
            let extensions = certificate.extensions();
            let _ = (certificate.holder(), certificate.policy(), extensions.ocsp_url());
            let _ = (extensions.crl_distribution_point(), extensions.authority_key_identifier());
            assert_ne!(certificate, original);
        }
    }
}
