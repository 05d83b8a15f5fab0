//! Limits of one conversion. Counters only decrease. What exceeds them is left out and the drawing is marked as
//! truncated, so that the cost of a hostile file is bounded and its beginning is still shown.

use super::fault::Fault;

/// Limits of one conversion. All real files known to us are within the defaults.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Records played, including those of nested metafiles.
    pub records: u32,
    /// Points of all paths.
    pub points: u32,
    /// Elements of the SVG.
    pub elements: u32,
    /// Pixels of all decoded bitmaps.
    pub pixels: u64,
    /// Bytes of the SVG.
    pub output: usize,
    /// Nesting depth of metafiles.
    pub nesting: u8,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { records: 500_000, points: 2_000_000, pixels: 1 << 26, elements: 200_000, output: 32 << 20, nesting: 4 }
    }
}

impl Bounds {
    pub(super) fn record(&mut self) -> Result<(), Fault> {
        self.records = self.records.checked_sub(1).ok_or(Fault::Limit("too many records"))?;
        Ok(())
    }

    pub(super) fn take_points(&mut self, count: usize) -> Option<()> {
        self.points = self.points.checked_sub(u32::try_from(count).ok()?)?;
        Some(())
    }

    /// Counts a bitmap before it is decoded. Returns its number of pixels.
    pub(super) fn take_pixels(&mut self, width: u32, height: u32) -> Option<usize> {
        let count = u64::from(width) * u64::from(height);
        if count == 0 {
            return None;
        }
        self.pixels = self.pixels.checked_sub(count)?;
        usize::try_from(count).ok()
    }
}
