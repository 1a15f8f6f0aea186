//! What the chip remembers until the power goes: current application, current EF, verified references, session key.

use std::collections::BTreeSet;

use mynumber_apdu::StatusWord;
use mynumber_applet::issuer::CHALLENGE;
use mynumber_applet::{Access, ApplicationId, Ef, FileRow, KeyRow, PinId, PinRow, ReservedRow, TokenKind};

use super::Engine;
use super::issuer::Issuer;
use super::secure::Secure;
use crate::image::Image;

/// An EF at card-manager level that can be selected and nothing else (CARD.md §2.6).
const MANAGER_INTERNAL: Ef = Ef(0x001E);

#[derive(Default)]
pub(super) struct Session {
    /// `None` at card-manager level.
    pub(super) application: Option<ApplicationId>,
    pub(super) current: Option<Ef>,
    verified: BTreeSet<PinId>,
    /// The session key of secure messaging; it ends with the verified states (CARD.md §3.2).
    pub(super) secure: Option<Secure>,
    /// What the issuer proved; it lasts over selections of applications (CARD.md §13.1).
    pub(super) issuer: Option<Box<Issuer>>,
    /// The challenge that this command gave out, for the next one.
    pub(super) challenge: Option<[u8; CHALLENGE]>,
    /// The challenge that the command before gave out.
    pub(super) answered_challenge: Option<[u8; CHALLENGE]>,
}

impl Session {
    /// Enters another application, or the card manager: verified states end (CARD.md §3.2). Selecting the application
    /// that is current keeps them; sources disagree, and this is the case that a host must be ready for.
    pub(super) fn enter(&mut self, application: Option<ApplicationId>) {
        if application.is_none() || self.application != application {
            self.log_out();
        }
        if application.is_none() {
            self.end_issuer();
        }
        self.application = application;
        self.current = None;
    }

    /// A challenge holds for one command.
    pub(super) fn next_command(&mut self) {
        self.answered_challenge = self.challenge.take();
    }

    /// The issuer's session is over, and what was staged is gone.
    pub(super) fn end_issuer(&mut self) {
        self.issuer = None;
        self.challenge = None;
    }

    pub(super) fn log_out(&mut self) {
        self.verified.clear();
        self.secure = None;
    }

    pub(super) fn set_verified(&mut self, pin: PinId, verified: bool) {
        if verified {
            self.verified.insert(pin);
        } else {
            self.verified.remove(&pin);
        }
    }

    pub(super) fn is_verified(&self, pin: PinId) -> bool {
        self.verified.contains(&pin)
    }

    pub(super) fn is_unlocked(&self) -> bool {
        !self.verified.is_empty()
    }

    /// Whether the verified states open this.
    pub(super) fn opens(&self, access: Access) -> bool {
        match access {
            Access::Free => true,
            Access::AnyOf(pins) => pins.iter().any(|pin| self.is_verified(*pin)),
            Access::Never => false,
        }
    }
}

/// An EF that exists on this card.
#[derive(Clone, Copy)]
pub(super) enum Object {
    File(&'static FileRow),
    Pin(&'static PinRow),
    Key(&'static KeyRow),
    Reserved(&'static ReservedRow),
    ManagerInternal,
}

impl Object {
    /// The EF `ef` of `application` (of the card manager when `None`), if this image has it.
    pub(super) fn find(image: &Image, application: Option<ApplicationId>, ef: Ef) -> Option<Self> {
        let Some(application) = application else {
            return (ef == MANAGER_INTERNAL).then_some(Self::ManagerInternal);
        };
        let row = application.row();
        let file = || row.files.iter().find(|row| row.ef == ef && image.files.contains_key(&row.id));
        let pin = || row.pins.iter().find(|row| row.ef == ef && image.references.contains_key(&row.id));
        let key = || row.keys.iter().find(|row| row.ef == Some(ef) && image.keys.contains_key(&row.id));
        let reserved = || row.reserved.iter().find(|row| row.ef == ef);
        file()
            .map(Self::File)
            .or_else(|| pin().map(Self::Pin))
            .or_else(|| key().map(Self::Key))
            .or_else(|| reserved().map(Self::Reserved))
    }
}

/// Who may read this file on this kind of token (CARD.md §7.1).
pub(super) fn read_access(row: &FileRow, token: TokenKind) -> Access {
    match token {
        TokenKind::Card => row.read,
        _ => row.read_on_phone.unwrap_or(row.read),
    }
}

impl Engine {
    /// The EF that `P2` names: `80` the current one, `80 + SFI` another one, which becomes current (CARD.md §1.4).
    pub(super) fn object_by_p2(&mut self, p2: u8) -> Result<Object, StatusWord> {
        match p2 {
            0x80 => self.current_object(),
            0x81..=0x9E => self.object_by_short_id(p2 & 0x1F),
            _ => Err(StatusWord::WRONG_P1P2),
        }
    }

    pub(super) fn object_by_short_id(&mut self, short: u8) -> Result<Object, StatusWord> {
        self.select_ef(Ef(u16::from(short)))
    }

    pub(super) fn current_object(&self) -> Result<Object, StatusWord> {
        let ef = self.session.current.ok_or(StatusWord::NO_CURRENT_FILE)?;
        Object::find(self.state.image(), self.session.application, ef).ok_or(StatusWord::NO_CURRENT_FILE)
    }

    /// Makes an EF of the current application the current one.
    pub(super) fn select_ef(&mut self, ef: Ef) -> Result<Object, StatusWord> {
        let object = Object::find(self.state.image(), self.session.application, ef)
            .ok_or(StatusWord::FILE_NOT_FOUND)?;
        self.session.current = Some(ef);
        Ok(object)
    }
}
