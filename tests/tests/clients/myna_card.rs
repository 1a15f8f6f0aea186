//! The crate `myna-card` over PC/SC and in process: every file that it knows, every signing scheme, every PIN.
//!
//! It shares no code with the driver or the card, and was measured against real cards. The test `myna_card` beside this
//! one looks closer, in process.

use std::fmt::Debug;

use myna_card::ap::common::CommonAp;
use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::ap::juki::JukiAp;
use myna_card::ap::surface::{self, SurfaceAp};
use myna_card::ap::text::{self, TextAp};
use myna_card::data::{CardVerifiableCertificate, Date, ImageFormat, RsaPublicKey};
use myna_card::transport::pcsc::{self, Sharing};
use myna_card::{Card, Certificate, Error, MasterFile, Pin, Retries, Transmit};
use mynumber::issuance::person::{Person, built_in};
use mynumber::issuance::pki::Chain;
use mynumber::virtual_card::{Power, Quirks, VirtualCard};
use testkit::issued;

use crate::desk::Desk;

/// The wire without PC/SC.
struct InProcess(VirtualCard);

impl Transmit for InProcess {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        self.0.respond(command).ok_or(Error::NoReader)
    }
}

fn in_process() -> Card<InProcess> {
    let mut card = issued::card("taro");
    card.power(Power::On);
    Card::new(InProcess(card))
}

fn over_pcsc(desk: &Desk) -> Card<pcsc::PcscTransport> {
    assert!(pcsc::list_readers().unwrap().contains(&desk.reader()));
    pcsc::connect(&desk.reader(), Sharing::Exclusive).unwrap()
}

fn pin(text: &str) -> Pin {
    Pin::new(text).unwrap()
}

fn taro() -> Person {
    built_in::find("taro").unwrap()
}

/// Verification number B: the birth date with the year of its era, the year of expiry, the security code.
fn number_b() -> Pin {
    let face = surface_of(&mut in_process(), &pin(taro().my_number.as_str()));
    pin(&format!("600505{}{}", &face.0[..4], taro().security_code.as_str()))
}

/// The expiry and the birth date on the card face.
fn surface_of<T: Transmit>(card: &mut Card<T>, number_a: &Pin) -> (String, String) {
    let mut surface = SurfaceAp::select(card).unwrap();
    surface.verify_code_a(number_a).unwrap();
    let face = surface.read_card_face().unwrap();
    (face.expiry.to_string(), face.birth_date.to_string())
}

/// What our root of this chain certifies; no other root does, and the crate's own roots do not know ours.
fn certified(certificate: &CardVerifiableCertificate, chain: Chain) -> RsaPublicKey {
    let root = issued::authority().root_key(chain).unwrap();
    let root = RsaPublicKey { exponent: root.exponent().to_vec(), modulus: root.modulus().to_vec() };
    certificate.verify_with(&root).unwrap();
    assert!(matches!(certificate.verify(), Err(Error::UnknownCertificateAuthority(_))));
    certificate.public_key.clone()
}

fn reads_and_verifies_everything<T: Transmit>(card: &mut Card<T>) {
    card_manager(card);
    input_assist(card);
    card_face(card);
    jpki(card);
    common_and_juki(card);
}

fn card_manager<T: Transmit>(card: &mut Card<T>) {
    let mut manager = MasterFile::select(card).unwrap();
    let chain = manager.certificate_chain().unwrap();
    let [upper, lower] = chain.as_slice() else { unreachable!("two certificates: {}", chain.len()) };
    lower.verify_with(&certified(upper, Chain::CardManager)).unwrap();
    let municipality = taro().municipality.code;
    assert_eq!(manager.data_object(0x00F0).unwrap(), municipality.as_str().as_bytes());
    assert_eq!(card.contact_atr().unwrap(), [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14]);
    assert_eq!(card.get_challenge(32).unwrap().len(), 32);
}

fn input_assist<T: Transmit>(card: &mut Card<T>) {
    let mut text = TextAp::select(card).unwrap();
    let issuer = certified(&text.read_certificate().unwrap(), Chain::InputAssist);
    assert!(matches!(text.read_my_number(), Err(Error::Status(_))), "the number is behind its PIN");
    text.verify_pin(&pin("2345")).unwrap();
    let (number, attributes) = (text.read_my_number().unwrap(), text.read_attributes().unwrap());
    assert_eq!(number.as_str(), taro().my_number.as_str());
    assert_eq!((attributes.name.as_str(), attributes.address.as_str()), (&*taro().name, &*taro().address));
    let integrity = text.read_integrity_record().unwrap();
    integrity.verify(&issuer).unwrap();
    assert!(integrity.matches_my_number_file(&text.read_my_number_file().unwrap()));
    assert!(integrity.matches_attributes_file(&text.read_ef(text::ef::ATTRIBUTES).unwrap()).unwrap());
    let record = text.read_signed_public_key().unwrap();
    record.verify(&issuer).unwrap();
    let signature = text.sign(b"a challenge").unwrap();
    record.public_key.verify_pkcs1_sha256(b"a challenge", &signature).unwrap();
    assert_eq!(text.read_session_key_public_key().unwrap().public_key.bits(), 2048);
    assert_eq!(text.read_ap_basic_data().unwrap().identification.extended_lc_le_support, 3);
    text.verify_code_a(&pin(taro().my_number.as_str())).unwrap();
    text.verify_code_b(&number_b()).unwrap();
}

fn card_face<T: Transmit>(card: &mut Card<T>) {
    let mut surface = SurfaceAp::select(card).unwrap();
    let issuer = certified(&surface.read_certificate().unwrap(), Chain::CardFace);
    surface.verify_birth_date(&pin("600505")).unwrap();
    let age = surface.read_age_record().unwrap();
    age.verify(&issuer).unwrap();
    surface.verify_code_b(&number_b()).unwrap();
    let face = surface.read_card_face().unwrap();
    face.verify(&issuer).unwrap();
    let images = [&face.name_image, &face.address_image].map(|image| image.format);
    assert_eq!((images, face.photo.format), ([ImageFormat::Png; 2], ImageFormat::Jpeg2000));
    surface.verify_code_a(&pin(taro().my_number.as_str())).unwrap();
    let number = surface.read_my_number_image().unwrap();
    number.verify(&issuer).unwrap();
    assert_eq!((&age.public_key, number.image.format), (&face.public_key, ImageFormat::Png));
    let signature = surface.sign(b"a challenge").unwrap();
    face.public_key.verify_pkcs1_sha256(b"a challenge", &signature).unwrap();
    let basic = surface.read_ap_basic_data().unwrap();
    assert_eq!(basic.municipality_code, taro().municipality.code.as_str());
    assert_eq!(basic.encrypted_reference_number.data.len(), 256);
}

fn jpki<T: Transmit>(card: &mut Card<T>) {
    let mut jpki = JpkiAp::select(card).unwrap();
    assert!(jpki.read_token_info().unwrap().token_type.is_physical_card());
    let available = jpki.read_certificate_availability().unwrap();
    assert!(available.has_sign_certificate() && available.has_auth_certificate());
    assert!(matches!(jpki.read_sign_certificate(), Err(Error::Status(_))), "it is behind its password");
    let auth = [jpki.read_auth_certificate().unwrap(), jpki.read_auth_ca_certificate().unwrap()];
    jpki.verify_auth_pin(&pin("1234")).unwrap();
    jpki.verify_sign_pin(&pin("ABC123")).unwrap();
    let sign = [jpki.read_sign_certificate().unwrap(), jpki.read_sign_ca_certificate().unwrap()];
    let day = Date::from_unix_seconds(issued::ISSUED.seconds() + 86_400);
    for chain in [&auth, &sign] {
        Certificate::verify_chain(chain, day).unwrap();
    }
    let digest = [0x5A; 32];
    for (scheme, data) in [
        (SignatureScheme::Verbatim, &b"bytes as they are"[..]),
        (SignatureScheme::Sha256Bare, b"a message"),
        (SignatureScheme::PreHashedDigestInfo, &digest),
        (SignatureScheme::Sha256DigestInfo, b"a message"),
        (SignatureScheme::PreHashedPss, &digest),
        (SignatureScheme::Sha256Pss, b"a message"),
    ] {
        // Both check the signature with the card's own certificate.
        let by_auth = jpki.sign_with_auth_key_checked(scheme, data).unwrap();
        let by_sign = jpki.sign_with_sign_key_checked(scheme, data).unwrap();
        assert!(scheme.verify(&sign[0].public_key().unwrap(), data, &by_auth).is_err());
        scheme.verify(&sign[0].public_key().unwrap(), data, &by_sign).unwrap();
    }
}

fn common_and_juki<T: Transmit>(card: &mut Card<T>) {
    let mut common = CommonAp::select(card).unwrap();
    let info = common.read_card_info().unwrap();
    assert_eq!((info.serial.as_str(), info.expiry.to_string()), (&*taro().serial, "2036-05-05".to_owned()));
    let reference = common.read_record(2, 1).unwrap();
    assert_eq!(common.internal_authenticate(b"a challenge").unwrap().len(), 256);
    common.verify_pin(&pin("3456")).unwrap();
    let mut juki = JukiAp::select(card).unwrap();
    assert_eq!(juki.read_record(2, 1).unwrap(), reference);
    juki.verify_pin(&pin("3456")).unwrap();
}

/// The tries left of all PINs and numbers, the blocked one included.
fn tries<T: Transmit>(card: &mut Card<T>) -> Vec<u8> {
    let count = |tries: myna_card::Result<Retries>| tries.unwrap().count().unwrap();
    let mut jpki = JpkiAp::select(card).unwrap();
    let mut all = vec![count(jpki.sign_pin_retries()), count(jpki.auth_pin_retries())];
    let mut text = TextAp::select(card).unwrap();
    let keys = [text::ef::PIN, text::ef::BLOCKED_0012, text::ef::CODE_A, text::ef::CODE_B];
    all.extend(keys.map(|key| count(text.retries(key))));
    let mut surface = SurfaceAp::select(card).unwrap();
    let keys = [surface::ef::BIRTH_DATE, surface::ef::CODE_A, surface::ef::CODE_B];
    all.extend(keys.map(|key| count(surface.retries(key))));
    all.push(count(JukiAp::select(card).unwrap().pin_retries()));
    all.push(count(CommonAp::select(card).unwrap().pin_retries()));
    all
}

fn wrong(outcome: &myna_card::Result<impl Debug>, left: u8) {
    assert!(
        matches!(outcome, Err(Error::PinIncorrect { retries: Some(tries) }) if *tries == left),
        "{outcome:?}"
    );
}

fn asks_for_tries_and_changes_pins<T: Transmit>(card: &mut Card<T>) {
    let whole = [5, 3, 3, 0, 10, 10, 10, 10, 10, 3, 3];
    assert_eq!(tries(card), whole);
    let mut jpki = JpkiAp::select(card).unwrap();
    jpki.change_auth_pin(&pin("1234"), &pin("4321")).unwrap();
    wrong(&jpki.verify_auth_pin(&pin("1234")), 2);
    jpki.change_auth_pin(&pin("4321"), &pin("1234")).unwrap();
    wrong(&jpki.change_sign_pin(&pin("ABC124"), &pin("XYZ789")), 4);
    jpki.change_sign_pin(&pin("ABC123"), &pin("ABCDEFGHIJ123456")).unwrap();
    jpki.verify_sign_pin(&pin("ABCDEFGHIJ123456")).unwrap();
    let mut text = TextAp::select(card).unwrap();
    text.change_pin(&pin("2345"), &pin("5432")).unwrap();
    wrong(&text.verify_pin(&pin("2345")), 2);
    text.verify_pin(&pin("5432")).unwrap();
    assert!(matches!(
        text.card().verify_sfi(myna_card::ShortEfId::from_ef_id(0x12).unwrap(), &pin("0000")),
        Err(Error::PinBlocked)
    ));
    let mut juki = JukiAp::select(card).unwrap();
    juki.change_pin(&pin("3456"), &pin("6543")).unwrap();
    // Two references, changed one at a time.
    let mut common = CommonAp::select(card).unwrap();
    wrong(&common.verify_pin(&pin("6543")), 2);
    common.change_pin(&pin("3456"), &pin("6543")).unwrap();
    assert_eq!(tries(card), whole);
    let mut jpki = JpkiAp::select(card).unwrap();
    wrong(&jpki.verify_auth_pin(&pin("0001")), 2);
    wrong(&jpki.verify_auth_pin(&pin("0002")), 1);
    for wrong in ["0003", "1234"] {
        assert!(matches!(jpki.verify_auth_pin(&pin(wrong)), Err(Error::PinBlocked)));
    }
    assert!(matches!(jpki.auth_pin_retries(), Ok(Retries::Blocked)));
}

#[test]
fn it_reads_and_verifies_everything_in_process() {
    reads_and_verifies_everything(&mut in_process());
}

#[test]
fn it_reads_and_verifies_everything_over_pcsc() {
    let desk = Desk::new();
    reads_and_verifies_everything(&mut over_pcsc(&desk));
}

#[test]
fn it_reads_and_verifies_everything_from_a_card_that_wants_exact_lengths() {
    let desk = Desk::with(&Quirks { exact_le: true, first_command_fails: true, ..Quirks::default() });
    let mut card = over_pcsc(&desk);
    card.transport_mut().power_cycle().unwrap();
    reads_and_verifies_everything(&mut card);
}

#[test]
fn it_asks_for_tries_and_changes_pins_in_process() {
    asks_for_tries_and_changes_pins(&mut in_process());
}

#[test]
fn it_asks_for_tries_and_changes_pins_over_pcsc() {
    let desk = Desk::new();
    asks_for_tries_and_changes_pins(&mut over_pcsc(&desk));
    assert_eq!(desk.tries_left(mynumber::applet::PinId::UserAuthentication), 0);
}

#[test]
fn power_off_ends_what_a_pin_opened_and_a_reset_does_not() {
    let desk = Desk::new();
    let mut card = over_pcsc(&desk);
    JpkiAp::select(&mut card).unwrap().verify_sign_pin(&pin("ABC123")).unwrap();
    drop(card);
    let mut card = over_pcsc(&desk);
    JpkiAp::select(&mut card).unwrap().read_sign_certificate().unwrap();
    card.transport_mut().power_cycle().unwrap();
    let mut jpki = JpkiAp::select(&mut card).unwrap();
    assert!(matches!(jpki.read_sign_certificate(), Err(Error::Status(status)) if status.value() == 0x6982));
}
