//! Vertical metrics of fonts as word processors use them.

use std::collections::HashMap;

use parley::FontData;
use skrifa::raw::TableProvider;
use skrifa::raw::tables::os2::SelectionFlags;

/// Distances from the baseline for a font of 1 pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vertical {
    /// Upward.
    pub(super) ascent: f32,
    /// Downward, with the gap between lines.
    pub(super) descent: f32,
}

impl Default for Vertical {
    fn default() -> Self {
        Self { ascent: 0.9, descent: 0.25 }
    }
}

/// Metrics by font file and face.
#[derive(Default)]
pub(super) struct MetricsCache(HashMap<(u64, u32), Vertical>);

impl MetricsCache {
    pub(super) fn get(&mut self, font: &FontData) -> Vertical {
        let read = || of(font).unwrap_or_default();
        *self.0.entry((font.data.id(), font.index)).or_insert_with(read)
    }
}

/// GDI's rule: the heights of `OS/2.usWin…`, and as much of the line gap of `hhea` as they leave. Fonts that ask for
/// their typographic metrics get those.
fn of(font: &FontData) -> Option<Vertical> {
    let font = skrifa::FontRef::from_index(font.data.as_ref(), font.index).ok()?;
    let unit = f32::from(font.head().ok()?.units_per_em().max(16));
    let hhea = font.hhea().ok()?;
    let (rise, fall) = (f32::from(hhea.ascender().to_i16()), -f32::from(hhea.descender().to_i16()));
    let gap = f32::from(hhea.line_gap().to_i16()).max(0.0);
    let (ascent, descent) = match font.os2() {
        Ok(os2) if os2.fs_selection().contains(SelectionFlags::USE_TYPO_METRICS) => {
            let below = -f32::from(os2.s_typo_descender()) + f32::from(os2.s_typo_line_gap()).max(0.0);
            (f32::from(os2.s_typo_ascender()), below)
        }
        Ok(os2) if os2.us_win_ascent() > 0 => {
            let (above, below) = (f32::from(os2.us_win_ascent()), f32::from(os2.us_win_descent()));
            (above, below + (gap - (above + below - rise - fall)).max(0.0))
        }
        _ => (rise, fall + gap),
    };
    let is_sane = ascent > 0.0 && ascent + descent > 0.2 * unit && ascent + descent < 5.0 * unit;
    is_sane.then(|| Vertical { ascent: ascent / unit, descent: descent / unit })
}
