//! The virtual card at the card's end of a transport. Neither room names the other; this is the glue.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mynumber_transport::{CardSide, PowerEvent};
use mynumber_virtual_card::{Power, VirtualCard};

/// A virtual card in a slot: a [`CardSide`] for [`InProcess`](crate::transport::InProcess) and for the real PC/SC service
/// through [`vpcd`](crate::transport::vpcd).
///
/// Clones are handles to the same card, to look at it or to work on it (tamper response, resets at the window) while it
/// is plugged in. With the feature `hostile`, [`HostileSlot`](crate::HostileSlot) is the slot of a card that lies.
pub struct Slot<C = VirtualCard>(Arc<Mutex<C>>);

impl<C> Slot<C> {
    /// Puts the card into a slot.
    #[must_use]
    pub fn new(card: C) -> Self {
        Self(Arc::new(Mutex::new(card)))
    }

    /// The card; commands wait while the guard lives.
    pub fn card(&self) -> MutexGuard<'_, C> {
        // The card writes its state before it answers, so one that panicked is in a state that it could be read in.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Clone for Slot<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for Slot<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

impl<C: InSlot> CardSide for Slot<C> {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.card().respond(command)
    }

    fn power(&mut self, event: PowerEvent) {
        self.card().power(match event {
            PowerEvent::On => Power::On,
            PowerEvent::Off => Power::Off,
            PowerEvent::Reset => Power::Reset,
        });
    }

    fn atr(&self) -> Vec<u8> {
        self.card().atr()
    }
}

/// What can be in a slot. Nobody outside names it: the cards are the virtual card's.
pub trait InSlot {
    /// As [`VirtualCard::respond`].
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>>;
    /// As [`VirtualCard::power`].
    fn power(&mut self, power: Power);
    /// As [`VirtualCard::atr`].
    fn atr(&self) -> Vec<u8>;
}

impl InSlot for VirtualCard {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        Self::respond(self, command)
    }

    fn power(&mut self, power: Power) {
        Self::power(self, power);
    }

    fn atr(&self) -> Vec<u8> {
        Self::atr(self).to_vec()
    }
}

#[cfg(feature = "hostile")]
impl InSlot for mynumber_virtual_card::hostile::HostileCard {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        Self::respond(self, command)
    }

    fn power(&mut self, power: Power) {
        Self::power(self, power);
    }

    fn atr(&self) -> Vec<u8> {
        Self::atr(self)
    }
}
