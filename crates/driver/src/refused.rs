//! PINs that the card refused, or answered in a way that says neither, so that no wrong one is sent twice.

use mynumber_applet::PinId;
use zeroize::Zeroizing;

/// The longest secret of the card, in bytes.
const LONGEST: usize = 16;

/// One value. A copy, wiped when dropped, and not a digest: four digits are found from any digest at once, so
/// a digest would only seem to hide them. On the heap from the start: moving the list leaves no copy behind.
struct Value {
    pin: PinId,
    length: usize,
    bytes: Box<Zeroizing<[u8; LONGEST]>>,
    /// `None`: the card refused it. Otherwise the answer told nothing, and so many tries were left before: when fewer are
    /// left afterwards it was refused.
    doubt: Option<u8>,
}

/// The PINs that the card refused on this connection, and those of which it is not known yet.
#[derive(Default)]
pub(crate) struct Refused(Vec<Value>);

impl Refused {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether the card refused this value for this reference.
    pub(crate) fn contains(&self, pin: PinId, secret: &[u8]) -> bool {
        self.0.iter().any(|value| {
            value.pin == pin
                && value.doubt.is_none()
                && value.length == secret.len()
                && equal(value.bytes.as_slice(), secret)
        })
    }

    /// The card refused this value.
    pub(crate) fn remember(&mut self, pin: PinId, secret: &[u8]) {
        self.keep(pin, secret, None);
    }

    /// The card answered nothing that is understood; so many tries were left before. See [`Refused::settle`].
    pub(crate) fn doubt(&mut self, pin: PinId, secret: &[u8], before: u8) {
        self.keep(pin, secret, Some(before));
    }

    /// So many tries are left now: what cost one was refused, and what did not was not.
    pub(crate) fn settle(&mut self, pin: PinId, left: u8) {
        let of_pin = |value: &Value| value.pin == pin;
        self.0.retain(|value| !of_pin(value) || value.doubt.is_none_or(|before| left < before));
        self.0.iter_mut().filter(|value| of_pin(value)).for_each(|value| value.doubt = None);
    }

    fn keep(&mut self, pin: PinId, secret: &[u8], doubt: Option<u8>) {
        let mut bytes = Box::new(Zeroizing::new([0u8; LONGEST]));
        if let Some(room) = bytes.get_mut(..secret.len()) {
            room.copy_from_slice(secret);
            self.0.push(Value { pin, length: secret.len(), bytes, doubt });
        }
    }

    /// Forgets the values of one reference: it was changed, so an old refusal says nothing any more.
    pub(crate) fn forget(&mut self, pin: PinId) {
        self.0.retain(|value| value.pin != pin);
    }
}

/// Whether two secrets of one length are equal, in a time that does not depend on where they differ.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.iter().zip(right).fold(0u8, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_is_known_again_for_its_reference_only() {
        let mut refused = Refused::new();
        refused.remember(PinId::Signature, b"ABC123");
        assert!(refused.contains(PinId::Signature, b"ABC123"));
        assert!(!refused.contains(PinId::Signature, b"ABC1234"));
        assert!(!refused.contains(PinId::Signature, b"ABC124"));
        assert!(!refused.contains(PinId::InputAssist, b"ABC123"));
        refused.remember(PinId::InputAssist, b"1234");
        assert!(
            !refused.contains(PinId::InputAssist, b"4321"),
            "other digits, though their differences cancel out"
        );
        refused.forget(PinId::Signature);
        assert!(!refused.contains(PinId::Signature, b"ABC123"));
    }

    #[test]
    fn a_value_in_doubt_was_refused_when_it_cost_a_try() {
        let mut refused = Refused::new();
        refused.doubt(PinId::Signature, b"ABC123", 5);
        refused.doubt(PinId::InputAssist, b"1234", 3);
        assert!(!refused.contains(PinId::Signature, b"ABC123"));
        refused.settle(PinId::Signature, 4);
        refused.settle(PinId::InputAssist, 3);
        assert!(refused.contains(PinId::Signature, b"ABC123"));
        refused.settle(PinId::InputAssist, 2);
        assert!(!refused.contains(PinId::InputAssist, b"1234"), "it cost none, whatever comes later");
        // What was refused stays so when a right value has set the counter back.
        refused.settle(PinId::Signature, 5);
        assert!(refused.contains(PinId::Signature, b"ABC123"));
    }
}
