//! A card read and proved at the window, for [`issuance::desk`](crate::issuance::desk).
//!
//! At the pre-delivery set-up no PIN is on the card: what is printed on it opens what it says, as verification number B.
//!
//! ```
//! use mynumber::applet::pin::{SecurityCode, VerificationNumberB};
//! use mynumber::driver::Card;
//! use mynumber::{desk, issuance::person::built_in, testing};
//!
//! let taro = built_in::find("taro").ok_or("taro is built in")?;
//! let number_b = VerificationNumberB::compose(taro.birth_date, 2036, &SecurityCode::parse(&taro.security_code)?)?;
//! let mut card = Card::new(testing::card("taro"));
//! let mut random = mynumber::system_random();
//! // Real cards: `mynumber::crypto::cvc::production()`.
//! let chip = desk::read(&mut card, &number_b, None, testing::authorities(), testing::ISSUED, &mut random)?;
//! assert_eq!(chip.contents.text.name.as_str(), "試験　太郎");
//! assert!(chip.contents.has_signature);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use mynumber_applet::content::CommonRecordRepr;
use mynumber_applet::pin::{VerificationNumberA, VerificationNumberB, reference};
use mynumber_applet::{FileId, MyNumber};
use mynumber_crypto::{UnixTime, cvc};
use mynumber_driver::{Card, FileBytes, file};
use mynumber_issuance::desk::after::OnCard;
use mynumber_issuance::desk::prepare::{ChipContents, FaceContents, TextContents};
use mynumber_issuance::receipt::Serial;
use mynumber_transport::Transport;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::genuine::{self, Terms};

/// A card that was read and proved in both applications.
#[derive(Debug)]
pub struct Chip {
    /// What is compared with the resident record.
    pub contents: ChipContents,
    /// What a rewriting of the contents starts from.
    pub on_card: OnCard,
}

/// Reads and proves a card with verification number B, and with A where My Number is to be compared too. `random` makes the
/// nonces.
///
/// # Errors
/// [`Error`]: nothing is returned of a card that is not proved in full.
pub fn read<T: Transport>(
    card: &mut Card<T>,
    number_b: &VerificationNumberB,
    number_a: Option<&VerificationNumberA>,
    authorities: &[cvc::Authority<'_>],
    at: UnixTime,
    random: &mut dyn CryptoRng,
) -> Result<Chip, Error> {
    let mut nonce = || {
        let mut nonce = [0; 32];
        random.fill_bytes(&mut nonce);
        nonce
    };
    let number = match number_a {
        Some(secret) => {
            let terms = Terms::new(authorities, nonce(), at).with_number();
            let proved = genuine::prove::<reference::InputAssistNumberA, T>(card, secret, &terms)?;
            proved.contents().number().cloned()
        }
        None => None,
    };
    let mut unlocked = card.begin()?.unlock::<reference::InputAssistNumberB>(number_b)?;
    let text = genuine::prove_unlocked(&mut unlocked, &Terms::new(authorities, nonce(), at))?;
    let attributes = unlocked.read_file(FileId::Attributes)?;
    let key_record = unlocked.read_file(FileId::InputAssistKeyRecord)?;
    let mut unlocked = unlocked.relock().unlock::<reference::CardFaceNumberB>(number_b)?;
    let face = genuine::prove_unlocked(&mut unlocked, &Terms::new(authorities, nonce(), at))?;
    let card_face = unlocked.read_file(FileId::CardFace)?;
    let mut selected = unlocked.relock();
    let record = selected.read::<file::CommonRecord>()?.view()?.to_repr()?;
    let there = selected.read::<file::CertificateAvailability>()?.view()?;
    selected.close()?;
    let contents = ChipContents {
        serial: serial(&record)?,
        municipality: record.municipality,
        expiry: record.expiry,
        text: text_contents(&text, number)?,
        face: face_contents(&face)?,
        has_signature: there.has_signature(),
        has_user_authentication: there.has_user_authentication(),
    };
    Ok(Chip { contents, on_card: on_card(&attributes, &key_record, &card_face)? })
}

fn serial(record: &CommonRecordRepr) -> Result<Serial, Error> {
    let text = core::str::from_utf8(&record.serial).ok();
    text.and_then(Serial::parse).ok_or(Error::Incomplete)
}

fn text_contents(
    proved: &genuine::GenuineCard<genuine::InputAssist>,
    number: Option<MyNumber>,
) -> Result<TextContents, Error> {
    let attributes = proved.contents().attributes().ok_or(Error::Incomplete)?;
    Ok(TextContents {
        name: Zeroizing::new(attributes.name().to_owned()),
        address: Zeroizing::new(attributes.address().to_owned()),
        birth_date: attributes.birth_date(),
        sex: attributes.sex(),
        number,
    })
}

fn face_contents(proved: &genuine::GenuineCard<genuine::CardFace>) -> Result<FaceContents, Error> {
    let face = proved.contents().face().ok_or(Error::Incomplete)?;
    Ok(FaceContents { birth_date: face.birth_date(), sex: face.sex(), expiry: face.expiry().into_told() })
}

fn on_card(attributes: &FileBytes, key_record: &FileBytes, card_face: &FileBytes) -> Result<OnCard, Error> {
    Ok(OnCard::parse(attributes.bytes(), key_record.bytes(), card_face.bytes())?)
}

/// Why a card was not read and proved. Nothing personal in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The card is not shown to be genuine.
    #[error(transparent)]
    Genuine(#[from] genuine::Error),
    /// The card could not be read.
    #[error(transparent)]
    Driver(#[from] mynumber_driver::Error),
    /// A file is not what it should be.
    #[error("a file of the card is not what it should be: {0}")]
    Content(#[from] mynumber_applet::content::ContentError),
    /// Something that was asked for is not there.
    #[error("the card does not say everything that was asked for")]
    Incomplete,
}
