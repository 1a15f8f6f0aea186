//! The lockout guard: what is sent to a card that counts wrong tries, and what is not.

use mynumber_apdu::{Class, Command, Instruction, Meaning, StatusWord};
use mynumber_applet::{PinId, PinRow, Source};
use mynumber_transport::{Delivery, Transport};

use crate::connection::Addressing;
use crate::error::{Error, ErrorKind, Object, Step, Trouble};
use crate::session::Session;

/// What the card says of the tries left of a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tries {
    /// This many wrong tries in a row, 1 to 15, block it.
    Left(u8),
    /// It is blocked.
    Blocked,
    /// The card has no such reference, or not its application.
    Absent,
    /// The card does not tell; this was its answer.
    Untold(StatusWord),
}

impl Tries {
    /// The meaning of the answer to VERIFY without data (CARD.md §3.1), total over all status words.
    #[must_use]
    pub const fn from_status(status: StatusWord) -> Self {
        match status.meaning() {
            Meaning::TriesLeft(0) | Meaning::Blocked => Self::Blocked,
            Meaning::TriesLeft(tries) => Self::Left(tries),
            Meaning::FileNotFound | Meaning::RecordNotFound | Meaning::ReferenceNotFound => Self::Absent,
            _ => Self::Untold(status),
        }
    }

    /// The number, where the card tells one; 0 when blocked.
    #[must_use]
    pub const fn count(self) -> Option<u8> {
        match self {
            Self::Left(tries) => Some(tries),
            Self::Blocked => Some(0),
            Self::Absent | Self::Untold(_) => None,
        }
    }
}

/// Whether the last try may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastTry {
    Keep,
    Spend,
}

/// Whether a VERIFY may be sent to a card that says this.
fn permit(row: &PinRow, tries: Tries, last_try: LastTry) -> Result<(), ErrorKind> {
    match (tries, last_try) {
        // Where the number of tries is published, a higher one is the answer of something else.
        (Tries::Left(count), _) if count > row.tries && matches!(row.tries_source, Source::Spec(_)) => {
            Err(ErrorKind::NotThisCard { status: StatusWord::tries_left(count) })
        }
        (Tries::Left(1), LastTry::Keep) => Err(ErrorKind::LastTry),
        (Tries::Left(_), _) => Ok(()),
        (Tries::Blocked, _) => Err(ErrorKind::Blocked),
        (Tries::Absent, _) => Err(ErrorKind::ObjectAbsent),
        // 9000: verified already, and still so after a log-out. 6300: no limit known. Both are answers of a card that
        // understood, so the holder may decide; anything else is not.
        (Tries::Untold(status @ (StatusWord::SUCCESS | StatusWord::VERIFICATION_FAILED)), LastTry::Keep) => {
            Err(ErrorKind::TriesUnknown { status })
        }
        (Tries::Untold(StatusWord::SUCCESS | StatusWord::VERIFICATION_FAILED), LastTry::Spend) => Ok(()),
        (Tries::Untold(status), _) => Err(ErrorKind::NotThisCard { status }),
    }
}

fn permitted(pin: PinId, tries: Tries, last_try: LastTry) -> Result<(), Error> {
    permit(pin.row(), tries, last_try).map_err(|kind| Error::new(kind, Step::AskTries, Object::Pin(pin)))
}

impl<T: Transport> Session<'_, T> {
    /// Asks for the tries left: VERIFY without data, exactly four bytes, which costs none (CARD.md §3.1).
    ///
    /// The application of the PIN is selected first.
    pub(crate) fn tries(&mut self, pin: PinId) -> Result<Tries, Error> {
        let row = pin.row();
        self.select(row.application)?;
        let mut status = self.query(row)?;
        if status == StatusWord::SUCCESS {
            // Another program left it verified: after a log-out the card tells.
            self.log_out()?;
            self.select(row.application)?;
            status = self.query(row)?;
        }
        Ok(self.told(pin, status))
    }

    /// What the answer to the question says, and what it says of a PIN whose answer said nothing.
    fn told(&mut self, pin: PinId, status: StatusWord) -> Tries {
        let tries = Tries::from_status(status);
        if let Some(left) = tries.count() {
            self.connection.refused.settle(pin, left);
        }
        tries
    }

    fn query(&mut self, row: &PinRow) -> Result<StatusWord, Error> {
        let object = Object::Pin(row.id);
        if self.connection.addressing == Addressing::ShortId {
            let command = verify_command(reference_of(row));
            let status = self.call(Step::AskTries, object, command, &mut [])?.status;
            if !matches!(status, StatusWord::WRONG_P1P2 | StatusWord::NO_CURRENT_FILE) {
                return Ok(status);
            }
            self.connection.addressing = Addressing::Selection;
        }
        match self.select_file(row.ef, object) {
            Err(error) if *error.kind() == ErrorKind::ObjectAbsent => Ok(StatusWord::REFERENCE_NOT_FOUND),
            Err(error) => Err(error),
            Ok(()) => Ok(self.call(Step::AskTries, object, verify_command(CURRENT_FILE), &mut [])?.status),
        }
    }

    /// Presents a secret, under the guard. The application is selected and asked for the tries left beforehand.
    pub(crate) fn verify(&mut self, pin: PinId, secret: &[u8], last_try: LastTry) -> Result<(), Error> {
        self.refuse_again(pin, secret)?;
        let tries = self.tries(pin)?;
        permitted(pin, tries, last_try)?;
        self.refuse_again(pin, secret)?;
        self.mark_verified();
        let command = verify_command(self.reference_to_present(pin.row())).with_data(secret);
        let status = match self.try_call(command, &mut []) {
            Ok(answer) => answer.status,
            Err(trouble) => return Err(self.verify_lost(pin, secret, tries, trouble)),
        };
        self.judge_verify(pin, secret, tries, status)
    }

    /// As the guard of [`Session::verify`], where the application is selected and what is unlocked must stay so.
    pub(crate) fn permit_unlocked(
        &mut self,
        pin: PinId,
        secret: &[u8],
        last_try: LastTry,
    ) -> Result<Tries, Error> {
        self.refuse_again(pin, secret)?;
        let status = self.query(pin.row())?;
        let tries = self.told(pin, status);
        permitted(pin, tries, last_try)?;
        self.refuse_again(pin, secret)?;
        Ok(tries)
    }

    fn refuse_again(&self, pin: PinId, secret: &[u8]) -> Result<(), Error> {
        if self.connection.refused.contains(pin, secret) {
            return Err(Error::new(ErrorKind::RefusedBefore, Step::Verify, Object::Pin(pin)));
        }
        Ok(())
    }

    /// How P2 of VERIFY names the reference, after the card was asked for its tries.
    pub(crate) const fn reference_to_present(&self, row: &PinRow) -> u8 {
        match self.connection.addressing {
            Addressing::ShortId => reference_of(row),
            Addressing::Selection => CURRENT_FILE,
        }
    }

    pub(crate) fn judge_verify(
        &mut self,
        pin: PinId,
        secret: &[u8],
        before: Tries,
        status: StatusWord,
    ) -> Result<(), Error> {
        let kind = match status.meaning() {
            Meaning::Success => return Ok(()),
            Meaning::TriesLeft(0) | Meaning::Blocked => {
                self.connection.refused.remember(pin, secret);
                ErrorKind::Blocked
            }
            Meaning::TriesLeft(tries) => {
                self.connection.refused.remember(pin, secret);
                ErrorKind::WrongPin { tries_left: Some(tries) }
            }
            Meaning::VerificationFailed => {
                self.connection.refused.remember(pin, secret);
                ErrorKind::WrongPin { tries_left: self.count_now(pin) }
            }
            _ => {
                self.doubt(pin, secret, before);
                ErrorKind::VerifyRefused { status, tries_left: self.count_now(pin) }
            }
        };
        Err(Error::new(kind, Step::Verify, Object::Pin(pin)))
    }

    /// The answer to VERIFY did not come. It is not repeated: it may have cost a try.
    pub(crate) fn verify_lost(&mut self, pin: PinId, secret: &[u8], before: Tries, cause: Trouble) -> Error {
        let object = Object::Pin(pin);
        if let Trouble::Transport(error) = &cause
            && error.delivery() == Delivery::NotSent
        {
            return Error::new(cause, Step::Verify, object);
        }
        self.doubt(pin, secret, before);
        let tries_left = self.recover().ok().and_then(|()| self.count_now(pin));
        Error::new(ErrorKind::VerifyOutcomeUnknown { cause, tries_left }, Step::Verify, object)
    }

    /// What the card says of this value is not known. The next time it tells the tries left, on this connection, shows whether
    /// one was spent, so that a wrong value is not sent again.
    pub(crate) fn doubt(&mut self, pin: PinId, secret: &[u8], before: Tries) {
        if let Tries::Left(before) = before {
            self.connection.refused.doubt(pin, secret, before);
        }
    }

    fn count_now(&mut self, pin: PinId) -> Option<u8> {
        self.tries(pin).ok().and_then(Tries::count)
    }
}

/// `80`: the current EF.
const CURRENT_FILE: u8 = 0x80;

/// The reference in P2: `80` and the short EF identifier (CARD.md §3.1).
pub(crate) const fn reference_of(row: &PinRow) -> u8 {
    match row.ef.short() {
        Some(short) => 0x80 | short,
        None => CURRENT_FILE,
    }
}

const fn verify_command(reference: u8) -> Command<'static> {
    Command::new(Class::ISO, Instruction::VERIFY, 0x00, reference)
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
