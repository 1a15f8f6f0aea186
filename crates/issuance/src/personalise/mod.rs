//! Personalisation: everything that is written into the chip of one card.

mod card_face;
mod card_manager;
mod input_assist;
mod jpki;
mod references;

use mynumber_applet::content::ContentError;
use mynumber_applet::pin::PinFormError;
use mynumber_applet::{Date, FileId, KeyId, PinId};
use mynumber_crypto::UnixTime;
use mynumber_virtual_card::{FileContents, Image, PrivateKey, ValueTooLong};
use rand_core::CryptoRng;
use rsa::{RsaPrivateKey, RsaPublicKey};

use crate::images;
use crate::issuer::IssuerMasterKey;
use crate::person::{Person, PersonError, Secrets};
use crate::pki::{CardVerifiableKey, Kind, PkiError, TestAuthority, generate_keys};
use crate::receipt::Serial;
use crate::validity::{age, card_expiry, certificate_expiry, date_in_japan};

/// The content of the files that hold sixteen `FF` bytes of unknown purpose (CARD.md §2).
const FILLER: [u8; 16] = [0xFF; 16];
/// More than any file of a card; emission fails beyond.
const BUFFER: usize = 0x8000;

/// Makes the image of a plastic card for `person`, issued at `now`: five applications, six RSA keys of 2048 bits drawn
/// from `rng`, certificates and signed records of `authority`.
///
/// The expiry dates follow CARD.md §8 unless the person has one. Nobody under fifteen gets a signature certificate; who
/// lacks a certificate lacks its key as well, and its PIN is there all the same.
///
/// # Errors
/// [`PersonaliseError`]; nothing is half done.
pub fn personalise<R: CryptoRng + ?Sized>(
    authority: &TestAuthority,
    person: &Person,
    secrets: &Secrets,
    now: UnixTime,
    rng: &mut R,
) -> Result<Image, PersonaliseError> {
    make(authority, person, Some(secrets), now, rng)
}

/// As [`personalise`], as the card comes to the municipality: the five references that the holder's PINs go into
/// ([`AS_DELIVERED_BLOCKED`]) are blocked and have no value, and the card holds the issuer's key by which they are set
/// ([`issuer`](crate::issuer)).
///
/// # Errors
/// [`PersonaliseError`]; nothing is half done.
pub fn personalise_as_delivered<R: CryptoRng + ?Sized>(
    authority: &TestAuthority,
    person: &Person,
    master: &IssuerMasterKey,
    now: UnixTime,
    rng: &mut R,
) -> Result<Image, PersonaliseError> {
    let mut image = make(authority, person, None, now, rng)?;
    let serial = Serial::parse(&person.serial).ok_or(PersonaliseError::IssuerKey)?;
    let key = master.card_key(&serial).to_issuer_key().map_err(|_| PersonaliseError::IssuerKey)?;
    image.issuer_key = Some(key);
    Ok(image)
}

/// The references that a delivered card has no value in: the holder's four PINs, of which one stands in two applications.
pub const AS_DELIVERED_BLOCKED: [PinId; 5] =
    [PinId::Signature, PinId::UserAuthentication, PinId::InputAssist, PinId::Juki, PinId::Common];

fn make<R: CryptoRng + ?Sized>(
    authority: &TestAuthority,
    person: &Person,
    secrets: Option<&Secrets>,
    now: UnixTime,
    rng: &mut R,
) -> Result<Image, PersonaliseError> {
    person.check()?;
    let dates = Dates::of(person, now)?;
    let keys = Keys::generate(rng)?;
    let chip = keys.public();
    let job = Job { authority, person, secrets, dates, chip: &chip, photo: None };
    let mut image = Image::empty();
    let holders = [&keys.signature, &keys.user_authentication].map(RsaPrivateKey::to_public_key);
    job.write_jpki(&mut image, &holders, rng)?;
    job.write_input_assist(&mut image)?;
    job.write_card_face(&mut image)?;
    job.write_common_and_card_manager(&mut image)?;
    job.write_references(&mut image)?;
    let (signature, user_authentication) = (job.has_signature(), job.has_user_authentication());
    keys.store(&mut image, signature, user_authentication);
    Ok(image)
}

/// Why a card could not be personalised.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersonaliseError {
    /// The person has a field that no card can hold.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The card would have expired before it is issued, or its dates leave the calendar.
    #[error("the card would not hold on the day of its issue")]
    Expired,
    /// The authority could not certify.
    #[error(transparent)]
    Authority(#[from] PkiError),
    /// An RSA key could not be made.
    #[error("an RSA key could not be made")]
    Key(#[from] rsa::Error),
    /// A text or the portrait could not be drawn.
    #[error(transparent)]
    Image(#[from] images::Error),
    /// A file could not be written: a text is too long for it.
    #[error("a file of the card could not be written")]
    Content(#[from] ContentError),
    /// A verification number could not be composed.
    #[error("a verification number could not be composed")]
    Pin(#[from] PinFormError),
    /// A reference value is too long: a fault of this crate.
    #[error("a reference value is too long")]
    Reference(#[from] ValueTooLong),
    /// The issuer's key of the card could not be made: a fault of this crate.
    #[error("the issuer's key of the card could not be made")]
    IssuerKey,
}

/// The days that matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dates {
    pub(crate) now: UnixTime,
    pub(crate) issued: Date,
    pub(crate) card: Date,
    pub(crate) certificates: UnixTime,
}

impl Dates {
    fn of(person: &Person, now: UnixTime) -> Result<Self, PersonaliseError> {
        let issued = date_in_japan(now).ok_or(PersonaliseError::Expired)?;
        let card = match person.expiry {
            Some(expiry) => Some(expiry),
            None => card_expiry(person.birth_date, issued, person.end_of_stay),
        };
        let card = card.filter(|card| *card >= issued).ok_or(PersonaliseError::Expired)?;
        let certificates = certificate_expiry(person.birth_date, issued, card)
            .and_then(crate::validity::end_of_date)
            .ok_or(PersonaliseError::Expired)?;
        Ok(Self { now, issued, card, certificates })
    }
}

/// The key pairs of one card.
struct Keys {
    signature: RsaPrivateKey,
    user_authentication: RsaPrivateKey,
    input_assist: RsaPrivateKey,
    session: RsaPrivateKey,
    card_face: RsaPrivateKey,
    common: RsaPrivateKey,
}

impl Keys {
    fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Result<Self, rsa::Error> {
        let keys: [RsaPrivateKey; 6] = generate_keys(6, rng)?.try_into().map_err(|_| rsa::Error::Internal)?;
        let [signature, user_authentication, input_assist, session, card_face, common] = keys;
        Ok(Self { signature, user_authentication, input_assist, session, card_face, common })
    }

    fn public(&self) -> Chip {
        Chip {
            input_assist: CardVerifiableKey::of(&self.input_assist),
            card_face: CardVerifiableKey::of(&self.card_face),
            session: Some(CardVerifiableKey::of(&self.session)),
        }
    }

    fn store(self, image: &mut Image, signature: bool, user_authentication: bool) {
        let keys = [
            (KeyId::Signature, self.signature, signature),
            (KeyId::UserAuthentication, self.user_authentication, user_authentication),
            (KeyId::InputAssistInternal, self.input_assist, true),
            (KeyId::InputAssistSession, self.session, true),
            (KeyId::CardFaceInternal, self.card_face, true),
            (KeyId::CommonInternal, self.common, true),
        ];
        let kept = keys.into_iter().filter(|(_, _, wanted)| *wanted);
        image.keys.extend(kept.map(|(id, key, _)| (id, PrivateKey::Rsa(key))));
    }
}

/// The public halves of the keys that prove a chip, as its files name them.
pub(crate) struct Chip {
    pub(crate) input_assist: CardVerifiableKey,
    pub(crate) card_face: CardVerifiableKey,
    /// What receives session keys; `None`: the file that names it is left alone.
    pub(crate) session: Option<CardVerifiableKey>,
}

/// One card being made, or made anew.
struct Job<'a> {
    authority: &'a TestAuthority,
    person: &'a Person,
    /// `None`: as delivered.
    secrets: Option<&'a Secrets>,
    dates: Dates,
    chip: &'a Chip,
    /// The photo that the chip holds; `None`: one is drawn.
    photo: Option<&'a [u8]>,
}

/// Makes the contents of a card that is in use anew, for what its record says now: everything that names the holder or the
/// municipality, signed by the authority. Keys, certificates of the holder and references are not among them.
pub(crate) fn contents_anew(
    authority: &TestAuthority,
    person: &Person,
    dates: Dates,
    chip: &Chip,
    photo: &[u8],
) -> Result<Image, PersonaliseError> {
    person.check()?;
    let job = Job { authority, person, secrets: None, dates, chip, photo: Some(photo) };
    let mut image = Image::empty();
    job.write_input_assist(&mut image)?;
    job.write_card_face(&mut image)?;
    job.write_common_and_card_manager(&mut image)?;
    Ok(image)
}

/// A certificate for a key that the chip made itself.
pub(crate) fn certificate_anew<R: CryptoRng + ?Sized>(
    authority: &TestAuthority,
    person: &Person,
    dates: Dates,
    (kind, key): (Kind, &RsaPublicKey),
    rng: &mut R,
) -> Result<Vec<u8>, PersonaliseError> {
    person.check()?;
    jpki::certificate(authority, person, dates, kind, key, rng)
}

impl Job<'_> {
    /// 署名用電子証明書: not under fifteen (CARD.md §3.4).
    fn has_signature(&self) -> bool {
        self.person.wants_signature && age(self.person.birth_date, self.dates.issued) >= 15
    }

    const fn has_user_authentication(&self) -> bool {
        self.person.wants_user_authentication
    }
}

/// Writes a transparent file that `emit` makes.
fn file(
    image: &mut Image,
    id: FileId,
    emit: impl FnOnce(&mut [u8]) -> Result<&[u8], ContentError>,
) -> Result<(), ContentError> {
    let mut buffer = vec![0; BUFFER];
    let bytes = emit(&mut buffer)?.to_vec();
    image.files.insert(id, FileContents::Bytes(bytes));
    Ok(())
}

#[cfg(test)]
#[path = "../personalise_tests.rs"]
mod tests;
