//! Renders views and the planet icon to pixels.

use crate::color::{Color, step};
use crate::noise::fractal;
use crate::scene::View;

/// Pixels in straight (not premultiplied) RGBA, row by row.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

impl Picture {
    fn draw(width: usize, height: usize, pixel: impl Fn(f32, f32) -> (Color, f32)) -> Self {
        let mut rgba = Vec::with_capacity(width * height * 4);
        for row in 0..height {
            for column in 0..width {
                // Four samples per pixel, weighted by opacity.
                let (mut color, mut alpha) = (Color(0.0, 0.0, 0.0), 0.0);
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let (c, a) = pixel((column as f32 + dx) / height as f32, (row as f32 + dy) / height as f32);
                    (color, alpha) = (color + c * a, alpha + a);
                }
                rgba.extend((color * (1.0 / f32::max(alpha, 1e-6))).bytes());
                rgba.push((alpha / 4.0 * 255.0 + 0.5) as u8);
            }
        }
        Self { width, height, rgba }
    }

    /// Renders a view at `width` × `height` px.
    pub fn view(view: &View, width: usize, height: usize) -> Self {
        let view = View { aspect: width as f32 / height as f32, ..*view };
        Self::draw(width, height, |x, y| (view.color(x, y), 1.0))
    }

    /// A ringed planet on a transparent background, `side` × `side` px; `turn` rotates it.
    pub fn planet(side: usize, turn: f32) -> Self {
        Self::draw(side, side, |x, y| planet(x, y, turn))
    }

    /// The pixels without alpha.
    pub fn rgb(&self) -> Vec<u8> {
        self.rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect()
    }

    /// The picture rotated by 90° to the left, as a camera held upright stores it.
    pub fn rotated_left(&self) -> Self {
        let (width, height) = (self.height, self.width);
        let pixel = |x: usize, y: usize| {
            let at = (x * self.width + self.width - 1 - y) * 4;
            &self.rgba[at..at + 4]
        };
        let rgba = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y).to_vec());
        Self { width, height, rgba: rgba.collect() }
    }
}

fn planet(x: f32, y: f32, turn: f32) -> (Color, f32) {
    let (dx, dy) = (x - 0.5, y - 0.5);
    let r = 0.29;
    // The ring is an ellipse in rotated coordinates.
    let (rx, ry) = (dx * 0.94 + dy * 0.34, dy * 0.94 - dx * 0.34);
    let ring = rx.hypot(ry * 3.4);
    let band = step(0.36, 0.365, ring) * step(0.475, 0.47, ring);
    let gap = 1.0 - 0.8 * step(0.424, 0.427, ring) * step(0.436, 0.433, ring);
    let ring_color = Color::hex(0xf3d9a4).mix(Color::hex(0xb98a5e), 0.5 + 0.5 * (ring * 160.0).sin());
    let ring_alpha = band * gap * 0.92;
    let distance = dx.hypot(dy);
    let body_alpha = step(r, r - 0.004, distance);
    if ry > 0.0 && ring_alpha > 0.05 || body_alpha == 0.0 {
        return (ring_color, ring_alpha.max(if ry > 0.0 { body_alpha } else { 0.0 }));
    }
    let depth = (r * r - distance * distance).max(0.0).sqrt() / r;
    let (lon, lat) = ((dx / r).atan2(depth) + turn, (dy / r * 0.94 - dx / r * 0.34).asin());
    let stripes = fractal(lon * 0.6 + 9.0, lat * 5.0 + 0.6 * fractal(lon * 2.0, lat * 3.0, 3, 5), 4, 6);
    let body = Color::hex(0xf08a5d).mix(Color::hex(0x6a2c70), step(0.3, 0.7, stripes));
    let light = (-0.55 * dx / r - 0.5 * dy / r + 0.67 * depth).max(0.0);
    (body * (0.28 + 0.95 * light), body_alpha)
}
