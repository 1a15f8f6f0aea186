//! The states of a session as types: selected, then unlocked by one reference.

use core::marker::PhantomData;

use mynumber_applet::pin::{Reference, Secret};
use mynumber_applet::{Access, FileId, PinId};
use mynumber_transport::Transport;

use crate::cache::FileBytes;
use crate::error::{Error, ErrorKind, Object, Step};
use crate::file::{Contents, File, FreeFile, Opens};
use crate::guard::{LastTry, Tries};
use crate::session::Session;
use crate::sign::{Input, Naming, SignatureCheck, Signs};

/// Exclusive use of the card, nothing unlocked. Dropping it gives the card back.
#[derive(Debug)]
pub struct Selected<'c, T: Transport> {
    pub(crate) session: Session<'c, T>,
}

impl<'c, T: Transport> Selected<'c, T> {
    /// Reads a file that anybody may read.
    ///
    /// # Errors
    /// [`Error`], as for every exchange with the card.
    pub fn read<F: FreeFile>(&mut self) -> Result<Contents<F>, Error> {
        self.session.free_file(F::ID).map(Contents::new)
    }

    /// Asks for the tries left of a PIN; costs none.
    ///
    /// # Errors
    /// [`Error`], [`ErrorKind::ApplicationAbsent`] when the card has not the PIN's application.
    pub fn tries(&mut self, pin: PinId) -> Result<Tries, Error> {
        self.session.tries(pin)
    }

    /// Unlocks with a PIN, under the lockout guard: the card is asked for the tries left first, and the last try is
    /// never spent.
    ///
    /// # Errors
    /// [`ErrorKind::LastTry`], [`ErrorKind::Blocked`], [`ErrorKind::RefusedBefore`], [`ErrorKind::TriesUnknown`] and
    /// [`ErrorKind::NotThisCard`]: no PIN was sent. [`ErrorKind::WrongPin`]: it was, and is wrong.
    /// [`ErrorKind::VerifyOutcomeUnknown`]: the answer was lost; it is not sent again.
    pub fn unlock<R: Reference>(self, secret: &R::Secret) -> Result<Unlocked<'c, R, T>, Error> {
        self.unlock_guarded(secret, LastTry::Keep)
    }

    /// As [`Selected::unlock`], even when one try is left or the card does not tell how many are. **A wrong PIN then
    /// blocks it for good**: only where the reference's row says it can be set anew.
    ///
    /// # Errors
    /// As [`Selected::unlock`], but [`ErrorKind::LastTry`] and [`ErrorKind::TriesUnknown`].
    pub fn unlock_spending_the_last_try<R: Reference>(
        self,
        secret: &R::Secret,
    ) -> Result<Unlocked<'c, R, T>, Error> {
        self.unlock_guarded(secret, LastTry::Spend)
    }

    fn unlock_guarded<R: Reference>(
        mut self,
        secret: &R::Secret,
        last_try: LastTry,
    ) -> Result<Unlocked<'c, R, T>, Error> {
        // On an error the session is dropped here, which logs out.
        self.session.verify(R::PIN, secret.bytes(), last_try)?;
        Ok(Unlocked { session: self.session, reference: PhantomData })
    }

    /// Gives the card back and reports what goes wrong then.
    ///
    /// # Errors
    /// [`ErrorKind::LogOut`].
    pub fn close(self) -> Result<(), Error> {
        self.session.close()
    }
}

/// A session that one reference has unlocked. Dropping it logs the card out, panics included.
#[derive(Debug)]
#[must_use = "the card is locked again when this is dropped"]
pub struct Unlocked<'c, R: Reference, T: Transport> {
    pub(crate) session: Session<'c, T>,
    reference: PhantomData<R>,
}

impl<'c, R: Reference, T: Transport> Unlocked<'c, R, T> {
    /// Reads a file that this reference opens, or a free one beside it.
    ///
    /// # Errors
    /// [`ErrorKind::SessionLost`] when the card was reset or lost since; [`Error`] otherwise.
    pub fn read<F: File>(&mut self) -> Result<Contents<F>, Error>
    where
        R: Opens<F>,
    {
        self.session.file(F::ID).map(Contents::new)
    }

    /// As [`Unlocked::read`], for files known at run time only.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when this reference does not open the file; nothing was sent.
    pub fn read_file(&mut self, id: FileId) -> Result<FileBytes, Error> {
        let row = id.row();
        let opened = match (row.read, row.read_on_phone) {
            (Access::AnyOf(pins), _) if pins.contains(&R::PIN) => true,
            (Access::Free, _) => row.application == R::APPLICATION,
            _ => false,
        };
        if !opened {
            let kind = ErrorKind::Misuse("this PIN does not open that file; unlock with the one that does");
            return Err(Error::new(kind, Step::Read, Object::File(id)));
        }
        self.session.file(id)
    }

    /// Signs, and checks the signature against the card's own certificate, which is read for it.
    ///
    /// # Errors
    /// [`ErrorKind::SignatureCheck`] and [`ErrorKind::SignatureLength`]: no signature is returned.
    /// [`ErrorKind::SessionLost`] when the card was reset or lost since: the PIN is not sent again.
    pub fn sign(&mut self, input: &Input, check: &impl SignatureCheck) -> Result<Signature, Error>
    where
        R: Signs,
    {
        let certificate = self.session.file(<R::Certificate as File>::ID)?;
        let failed =
            |failure| Error::new(ErrorKind::SignatureCheck(failure), Step::Sign, Object::Key(R::KEY));
        check.purpose(R::KEY, certificate.content()).map_err(failed)?;
        let value = self.session.signature(R::KEY.row(), Naming::ShortId, input)?;
        check.verify(input, certificate.content(), &value).map_err(failed)?;
        Ok(Signature { value, certificate })
    }

    /// Signs and returns what the card says, **checked by nothing but its length**. A faulty or hostile card passes.
    ///
    /// # Errors
    /// As [`Unlocked::sign`], but [`ErrorKind::SignatureCheck`].
    pub fn sign_without_any_check(&mut self, input: &Input) -> Result<Vec<u8>, Error>
    where
        R: Signs,
    {
        self.session.signature(R::KEY.row(), Naming::ShortId, input)
    }

    /// Logs out, and reports what goes wrong then.
    ///
    /// # Errors
    /// [`ErrorKind::LogOut`]: it is not certain that the card is locked again.
    pub fn close(self) -> Result<(), Error> {
        self.session.close()
    }

    /// Ends the unlocked state by going over to another application, exclusive use kept: what follows is a session
    /// with nothing unlocked, but which still logs out at its end.
    #[must_use]
    pub fn relock(self) -> Selected<'c, T> {
        Selected { session: self.session }
    }
}

/// A signature that passed its check.
#[derive(Debug)]
pub struct Signature {
    value: Vec<u8>,
    certificate: FileBytes,
}

impl Signature {
    /// The signature's bytes.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The certificate of the key, X.509 in DER, against which the signature was checked.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.certificate.content()
    }
}
