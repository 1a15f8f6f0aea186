//! Changing PINs (CARD.md §3.3).

use mynumber_apdu::{Class, Command, Instruction, Meaning};
use mynumber_applet::pin::{Changeable, FourDigitPin, Secret, reference};
use mynumber_applet::{ChangeForm, PinId, PinRow};
use mynumber_transport::{Delivery, Transport};

use crate::card::Card;
use crate::error::{Error, ErrorKind, Object, Step, Trouble};
use crate::guard::LastTry;
use crate::refused;
use crate::session::Session;

/// A reference that is changed by itself. The two references of the juki PIN are not: see [`Card::change_juki_pin`].
pub trait ChangesAlone: Changeable {}

impl ChangesAlone for reference::Signature {}
impl ChangesAlone for reference::UserAuthentication {}
impl ChangesAlone for reference::InputAssist {}

impl<T: Transport> Card<T> {
    /// Changes a PIN: 6 exchanges. The lockout guard holds for the old one.
    ///
    /// # Errors
    /// [`ErrorKind::SameSecret`]: nothing was sent. [`ErrorKind::NewSecretRefused`]: the old one stands.
    /// [`ErrorKind::ChangeOutcomeUnknown`]: either stands. Otherwise as
    /// [`Selected::unlock`](crate::Selected::unlock). The card is left locked in every case.
    pub fn change_pin<R: ChangesAlone>(&mut self, old: &R::Secret, new: &R::Secret) -> Result<(), Error> {
        self.change_guarded::<R>(old, new, LastTry::Keep)
    }

    /// As [`Card::change_pin`], even when one try is left. **A wrong old PIN then blocks it for good.**
    ///
    /// # Errors
    /// As [`Card::change_pin`].
    pub fn change_pin_spending_the_last_try<R: ChangesAlone>(
        &mut self,
        old: &R::Secret,
        new: &R::Secret,
    ) -> Result<(), Error> {
        self.change_guarded::<R>(old, new, LastTry::Spend)
    }

    fn change_guarded<R: ChangesAlone>(
        &mut self,
        old: &R::Secret,
        new: &R::Secret,
        last_try: LastTry,
    ) -> Result<(), Error> {
        refuse_same(R::PIN, old, new)?;
        let mut session = Session::open(&mut self.connection)?;
        session.verify(R::PIN, old.bytes(), last_try)?;
        session.change(R::ROW, new.bytes())?;
        session.close()
    }

    /// Changes the juki PIN in both applications that hold it, keeping them in step.
    ///
    /// Both are asked whether they hold the old value before either is changed. Where the second change fails for
    /// certain, the first is put back and the second's error returned; where that fails too, or the outcome is not
    /// known, [`ErrorKind::HalfChanged`] says which holds what, and [`Card::finish_juki_change`] finishes. Where the
    /// outcome of the first change is not known ([`ErrorKind::ChangeOutcomeUnknown`] of [`PinId::Common`]), call this
    /// again: [`ErrorKind::WrongPin`] of [`PinId::Common`] then says that it holds the new value and the other lags.
    ///
    /// # Errors
    /// As [`Card::change_pin`], and [`ErrorKind::HalfChanged`].
    pub fn change_juki_pin(&mut self, old: &FourDigitPin, new: &FourDigitPin) -> Result<(), Error> {
        self.change_juki_guarded(old, new, LastTry::Keep)
    }

    /// As [`Card::change_juki_pin`], even when one try is left. **A wrong old PIN then blocks it for good.**
    ///
    /// # Errors
    /// As [`Card::change_juki_pin`].
    pub fn change_juki_pin_spending_the_last_try(
        &mut self,
        old: &FourDigitPin,
        new: &FourDigitPin,
    ) -> Result<(), Error> {
        self.change_juki_guarded(old, new, LastTry::Spend)
    }

    fn change_juki_guarded(
        &mut self,
        old: &FourDigitPin,
        new: &FourDigitPin,
        last_try: LastTry,
    ) -> Result<(), Error> {
        refuse_same(PinId::Juki, old, new)?;
        let mut session = Session::open(&mut self.connection)?;
        session.verify(SECOND, old.bytes(), last_try)?;
        session.replace(FIRST, old, new, last_try)?;
        // The old value was accepted above, so this reference has all its tries.
        if let Err(error) = session.replace(SECOND, old, new, LastTry::Keep) {
            return Err(session.put_back(error, old, new));
        }
        session.close()
    }

    /// Finishes a half-done change of the juki PIN: `lagging`, as [`ErrorKind::HalfChanged`] named it, still holds `old`.
    ///
    /// Where that error was uncertain, [`ErrorKind::WrongPin`] here says that it holds `new` already: the try is given
    /// back by the next right PIN.
    ///
    /// # Errors
    /// As [`Card::change_pin`]; [`ErrorKind::Misuse`] for another PIN than the two of the juki PIN.
    pub fn finish_juki_change(
        &mut self,
        lagging: PinId,
        old: &FourDigitPin,
        new: &FourDigitPin,
    ) -> Result<(), Error> {
        self.finish_juki_guarded(lagging, old, new, LastTry::Keep)
    }

    /// As [`Card::finish_juki_change`], even when one try is left. **A wrong old PIN then blocks it for good.**
    ///
    /// # Errors
    /// As [`Card::finish_juki_change`].
    pub fn finish_juki_change_spending_the_last_try(
        &mut self,
        lagging: PinId,
        old: &FourDigitPin,
        new: &FourDigitPin,
    ) -> Result<(), Error> {
        self.finish_juki_guarded(lagging, old, new, LastTry::Spend)
    }

    fn finish_juki_guarded(
        &mut self,
        lagging: PinId,
        old: &FourDigitPin,
        new: &FourDigitPin,
        last_try: LastTry,
    ) -> Result<(), Error> {
        if !matches!(lagging, FIRST | SECOND) {
            let kind = ErrorKind::Misuse("only the two references of the juki PIN are kept in step");
            return Err(Error::new(kind, Step::Change, Object::Pin(lagging)));
        }
        refuse_same(lagging, old, new)?;
        let mut session = Session::open(&mut self.connection)?;
        session.replace(lagging, old, new, last_try)?;
        session.close()
    }
}

/// The order in which the two references of the juki PIN are changed.
const FIRST: PinId = PinId::Common;
const SECOND: PinId = PinId::Juki;

fn refuse_same(pin: PinId, old: &impl Secret, new: &impl Secret) -> Result<(), Error> {
    let (old, new) = (old.bytes(), new.bytes());
    if old.len() == new.len() && refused::equal(old, new) {
        return Err(Error::new(ErrorKind::SameSecret, Step::Change, Object::Pin(pin)));
    }
    Ok(())
}

impl<T: Transport> Session<'_, T> {
    /// Sets a new value; the old one was verified in this session. `P2 = 80` means the current EF in every published
    /// form of the command, so the EF is selected first.
    fn change(&mut self, row: &PinRow, new: &[u8]) -> Result<(), Error> {
        let object = Object::Pin(row.id);
        let command = match row.change {
            ChangeForm::ChangeReferenceData => {
                Command::new(Class::ISO, Instruction::CHANGE_REFERENCE_DATA, 0x01, 0x80)
            }
            ChangeForm::ChangeKey => Command::new(Class::PROPRIETARY, Instruction::CHANGE_KEY, 0x00, 0x80),
            ChangeForm::None => {
                let kind = ErrorKind::Misuse("the holder cannot change it");
                return Err(Error::new(kind, Step::Change, object));
            }
        };
        self.select_file(row.ef, object)?;
        let kind = match self.try_call(command.with_data(new), &mut []) {
            Ok(answer) => match answer.status.meaning() {
                Meaning::Success => {
                    self.connection.refused.forget(row.id);
                    return Ok(());
                }
                Meaning::AccessDenied => ErrorKind::AccessDenied,
                Meaning::ExecutionErrorChanged(_) | Meaning::WarningChanged(_) | Meaning::Unspecified => {
                    ErrorKind::ChangeFailed { status: answer.status }
                }
                _ => ErrorKind::NewSecretRefused { status: answer.status },
            },
            Err(Trouble::Transport(error)) if error.delivery() == Delivery::NotSent => {
                ErrorKind::Transport(error)
            }
            Err(cause) => ErrorKind::ChangeOutcomeUnknown { cause },
        };
        if leaves_doubt(&kind) {
            // Any value may hold now.
            self.connection.refused.forget(row.id);
        }
        Err(Error::new(kind, Step::Change, object))
    }

    /// Verifies the old value and sets the new one.
    fn replace(
        &mut self,
        pin: PinId,
        old: &FourDigitPin,
        new: &FourDigitPin,
        last_try: LastTry,
    ) -> Result<(), Error> {
        self.verify(pin, old.bytes(), last_try)?;
        self.change(pin.row(), new.bytes())
    }

    /// The first reference holds the new value and the second was not changed: puts the first back, or says what
    /// stands.
    fn put_back(mut self, error: Error, old: &FourDigitPin, new: &FourDigitPin) -> Error {
        let uncertain = leaves_doubt(error.kind());
        if !uncertain {
            let reached = if self.is_lost() { self.recover() } else { Ok(()) };
            if reached.and_then(|()| self.replace(FIRST, new, old, LastTry::Keep)).is_ok() {
                return error;
            }
        }
        let kind = ErrorKind::HalfChanged { new: FIRST, lagging: SECOND, uncertain, cause: Box::new(error) };
        Error::new(kind, Step::Change, Object::Pin(SECOND))
    }
}

/// Whether the old or the new value may stand after this error.
const fn leaves_doubt(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::ChangeOutcomeUnknown { .. } | ErrorKind::ChangeFailed { .. })
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
