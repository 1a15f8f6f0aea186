//! The card as its user sees it.

use core::fmt;

use mynumber_applet::pin::{
    BirthDatePin, FourDigitPin, Reference, SignaturePassword, VerificationNumberA, VerificationNumberB,
    reference,
};
use mynumber_applet::{Access, DataObjectId, FileId, PinId, rows};
use mynumber_transport::Transport;

use crate::cache::FileBytes;
use crate::connection::Connection;
use crate::error::{Error, ErrorKind, Object, Step};
use crate::file::{self, Contents, File, FreeFile, Opens};
use crate::identify::{Counter, Identity};
use crate::session::Session;
use crate::sign::{Input, SignatureCheck, Signs};
use crate::unlocked::{Selected, Signature, Unlocked};

/// A My Number Card over a transport.
///
/// Each method that asks for a PIN is one transaction from SELECT to the log-out; it leaves the card locked, whatever
/// happens in between. Files that anybody may read are read once as long as this value lives.
///
/// **Exchanges** (the guard's question and the log-out included): `attributes` and `number` 5, a certificate that is
/// free 2, the signature certificate 5, a signature with its certificate 6.
pub struct Card<T: Transport> {
    pub(crate) connection: Connection<T>,
}

impl<T: Transport> Card<T> {
    /// A card over this transport; nothing is sent yet.
    #[must_use]
    pub fn new(transport: T) -> Self {
        Self { connection: Connection::new(transport) }
    }

    /// The transport, for what only it knows.
    #[must_use]
    pub const fn transport(&self) -> &T {
        &self.connection.transport
    }

    /// Gives the transport back; everything read is wiped.
    #[must_use]
    pub fn into_transport(self) -> T {
        self.connection.transport
    }

    /// Begins exclusive use of the card, nothing unlocked.
    ///
    /// # Errors
    /// [`Error`] when the card cannot be had.
    pub fn begin(&mut self) -> Result<Selected<'_, T>, Error> {
        Ok(Selected { session: Session::open(&mut self.connection)? })
    }

    /// Begins exclusive use and unlocks with a PIN, under the lockout guard: see [`Selected::unlock`].
    ///
    /// # Errors
    /// As [`Selected::unlock`].
    pub fn unlock<R: Reference>(&mut self, secret: &R::Secret) -> Result<Unlocked<'_, R, T>, Error> {
        self.begin()?.unlock(secret)
    }

    /// As [`Card::unlock`], even when one try is left. **A wrong PIN then blocks it for good**: see
    /// [`Selected::unlock_spending_the_last_try`].
    ///
    /// # Errors
    /// As [`Selected::unlock_spending_the_last_try`].
    pub fn unlock_spending_the_last_try<R: Reference>(
        &mut self,
        secret: &R::Secret,
    ) -> Result<Unlocked<'_, R, T>, Error> {
        self.begin()?.unlock_spending_the_last_try(secret)
    }

    /// Which applications are there, and what kind of token it is: 6 exchanges.
    ///
    /// # Errors
    /// [`Error`], as for every exchange with the card. That an application is missing is no error.
    pub fn identify(&mut self) -> Result<Identity, Error> {
        let mut session = Session::open(&mut self.connection)?;
        let identity = session.identify()?;
        session.close()?;
        Ok(identity)
    }

    /// The tries left of every PIN, without spending one.
    ///
    /// # Errors
    /// [`Error`], as for every exchange with the card. That a PIN is missing is no error.
    pub fn counters(&mut self) -> Result<Vec<Counter>, Error> {
        let all: Vec<PinId> = rows::pins().map(|row| row.id).collect();
        self.counters_of(&all)
    }

    /// The tries left of these PINs, without spending one, in the order of the model: one exchange for each, and one for
    /// each application.
    ///
    /// # Errors
    /// As [`Card::counters`].
    pub fn counters_of(&mut self, pins: &[PinId]) -> Result<Vec<Counter>, Error> {
        self.with(|session| session.counters(pins))
    }

    /// What lies on the reader and the tries left of every secret, in one go: 17 exchanges on a card with all
    /// applications.
    ///
    /// # Errors
    /// As [`Card::identify`].
    pub fn survey(&mut self) -> Result<(Identity, Vec<Counter>), Error> {
        let mut session = Session::open(&mut self.connection)?;
        let found = session.survey()?;
        session.close()?;
        Ok(found)
    }

    /// Reads a file that anybody may read: 2 exchanges, or none when it was read before.
    ///
    /// # Errors
    /// [`ErrorKind::BehindPin`] for the user-authentication certificate of a phone; [`Error`] otherwise.
    pub fn read<F: FreeFile>(&mut self) -> Result<Contents<F>, Error> {
        self.with(|session| session.free_file(F::ID)).map(Contents::new)
    }

    /// As [`Card::read`], for files known at run time only.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for a file behind a PIN; nothing was sent.
    pub fn read_file(&mut self, id: FileId) -> Result<FileBytes, Error> {
        if id.row().read != Access::Free {
            let kind = ErrorKind::Misuse("that file lies behind a PIN; unlock with it first");
            return Err(Error::new(kind, Step::Read, Object::File(id)));
        }
        self.with(|session| session.free_file(id))
    }

    /// Reads a data object of the card-manager level: 2 exchanges.
    ///
    /// # Errors
    /// [`ErrorKind::ObjectAbsent`] when the card has it not; [`Error`] otherwise.
    pub fn data_object(&mut self, id: DataObjectId) -> Result<FileBytes, Error> {
        self.with(|session| session.data_object(id))
    }

    /// The user-authentication certificate, X.509 in DER: 2 exchanges. On a phone it lies behind its PIN:
    /// [`Card::unlock`] with it and read there.
    ///
    /// # Errors
    /// As [`Card::read`].
    pub fn user_authentication_certificate(
        &mut self,
    ) -> Result<Contents<file::UserAuthenticationCertificate>, Error> {
        self.read::<file::UserAuthenticationCertificate>()
    }

    /// The signature certificate, X.509 in DER: 5 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::read`].
    pub fn signature_certificate(
        &mut self,
        password: &SignaturePassword,
    ) -> Result<Contents<file::SignatureCertificate>, Error> {
        self.read_locked::<reference::Signature, file::SignatureCertificate>(password)
    }

    /// Name, address, birth date and sex as text: 5 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::read`].
    pub fn attributes(&mut self, pin: &FourDigitPin) -> Result<Contents<file::Attributes>, Error> {
        self.read_locked::<reference::InputAssist, file::Attributes>(pin)
    }

    /// My Number as text: 5 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::read`].
    pub fn number(&mut self, pin: &FourDigitPin) -> Result<Contents<file::IndividualNumber>, Error> {
        self.read_locked::<reference::InputAssist, file::IndividualNumber>(pin)
    }

    /// The card face from the four-digit PIN, by way of My Number, which is verification number A: 9 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::read`], for both PINs; [`ErrorKind::Content`] when the card holds no My Number.
    pub fn card_face(&mut self, pin: &FourDigitPin) -> Result<Contents<file::CardFace>, Error> {
        let mut unlocked = self.unlock::<reference::InputAssist>(pin)?;
        let file = unlocked.read::<file::IndividualNumber>()?;
        let number = VerificationNumberA::from(&file.view()?);
        let mut unlocked = unlocked.relock().unlock::<reference::CardFaceNumberA>(&number)?;
        let face = unlocked.read::<file::CardFace>()?;
        unlocked.close()?;
        Ok(face)
    }

    /// The card face by verification number A, which is My Number: 5 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::read`].
    pub fn card_face_by_number(
        &mut self,
        number: &VerificationNumberA,
    ) -> Result<Contents<file::CardFace>, Error> {
        self.read_locked::<reference::CardFaceNumberA, file::CardFace>(number)
    }

    /// The card face by verification number B, which is printed on the card: 5 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::read`].
    pub fn card_face_by_print(
        &mut self,
        number: &VerificationNumberB,
    ) -> Result<Contents<file::CardFace>, Error> {
        self.read_locked::<reference::CardFaceNumberB, file::CardFace>(number)
    }

    /// The age record, by the birth date as the card shows it: 5 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::read`].
    pub fn age_record(&mut self, birth: &BirthDatePin) -> Result<Contents<file::AgeRecord>, Error> {
        self.read_locked::<reference::CardFaceBirthDate, file::AgeRecord>(birth)
    }

    /// Unlocks, signs, checks the signature against the card's own certificate and logs out: 6 exchanges.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::sign`].
    pub fn sign<R: Signs>(
        &mut self,
        secret: &R::Secret,
        input: &Input,
        check: &impl SignatureCheck,
    ) -> Result<Signature, Error> {
        let mut unlocked = self.unlock::<R>(secret)?;
        let signature = unlocked.sign(input, check)?;
        unlocked.close()?;
        Ok(signature)
    }

    /// One locked file in a transaction of its own.
    fn read_locked<R: Reference + Opens<F>, F: File>(
        &mut self,
        secret: &R::Secret,
    ) -> Result<Contents<F>, Error> {
        let mut unlocked = self.unlock::<R>(secret)?;
        let bytes = unlocked.read::<F>()?;
        unlocked.close()?;
        Ok(bytes)
    }

    /// One transaction with nothing unlocked.
    pub(crate) fn with<O>(
        &mut self,
        work: impl FnOnce(&mut Session<'_, T>) -> Result<O, Error>,
    ) -> Result<O, Error> {
        let mut session = Session::open(&mut self.connection)?;
        let outcome = work(&mut session)?;
        session.close()?;
        Ok(outcome)
    }
}

impl<T: Transport> fmt::Debug for Card<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("connection", &self.connection).finish()
    }
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
