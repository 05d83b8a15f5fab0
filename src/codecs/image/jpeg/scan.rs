//! Reads one scan, restart interval by restart interval.
//!
//! Damage is handled as in libjpeg: data that ends early loses the rest of its restart interval, and a restart marker
//! with an unexpected number tells how many intervals were lost.

use super::bits::Bits;
use super::blocks;
use super::deinterleave::deinterleave;
use super::entropy::{End, Entropy};
use super::header::Header;
use super::layout::{Layout, Pass};
use super::markers::{Markers, Scan};
use super::plane::Coefficients;
use super::window::Window;
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::Result;

/// How far a scan was read.
pub(super) struct Outcome {
    /// Complete rows of MCUs that were read, and their total number.
    pub rows: usize,
    pub all_rows: usize,
    /// Whether all MCUs were present and all codes valid.
    pub intact: bool,
    /// The marker after the scan, which has been consumed; `None` at the end of the file.
    pub end: Option<u8>,
}

/// The most bytes a block can take: a DC code of 32 bits and 63 AC codes of 31.
const BLOCK_MAX: usize = 256;

/// Reads the DC coefficients of `scan` into `planes`.
pub(super) fn read(
    header: &Header,
    markers: &mut Markers,
    scan: &Scan,
    pass: Pass,
    planes: &mut [Coefficients],
    entropy: &mut Entropy,
    interrupt: &Interrupt,
) -> Result<Outcome> {
    let mut layout = Layout::new(header, &markers.tables, scan, pass, planes)?;
    let total = layout.columns * layout.rows;
    let restarts = markers.tables.restart_interval as usize;
    let row = vec![0; layout.columns * layout.blocks()];
    let mut reader =
        Reader { pass, planes, entropy, window: &mut markers.window, interrupt, row, mcu: 0, intact: true };
    reader.entropy.restart();
    reader.entropy.advance(0, reader.window)?;
    let mut rows = 0;
    let mut expected = 0;
    while reader.mcu < total {
        let end = if restarts == 0 { total } else { (reader.mcu + restarts).min(total) };
        reader.interval(&mut layout, end)?;
        rows = rows.max(reader.mcu / layout.columns);
        reader.drop_rest()?;
        if end == total {
            break;
        }
        match reader.restart(&mut expected)? {
            Some(lost) => reader.mcu = (end + lost * restarts).min(total),
            None => break,
        }
    }
    let intact = reader.intact && rows == layout.rows;
    let end = match entropy.end() {
        Some(End::Marker(code)) => Some(code),
        _ => None,
    };
    Ok(Outcome { rows, all_rows: layout.rows, intact, end })
}

struct Reader<'a> {
    pass: Pass,
    planes: &'a mut [Coefficients],
    entropy: &'a mut Entropy,
    window: &'a mut Window,
    interrupt: &'a Interrupt,
    /// The values of the blocks of a row of MCUs, in scan order.
    row: Vec<i16>,
    /// MCUs read so far.
    mcu: usize,
    intact: bool,
}

impl Reader<'_> {
    /// Reads up to MCU `end`, or as far as the data goes.
    fn interval(&mut self, layout: &mut Layout, end: usize) -> Result<()> {
        for part in &mut layout.parts {
            part.predictor = 0;
        }
        let blocks = layout.blocks();
        let mut bits = Bits::default();
        while self.mcu < end {
            // Up to the end of the row, so that `deinterleave` handles one row at a time.
            let column = self.mcu % layout.columns;
            let count = (layout.columns - column).min(end - self.mcu);
            let is_last = self.entropy.end().is_some();
            let reserve = if is_last { 0 } else { blocks * BLOCK_MAX };
            let limit = self.entropy.size().saturating_sub(reserve) * 8;
            let row = self.row.get_mut(..count * blocks).unwrap_or_default();
            let data = self.entropy.padded();
            let done = match self.pass {
                Pass::First { .. } => blocks::differences(&layout.order(), &mut bits, data, limit, row),
                Pass::Refine { .. } => blocks::single_bits(blocks, &mut bits, data, limit, row),
            };
            let row = self.row.get_mut(..done * blocks).unwrap_or_default();
            deinterleave(layout, self.planes, self.pass, row, self.mcu);
            self.mcu += done;
            if column + done == layout.columns {
                self.interrupt.check()?;
            }
            if bits.position() <= limit {
                continue;
            }
            if is_last {
                self.intact = false;
                break;
            }
            self.entropy.advance(bits.position() / 8, self.window)?;
            bits = bits.moved(self.entropy.padded());
        }
        self.intact &= !bits.damaged;
        Ok(())
    }

    /// Drops data after the last MCU of an interval.
    fn drop_rest(&mut self) -> Result<()> {
        while self.entropy.end().is_none() {
            self.interrupt.check()?;
            self.entropy.advance(self.entropy.size(), self.window)?;
        }
        Ok(())
    }

    /// Reads the restart marker that ends an interval, or one near it. Returns how many intervals were lost, or `None`
    /// if the scan ends. `expected` is the number of the marker.
    fn restart(&mut self, expected: &mut u8) -> Result<Option<usize>> {
        loop {
            let Some(End::Marker(code @ 0xD0..=0xD7)) = self.entropy.end() else { return Ok(None) };
            self.entropy.restart();
            self.entropy.advance(0, self.window)?;
            let ahead = code.wrapping_sub(*expected) & 7;
            self.intact &= ahead == 0;
            if ahead >= 6 {
                // A late marker: its interval has been counted already.
                self.drop_rest()?;
                continue;
            }
            *expected = code.wrapping_add(1) & 7;
            // Far from the expected number, the number itself is more likely damaged.
            return Ok(Some(if ahead <= 2 { usize::from(ahead) } else { 0 }));
        }
    }
}
