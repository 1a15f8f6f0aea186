//! A card with every file, key and reference, made without a PKI: what it says is not signed by anybody.

use std::sync::OnceLock;

use mynumber::HostileSlot;
use mynumber_applet::content::{AttributesRepr, ChipPublicKey, SessionPublicKey, Sex};
use mynumber_applet::pin::{FourDigitPin, PinFormError, SignaturePassword};
use mynumber_applet::{DataObjectId, Date, FileId, KeyId, PinId, TokenKind, rows};
use mynumber_driver::{CheckFailure, Input, Scheme, SignatureCheck};
use mynumber_transport::{CardSide, InProcess, PowerEvent};
use mynumber_virtual_card::hostile::{HostileCard, Lie};
use mynumber_virtual_card::{
    FileContents, Image, MemoryStorage, Power, PrivateKey, Quirks, Reference, VirtualCard,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::traits::{PublicKeyParts, SignatureScheme};
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};

/// The four-digit PINs.
pub const PIN: &str = "1234";
/// The signature password.
pub const SIGNATURE_PASSWORD: &str = "ABC123";
/// Verification number A: a My Number with the right check digit, obviously nobody's.
pub const NUMBER_A: &str = "123456789018";
/// Verification number B: born 17 February 昭和55, card valid to 2035, security code 2285.
pub const NUMBER_B: &str = "55021720352285";
/// The birth date as the card shows it.
pub const BIRTH_DATE: &str = "550217";

/// What can go wrong while the sample is made: nothing, unless the rows of the model change.
type Made<T> = Result<T, Box<dyn std::error::Error>>;

/// A four-digit PIN.
///
/// # Errors
/// [`PinFormError`] for anything else.
pub fn four_digits(digits: &str) -> Result<FourDigitPin, PinFormError> {
    FourDigitPin::parse(digits)
}

/// The signature password of the sample.
///
/// # Errors
/// None, unless the rules for passwords change.
pub fn signature_password() -> Result<SignaturePassword, PinFormError> {
    SignaturePassword::parse(SIGNATURE_PASSWORD)
}

/// The virtual card's end of the wire.
pub struct InsertedCard(pub VirtualCard);

impl std::fmt::Debug for InsertedCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InsertedCard")
    }
}

impl CardSide for InsertedCard {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.0.respond(command)
    }

    fn power(&mut self, event: PowerEvent) {
        self.0.power(match event {
            PowerEvent::On => Power::On,
            PowerEvent::Off => Power::Off,
            PowerEvent::Reset => Power::Reset,
        });
    }

    fn atr(&self) -> Vec<u8> {
        self.0.atr().to_vec()
    }
}

/// One key for the whole run: making one takes long.
fn key() -> Made<&'static RsaPrivateKey> {
    static KEY: OnceLock<Option<RsaPrivateKey>> = OnceLock::new();
    let made = KEY.get_or_init(|| RsaPrivateKey::new(&mut ChaCha20Rng::seed_from_u64(1), 2048).ok());
    Ok(made.as_ref().ok_or("no key could be made")?)
}

/// An element of this tag whose value has this many bytes, all of them lengths that take two bytes.
fn element(tag: &[u8], length: u16) -> Vec<u8> {
    let value = (0..length).map(|at| u8::try_from(at % 251).unwrap_or(0));
    tag.iter().copied().chain([0x82]).chain(length.to_be_bytes()).chain(value).collect()
}

fn transparent(id: FileId) -> Made<Vec<u8>> {
    Ok(match id {
        FileId::SignatureCertificate => element(&[0x30], 1754),
        FileId::UserAuthenticationCertificate => element(&[0x30], 1586),
        FileId::SignatureCaCertificate | FileId::UserAuthenticationCaCertificate => element(&[0x30], 1000),
        FileId::TokenInfo => [TokenKind::Card.label().as_bytes(), &[b' '; 145]].concat(),
        FileId::CertificateAvailability => vec![0x8F, 0x8F, 0x00],
        FileId::IndividualNumber => [&[0xFF, 0x10, 0x0C], NUMBER_A.as_bytes(), &[0xFF, 0xFF]].concat(),
        FileId::Attributes => {
            let repr = AttributesRepr {
                name: "見本　太郎",
                address: "見本県見本市見本町１－２－３",
                birth_date: Date::new(1980, 2, 17)?,
                sex: Sex::Male,
            };
            repr.emit(&mut [0; 512])?.to_vec()
        }
        FileId::SessionPublicKey => {
            let (exponent, modulus) = (key()?.e_bytes(), key()?.n_bytes());
            SessionPublicKey { key: ChipPublicKey::new(&exponent, &modulus)? }.emit(&mut [0; 512])?.to_vec()
        }
        FileId::InputAssistFiller | FileId::CardFaceFiller => vec![0xFF; 16],
        FileId::CardFace => element(&[0xFF, 0x20], 3065),
        FileId::InputAssistCertificate | FileId::CardFaceCertificate => element(&[0x7F, 0x21], 563),
        _ => element(&[0xFF, 0x50], 531),
    })
}

fn image() -> Made<Image> {
    let mut image = Image::empty();
    for row in rows::files() {
        let contents = match row.structure {
            mynumber_applet::Structure::Transparent => FileContents::Bytes(transparent(row.id)?),
            mynumber_applet::Structure::Records => FileContents::Records(vec![vec![0x01, 0x02, 0x30, 0x31]]),
        };
        image.files.insert(row.id, contents);
    }
    for row in rows::pins() {
        let value = match row.id {
            PinId::Signature => SIGNATURE_PASSWORD,
            PinId::InputAssistReserved => "",
            PinId::InputAssistNumberA | PinId::CardFaceNumberA => NUMBER_A,
            PinId::InputAssistNumberB | PinId::CardFaceNumberB => NUMBER_B,
            PinId::CardFaceBirthDate => BIRTH_DATE,
            _ => PIN,
        };
        image.references.insert(row.id, Reference::new(value.as_bytes(), row.tries)?);
    }
    let ids = [
        KeyId::Signature,
        KeyId::UserAuthentication,
        KeyId::InputAssistInternal,
        KeyId::InputAssistSession,
        KeyId::CardFaceInternal,
        KeyId::CommonInternal,
    ];
    for id in ids {
        image.keys.insert(id, PrivateKey::Rsa(key()?.clone()));
    }
    image.data_objects.insert(DataObjectId::MunicipalityCode, b"13221".to_vec());
    image.data_objects.insert(DataObjectId::IntermediateCertificate, element(&[0x7F, 0x21], 570));
    Ok(image)
}

/// A new card in a reader of the same process.
///
/// # Errors
/// None, unless the rows of the model change.
pub fn inserted(quirks: Quirks) -> Made<InProcess<InsertedCard>> {
    Ok(InProcess::new(InsertedCard(sample_card(quirks)?)))
}

/// A new card.
///
/// # Errors
/// None, unless the rows of the model change.
pub fn sample_card(quirks: Quirks) -> Made<VirtualCard> {
    let mut image = image()?;
    quirks.shape(&mut image);
    let card = VirtualCard::new(image, MemoryStorage::default(), ChaCha20Rng::seed_from_u64(2))?;
    Ok(card.with_quirks(quirks, |_| ()))
}

/// A card that lies, made of the same card, in a reader of the same process.
///
/// # Errors
/// None, unless the rows of the model change.
pub fn hostile(lie: Box<dyn Lie>) -> Made<InProcess<HostileSlot>> {
    let card = HostileCard::copy_of(&image()?, lie, ChaCha20Rng::seed_from_u64(2))?;
    Ok(InProcess::new(HostileSlot::new(card)))
}

/// The tries left of every reference.
#[must_use]
pub fn tries_left(card: &InsertedCard) -> Vec<(PinId, Option<u8>)> {
    rows::pins().map(|row| (row.id, card.0.tries_left(row.id))).collect()
}

/// Whether nothing that a PIN opens can be read or used now, whatever is selected. Selecting the application that is
/// selected keeps what is unlocked, so each is selected and tried, the last used one first.
pub fn is_locked(card: &mut InsertedCard, last: mynumber_applet::ApplicationId) -> bool {
    let aid = last.row().aid.0;
    let select = [&[0x00, 0xA4, 0x04, 0x0C, u8::try_from(aid.len()).unwrap_or(0)], aid].concat();
    let success = |reply: Option<Vec<u8>>| reply.is_some_and(|reply| reply.ends_with(&[0x90, 0x00]));
    let mut closed = true;
    let _ = card.respond(&select);
    for row in last.row().files.iter().filter(|row| row.read != mynumber_applet::Access::Free) {
        let short = row.ef.short().unwrap_or(0);
        closed &= !success(card.respond(&[0x00, 0xB0, 0x80 | short, 0x00, 0x00]));
    }
    for row in last.row().keys.iter().filter(|row| row.access != mynumber_applet::Access::Free) {
        let short = row.ef.and_then(mynumber_applet::Ef::short).unwrap_or(0);
        let sign = [&[0x80, 0x2A, 0x02, 0x80 | short, 0x20], [7; 32].as_slice(), &[0x00]].concat();
        closed &= !success(card.respond(&sign));
    }
    closed
}

/// Checks signatures with the sample's key, whatever the certificate says: it has none that says anything.
#[derive(Clone, Copy, Debug)]
pub struct KnownKey;

impl SignatureCheck for KnownKey {
    fn purpose(&self, _: KeyId, _: &[u8]) -> Result<(), CheckFailure> {
        Ok(())
    }

    fn verify(&self, input: &Input, _: &[u8], signature: &[u8]) -> Result<(), CheckFailure> {
        let key = RsaPublicKey::from(key().map_err(|_| CheckFailure::Certificate)?);
        let hash = Sha256::digest(input.data());
        let verified = match input.scheme() {
            Scheme::Pkcs1 => Pkcs1v15Sign::new_unprefixed().verify(&key, input.data(), signature),
            Scheme::CardHashBare => Pkcs1v15Sign::new_unprefixed().verify(&key, &hash, signature),
            Scheme::Pkcs1OfHash => Pkcs1v15Sign::new::<Sha256>().verify(&key, input.data(), signature),
            Scheme::CardHashPkcs1 => Pkcs1v15Sign::new::<Sha256>().verify(&key, &hash, signature),
            Scheme::PssOfHash => Pss::<Sha256>::new().verify(&key, input.data(), signature),
            Scheme::CardHashPss => Pss::<Sha256>::new().verify(&key, &hash, signature),
            _ => return Err(CheckFailure::Unsupported),
        };
        verified.map_err(|_| CheckFailure::Signature)
    }
}
