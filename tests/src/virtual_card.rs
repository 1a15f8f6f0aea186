//! A virtual card for tests of the card side: contents of no meaning, two private keys, known PINs.
//!
//! Cards of simulated people come from `mynumber::issuance`; this one needs no personalisation.

use std::sync::OnceLock;

use mynumber_applet::{DataObjectId, FileId, KeyId, PinId};
use mynumber_virtual_card as virtual_card;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::RsaPrivateKey;
use virtual_card::{FileContents, Image, MemoryStorage, PrivateKey, Reference, VirtualCard};

use crate::script;

/// Random numbers that are the same in every run.
#[must_use]
pub fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(0x6D79_6E75_6D62_6572)
}

/// The two keys: of everything that signs, and of user authentication. Made once per process.
///
/// # Panics
/// When a key cannot be made, which does not happen.
#[must_use]
pub fn keys() -> &'static [RsaPrivateKey; 2] {
    static KEYS: OnceLock<[RsaPrivateKey; 2]> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "a fixture of tests")]
    KEYS.get_or_init(|| {
        let mut rng = rng();
        [(); 2].map(|()| RsaPrivateKey::new(&mut rng, 2048).expect("2048 bits are a size"))
    })
}

/// Every PIN, password and verification number, with its tries.
pub const REFERENCES: [(PinId, &[u8], u8); 11] = [
    (PinId::Signature, b"ABC123", 5),
    (PinId::UserAuthentication, b"1234", 3),
    (PinId::InputAssist, b"2345", 3),
    (PinId::InputAssistReserved, b"", 0),
    (PinId::InputAssistNumberA, b"123456789018", 10),
    (PinId::InputAssistNumberB, b"02030420351234", 10),
    (PinId::CardFaceBirthDate, b"020304", 10),
    (PinId::CardFaceNumberA, b"123456789018", 10),
    (PinId::CardFaceNumberB, b"02030420351234", 10),
    (PinId::Juki, b"3456", 3),
    (PinId::Common, b"3456", 3),
];

/// The image: every file, each beginning with bytes of its own, so that one is not taken for another.
///
/// # Panics
/// When a reference is too long, which none is.
#[must_use]
pub fn image() -> Image {
    let mut image = Image::empty();
    let [signing, authenticating] = keys();
    for (id, key) in [
        (KeyId::Signature, signing),
        (KeyId::UserAuthentication, authenticating),
        (KeyId::InputAssistInternal, signing),
        (KeyId::InputAssistSession, signing),
        (KeyId::CardFaceInternal, signing),
        (KeyId::CommonInternal, signing),
    ] {
        image.keys.insert(id, PrivateKey::Rsa(key.clone()));
    }
    for (id, value, tries) in REFERENCES {
        #[expect(clippy::expect_used, reason = "a fixture of tests")]
        let reference = Reference::new(value, tries).expect("short enough");
        image.references.insert(id, reference);
    }
    let mut file = |id: FileId, head: &[u8], length: usize| {
        let counting = (0..=u8::MAX).cycle();
        let bytes = head.iter().copied().chain(counting).take(length).collect();
        image.files.insert(id, FileContents::Bytes(bytes));
    };
    file(FileId::SignatureCertificate, &[0x30, 0x82, 0x06, 0xDA, 0x01], 1758);
    file(FileId::SignatureCaCertificate, &[0x30, 0x82, 0x04, 0x28, 0x02], 1068);
    file(FileId::TokenInfo, b"JPKIAPICCTOKEN2                 ", 160);
    file(FileId::CertificateAvailability, &[0x8F, 0x8F, 0x00], 3);
    file(FileId::UserAuthenticationCertificate, &[0x30, 0x82, 0x06, 0x32, 0x0A], 1590);
    file(FileId::UserAuthenticationCaCertificate, &[0x30, 0x82, 0x04, 0x28, 0x0B], 1068);
    file(FileId::IndividualNumber, b"\xFF\x10\x0C123456789018\xFF\xFF", 17);
    file(FileId::Attributes, &[0xFF, 0x20, 0x65], 104);
    file(FileId::InputAssistIntegrity, &[0xFF, 0x30], 336);
    file(FileId::InputAssistCertificate, &[0x7F, 0x21, 0x48], 568);
    file(FileId::InputAssistBasicInfo, &[0xFF, 0x40], 164);
    file(FileId::SessionPublicKey, &[0xA1], 269);
    file(FileId::InputAssistKeyRecord, &[0xFF, 0x50], 536);
    file(FileId::InputAssistFiller, &[0xFF; 16], 16);
    file(FileId::AgeRecord, &[0xFF, 0x10], 547);
    file(FileId::CardFace, &[0xFF, 0x20, 0x82, 0x0B, 0xF9], 3070);
    file(FileId::CardFaceBasicInfo, &[0xFF, 0x30], 320);
    file(FileId::CardFaceCertificate, &[0x7F, 0x21, 0x42], 568);
    file(FileId::NumberImage, &[0xFF, 0x40], 686);
    file(FileId::CardFaceFiller, &[0xFF; 16], 16);
    let reference = vec![0x30; 16];
    image.files.insert(FileId::JukiKeyReference, FileContents::Records(vec![reference.clone()]));
    image.files.insert(FileId::CommonKeyReference, FileContents::Records(vec![reference]));
    let record = b"\x01\x1C4000000000000011000120351231".to_vec();
    image.files.insert(FileId::CommonRecord, FileContents::Records(vec![record]));
    for (id, value) in [
        (DataObjectId::MunicipalityCode, b"10001".to_vec()),
        (DataObjectId::ExpiryDate, b"20351231".to_vec()),
        (DataObjectId::IntermediateCertificate, vec![0x4D; 575]),
        (DataObjectId::ContactAtr, Image::CONTACT_ATR.into_iter().skip(1).collect()),
    ] {
        image.data_objects.insert(id, value);
    }
    image
}

/// A card of this image, in memory.
///
/// # Panics
/// When it cannot be made, which does not happen.
#[must_use]
pub fn card() -> VirtualCard {
    #[expect(clippy::expect_used, reason = "a fixture of tests")]
    VirtualCard::new(image(), MemoryStorage::default(), rng()).expect("memory does not fail")
}

impl script::Card for VirtualCard {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        Self::respond(self, command)
    }

    fn power(&mut self, power: script::Power) {
        Self::power(
            self,
            match power {
                script::Power::On => virtual_card::Power::On,
                script::Power::Off => virtual_card::Power::Off,
                script::Power::Reset => virtual_card::Power::Reset,
            },
        );
    }
}
