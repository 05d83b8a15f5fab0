//! Extent of a line above and below its baseline.
//!
//! Word processors use font metrics; presentation programs use only the font size, so that substituting a font does
//! not move lines.

use parley::{Line, PositionedLayoutItem};

use crate::text::LineSpacing;

use super::context::Brush;
use super::flow::Scale;
use super::inline_content::InlineContent;

/// Line pitch in font sizes. Measured: boxes that PowerPoint fits to their text grow by 1.2117 font sizes per line, in
/// Arial as in Cambria, Segoe UI or Lucida Sans Unicode.
const LINE_PITCH: f32 = 1.2117;

/// Fraction of added line spacing that goes above the text, measured in previews by PowerPoint. Reduced spacing is
/// taken entirely from above.
const EXCESS_ABOVE: f32 = 0.6;

/// Distances from the baseline, pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extent {
    /// Upward.
    pub(super) over: f32,
    /// Downward.
    pub(super) under: f32,
}

/// From font metrics. Multiples are computed by parley, half of them above.
pub(super) fn of_fonts(line: &Line<'_, Brush>, spacing: LineSpacing, scale: Scale) -> Extent {
    let metrics = line.metrics();
    let (over, under) = (metrics.baseline - metrics.block_min_coord, metrics.block_max_coord - metrics.baseline);
    match spacing {
        LineSpacing::AtLeast(pt) => Extent { over: over.max(pt * scale.size - under), under },
        _ => Extent { over, under },
    }
}

/// From the font size; the position of the baseline within it depends on the fonts.
pub(super) fn of_size(line: &Line<'_, Brush>, flat: &InlineContent<'_>, spacing: LineSpacing, scale: Scale) -> Extent {
    let range = line.text_range();
    let text = flat.text.get(range.clone()).unwrap_or_default();
    let letters = range.start..range.start + text.trim_end_matches('\n').len();
    let size = match (letters.is_empty(), range.is_empty()) {
        // A line without text has the height of its line break, or of the end of the paragraph.
        (_, true) => flat.end,
        (true, false) => {
            flat.runs.iter().find(|(run, _)| run.contains(&range.start)).map_or(flat.end, |(_, style)| style.size)
        }
        (false, false) => {
            let shown = flat.runs.iter().filter(|(run, _)| run.start < letters.end && letters.start < run.end);
            shown.fold(0.0, |size: f32, (_, style)| size.max(style.size))
        }
    };
    let (mut below, mut object) = (0.0f32, 0.0f32);
    for item in line.items() {
        match item {
            PositionedLayoutItem::GlyphRun(run) => {
                let metrics = run.run().font_metrics();
                let whole = metrics.ascent + metrics.descent + metrics.leading.max(0.0);
                below = below.max(metrics.descent / whole.max(0.1));
            }
            PositionedLayoutItem::InlineBox(inline) => object = object.max(inline.height),
        }
    }
    let height = size * scale.size * LINE_PITCH;
    let under = height * if below > 0.0 { below.clamp(0.1, 0.4) } else { 0.2 };
    let extent = Extent { over: (height - under).max(object), under };
    let own = extent.over + extent.under;
    let wanted = match spacing {
        // The reduction is subtracted from the spacing, not multiplied (ECMA-376, 21.1.2.1.3).
        LineSpacing::Multiple(times) => own * (times + scale.spacing - 1.0).max(0.1),
        LineSpacing::Exact(pt) => return Extent { over: pt * scale.size - extent.under, ..extent },
        LineSpacing::AtLeast(pt) => own.max(pt * scale.size),
    };
    let more = wanted - own;
    let above = if more > 0.0 { more * EXCESS_ABOVE } else { more };
    Extent { over: extent.over + above, under: extent.under + more - above }
}
