//! The reversible 5/3 wavelet (Annex F).

use crate::images::grid::Grid;

/// Which filter a subband comes from, horizontal first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Orientation {
    LowLow,
    HighLow,
    LowHigh,
    HighHigh,
}

impl Orientation {
    /// Bits that the filters may add to a coefficient (Table E.1).
    pub(super) const fn gain(self) -> u8 {
        match self {
            Self::LowLow => 0,
            Self::HighLow | Self::LowHigh => 1,
            Self::HighHigh => 2,
        }
    }
}

/// The coefficients of one subband.
#[derive(Debug)]
pub(super) struct Subband {
    pub(super) orientation: Orientation,
    /// What a squared error here does to the picture: the squared norm of the subband's synthesis, in eighths.
    pub(super) weight: i64,
    pub(super) coefficients: Grid<i32>,
}

/// Wavelet levels.
pub(super) const LEVELS: u8 = 5;

/// Weights of HL and LH, and of HH, for each level from the finest.
const WEIGHTS: [(i64, i64); 5] = [(9, 4), (20, 7), (68, 20), (260, 74), (1_027, 290)];
/// Weight of LL after five levels.
const WEIGHT_LOW: i64 = 3_643;

/// The subbands of each resolution, lowest first: LL, then HL, LH, HH of every level. Empty ones are left out.
pub(super) fn decompose(samples: Grid<i32>) -> Vec<Vec<Subband>> {
    let mut resolutions = Vec::new();
    let mut low = samples;
    for (weight, weight_high_high) in WEIGHTS {
        let (width, height) = (low.width(), low.height());
        let transformed = transpose(&analyse_rows(&transpose(&low)));
        let transformed = analyse_rows(&transformed);
        let (left, top) = (width.div_ceil(2), height.div_ceil(2));
        let subbands = [
            (Orientation::HighLow, weight, left, 0, width - left, top),
            (Orientation::LowHigh, weight, 0, top, left, height - top),
            (Orientation::HighHigh, weight_high_high, left, top, width - left, height - top),
        ];
        resolutions.push(
            subbands
                .into_iter()
                .filter(|&(_, _, _, _, wide, high)| wide > 0 && high > 0)
                .map(|(orientation, weight, x, y, wide, high)| Subband {
                    orientation,
                    weight,
                    coefficients: transformed.part(x, y, wide, high),
                })
                .collect(),
        );
        low = transformed.part(0, 0, left, top);
    }
    resolutions.push(vec![Subband {
        orientation: Orientation::LowLow,
        weight: WEIGHT_LOW,
        coefficients: low,
    }]);
    resolutions.reverse();
    resolutions
}

fn transpose(grid: &Grid<i32>) -> Grid<i32> {
    let mut turned = Grid::new(grid.height(), grid.width(), 0);
    for (y, row) in grid.rows().enumerate() {
        for (x, &value) in row.iter().enumerate() {
            turned.set(y, x, value);
        }
    }
    turned
}

/// Filters each row: low-pass half first, then the high-pass half.
fn analyse_rows(grid: &Grid<i32>) -> Grid<i32> {
    let mut filtered = Grid::new(grid.width(), grid.height(), 0);
    for (y, row) in grid.rows().enumerate() {
        let (low, high) = analyse(row);
        for (x, value) in low.into_iter().chain(high).enumerate() {
            filtered.set(x, y, value);
        }
    }
    filtered
}

/// One-dimensional lifting with mirrored ends (Annex F.4.8.1).
fn analyse(line: &[i32]) -> (Vec<i32>, Vec<i32>) {
    let even: Vec<i32> = line.iter().copied().step_by(2).collect();
    let odd = line.iter().copied().skip(1).step_by(2);
    let after = even.iter().copied().skip(1).chain(even.last().copied());
    let high: Vec<i32> =
        odd.zip(&even).zip(after).map(|((odd, before), after)| odd - ((before + after) >> 1)).collect();
    let (Some(&first), Some(&last)) = (high.first(), high.last()) else { return (even, high) };
    let before = core::iter::once(first).chain(high.iter().copied());
    let after = high.iter().copied().chain(core::iter::once(last));
    let low =
        even.iter().zip(before.zip(after)).map(|(even, (before, after))| even + ((before + after + 2) >> 2));
    (low.collect(), high)
}
