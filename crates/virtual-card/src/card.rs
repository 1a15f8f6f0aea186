//! The card as its user holds it.

use std::fmt;
use std::time::Duration;

use mynumber_applet::PinId;
use rand_core::CryptoRng;

use crate::engine::Engine;
use crate::image::{Image, Reference};
use crate::overlay::Overlay;
use crate::quirks::Quirks;
use crate::state::{OpenError, State, WriteError};
use crate::storage::{Storage, StorageError};

/// What happens to the card's power (ISO 7816-3 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Power {
    /// Power comes on: cold reset.
    On,
    /// Power goes off, or the card leaves the field.
    Off,
    /// Warm reset under power.
    Reset,
}

/// A virtual My Number Card: bytes in, bytes out.
///
/// It is powered when made; [`VirtualCard::power`] takes the power away and gives it back.
pub struct VirtualCard {
    engine: Engine,
    overlay: Overlay,
}

impl fmt::Debug for VirtualCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualCard").field("image", self.image()).finish_non_exhaustive()
    }
}

impl VirtualCard {
    /// Writes `image` into `storage`, in the place of whatever was there, and makes a card of it.
    ///
    /// `rng` serves GET CHALLENGE, PSS salts and the blinding of private-key operations.
    ///
    /// # Errors
    /// [`OpenError`] when the storage cannot be written.
    pub fn new(
        image: Image,
        storage: impl Storage + 'static,
        rng: impl CryptoRng + Send + 'static,
    ) -> Result<Self, OpenError> {
        let state = State::create(image, Box::new(storage))?;
        Ok(Self { engine: Engine::new(state, Box::new(rng)), overlay: Overlay::default() })
    }

    /// The card that was written into `storage` before.
    ///
    /// # Errors
    /// [`OpenError`] when there is none, or the file is damaged, cut off, or of an unknown version.
    pub fn open(
        storage: impl Storage + 'static,
        rng: impl CryptoRng + Send + 'static,
    ) -> Result<Self, OpenError> {
        let state = State::open(Box::new(storage))?;
        Ok(Self { engine: Engine::new(state, Box::new(rng)), overlay: Overlay::default() })
    }

    /// The same card with these peculiarities of behaviour; those of content are for [`Quirks::shape`].
    ///
    /// `sleep` is called where the card is to be slow: this crate has no clock.
    #[must_use]
    pub fn with_quirks(mut self, quirks: Quirks, sleep: impl FnMut(Duration) + Send + 'static) -> Self {
        self.overlay = Overlay::new(quirks, Box::new(sleep));
        self
    }

    /// Puts a card back that left the reader by [`Quirks::removed_after`]; it has power again.
    pub fn insert(&mut self) {
        self.overlay.insert();
        self.power(Power::On);
    }

    /// The reply to these command bytes, status word included; `None` when the card has no power or has left the
    /// reader.
    ///
    /// What a reply tells is durable: a try that was lost, a PIN that was changed.
    pub fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.overlay.respond(&mut self.engine, command)
    }

    /// Power comes, goes, or the card is reset.
    pub fn power(&mut self, power: Power) {
        self.overlay.power(&mut self.engine, power);
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.image().atr
    }

    /// What is on the chip at present.
    #[must_use]
    pub const fn image(&self) -> &Image {
        self.engine.state().image()
    }

    /// The tries left of a reference; `None` when the card has no such reference.
    #[must_use]
    pub fn tries_left(&self, pin: PinId) -> Option<u8> {
        self.image().references.get(&pin).map(Reference::left)
    }

    /// Changes what is on the chip, durably and at once: what the issuer does at the window with commands that nobody
    /// published. Selections and verified states end.
    ///
    /// # Errors
    /// [`WriteError`]; the chip then holds what it held before.
    pub fn rewrite(&mut self, change: impl FnOnce(&mut Image)) -> Result<(), WriteError> {
        let mut image = self.image().duplicate();
        change(&mut image);
        let outcome = self.engine.state_mut().rewrite(image);
        self.settle(outcome)
    }

    /// Sets a reference anew, durably, with all its tries: what the window's 初期化・再設定 does. Its form is not
    /// checked. Selections and verified states end.
    ///
    /// # Errors
    /// [`WriteError`]; the reference is then as it was before.
    pub fn reset_reference(&mut self, pin: PinId, value: &[u8]) -> Result<(), WriteError> {
        let outcome = self.engine.state_mut().set_value(pin, value);
        self.settle(outcome)
    }

    /// The chip notices tampering: keys, references and contents are erased for good.
    ///
    /// # Errors
    /// [`WriteError`] when the storage fails; nothing is erased then.
    pub fn tamper(&mut self) -> Result<(), WriteError> {
        let outcome = self.engine.state_mut().erase();
        self.settle(outcome)
    }

    /// What was begun by other means than a command ends every session, and the power where that failed.
    fn settle(&mut self, outcome: Result<(), WriteError>) -> Result<(), WriteError> {
        match outcome {
            Err(WriteError::Storage(StorageError::PowerLost)) => self.engine.power_off(),
            _ => self.engine.forget(),
        }
        outcome
    }

    /// Whether any reference is verified now, so that what lies behind it can be used by whoever comes next.
    #[must_use]
    pub fn is_unlocked(&self) -> bool {
        self.engine.is_unlocked()
    }

    /// Whether the chip has erased itself.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.engine.state().is_erased()
    }
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
