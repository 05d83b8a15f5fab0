//! Shadows: the coverage of a layer, in one colour, blurred.

use tiny_skia::{Pixmap, PremultipliedColorU8};

use crate::page::style::Color;

/// Turns a layer into the shadow that it throws. `blur` is how far the edge is spread, px: twice the deviation.
pub(super) fn to_shadow(layer: &mut Pixmap, color: Color, blur: f32) {
    let (width, height) = (layer.width() as usize, layer.height() as usize);
    let mut alpha: Vec<u8> = layer.pixels().iter().map(|p| p.alpha()).collect();
    // Three boxes are as good as a Gaussian; each of them this wide.
    let radius = (blur / 2.0).round().clamp(0.0, 200.0) as usize;
    if radius > 0 {
        let mut other = vec![0u8; alpha.len()];
        for _ in 0..3 {
            boxed(&alpha, &mut other, width, height, radius.div_ceil(2));
            boxed(&other, &mut alpha, height, width, radius.div_ceil(2));
        }
    }
    let solid = |a: u8| {
        let a = u32::from(a) * u32::from(color.a) / 255;
        let part = |c: u8| (u32::from(c) * a / 255) as u8;
        PremultipliedColorU8::from_rgba(part(color.r), part(color.g), part(color.b), a as u8)
    };
    for (pixel, a) in layer.pixels_mut().iter_mut().zip(alpha) {
        *pixel = solid(a).unwrap_or(PremultipliedColorU8::TRANSPARENT);
    }
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
