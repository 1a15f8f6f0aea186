//! The issuer's commands: ours, since nobody published those of real cards (CARD.md §13).

mod channel;
mod commands;
mod staged;

use mynumber_apdu::{Class, Command, StatusWord};
use mynumber_applet::issuer::{CHALLENGE, CLASS, CRYPTOGRAM};
use mynumber_applet::rows;

use super::{Answer, Engine, room};
use channel::Channel;
use staged::Staged;

/// A session with the issuer: the keys, and what the next commit does.
pub(super) struct Issuer {
    channel: Channel,
    staged: Staged,
}

impl Engine {
    /// GET CHALLENGE of the length that EXTERNAL AUTHENTICATE takes: valid for the next command only.
    pub(super) fn keep_challenge(&mut self, bytes: &[u8]) {
        self.session.challenge = bytes.try_into().ok();
    }

    /// EXTERNAL AUTHENTICATE: the host's challenge and cryptogram in, the card's cryptogram out. A wrong one changes nothing,
    /// a session that is open included.
    pub(super) fn external_authenticate(&mut self, command: &Command<'_>) -> Answer {
        let Some(key) = &self.state.image().issuer_key else {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into());
        };
        if command.p1p2() != 0 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        let parts = command.data().split_first_chunk::<CHALLENGE>();
        let Some((host, Ok(cryptogram))) =
            parts.map(|(host, rest)| (host, <&[u8; CRYPTOGRAM]>::try_from(rest)))
        else {
            return Err(StatusWord::WRONG_LENGTH.into());
        };
        if room(command)? < CRYPTOGRAM {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let card = self.session.answered_challenge.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        let (answer, channel) = channel::authenticate(key.bytes(), &card, host, cryptogram)
            .ok_or(StatusWord::VERIFICATION_FAILED)?;
        self.session.issuer = Some(Box::new(Issuer { channel, staged: Staged::default() }));
        Ok(answer.to_vec())
    }

    /// Whether this is a command under the session's keys. A card without an issuer key knows no such class.
    pub(super) fn is_of_issuer(&self, class: Class) -> bool {
        class.0 == CLASS && self.state.image().issuer_key.is_some()
    }

    /// A command under the session's keys. A wrong code ends the session; what the command says is refused or done, and
    /// counted either way.
    pub(super) fn of_issuer(&mut self, command: &Command<'_>) -> Answer {
        let mut issuer = self.session.issuer.take().ok_or(StatusWord::SECURITY_NOT_SATISFIED)?;
        // Known before anything is done that could not be told.
        let roomy = room(command).is_ok_and(|room| room >= channel::LONGEST_ANSWER);
        let name = match self.session.application {
            Some(id) => id.row().aid,
            None => rows::card_manager::AID,
        };
        // A wrong code: the session stays taken.
        let clear = issuer.channel.open(name.0, command)?;
        let outcome = if roomy {
            self.carry_out(&mut issuer.staged, command, &clear)
        } else {
            Err(StatusWord::WRONG_LENGTH.into())
        };
        let answer = outcome.and_then(|data| Ok(issuer.channel.answer(data)?));
        self.session.issuer = Some(issuer);
        answer
    }
}
