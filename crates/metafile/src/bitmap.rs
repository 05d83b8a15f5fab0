//! Decoded bitmaps: RGBA with straight alpha, top row first.

use super::color::Color;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bitmap {
    pub width: u32,
    pub height: u32,
    /// `width × height` pixels.
    pub pixels: Vec<[u8; 4]>,
}

impl Bitmap {
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        if x >= self.width || y >= self.height {
            return [0; 4];
        }
        let index = y as usize * self.width as usize + x as usize;
        self.pixels.get(index).copied().unwrap_or([0; 4])
    }

    /// The pixel at a position given as fractions of width and height.
    pub fn sample(&self, u: f64, v: f64) -> [u8; 4] {
        let at = |fraction: f64, side: u32| ((fraction * f64::from(side)) as u32).min(side.saturating_sub(1));
        self.pixel(at(u, self.width), at(v, self.height))
    }

    pub fn opaque(mut self) -> Self {
        self.pixels.iter_mut().for_each(|pixel| pixel[3] = 255);
        self
    }

    /// The intersection with the `width` × `height` rectangle at `x`, `y`; `None` if it is empty.
    pub fn crop(&self, x: i64, y: i64, width: i64, height: i64) -> Option<Self> {
        let clamp = |value: i64, side: u32| u32::try_from(value.clamp(0, i64::from(side))).ok();
        let (left, right) = (clamp(x, self.width)?, clamp(x.checked_add(width)?, self.width)?);
        let (top, bottom) = (clamp(y, self.height)?, clamp(y.checked_add(height)?, self.height)?);
        if left >= right || top >= bottom {
            return None;
        }
        let mut pixels = Vec::with_capacity((right - left) as usize * (bottom - top) as usize);
        for row in top..bottom {
            let start = row as usize * self.width as usize;
            pixels.extend_from_slice(self.pixels.get(start + left as usize..start + right as usize)?);
        }
        Some(Self { width: right - left, height: bottom - top, pixels })
    }

    pub fn flip(&mut self, horizontally: bool, vertically: bool) {
        let width = self.width as usize;
        if width == 0 {
            return;
        }
        if horizontally {
            self.pixels.chunks_exact_mut(width).for_each(<[_]>::reverse);
        }
        if vertically {
            self.pixels = self.pixels.chunks_exact(width).rev().flatten().copied().collect();
        }
    }

    pub fn map(&mut self, change: impl Fn([u8; 4]) -> [u8; 4]) {
        self.pixels.iter_mut().for_each(|pixel| *pixel = change(*pixel));
    }

    /// For display at `across × down` pixels: averages bitmaps of more than twice that size by whole factors, since
    /// encoding invisible pixels dominates the cost. `None` if no reduction is needed.
    pub fn reduced_for(&self, across: f64, down: f64) -> Option<Self> {
        let factor = |side: u32, shown: f64| ((f64::from(side) / (shown.max(1.0) * 2.0)) as u32).clamp(1, side.max(1));
        let (fx, fy) = (factor(self.width, across), factor(self.height, down));
        if fx == 1 && fy == 1 {
            return None;
        }
        let (width, height) = (self.width.div_ceil(fx), self.height.div_ceil(fy));
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            for x in 0..width {
                pixels.push(self.average(x * fx, y * fy, fx, fy));
            }
        }
        Some(Self { width, height, pixels })
    }

    /// The mean colour.
    pub fn mean(&self) -> Color {
        let [r, g, b, a] = self.average(0, 0, self.width, self.height);
        Color { r, g, b, a }
    }

    fn average(&self, x: u32, y: u32, width: u32, height: u32) -> [u8; 4] {
        let (right, bottom) = ((x + width).min(self.width), (y + height).min(self.height));
        let mut sum = [0_u64; 4];
        let mut count = 0_u64;
        for row in y..bottom {
            let start = row as usize * self.width as usize;
            for &[r, g, b, a] in self.pixels.get(start + x as usize..start + right as usize).unwrap_or(&[]) {
                let alpha = u64::from(a);
                sum = [
                    sum[0] + u64::from(r) * alpha,
                    sum[1] + u64::from(g) * alpha,
                    sum[2] + u64::from(b) * alpha,
                    sum[3] + alpha,
                ];
                count += 1;
            }
        }
        let [r, g, b, alpha] = sum;
        let channel = |value: u64| (value + alpha / 2).checked_div(alpha).unwrap_or(0) as u8;
        [channel(r), channel(g), channel(b), (alpha + count / 2).checked_div(count).unwrap_or(0) as u8]
    }

    /// Whether all pixels are black or white, as in a mask.
    pub fn is_two_tone(&self) -> bool {
        self.pixels.iter().all(|&[r, g, b, _]| r == g && g == b && (r == 0 || r == 255))
    }

    /// Fills all pixels with one colour; `alpha` computes the opacity from the original pixel.
    pub fn stencil(&self, color: Color, alpha: impl Fn([u8; 4]) -> u8) -> Self {
        let pixels = self.pixels.iter().map(|&pixel| [color.r, color.g, color.b, alpha(pixel)]).collect();
        Self { width: self.width, height: self.height, pixels }
    }

    pub fn to_png(&self) -> Option<Vec<u8>> {
        let is_opaque = self.pixels.iter().all(|pixel| pixel[3] == 255);
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.set_color(if is_opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
        let mut writer = encoder.write_header().ok()?;
        if is_opaque {
            let rgb: Vec<u8> = self.pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
            writer.write_image_data(&rgb).ok()?;
        } else {
            writer.write_image_data(self.pixels.as_flattened()).ok()?;
        }
        writer.finish().ok()?;
        Some(out)
    }
}

pub(super) fn luma([r, g, b, _]: [u8; 4]) -> u8 {
    ((u32::from(r) * 77 + u32::from(g) * 150 + u32::from(b) * 29) >> 8) as u8
}
