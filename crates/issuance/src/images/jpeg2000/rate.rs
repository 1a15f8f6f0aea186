//! Which coding passes are worth their bytes (Annex J.10).

use super::block::{Block, FLUSH, Pass};

/// Leaves away the passes that bring least for their length, so that all code blocks together fit in the budget.
pub(super) fn cut(mut blocks: Vec<&mut Block>, budget: usize) {
    let lengths = |price: i64| blocks.iter().map(|block| length(worthwhile(block, price))).sum::<usize>();
    if lengths(0) <= budget {
        return;
    }
    // The lowest price of a byte at which the passes still worth it fit; at the highest none is.
    let (mut low, mut high) = (0, i64::MAX / i64::from(u32::MAX));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if lengths(middle) <= budget { high = middle } else { low = middle }
    }
    for block in &mut blocks {
        block.keep(worthwhile(block, high).len());
    }
}

/// The first passes of the block, up to the one that leaves most when each byte is paid for.
fn worthwhile(block: &Block, price: i64) -> &[Pass] {
    let passes = block.passes();
    let profit = |pass: &Pass| {
        let cost = i64::try_from(pass.length + FLUSH).unwrap_or(i64::MAX).saturating_mul(price);
        pass.gain.saturating_mul(block.weight()).saturating_sub(cost)
    };
    if price == 0 {
        return passes;
    }
    let best = passes.iter().enumerate().max_by_key(|(_, pass)| profit(pass));
    let kept = best.filter(|(_, pass)| profit(pass) > 0).map_or(0, |(place, _)| place + 1);
    passes.get(..kept).unwrap_or_default()
}

fn length(passes: &[Pass]) -> usize {
    passes.last().map_or(0, |pass| pass.length + FLUSH)
}
