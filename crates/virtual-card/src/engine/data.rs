//! GET DATA, GET CHALLENGE, and terminal authentication, which is not built (CARD.md §1.3, §2.6, §4).

use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::{ApplicationId, DataObjectId, rows};

use super::{Answer, Engine, is_extended, no_data, room, whole};

impl Engine {
    /// The contact ATR answers in applications too, the other objects at card-manager level only.
    pub(super) fn data_object(&mut self, command: &Command<'_>) -> Answer {
        no_data(command)?;
        let row = rows::card_manager::DATA_OBJECTS.iter().find(|row| row.tag == command.p1p2());
        let here = |id: DataObjectId| self.session.application.is_none() || id == DataObjectId::ContactAtr;
        let value = row
            .filter(|row| here(row.id))
            .and_then(|row| self.state.image().data_objects.get(&row.id))
            .ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        whole(command, value.clone())
    }

    /// 1 to 256 random bytes; an extended length is `6985` (measured, CARD.md §1.3).
    pub(super) fn challenge(&mut self, command: &Command<'_>) -> Answer {
        if command.p1p2() != 0 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        no_data(command)?;
        if is_extended(command) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        let mut bytes = vec![0; room(command)?];
        self.rng.fill_bytes(&mut bytes);
        self.keep_challenge(&bytes);
        Ok(bytes)
    }

    /// Terminal authentication is not built. What was measured: `00 C1` with dummy bytes is `6700`, other parameters
    /// are `6A86` (CARD.md §4.2).
    pub(super) fn terminal_certificate(&mut self, command: &Command<'_>) -> Answer {
        let word = match (self.application()?, command.p2()) {
            (ApplicationId::Jpki, 0xC1) => StatusWord::WRONG_LENGTH,
            (ApplicationId::Jpki, _) => StatusWord::WRONG_P1P2,
            _ => StatusWord::INSTRUCTION_NOT_SUPPORTED,
        };
        Err(word.into())
    }
}
