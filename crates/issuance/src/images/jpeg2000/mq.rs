//! The MQ arithmetic encoder (Annex C.2).

/// A row of Table C.2: probability estimate, next state after a more and a less probable symbol, and whether the
/// sense of the more probable symbol is exchanged.
#[derive(Clone, Copy)]
struct Estimate {
    probability: u16,
    after_more: u8,
    after_less: u8,
    exchange: bool,
}

const fn row(probability: u16, after_more: u8, after_less: u8) -> Estimate {
    Estimate { probability, after_more, after_less, exchange: false }
}

const fn exchanging(probability: u16, after_more: u8, after_less: u8) -> Estimate {
    Estimate { probability, after_more, after_less, exchange: true }
}

const ESTIMATES: [Estimate; 47] = [
    exchanging(0x5601, 1, 1),
    row(0x3401, 2, 6),
    row(0x1801, 3, 9),
    row(0x0AC1, 4, 12),
    row(0x0521, 5, 29),
    row(0x0221, 38, 33),
    exchanging(0x5601, 7, 6),
    row(0x5401, 8, 14),
    row(0x4801, 9, 14),
    row(0x3801, 10, 14),
    row(0x3001, 11, 17),
    row(0x2401, 12, 18),
    row(0x1C01, 13, 20),
    row(0x1601, 29, 21),
    exchanging(0x5601, 15, 14),
    row(0x5401, 16, 14),
    row(0x5101, 17, 15),
    row(0x4801, 18, 16),
    row(0x3801, 19, 17),
    row(0x3401, 20, 18),
    row(0x3001, 21, 19),
    row(0x2801, 22, 19),
    row(0x2401, 23, 20),
    row(0x2201, 24, 21),
    row(0x1C01, 25, 22),
    row(0x1801, 26, 23),
    row(0x1601, 27, 24),
    row(0x1401, 28, 25),
    row(0x1201, 29, 26),
    row(0x1101, 30, 27),
    row(0x0AC1, 31, 28),
    row(0x09C1, 32, 29),
    row(0x08A1, 33, 30),
    row(0x0521, 34, 31),
    row(0x0441, 35, 32),
    row(0x02A1, 36, 33),
    row(0x0221, 37, 34),
    row(0x0141, 38, 35),
    row(0x0111, 39, 36),
    row(0x0085, 40, 37),
    row(0x0049, 41, 38),
    row(0x0025, 42, 39),
    row(0x0015, 43, 40),
    row(0x0009, 44, 41),
    row(0x0005, 45, 42),
    row(0x0001, 45, 43),
    row(0x5601, 46, 46),
];

/// What the coder has learned in one context.
#[derive(Clone, Copy, Default)]
pub(super) struct Context {
    state: u8,
    more_probable: bool,
}

impl Context {
    /// A context that begins in the given state of Table C.2.
    pub(super) const fn starting_at(state: u8) -> Self {
        Self { state, more_probable: false }
    }
}

/// The encoder's registers, and the bytes so far.
pub(super) struct Encoder {
    interval: u32,
    code: u32,
    /// Shifts until the next byte goes out.
    countdown: u32,
    /// The last byte, which a carry may still change; before the first byte there is none to write.
    last: u8,
    bytes: Vec<u8>,
    begun: bool,
}

impl Encoder {
    /// INITENC (Figure C.10).
    pub(super) const fn new() -> Self {
        Self { interval: 0x8000, code: 0, countdown: 12, last: 0, bytes: Vec::new(), begun: false }
    }

    /// Codes one decision (Figures C.4 to C.7).
    pub(super) fn encode(&mut self, context: &mut Context, decision: bool) {
        let Some(&estimate) = ESTIMATES.get(usize::from(context.state)) else { return };
        let probability = u32::from(estimate.probability);
        self.interval -= probability;
        let more = decision == context.more_probable;
        if more && self.interval & 0x8000 != 0 {
            self.code += probability;
            return;
        }
        // The larger part of the interval goes to the more probable symbol, whichever end it lies at.
        if more == (self.interval < probability) {
            self.interval = probability;
        } else {
            self.code += probability;
        }
        if more {
            context.state = estimate.after_more;
        } else {
            context.more_probable ^= estimate.exchange;
            context.state = estimate.after_less;
        }
        self.renormalise();
    }

    /// RENORME (Figure C.8).
    fn renormalise(&mut self) {
        loop {
            self.interval <<= 1;
            self.code <<= 1;
            self.countdown -= 1;
            if self.countdown == 0 {
                self.put_byte();
            }
            if self.interval & 0x8000 != 0 {
                return;
            }
        }
    }

    /// BYTEOUT (Figure C.9): after FF only seven bits follow, which leaves room for a carry.
    fn put_byte(&mut self) {
        if self.last != 0xFF && self.code >= 0x800_0000 {
            self.last += 1;
            self.code &= 0x7FF_FFFF;
        }
        let (shift, bits) = if self.last == 0xFF { (20, 7) } else { (19, 8) };
        if self.begun {
            self.bytes.push(self.last);
        }
        self.begun = true;
        let [_, _, _, byte] = (self.code >> shift).to_be_bytes();
        self.last = byte;
        self.code &= (1 << shift) - 1;
        self.countdown = bits;
    }

    /// Bytes that have gone out.
    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// FLUSH (Figure C.11): the bytes of the segment, without a last FF.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let limit = self.code + self.interval;
        self.code |= 0xFFFF;
        if self.code >= limit {
            self.code -= 0x8000;
        }
        for _ in 0..2 {
            self.code <<= self.countdown;
            self.put_byte();
        }
        if self.last != 0xFF {
            self.bytes.push(self.last);
        }
        self.bytes
    }
}
