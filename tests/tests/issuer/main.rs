//! The issuer's session on the virtual card: the host's end and the card's end, which share nothing but bytes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod cuts;
mod hostile;
mod work;

use std::sync::Arc;

use mynumber::Slot;
use mynumber::applet::pin::{FourDigitPin, Secret, SignaturePassword};
use mynumber::applet::{DataObjectId, PinId};
use mynumber::issuance::AS_DELIVERED_BLOCKED;
use mynumber::issuance::issuer::{AssumedIssuer, Issuer, IssuerError, IssuerMasterKey};
use mynumber::issuance::receipt::Serial;
use mynumber::transport::{InProcess, Transport};
use mynumber::virtual_card::{Image, MemoryStorage, Reference, VirtualCard};
use testkit::virtual_card;

const SERIAL: &str = "400000000000001";

fn master() -> Arc<IssuerMasterKey> {
    Arc::new(IssuerMasterKey::generate(&mut virtual_card::rng()))
}

/// The image of a card as it is delivered: five references without a value, and the issuer's key.
fn delivered() -> Image {
    let mut image = virtual_card::image();
    for pin in AS_DELIVERED_BLOCKED {
        let reference = Reference::new(&[], pin.row().tries).unwrap().with_left(0);
        image.references.insert(pin, reference);
    }
    image.data_objects.insert(DataObjectId::CardIdentification, SERIAL.as_bytes().to_vec());
    let key = master().card_key(&Serial::parse(SERIAL).unwrap());
    image.issuer_key = Some(key.to_issuer_key().unwrap());
    image
}

fn card_in(storage: MemoryStorage) -> Slot {
    Slot::new(VirtualCard::new(delivered(), storage, virtual_card::rng()).unwrap())
}

fn card() -> Slot {
    card_in(MemoryStorage::default())
}

fn issuer<T: Transport>(transport: T) -> AssumedIssuer<T> {
    AssumedIssuer::new(transport, master(), virtual_card::rng())
}

/// As [`card`], without private keys: made in a moment, for tests that take thousands.
fn light_card() -> Slot {
    let mut image = delivered();
    image.keys.clear();
    Slot::new(VirtualCard::new(image, MemoryStorage::default(), virtual_card::rng()).unwrap())
}

fn at(slot: &Slot) -> AssumedIssuer<InProcess<Slot>> {
    issuer(InProcess::new(slot.clone()))
}

/// The holder's new PINs, by reference, in the order that selects each application once.
fn new_pins() -> Vec<(PinId, Box<dyn Secret>)> {
    let four = |digits| Box::new(FourDigitPin::parse(digits).unwrap());
    vec![
        (PinId::Signature, Box::new(SignaturePassword::parse("HOLDER2026").unwrap())),
        (PinId::UserAuthentication, four("4826")),
        (PinId::InputAssist, four("9157")),
        (PinId::Juki, four("3371")),
        (PinId::Common, four("3371")),
    ]
}

/// Everything of PIN setup, log-out included.
fn set_up(issuer: &mut dyn Issuer) -> Result<(), IssuerError> {
    let mut session = issuer.open()?;
    for (pin, value) in new_pins() {
        session.set_reference(pin, value.as_ref())?;
        assert_eq!(session.tries(pin)?, pin.row().tries);
    }
    session.close()
}

/// VERIFY from outside, on a card that came from the same storage: whether `value` is right.
fn is_right(slot: &Slot, pin: PinId, value: &[u8]) -> bool {
    let row = pin.row();
    let aid = row.application.row().aid.0;
    let mut card = slot.card();
    let select = [&[0x00, 0xA4, 0x04, 0x0C, u8::try_from(aid.len()).unwrap()], aid].concat();
    assert_eq!(card.respond(&select).unwrap(), [0x90, 0x00]);
    let head = [0x00, 0x20, 0x00, 0x80 | row.ef.short().unwrap(), u8::try_from(value.len()).unwrap()];
    card.respond(&[&head, value].concat()).unwrap() == [0x90, 0x00]
}

/// Whether the session on the card is over: a command of the issuer's class finds none.
fn is_logged_out(slot: &Slot) -> bool {
    let reply = slot.card().respond(&[0x84, 0x44, 0x00, 0x00, 0x01, 0x00, 0x00]).unwrap();
    reply == [0x69, 0x82]
}
