//! Packets: which code blocks are there, and how long they are (Annex B.9 and B.10).

use super::block::Block;
use crate::images::Error;
use crate::images::grid::Grid;

/// One packet: the code blocks of one resolution.
pub(super) struct Packet {
    header: Bits,
    body: Vec<u8>,
}

impl Packet {
    /// A packet that says it is not empty.
    pub(super) fn new() -> Self {
        let mut header = Bits::default();
        header.push(true);
        Self { header, body: Vec::new() }
    }

    /// Adds the code blocks of a subband, `columns` in a row.
    pub(super) fn push_subband(&mut self, columns: usize, blocks: &[Block]) -> Result<(), Error> {
        // Layer 0 is the only one: a block is in it or nowhere.
        let mut inclusion =
            TagTree::new(columns, blocks.iter().map(|block| u32::from(block.passes().is_empty())));
        let mut zero_planes = TagTree::new(columns, blocks.iter().map(Block::zero_planes));
        for (position, block) in blocks.iter().enumerate() {
            let (x, y) = (position % columns, position / columns);
            inclusion.encode(&mut self.header, x, y, 1);
            if block.passes().is_empty() {
                continue;
            }
            zero_planes.encode(&mut self.header, x, y, block.zero_planes() + 1);
            let passes = u32::try_from(block.passes().len()).map_err(|_| Error::TooLarge)?;
            self.push_passes(passes);
            self.push_length(block, passes)?;
            self.body.extend_from_slice(block.bytes());
        }
        Ok(())
    }

    /// Table B.4. A block of 8-bit samples has at most 31 passes.
    fn push_passes(&mut self, passes: u32) {
        match passes {
            0 | 1 => self.header.push_number(0, 1),
            2 => self.header.push_number(0b10, 2),
            3..=5 => self.header.push_number(0b1100 | (passes - 3), 4),
            _ => self.header.push_number((0b1111 << 5) | (passes - 6), 9),
        }
    }

    /// Annex B.10.7: the length in as many bits as three, the extra ones announced, and the passes give.
    fn push_length(&mut self, block: &Block, passes: u32) -> Result<(), Error> {
        let length = u32::try_from(block.bytes().len()).map_err(|_| Error::TooLarge)?;
        let needed = u32::BITS - length.leading_zeros();
        let given = 3 + passes.checked_ilog2().unwrap_or_default();
        let extra = needed.saturating_sub(given);
        for _ in 0..extra {
            self.header.push(true);
        }
        self.header.push(false);
        self.header.push_number(length, given + extra);
        Ok(())
    }

    /// Appends header and body to the tile's data.
    pub(super) fn finish(self, packets: &mut Vec<u8>) {
        packets.extend_from_slice(&self.header.finish());
        packets.extend_from_slice(&self.body);
    }
}

/// Bits of a packet header, with a zero bit stuffed after each byte FF (Annex B.10.1).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    byte: u8,
    used: u32,
}

impl Bits {
    fn push(&mut self, bit: bool) {
        self.byte = self.byte << 1 | u8::from(bit);
        self.used += 1;
        if self.used == 8 {
            self.put_byte();
        }
    }

    fn put_byte(&mut self) {
        self.bytes.push(self.byte);
        self.used = u32::from(self.byte == 0xFF);
        self.byte = 0;
    }

    /// The lowest `bits` bits of the number, the highest of them first.
    fn push_number(&mut self, number: u32, bits: u32) {
        for place in (0..bits).rev() {
            self.push(number >> place & 1 == 1);
        }
    }

    /// Whole bytes. A header does not end with FF: the stuffed bit then takes a byte of its own.
    fn finish(mut self) -> Vec<u8> {
        if self.used > 0 {
            self.byte <<= 8 - self.used;
            self.put_byte();
        }
        self.bytes
    }
}

/// A tag tree (Annex B.10.2): each node holds the least value below it.
struct TagTree {
    /// Leaves first, root last.
    levels: Vec<Grid<Node>>,
}

#[derive(Clone, Copy, Default)]
struct Node {
    value: u32,
    /// The value is told to be at least this much.
    told: u32,
    known: bool,
}

impl TagTree {
    fn new(columns: usize, leaves: impl Iterator<Item = u32>) -> Self {
        let nodes = leaves.map(|value| Node { value, ..Node::default() });
        let mut level = Grid::from_cells(columns, nodes.collect());
        let mut levels = Vec::new();
        while level.width() > 1 || level.height() > 1 {
            let unset = Node { value: u32::MAX, ..Node::default() };
            let mut above = Grid::new(level.width().div_ceil(2), level.height().div_ceil(2), unset);
            for (y, row) in level.rows().enumerate() {
                for (x, node) in row.iter().enumerate() {
                    if let Some(parent) = above.at_mut(x / 2, y / 2) {
                        parent.value = parent.value.min(node.value);
                    }
                }
            }
            levels.push(level);
            level = above;
        }
        levels.push(level);
        Self { levels }
    }

    /// Tells whether the leaf's value is below the threshold, as far as not told before.
    fn encode(&mut self, bits: &mut Bits, x: usize, y: usize, threshold: u32) {
        let mut told = 0;
        for (depth, level) in self.levels.iter_mut().enumerate().rev() {
            let Some(node) = level.at_mut(x >> depth, y >> depth) else { return };
            node.told = node.told.max(told);
            while node.told < threshold && node.told < node.value {
                bits.push(false);
                node.told += 1;
            }
            if node.told < threshold && !node.known {
                bits.push(true);
                node.known = true;
            }
            told = node.told;
        }
    }
}
