//! What one metafile may spend. Counters only fall; what exceeds them is left out and the drawing is
//! marked as truncated, so that a hostile file costs a bounded amount and still shows what came first.

use super::Fault;

/// Limits of one conversion. The defaults let every real file through that was met.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Records played, nested metafiles included.
    pub records: u32,
    /// Points of all outlines.
    pub points: u32,
    /// Elements of the resulting SVG.
    pub elements: u32,
    /// Pixels of all decoded bitmaps.
    pub pixels: u64,
    /// Bytes of the resulting SVG.
    pub output: usize,
    /// Metafiles inside metafiles.
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

    /// Pays for a bitmap before it is decoded; yields its pixel count.
    pub(super) fn take_pixels(&mut self, width: u32, height: u32) -> Option<usize> {
        let count = u64::from(width) * u64::from(height);
        if count == 0 {
            return None;
        }
        self.pixels = self.pixels.checked_sub(count)?;
        usize::try_from(count).ok()
    }
}
