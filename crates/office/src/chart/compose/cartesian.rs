//! Charts with axes. Reserves room for axis labels, then draws everything in order: table, grid, series, axes, titles.

use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::tree::{Insets, Point, Rect};

use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::element::flag;
use crate::chart::layout::axes::{self, Placed};
use crate::chart::layout::data_table::{self, DataTable};
use crate::chart::layout::plane::{self, Plane};
use crate::chart::layout::tick_labels;
use crate::chart::layout::{MARGIN, frame, manual, plot_ground};
use crate::chart::plot;

/// Draws a chart with axes in `room`.
pub(crate) fn draw<'a>(drawing: &mut Drawing<'a>, mut room: Rect, is_inner: bool) -> Result<()> {
    let chart = drawing.chart;
    let pairs = plane::pairs(chart);
    let planes = |drawing: &Drawing<'_>, area: Rect| -> Vec<Plane> {
        pairs.iter().map(|pair| pair.plane(area, tick_labels::steps(drawing, pair, area), chart.blanks)).collect()
    };
    let all = |drawing: &Drawing<'_>, planes: &[Plane]| -> Result<Vec<Vec<Placed<'_>>>> {
        let mut all: Vec<Vec<Placed<'_>>> =
            pairs.iter().zip(planes).map(|(pair, plane)| axes::placed(drawing, pair, plane)).collect::<Result<_>>()?;
        // The header of a data table replaces the category labels.
        if chart.plot_area.is_some_and(|area| area.child("c:dTable").is_some()) {
            let upright = all.iter_mut().zip(&pairs).filter(|(_, pair)| !pair.turned());
            upright.flat_map(|(axes, _)| axes).filter(|axis| !axis.is_of_values()).for_each(Placed::hide_labels);
        }
        Ok(all)
    };
    let table = |drawing: &Drawing<'a>, planes: &[Plane]| match (pairs.first(), planes.first()) {
        (Some(pair), Some(plane)) => data_table::set(drawing, pair, plane),
        _ => Ok(None),
    };
    let is_upright = pairs.first().is_some_and(|pair| !pair.turned());
    // Axis length and label size depend on each other, so this converges in a few rounds.
    let mut inner = room;
    let mut at = planes(drawing, inner);
    let mut placed = all(drawing, &at)?;
    let mut below = table(drawing, &at)?;
    let titles = axis_titles(drawing, &placed)?;
    let outside = titles.iter().fold(Insets::default(), |sum, title| joined(sum, title.room));
    if !is_inner {
        room = room.inset(outside);
        for _ in 0..2 {
            drawing.check()?;
            let mut needed = placed.iter().flatten().map(|axis| axis.room(inner)).fold(Insets::default(), widest);
            if let Some(table) = &below {
                needed = with_table(needed, table, is_upright);
            }
            inner = room.inset(limited(needed, room));
            at = planes(drawing, inner);
            placed = all(drawing, &at)?;
            below = table(drawing, &at)?;
        }
    }
    let mut taken = placed.iter().flatten().map(|axis| axis.room(inner)).fold(Insets::default(), widest);
    plot_ground(drawing, inner);
    for (axes, plane) in placed.iter().zip(&at) {
        axes.iter().for_each(|axis| axis.grid(drawing, plane));
    }
    for (pair, plane) in pairs.iter().zip(&at) {
        for group in &pair.groups {
            drawing.check()?;
            plot::draw(drawing, pair, group, plane)?;
        }
    }
    for (axes, plane) in placed.into_iter().zip(&at) {
        axes.into_iter().for_each(|axis| axis.draw(drawing, plane));
    }
    if let Some(table) = below {
        let top = inner.y + inner.height + if is_upright { 0.0 } else { taken.bottom };
        taken = with_table(taken, &table, is_upright);
        table.draw(drawing, inner, top)?;
    }
    for title in titles {
        let (width, height) = title.words.extent();
        let Rect { x, y, width: w, height: h } = inner;
        let along = match title.at_end {
            true => Point { x: x + w - width / 2.0, y: y + height / 2.0 },
            false => Point { x: x + w / 2.0, y: y + h / 2.0 },
        };
        let own = match (title.vertical, title.far) {
            (true, false) => Point { x: x - taken.left - title.gap - width / 2.0, ..along },
            (true, true) => Point { x: x + w + taken.right + title.gap + width / 2.0, ..along },
            (false, false) => Point { y: y + h + taken.bottom + title.gap + height / 2.0, ..along },
            (false, true) => Point { y: y - taken.top - title.gap - height / 2.0, ..along },
        };
        let area = drawing.area;
        let middle = match manual(Some(title.element)) {
            Some(m) if m.from_edge => Point {
                x: area.x + m.x.unwrap_or(0.0) * area.width + width / 2.0,
                y: area.y + m.y.unwrap_or(0.0) * area.height + height / 2.0,
            },
            _ => own,
        };
        let bounds = Rect::new(middle.x - width / 2.0 - 1.0, middle.y - height / 2.0 - 1.0, width + 2.0, height + 2.0);
        frame(drawing, title.element, bounds);
        drawing.put(title.words, middle);
    }
    Ok(())
}

/// The title of an axis and the room that it takes.
struct AxisTitle<'a> {
    words: TextLayout,
    element: Element<'a>,
    vertical: bool,
    far: bool,
    /// Whether it is at the end of the axis instead of its middle.
    at_end: bool,
    room: Insets,
    gap: f32,
}

fn axis_titles<'a>(drawing: &Drawing<'_>, placed: &[Vec<Placed<'a>>]) -> Result<Vec<AxisTitle<'a>>> {
    let mut titles = Vec::new();
    for axis in placed.iter().flatten() {
        let (vertical, far) = (axis.is_vertical(), axis.is_far());
        let title = axis.title(drawing)?;
        let has_title = title.is_some();
        let both = [title, axis.unit(drawing)?].into_iter().enumerate();
        for (n, (words, element)) in both.filter_map(|(n, words)| Some((n, words?))) {
            let (width, height) = words.extent();
            let gap = MARGIN * if vertical { drawing.area.width } else { drawing.area.height };
            let mut room = Insets::default();
            let is_over = n == 0 && flag(element, "c:overlay").unwrap_or(drawing.chart.absent);
            // A title at the end shares the room of a title in the middle.
            if !is_over && (n == 0 || !has_title) {
                match (vertical, far) {
                    (true, false) => room.left = width + gap,
                    (true, true) => room.right = width + gap,
                    (false, false) => room.bottom = height + gap,
                    (false, true) => room.top = height + gap,
                }
            }
            titles.push(AxisTitle { words, element, vertical, far, at_end: n > 0, room, gap });
        }
    }
    Ok(titles)
}

/// Room beside the plot area, including a data table below it.
fn with_table(room: Insets, table: &DataTable<'_>, is_upright: bool) -> Insets {
    Insets {
        left: room.left.max(table.width),
        bottom: if is_upright { room.bottom.max(table.height) } else { room.bottom + table.height },
        ..room
    }
}

fn joined(a: Insets, b: Insets) -> Insets {
    Insets { left: a.left + b.left, top: a.top + b.top, right: a.right + b.right, bottom: a.bottom + b.bottom }
}

fn widest(a: Insets, b: Insets) -> Insets {
    Insets {
        left: a.left.max(b.left),
        top: a.top.max(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
    }
}

/// Limits axis labels to a share of `room`, so that the plot area never vanishes.
fn limited(needed: Insets, room: Rect) -> Insets {
    let share = |a: f32, b: f32, side: f32| if a + b > side * 0.8 { side * 0.8 / (a + b) } else { 1.0 };
    let x = share(needed.left, needed.right, room.width);
    let y = share(needed.top, needed.bottom, room.height);
    Insets { left: needed.left * x, right: needed.right * x, top: needed.top * y, bottom: needed.bottom * y }
}
