//! Every operation of the driver, chosen by bytes.

use mynumber_applet::pin::{
    BirthDatePin, FourDigitPin, PinFormError, Reference, SignaturePassword, VerificationNumberA,
    VerificationNumberB, reference,
};
use mynumber_applet::{FileId, KeyId, PinId, rows};
use mynumber_driver::file::{self, Contents, File, FreeFile, Opens};
use mynumber_driver::{
    CheckFailure, ChipKey, Counter, Error, Hash, Input, InputError, ProvesChip, SecuredReference, Selected,
    SignatureCheck, Signs, Unlocked,
};
use mynumber_transport::Transport;

use super::choices::chosen;
use crate::host::Driver;
use crate::virtual_card::rng;

/// What is presented to the card.
#[derive(Clone, Copy, Debug)]
pub(super) struct Secrets {
    pub(super) pin: &'static str,
    /// The new value of changes.
    pub(super) other: &'static str,
    pub(super) password: &'static str,
    pub(super) birth: &'static str,
    pub(super) number_a: &'static str,
    pub(super) number_b: &'static str,
}

/// The operations; those from [`WITH_ARGUMENT`] on are told more by a second byte.
pub(super) const COUNT: u8 = 34;
pub(super) const WITH_ARGUMENT: u8 = 12;

/// Operations that may spend a last try, whatever their argument says.
pub(super) const fn may_block(operation: u8, argument: u8) -> bool {
    match operation % COUNT {
        16 | 20 | 21 => is_loud(argument),
        25 | 26 => true,
        _ => false,
    }
}

/// Whether the call is meant that spends the last try.
const fn is_loud(argument: u8) -> bool {
    argument & 0x80 != 0
}

type Wire<'t> = &'t mut dyn Transport;
type Done = Result<Vec<Counter>, Error>;

/// Does one, and shows everything that it yields; the counters that it told.
pub(super) fn operate(
    card: &mut Driver<'_>,
    operation: u8,
    argument: u8,
    secrets: &Secrets,
    check: &dyn SignatureCheck,
) -> Done {
    assert!(!format!("{card:?}").is_empty());
    match operation % COUNT {
        0 => drop(shown(card.identify()?)),
        1 => return card.counters(),
        2 => seen(&card.user_authentication_certificate()?),
        3 => seen(&card.attributes(&four(secrets.pin))?),
        4 => seen(&card.number(&four(secrets.pin))?),
        5 => seen(&card.signature_certificate(&formed(SignaturePassword::parse(secrets.password)))?),
        6 => signed::<reference::Signature>(card, 0, secrets, check)?,
        7 => seen(&card.card_face(&four(secrets.pin))?),
        8 => card.change_pin::<reference::UserAuthentication>(&four(secrets.pin), &four(secrets.other))?,
        9 => card.change_juki_pin(&four(secrets.pin), &four(secrets.other))?,
        10 => drop(card.prove_chip(ChipKey::InputAssist, &[1; 32])?),
        11 => drop(shown(card.data_object(mynumber_applet::DataObjectId::CardIdentification)?)),
        12 => return card.survey().map(|(_, counters)| counters),
        13 => return card.counters_of(&[pin_of(argument), pin_of(argument.wrapping_add(1))]),
        14 => drop(shown(card.read_file(file_of(argument))?)),
        15 => chosen(FREE, argument).map_or(Ok(()), |read| read(card))?,
        16 => chosen(OPENED, argument & 0x7F).map_or(Ok(()), |read| read(card, secrets, argument))?,
        17 => seen(&card.card_face_by_number(&formed(VerificationNumberA::parse(secrets.number_a)))?),
        18 => seen(&card.card_face_by_print(&formed(VerificationNumberB::parse(secrets.number_b)))?),
        19 => seen(&card.age_record(&formed(BirthDatePin::parse(secrets.birth)))?),
        _ => return operate_more(card, operation % COUNT, argument, secrets, check),
    }
    Ok(Vec::new())
}

fn operate_more(
    card: &mut Driver<'_>,
    operation: u8,
    argument: u8,
    secrets: &Secrets,
    check: &dyn SignatureCheck,
) -> Done {
    match operation {
        20 if argument & 1 == 0 => seen(&card.attributes_secured(&four(secrets.pin), &mut rng())?),
        20 => seen(&card.number_secured(&four(secrets.pin), &mut rng())?),
        21 => secured(card, argument, secrets)?,
        22 => drop(card.internal_authenticate(&vec![7; usize::from(argument) * 2])?),
        23 => card.change_pin::<reference::Signature>(
            &formed(SignaturePassword::parse(secrets.password)),
            &formed(SignaturePassword::parse("NEW456")),
        )?,
        24 => card.change_pin::<reference::InputAssist>(&four(secrets.pin), &four(secrets.other))?,
        25 | 26 => change_loudly(card, argument, secrets)?,
        27 => in_steps(card, argument, secrets)?,
        28 if argument & 1 == 0 => signed::<reference::UserAuthentication>(card, argument, secrets, check)?,
        28 => signed::<reference::Signature>(card, argument, secrets, check)?,
        29 if argument & 1 == 0 => {
            signed_unchecked::<reference::UserAuthentication>(card, argument, secrets)?;
        }
        29 => signed_unchecked::<reference::Signature>(card, argument, secrets)?,
        30 => chosen(PROVES, argument).map_or(Ok(()), |prove| prove(card, secrets, argument))?,
        31 => {
            let object = chosen(rows::card_manager::DATA_OBJECTS, argument);
            object.map_or(Ok(()), |row| card.data_object(row.id).map(drop))?;
        }
        32 => {
            card.begin()?.close()?;
            let unlocked = unlock::<reference::InputAssist>(card, secrets, 0)?;
            if argument & 0x40 != 0 {
                return unlocked.secure(&mut rng()).map(|_| Vec::new());
            }
            drop(unlocked);
            drop(card.prove_chip(ChipKey::CardFace, &[1; 32])?);
        }
        _ => {
            let mut unlocked = unlock::<reference::UserAuthentication>(card, secrets, 0)?;
            drop(shown(unlocked.read_file(file_of(argument))?));
            unlocked.close()?;
        }
    }
    Ok(Vec::new())
}

fn shown<T: core::fmt::Debug>(value: T) -> T {
    assert!(!format!("{value:?}").is_empty());
    value
}

fn seen<F: File>(contents: &Contents<F>) {
    assert!(contents.content().len() <= contents.bytes().len());
    drop(shown(contents.view().map(drop)));
    assert!(format!("{contents:?}").starts_with(&format!("{:?}", F::ID)));
}

#[expect(clippy::expect_used, reason = "constants of this harness")]
fn formed<T>(value: Result<T, PinFormError>) -> T {
    value.expect("a constant of the right form")
}

fn four(digits: &str) -> FourDigitPin {
    formed(FourDigitPin::parse(digits))
}

fn pin_of(argument: u8) -> PinId {
    let pins: Vec<PinId> = rows::pins().map(|row| row.id).collect();
    chosen(&pins, argument).copied().unwrap_or(PinId::Signature)
}

fn file_of(argument: u8) -> FileId {
    let files: Vec<FileId> = rows::files().map(|row| row.id).collect();
    chosen(&files, argument).copied().unwrap_or(FileId::TokenInfo)
}

/// A reference whose secret is among the secrets.
trait Held: Reference {
    fn secret(secrets: &Secrets) -> Self::Secret;
}

macro_rules! held {
    ($($name:ident: $secret:ident, $field:ident;)*) => { $(
        impl Held for reference::$name {
            fn secret(secrets: &Secrets) -> $secret {
                formed($secret::parse(secrets.$field))
            }
        }
    )* };
}
held! {
    Signature: SignaturePassword, password;
    UserAuthentication: FourDigitPin, pin;
    InputAssist: FourDigitPin, pin;
    InputAssistNumberA: VerificationNumberA, number_a;
    InputAssistNumberB: VerificationNumberB, number_b;
    CardFaceBirthDate: BirthDatePin, birth;
    CardFaceNumberA: VerificationNumberA, number_a;
    CardFaceNumberB: VerificationNumberB, number_b;
    Juki: FourDigitPin, pin;
    Common: FourDigitPin, pin;
}

fn unlock<'c, 't, R: Held>(
    card: &'c mut Driver<'t>,
    secrets: &Secrets,
    argument: u8,
) -> Result<Unlocked<'c, R, Wire<'t>>, Error> {
    let secret = R::secret(secrets);
    if is_loud(argument) {
        card.unlock_spending_the_last_try::<R>(&secret)
    } else {
        card.unlock::<R>(&secret)
    }
}

fn free<F: FreeFile>(card: &mut Driver<'_>) -> Result<(), Error> {
    let contents = card.read::<F>()?;
    seen(&contents);
    drop(shown(contents.into_bytes()));
    Ok(())
}

type Free = fn(&mut Driver<'_>) -> Result<(), Error>;

const FREE: &[Free] = &[
    free::<file::SignatureCaCertificate>,
    free::<file::TokenInfo>,
    free::<file::CertificateAvailability>,
    free::<file::UserAuthenticationCertificate>,
    free::<file::UserAuthenticationCaCertificate>,
    free::<file::InputAssistCertificate>,
    free::<file::InputAssistBasicInfo>,
    free::<file::CardFaceBasicInfo>,
    free::<file::CardFaceCertificate>,
    free::<file::JukiKeyReference>,
    free::<file::CommonRecord>,
    free::<file::CommonKeyReference>,
];

/// Unlocks, reads the file twice and any other one, and closes.
fn opened<R: Held + Opens<F>, F: File>(
    card: &mut Driver<'_>,
    secrets: &Secrets,
    argument: u8,
) -> Result<(), Error> {
    let mut unlocked = unlock::<R>(card, secrets, argument)?;
    // The second time nothing is sent, be it that the file was read or that the session is lost.
    let _ = unlocked.read::<F>().map(|contents| seen(&contents)).map_err(|error| told(&error));
    seen(&unlocked.read::<F>()?);
    drop(shown(unlocked.read_file(file_of(argument)).map(drop)));
    unlocked.close()
}

type Opened = fn(&mut Driver<'_>, &Secrets, u8) -> Result<(), Error>;

const OPENED: &[Opened] = &[
    opened::<reference::Signature, file::SignatureCertificate>,
    opened::<reference::UserAuthentication, file::UserAuthenticationCertificate>,
    opened::<reference::InputAssist, file::IndividualNumber>,
    opened::<reference::InputAssist, file::Attributes>,
    opened::<reference::InputAssist, file::InputAssistIntegrity>,
    opened::<reference::InputAssist, file::SessionPublicKey>,
    opened::<reference::InputAssist, file::InputAssistKeyRecord>,
    opened::<reference::InputAssist, file::InputAssistFiller>,
    opened::<reference::InputAssistNumberA, file::IndividualNumber>,
    opened::<reference::InputAssistNumberB, file::Attributes>,
    opened::<reference::CardFaceBirthDate, file::AgeRecord>,
    opened::<reference::CardFaceNumberA, file::CardFace>,
    opened::<reference::CardFaceNumberA, file::NumberImage>,
    opened::<reference::CardFaceNumberA, file::CardFaceFiller>,
    opened::<reference::CardFaceNumberB, file::CardFace>,
    opened::<reference::Juki, file::JukiKeyReference>,
    opened::<reference::Common, file::CommonRecord>,
];

/// What is signed; `None` where the lengths are wrong, which the driver says.
fn input(argument: u8) -> Option<Input> {
    let data = [7; 300];
    let hash = [1; 32];
    let some = |length: usize| data.get(..length).unwrap_or(&data);
    let made: Result<Input, InputError> = match argument >> 1 & 0x0F {
        0 => Ok(Input::sha256(&hash)),
        1 => Input::digest(Hash::Sha1, some(20)),
        2 => Input::digest(Hash::Sha384, some(48)),
        3 => Input::digest(Hash::Sha512, some(64)),
        4 => Input::digest(Hash::Sha256, some(31)),
        5 => Input::pkcs1(some(245)),
        6 => Input::pkcs1(some(246)),
        7 => Ok(Input::hash_wrapped_by_card(&hash)),
        8 => Ok(Input::pss(&hash)),
        9 => Input::hashed_by_card(some(255)),
        10 => Input::hashed_by_card_bare(some(1)),
        11 => Input::hashed_by_card_pss(some(100)),
        _ => Input::hashed_by_card(some(0)),
    };
    if let Err(error) = &made {
        assert!(!error.to_string().is_empty());
    }
    shown(made).ok()
}

/// Fails where the argument says so; otherwise as the check.
struct Strict<'a>(u8, &'a dyn SignatureCheck);

impl SignatureCheck for Strict<'_> {
    fn purpose(&self, key: KeyId, certificate: &[u8]) -> Result<(), CheckFailure> {
        if self.0 & 0x40 != 0 { Err(CheckFailure::Purpose) } else { self.1.purpose(key, certificate) }
    }

    fn verify(&self, input: &Input, certificate: &[u8], signature: &[u8]) -> Result<(), CheckFailure> {
        assert!(input.hash().is_none() || !input.data().is_empty());
        if self.0 & 0x20 != 0 {
            Err(CheckFailure::Signature)
        } else {
            self.1.verify(input, certificate, signature)
        }
    }
}

fn signed<R: Held + Signs>(
    card: &mut Driver<'_>,
    argument: u8,
    secrets: &Secrets,
    check: &dyn SignatureCheck,
) -> Result<(), Error> {
    let Some(input) = input(argument) else { return Ok(()) };
    let strict = Strict(argument, check);
    let strict: &dyn SignatureCheck = &strict;
    let signature = card.sign::<R>(&R::secret(secrets), &input, &strict)?;
    assert!(!signature.value().is_empty() && !shown(signature).certificate().is_empty());
    Ok(())
}

fn signed_unchecked<R: Held + Signs>(
    card: &mut Driver<'_>,
    argument: u8,
    secrets: &Secrets,
) -> Result<(), Error> {
    let Some(input) = input(argument) else { return Ok(()) };
    let mut unlocked = unlock::<R>(card, secrets, 0)?;
    unlocked.sign_without_any_check(&input)?;
    unlocked.close()
}

/// In one session: the counters, a file, one PIN, then another.
fn in_steps(card: &mut Driver<'_>, argument: u8, secrets: &Secrets) -> Result<(), Error> {
    let mut selected: Selected<'_, _> = card.begin()?;
    let _ = shown(selected.tries(pin_of(argument))?);
    seen(&selected.read::<file::TokenInfo>()?);
    let unlocked = selected.unlock::<reference::UserAuthentication>(&four(secrets.pin))?;
    let mut unlocked = unlocked.relock().unlock::<reference::InputAssist>(&four(secrets.pin))?;
    drop(unlocked.prove_chip(&[1; 32])?);
    unlocked.relock().close()
}

/// From 4 on, the argument chooses a file that is read first, of this application or of another.
fn proves<R: Held + ProvesChip>(card: &mut Driver<'_>, secrets: &Secrets, argument: u8) -> Result<(), Error> {
    let mut unlocked = unlock::<R>(card, secrets, 0)?;
    if let Some(choice) = (argument >> 2).checked_sub(1) {
        let _ = unlocked.read_file(file_of(choice)).map_err(|error| told(&error));
    }
    drop(unlocked.prove_chip(&[2; 32])?);
    unlocked.close()
}

type Proves = fn(&mut Driver<'_>, &Secrets, u8) -> Result<(), Error>;

const PROVES: &[Proves] = &[
    proves::<reference::InputAssist>,
    proves::<reference::InputAssistNumberA>,
    proves::<reference::CardFaceNumberB>,
    proves::<reference::CardFaceBirthDate>,
];

/// The changes that spend the last try, and those that finish a half-done one.
fn change_loudly(card: &mut Driver<'_>, argument: u8, secrets: &Secrets) -> Result<(), Error> {
    let (old, new) = (four(secrets.pin), four(secrets.other));
    match argument & 0x07 {
        0 => card.change_pin_spending_the_last_try::<reference::UserAuthentication>(&old, &new),
        1 => card.change_juki_pin_spending_the_last_try(&old, &new),
        2 => card.finish_juki_change(PinId::Juki, &old, &new),
        3 => card.finish_juki_change(PinId::Common, &old, &new),
        4 => card.finish_juki_change(PinId::Signature, &old, &new),
        5 => card.finish_juki_change_spending_the_last_try(PinId::Common, &old, &new),
        _ => card.finish_juki_change_spending_the_last_try(PinId::Juki, &old, &new),
    }
}

/// A session under secure messaging: what is read and presented, the bits of the argument say. It goes on after errors.
fn secured(card: &mut Driver<'_>, argument: u8, secrets: &Secrets) -> Result<(), Error> {
    let pin = four(secrets.pin);
    let mut secured = match is_loud(argument) {
        true => card.secure_spending_the_last_try(&pin, &mut rng())?,
        false => card.secure(&pin, &mut rng())?,
    };
    assert!(format!("{secured:?}").contains("over"));
    let mut last = Ok(());
    if argument & 0x01 != 0 {
        last = secured.read::<file::Attributes>().map(|contents| seen(&contents));
    }
    if argument & 0x02 != 0 {
        last = secured.read::<file::InputAssistCertificate>().map(|contents| seen(&contents));
    }
    if argument & 0x04 != 0 {
        last = present::<reference::InputAssistNumberA>(&mut secured, argument, secrets);
    }
    if argument & 0x08 != 0 {
        last = present::<reference::InputAssistNumberB>(&mut secured, argument, secrets);
    }
    if argument & 0x10 != 0 {
        last = secured.read::<file::IndividualNumber>().map(|contents| seen(&contents));
    }
    if argument & 0x20 != 0 {
        last = secured.read::<file::Attributes>().map(|contents| seen(&contents));
    }
    if argument & 0x40 != 0 {
        drop(secured);
        return last;
    }
    secured.close().and(last)
}

fn present<R: Held + SecuredReference>(
    secured: &mut mynumber_driver::Secured<'_, Wire<'_>>,
    argument: u8,
    secrets: &Secrets,
) -> Result<(), Error> {
    let secret = R::secret(secrets);
    match is_loud(argument) {
        true => secured.verify_spending_the_last_try::<R>(&secret),
        false => secured.verify::<R>(&secret),
    }
}

/// Everything that an error says.
pub(super) fn told(error: &Error) -> String {
    let place = format!("{:?} {:?} {:?}", error.step(), error.object(), error.object().application());
    let source = core::error::Error::source(error).map(ToString::to_string);
    format!("{error} {error:?} {:?} {place} {:?} {source:?}", error.fault(), error.tries_left())
}
