//! Random choices that are the same in every run of a seed, and commands that no honest host sends.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::virtual_card::REFERENCES;

/// Classes and instructions of this card, less private keys, which take a millisecond each.
const INSTRUCTIONS: [(u8, u8); 14] = [
    (0x00, 0xA4),
    (0x00, 0xA4),
    (0x00, 0xB0),
    (0x00, 0xB0),
    (0x00, 0xB2),
    (0x00, 0x20),
    (0x00, 0x24),
    (0x00, 0x84),
    (0x00, 0xCA),
    (0x80, 0x32),
    (0x80, 0xAE),
    (0x80, 0xA2),
    (0x80, 0xFC),
    (0x00, 0xC0),
];

const NAMES: [&[u8]; 6] = [
    &[0xD3, 0x92, 0xF0, 0x00, 0x26],
    &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00],
    &[0xA0, 0x00, 0x00, 0x01, 0x51],
];

/// A source of choices.
#[derive(Debug)]
pub struct Dice(ChaCha20Rng);

impl Dice {
    /// The choices of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// A number below the limit; 0 for the limit 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
        usize::try_from(self.0.next_u32() % limit).unwrap_or_default()
    }

    /// True once in so many throws.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        let [byte, ..] = self.0.next_u32().to_le_bytes();
        byte
    }

    /// One of these.
    ///
    /// # Panics
    /// There is nothing to choose from.
    #[expect(clippy::expect_used, reason = "a mistake of whoever calls it")]
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let index = self.below(from.len());
        *from.get(index).expect("something to choose from")
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Nothing but noise, fewer than 40 bytes.
    pub fn noise(&mut self) -> Vec<u8> {
        let length = self.below(40);
        self.bytes(length)
    }

    /// A command of this card with parameters, lengths and data that are mostly wrong.
    pub fn command(&mut self) -> Vec<u8> {
        let (class, instruction) = self.pick(&INSTRUCTIONS);
        let class = if self.one_in(30) { self.byte() } else { class };
        let p1 = self.pick(&[0x00, 0x00, 0x01, 0x02, 0x04, 0x81, 0x8A, 0x5F, 0xFF]);
        let p2 = self.pick(&[0x00, 0x0C, 0x80, 0x80, 0x98, 0x9B, 0x91, 0x94, 0x51, 0xF2, 0xFF]);
        let data = match self.below(6) {
            0 => Vec::new(),
            1 => vec![0x00, self.byte() & 0x1F],
            2 => self.pick(&REFERENCES).1.to_vec(),
            3 | 4 => self.pick(&NAMES).to_vec(),
            _ => self.noise(),
        };
        let mut bytes = vec![class, instruction, p1, p2];
        let extended = self.one_in(8);
        if !data.is_empty() {
            let length = u8::try_from(data.len()).unwrap_or_default();
            bytes.extend(if extended { vec![0, 0, length] } else { vec![length] });
            bytes.extend(&data);
        }
        if self.one_in(2) {
            match (extended, data.is_empty()) {
                (false, _) => bytes.push(self.byte()),
                (true, false) => bytes.extend([0, 0]),
                (true, true) => bytes.extend([0, 0, 0]),
            }
        }
        if self.one_in(20) {
            bytes.truncate(self.below(bytes.len()));
        }
        bytes
    }
}
