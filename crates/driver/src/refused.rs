//! PINs that the card refused, so that none is sent twice.

use mynumber_applet::PinId;
use zeroize::Zeroizing;

/// The longest secret of the card, in bytes.
const LONGEST: usize = 16;

/// One refused value. A copy, wiped when dropped, and not a digest: four digits are found from any digest at once, so
/// a digest would only seem to hide them. On the heap from the start: moving the list leaves no copy behind.
struct Value {
    pin: PinId,
    length: usize,
    bytes: Box<Zeroizing<[u8; LONGEST]>>,
}

/// The PINs that the card refused on this connection.
#[derive(Default)]
pub(crate) struct Refused(Vec<Value>);

impl Refused {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether the card refused this value for this reference.
    pub(crate) fn contains(&self, pin: PinId, secret: &[u8]) -> bool {
        self.0.iter().any(|value| {
            value.pin == pin && value.length == secret.len() && equal(value.bytes.as_slice(), secret)
        })
    }

    pub(crate) fn remember(&mut self, pin: PinId, secret: &[u8]) {
        let mut bytes = Box::new(Zeroizing::new([0u8; LONGEST]));
        if let Some(room) = bytes.get_mut(..secret.len()) {
            room.copy_from_slice(secret);
            self.0.push(Value { pin, length: secret.len(), bytes });
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
        refused.forget(PinId::Signature);
        assert!(!refused.contains(PinId::Signature, b"ABC123"));
    }
}
