//! The card's end of the wire.

/// What happens to a card's power (ISO 7816-3 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PowerEvent {
    /// Power comes on: cold reset.
    On,
    /// Power goes off, or the card leaves the field.
    Off,
    /// Warm reset under power.
    Reset,
}

/// Something that answers commands as a card does: bytes in, bytes out.
pub trait CardSide {
    /// The card's reply to these command bytes, status word included; `None` when the card has left the reader.
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>>;

    /// Power comes, goes, or the card is reset.
    fn power(&mut self, event: PowerEvent);

    /// The answer to reset.
    fn atr(&self) -> Vec<u8>;
}

impl<C: CardSide + ?Sized> CardSide for Box<C> {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        (**self).respond(command)
    }

    fn power(&mut self, event: PowerEvent) {
        (**self).power(event);
    }

    fn atr(&self) -> Vec<u8> {
        (**self).atr()
    }
}
