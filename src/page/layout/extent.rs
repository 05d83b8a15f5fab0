//! How far a line reaches above and below its baseline.
//!
//! Two schools: programs of running text ask the fonts; programs of slides take the size of the letters alone, so that
//! another font leaves every line where it is.

use parley::{Line, PositionedLayoutItem};

use crate::page::text::LineSpacing;

use super::context::Brush;
use super::flow::Scale;
use super::paragraph::Flat;

/// From line to line, in sizes of the letters: boxes that PowerPoint has fitted to their text grow by 1.2117 sizes a
/// line, in Arial as in Cambria, Segoe UI or Lucida Sans Unicode.
const PITCH: f32 = 1.2117;

/// Of what a line is higher than by itself, the share above its letters, as previews that PowerPoint made have it.
/// What it is lower than by itself is all taken away above.
const ABOVE: f32 = 0.6;

/// What a line takes from its baseline, pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extent {
    /// Upward.
    pub(super) over: f32,
    /// Downward.
    pub(super) under: f32,
}

/// As the fonts of the line ask for; multiples are parley's, half of them above.
pub(super) fn of_fonts(line: &Line<'_, Brush>, spacing: LineSpacing, scale: Scale) -> Extent {
    let metrics = line.metrics();
    let (over, under) = (metrics.baseline - metrics.block_min_coord, metrics.block_max_coord - metrics.baseline);
    match spacing {
        LineSpacing::AtLeast(pt) => Extent { over: over.max(pt * scale.size - under), under },
        _ => Extent { over, under },
    }
}

/// As the size of the letters asks for; where they stand in it is up to their fonts.
pub(super) fn of_size(line: &Line<'_, Brush>, flat: &Flat<'_>, spacing: LineSpacing, scale: Scale) -> Extent {
    let mut extent = Extent { over: 0.0, under: 0.0 };
    let add = |extent: &mut Extent, size: f32, below: f32| {
        let under = size * PITCH * below.clamp(0.1, 0.4);
        *extent = Extent { over: extent.over.max(size * PITCH - under), under: extent.under.max(under) };
    };
    for item in line.items() {
        match item {
            PositionedLayoutItem::GlyphRun(run) => {
                let metrics = run.run().font_metrics();
                let whole = metrics.ascent + metrics.descent + metrics.leading.max(0.0);
                let size = match flat.runs.get(run.style().brush as usize) {
                    Some((_, style)) => style.size * scale.size,
                    None => run.run().font_size(),
                };
                add(&mut extent, size, metrics.descent / whole.max(0.1));
            }
            PositionedLayoutItem::InlineBox(object) => extent.over = extent.over.max(object.height),
        }
    }
    if extent.over <= 0.0 {
        let size = flat.runs.last().map_or(12.0, |(_, style)| style.size) * scale.size;
        extent = Extent { over: size * PITCH * 0.8, under: size * PITCH * 0.2 };
    }
    let own = extent.over + extent.under;
    let wanted = match spacing {
        // A reduction is taken off the spacing, not a share of it (ECMA-376, 21.1.2.1.3).
        LineSpacing::Multiple(times) => own * (times + scale.spacing - 1.0).max(0.1),
        LineSpacing::Exact(pt) => return Extent { over: pt * scale.size - extent.under, ..extent },
        LineSpacing::AtLeast(pt) => own.max(pt * scale.size),
    };
    let more = wanted - own;
    let above = if more > 0.0 { more * ABOVE } else { more };
    Extent { over: extent.over + above, under: extent.under + more - above }
}
