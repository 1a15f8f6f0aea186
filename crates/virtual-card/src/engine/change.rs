//! CHANGE REFERENCE DATA and CHANGE KEY (CARD.md §3.3).

use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::ChangeForm;

use super::session::Object;
use super::{Answer, Engine};
use crate::image::VALUE_MAX;

impl Engine {
    /// `00 24 01 80`: the new value only.
    pub(super) fn change_reference_data(&mut self, command: &Command<'_>) -> Answer {
        self.change(command, ChangeForm::ChangeReferenceData, 0x01)
    }

    /// `80 32 00 80`: the new value only.
    pub(super) fn change_key(&mut self, command: &Command<'_>) -> Answer {
        self.change(command, ChangeForm::ChangeKey, 0x00)
    }

    /// Each application knows one of the two commands, or none (assumed from where clients use them).
    fn change(&mut self, command: &Command<'_>, form: ChangeForm, p1: u8) -> Answer {
        let application = self.application()?;
        if !application.row().pins.iter().any(|pin| pin.change == form) {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into());
        }
        if command.p1() != p1 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        if command.expected().is_some() || !(1..=VALUE_MAX).contains(&command.data().len()) {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let Object::Pin(row) = self.object_by_p2(command.p2())? else {
            return Err(StatusWord::INCOMPATIBLE_FILE.into());
        };
        if row.change != form || !self.session.is_verified(row.id) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
        }
        if !row.format.accepts(command.data()) {
            return Err(StatusWord::WRONG_DATA.into());
        }
        self.state.set_value(row.id, command.data())?;
        Ok(Vec::new())
    }
}
