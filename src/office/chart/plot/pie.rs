//! Slices and rings.

use std::f32::consts::{FRAC_PI_2, TAU};

use crate::error::Result;
use crate::page::tree::{Path, PathBuilder, Point, Rect};

use super::super::drawing::Drawing;
use super::super::labels;
use super::super::model::{Group, Series};
use super::super::read::number;

/// A slice from angle to angle, radians clockwise from the top.
struct Slice {
    index: usize,
    from: f32,
    to: f32,
    share: f64,
}

/// A pie of the first series.
pub(in crate::office::chart) fn pie(
    drawing: &mut Drawing<'_>,
    group: &Group<'_>,
    room: Rect,
    given: bool,
) -> Result<()> {
    if group.element.is("c:ofPieChart") {
        drawing.scene.page.missed("second pie of a chart");
    }
    let Some(series) = group.series.first() else { return Ok(()) };
    let slices = slices(series, first_angle(group));
    let mut set = Vec::new();
    for slice in &slices {
        drawing.check()?;
        set.push(labels::of(drawing, group, series, slice.index, Some(slice.share))?);
    }
    let mut radius = room.width.min(room.height) / 2.0;
    let is_outside = |position: Option<&str>| position == Some("outEnd");
    // Labels outside need room around, unless the file gives the place of the pie.
    if !given {
        for (slice, label) in slices.iter().zip(&set) {
            let Some(label) = label.as_ref().filter(|l| is_outside(l.position)) else { continue };
            let (sin, cos) = ((slice.from + slice.to) / 2.0).sin_cos();
            let (width, height) = label.words.extent();
            let fit = |room: f32, size: f32, part: f32| {
                if part.abs() > 0.05 { (room / 2.0 - size) / part.abs() } else { f32::MAX }
            };
            let most = fit(room.width, width + 4.0, sin).min(fit(room.height, height + 2.0, cos));
            radius = radius.min(most.max(room.width.min(room.height) * 0.2));
        }
    }
    let exploded = |index: usize| {
        let own = series.point(index).and_then(|p| number(p, "c:explosion"));
        own.or_else(|| number(series.element, "c:explosion")).unwrap_or(0.0).clamp(0.0, 400.0) as f32 / 100.0
    };
    let furthest = slices.iter().map(|s| exploded(s.index)).fold(0.0, f32::max);
    radius /= 1.0 + furthest;
    let center = Point { x: room.x + room.width / 2.0, y: room.y + room.height / 2.0 };
    let mut pending = Vec::new();
    for (slice, label) in slices.iter().zip(set) {
        let away = exploded(slice.index) * radius;
        let (sin, cos) = ((slice.from + slice.to) / 2.0).sin_cos();
        let at = Point { x: center.x + sin * away, y: center.y - cos * away };
        let (fill, stroke) = drawing.look(group, series, Some(slice.index), (2.0 * radius, 2.0 * radius));
        drawing.path(sector(at, 0.0, radius, slice), fill, stroke);
        if let Some(label) = label {
            let (width, height) = label.words.extent();
            let reach = (width / 2.0 * sin).abs() + (height / 2.0 * cos).abs();
            let distance = match label.position {
                Some("outEnd") => radius + reach + 2.0,
                Some("ctr") => radius * 0.5,
                _ => (radius - reach - 2.0).max(radius * 0.5),
            };
            pending.push((label, Point { x: at.x + sin * distance, y: at.y - cos * distance }));
        }
    }
    for (label, middle) in pending {
        label.draw(drawing, middle);
    }
    Ok(())
}

/// Rings, the first series innermost.
pub(in crate::office::chart) fn doughnut(drawing: &mut Drawing<'_>, group: &Group<'_>, room: Rect) -> Result<()> {
    let radius = room.width.min(room.height) / 2.0;
    let hole = number(group.element, "c:holeSize").unwrap_or(50.0).clamp(1.0, 90.0) as f32 / 100.0;
    let center = Point { x: room.x + room.width / 2.0, y: room.y + room.height / 2.0 };
    let rings = group.series.len().max(1) as f32;
    let width = radius * (1.0 - hole) / rings;
    for (n, series) in group.series.iter().enumerate() {
        let inner = radius * hole + width * n as f32;
        for slice in slices(series, first_angle(group)) {
            drawing.check()?;
            let (fill, stroke) = drawing.look(group, series, Some(slice.index), (2.0 * radius, 2.0 * radius));
            drawing.path(sector(center, inner, inner + width, &slice), fill, stroke);
            if let Some(label) = labels::of(drawing, group, series, slice.index, Some(slice.share))? {
                let (sin, cos) = ((slice.from + slice.to) / 2.0).sin_cos();
                let distance = inner + width / 2.0;
                label.draw(drawing, Point { x: center.x + sin * distance, y: center.y - cos * distance });
            }
        }
    }
    Ok(())
}

fn first_angle(group: &Group<'_>) -> f32 {
    (number(group.element, "c:firstSliceAng").unwrap_or(0.0) as f32).rem_euclid(360.0).to_radians()
}

/// Slices of what is not zero; signs do not count.
fn slices(series: &Series<'_>, start: f32) -> Vec<Slice> {
    let sizes = || series.values.iter().map(|v| v.unwrap_or(0.0).abs());
    let total: f64 = sizes().sum();
    let mut slices = Vec::new();
    let mut before = 0.0;
    for (index, size) in sizes().enumerate().filter(|(_, size)| *size > 0.0) {
        let angle = |sum: f64| start + (sum / total) as f32 * TAU;
        slices.push(Slice { index, from: angle(before), to: angle(before + size), share: size / total });
        before += size;
    }
    slices
}

/// The path of a slice, or of a piece of a ring if `inner` is not zero.
fn sector(center: Point, inner: f32, outer: f32, slice: &Slice) -> Option<Path> {
    let at = |radius: f32, angle: f32| (center.x + radius * angle.sin(), center.y - radius * angle.cos());
    let is_whole = slice.to - slice.from > TAU - 1e-4;
    let mut path = PathBuilder::new();
    let (x, y) = at(outer, slice.from);
    if inner <= 0.0 && !is_whole {
        path.move_to(center.x, center.y);
        path.line_to(x, y);
    } else {
        path.move_to(x, y);
    }
    arc(&mut path, center, outer, slice.from, slice.to);
    if inner > 0.0 {
        let (x, y) = at(inner, slice.to);
        if is_whole {
            path.close();
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
        arc(&mut path, center, inner, slice.to, slice.from);
    }
    path.close();
    path.finish()
}

/// A circular arc, in pieces of at most a quarter (the usual approximation by cubic curves).
fn arc(path: &mut PathBuilder, center: Point, radius: f32, from: f32, to: f32) {
    let pieces = ((to - from).abs() / FRAC_PI_2).ceil().clamp(1.0, 8.0);
    let step = (to - from) / pieces;
    let handle = 4.0 / 3.0 * (step / 4.0).tan() * radius;
    for n in 0..pieces as usize {
        let (a, b) = (from + step * n as f32, from + step * (n + 1) as f32);
        let ((sa, ca), (sb, cb)) = (a.sin_cos(), b.sin_cos());
        path.cubic_to(
            center.x + radius * sa + handle * ca,
            center.y - radius * ca + handle * sa,
            center.x + radius * sb - handle * cb,
            center.y - radius * cb - handle * sb,
            center.x + radius * sb,
            center.y - radius * cb,
        );
    }
}
