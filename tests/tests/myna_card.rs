//! The crate `myna-card`, which nobody here wrote, reads a virtual card in process and verifies all that it knows to
//! verify, with the roots of our test authority handed to it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::OnceLock;

use myna_card::ap::common::CommonAp;
use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::ap::juki::JukiAp;
use myna_card::ap::surface::SurfaceAp;
use myna_card::ap::text::TextAp;
use myna_card::certificate::roots;
use myna_card::data::{CardVerifiableCertificate, Date, ImageFormat, RsaPublicKey, Sex};
use myna_card::{Card, Error, MasterFile, Pin, Transmit};
use mynumber::crypto::UnixTime;
use mynumber::genuine::{CardFaceFiles, InputAssistFiles};
use mynumber::issuance::person::{Person, Secrets, built_in};
use mynumber::issuance::pki::{CardVerifiableKey, Chain};
use mynumber::issuance::{TestAuthority, personalise};
use mynumber::virtual_card::{MemoryStorage, Power, VirtualCard};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// The wire between the two.
struct Wire(VirtualCard);

impl Transmit for Wire {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        self.0.respond(command).ok_or(Error::NoReader)
    }
}

fn now() -> UnixTime {
    UnixTime::from_utc_time(b"261001003000Z").unwrap()
}

fn authority() -> &'static TestAuthority {
    static AUTHORITY: OnceLock<TestAuthority> = OnceLock::new();
    AUTHORITY.get_or_init(|| TestAuthority::generate(now(), &mut ChaCha20Rng::seed_from_u64(11)).unwrap())
}

fn card(person: &Person) -> Card<Wire> {
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let secrets = Secrets::documented().unwrap();
    let image = personalise(authority(), person, &secrets, now(), &mut rng).unwrap();
    let mut card = VirtualCard::new(image, MemoryStorage::default(), rng).unwrap();
    card.power(Power::On);
    Card::new(Wire(card))
}

fn foreign(key: &CardVerifiableKey) -> RsaPublicKey {
    RsaPublicKey { exponent: key.exponent().to_vec(), modulus: key.modulus().to_vec() }
}

fn root(chain: Chain) -> RsaPublicKey {
    foreign(&authority().root_key(chain).unwrap())
}

/// A certificate that our root verifies, and that passes for no real one.
fn checked(certificate: CardVerifiableCertificate, chain: Chain) -> RsaPublicKey {
    assert!(matches!(certificate.verify(), Err(Error::UnknownCertificateAuthority(_))));
    certificate.verify_with(&root(chain)).unwrap();
    assert!(certificate.verify_with(&certificate.public_key).is_err());
    certificate.public_key
}

fn pin(digits: &str) -> Pin {
    Pin::new(digits).unwrap()
}

#[test]
fn it_reads_and_verifies_the_input_assist_application() {
    let person = built_in::find("watanabe").unwrap();
    let mut card = card(&person);
    let mut text = TextAp::select(&mut card).unwrap();
    let issuer = checked(text.read_certificate().unwrap(), Chain::InputAssist);
    text.verify_pin(&pin("2345")).unwrap();
    assert_eq!(text.read_my_number().unwrap().as_str(), person.my_number.as_str());
    let attributes = text.read_attributes().unwrap();
    assert_eq!((attributes.name.as_str(), attributes.address.as_str()), (&*person.name, &*person.address));
    assert_eq!((attributes.birth_date.to_string().as_str(), attributes.sex), ("1976-02-29", Sex::Female));
    let integrity = text.read_integrity_record().unwrap();
    integrity.verify(&issuer).unwrap();
    assert!(integrity.matches_my_number_file(&text.read_my_number_file().unwrap()));
    assert!(integrity.matches_attributes_file(&text.read_ef(0x0002).unwrap()).unwrap());
    let record = text.read_signed_public_key().unwrap();
    record.verify(&issuer).unwrap();
    assert_eq!(text.read_session_key_public_key().unwrap().public_key.bits(), 2048);
    assert_eq!(text.read_ap_basic_data().unwrap().identification.extended_lc_le_support, 0x03);
    // The chip proves that it holds the key that the record certifies.
    let signature = text.sign(b"a challenge").unwrap();
    record.public_key.verify_pkcs1_sha256(b"a challenge", &signature).unwrap();
}

#[test]
fn its_secure_messaging_works_with_ours_and_ends_as_it_expects() {
    let person = built_in::find("watanabe").unwrap();
    let mut card = card(&person);
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_code_a(&pin(person.my_number.as_str())).unwrap();
    // A verification number is not enough.
    assert!(matches!(text.open_secure_session(&[7; 32]), Err(Error::Status(word)) if word.value() == 0x6982));
    text.verify_pin(&pin("2345")).unwrap();
    let whole = [0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0007, 0x0008].map(|ef| {
        text.card().select_ef(ef).unwrap();
        text.card().read_binary_physical().unwrap()
    });
    let mut secure = text.open_secure_session(&[7; 32]).unwrap();
    secure.verify(0x0014, &pin(person.my_number.as_str())).unwrap();
    secure.verify(0x0015, &pin("51022920369905")).unwrap();
    // What the application refuses counts all the same.
    let wrong = secure.verify(0x0015, &pin("00000000000000"));
    assert!(matches!(wrong, Err(Error::PinIncorrect { .. })), "{wrong:?}");
    assert!(matches!(secure.verify(0x0012, &pin("1234")), Err(Error::PinBlocked)));
    for (ef, plain) in (1..).zip(&whole) {
        assert_eq!(&secure.read_ef_physical(ef).unwrap(), plain);
    }
    // Plain commands in between do not count.
    secure.card().select_ef(0x0001).unwrap();
    assert_eq!(secure.read_binary(3, 12).unwrap(), person.my_number.as_str().as_bytes());
    assert_eq!(secure.counter(), 22);
    // A session of another key: what this one enciphers cannot be deciphered any more.
    let mut text = TextAp::select(&mut card).unwrap();
    let _ = text.open_secure_session(&[8; 32]).unwrap();
    let mut wire = card.into_transport();
    assert_eq!(wire.transmit(&[0x0C, 0xB0, 0, 0, 0]).unwrap(), [0x69, 0x87]);
    assert_eq!(wire.transmit(&[0x08, 0xB0, 0, 0, 5, 0x96, 3, 0, 0, 0, 0]).unwrap(), [0x69, 0xFC]);
}

#[test]
fn it_reads_and_verifies_the_card_face_application() {
    let person = built_in::find("watanabe").unwrap();
    let mut card = card(&person);
    let mut surface = SurfaceAp::select(&mut card).unwrap();
    let issuer = checked(surface.read_certificate().unwrap(), Chain::CardFace);
    // Born in 昭和51, until 2036-02-29, security code 9905.
    surface.verify_birth_date(&pin("510229")).unwrap();
    let age = surface.read_age_record().unwrap();
    age.verify(&issuer).unwrap();
    surface.verify_code_b(&pin("51022920369905")).unwrap();
    let face = surface.read_card_face().unwrap();
    face.verify(&issuer).unwrap();
    assert_eq!(face.expiry.to_string(), "2036-02-29");
    assert_eq!(face.photo.format, ImageFormat::Jpeg2000);
    surface.verify_code_a(&pin(person.my_number.as_str())).unwrap();
    let number = surface.read_my_number_image().unwrap();
    number.verify(&issuer).unwrap();
    assert_eq!(number.image.format, ImageFormat::Png);
    assert_eq!((&age.public_key, &face.public_key), (&number.public_key, &number.public_key));
    let signature = surface.sign(b"a challenge").unwrap();
    face.public_key.verify_pkcs1_sha256(b"a challenge", &signature).unwrap();
    assert_eq!(surface.read_ap_basic_data().unwrap().municipality_code, "99101");
}

#[test]
fn what_it_reads_proves_the_card_genuine_to_us() {
    let person = built_in::find("watanabe").unwrap();
    let mut card = card(&person);
    let roots = Chain::ALL.map(|chain| (chain, authority().root_key(chain).unwrap()));
    let authorities = roots.each_ref().map(|(chain, key)| key.as_authority(*chain).unwrap());
    let nonce = [0x5A; 32];

    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_pin(&pin("2345")).unwrap();
    let [number, attributes, integrity, certificate, key_record] =
        [0x0001, 0x0002, 0x0003, 0x0004, 0x0007].map(|ef| text.read_ef(ef).unwrap());
    let files = InputAssistFiles {
        certificate: &certificate,
        integrity: &integrity,
        key_record: &key_record,
        attributes: Some(&attributes),
        // It reads the length that the TLV tells; the digest is over the file with its filler.
        number: None,
        common_record: None,
    };
    let genuine = files.verify(&authorities).unwrap().answered(&nonce, &text.sign(&nonce).unwrap(), now());
    let genuine = genuine.unwrap().into_contents();
    assert_eq!(genuine.attributes().unwrap().name(), person.name);
    let whole = text.read_my_number_file().unwrap();
    let with_number = InputAssistFiles { number: Some(&whole), ..files }.verify(&authorities).unwrap();
    assert_eq!(with_number.contents().number(), Some(&person.my_number));
    assert!(number.starts_with(&whole[..15]));

    let mut surface = SurfaceAp::select(&mut card).unwrap();
    surface.verify_code_a(&pin(person.my_number.as_str())).unwrap();
    let [face, certificate, image] = [0x0002, 0x0004, 0x0005].map(|ef| surface.read_ef(ef).unwrap());
    let files = CardFaceFiles {
        certificate: &certificate,
        card_face: Some(&face),
        age_record: None,
        number_image: Some(&image),
        basic_info: None,
        common_record: None,
    };
    let genuine = files.verify(&authorities).unwrap().answered(&nonce, &surface.sign(&nonce).unwrap(), now());
    assert_eq!(genuine.unwrap().contents().face().unwrap().birth_date(), person.birth_date);
}

#[test]
fn it_reads_both_certificates_and_verifies_every_scheme_of_both_keys() {
    let mut card = card(&built_in::find("watanabe").unwrap());
    let mut jpki = JpkiAp::select(&mut card).unwrap();
    assert!(jpki.read_token_type().unwrap().is_physical_card());
    let info = jpki.read_token_info().unwrap();
    assert_eq!(info.manufacturer_id, "MYNUMBER-TEST");
    let available = jpki.read_certificate_availability().unwrap();
    assert!(available.has_sign_certificate() && available.has_auth_certificate());
    jpki.verify_sign_pin(&pin("ABC123")).unwrap();
    jpki.verify_auth_pin(&pin("1234")).unwrap();
    let auth = [jpki.read_auth_certificate().unwrap(), jpki.read_auth_ca_certificate().unwrap()];
    let sign = [jpki.read_sign_certificate().unwrap(), jpki.read_sign_ca_certificate().unwrap()];
    let day = Date::parse(b"20261002").unwrap();
    for chain in [&auth, &sign] {
        myna_card::Certificate::verify_chain(chain, day).unwrap();
        chain[1].verify_signature(&chain[1]).unwrap();
        // No software that pins the real roots, those of real test cards included, takes ours for one of them.
        assert!(chain[0].verify_to_root(day, roots::Accept::ProductionAndTest).is_err());
    }
    assert!(sign[0].verify_signature(&auth[1]).is_err());
    let digest = [0x5A; 32];
    let schemes = [
        (SignatureScheme::Verbatim, &b"bytes as they are"[..]),
        (SignatureScheme::Sha256Bare, b"a message"),
        (SignatureScheme::PreHashedDigestInfo, &digest),
        (SignatureScheme::Sha256DigestInfo, b"a message"),
        (SignatureScheme::PreHashedPss, &digest),
        (SignatureScheme::Sha256Pss, b"a message"),
    ];
    for (scheme, data) in schemes {
        let signature = jpki.sign_with_auth_key(scheme, data).unwrap();
        scheme.verify(&auth[0].public_key().unwrap(), data, &signature).unwrap();
        let signature = jpki.sign_with_sign_key(scheme, data).unwrap();
        scheme.verify(&sign[0].public_key().unwrap(), data, &signature).unwrap();
    }
}

#[test]
fn it_reads_the_card_manager_and_the_small_applications() {
    let person = built_in::find("watanabe").unwrap();
    let mut card = card(&person);
    let mut manager = MasterFile::select(&mut card).unwrap();
    let chain = manager.certificate_chain().unwrap();
    assert_eq!(chain.len(), 2);
    chain[0].verify_with(&root(Chain::CardManager)).unwrap();
    assert_eq!(chain[1].issuer_key_id, chain[0].subject_key_id);
    chain[1].verify_with(&chain[0].public_key).unwrap();
    assert_eq!(manager.data_object(0x00F0).unwrap(), b"99101");
    let mut common = CommonAp::select(&mut card).unwrap();
    let info = common.read_card_info().unwrap();
    assert_eq!((info.serial.as_str(), info.municipality_code.as_str()), (&*person.serial, "99101"));
    assert_eq!(info.expiry.to_string(), "2036-02-29");
    common.verify_pin(&pin("3456")).unwrap();
    assert_eq!(common.internal_authenticate(b"a challenge").unwrap().len(), 256);
    let mut juki = JukiAp::select(&mut card).unwrap();
    juki.verify_pin(&pin("3456")).unwrap();
    assert_eq!(juki.read_record(0x0002, 1).unwrap().len(), 16);
}

#[test]
fn our_reader_takes_the_real_authorities_that_it_carries() {
    for known in roots::KNOWN {
        let certificate = mynumber::crypto::Certificate::parse(known.der).unwrap();
        certificate.check_signature(&certificate.public_key().unwrap()).unwrap();
        assert_eq!(certificate.subject(), certificate.issuer());
        let organization = match known.hierarchy {
            roots::Hierarchy::Production => "JPKI",
            roots::Hierarchy::Test => "JPKI-TEST",
        };
        assert_eq!(certificate.subject().organization(), Some(organization));
        let extensions = certificate.extensions();
        assert!(extensions.basic_constraints().unwrap().unwrap().ca);
        assert_eq!(extensions.crl_distribution_point().unwrap(), Some(certificate.subject()));
        assert_eq!(extensions.unknown_critical(), None);
        assert_eq!(extensions.subject_key_identifier().unwrap().unwrap().len(), 20);
        assert_eq!(certificate.validity().not_after.seconds() % 86_400, 15 * 3600 - 1);
    }
}
