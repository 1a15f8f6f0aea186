//! The exchange rules as a machine without I/O: what to send next, until a command is answered.
//!
//! Covers GET RESPONSE after `61xx` (ISO 7816-4 §5.3.4), one re-issue after `6Cxx` (§5.6), command chaining (§5.3.3), and
//! extended lengths with one fallback to short ones. Whoever owns the card runs it:
//!
//! ```
//! use mynumber_apdu::exchange::{Exchange, Lengths, Progress};
//! use mynumber_apdu::{Class, Command, Instruction, StatusWord};
//!
//! let mut card = |command: &Command<'_>| match command.instruction() {
//!     Instruction::GET_RESPONSE => vec![0x30, 0x00, 0x90, 0x00],
//!     _ => vec![0x61, 0x02],
//! };
//! let read = Command::new(Class::ISO, Instruction::READ_BINARY, 0x8A, 0).expecting_short();
//! let mut data = [0u8; 256];
//! let mut exchange = Exchange::new(read, Lengths::Short, &mut data);
//! let outcome = loop {
//!     let reply = card(&exchange.command());
//!     if let Progress::Done(outcome) = exchange.receive(&reply)? {
//!         break outcome;
//!     }
//! };
//! assert_eq!((outcome.status(), outcome.length()), (StatusWord::SUCCESS, 2));
//! # Ok::<(), mynumber_apdu::exchange::Error>(())
//! ```
//!
//! Reading on where a short answer ended is not the exchange's business: a command in the short form brings 256 bytes
//! at most, and [`Outcome::length`] says how many came. Warnings (`62xx`, `63xx`) end an exchange like any other word,
//! with the data that came with them: [`Outcome::status`] is then not a success.
//!
//! Every loop over what the card says has a budget ([`MAX_ROUNDS`], [`MAX_EMPTY_ROUNDS`], the output buffer), so a
//! hostile card cannot hold the host. A secret command is sent once and never again.

use crate::command::{SHORT_DATA, SHORT_LE};
use crate::{
    Class, ClassKind, Command, Form, Instruction, Le, Meaning, Response, Secrecy, ShortResponse, StatusWord,
};

/// GET RESPONSE rounds allowed for one command: 65,536 bytes in pieces of 128, which is below what any reader carries.
pub const MAX_ROUNDS: u16 = 512;
/// GET RESPONSE rounds in a row that may bring no data: one is seen from readers that split badly, more is a loop.
pub const MAX_EMPTY_ROUNDS: u8 = 2;

/// Which length forms may be sent on this connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lengths {
    /// Extended forms may be sent; if refused, the exchange falls back once.
    Extended,
    /// Short forms only: long data is chained, long responses are asked for 256 bytes at a time.
    Short,
}

/// What happened on [`Exchange::receive`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Send [`Exchange::command`] next.
    Again,
    /// The command is answered.
    Done(Outcome),
}

/// The answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    status: StatusWord,
    length: usize,
    fell_back: bool,
}

impl Outcome {
    /// The final status word.
    #[must_use]
    pub const fn status(&self) -> StatusWord {
        self.status
    }

    /// The number of data bytes in the output buffer.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Whether the extended form was refused and the short one sent: worth remembering for the connection.
    #[must_use]
    pub const fn fell_back(&self) -> bool {
        self.fell_back
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Send the command; in the short form from this data offset on (chaining).
    Command { offset: usize },
    /// Send GET RESPONSE for this many bytes.
    GetResponse(Le),
    /// Nothing more to send.
    Finished,
}

/// One command on its way: see the [module documentation](self).
#[derive(Debug)]
pub struct Exchange<'c, 'o> {
    command: Command<'c>,
    out: &'o mut [u8],
    filled: usize,
    state: State,
    lengths: Lengths,
    exact: Option<Le>,
    rounds: u16,
    empty_rounds: u8,
    reissued: bool,
    fell_back: bool,
}

impl<'c, 'o> Exchange<'c, 'o> {
    /// Begins an exchange; response data is collected in `out`, whose size is the most that is accepted.
    #[must_use]
    pub const fn new(command: Command<'c>, lengths: Lengths, out: &'o mut [u8]) -> Self {
        Self {
            command,
            out,
            filled: 0,
            state: State::Command { offset: 0 },
            lengths,
            exact: None,
            rounds: 0,
            empty_rounds: 0,
            reissued: false,
            fell_back: false,
        }
    }

    /// The command to send now. After [`Progress::Done`] or an error there is none: do not send what this returns then.
    #[must_use]
    pub fn command(&self) -> Command<'c> {
        match self.state {
            State::Command { offset } => self.piece(offset).0,
            State::GetResponse(le) => {
                Command::new(response_class(self.command.class()), Instruction::GET_RESPONSE, 0, 0)
                    .expecting(le)
            }
            State::Finished => self.command,
        }
    }

    /// The transport could not carry the extended form of [`Exchange::command`] and sent nothing: fall back to short.
    ///
    /// # Errors
    /// [`Error::ExtendedRefused`] when it was not extended, or has already fallen back.
    pub fn extended_refused(&mut self) -> Result<(), Error> {
        if self.can_fall_back() {
            self.fall_back();
            return Ok(());
        }
        Err(Error::ExtendedRefused)
    }

    /// Takes the card's reply to [`Exchange::command`].
    ///
    /// # Errors
    /// [`Error`] when the reply breaks the rules or exceeds a budget. The exchange is then over: what the card did is
    /// unknown.
    pub fn receive(&mut self, reply: &[u8]) -> Result<Progress, Error> {
        let progress = self.advance(reply);
        if !matches!(progress, Ok(Progress::Again)) {
            self.state = State::Finished;
        }
        progress
    }

    fn advance(&mut self, reply: &[u8]) -> Result<Progress, Error> {
        if self.state == State::Finished {
            return Err(Error::Finished);
        }
        let sent = self.command();
        let response = Response::parse(reply)?;
        let allowed = sent.expected().map_or(0, Le::get);
        let received = response.data().len();
        if u32::try_from(received).map_or(true, |received| received > allowed) {
            return Err(Error::Oversized { received, allowed });
        }
        match (self.state, response.status().meaning()) {
            (State::Command { offset }, Meaning::Success) if self.piece(offset).1 => {
                self.state = State::Command { offset: offset.saturating_add(SHORT_DATA) };
                Ok(Progress::Again)
            }
            // An answer to half a command is not an answer.
            (State::Command { offset }, Meaning::MoreData(_)) if self.piece(offset).1 => {
                Err(Error::AnsweredTooEarly)
            }
            (_, Meaning::MoreData(count)) => {
                self.collect(response.data())?;
                self.next_round(received)?;
                self.state = State::GetResponse(Le::new(u32::from(count)).unwrap_or(Le::SHORT_MAX));
                Ok(Progress::Again)
            }
            (state, Meaning::WrongLe(exact)) if received == 0 && self.may_reissue(&sent) => {
                self.reissued = true;
                let exact = Le::new(u32::from(exact)).unwrap_or(Le::SHORT_MAX);
                match state {
                    State::GetResponse(_) => self.state = State::GetResponse(exact),
                    _ => self.exact = Some(exact),
                }
                Ok(Progress::Again)
            }
            (State::Command { .. }, Meaning::WrongLength) if received == 0 && self.can_fall_back() => {
                self.fall_back();
                Ok(Progress::Again)
            }
            _ => {
                self.collect(response.data())?;
                Ok(Progress::Done(Outcome {
                    status: response.status(),
                    length: self.filled,
                    fell_back: self.fell_back,
                }))
            }
        }
    }

    /// The response data collected so far.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.out.get(..self.filled).unwrap_or_default()
    }

    /// The piece of the command that begins at this data offset, and whether more follow it.
    fn piece(&self, offset: usize) -> (Command<'c>, bool) {
        let data = self.command.data();
        if self.lengths == Lengths::Extended || self.command.form() == Form::Short {
            let command = match self.exact {
                Some(exact) => self.command.expecting(exact),
                None => self.command,
            };
            return (command, false);
        }
        let rest = data.get(offset..).unwrap_or_default();
        let (piece, more) = match rest.split_at_checked(SHORT_DATA) {
            Some((piece, tail)) => (piece, !tail.is_empty()),
            None => (rest, false),
        };
        // The last piece keeps the class as the caller gave it: the command may itself be part of a longer chain.
        let class = if more { self.command.class().chained(true) } else { self.command.class() };
        let mut command =
            Command::new(class, self.command.instruction(), self.command.p1(), self.command.p2())
                .with_data(piece);
        if self.command.secrecy() == Secrecy::Secret {
            command = command.secret();
        }
        match self.exact.or(self.command.expected()) {
            Some(le) if !more => {
                let le = if le.get() > SHORT_LE { Le::SHORT_MAX } else { le };
                (command.expecting(le), more)
            }
            _ => (command, more),
        }
    }

    /// Falling back repeats the command, so never for a secret one; `6700` and a refusal mean it was not carried out.
    fn can_fall_back(&self) -> bool {
        self.lengths == Lengths::Extended
            && self.command.form() == Form::Extended
            && self.command.secrecy() == Secrecy::Open
            && matches!(self.state, State::Command { .. })
    }

    const fn fall_back(&mut self) {
        self.lengths = Lengths::Short;
        self.fell_back = true;
        self.state = State::Command { offset: 0 };
    }

    /// `6Cxx` ends a chain on the card: its last piece sent again would be taken for a whole command, so it is not.
    fn may_reissue(&self, sent: &Command<'_>) -> bool {
        let whole = !matches!(self.state, State::Command { offset: 1.. });
        whole && !self.reissued && sent.secrecy() == Secrecy::Open && sent.expected().is_some()
    }

    fn next_round(&mut self, received: usize) -> Result<(), Error> {
        // The first 61xx answers the command itself and usually brings nothing: only GET RESPONSE counts as a round.
        if matches!(self.state, State::GetResponse(_)) {
            self.rounds = self.rounds.saturating_add(1);
            self.empty_rounds = if received == 0 { self.empty_rounds.saturating_add(1) } else { 0 };
        }
        if self.rounds >= MAX_ROUNDS {
            return Err(Error::TooManyRounds { rounds: self.rounds });
        }
        if self.empty_rounds >= MAX_EMPTY_ROUNDS {
            return Err(Error::EmptyRounds { rounds: self.empty_rounds });
        }
        Ok(())
    }

    fn collect(&mut self, data: &[u8]) -> Result<(), Error> {
        let end = self.filled.saturating_add(data.len());
        let limit = self.out.len();
        let Some(room) = self.out.get_mut(self.filled..end) else {
            return Err(Error::TooMuchData { limit });
        };
        room.copy_from_slice(data);
        self.filled = end;
        Ok(())
    }
}

/// GET RESPONSE travels on the command's channel, with an interindustry class (ISO 7816-4 §5.4.1).
const fn response_class(class: Class) -> Class {
    match class.kind() {
        ClassKind::FurtherInterindustry => Class(class.0 & 0x4F),
        _ => Class(class.0 & 0x03),
    }
}

/// How a card broke the exchange rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A reply without a status word.
    #[error(transparent)]
    ShortResponse(#[from] ShortResponse),
    /// More data than asked for.
    #[error("the card sent {received} bytes where {allowed} were asked for")]
    Oversized {
        /// Data bytes received.
        received: usize,
        /// Data bytes asked for.
        allowed: u32,
    },
    /// More data in all than the output buffer takes.
    #[error("the card has more than {limit} bytes to say")]
    TooMuchData {
        /// The most bytes accepted.
        limit: usize,
    },
    /// `61xx` without end.
    #[error("the card still announces data after {rounds} GET RESPONSE rounds")]
    TooManyRounds {
        /// Rounds so far.
        rounds: u16,
    },
    /// `61xx` again and again without data.
    #[error("the card announced data {rounds} times in a row and sent none")]
    EmptyRounds {
        /// Empty rounds so far.
        rounds: u8,
    },
    /// `61xx` in answer to a piece of a chained command that is not the last.
    #[error("the card announced an answer before it had the whole command")]
    AnsweredTooEarly,
    /// The transport cannot carry extended lengths, and the command cannot do without.
    #[error("the reader refuses extended lengths and the command cannot be sent in a shorter form")]
    ExtendedRefused,
    /// A reply after the end.
    #[error("a reply came after the exchange was over")]
    Finished,
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
