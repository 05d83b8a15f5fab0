//! The inner loop: reads the blocks of MCUs from the bits of a scan.

use super::bits::Bits;
use super::huffman::{AC_BITS, BLOCK_END, COEFFICIENT, DC_BITS, SkipTable, ended, undecided};

/// Reads MCUs until `out` is full or the position passes bit `limit`; returns their number. Each block yields its DC
/// difference.
pub(super) fn differences(order: &[&SkipTable], bits: &mut Bits, data: &[u8], limit: usize, out: &mut [i16]) -> usize {
    let mut at = *bits;
    let mut done = 0;
    for mcu in out.chunks_exact_mut(order.len().max(1)) {
        if at.position() > limit {
            break;
        }
        for (slot, table) in mcu.iter_mut().zip(order) {
            *slot = block(table, &mut at, data) as i16;
        }
        done += 1;
    }
    *bits = at;
    done
}

#[inline(always)]
fn block(table: &SkipTable, bits: &mut Bits, data: &[u8]) -> i32 {
    bits.refill(data);
    let entry = table.block[(bits.ahead >> (64 - DC_BITS)) as usize];
    let mut difference = entry as i32 >> 16;
    let mut state = entry & 0xFFFF;
    let mut last = state;
    let mut ahead = bits.ahead << (entry & 63);
    let mut started = state < BLOCK_END;
    loop {
        'run: {
            if !started {
                break 'run;
            }
            macro_rules! step {
                () => {
                    last = u32::from(table.ac[(ahead >> (64 - AC_BITS)) as usize]);
                    ahead <<= last & 63;
                    state += last;
                    if state >= BLOCK_END {
                        break 'run;
                    }
                };
            }
            step!();
            step!();
            loop {
                bits.ahead = ahead;
                bits.have -= state & 0xFF;
                state &= !0xFF;
                bits.refill(data);
                ahead = bits.ahead;
                step!();
                step!();
                step!();
            }
        }
        if ended(state) {
            bits.ahead = ahead;
            bits.have -= state & 0xFF;
            return difference;
        }
        let (rare, k) = rare(table, *bits, data, state, last, &mut difference);
        *bits = rare;
        if k >= 64 {
            return difference;
        }
        state = k * COEFFICIENT;
        ahead = bits.ahead;
        started = true;
    }
}

/// Undoes the last table entry, which was inconclusive, and reads symbol by symbol: one symbol if the code was too
/// long, the rest of the block if the block may have ended within the entry. Returns the index of the next coefficient.
#[cold]
#[inline(never)]
fn rare(table: &SkipTable, mut bits: Bits, data: &[u8], state: u32, last: u32, difference: &mut i32) -> (Bits, u32) {
    let before = state - last;
    let mut k = before / COEFFICIENT;
    if before == 0 {
        *difference = table.read_dc(&mut bits, data);
        k = 1;
        if undecided(state) {
            bits.refill(data);
            return (bits, if table.has_ac() { k } else { 64 });
        }
    } else {
        let damaged = bits.damaged;
        bits = Bits::at(bits.position() + (before & 0xFF) as usize, data);
        bits.damaged = damaged;
    }
    k = table.read_ac(&mut bits, data, k, undecided(state));
    bits.refill(data);
    (bits, k)
}

/// Reads one bit per block.
pub(super) fn single_bits(per_mcu: usize, bits: &mut Bits, data: &[u8], limit: usize, out: &mut [i16]) -> usize {
    let mut done = 0;
    for mcu in out.chunks_exact_mut(per_mcu.max(1)) {
        if bits.position() > limit {
            break;
        }
        bits.refill(data);
        for slot in mcu {
            *slot = bits.top(1) as i16;
            bits.consume(1);
        }
        done += 1;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::super::huffman::Codes;
    use super::super::standard;
    use super::*;

    /// A table in which all codes have the same length, so that runs of symbols often cross coefficient 63.
    fn even() -> Codes {
        let mut counts = [0; 16];
        counts[2] = 7;
        Codes::new(&counts, &[0x00, 0x01, 0xF0, 0xF1, 0x72, 0x1A, 0xE3]).unwrap()
    }

    #[test]
    fn tables_and_single_symbols_find_the_same_blocks() {
        let dc = Codes::new(&standard::DC_COUNTS[0], &standard::DC_SYMBOLS).unwrap();
        let ac = Codes::new(&standard::AC_COUNTS[0], &standard::AC_SYMBOLS[0]).unwrap();
        let mut seed = 5u64;
        for codes in [ac, even()] {
            let table = SkipTable::new(&dc, Some(&codes)).unwrap();
            let data: Vec<u8> = std::iter::repeat_with(|| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 56) as u8
            })
            .take(100_000)
            .collect();
            let (mut fast, mut slow) = (Bits::default(), Bits::default());
            while fast.position() < 90_000 * 8 {
                let difference = block(&table, &mut fast, &data);
                assert_eq!(difference, table.read_dc(&mut slow, &data));
                table.read_ac(&mut slow, &data, 1, false);
                assert_eq!(fast.position(), slow.position());
            }
        }
    }
}
