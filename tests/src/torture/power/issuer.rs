//! The issuer's end of the wire, to a card whose power may fail in any write. Host and card meet as bytes only.

use std::sync::{Arc, OnceLock};

use mynumber::issuance::issuer::{
    AssumedIssuer, Contents, Issuer as _, IssuerError, IssuerMasterKey, IssuerSession,
};
use mynumber::issuance::receipt::Serial;
use mynumber_applet::pin::{FourDigitPin, Secret, SignaturePassword};
use mynumber_applet::{DataObjectId, FileId, PinId};
use mynumber_transport::{CardSide, InProcess, PowerEvent};
use mynumber_virtual_card::{FileContents, Image, VirtualCard};

use super::target::Target;
use crate::virtual_card::rng;

const SERIAL: &str = "400000000000001";
/// What a commit writes: a file and a data object, or none of them.
const ADDRESS: &[u8] = b"moved";
const EXPIRY: &[u8] = b"20361231";

/// The card on the reader. Whether it has power, its disk decides.
struct OnReader<'c>(&'c mut VirtualCard);

impl CardSide for OnReader<'_> {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.0.respond(command)
    }

    fn power(&mut self, _: PowerEvent) {}

    fn atr(&self) -> Vec<u8> {
        self.0.atr().to_vec()
    }
}

fn master() -> &'static Arc<IssuerMasterKey> {
    static MASTER: OnceLock<Arc<IssuerMasterKey>> = OnceLock::new();
    MASTER.get_or_init(|| Arc::new(IssuerMasterKey::generate(&mut rng())))
}

/// Gives a card its name and the issuer's key for it.
#[expect(clippy::expect_used, reason = "constants of this bench")]
pub(super) fn enrol(image: &mut Image) {
    let serial = Serial::parse(SERIAL).expect("a serial number");
    let key = master().card_key(&serial).to_issuer_key().expect("a key of a length that cards take");
    image.issuer_key = Some(key);
    image.data_objects.insert(DataObjectId::CardIdentification, SERIAL.as_bytes().to_vec());
}

fn with(
    card: &mut VirtualCard,
    act: impl FnOnce(&mut (dyn IssuerSession + '_)) -> Result<(), IssuerError>,
) -> bool {
    let mut issuer = AssumedIssuer::new(InProcess::new(OnReader(card)), Arc::clone(master()), rng());
    issuer.open().and_then(|mut session| act(session.as_mut())).is_ok()
}

/// The holder's new value, set at the window.
pub(super) fn sets(target: &Target, card: &mut VirtualCard) -> bool {
    let Ok(text) = std::str::from_utf8(target.new) else { return false };
    let value: Box<dyn Secret> = match (target.pin, SignaturePassword::parse(text), FourDigitPin::parse(text))
    {
        (PinId::Signature, Ok(password), _) => Box::new(password),
        (_, _, Ok(digits)) => Box::new(digits),
        _ => return false,
    };
    with(card, |session| session.set_reference(target.pin, value.as_ref()))
}

/// No value and no tries any more.
pub(super) fn blocks(target: &Target, card: &mut VirtualCard) -> bool {
    with(card, |session| session.block_reference(target.pin))
}

/// Contents anew, as after a move.
pub(super) fn commits(_: &Target, card: &mut VirtualCard) -> bool {
    with(card, |session| {
        session.write(FileId::Attributes, Contents::Bytes(ADDRESS))?;
        session.write_data_object(DataObjectId::ExpiryDate, EXPIRY)?;
        session.commit()
    })
}

/// Whether file and data object are those of the commit.
pub(super) fn written(image: &Image) -> [bool; 2] {
    let file = image.files.get(&FileId::Attributes);
    let object = image.data_objects.get(&DataObjectId::ExpiryDate);
    [
        matches!(file, Some(FileContents::Bytes(bytes)) if bytes == ADDRESS),
        object.is_some_and(|bytes| bytes == EXPIRY),
    ]
}
