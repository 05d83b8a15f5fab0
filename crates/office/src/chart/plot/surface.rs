//! Surface charts (`c:surfaceChart`, `c:surface3DChart`), seen from above: bands of equal height in the colours of the
//! value axis steps.
//!
//! Each grid cell is two triangles. A band is drawn as everything at or above its lower edge, from low to high, so that
//! bands have no seams between them.

use crate::number_format::{DateSystem, NumberFormat};
use thumbling_core::error::Result;
use thumbling_page::style::{Fill, Stroke};
use thumbling_page::tree::{PathBuilder, Point, Rect};

use crate::chart::drawing::text_style::TextRole;
use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::element::flag;
use crate::chart::layout;
use crate::chart::layout::tick_labels;
use crate::chart::model::{Axis, AxisKind, Blanks, Group};
use crate::chart::values;
use crate::chart::values::scale::Scale;

/// Categories and series drawn; of more, every nth.
const MAX_SIDE: usize = 96;

/// Bands drawn.
const MAX_BANDS: usize = 40;

/// Share of the chart height that the value axis has in a 3-D view.
const UPRIGHT: f32 = 0.45;

/// Between the plot area and the text beside it, pt.
const GAP: f32 = 4.0;

/// A range of heights with one colour.
pub(crate) struct Band {
    /// Lower edge.
    from: f64,
    /// In the legend.
    pub(crate) name: String,
    pub(crate) fill: Fill,
}

/// A point on the page, and the height there.
type Corner = (Point, f64);

/// The bands of a surface, the lowest first.
pub(crate) fn bands(drawing: &Drawing<'_>, group: &Group<'_>) -> Vec<Band> {
    let axis = axis(drawing, group, AxisKind::Value);
    let size = drawing.text_style(TextRole::Label, &[axis.and_then(|a| a.element.child("c:txPr"))]).run.size;
    let steps = (drawing.area.height * UPRIGHT / (size * 1.2)) as usize;
    let scale = Scale::new(axis, values::range(group, Blanks::Gap), steps, false);
    let source = group.series.first().map_or("General", |s| s.format);
    let format = axis.and_then(tick_labels::number_format).unwrap_or_else(|| NumberFormat::parse(source));
    let ticks = scale.ticks();
    let every = ticks.len().div_ceil(MAX_BANDS).max(1);
    let ticks: Vec<f64> = ticks.into_iter().step_by(every).collect();
    let written = |value: f64| format.number(value, DateSystem::From1900);
    let count = ticks.len().saturating_sub(1);
    let own = |n: usize| {
        let all = group.element.child("c:bandFmts")?;
        let is_it = |b: &crate::xml::Element<'_>| b.val("c:idx").and_then(|v| v.parse().ok()) == Some(n);
        all.children_of("c:bandFmt").find(is_it)?.child("c:spPr")
    };
    let band = |(n, ends): (usize, &[f64])| Band {
        from: ends[0],
        name: format!("{}-{}", written(ends[0]), written(ends[1])),
        fill: drawing.fill(&[own(n)], Fill::Solid(drawing.automatic_color(n, count)), (1.0, 1.0)),
    };
    ticks.windows(2).enumerate().map(band).collect()
}

fn axis<'a>(drawing: &Drawing<'a>, group: &Group<'_>, kind: AxisKind) -> Option<&'a Axis<'a>> {
    drawing.chart.axes.iter().find(|axis| axis.kind == kind && group.axes.contains(&axis.id))
}

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, room: Rect, given: bool) -> Result<()> {
    let columns = group.series.iter().map(|s| s.values.len()).max().unwrap_or(0);
    let rows = group.series.len();
    if columns < 2 || rows < 2 {
        return Ok(());
    }
    let (column_step, row_step) = (columns.div_ceil(MAX_SIDE), rows.div_ceil(MAX_SIDE));
    let categories = group.series.iter().map(|s| s.categories.as_slice()).max_by_key(|c| c.len()).unwrap_or_default();
    let (below, beside) = (axis(drawing, group, AxisKind::Category), axis(drawing, group, AxisKind::Series));
    let named = |axis: Option<&Axis<'_>>, names: Vec<String>| -> Result<Vec<TextLayout>> {
        if axis.is_none_or(|a| a.deleted) {
            return Ok(Vec::new());
        }
        let text_style = drawing.text_style(TextRole::Label, &[axis.and_then(|a| a.element.child("c:txPr"))]);
        names.iter().map(|name| drawing.plain(name, &text_style, None, 0.0)).collect()
    };
    let name = |n: usize| categories.get(n).cloned().unwrap_or_else(|| (n + 1).to_string());
    let below = named(below, (0..columns).step_by(column_step).map(name).collect())?;
    let beside = named(beside, group.series.iter().step_by(row_step).map(|s| s.shown_name()).collect())?;
    let most = |sizes: &mut dyn Iterator<Item = f32>| sizes.fold(0.0, f32::max) + GAP;
    let mut inner = room;
    if !given {
        inner.width = (room.width - most(&mut beside.iter().map(|w| w.width)).min(room.width * 0.3)).max(1.0);
        inner.height = (room.height - most(&mut below.iter().map(|w| w.height)).min(room.height * 0.3)).max(1.0);
    }
    layout::plot_ground(drawing, inner);
    let place = |row: usize, column: usize| Point {
        x: inner.x + inner.width * column as f32 / (columns - 1) as f32,
        y: inner.y + inner.height * (1.0 - row as f32 / (rows - 1) as f32),
    };
    let corner = |row: usize, column: usize| -> Option<Corner> {
        Some((place(row, column), group.series.get(row)?.values.get(column).copied().flatten()?))
    };
    // The last row and column are always included.
    let lines = |count: usize, step: usize| -> Vec<usize> {
        let mut all: Vec<usize> = (0..count - 1).step_by(step).collect();
        all.push(count - 1);
        all
    };
    let mut triangles: Vec<[Corner; 3]> = Vec::new();
    for row in lines(rows, row_step).windows(2) {
        drawing.check()?;
        for column in lines(columns, column_step).windows(2) {
            let at = |r: usize, c: usize| corner(row[r], column[c]);
            if let (Some(a), Some(b), Some(c), Some(d)) = (at(0, 0), at(0, 1), at(1, 1), at(1, 0)) {
                triangles.extend([[a, b, c], [a, c, d]]);
            }
        }
    }
    let is_wireframe = flag(group.element, "c:wireframe").unwrap_or(false);
    for (n, band) in bands(drawing, group).into_iter().enumerate() {
        drawing.check()?;
        let mut path = PathBuilder::new();
        if is_wireframe {
            triangles.iter().for_each(|t| contour(&mut path, t, band.from));
            let Fill::Solid(color) = band.fill else { continue };
            drawing.path(path.finish(), Fill::None, Some(Stroke::new(color, 1.5)));
        } else {
            // The lowest band is the whole surface.
            let from = if n == 0 { f64::NEG_INFINITY } else { band.from };
            triangles.iter().for_each(|t| above(&mut path, t, from));
            drawing.path(path.finish(), band.fill, None);
        }
    }
    let frame = drawing.thin_line();
    drawing.rect(inner, Fill::None, frame);
    let mut free = f32::NEG_INFINITY;
    for (n, words) in below.into_iter().enumerate() {
        let p = place(0, (n * column_step).min(columns - 1));
        if p.x - words.width / 2.0 > free {
            free = p.x + words.width / 2.0 + GAP;
            let y = p.y + GAP / 2.0 + words.height / 2.0;
            drawing.put(words, Point { x: p.x, y });
        }
    }
    let mut free = f32::INFINITY;
    for (n, words) in beside.into_iter().enumerate() {
        let p = place((n * row_step).min(rows - 1), columns - 1);
        if p.y + words.height / 2.0 < free {
            free = p.y - words.height / 2.0;
            let x = p.x + GAP + words.width / 2.0;
            drawing.put(words, Point { x, y: p.y });
        }
    }
    Ok(())
}

/// Adds the part of a triangle at or above `at`.
fn above(path: &mut PathBuilder, triangle: &[Corner; 3], from: f64) {
    let mut points: Vec<Point> = Vec::with_capacity(4);
    for (a, b) in sides(triangle) {
        if a.1 >= from {
            points.push(a.0);
        }
        points.extend(crossing(a, b, from));
    }
    if points.len() < 3 {
        return;
    }
    for (n, p) in points.iter().enumerate() {
        if n == 0 { path.move_to(p.x, p.y) } else { path.line_to(p.x, p.y) }
    }
    path.close();
}

/// Adds the line across a triangle at height `at`.
fn contour(path: &mut PathBuilder, triangle: &[Corner; 3], at: f64) {
    let ends: Vec<Point> = sides(triangle).filter_map(|(a, b)| crossing(a, b, at)).collect();
    if let [from, to] = ends[..] {
        path.move_to(from.x, from.y);
        path.line_to(to.x, to.y);
    }
}

fn sides(triangle: &[Corner; 3]) -> impl Iterator<Item = (Corner, Corner)> {
    let [a, b, c] = *triangle;
    [(a, b), (b, c), (c, a)].into_iter()
}

/// The point between two corners at height `at`.
fn crossing(a: Corner, b: Corner, at: f64) -> Option<Point> {
    if (a.1 >= at) == (b.1 >= at) || !at.is_finite() {
        return None;
    }
    let share = ((at - a.1) / (b.1 - a.1)).clamp(0.0, 1.0) as f32;
    let share = if share.is_finite() { share } else { 0.5 };
    Some(Point { x: a.0.x + (b.0.x - a.0.x) * share, y: a.0.y + (b.0.y - a.0.y) * share })
}
