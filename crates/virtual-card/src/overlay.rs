//! The peculiarities of behaviour, wrapped around the engine: the engine knows nothing of them.

use std::time::Duration;

use mynumber_apdu::{Command, Form, Instruction, Le, SecureMessaging, StatusWord};

use crate::card::Power;
use crate::engine::Engine;
use crate::quirks::Quirks;

/// What stands between the reader and the engine.
#[derive(Default)]
pub(crate) struct Overlay {
    quirks: Quirks,
    sleep: Option<Box<dyn FnMut(Duration) + Send>>,
    /// Response data that waits for GET RESPONSE.
    pending: Vec<u8>,
    /// Whether no command came since power came on.
    fresh: bool,
    answered: u32,
    removed: bool,
}

impl Overlay {
    pub(crate) fn new(quirks: Quirks, sleep: Box<dyn FnMut(Duration) + Send>) -> Self {
        Self { quirks, sleep: Some(sleep), fresh: true, ..Self::default() }
    }

    pub(crate) fn insert(&mut self) {
        self.removed = false;
        self.answered = 0;
    }

    pub(crate) fn power(&mut self, engine: &mut Engine, power: Power) {
        self.pending.clear();
        match power {
            Power::Off => engine.power_off(),
            _ if self.removed => {}
            Power::On => {
                self.fresh = true;
                engine.power_on();
            }
            Power::Reset if self.quirks.reset_logs_out => engine.power_on(),
            Power::Reset => engine.reset(),
        }
    }

    pub(crate) fn respond(&mut self, engine: &mut Engine, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.removed || !engine.is_powered() {
            return None;
        }
        if self.quirks.removed_after.is_some_and(|count| self.answered >= count) {
            self.removed = true;
            engine.power_off();
            return None;
        }
        self.answered = self.answered.saturating_add(1);
        if !self.quirks.delay.is_zero()
            && let Some(sleep) = &mut self.sleep
        {
            sleep(self.quirks.delay);
        }
        if std::mem::take(&mut self.fresh) && self.quirks.first_command_fails {
            return Some(word(StatusWord::UNSPECIFIED));
        }
        match Command::parse(bytes) {
            Ok(command) => self.command(engine, &command, bytes),
            // The engine tells what is wrong with it.
            Err(_) => engine.respond(bytes),
        }
    }

    fn command(&mut self, engine: &mut Engine, command: &Command<'_>, bytes: &[u8]) -> Option<Vec<u8>> {
        let instruction = command.instruction();
        if self.quirks.no_extended && command.form() == Form::Extended {
            return Some(word(StatusWord::WRONG_LENGTH));
        }
        if self.quirks.chain_above.is_some() && instruction == Instruction::GET_RESPONSE {
            return Some(self.more(command));
        }
        self.pending.clear();
        let verified = self.quirks.verified_query_succeeds
            && instruction == Instruction::VERIFY
            && command.data().is_empty()
            && engine.is_verified_at(command.p2());
        let mut reply = match self.with_room(command) {
            Some(longer) => engine.respond(&longer)?,
            None => engine.respond(bytes)?,
        };
        let (data, status) = reply.split_last_chunk::<2>()?;
        let status = StatusWord(u16::from_be_bytes(*status));
        if verified && status.sw1() == 0x63 {
            return Some(word(StatusWord::SUCCESS));
        }
        if self.quirks.blocked_is_6983 && status == StatusWord::REFERENCE_NOT_USABLE {
            return Some(word(StatusWord::AUTHENTICATION_BLOCKED));
        }
        if self.quirks.reselect_logs_out && is_select_by_name(command) && status.is_success() {
            engine.log_out();
        }
        if self.quirks.exact_le && is_inexact(command, data.len()) && status.is_success() {
            // 256 is coded as zero: the higher byte falls away.
            let [.., exact] = data.len().to_be_bytes();
            return Some(word(StatusWord(u16::from_be_bytes([0x6C, exact]))));
        }
        if status.is_success() && self.quirks.chain_above.is_some_and(|most| data.len() > usize::from(most)) {
            reply.truncate(reply.len() - 2);
            self.pending = reply;
            return Some(self.waiting());
        }
        Some(reply)
    }

    /// Where responses come by GET RESPONSE, a command with data needs no `Le`, as with protocol T=0
    /// (ISO 7816-3 §12.2.1).
    fn with_room(&self, command: &Command<'_>) -> Option<Vec<u8>> {
        let yields = matches!(
            command.instruction(),
            Instruction::COMPUTE_SIGNATURE | Instruction::INTERNAL_AUTHENTICATE
        );
        if self.quirks.chain_above.is_none() || command.expected().is_some() || !yields {
            return None;
        }
        let longer = command.expecting(Le::SHORT_MAX);
        let mut bytes = vec![0; longer.encoded_len()];
        longer.encode(&mut bytes).ok()?;
        Some(bytes)
    }

    /// GET RESPONSE (ISO 7816-4 §11.7.1); `6985` when nothing waits is assumed.
    fn more(&mut self, command: &Command<'_>) -> Vec<u8> {
        let room = command.expected().and_then(|le| usize::try_from(le.get()).ok());
        let Some(room) = room.filter(|_| command.data().is_empty()) else {
            return word(StatusWord::WRONG_LENGTH);
        };
        if self.pending.is_empty() {
            return word(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let rest = self.pending.split_off(room.min(self.pending.len()));
        let mut reply = std::mem::replace(&mut self.pending, rest);
        reply.extend(if self.pending.is_empty() { word(StatusWord::SUCCESS) } else { self.waiting() });
        reply
    }

    /// `61xx` with the number of bytes that wait, `00` for 256 and more.
    fn waiting(&self) -> Vec<u8> {
        let count = u8::try_from(self.pending.len()).unwrap_or(0);
        word(StatusWord(u16::from_be_bytes([0x61, count])))
    }
}

fn word(word: StatusWord) -> Vec<u8> {
    word.0.to_be_bytes().to_vec()
}

fn is_select_by_name(command: &Command<'_>) -> bool {
    command.instruction() == Instruction::SELECT && command.p1() == 0x04
}

/// Whether a reading command asks for more than comes. Only commands that may be carried out twice are meant, which
/// leaves those under secure messaging out: they are counted.
fn is_inexact(command: &Command<'_>, came: usize) -> bool {
    let reads = matches!(
        command.instruction(),
        Instruction::READ_BINARY | Instruction::READ_RECORD | Instruction::GET_DATA
    );
    let asked = command.expected().and_then(|le| usize::try_from(le.get()).ok());
    let counted = command.class().secure_messaging() != SecureMessaging::None;
    reads && !counted && (1..=256).contains(&came) && asked.is_some_and(|asked| asked != came)
}
