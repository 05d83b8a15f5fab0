//! A bit reader for entropy-coded data, most significant bit first, from a slice without byte stuffing.

/// A position in the data, with up to 64 bits read ahead.
///
/// The bits of `ahead` below `have` are valid too, or zero: reading the same byte again changes nothing. That makes a
/// refill free of branches, except at the end of the data, after which all bits are 0.
#[derive(Clone, Copy, Default)]
pub(super) struct Bits {
    pub ahead: u64,
    pub have: u32,
    /// Index of the byte that the next refill reads first.
    pub next: usize,
    /// Set when a code was found that is in no table.
    pub damaged: bool,
}

impl Bits {
    /// Starts at bit `at` of the data.
    pub(super) fn at(at: usize, data: &[u8]) -> Self {
        let mut bits = Self { next: at / 8, ..Self::default() };
        bits.refill(data);
        bits.consume((at % 8) as u32);
        bits
    }

    /// The same position after the whole bytes before it were dropped: `data` starts with the byte that contains it.
    pub(super) fn moved(&self, data: &[u8]) -> Self {
        Self { damaged: self.damaged, ..Self::at(self.position() % 8, data) }
    }

    /// The position in the data, in bits.
    #[inline(always)]
    pub(super) fn position(&self) -> usize {
        (self.next * 8).wrapping_sub(self.have as usize)
    }

    /// Makes at least 56 bits available.
    #[inline(always)]
    pub(super) fn refill(&mut self, data: &[u8]) {
        let word =
            data.get(self.next..).and_then(|rest| rest.first_chunk()).map_or(0, |&bytes| u64::from_be_bytes(bytes));
        self.ahead |= word >> (self.have & 63);
        self.next += ((63 - (self.have & 63)) >> 3) as usize;
        self.have |= 56;
    }

    /// The next `count` bits, 1 to 32.
    #[inline(always)]
    pub(super) fn top(&self, count: u32) -> u32 {
        (self.ahead >> (64 - count)) as u32
    }

    /// Drops `count` bits, at most as many as are available.
    #[inline(always)]
    pub(super) fn consume(&mut self, count: u32) {
        self.ahead <<= count & 63;
        self.have -= count;
    }
}
