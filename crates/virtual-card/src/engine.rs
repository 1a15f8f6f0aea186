//! The card's own behaviour: which command is answered by what.

mod change;
mod data;
mod issuer;
mod read;
mod secure;
mod select;
mod session;
mod sign;
mod verify;

use mynumber_apdu::{
    Class, ClassKind, Command, Form, Instruction, ParseErrorKind, SecureMessaging, StatusWord,
};
use mynumber_applet::{ApplicationId, TokenKind};
use rand_core::CryptoRng;

use crate::state::{State, WriteError};
use crate::storage::StorageError;
use session::Session;

/// What a command yields: response data to go before `9000`, or the reason why not.
type Answer = Result<Vec<u8>, Refusal>;

/// Why a command yields no data.
enum Refusal {
    /// This status word is answered.
    Status(StatusWord),
    /// The power failed: nothing is answered any more.
    Mute,
}

impl From<StatusWord> for Refusal {
    fn from(word: StatusWord) -> Self {
        Self::Status(word)
    }
}

impl From<WriteError> for Refusal {
    /// What could not be made durable did not happen, and the card says so.
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Storage(StorageError::PowerLost) => Self::Mute,
            _ => Self::Status(StatusWord::MEMORY_FAILURE),
        }
    }
}

/// The chip: state, session, and a source of random numbers.
pub(crate) struct Engine {
    state: State,
    session: Session,
    rng: Box<dyn CryptoRng + Send>,
    powered: bool,
}

type Handler = fn(&mut Engine, &Command<'_>) -> Answer;

/// The commands, by class (channel, chaining and secure-messaging bits aside) and instruction.
const COMMANDS: &[(Class, Instruction, Handler)] = &[
    (Class::ISO, Instruction::SELECT, Engine::select),
    (Class::ISO, Instruction::READ_BINARY, Engine::read_binary),
    (Class::ISO, Instruction::READ_RECORD, Engine::read_record),
    (Class::ISO, Instruction::VERIFY, Engine::verify),
    (Class::ISO, Instruction::CHANGE_REFERENCE_DATA, Engine::change_reference_data),
    (Class::ISO, Instruction::GET_CHALLENGE, Engine::challenge),
    (Class::ISO, Instruction::INTERNAL_AUTHENTICATE, Engine::internal_authenticate),
    (Class::ISO, Instruction::EXTERNAL_AUTHENTICATE, Engine::external_authenticate),
    (Class::ISO, Instruction::GET_DATA, Engine::data_object),
    (Class::PROPRIETARY, Instruction::CHANGE_KEY, Engine::change_key),
    (Class::PROPRIETARY, Instruction::COMPUTE_SIGNATURE, Engine::compute_signature),
    (Class::PROPRIETARY, Instruction::SET_SESSION_KEY, Engine::set_session_key),
    (Class::PROPRIETARY, Instruction::TERMINAL_CERTIFICATE, Engine::terminal_certificate),
    (Class::PROPRIETARY, Instruction::LAST_COMMAND, Engine::last_command),
    // LOCK DF, UNLOCK DF, UNLOCK KEY, MANAGE ATTRIBUTES: JICSAP, with the issuer's keys only (CARD.md §1.4).
    (Class::PROPRIETARY, Instruction(0x50), Engine::issuer_command),
    (Class::PROPRIETARY, Instruction(0x52), Engine::issuer_command),
    (Class::PROPRIETARY, Instruction(0x54), Engine::issuer_command),
    (Class::PROPRIETARY, Instruction(0x8A), Engine::issuer_command),
];

impl Engine {
    pub(crate) fn new(state: State, rng: Box<dyn CryptoRng + Send>) -> Self {
        Self { state, session: Session::default(), rng, powered: true }
    }

    /// The reply to these bytes; `None` when there is no power.
    pub(crate) fn respond(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        if !self.powered {
            return None;
        }
        let (mut reply, word) = match self.dispatch(bytes) {
            Ok(data) => (data, StatusWord::SUCCESS),
            Err(Refusal::Status(word)) => (Vec::new(), word),
            Err(Refusal::Mute) => {
                self.power_off();
                return None;
            }
        };
        reply.extend(word.0.to_be_bytes());
        Some(reply)
    }

    pub(crate) fn power_on(&mut self) {
        self.session = Session::default();
        self.powered = true;
    }

    pub(crate) fn power_off(&mut self) {
        self.session = Session::default();
        self.powered = false;
    }

    /// A warm reset: measured to leave verified states as they are, so the application stays selected too
    /// (CARD.md §3.2). The issuer's session ends: it is ours, and no better than it must be. Without power it is a cold one.
    pub(crate) fn reset(&mut self) {
        if self.powered {
            self.session.end_issuer();
        } else {
            self.power_on();
        }
    }

    pub(crate) const fn is_powered(&self) -> bool {
        self.powered
    }

    pub(crate) fn is_unlocked(&self) -> bool {
        self.session.is_unlocked()
    }

    pub(crate) const fn state(&self) -> &State {
        &self.state
    }

    /// Image and counters, for what the issuer does by means of its own.
    pub(crate) const fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Forgets every selection and verified state.
    pub(crate) fn forget(&mut self) {
        self.session = Session::default();
    }

    /// Forgets the verified states, the selections stay.
    pub(crate) fn log_out(&mut self) {
        self.session.log_out();
    }

    fn dispatch(&mut self, bytes: &[u8]) -> Answer {
        self.session.next_command();
        let command = Command::parse(bytes).map_err(|error| match error.kind() {
            ParseErrorKind::InvalidClass => StatusWord::CLASS_NOT_SUPPORTED,
            ParseErrorKind::InvalidInstruction => StatusWord::INSTRUCTION_NOT_SUPPORTED,
            _ => StatusWord::WRONG_LENGTH,
        })?;
        if self.is_secured(command.class()) {
            return self.secured(&command);
        }
        if self.is_of_issuer(command.class()) {
            return self.of_issuer(&command);
        }
        let class = plain_class(command.class())?;
        let handler = COMMANDS
            .iter()
            .find(|(of, instruction, _)| *of == class && *instruction == command.instruction())
            .map(|(_, _, handler)| handler)
            .ok_or(StatusWord::INSTRUCTION_NOT_SUPPORTED)?;
        if self.state.is_erased() && command.instruction() != Instruction::SELECT {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        handler(self, &command)
    }

    /// Whether a command of this class is under secure messaging, which one application knows (CARD.md §4.3).
    fn is_secured(&self, class: Class) -> bool {
        self.session.application == Some(ApplicationId::InputAssist) && matches!(class.0, 0x08 | 0x0C)
    }

    /// The application that is selected, for commands that exist in applications only.
    fn application(&self) -> Result<ApplicationId, Refusal> {
        self.session.application.ok_or_else(|| StatusWord::INSTRUCTION_NOT_SUPPORTED.into())
    }

    /// `80 FC`: known to the iPhone token only (CARD.md §7.1).
    fn last_command(&mut self, _: &Command<'_>) -> Answer {
        match self.state.image().token {
            TokenKind::Iphone => Ok(Vec::new()),
            _ => Err(StatusWord::WRONG_LENGTH.into()),
        }
    }

    fn issuer_command(&mut self, _: &Command<'_>) -> Answer {
        Err(StatusWord::SECURITY_NOT_SATISFIED.into())
    }
}

/// The class without its flags, of which none is known here: one channel, no chaining, and no secure messaging but in the
/// input-assist application.
fn plain_class(class: Class) -> Result<Class, StatusWord> {
    let plain = match class.0 {
        0x00..=0x1F => Class::ISO,
        0x80..=0x9F => Class::PROPRIETARY,
        _ if class.kind() == ClassKind::FurtherInterindustry => {
            return Err(StatusWord::CHANNEL_NOT_SUPPORTED);
        }
        _ => return Err(StatusWord::CLASS_NOT_SUPPORTED),
    };
    if class.channel() != 0 {
        return Err(StatusWord::CHANNEL_NOT_SUPPORTED);
    }
    if class.secure_messaging() != SecureMessaging::None {
        return Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED);
    }
    if class.is_chained() {
        return Err(StatusWord::CHAINING_NOT_SUPPORTED);
    }
    Ok(plain)
}

/// The most response bytes that the command asks for; a command that yields data must ask for some.
fn room(command: &Command<'_>) -> Result<usize, StatusWord> {
    command.expected().and_then(|le| usize::try_from(le.get()).ok()).ok_or(StatusWord::WRONG_LENGTH)
}

/// Response data that must fit whole: GET DATA was measured to answer `6700` where they do not (CARD.md §1.3).
fn whole(command: &Command<'_>, data: Vec<u8>) -> Answer {
    if data.len() > room(command)? { Err(StatusWord::WRONG_LENGTH.into()) } else { Ok(data) }
}

/// Refuses a data field where there is none.
fn no_data(command: &Command<'_>) -> Result<(), StatusWord> {
    if command.data().is_empty() { Ok(()) } else { Err(StatusWord::WRONG_LENGTH) }
}

fn is_extended(command: &Command<'_>) -> bool {
    command.form() == Form::Extended
}
