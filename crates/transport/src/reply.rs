//! The buffer for a card's reply.

use core::fmt;

use zeroize::Zeroize;

/// A card's reply, status word included: at most 65,536 data bytes and two more, and one byte more so that too long a
/// reply is seen and not cut. Wiped when dropped and before each use: what a card answers may be personal.
pub struct Reply {
    bytes: Vec<u8>,
}

impl Reply {
    /// The most bytes that a reply can hold: longest data field, status word.
    pub const MAX: usize = 65_536 + 2;

    /// An empty buffer; it grows as needed.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// The reply received last.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Replaces the content.
    pub fn set(&mut self, bytes: &[u8]) {
        self.clear();
        // One allocation of the final size: growing would leave copies behind.
        self.bytes.reserve_exact(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Wipes the content.
    pub fn clear(&mut self) {
        self.bytes.zeroize();
    }
}

impl Default for Reply {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.clear();
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply([{}])", self.bytes.len())
    }
}
