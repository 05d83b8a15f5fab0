//! Huffman tables for skipping coefficients.
//!
//! A picture at 1/8 scale needs the DC coefficients only, but the AC codes between them have no length field: each must
//! be read to find the next. Their values do not matter, so a table entry can cover *several* whole symbols (code and
//! extra bits): it says how many bits they take, how many coefficients they cover, and whether the block ends. The
//! extra bits of the last symbol may even lie outside the index bits. A second kind of entry starts with the DC code,
//! so that a block with few coefficients is one lookup.
//!
//! An entry is a number to *add* to a state: bits 0..8 count bits, bits 8.. count coefficients. End of block adds 128
//! coefficients, so the same comparison that detects coefficient 64 ends the loop. An entry that would cross
//! coefficient 63 is detected afterwards, undone, and read symbol by symbol.

use super::bits::Bits;

/// Bits that index an AC table, and a combined DC and AC table.
pub(super) const AC_BITS: u32 = 13;
pub(super) const DC_BITS: u32 = 12;

/// Most bits that an entry may consume: one DC and two AC entries take at most the 56 that a refill guarantees.
const AC_CAP: u32 = 18;
const DC_CAP: u32 = 20;

pub(super) const COEFFICIENT: u32 = 1 << 8;
pub(super) const BLOCK_END: u32 = 64 * COEFFICIENT;
const EOB: u32 = 128 * COEFFICIENT;
/// Added by an inconclusive entry: leads to a state beyond all others.
const UNDECIDED: u32 = 255 * COEFFICIENT;

/// Whether the loop that led to `state` stopped at a real end of block.
#[inline(always)]
pub(super) fn ended(state: u32) -> bool {
    state.wrapping_sub(EOB) < BLOCK_END
}

/// Whether the loop stopped at an inconclusive entry.
#[inline(always)]
pub(super) fn undecided(state: u32) -> bool {
    state >= UNDECIDED
}

/// A table as the file defines it (T.81, B.2.4.2), and what is needed to decode a single symbol.
#[derive(Clone)]
pub(super) struct Codes {
    symbols: Vec<u8>,
    /// For each length: the end of its codes, left-aligned to 16 bits, and the symbol index of code 0.
    limit: [u32; 17],
    first: [i32; 17],
}

impl Codes {
    /// `counts[i]` codes of `i + 1` bits. `None` if they exceed the code space or the number of symbols.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut limit = [0; 17];
        let mut first = [0; 17];
        let (mut code, mut index) = (0u32, 0u32);
        for (length, &count) in (1..=16u32).zip(counts) {
            let count = u32::from(count);
            first[length as usize] = index as i32 - code as i32;
            code += count;
            index += count;
            if code > 1 << length {
                return None;
            }
            limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        let symbols = symbols.get(..index as usize)?.to_vec();
        Some(Self { symbols, limit, first })
    }

    /// The symbol whose code is at the start of the 16 bits of `window`, and the length of the code.
    pub(super) fn symbol(&self, window: u32) -> Option<(u8, u32)> {
        let length = (1..=16u32).find(|&length| window < self.limit[length as usize])?;
        let index = self.first[length as usize] + (window >> (16 - length)) as i32;
        let symbol = *self.symbols.get(usize::try_from(index).ok()?)?;
        Some((symbol, length))
    }

    /// Calls `each(code, length, symbol)` for the codes of at most `longest` bits.
    fn for_each(&self, longest: u32, mut each: impl FnMut(u32, u32, u8)) {
        let mut code = 0;
        for length in 1..=longest.min(16) {
            let end = self.limit[length as usize] >> (16 - length);
            while code < end {
                let index = self.first[length as usize] + code as i32;
                if let Some(&symbol) = usize::try_from(index).ok().and_then(|index| self.symbols.get(index)) {
                    each(code, length, symbol);
                }
                code += 1;
            }
            code <<= 1;
        }
    }
}

/// The tables of one component in a scan.
pub(super) struct SkipTable {
    /// Indexed by the next bits at the start of a block: the resulting state in the low half, the DC difference in the
    /// high half.
    pub block: Box<[u32; 1 << DC_BITS]>,
    /// Indexed by the next bits inside a block: what to add to the state.
    pub ac: Box<[u16; 1 << AC_BITS]>,
    dc_codes: Codes,
    ac_codes: Option<Codes>,
}

impl SkipTable {
    /// `ac` is `None` for a scan of DC coefficients only.
    pub(super) fn new(dc: &Codes, ac: Option<&Codes>) -> Option<Self> {
        let heap = runs(ac)?;
        let mut block = boxed::<u32, { 1 << DC_BITS }>(UNDECIDED)?;
        dc.for_each(DC_BITS, |code, length, category| {
            let bits = length + u32::from(category);
            if bits > DC_BITS {
                return;
            }
            let rest = DC_BITS - bits;
            for value in 0..1u32 << category {
                let base = bits + COEFFICIENT + ((difference(value, u32::from(category)) as u32) << 16);
                let at = ((code << category | value) << rest) as usize;
                let runs = heap.get(1 << rest..2 << rest).unwrap_or_default();
                for (entry, &run) in block.iter_mut().skip(at).zip(runs) {
                    let run = u32::from(run);
                    *entry = base + if bits + (run & 0xFF) <= DC_CAP { run } else { 0 };
                }
            }
        });
        let mut top = boxed::<u16, { 1 << AC_BITS }>(0)?;
        for (entry, &run) in top.iter_mut().zip(heap.get(1 << AC_BITS..).unwrap_or_default()) {
            *entry = if run == 0 { UNDECIDED as u16 } else { run };
        }
        Some(Self { block, ac: top, dc_codes: dc.clone(), ac_codes: ac.cloned() })
    }

    /// For a scan of single bits without codes.
    pub(super) fn without_codes() -> Option<Self> {
        let none = Codes { symbols: Vec::new(), limit: [0; 17], first: [0; 17] };
        Self::new(&none, None)
    }

    /// Whether AC coefficients follow the DC coefficient.
    pub(super) fn has_ac(&self) -> bool {
        self.ac_codes.is_some()
    }

    /// Reads one DC difference. An invalid code counts as 0 and sets `bits.damaged`.
    #[cold]
    pub(super) fn read_dc(&self, bits: &mut Bits, data: &[u8]) -> i32 {
        bits.refill(data);
        let Some((category, length)) = self.dc_codes.symbol(bits.top(16)) else {
            bits.consume(16);
            bits.damaged = true;
            return 0;
        };
        bits.consume(length);
        let category = u32::from(category.min(16));
        let value = if category == 0 { 0 } else { bits.top(category) };
        bits.consume(category);
        difference(value, category)
    }

    /// Reads AC symbols starting at coefficient `k`: one, or all to the end of the block. Returns the next coefficient.
    #[cold]
    pub(super) fn read_ac(&self, bits: &mut Bits, data: &[u8], mut k: u32, one: bool) -> u32 {
        let Some(codes) = &self.ac_codes else { return 64 };
        while k < 64 {
            bits.refill(data);
            let Some((symbol, length)) = codes.symbol(bits.top(16)) else {
                bits.consume(16);
                bits.damaged = true;
                return 64;
            };
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            bits.consume(length + size);
            if size == 0 && run != 15 {
                return 64;
            }
            k += run + 1;
            if one {
                break;
            }
        }
        k
    }
}

/// T.81, figure F.12 (EXTEND): the upper half of the values of a category are positive.
fn difference(value: u32, category: u32) -> i32 {
    let half = (1i32 << category) >> 1;
    let value = value as i32;
    if value < half { value + 1 - (1 << category) } else { value }
}

/// For each width up to `AC_BITS` and each value of that many bits: all whole symbols that these bits decide. Those of
/// width w start at `1 << w`. 0 if the bits decide none.
fn runs(ac: Option<&Codes>) -> Option<Vec<u16>> {
    let mut heap = Vec::new();
    heap.try_reserve_exact(2 << AC_BITS).ok()?;
    let Some(ac) = ac else {
        heap.resize(2 << AC_BITS, EOB as u16);
        return Some(heap);
    };
    heap.resize(2 << AC_BITS, 0u16);
    for width in 1..=AC_BITS {
        let (shorter, own) = heap.split_at_mut(1 << width);
        ac.for_each(width, |code, length, symbol| {
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            let ends = size == 0 && run != 15;
            let bits = length + size;
            if bits > AC_CAP {
                return;
            }
            let base = bits + if ends { EOB } else { (run + 1) * COEFFICIENT };
            let start = (code << (width - length)) as usize;
            let end = ((code + 1) << (width - length)) as usize;
            let Some(own) = own.get_mut(start..end) else { return };
            if ends || bits >= width {
                own.fill(base as u16);
                return;
            }
            let rest = width - bits;
            let Some(tails) = shorter.get(1 << rest..2 << rest) else { return };
            for part in own.chunks_exact_mut(1 << rest) {
                for (entry, &tail) in part.iter_mut().zip(tails) {
                    let tail = u32::from(tail);
                    let whole = base + tail;
                    // Sixty-four coefficients without an end of block would be mistaken for one.
                    let fits = (tail & 0xFF) + bits <= AC_CAP && (whole & (EOB - 1)) < BLOCK_END;
                    *entry = if fits { whole as u16 } else { base as u16 };
                }
            }
        });
    }
    Some(heap)
}

fn boxed<T: Copy, const N: usize>(value: T) -> Option<Box<[T; N]>> {
    let mut entries = Vec::new();
    entries.try_reserve_exact(N).ok()?;
    entries.resize(N, value);
    entries.into_boxed_slice().try_into().ok()
}
