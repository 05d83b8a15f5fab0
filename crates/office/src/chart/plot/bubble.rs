//! Bubble charts.

use thumbling_core::error::Result;
use thumbling_page::tree::{Outline, Rect};

use super::overlays;
use super::points::PlottedPoint;
use crate::chart::drawing::Drawing;
use crate::chart::element::{flag, number};
use crate::chart::layout::data_labels;
use crate::chart::layout::plane::{FirstAxis, Plane};
use crate::chart::model::Group;
use crate::chart::values;

/// Diameter of the largest bubble, as a share of the shorter side of the plot area.
const LARGEST: f32 = 0.25;

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let FirstAxis::Numbers(x) = &plane.first else { return Ok(()) };
    let scale = number(group.element, "c:bubbleScale").unwrap_or(100.0).clamp(0.0, 300.0) as f32 / 100.0;
    let by_width = group.element.val("c:sizeRepresents") == Some("w");
    let shows_negative = flag(group.element, "c:showNegBubbles").unwrap_or(false);
    let sizes = group.series.iter().flat_map(|s| &s.sizes).flatten();
    let largest = sizes.fold(0f64, |max, size| max.max(size.abs()));
    let most = plane.area.width.min(plane.area.height) * LARGEST * scale;
    let mut pending = Vec::new();
    for series in &group.series {
        let mut spots = Vec::new();
        for (n, value) in series.values.iter().enumerate() {
            if n % 64 == 0 {
                drawing.check()?;
            }
            spots.resize(n, None);
            let (Some(value), Some(at)) = (*value, values::x_of(series, n)) else { continue };
            let size =
                series.sizes.get(n).copied().flatten().unwrap_or(if series.sizes.is_empty() { 1.0 } else { 0.0 });
            if size == 0.0 || size < 0.0 && !shows_negative {
                continue;
            }
            let share = if largest > 0.0 { (size.abs() / largest) as f32 } else { 1.0 };
            let width = most * if by_width { share } else { share.sqrt() };
            let middle = plane.point(x.share(at), plane.second.share(value));
            let (fill, stroke) = drawing.value_style(group, series, Some(n), (width, width));
            let bounds = Rect::new(middle.x - width / 2.0, middle.y - width / 2.0, width, width);
            drawing.outlined(bounds, Outline::Ellipse, fill, stroke);
            spots.push(Some(PlottedPoint { first: x.share(at), x: at, value, top: value }));
            if let Some(label) = data_labels::of(drawing, group, series, n, None)? {
                pending.push((label, middle, width / 2.0));
            }
        }
        overlays::draw(drawing, group, series, plane, &spots)?;
    }
    for (label, middle, away) in pending {
        label.beside(drawing, middle, away);
    }
    Ok(())
}
