//! SELECT (ISO 7816-4 §11.2.2; CARD.md §1.4).

use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::{ApplicationId, Ef, rows};

use super::{Answer, Engine, whole};

/// `P2`: return the file control information.
const WITH_FCI: u8 = 0x00;
/// `P2`: return nothing.
const WITHOUT_FCI: u8 = 0x0C;

/// What an application identifier names.
#[derive(Clone, Copy)]
enum Target {
    Manager,
    Application(ApplicationId),
}

impl Target {
    const fn aid(self) -> &'static [u8] {
        match self {
            Self::Manager => rows::card_manager::AID.0,
            Self::Application(id) => id.row().aid.0,
        }
    }
}

impl Engine {
    pub(super) fn select(&mut self, command: &Command<'_>) -> Answer {
        if !matches!(command.p2(), WITH_FCI | WITHOUT_FCI) {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        match command.p1() {
            0x00 => self.select_by_id(command),
            0x02 => self.select_ef_under_application(command),
            0x04 => self.select_by_name(command),
            _ => Err(StatusWord::WRONG_P1P2.into()),
        }
    }

    /// Measured: `00 A4 00 00` alone is `6A86` when no application is current, and changes nothing when one is; the
    /// master file `3F00` is not found (CARD.md §1.4).
    fn select_by_id(&self, command: &Command<'_>) -> Answer {
        if !command.data().is_empty() {
            return Err(StatusWord::FILE_NOT_FOUND.into());
        }
        match self.session.application {
            Some(_) => Ok(Vec::new()),
            None => Err(StatusWord::WRONG_P1P2.into()),
        }
    }

    fn select_ef_under_application(&mut self, command: &Command<'_>) -> Answer {
        let id: [u8; 2] = command.data().try_into().map_err(|_| StatusWord::WRONG_LENGTH)?;
        let [high, low] = id;
        let (before, answer) = (self.session.current, control_information(command, &[0x83, 0x02, high, low]));
        self.select_ef(Ef(u16::from_be_bytes(id)))?;
        // A selection that is refused for its answer is none.
        answer.inspect_err(|_| self.session.current = before)
    }

    fn select_by_name(&mut self, command: &Command<'_>) -> Answer {
        let target = self.find_name(command.data()).ok_or(StatusWord::FILE_NOT_FOUND)?;
        if self.state.is_erased() {
            // ISO 7816-4 table 6, "selected file in termination state": our choice for a chip that erased itself.
            return Err(StatusWord::TERMINATED.into());
        }
        let answer = control_information(command, &element(0x84, target.aid()))?;
        self.session.enter(match target {
            Target::Manager => None,
            Target::Application(id) => Some(id),
        });
        Ok(answer)
    }

    /// The application whose identifier is, or begins with, `name` (measured: partial names are accepted, CARD.md
    /// §1.4). No name at all is the card manager, as on GlobalPlatform cards; the order among several that begin
    /// alike is ours.
    fn find_name(&self, name: &[u8]) -> Option<Target> {
        let applications = rows::APPLICATIONS
            .iter()
            .map(|row| row.id)
            .filter(|id| self.state.is_erased() || self.state.image().holds(*id))
            .map(Target::Application);
        let mut targets = std::iter::once(Target::Manager).chain(applications);
        targets.find(|target| target.aid().starts_with(name))
    }
}

/// A file control information template with nothing but the name: its contents on the real card are not published.
fn control_information(command: &Command<'_>, name: &[u8]) -> Answer {
    if command.p2() == WITHOUT_FCI || command.expected().is_none() {
        return Ok(Vec::new());
    }
    whole(command, element(0x6F, name))
}

/// A short element: identifiers and names have 20 bytes at most.
fn element(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(value.len()).unwrap_or(u8::MAX)], value].concat()
}
