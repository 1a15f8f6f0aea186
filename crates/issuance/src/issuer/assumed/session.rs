//! One session of the issuer with one card.

use std::collections::BTreeMap;

use mynumber_apdu::exchange::{Exchange, Lengths, Progress};
use mynumber_apdu::{Class, Command, Instruction, Le, Meaning, StatusWord};
use mynumber_applet::issuer::{ANSWER, CHALLENGE, CRYPTOGRAM, IssuerCommand, MAC};
use mynumber_applet::rows::card_manager;
use mynumber_applet::{Aid, ApplicationId, DataObjectId, PinId};
use mynumber_transport::{Disposition, Error as TransportError, Reply, Transport};
use rand_core::CryptoRng;

use super::channel::{Challenges, Channel};
use crate::issuer::IssuerMasterKey;
use crate::issuer::error::{IssuerError, IssuerErrorKind, Object, Trouble};
use crate::receipt::Serial;

mod acts;
mod public_key;

/// `P1` of SELECT: by name. `P2`: nothing is to be returned.
const BY_NAME: [u8; 2] = [0x04, 0x0C];
/// The most bytes that any command here is answered with: a total, a piece of a key, the code.
const LONGEST: usize = 2 + ANSWER + MAC;

/// Exclusive use of a card. Dropping it logs out and gives the card back, panics included.
pub(super) struct Session<'i, T: Transport> {
    transport: &'i mut T,
    reply: Reply,
    serial: Serial,
    /// `None` before the card has proved itself, and once the session is over.
    channel: Option<Channel>,
    /// Whether the card may hold a session that nobody has ended.
    logged_in: bool,
    open: bool,
    selected: Option<ApplicationId>,
    /// What the card told under its code.
    told: BTreeMap<PinId, u8>,
}

/// A final answer.
struct Answer {
    status: StatusWord,
    length: usize,
}

impl<'i, T: Transport> Session<'i, T> {
    /// Begins exclusive use, reads the serial number, proves each side to the other: 4 exchanges.
    pub(super) fn open(
        transport: &'i mut T,
        master: &IssuerMasterKey,
        rng: &mut (dyn CryptoRng + Send),
    ) -> Result<Self, IssuerError> {
        let place = |trouble| IssuerError::new(IssuerErrorKind::of_trouble(trouble, false), Object::Card);
        begin(transport).map_err(place)?;
        let serial = Serial::parse("000000000000000");
        let serial = serial.ok_or_else(|| IssuerError::new(IssuerErrorKind::Answer, Object::Card))?;
        let mut session = Self {
            transport,
            reply: Reply::new(),
            serial,
            channel: None,
            logged_in: false,
            open: true,
            selected: None,
            told: BTreeMap::new(),
        };
        session.select_card_manager()?;
        session.serial = session.read_serial()?;
        session.authenticate(master, rng)?;
        Ok(session)
    }

    /// SELECT of the card manager. `6F00`, which some cards answer to the first command after power-up, is met by one
    /// repetition; so is a reset by another program: nothing is open yet.
    fn select_card_manager(&mut self) -> Result<(), IssuerError> {
        let mut answer = self.exchange(select(card_manager::AID), &mut []);
        if let Err(Trouble::Transport(TransportError::CardReset | TransportError::CardUnpowered)) = answer {
            let again = self.transport.reconnect().map_err(Trouble::from);
            answer = again
                .and_then(|()| begin(self.transport))
                .and_then(|()| self.exchange(select(card_manager::AID), &mut []));
        }
        if answer.as_ref().is_ok_and(|answer| answer.status == StatusWord::UNSPECIFIED) {
            answer = self.exchange(select(card_manager::AID), &mut []);
        }
        self.judge(answer, Object::Card, false).map(|_| ())
    }

    fn read_serial(&mut self) -> Result<Serial, IssuerError> {
        let object = Object::DataObject(DataObjectId::CardIdentification);
        let [high, low] = DataObjectId::CardIdentification.row().tag.to_be_bytes();
        let command = Command::new(Class::ISO, Instruction::GET_DATA, high, low).expecting_short();
        let mut out = [0; 32];
        let answer = self.exchange(command, &mut out);
        let length = self.judge(answer, object, false)?;
        let text = out.get(..length).and_then(|digits| std::str::from_utf8(digits).ok());
        text.and_then(Serial::parse).ok_or_else(|| IssuerError::new(IssuerErrorKind::Answer, object))
    }

    fn authenticate(
        &mut self,
        master: &IssuerMasterKey,
        rng: &mut (dyn CryptoRng + Send),
    ) -> Result<(), IssuerError> {
        let error = |kind| IssuerError::new(kind, Object::Card);
        let challenge = Command::new(Class::ISO, Instruction::GET_CHALLENGE, 0x00, 0x00);
        let Some(length) = u32::try_from(CHALLENGE).ok().and_then(Le::new) else {
            return Err(error(IssuerErrorKind::Form));
        };
        let mut card = [0; CHALLENGE];
        let answer = self.exchange(challenge.expecting(length), &mut card);
        if self.judge(answer, Object::Card, false)? != CHALLENGE {
            return Err(error(IssuerErrorKind::Answer));
        }
        let mut host = [0; CHALLENGE];
        rng.fill_bytes(&mut host);
        let key = master.card_key(&self.serial);
        let challenges = Challenges::new(&card, &host);
        let data = [host, challenges.cryptogram(&key)].concat();
        let mut proof = [0; CRYPTOGRAM];
        let command = Command::new(Class::ISO, Instruction::EXTERNAL_AUTHENTICATE, 0x00, 0x00);
        // From here on the card may hold a session.
        self.logged_in = true;
        let answer = self.exchange(command.with_data(&data).expecting_short(), &mut proof);
        let answer = answer.map_err(|trouble| error(IssuerErrorKind::of_trouble(trouble, false)))?;
        match answer.status.meaning() {
            Meaning::Success => {}
            Meaning::VerificationFailed | Meaning::TriesLeft(_) => {
                return Err(error(IssuerErrorKind::AuthenticationFailed));
            }
            Meaning::InstructionNotSupported
            | Meaning::ClassNotSupported
            | Meaning::ClassFunction(_)
            | Meaning::AccessDenied => {
                return Err(error(IssuerErrorKind::Unsupported { status: answer.status }));
            }
            _ => return Err(error(IssuerErrorKind::Refused { status: answer.status })),
        }
        let proof = proof.get(..answer.length).unwrap_or_default();
        self.channel = Channel::new(&key, &challenges, proof);
        if self.channel.is_none() {
            return Err(error(IssuerErrorKind::CardNotAuthentic));
        }
        Ok(())
    }

    /// Carries one command to its end. Every command here is short.
    fn exchange(&mut self, command: Command<'_>, out: &mut [u8]) -> Result<Answer, Trouble> {
        let mut exchange = Exchange::new(command, Lengths::Short, out);
        let outcome = loop {
            if let Err(error) = self.transport.transmit(&exchange.command(), &mut self.reply) {
                break Err(Trouble::from(error));
            }
            match exchange.receive(self.reply.bytes()) {
                Ok(Progress::Again) => {}
                Ok(Progress::Done(outcome)) => {
                    break Ok(Answer { status: outcome.status(), length: outcome.length() });
                }
                Err(error) => break Err(Trouble::from(error)),
            }
        };
        self.reply.clear();
        outcome
    }

    /// The length of an answer of success; anything that leaves the session in doubt ends it.
    fn judge(
        &mut self,
        answer: Result<Answer, Trouble>,
        object: Object,
        changes: bool,
    ) -> Result<usize, IssuerError> {
        let kind = match answer {
            Ok(answer) if answer.status.is_success() => return Ok(answer.length),
            Ok(answer) => IssuerErrorKind::Refused { status: answer.status },
            Err(trouble) => {
                self.channel = None;
                IssuerErrorKind::of_trouble(trouble, changes)
            }
        };
        Err(IssuerError::new(kind, object))
    }

    /// Selects the application of an object, unless it is selected already.
    fn enter(&mut self, application: ApplicationId) -> Result<(), IssuerError> {
        let object = Object::Application(application);
        if self.channel.is_none() {
            return Err(IssuerError::new(IssuerErrorKind::SessionOver, object));
        }
        if self.selected == Some(application) {
            return Ok(());
        }
        let answer = self.exchange(select(application.row().aid), &mut []);
        self.judge(answer, object, false)?;
        self.selected = Some(application);
        Ok(())
    }

    /// One command under the session's keys, in the application that is selected; what its answer says.
    fn command(
        &mut self,
        id: IssuerCommand,
        [p1, p2]: [u8; 2],
        clear: &[u8],
        object: Object,
    ) -> Result<Vec<u8>, IssuerError> {
        let error = |kind| IssuerError::new(kind, object);
        let name = self.selected.map_or(card_manager::AID, |id| id.row().aid);
        let row = id.row();
        let channel = self.channel.as_mut().ok_or_else(|| error(IssuerErrorKind::SessionOver))?;
        let sealed = channel.seal(name.0, [row.class, row.instruction, p1, p2], clear);
        let sealed = sealed.ok_or_else(|| error(IssuerErrorKind::Form))?;
        let command = Command::new(Class(row.class), Instruction(row.instruction), p1, p2)
            .with_data(&sealed.data)
            .expecting_short()
            .secret();
        let mut out = [0; LONGEST];
        // What is staged is gone with the session: only these leave a doubt.
        let changes = matches!(
            id,
            IssuerCommand::ResetRetryCounter | IssuerCommand::BlockReference | IssuerCommand::Commit
        );
        let answer = self.exchange(command, &mut out);
        if let Ok(Answer { status, .. }) = answer {
            if ends_session(status) {
                self.channel = None;
            }
            if matches!(status.meaning(), Meaning::ExecutionErrorChanged(_)) {
                self.channel = None;
                return Err(error(IssuerErrorKind::StorageFailed { status }));
            }
        }
        let length = self.judge(answer, object, changes)?;
        let answer = out.get(..length).unwrap_or_default();
        let data =
            self.channel.as_ref().and_then(|channel| channel.open(&sealed, answer)).map(<[u8]>::to_vec);
        if data.is_none() {
            self.channel = None;
        }
        data.ok_or_else(|| error(IssuerErrorKind::AnswerNotAuthentic))
    }

    /// A command whose answer says nothing.
    fn silent(
        &mut self,
        id: IssuerCommand,
        parameters: [u8; 2],
        clear: &[u8],
        object: Object,
    ) -> Result<(), IssuerError> {
        if self.command(id, parameters, clear, object)?.is_empty() {
            return Ok(());
        }
        self.channel = None;
        Err(IssuerError::new(IssuerErrorKind::Answer, object))
    }

    /// Logs out, unless that was done, and gives the card back.
    fn finish(&mut self) -> Result<(), IssuerError> {
        if !std::mem::replace(&mut self.open, false) {
            return Ok(());
        }
        self.channel = None;
        let outcome = if self.logged_in { self.log_out() } else { self.give_back(Disposition::Leave) };
        outcome.map_err(|trouble| IssuerError::new(IssuerErrorKind::LogOut(trouble), Object::Card))
    }

    /// Selects the card manager, which ends the session on the card; where that fails, takes the power off.
    fn log_out(&mut self) -> Result<(), Trouble> {
        let trouble = match self.leave() {
            Ok(true) => return self.give_back(Disposition::Leave),
            Ok(false) => return self.give_back(Disposition::Unpower),
            Err(trouble) => trouble,
        };
        let again = self.transport.reconnect().map_err(Trouble::from).and_then(|()| begin(self.transport));
        if again.is_ok() && self.leave().is_ok_and(|left| left) {
            return self.give_back(Disposition::Leave);
        }
        let _ = self.give_back(Disposition::Unpower);
        Err(trouble)
    }

    fn leave(&mut self) -> Result<bool, Trouble> {
        Ok(self.exchange(select(card_manager::AID), &mut [])?.status.is_success())
    }

    fn give_back(&mut self, disposition: Disposition) -> Result<(), Trouble> {
        Ok(self.transport.end(disposition)?)
    }
}

impl<T: Transport> Drop for Session<'_, T> {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

/// The words by which the card says that there is no session, or none any more.
const fn ends_session(status: StatusWord) -> bool {
    matches!(
        status,
        StatusWord::SECURITY_NOT_SATISFIED
            | StatusWord::SECURE_MESSAGING_OBJECT_MISSING
            | StatusWord::SECURE_MESSAGING_OBJECT_WRONG
            | StatusWord::SECURE_MESSAGING_NOT_SUPPORTED
    )
}

const fn select(aid: Aid) -> Command<'static> {
    let [p1, p2] = BY_NAME;
    Command::new(Class::ISO, Instruction::SELECT, p1, p2).with_data(aid.0)
}

/// Begins exclusive use. A card that was reset or put back since the last session is connected anew, once.
fn begin<T: Transport>(transport: &mut T) -> Result<(), Trouble> {
    match transport.begin() {
        Err(
            TransportError::CardReset
            | TransportError::CardUnpowered
            | TransportError::CardUnresponsive
            | TransportError::CardRemoved
            | TransportError::NoCard
            | TransportError::ReaderGone
            | TransportError::NoService,
        ) => {
            transport.reconnect()?;
            Ok(transport.begin()?)
        }
        other => Ok(other?),
    }
}
