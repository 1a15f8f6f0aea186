//! Coding the bit planes of a code block (Annex D).

use super::mq::{Context, Encoder};
use super::wavelet::Orientation;
use super::{DEPTH, GUARD_BITS};
use crate::images::grid::Grid;

/// A code block: its coefficients, and what coding makes of them.
#[derive(Debug)]
pub(super) struct Block {
    coefficients: Grid<i32>,
    orientation: Orientation,
    weight: i64,
    /// One for each coding pass; none for a block of zeros.
    passes: Vec<Pass>,
    bytes: Vec<u8>,
}

impl Block {
    /// Codes a block of at most 64×64 coefficients, all its passes.
    pub(super) fn new(coefficients: Grid<i32>, orientation: Orientation, weight: i64) -> Self {
        let mut block = Self { coefficients, orientation, weight, passes: Vec::new(), bytes: Vec::new() };
        block.code(usize::MAX);
        block
    }

    /// Keeps only the first passes. They are coded anew, which gives them an end of their own.
    pub(super) fn keep(&mut self, passes: usize) {
        if passes < self.passes.len() {
            self.code(passes);
        }
    }

    pub(super) fn passes(&self) -> &[Pass] {
        &self.passes
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What a squared error in this block does to the picture.
    pub(super) fn weight(&self) -> i64 {
        self.weight
    }

    /// Bit planes that hold nothing but zeros, from the top of the subband's range.
    pub(super) fn zero_planes(&self) -> u32 {
        let range = u32::from(DEPTH + self.orientation.gain() + GUARD_BITS - 1);
        range.saturating_sub(self.planes())
    }

    fn planes(&self) -> u32 {
        let largest = self.coefficients.cells().iter().map(|value| value.unsigned_abs()).max();
        u32::BITS - largest.unwrap_or_default().leading_zeros()
    }

    fn code(&mut self, limit: usize) {
        let planes = self.planes();
        let mut coder = Coder::new(&self.coefficients, self.orientation);
        let mut passes = Vec::new();
        for plane in (0..planes).rev() {
            let of_plane = [Coder::propagate_significance, Coder::refine_magnitudes, Coder::clean_up];
            // Nothing is significant before the first bit plane, so it has only a clean-up pass.
            for pass in of_plane.into_iter().skip(if plane + 1 == planes { 2 } else { 0 }) {
                if passes.len() < limit {
                    pass(&mut coder, plane);
                    passes.push(Pass { length: coder.encoder.length(), gain: coder.gain });
                }
            }
        }
        self.bytes = if passes.is_empty() { Vec::new() } else { coder.encoder.finish() };
        self.passes = passes;
    }
}

/// What the passes up to this one cost and bring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    /// Bytes coded so far. Ending here takes up to [`FLUSH`] more.
    pub(super) length: usize,
    /// By how much the squared error of the coefficients has fallen.
    pub(super) gain: i64,
}

/// Bytes that the arithmetic coder may still hold at the end of a pass.
pub(super) const FLUSH: usize = 4;

// What is known of a coefficient: which neighbours are significant, the signs of four of them, and its own state.
const WEST: u16 = 1;
const EAST: u16 = 1 << 1;
const NORTH: u16 = 1 << 2;
const SOUTH: u16 = 1 << 3;
const NORTH_WEST: u16 = 1 << 4;
const NORTH_EAST: u16 = 1 << 5;
const SOUTH_WEST: u16 = 1 << 6;
const SOUTH_EAST: u16 = 1 << 7;
const WEST_NEGATIVE: u16 = 1 << 8;
const EAST_NEGATIVE: u16 = 1 << 9;
const NORTH_NEGATIVE: u16 = 1 << 10;
const SOUTH_NEGATIVE: u16 = 1 << 11;
const SIGNIFICANT: u16 = 1 << 12;
/// Coded in this bit plane already.
const VISITED: u16 = 1 << 13;
const REFINED: u16 = 1 << 14;

const NEIGHBOURS: u16 = 0xFF;

/// For a coefficient that becomes significant: where each neighbour lies, in a grid with a border of one, and
/// what that neighbour learns. The last flag is for a negative coefficient.
const NOTICES: [(usize, usize, u16, u16); 8] = [
    (0, 0, SOUTH_EAST, 0),
    (1, 0, SOUTH, SOUTH_NEGATIVE),
    (2, 0, SOUTH_WEST, 0),
    (0, 1, EAST, EAST_NEGATIVE),
    (2, 1, WEST, WEST_NEGATIVE),
    (0, 2, NORTH_EAST, 0),
    (1, 2, NORTH, NORTH_NEGATIVE),
    (2, 2, NORTH_WEST, 0),
];

/// Contexts (Table D.1 to D.5): 0 to 8 significance, 9 to 13 sign, 14 to 16 magnitude, run length, uniform.
const RUN_LENGTH: u8 = 17;
const UNIFORM: u8 = 18;

/// Rows that a scan takes together (Figure D.1).
const STRIPE: usize = 4;

struct Coder<'c> {
    coefficients: &'c Grid<i32>,
    orientation: Orientation,
    /// Flags with a border of one cell on every side.
    flags: Grid<u16>,
    contexts: [Context; 19],
    encoder: Encoder,
    /// By how much the squared error has fallen.
    gain: i64,
}

impl<'c> Coder<'c> {
    fn new(coefficients: &'c Grid<i32>, orientation: Orientation) -> Self {
        let mut contexts = [Context::default(); 19];
        // Table D.7.
        for (context, state) in [(0, 4), (RUN_LENGTH, 3), (UNIFORM, 46)] {
            if let Some(context) = contexts.get_mut(usize::from(context)) {
                *context = Context::starting_at(state);
            }
        }
        let flags = Grid::new(coefficients.width() + 2, coefficients.height() + 2, 0);
        Self { coefficients, orientation, flags, contexts, encoder: Encoder::new(), gain: 0 }
    }

    fn encode(&mut self, context: u8, decision: bool) {
        if let Some(context) = self.contexts.get_mut(usize::from(context)) {
            self.encoder.encode(context, decision);
        }
    }

    fn flags(&self, x: usize, y: usize) -> u16 {
        self.flags.at(x + 1, y + 1)
    }

    fn raise(&mut self, x: usize, y: usize, flag: u16) {
        if let Some(flags) = self.flags.at_mut(x + 1, y + 1) {
            *flags |= flag;
        }
    }

    fn bit(&self, x: usize, y: usize, plane: u32) -> bool {
        self.coefficients.at(x, y).unsigned_abs() >> plane & 1 == 1
    }

    /// Squared error of a significant coefficient whose bits are known down to the plane: a decoder puts it in
    /// the middle of what is possible (Annex E.1.1.2).
    fn error(&self, x: usize, y: usize, plane: u32) -> i64 {
        let magnitude = i64::from(self.coefficients.at(x, y).unsigned_abs());
        let middle = (magnitude >> plane << plane) + ((1 << plane) >> 1);
        (magnitude - middle) * (magnitude - middle)
    }

    /// Calls `visit` for each coefficient in the order of the scan (Annex D.1).
    fn scan(&mut self, mut visit: impl FnMut(&mut Self, usize, usize)) {
        let (width, height) = (self.coefficients.width(), self.coefficients.height());
        for top in (0..height).step_by(STRIPE) {
            for x in 0..width {
                for y in top..height.min(top + STRIPE) {
                    visit(self, x, y);
                }
            }
        }
    }

    /// The significance propagation pass (Annex D.3.1).
    fn propagate_significance(&mut self, plane: u32) {
        self.scan(|coder, x, y| {
            let flags = coder.flags(x, y);
            if flags & SIGNIFICANT == 0 && flags & NEIGHBOURS != 0 {
                coder.code_significance(x, y, plane);
                coder.raise(x, y, VISITED);
            }
        });
    }

    /// The magnitude refinement pass (Annex D.3.3).
    fn refine_magnitudes(&mut self, plane: u32) {
        self.scan(|coder, x, y| {
            let flags = coder.flags(x, y);
            if flags & (SIGNIFICANT | VISITED) == SIGNIFICANT {
                let context = match (flags & REFINED != 0, flags & NEIGHBOURS != 0) {
                    (true, _) => 16,
                    (false, true) => 15,
                    (false, false) => 14,
                };
                let bit = coder.bit(x, y, plane);
                coder.encode(context, bit);
                coder.raise(x, y, REFINED);
                coder.gain += coder.error(x, y, plane + 1) - coder.error(x, y, plane);
            }
        });
    }

    /// The clean-up pass (Annex D.3.4), which also ends the bit plane.
    fn clean_up(&mut self, plane: u32) {
        let (width, height) = (self.coefficients.width(), self.coefficients.height());
        for top in (0..height).step_by(STRIPE) {
            let bottom = height.min(top + STRIPE);
            for x in 0..width {
                let first = self.run_length(x, top, bottom, plane);
                for y in first..bottom {
                    if self.flags(x, y) & (SIGNIFICANT | VISITED) == 0 {
                        self.code_significance(x, y, plane);
                    }
                }
            }
        }
        self.flags = self.flags.map(|flags| flags & !VISITED);
    }

    /// Codes a column of four untouched coefficients as a run. The answer is the row to go on from.
    fn run_length(&mut self, x: usize, top: usize, bottom: usize, plane: u32) -> usize {
        let touched = SIGNIFICANT | VISITED | NEIGHBOURS;
        if bottom - top < STRIPE || (top..bottom).any(|y| self.flags(x, y) & touched != 0) {
            return top;
        }
        let found = (top..bottom).find(|&y| self.bit(x, y, plane));
        self.encode(RUN_LENGTH, found.is_some());
        let Some(y) = found else { return bottom };
        let distance = y - top;
        self.encode(UNIFORM, distance & 2 != 0);
        self.encode(UNIFORM, distance & 1 != 0);
        self.code_sign(x, y, plane);
        y + 1
    }

    fn code_significance(&mut self, x: usize, y: usize, plane: u32) {
        let context = significance_context(self.flags(x, y), self.orientation);
        let significant = self.bit(x, y, plane);
        self.encode(context, significant);
        if significant {
            self.code_sign(x, y, plane);
        }
    }

    /// Codes the sign of a coefficient that has become significant, and tells its neighbours (Annex D.3.2).
    fn code_sign(&mut self, x: usize, y: usize, plane: u32) {
        let negative = self.coefficients.at(x, y) < 0;
        let (context, flip) = sign_context(self.flags(x, y));
        self.encode(context, negative != flip);
        self.raise(x, y, SIGNIFICANT);
        let magnitude = i64::from(self.coefficients.at(x, y).unsigned_abs());
        self.gain += magnitude * magnitude - self.error(x, y, plane);
        for (column, row, significant, sign) in NOTICES {
            if let Some(flags) = self.flags.at_mut(x + column, y + row) {
                *flags |= if negative { significant | sign } else { significant };
            }
        }
    }
}

/// Table D.1.
fn significance_context(flags: u16, orientation: Orientation) -> u8 {
    let west_east = (flags & (WEST | EAST)).count_ones();
    let north_south = (flags & (NORTH | SOUTH)).count_ones();
    let diagonal = (flags & (NORTH_WEST | NORTH_EAST | SOUTH_WEST | SOUTH_EAST)).count_ones();
    let (along, across) = match orientation {
        Orientation::LowLow | Orientation::LowHigh => (west_east, north_south),
        Orientation::HighLow => (north_south, west_east),
        Orientation::HighHigh => {
            return match (diagonal, west_east + north_south) {
                (3.., _) => 8,
                (2, 1..) => 7,
                (2, 0) => 6,
                (1, 2..) => 5,
                (1, 1) => 4,
                (1, 0) => 3,
                (0, 2..) => 2,
                (0, 1) => 1,
                (0, 0) => 0,
            };
        }
    };
    match (along, across, diagonal) {
        (2.., _, _) => 8,
        (1, 1.., _) => 7,
        (1, 0, 1..) => 6,
        (1, 0, 0) => 5,
        (0, 2.., _) => 4,
        (0, 1, _) => 3,
        (0, 0, 2..) => 2,
        (0, 0, 1) => 1,
        (0, 0, 0) => 0,
    }
}

/// Tables D.2 and D.3: the context, and whether the sign is coded inverted.
fn sign_context(flags: u16) -> (u8, bool) {
    let side = |present: u16, negative: u16| match (flags & present != 0, flags & negative != 0) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => -1,
    };
    let across: i32 = side(WEST, WEST_NEGATIVE) + side(EAST, EAST_NEGATIVE);
    let along: i32 = side(NORTH, NORTH_NEGATIVE) + side(SOUTH, SOUTH_NEGATIVE);
    match (across.signum(), along.signum()) {
        (1, 1) => (13, false),
        (1, 0) => (12, false),
        (1, _) => (11, false),
        (0, 1) => (10, false),
        (0, 0) => (9, false),
        (0, _) => (10, true),
        (_, 1) => (11, true),
        (_, 0) => (12, true),
        (_, _) => (13, true),
    }
}
