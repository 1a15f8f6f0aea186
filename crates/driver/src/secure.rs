//! Secure messaging of the input-assist application (CARD.md §4.3): what is read, and the verification numbers that are
//! presented, travel enciphered.

mod channel;

use core::fmt;

use mynumber_apdu::exchange::{Error as ExchangeError, Lengths};
use mynumber_apdu::{Class, Command, Instruction, Meaning, StatusWord};
use mynumber_applet::content::SessionPublicKey;
use mynumber_applet::pin::{FourDigitPin, Reference, Secret, reference};
use mynumber_applet::secure_messaging::{BLOCK, EXPECTED_LENGTH, SEED};
use mynumber_applet::{Access, FileId, FileRow, KeyId, PinId};
use mynumber_transport::Transport;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::cache::FileBytes;
use crate::card::Card;
use crate::error::{Error, ErrorKind, Object, Step};
use crate::file::{self, Contents, File, Opens};
use crate::guard::LastTry;
use crate::read::Reading;
use crate::session::Session;
use crate::unlocked::Unlocked;
use channel::Channel;
pub use channel::SecureMessagingError;

/// A reference that can be presented under secure messaging. Sealed, as [`Reference`] is.
pub trait SecuredReference: Reference {}

impl SecuredReference for reference::InputAssistNumberA {}
impl SecuredReference for reference::InputAssistNumberB {}

/// A session of the input-assist application, unlocked by its PIN, in which everything goes under secure messaging.
/// Dropping it wipes the session key and logs the card out, panics included.
///
/// # What it protects, and what it does not
/// - My Number, the attributes and whatever else is read, and verification numbers that are presented, are enciphered
///   (AES-128-CBC): who only listens between reader and card does not learn them.
/// - **The PIN went before, in the clear**: the card takes no session key without it.
/// - **There is no MAC, and the card's key is signed by nobody.** Who can alter what passes can put a key of his own in the
///   place of the card's and read everything, or change what is read. Only the form is checked here: prove what was
///   read by the integrity record and the certificate beside it ([`file::InputAssistIntegrity`]).
/// - Only the input-assist application has it. The card face and the signature password travel in the clear.
///
/// An answer that is missing, in the clear, of a wrong length or wrongly padded, content of a wrong form, and status words
/// that leave open whether the command was counted end the session: the key is wiped, the card locked, and every later call is
/// [`ErrorKind::SecuredSessionOver`]. Nothing ever goes plain instead.
pub struct Secured<'c, T: Transport> {
    session: Session<'c, T>,
    /// `None` once the session is over.
    channel: Option<Channel>,
}

impl<'c, T: Transport> Unlocked<'c, reference::InputAssist, T> {
    /// Goes over to secure messaging: reads the card's key for session keys, unless it was read before, and delivers a new
    /// session key under it: 2 exchanges. `rng` must be fit for keys.
    ///
    /// # Errors
    /// [`ErrorKind::NoSecureMessaging`] when the card takes no session key; [`ErrorKind::Exchange`] with
    /// [`ExtendedRefused`](ExchangeError::ExtendedRefused) where reader or card carry no extended lengths, which the key
    /// needs: whether this card takes chained commands is not known. The session is logged out on every error.
    pub fn secure<R: CryptoRng + ?Sized>(mut self, rng: &mut R) -> Result<Secured<'c, T>, Error> {
        let channel = self.session.deliver_session_key(rng)?;
        Ok(Secured { session: self.session, channel: Some(channel) })
    }
}

impl<T: Transport> Card<T> {
    /// Unlocks with the input-assist PIN, under the lockout guard, and goes over to secure messaging: 5 exchanges. See
    /// [`Secured`] for what that protects; **the PIN itself goes in the clear**.
    ///
    /// # Errors
    /// As [`Card::unlock`] and [`Unlocked::secure`]; where the reader is known to carry no extended lengths the PIN is not
    /// sent.
    pub fn secure<R: CryptoRng + ?Sized>(
        &mut self,
        pin: &FourDigitPin,
        rng: &mut R,
    ) -> Result<Secured<'_, T>, Error> {
        require_extended(self.connection.lengths)?;
        self.unlock::<reference::InputAssist>(pin)?.secure(rng)
    }

    /// As [`Card::secure`], even when one try of the PIN is left. **A wrong PIN then blocks it for good.**
    ///
    /// # Errors
    /// As [`Card::unlock_spending_the_last_try`] and [`Card::secure`].
    pub fn secure_spending_the_last_try<R: CryptoRng + ?Sized>(
        &mut self,
        pin: &FourDigitPin,
        rng: &mut R,
    ) -> Result<Secured<'_, T>, Error> {
        require_extended(self.connection.lengths)?;
        self.unlock_spending_the_last_try::<reference::InputAssist>(pin)?.secure(rng)
    }

    /// As [`Card::attributes`], under secure messaging: 8 exchanges.
    ///
    /// # Errors
    /// As [`Card::secure`] and [`Secured::read`].
    pub fn attributes_secured<R: CryptoRng + ?Sized>(
        &mut self,
        pin: &FourDigitPin,
        rng: &mut R,
    ) -> Result<Contents<file::Attributes>, Error> {
        self.secure(pin, rng)?.only()
    }

    /// As [`Card::number`], under secure messaging: 8 exchanges.
    ///
    /// # Errors
    /// As [`Card::secure`] and [`Secured::read`].
    pub fn number_secured<R: CryptoRng + ?Sized>(
        &mut self,
        pin: &FourDigitPin,
        rng: &mut R,
    ) -> Result<Contents<file::IndividualNumber>, Error> {
        self.secure(pin, rng)?.only()
    }
}

impl<T: Transport> Session<'_, T> {
    fn deliver_session_key<R: CryptoRng + ?Sized>(&mut self, rng: &mut R) -> Result<Channel, Error> {
        let object = Object::Key(KeyId::InputAssistSession);
        require_extended(self.connection.lengths)?;
        let file = self.file(FileId::SessionPublicKey)?;
        // Reading may have found out that the card refuses extended lengths.
        require_extended(self.connection.lengths)?;
        let key = SessionPublicKey::parse(file.bytes()).map_err(|cause| {
            Error::new(ErrorKind::Content(cause), Step::Read, Object::File(FileId::SessionPublicKey))
        })?;
        let mut seed = Box::new(Zeroizing::new([0; SEED]));
        rng.fill_bytes(seed.as_mut_slice());
        let message = channel::deliver(&key, &seed, rng)
            .map_err(|cause| Error::new(ErrorKind::SecureMessaging(cause), Step::Secure, object))?;
        let command = Command::new(Class::PROPRIETARY, Instruction::SET_SESSION_KEY, 0x00, 0x00)
            .with_data(&message)
            .secret();
        let status = self.call(Step::Secure, object, command, &mut [])?.status;
        let kind = match status.meaning() {
            Meaning::Success => return Ok(Channel::new(&seed)),
            Meaning::AccessDenied => ErrorKind::AccessDenied,
            Meaning::SecurityIssue(_)
            | Meaning::WrongLength
            | Meaning::ClassFunction(_)
            | Meaning::InstructionNotSupported
            | Meaning::ClassNotSupported
            | Meaning::FileNotFound
            | Meaning::ReferenceNotFound => ErrorKind::NoSecureMessaging { status },
            _ => ErrorKind::UnexpectedStatus { status },
        };
        Err(Error::new(kind, Step::Secure, object))
    }
}

fn require_extended(lengths: Lengths) -> Result<(), Error> {
    match lengths {
        Lengths::Extended => Ok(()),
        Lengths::Short => {
            let object = Object::Key(KeyId::InputAssistSession);
            Err(Error::new(ErrorKind::Exchange(ExchangeError::ExtendedRefused), Step::Secure, object))
        }
    }
}

impl<T: Transport> Secured<'_, T> {
    /// Reads a file of the application: 2 exchanges, or none when it was read before. Content of a wrong form is refused
    /// here, since form is all that shows an alteration.
    ///
    /// # Errors
    /// [`ErrorKind::AccessDenied`] and [`ErrorKind::ObjectAbsent`]; [`ErrorKind::SecuredSessionOver`] after an earlier
    /// error, nothing was sent. After every other one, [`ErrorKind::SecureMessaging`] among them, the session is over.
    pub fn read<F: File>(&mut self) -> Result<Contents<F>, Error>
    where
        reference::InputAssist: Opens<F>,
    {
        self.require_channel(Step::Read, Object::File(F::ID))?;
        let outcome = self.file::<F>();
        if let Err(error) = &outcome
            && !matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::ObjectAbsent)
        {
            self.end();
        }
        outcome.map(Contents::new)
    }

    /// Presents a verification number, enciphered, under the lockout guard: 2 exchanges, the guard's question included.
    /// That it is the card's is all this tells: the PIN has opened every file already.
    ///
    /// # Errors
    /// As [`Selected::unlock`](crate::Selected::unlock). After [`ErrorKind::WrongPin`], [`ErrorKind::Blocked`] and where
    /// nothing was sent the session goes on; after every other error it is over.
    pub fn verify<R: SecuredReference>(&mut self, secret: &R::Secret) -> Result<(), Error> {
        self.present(R::PIN, secret.bytes(), LastTry::Keep)
    }

    /// As [`Secured::verify`], even when one try is left. **A wrong number then blocks it for good.**
    ///
    /// # Errors
    /// As [`Secured::verify`].
    pub fn verify_spending_the_last_try<R: SecuredReference>(
        &mut self,
        secret: &R::Secret,
    ) -> Result<(), Error> {
        self.present(R::PIN, secret.bytes(), LastTry::Spend)
    }

    /// Wipes the session key, logs out, and reports what goes wrong then.
    ///
    /// # Errors
    /// [`ErrorKind::LogOut`]: it is not certain that the card is locked again.
    pub fn close(self) -> Result<(), Error> {
        self.session.close()
    }

    /// One file, then the end.
    fn only<F: File>(mut self) -> Result<Contents<F>, Error>
    where
        reference::InputAssist: Opens<F>,
    {
        let contents = self.read::<F>()?;
        self.close()?;
        Ok(contents)
    }

    /// Ends the session: the key is wiped and the card locked, at once where that is possible and otherwise when this is
    /// dropped.
    fn end(&mut self) {
        self.channel = None;
        self.session.locked_files.clear();
        let _ = self.session.log_out();
    }

    fn require_channel(&mut self, step: Step, object: Object) -> Result<&mut Channel, Error> {
        self.channel.as_mut().ok_or_else(|| Error::new(ErrorKind::SecuredSessionOver, step, object))
    }

    fn file<F: File>(&mut self) -> Result<FileBytes, Error> {
        let session = &mut self.session;
        if let Some(bytes) =
            session.connection.free_files.find(F::ID).or_else(|| session.locked_files.find(F::ID))
        {
            return Ok(bytes);
        }
        let row = F::ID.row();
        let bytes = self.fetch(row)?;
        F::view(&bytes)
            .map_err(|cause| Error::new(ErrorKind::Content(cause), Step::Read, Object::File(row.id)))?;
        if row.read == Access::Free {
            self.session.connection.free_files.keep(row.id, &bytes);
        } else {
            self.session.locked_files.keep(row.id, &bytes);
        }
        Ok(bytes)
    }

    /// SELECT of the EF and READ BINARY from there: the forms that were measured under secure messaging.
    fn fetch(&mut self, row: &'static FileRow) -> Result<FileBytes, Error> {
        let mut reading = Reading::new(row);
        let (step, object) = (Step::Select, reading.object());
        let identifier = self.seal(step, object, &row.ef.0.to_be_bytes())?;
        let command = secured(Instruction::SELECT, [0x02, 0x0C], &identifier);
        let status = self.session.call(step, object, command, &mut [])?.status;
        match status.meaning() {
            Meaning::Success => {}
            Meaning::FileNotFound => return Err(Error::new(ErrorKind::ObjectAbsent, step, object)),
            _ => return Err(refused(status, step, object)),
        }
        while reading.wanted()?.is_some() {
            reading.count_piece()?;
            self.piece(&mut reading)?;
        }
        reading.finish()
    }

    /// One READ BINARY from where the file was read to, for everything up to its end.
    fn piece(&mut self, reading: &mut Reading) -> Result<(), Error> {
        let (step, object) = (Step::Read, reading.object());
        let number = self.take_number(step, object)?;
        // Limits of files are far below the offsets that P1 can hold.
        let offset = u16::try_from(reading.filled()).unwrap_or(u16::MAX).to_be_bytes();
        let command = secured(Instruction::READ_BINARY, offset, &[EXPECTED_LENGTH, 0x03, 0x00, 0x00, 0x00])
            .expecting_all();
        let mut buffer = vec![0; usize::from(reading.limit()) + ROOM_AROUND];
        let answer = self.session.call(step, object, command, &mut buffer)?;
        match answer.status {
            StatusWord::SUCCESS | StatusWord::END_OF_FILE => {}
            StatusWord::WRONG_OFFSET if reading.filled() > 0 => return reading.end(),
            StatusWord::SECURITY_NOT_SATISFIED => return Err(reading.error(ErrorKind::AccessDenied)),
            status => return Err(refused(status, step, object)),
        }
        let answered = buffer.get(..answer.length).unwrap_or_default();
        let clear = self.require_channel(step, object)?.open(number, answered);
        let clear = clear.map_err(|cause| reading.error(ErrorKind::SecureMessaging(cause)))?;
        match clear.as_slice() {
            [] if reading.filled() == 0 => Err(reading.error(ErrorKind::EmptyRead)),
            [] => reading.end(),
            bytes if !reading.append(bytes) => {
                Err(reading.error(ErrorKind::SecureMessaging(SecureMessagingError::TooLong)))
            }
            _ if answer.status == StatusWord::END_OF_FILE => reading.end(),
            _ => Ok(()),
        }
    }

    fn present(&mut self, pin: PinId, secret: &[u8], last_try: LastTry) -> Result<(), Error> {
        let (step, object) = (Step::Verify, Object::Pin(pin));
        self.require_channel(step, object)?;
        let tries = match self.session.permit_unlocked(pin, secret, last_try) {
            Ok(tries) => tries,
            Err(error) => {
                if self.session.is_lost() {
                    self.end();
                }
                return Err(error);
            }
        };
        let sealed = self.seal(step, object, secret)?;
        let reference = self.session.reference_to_present(pin.row());
        let command = secured(Instruction::VERIFY, [0x00, reference], &sealed);
        let status = match self.session.try_call(command, &mut []) {
            Ok(answer) => answer.status,
            Err(trouble) => {
                let error = self.session.verify_lost(pin, secret, tries, trouble);
                self.end();
                return Err(error);
            }
        };
        let outcome = if is_of_messaging(status) {
            self.session.doubt(pin, secret, tries);
            Err(refused(status, step, object))
        } else {
            self.session.judge_verify(pin, secret, tries, status)
        };
        if !matches!(status.meaning(), Meaning::Success | Meaning::TriesLeft(_) | Meaning::Blocked) {
            self.end();
        }
        outcome
    }

    fn take_number(&mut self, step: Step, object: Object) -> Result<u64, Error> {
        self.require_channel(step, object)?
            .take_number()
            .map_err(|cause| Error::new(ErrorKind::SecureMessaging(cause), step, object))
    }

    /// What the next command carries.
    fn seal(&mut self, step: Step, object: Object, clear: &[u8]) -> Result<Vec<u8>, Error> {
        let number = self.take_number(step, object)?;
        Ok(self.require_channel(step, object)?.seal(number, clear))
    }
}

/// What stands around the clear bytes of an answer: tag, length, padding indicator, and a block of padding.
const ROOM_AROUND: usize = 5 + BLOCK;

/// A command under secure messaging. It is secret whatever it carries, so that it is sent once and never again: a command
/// that is repeated has another number for the card.
const fn secured(instruction: Instruction, [p1, p2]: [u8; 2], object: &[u8]) -> Command<'_> {
    Command::new(Class::SECURE_MESSAGING, instruction, p1, p2).with_data(object).secret()
}

/// Whether a status word is of secure messaging, or leaves open whether the command was counted.
const fn is_of_messaging(status: StatusWord) -> bool {
    matches!(
        status,
        StatusWord::SECURE_MESSAGING_OBJECT_MISSING
            | StatusWord::SECURE_MESSAGING_OBJECT_WRONG
            | StatusWord::SECURE_MESSAGING_SESSION_GONE
    ) || matches!(status.meaning(), Meaning::ClassFunction(_) | Meaning::ClassNotSupported)
}

fn refused(status: StatusWord, step: Step, object: Object) -> Error {
    Error::new(ErrorKind::SecureMessaging(SecureMessagingError::Refused { status }), step, object)
}

impl<T: Transport> fmt::Debug for Secured<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secured").field("over", &self.channel.is_none()).finish_non_exhaustive()
    }
}
