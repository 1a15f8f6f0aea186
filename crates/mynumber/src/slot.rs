//! The virtual card at the card's end of a transport. Neither room names the other; this is the glue.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mynumber_transport::{CardSide, PowerEvent};
use mynumber_virtual_card::{Power, VirtualCard};

/// A virtual card in a slot: a [`CardSide`] for [`InProcess`](crate::transport::InProcess) and for the real PC/SC service
/// through [`vpcd`](crate::transport::vpcd).
///
/// Clones are handles to the same card, to look at it or to work on it (tamper response, resets at the window) while it
/// is plugged in.
#[derive(Clone)]
pub struct Slot(Arc<Mutex<VirtualCard>>);

impl Slot {
    /// Puts the card into a slot.
    #[must_use]
    pub fn new(card: VirtualCard) -> Self {
        Self(Arc::new(Mutex::new(card)))
    }

    /// The card; commands wait while the guard lives.
    pub fn card(&self) -> MutexGuard<'_, VirtualCard> {
        // The card writes its state before it answers, so one that panicked is in a state that it could be read in.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

impl CardSide for Slot {
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
        self.card().atr().to_vec()
    }
}
