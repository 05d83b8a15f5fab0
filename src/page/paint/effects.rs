//! Shadows: the coverage of a layer, in one colour, blurred.

use tiny_skia::{Pixmap, PremultipliedColorU8};

use crate::page::style::Color;

/// Turns a layer into the shadow that it throws. `blur` is how far the edge is spread, px: twice the deviation.
pub(super) fn to_shadow(layer: &mut Pixmap, color: Color, blur: f32) {
    let (columns, rows) = (layer.width() as usize, layer.height() as usize);
    // Three boxes are as good as a Gaussian; each of them this wide.
    let radius = ((blur / 2.0).round().clamp(0.0, 200.0) as usize).div_ceil(2);
    let Some([left, top, right, bottom]) = covered(layer, 3 * radius) else { return };
    let (width, height) = (right - left, bottom - top);
    let mut alpha: Vec<u8> = Vec::with_capacity(width * height);
    for row in layer.pixels().chunks_exact(columns).take(rows).skip(top).take(height) {
        alpha.extend(row[left..right].iter().map(|p| p.alpha()));
    }
    if radius > 0 {
        let mut other = vec![0u8; alpha.len()];
        for _ in 0..3 {
            boxed(&alpha, &mut other, width, height, radius);
            boxed(&other, &mut alpha, height, width, radius);
        }
    }
    let solid = |a: u8| {
        let a = u32::from(a) * u32::from(color.a) / 255;
        let part = |c: u8| (u32::from(c) * a / 255) as u8;
        PremultipliedColorU8::from_rgba(part(color.r), part(color.g), part(color.b), a as u8)
    };
    let region = layer.pixels_mut().chunks_exact_mut(columns).skip(top).take(height);
    for (row, alpha) in region.zip(alpha.chunks_exact(width)) {
        for (pixel, a) in row[left..right].iter_mut().zip(alpha) {
            *pixel = solid(*a).unwrap_or(PremultipliedColorU8::TRANSPARENT);
        }
    }
}

/// The columns and rows that have anything, and `margin` more on each side: left, top, and those behind the last. Most
/// shadows are of small shapes.
fn covered(layer: &Pixmap, margin: usize) -> Option<[usize; 4]> {
    let (columns, rows) = (layer.width() as usize, layer.height() as usize);
    let mut found: Option<[usize; 4]> = None;
    for (y, row) in layer.pixels().chunks_exact(columns).enumerate() {
        let Some(first) = row.iter().position(|p| p.alpha() > 0) else { continue };
        let behind = row.iter().rposition(|p| p.alpha() > 0).map_or(first, |last| last + 1);
        let [left, top, right, _] = found.unwrap_or([first, y, behind, y + 1]);
        found = Some([left.min(first), top, right.max(behind), y + 1]);
    }
    found.map(|[left, top, right, bottom]| {
        let (right, bottom) = ((right + margin).min(columns), (bottom + margin).min(rows));
        [left.saturating_sub(margin), top.saturating_sub(margin), right, bottom]
    })
}

/// The mean of the `2 radius + 1` samples about each, along rows; rows come out as columns.
fn boxed(from: &[u8], to: &mut [u8], width: usize, height: usize, radius: usize) {
    let count = (2 * radius + 1) as u32;
    for (y, row) in from.chunks_exact(width).enumerate().take(height) {
        let mut sum: u32 = row.iter().take(radius).map(|a| u32::from(*a)).sum();
        for x in 0..width {
            sum += row.get(x + radius).map_or(0, |a| u32::from(*a));
            to[x * height + y] = (sum / count) as u8;
            sum -= x.checked_sub(radius).map_or(0, |x| u32::from(row[x]));
        }
    }
}
