//! Stock charts, and what connects series of line charts: high-low lines, up-down bars, drop lines.

use thumbling_core::error::Result;
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::tree::Rect;

use crate::chart::drawing::Drawing;
use crate::chart::drawing::marker;
use crate::chart::element::number;
use crate::chart::layout::plane::{FirstAxis, Plane};
use crate::chart::model::Group;
use crate::chart::values;

use super::overlays;
use super::points::spots;

type Spans = Vec<Vec<Option<(f64, f64)>>>;

/// Draws a stock chart. Series have no lines by default.
pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let spans = values::spans(group, drawing.chart.blanks);
    between(drawing, group, plane, &spans)?;
    for (series, spans) in group.series.iter().zip(spans) {
        let has_line = series.properties.and_then(|p| p.child("a:ln")).is_some();
        let stroke = drawing.series_line(group, series, None).filter(|_| has_line);
        overlays::draw(drawing, group, series, plane, &spots(series, &spans, plane))?;
        let points: Vec<_> =
            spans.iter().enumerate().filter_map(|(n, s)| s.map(|(_, to)| (n, plane.at(n, to)))).collect();
        drawing.line(&points.iter().map(|(_, p)| *p).collect::<Vec<_>>(), stroke);
        for (n, point) in points {
            if n % 64 == 0 {
                drawing.check()?;
            }
            if let Some(marker) = marker::of(drawing, group, series, Some(n)) {
                marker.draw(drawing, point);
            }
        }
    }
    Ok(())
}

/// Draws high-low lines, drop lines and up-down bars.
pub(crate) fn between(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane, spans: &Spans) -> Result<()> {
    let (high_low, drop) = (group.element.child("c:hiLowLines"), group.element.child("c:dropLines"));
    let bars = group.element.child("c:upDownBars");
    let FirstAxis::Categories(names) = &plane.first else { return Ok(()) };
    if high_low.is_none() && drop.is_none() && bars.is_none() {
        return Ok(());
    }
    let black = Some(Stroke::new(drawing.scene.palette.scheme("tx1").unwrap_or(Color::BLACK), 0.75));
    let gap = bars.and_then(|b| number(b, "c:gapWidth")).unwrap_or(150.0).clamp(0.0, 500.0) as f32 / 100.0;
    let width = names.slot() / (1.0 + gap);
    for n in 0..names.count {
        if n % 64 == 0 {
            drawing.check()?;
        }
        let values: Vec<f64> = spans.iter().filter_map(|s| s.get(n).copied().flatten()).map(|(_, to)| to).collect();
        let (Some(first), Some(last)) = (values.first(), values.last()) else { continue };
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        if let Some(lines) = high_low {
            let stroke = drawing.stroke(&[lines.child("c:spPr")], black.clone());
            drawing.line(&[plane.at(n, high), plane.at(n, low)], stroke);
        }
        if let Some(lines) = drop {
            let stroke = drawing.stroke(&[lines.child("c:spPr")], black.clone());
            drawing.line(&[plane.at(n, high), plane.at(n, plane.base)], stroke);
        }
        if let Some(bars) = bars {
            let (name, color) =
                if last >= first { ("c:upBars", Color::WHITE) } else { ("c:downBars", Color::hex(0x40_4040)) };
            let properties = [bars.child(name).and_then(|b| b.child("c:spPr"))];
            let share = names.share(n);
            let a = plane.point(share - width / 2.0, plane.second.within(*first));
            let b = plane.point(share + width / 2.0, plane.second.within(*last));
            let bounds = Rect::new(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs());
            let fill = drawing.fill(&properties, Fill::Solid(color), (bounds.width, bounds.height));
            let stroke = drawing.stroke(&properties, black.clone());
            drawing.rect(bounds, fill, stroke);
        }
    }
    Ok(())
}
