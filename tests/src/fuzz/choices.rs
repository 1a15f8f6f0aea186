//! The input of a body, taken from its front.

/// What is left of the input.
pub(super) struct Choices<'a>(pub(super) &'a [u8]);

impl<'a> Choices<'a> {
    /// The next byte; `None` when the input is used up.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Up to so many bytes.
    pub(super) fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A byte that tells a length, and up to so many bytes.
    pub(super) fn counted(&mut self) -> &'a [u8] {
        let count = self.byte().unwrap_or(0);
        self.bytes(usize::from(count))
    }

    /// Two bytes, big-endian; zeros where the input is used up.
    pub(super) fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte().unwrap_or(0), self.byte().unwrap_or(0)])
    }
}

/// The element that a byte chooses.
pub(super) fn chosen<T>(from: &[T], by: u8) -> Option<&T> {
    from.get(usize::from(by) % from.len().max(1))
}
