//! A card without private keys, for the tests of this crate.

use mynumber_applet::{DataObjectId, FileId, PinId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::{FileContents, Image, Reference, Storage, VirtualCard};

pub(crate) const JPKI: &str = "00A4040C0AD392F000260100000001";

pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

pub(crate) fn image() -> Image {
    let mut image = Image::empty();
    let mut pin = |pin, value: &[u8], tries| {
        image.references.insert(pin, Reference::new(value, tries).unwrap());
    };
    pin(PinId::Signature, b"ABC123", 5);
    pin(PinId::UserAuthentication, b"1234", 3);
    pin(PinId::InputAssist, b"2345", 3);
    pin(PinId::InputAssistReserved, b"", 0);
    pin(PinId::Juki, b"3456", 3);
    pin(PinId::Common, b"3456", 3);
    image
        .files
        .insert(FileId::SignatureCertificate, FileContents::Bytes((0..=255).cycle().take(300).collect()));
    image.files.insert(FileId::CommonRecord, FileContents::Records(vec![vec![1, 2, 3], vec![4]]));
    image.data_objects.insert(DataObjectId::ExpiryDate, b"20350217".to_vec());
    image
}

pub(crate) fn card(storage: impl Storage + 'static) -> VirtualCard {
    VirtualCard::new(image(), storage, rng()).unwrap()
}

pub(crate) fn reopen(storage: impl Storage + 'static) -> VirtualCard {
    VirtualCard::open(storage, rng()).unwrap()
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap()).collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
}

/// The reply in hex; `-` for none.
pub(crate) fn send(card: &mut VirtualCard, hex: &str) -> String {
    let Some(reply) = card.respond(&bytes(hex)) else { return "-".to_owned() };
    assert!(reply.len() >= 2);
    reply.iter().map(|byte| format!("{byte:02X}")).collect()
}
