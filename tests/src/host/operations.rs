//! Every operation of the driver, as a list: what fails is tried at every exchange of each.

use mynumber_applet::ApplicationId::{self, CardFace, Common, InputAssist, Jpki, Juki};
use mynumber_applet::DataObjectId;
use mynumber_applet::pin::{BirthDatePin, PinFormError, VerificationNumberB, reference};
use mynumber_driver::{Card, ChipKey, Error, Input, InputError, file};
use mynumber_transport::Transport;

use super::sample::{BIRTH_DATE, KnownKey, NUMBER_B, PIN, four_digits, signature_password};
use crate::virtual_card::rng;

/// The second value of the operations that change a PIN.
pub const NEW_PIN: &str = "5678";

/// A driver over some transport.
pub type Driver<'t> = Card<&'t mut dyn Transport>;

/// What an operation was given by the card; why it failed.
pub type Gained = Result<Vec<u8>, Error>;

/// One operation of the driver on the card of this module.
#[derive(Clone, Copy)]
pub struct Operation {
    /// What is done.
    pub name: &'static str,
    /// The application that is used last.
    pub last: ApplicationId,
    /// Does it, and returns the bytes that the card gave.
    pub run: fn(&mut Driver<'_>) -> Gained,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const fn operation(name: &'static str, last: ApplicationId, run: fn(&mut Driver<'_>) -> Gained) -> Operation {
    Operation { name, last, run }
}

/// Values that are written out here have the right form.
#[expect(clippy::expect_used, reason = "constants of this harness")]
fn well_formed<T>(value: Result<T, PinFormError>) -> T {
    value.expect("a constant of the right form")
}

#[expect(clippy::expect_used, reason = "constants of this harness")]
fn signable(input: Result<Input, InputError>) -> Input {
    input.expect("a constant of the right length")
}

fn number_b() -> VerificationNumberB {
    well_formed(VerificationNumberB::parse(NUMBER_B))
}

/// All of them.
pub const OPERATIONS: [Operation; 18] = [
    operation("identify", Common, |card| card.identify().map(|found| format!("{found:?}").into_bytes())),
    operation("counters", Common, |card| card.counters().map(|told| format!("{told:?}").into_bytes())),
    operation("free certificate", Jpki, |card| {
        card.user_authentication_certificate().map(|read| read.content().to_vec())
    }),
    operation("attributes", InputAssist, |card| {
        card.attributes(&well_formed(four_digits(PIN))).map(|read| read.content().to_vec())
    }),
    operation("number", InputAssist, |card| {
        card.number(&well_formed(four_digits(PIN))).map(|read| read.content().to_vec())
    }),
    operation("number, enciphered", InputAssist, |card| {
        card.number_secured(&well_formed(four_digits(PIN)), &mut rng()).map(|read| read.content().to_vec())
    }),
    operation("verification number, enciphered", InputAssist, |card| {
        let mut secured = card.secure(&well_formed(four_digits(PIN)), &mut rng())?;
        let read = secured.read::<file::Attributes>()?.content().to_vec();
        secured.verify::<reference::InputAssistNumberB>(&number_b())?;
        secured.close().map(|()| read)
    }),
    operation("signature certificate", Jpki, |card| {
        card.signature_certificate(&well_formed(signature_password())).map(|read| read.content().to_vec())
    }),
    operation("signature", Jpki, |card| {
        let input = Input::sha256(&[1; 32]);
        card.sign::<reference::Signature>(&well_formed(signature_password()), &input, &KnownKey)
            .map(|signature| signature.value().to_vec())
    }),
    operation("authentication", Jpki, |card| {
        let input = signable(Input::hashed_by_card_pss(b"challenge"));
        card.sign::<reference::UserAuthentication>(&well_formed(four_digits(PIN)), &input, &KnownKey)
            .map(|signature| signature.certificate().to_vec())
    }),
    operation("card face", CardFace, |card| {
        card.card_face(&well_formed(four_digits(PIN))).map(|read| read.content().to_vec())
    }),
    operation("card face by print", CardFace, |card| {
        card.card_face_by_print(&number_b()).map(|read| read.content().to_vec())
    }),
    operation("age record", CardFace, |card| {
        card.age_record(&well_formed(BirthDatePin::parse(BIRTH_DATE))).map(|read| read.content().to_vec())
    }),
    operation("chip", CardFace, |card| {
        card.prove_chip(ChipKey::CardFace, &[1; 32]).map(|proof| format!("{proof:?}").into_bytes())
    }),
    operation("internal authenticate", Common, |card| card.internal_authenticate(b"challenge")),
    operation("data object", Common, |card| {
        card.data_object(DataObjectId::IntermediateCertificate).map(|read| read.content().to_vec())
    }),
    operation("PIN change", InputAssist, |card| {
        let (old, new) = (well_formed(four_digits(PIN)), well_formed(four_digits(NEW_PIN)));
        card.change_pin::<reference::InputAssist>(&old, &new).map(|()| Vec::new())
    }),
    operation("juki PIN change", Juki, |card| {
        let (old, new) = (well_formed(four_digits(PIN)), well_formed(four_digits(NEW_PIN)));
        card.change_juki_pin(&old, &new).map(|()| Vec::new())
    }),
];
