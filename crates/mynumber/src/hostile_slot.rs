//! A card that lies, at the end of a transport.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mynumber_transport::{CardSide, PowerEvent};
use mynumber_virtual_card::Power;
use mynumber_virtual_card::hostile::HostileCard;

/// As [`Slot`](crate::Slot), for a [`HostileCard`]: for [`InProcess`](mynumber_transport::InProcess) and for
/// [`vpcd`](mynumber_transport::vpcd).
///
/// Clones are the same slot: one can be plugged into a reader while the other looks at the card's ledger.
#[derive(Clone)]
pub struct HostileSlot(Arc<Mutex<HostileCard>>);

impl HostileSlot {
    /// Puts the card into a slot.
    #[must_use]
    pub fn new(card: HostileCard) -> Self {
        Self(Arc::new(Mutex::new(card)))
    }

    /// The card; commands wait while the guard lives.
    pub fn card(&self) -> MutexGuard<'_, HostileCard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for HostileSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostileSlot").finish_non_exhaustive()
    }
}

impl CardSide for HostileSlot {
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
