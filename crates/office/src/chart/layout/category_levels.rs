//! Multi-level categories: the outer levels, each label spanning several categories.

use thumbling_core::error::Result;

use crate::chart::drawing::text_style::TextStyle;
use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::layout::plane::Categories;

/// Gap between levels, pt.
const GAP: f32 = 2.0;

/// One outer level.
pub(crate) struct CategoryLevel {
    /// Labels, by the position of their middle on the axis, 0 to 1.
    pub(crate) names: Vec<(f32, TextLayout)>,
    /// Borders between labels, 0 to 1.
    pub(crate) borders: Vec<f32>,
    /// Room that the level takes beside the axis, pt.
    pub(crate) thickness: f32,
}

/// Lays out the outer levels of an axis, the innermost first. Along a vertical axis they are rotated.
pub(crate) fn set(
    drawing: &Drawing<'_>,
    text_style: &TextStyle,
    axis: &Categories,
    levels: &[Vec<(usize, String)>],
    vertical: bool,
) -> Result<Vec<CategoryLevel>> {
    let mut all = Vec::new();
    for level in levels {
        let (mut names, mut borders) = (Vec::new(), Vec::new());
        for (n, (start, text)) in level.iter().enumerate() {
            drawing.check()?;
            let end = level.get(n + 1).map_or(axis.count, |(next, _)| *next).max(start + 1);
            let half = (axis.share(end - 1) - axis.share(*start)).signum() * axis.slot() / 2.0;
            borders.extend([axis.share(*start) - half, axis.share(end - 1) + half]);
            let middle = (axis.share(*start) + axis.share(end - 1)) / 2.0;
            names.push((middle, drawing.plain(text, text_style, None, if vertical { -90.0 } else { 0.0 })?));
        }
        let thickness = names.iter().map(|(_, w)| w.height).fold(0.0, f32::max) + GAP;
        all.push(CategoryLevel { names, borders, thickness });
    }
    Ok(all)
}
