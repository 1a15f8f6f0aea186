//! What a client asks, as far as a lie needs to know it.

use mynumber_apdu::{Command, Instruction};

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// SELECT of an application or a file.
    Select,
    /// READ BINARY.
    Read,
    /// READ RECORD or GET DATA: one answer holds all.
    ReadWhole,
    /// VERIFY without data: the question for the tries left.
    AskTries,
    /// VERIFY with data: a PIN is presented.
    Verify,
    /// A PIN is changed.
    Change,
    /// COMPUTE DIGITAL SIGNATURE or INTERNAL AUTHENTICATE.
    Sign,
    /// GET RESPONSE: the rest of an answer.
    More,
    /// Anything else, bytes that are no command included.
    Other,
}

/// A command on its way to the card.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    bytes: &'a [u8],
    command: Option<Command<'a>>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, command: Command::parse(bytes).ok() }
    }

    /// The command as it came.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The command taken apart; `None` when it is none.
    #[must_use]
    pub const fn command(&self) -> Option<&Command<'a>> {
        self.command.as_ref()
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        let Some(command) = self.command else { return Kind::Other };
        match command.instruction() {
            Instruction::SELECT => Kind::Select,
            Instruction::READ_BINARY => Kind::Read,
            Instruction::READ_RECORD | Instruction::GET_DATA => Kind::ReadWhole,
            Instruction::VERIFY if command.data().is_empty() => Kind::AskTries,
            Instruction::VERIFY => Kind::Verify,
            Instruction::CHANGE_REFERENCE_DATA | Instruction::CHANGE_KEY => Kind::Change,
            Instruction::COMPUTE_SIGNATURE | Instruction::INTERNAL_AUTHENTICATE => Kind::Sign,
            Instruction::GET_RESPONSE => Kind::More,
            _ => Kind::Other,
        }
    }

    /// The offset of a READ BINARY; 0 where it names the file by its short identifier (ISO 7816-4 §11.3.3).
    #[must_use]
    pub fn offset(&self) -> usize {
        match self.command {
            Some(command) if command.p1() & 0x80 != 0 => usize::from(command.p2()),
            Some(command) => usize::from(command.p1()) << 8 | usize::from(command.p2()),
            None => 0,
        }
    }

    /// The most data bytes that the command asks for.
    #[must_use]
    pub fn room(&self) -> usize {
        let expected = self.command.and_then(|command| command.expected());
        expected.and_then(|le| usize::try_from(le.get()).ok()).unwrap_or(0)
    }
}
