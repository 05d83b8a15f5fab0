//! Names of names: the outer levels of categories, each over as many of them as it has.

use thumbling_core::error::Result;

use super::drawing::{Drawing, Words};
use super::lettering::Lettering;
use super::plane::Names;

/// Room between levels, pt.
const GAP: f32 = 2.0;

/// One level.
pub(super) struct Level {
    /// Where on the axis the middle of each name stands.
    pub(super) names: Vec<(f32, Words)>,
    /// Where on the axis one name ends and the next begins.
    pub(super) borders: Vec<f32>,
    /// How much room it takes beside the axis, pt.
    pub(super) thickness: f32,
}

/// Sets the outer levels of an axis, the innermost first; along an axis that runs upward they are turned.
pub(super) fn set(
    drawing: &Drawing<'_>,
    lettering: &Lettering,
    axis: &Names,
    levels: &[Vec<(usize, String)>],
    vertical: bool,
) -> Result<Vec<Level>> {
    let mut all = Vec::new();
    for level in levels {
        let (mut names, mut borders) = (Vec::new(), Vec::new());
        for (n, (start, text)) in level.iter().enumerate() {
            drawing.check()?;
            let end = level.get(n + 1).map_or(axis.count, |(next, _)| *next).max(start + 1);
            let half = (axis.share(end - 1) - axis.share(*start)).signum() * axis.slot() / 2.0;
            borders.extend([axis.share(*start) - half, axis.share(end - 1) + half]);
            let middle = (axis.share(*start) + axis.share(end - 1)) / 2.0;
            names.push((middle, drawing.plain(text, lettering, None, if vertical { -90.0 } else { 0.0 })?));
        }
        let thickness = names.iter().map(|(_, w)| w.height).fold(0.0, f32::max) + GAP;
        all.push(Level { names, borders, thickness });
    }
    Ok(all)
}
