//! One stretch of exclusive use of the card: from the first SELECT to the log-out.

use core::fmt;

use mynumber_apdu::{Class, Command, Instruction, Meaning, StatusWord};
use mynumber_applet::rows::card_manager;
use mynumber_applet::{Aid, ApplicationId, Ef};
use mynumber_transport::{Disposition, Error as TransportError, Transport};

use crate::cache::Cache;
use crate::connection::{Answer, Connection};
use crate::error::{Error, ErrorKind, Object, Step, Trouble};

/// Exclusive use of the card. Dropping it logs out and gives the card back, panics included.
pub(crate) struct Session<'c, T: Transport> {
    pub(crate) connection: &'c mut Connection<T>,
    /// The application that is selected for certain.
    selected: Option<ApplicationId>,
    /// A VERIFY was sent and no log-out is certain yet.
    verified: bool,
    /// Card or reader failed after the VERIFY: nothing more is sent but the log-out.
    lost: bool,
    open: bool,
    /// Locked files of the selected application, read once.
    pub(crate) locked_files: Cache,
}

impl<'c, T: Transport> Session<'c, T> {
    /// Begins exclusive use. A card that was reset since it was used last is connected anew: nothing was unlocked.
    pub(crate) fn open(connection: &'c mut Connection<T>) -> Result<Self, Error> {
        begin(connection).map_err(|trouble| Error::new(trouble, Step::Begin, Object::Card))?;
        Ok(Self {
            connection,
            selected: None,
            verified: false,
            lost: false,
            open: true,
            locked_files: Cache::new(),
        })
    }

    /// Carries one command to its end, unless the session is lost.
    pub(crate) fn call(
        &mut self,
        step: Step,
        object: Object,
        command: Command<'_>,
        out: &mut [u8],
    ) -> Result<Answer, Error> {
        if self.lost {
            return Err(Error::new(ErrorKind::SessionLost, step, object));
        }
        self.try_call(command, out).map_err(|trouble| Error::new(trouble, step, object))
    }

    /// As [`Session::call`], for callers that judge the trouble themselves.
    pub(crate) fn try_call(&mut self, command: Command<'_>, out: &mut [u8]) -> Result<Answer, Trouble> {
        let result = self.connection.exchange(command, out);
        if result.is_err() {
            self.selected = None;
            self.locked_files.clear();
            self.lost = self.lost || self.verified;
        }
        result
    }

    /// A VERIFY is about to be sent: from here on the card counts as unlocked until a log-out is certain.
    pub(crate) const fn mark_verified(&mut self) {
        self.verified = true;
    }

    /// Whether a VERIFY was sent and no log-out is certain yet.
    pub(crate) const fn is_verified(&self) -> bool {
        self.verified
    }

    /// Whether card or reader failed after a VERIFY, so that nothing more is sent.
    pub(crate) const fn is_lost(&self) -> bool {
        self.lost
    }

    /// Selects an application, unless it is selected already.
    pub(crate) fn select(&mut self, id: ApplicationId) -> Result<(), Error> {
        let object = Object::Application(id);
        if self.selected == Some(id) {
            return Ok(());
        }
        self.locked_files.clear();
        self.selected = None;
        let status = self.select_aid(id.row().aid, object)?;
        match status.meaning() {
            Meaning::Success => {
                self.selected = Some(id);
                Ok(())
            }
            Meaning::FileNotFound => Err(Error::new(ErrorKind::ApplicationAbsent, Step::Select, object)),
            _ if status == StatusWord::TERMINATED => Err(Error::new(ErrorKind::Erased, Step::Select, object)),
            _ => Err(Error::new(ErrorKind::UnexpectedStatus { status }, Step::Select, object)),
        }
    }

    /// Selects the card manager, which ends every verified state (CARD.md §3.2).
    pub(crate) fn select_card_manager(&mut self) -> Result<(), Error> {
        self.locked_files.clear();
        self.selected = None;
        let status = self.select_aid(card_manager::AID, Object::Card)?;
        if !status.is_success() {
            return Err(Error::new(ErrorKind::UnexpectedStatus { status }, Step::Select, Object::Card));
        }
        self.verified = false;
        Ok(())
    }

    /// SELECT by AID. `6F00`, which some cards answer to the first command after power-up, is met by one repetition;
    /// so is a reset by another program while nothing is unlocked. SELECT changes nothing, so it may be repeated.
    fn select_aid(&mut self, aid: Aid, object: Object) -> Result<StatusWord, Error> {
        let mut answer = self.call(Step::Select, object, select_by_name(aid), &mut []);
        if let Err(error) = &answer
            && !self.verified
            && matches!(
                error.kind(),
                ErrorKind::Transport(TransportError::CardReset | TransportError::CardUnpowered)
            )
        {
            let reached = self.connection.reconnect().and_then(|()| begin(self.connection));
            reached.map_err(|trouble| Error::new(trouble, Step::Begin, Object::Card))?;
            answer = self.call(Step::Select, object, select_by_name(aid), &mut []);
        }
        let mut status = answer?.status;
        if status == StatusWord::UNSPECIFIED {
            status = self.call(Step::Select, object, select_by_name(aid), &mut [])?.status;
        }
        Ok(status)
    }

    /// Selects an EF of the application, by its identifier.
    pub(crate) fn select_file(&mut self, ef: Ef, object: Object) -> Result<(), Error> {
        let identifier = ef.0.to_be_bytes();
        let command = Command::new(Class::ISO, Instruction::SELECT, 0x02, 0x0C).with_data(&identifier);
        let status = self.call(Step::Select, object, command, &mut [])?.status;
        match status.meaning() {
            Meaning::Success => Ok(()),
            Meaning::FileNotFound => Err(Error::new(ErrorKind::ObjectAbsent, Step::Select, object)),
            _ => Err(Error::new(ErrorKind::UnexpectedStatus { status }, Step::Select, object)),
        }
    }

    /// Ends every verified state in the middle of a session, so that the next SELECT starts afresh.
    pub(crate) fn log_out(&mut self) -> Result<(), Error> {
        self.select_card_manager()
    }

    /// After a lost answer: the card is connected anew and logged out, so that it can be asked what became of it.
    pub(crate) fn recover(&mut self) -> Result<(), Error> {
        let place = |trouble: Trouble| Error::new(trouble, Step::Begin, Object::Card);
        self.connection.reconnect().and_then(|()| begin(self.connection)).map_err(place)?;
        self.lost = false;
        self.log_out()
    }

    /// Logs out if anything may be unlocked, and gives the card back.
    pub(crate) fn close(mut self) -> Result<(), Error> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), Error> {
        if !core::mem::replace(&mut self.open, false) {
            return Ok(());
        }
        self.locked_files.clear();
        let outcome = if self.verified { self.lock_card() } else { self.give_back(Disposition::Leave) };
        outcome.map_err(|trouble| Error::new(ErrorKind::LogOut(trouble), Step::LogOut, Object::Card))
    }

    /// Selects the card manager; where that fails, takes the power off. A reset alone would keep the verified state.
    fn lock_card(&mut self) -> Result<(), Trouble> {
        let trouble = match self.leave_application() {
            Ok(true) => return self.give_back(Disposition::Leave),
            Ok(false) => return self.give_back(Disposition::Unpower),
            Err(trouble) => trouble,
        };
        let again = self.connection.reconnect().and_then(|()| begin(self.connection));
        if again.is_ok() && self.leave_application() == Ok(true) {
            return self.give_back(Disposition::Leave);
        }
        let _ = self.give_back(Disposition::Unpower);
        Err(trouble)
    }

    fn leave_application(&mut self) -> Result<bool, Trouble> {
        let answer = self.connection.exchange(select_by_name(card_manager::AID), &mut [])?;
        Ok(answer.status.is_success())
    }

    fn give_back(&mut self, disposition: Disposition) -> Result<(), Trouble> {
        self.connection.transport.end(disposition)?;
        Ok(())
    }
}

/// Begins exclusive use. A card that was reset or put back, or a service that was started anew since the last session,
/// is connected anew, once: nothing is unlocked yet.
fn begin<T: Transport>(connection: &mut Connection<T>) -> Result<(), Trouble> {
    match connection.transport.begin() {
        Err(
            TransportError::CardReset
            | TransportError::CardUnpowered
            | TransportError::CardUnresponsive
            | TransportError::CardRemoved
            | TransportError::NoCard
            | TransportError::ReaderGone
            | TransportError::NoService,
        ) => {
            connection.reconnect()?;
            connection.transport.begin()?;
            Ok(())
        }
        other => Ok(other?),
    }
}

/// SELECT by the full name, no response data (ISO 7816-4 §11.2.2).
const fn select_by_name(aid: Aid) -> Command<'static> {
    Command::new(Class::ISO, Instruction::SELECT, 0x04, 0x0C).with_data(aid.0)
}

impl<T: Transport> Drop for Session<'_, T> {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

impl<T: Transport> fmt::Debug for Session<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("selected", &self.selected).finish_non_exhaustive()
    }
}
