//! The terminal: the wire to the card, and the issuer's key of the virtual cards.

use std::path::PathBuf;
use std::sync::Arc;

use mynumber::applet::DataObjectId;
use mynumber::driver::Card;
use mynumber::issuance::issuer::{AssumedIssuer, Issuer, IssuerMasterKey, KeyFileError};
use mynumber::issuance::receipt::Serial;
use mynumber::transport::Transport;

use super::super::office::Office;
use super::words;
use crate::cards;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::wire;

/// A card in the reader, and what only its issuer can do.
pub(super) struct Terminal {
    pub(super) issuer: AssumedIssuer<Box<dyn Transport>>,
}

impl Terminal {
    /// Connects to the card. No issuer's command is sent to a card that is none of the simulated ones.
    pub(super) fn open(office: &Office<'_>) -> Result<Self, Failure> {
        let key = load(office)?;
        let mut transport = wire::open(office.run)?;
        if !wire::is_virtual(office.run) {
            refuse_real(&mut transport)?;
        }
        Ok(Self { issuer: AssumedIssuer::new(transport, Arc::new(key), mynumber::system_random()) })
    }

    /// The card for public commands.
    pub(super) fn card(&mut self) -> Card<&mut Box<dyn Transport>> {
        Card::new(self.issuer.transport_mut())
    }

    /// Refuses another card than this one before anybody types a PIN.
    pub(super) fn expect(&mut self, card: Option<Serial>) -> Result<(), Failure> {
        let session = self.issuer.open().map_err(|error| words::of_issuer_failure(&error))?;
        let is_right = card.is_some_and(|card| card.as_str() == session.serial());
        session.close().map_err(|error| words::of_issuer_failure(&error))?;
        if is_right {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Differences,
            say!(
                "the card in the reader is not the card of this case",
                "リーダーのカードはこの案件のものではありません"
            ),
        ))
    }
}

/// Serial numbers of simulated cards begin so; no municipality has such a code.
const SIMULATED: &str = "99";

/// A card of somebody's: public commands only.
fn refuse_real(transport: &mut Box<dyn Transport>) -> Result<(), Failure> {
    let object = Card::new(transport).data_object(DataObjectId::CardIdentification)?;
    let is_simulated =
        std::str::from_utf8(object.content()).is_ok_and(|serial| serial.starts_with(SIMULATED));
    if is_simulated {
        return Ok(());
    }
    Err(Failure::new(
        Exit::NoIssuerAuthority,
        say!(
            "this program has no issuer's authority on the card in the reader; no issuer's command was sent",
            "このカードの発行者権限がありません。発行者の命令は送信していません"
        ),
    )
    .advise(words::no_authority()))
}

fn path(office: &Office<'_>) -> Result<PathBuf, Failure> {
    Ok(cards::Store::of(office.run)?.folder().join("issuer.key"))
}

fn load(office: &Office<'_>) -> Result<IssuerMasterKey, Failure> {
    IssuerMasterKey::load(&path(office)?).map_err(|error| unusable(&error))
}

/// The issuer's key of this folder; made when it is not there yet.
pub(super) fn load_or_make(office: &Office<'_>) -> Result<IssuerMasterKey, Failure> {
    let path = path(office)?;
    match IssuerMasterKey::load(&path) {
        Err(KeyFileError::Absent { .. }) => {}
        other => return other.map_err(|error| unusable(&error)),
    }
    let key = IssuerMasterKey::generate(&mut mynumber::system_random());
    match key.save(&path) {
        Ok(()) => Ok(key),
        // Another process was quicker: its key counts.
        Err(KeyFileError::Exists { .. }) => IssuerMasterKey::load(&path).map_err(|error| unusable(&error)),
        Err(error) => Err(unusable(&error)),
    }
}

fn unusable(error: &KeyFileError) -> Failure {
    Failure::new(Exit::NoIssuerAuthority, say!("{error}", "発行者の鍵を使えません: {error}"))
        .advise(words::no_authority())
}
