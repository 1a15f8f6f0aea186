//! VERIFY and its query (ISO 7816-4 §11.6.6; CARD.md §3.1).

use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::PinId;

use super::session::Object;
use super::{Answer, Engine};
use crate::image::VALUE_MAX;

impl Engine {
    pub(super) fn verify(&mut self, command: &Command<'_>) -> Answer {
        if command.p1() != 0 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        // A fifth byte turns the query into a wrong length (CARD.md §3.1); so it does with data.
        if command.expected().is_some() || command.data().len() > VALUE_MAX {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let Object::Pin(row) = self.object_by_p2(command.p2())? else {
            return Err(StatusWord::INCOMPATIBLE_FILE.into());
        };
        if command.data().is_empty() { self.query(row.id) } else { self.present(row.id, command.data()) }
    }

    /// The tries left, also while verified, and `63C0` when blocked: OpenSC depends on it (CARD.md §10).
    fn query(&self, pin: PinId) -> Answer {
        let reference = self.state.reference(pin).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        Err(StatusWord::tries_left(reference.left()).into())
    }

    /// One try. It is spent durably before the values are compared, and given back only when they are equal.
    fn present(&mut self, pin: PinId, value: &[u8]) -> Answer {
        let reference = self.state.reference(pin).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let mut counter = reference.counter();
        let Ok(attempt) = counter.begin() else {
            return Err(StatusWord::REFERENCE_NOT_USABLE.into());
        };
        self.session.set_verified(pin, false);
        self.state.set_left(pin, counter.remaining())?;
        let reference = self.state.reference(pin).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        if !bool::from(reference.matches(value)) {
            return Err(StatusWord::tries_left(counter.remaining()).into());
        }
        counter.succeed(attempt);
        self.state.set_left(pin, counter.remaining())?;
        self.session.set_verified(pin, true);
        Ok(Vec::new())
    }

    /// Whether the reference that `p2` of a VERIFY names is verified at present; nothing becomes current.
    pub(crate) fn is_verified_at(&self, p2: u8) -> bool {
        let ef = match p2 {
            0x80 => self.session.current,
            0x81..=0x9E => Some(mynumber_applet::Ef(u16::from(p2 & 0x1F))),
            _ => None,
        };
        let object = ef.and_then(|ef| Object::find(self.state.image(), self.session.application, ef));
        matches!(object, Some(Object::Pin(row)) if self.session.is_verified(row.id))
    }
}
