//! Cards that lie: for tests of whatever talks to a card.
//!
//! A [`HostileCard`] is an honest [`VirtualCard`] behind a [`Lie`]: bytes in, bytes out, with the same [`Power`], so it
//! serves wherever a card does. [`CATALOGUE`] holds one card for each thing that a broken or hostile card may do; a lie of
//! one's own is a type of a few lines:
//!
//! ```
//! use mynumber_virtual_card::hostile::{Asked, HostileCard, Kind, Lie};
//! use mynumber_virtual_card::{Image, VirtualCard};
//!
//! /// Refuses to say how many tries are left.
//! struct Secretive;
//!
//! impl Lie for Secretive {
//!     fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
//!         match asked.kind() {
//!             Kind::AskTries => Some(vec![0x6F, 0x00]),
//!             _ => card.respond(asked.bytes()),
//!         }
//!     }
//! }
//! # let rng = <rand_chacha::ChaCha20Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
//!
//! let mut card = HostileCard::copy_of(&Image::empty(), Box::new(Secretive), rng)?;
//! assert_eq!(card.respond(&[0x00, 0x20, 0x00, 0x80]), Some(vec![0x6F, 0x00]));
//! # Ok::<(), mynumber_virtual_card::OpenError>(())
//! ```
//!
//! The lies are told the same way every time: no clock, no chance. What a client did to the card is in its [`Ledger`],
//! which the lie cannot touch.

mod asked;
mod catalogue;
mod contents;
mod lies;

use std::fmt;

use rand_core::CryptoRng;

pub use asked::{Asked, Kind};
pub use catalogue::{CATALOGUE, Duty, Row, find};
pub use lies::EveryStatus;

use crate::card::{Power, VirtualCard};
use crate::image::{Image, Reference};
use crate::state::OpenError;
use crate::storage::MemoryStorage;

/// A way to lie.
pub trait Lie: Send {
    /// What is answered, status word included; `None` when the card leaves the reader. `card` is the honest card behind the
    /// lie: pass the command on, pass on another one, alter the answer, or do not ask it at all.
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        card.respond(asked.bytes())
    }

    /// Changes what is written on the card, once, when the card is made.
    fn shape(&self, image: &mut Image) {
        let _ = image;
    }

    /// The answer to reset, of any length.
    fn atr(&self, card: &VirtualCard) -> Vec<u8> {
        card.atr().to_vec()
    }

    /// Power comes, goes, or the card is reset; the honest card hears of it afterwards.
    fn power(&mut self, power: Power) {
        let _ = power;
    }
}

/// What a client did to a card, by the card's own count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// Commands that came.
    pub commands: u64,
    /// Times that a PIN, password or verification number came, to be verified or changed.
    pub presented: u32,
    /// Tries that were spent on values that were wrong, or that this card made wrong.
    pub lost: u32,
}

/// A card that lies.
pub struct HostileCard {
    card: VirtualCard,
    lie: Box<dyn Lie>,
    lies_from: u64,
    ledger: Ledger,
}

impl HostileCard {
    /// A copy of a card, in memory, behind a lie. The card that `image` belongs to is not touched, whatever happens.
    ///
    /// # Errors
    /// None, unless the image is larger than a card can be.
    pub fn copy_of(
        image: &Image,
        lie: Box<dyn Lie>,
        rng: impl CryptoRng + Send + 'static,
    ) -> Result<Self, OpenError> {
        let mut image = image.duplicate();
        lie.shape(&mut image);
        let card = VirtualCard::new(image, MemoryStorage::default(), rng)?;
        Ok(Self { card, lie, lies_from: 0, ledger: Ledger::default() })
    }

    /// Tells the truth to every command before this one, counted from 0. What is written on the card is there at once.
    pub const fn lie_from(&mut self, command: u64) {
        self.lies_from = command;
    }

    /// From here on the card answers as the honest card behind it does. What is written on it stays.
    pub const fn stop_lying(&mut self) {
        self.lies_from = u64::MAX;
    }

    /// The reply to these command bytes; `None` when the card has no power or has left the reader.
    pub fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let before = self.tries();
        let asked = Asked::new(command);
        if matches!(asked.kind(), Kind::Verify | Kind::Change) {
            self.ledger.presented = self.ledger.presented.saturating_add(1);
        }
        let lies = self.ledger.commands >= self.lies_from;
        self.ledger.commands = self.ledger.commands.saturating_add(1);
        let reply = if lies { self.lie.respond(&asked, &mut self.card) } else { self.card.respond(command) };
        let lost: u32 =
            before.iter().zip(self.tries()).map(|(before, after)| before.saturating_sub(after)).sum();
        self.ledger.lost = self.ledger.lost.saturating_add(lost);
        reply
    }

    /// Power comes, goes, or the card is reset.
    pub fn power(&mut self, power: Power) {
        self.lie.power(power);
        self.card.power(power);
    }

    /// The answer to reset: bytes of any number, not always one that is an answer to reset.
    #[must_use]
    pub fn atr(&self) -> Vec<u8> {
        self.lie.atr(&self.card)
    }

    /// What the client did.
    #[must_use]
    pub const fn ledger(&self) -> Ledger {
        self.ledger
    }

    /// The honest card behind the lie.
    #[must_use]
    pub const fn card(&self) -> &VirtualCard {
        &self.card
    }

    fn tries(&self) -> Vec<u32> {
        self.card.image().references.values().map(Reference::left).map(u32::from).collect()
    }
}

impl fmt::Debug for HostileCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostileCard").field("ledger", &self.ledger).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "hostile_tests.rs"]
mod tests;
