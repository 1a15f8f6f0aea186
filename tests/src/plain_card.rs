//! A card that is no card in particular, for the tests of the transport.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mynumber_transport::{CardSide, PowerEvent};

/// What a [`PlainCard`] has seen, to be looked at from outside while it is served.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    commands: Vec<Vec<u8>>,
    power: Vec<PowerEvent>,
    verified: bool,
}

impl Seen {
    /// The commands, in order.
    #[must_use]
    pub fn commands(&self) -> Vec<Vec<u8>> {
        self.state().commands.clone()
    }

    /// What the power did, in order.
    #[must_use]
    pub fn power(&self) -> Vec<PowerEvent> {
        self.state().power.clone()
    }

    /// Whether the verified state stands.
    #[must_use]
    pub fn verified(&self) -> bool {
        self.state().verified
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers by instruction:
/// `B0` as many bytes as P1 P2 says; `20` sets the verified state, which ends when the power goes off and outlives a
/// warm reset; `2A` 9000 when verified, 6982 otherwise; `01` after P1 times 10 ms; `02` nothing, the card leaves;
/// anything else 9000.
#[derive(Debug, Default)]
pub struct PlainCard(Seen);

impl PlainCard {
    /// A card, and the view of what it sees.
    #[must_use]
    pub fn new() -> (Self, Seen) {
        let card = Self::default();
        let seen = card.0.clone();
        (card, seen)
    }
}

impl CardSide for PlainCard {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.0.state().commands.push(command.to_vec());
        let (instruction, p1, p2) = match command {
            [_, instruction, p1, p2, ..] => (*instruction, *p1, *p2),
            _ => return Some(vec![0x67, 0x00]),
        };
        let mut reply = Vec::new();
        match instruction {
            0xB0 => reply.resize(usize::from(u16::from_be_bytes([p1, p2])), 0xAB),
            0x20 => self.0.state().verified = true,
            0x2A if !self.0.verified() => return Some(vec![0x69, 0x82]),
            0x01 => std::thread::sleep(Duration::from_millis(10).saturating_mul(p1.into())),
            0x02 => return None,
            _ => {}
        }
        reply.extend([0x90, 0x00]);
        Some(reply)
    }

    fn power(&mut self, event: PowerEvent) {
        let mut state = self.0.state();
        state.power.push(event);
        if event == PowerEvent::Off {
            state.verified = false;
        }
    }

    fn atr(&self) -> Vec<u8> {
        // T=1, no historical bytes (ISO 7816-3 §8.2).
        vec![0x3B, 0x80, 0x80, 0x01, 0x01]
    }
}
