//! Layers: separate pixels that are painted first and then composited onto the canvas.
//!
//! A layer covers only the visible part of its content. While painting onto it, the layer replaces the pixels of the
//! canvas, and all transforms must be followed by the offset passed to the closure.

use tiny_skia::{Pixmap, PremultipliedColorU8, Transform};

use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;

use super::canvas::{Canvas, Clip};
use super::extent::{Area, intersection};

/// A rectangle of pixels separate from the canvas.
pub(super) struct Layer {
    pub(super) pixmap: Pixmap,
    /// Its position on the canvas.
    pub(super) left: i32,
    pub(super) top: i32,
    /// Memory reservation.
    _held: Reservation,
}

impl Layer {
    /// The pixels of the canvas that it covers.
    pub(super) fn area(&self) -> Area {
        let (width, height) = (self.pixmap.width() as i32, self.pixmap.height() as i32);
        [self.left, self.top, self.left + width, self.top + height]
    }

    /// Whether it is opaque at this pixel of the canvas.
    pub(super) fn is_opaque(&self, x: i32, y: i32) -> bool {
        let (x, y) = (x.wrapping_sub(self.left) as u32, y.wrapping_sub(self.top) as u32);
        x < self.pixmap.width() && self.pixmap.pixel(x, y).is_some_and(|pixel| pixel.alpha() == 255)
    }
}

impl Canvas<'_> {
    /// Paints onto a new layer. The caller restricts `area` to the visible part.
    pub(super) fn layer(
        &mut self,
        area: Area,
        paint: impl FnOnce(&mut Self, Transform) -> Result<()>,
    ) -> Result<Layer> {
        let [left, top, right, bottom] = area;
        let size = Size::new((right - left).max(1) as u32, (bottom - top).max(1) as u32);
        let held = self.cx.reserve_pixels(size, 4)?;
        let pixmap = Pixmap::new(size.width, size.height).ok_or_else(|| Error::limit("a layer too large"))?;
        let mut layer = Layer { pixmap, left, top, _held: held };
        self.onto(&mut layer, paint)?;
        Ok(layer)
    }

    /// A copy of a layer.
    pub(super) fn copied(&self, layer: &Layer) -> Result<Layer> {
        let held = self.cx.reserve_pixels(Size::new(layer.pixmap.width(), layer.pixmap.height()), 4)?;
        Ok(Layer { pixmap: layer.pixmap.clone(), _held: held, ..*layer })
    }

    /// Paints onto an existing layer.
    pub(super) fn onto(
        &mut self,
        layer: &mut Layer,
        paint: impl FnOnce(&mut Self, Transform) -> Result<()>,
    ) -> Result<()> {
        let bounds = [0, 0, layer.pixmap.width() as i32, layer.pixmap.height() as i32];
        let clip = std::mem::replace(&mut self.clip, Clip { bounds, mask: None });
        std::mem::swap(&mut self.pixmap, &mut layer.pixmap);
        let painted = paint(self, Transform::from_translate(-layer.left as f32, -layer.top as f32));
        std::mem::swap(&mut self.pixmap, &mut layer.pixmap);
        self.clip = clip;
        painted
    }

    /// Paints content that covers `area` as one layer with this opacity.
    pub(super) fn faded(
        &mut self,
        opacity: f32,
        area: Area,
        paint: impl FnOnce(&mut Self, Transform) -> Result<()>,
    ) -> Result<()> {
        let Some(area) = intersection(area, self.clip.bounds) else { return Ok(()) };
        let layer = self.layer(area, paint)?;
        self.lay(&layer, opacity);
        Ok(())
    }

    /// Composites a layer at its position, within the clip.
    pub(super) fn lay(&mut self, layer: &Layer, opacity: f32) {
        let opacity = (opacity.clamp(0.0, 1.0) * 255.0).round() as u32;
        let (row, left, top) = (layer.pixmap.width() as usize, layer.left, layer.top);
        let from = layer.pixmap.pixels();
        self.each_row(layer.area(), |x, y, line, mask| {
            let start = (y - top) as usize * row + (x - left) as usize;
            let pairs = line.iter_mut().zip(&from[start..]);
            match mask {
                None => pairs.for_each(|(pixel, above)| lay_pixel(pixel, *above, opacity)),
                Some(mask) => pairs.zip(mask).for_each(|((pixel, above), share)| {
                    lay_pixel(pixel, *above, u32::from(*share) * opacity / 255);
                }),
            }
        });
    }

    /// Calls `change` for every visible row of `area`, with the start of the row, and the clip coverage of its pixels
    /// unless it is full.
    pub(super) fn each_row(
        &mut self,
        area: Area,
        mut change: impl FnMut(i32, i32, &mut [PremultipliedColorU8], Option<&[u8]>),
    ) {
        let bounds = [0, 0, self.pixmap.width() as i32, self.pixmap.height() as i32];
        let seen = intersection(area, self.clip.bounds).and_then(|seen| intersection(seen, bounds));
        let Some([left, top, right, bottom]) = seen else { return };
        let row = self.pixmap.width() as usize;
        let mask = self.clip.mask.as_deref();
        let pixels = self.pixmap.pixels_mut();
        for y in top..bottom {
            let start = y as usize * row + left as usize;
            let end = start + (right - left) as usize;
            change(left, y, &mut pixels[start..end], mask.map(|mask| &mask.data()[start..end]));
        }
    }
}

fn lay_pixel(pixel: &mut PremultipliedColorU8, above: PremultipliedColorU8, share: u32) {
    match above.alpha() {
        0 => {}
        255 if share == 255 => *pixel = above,
        _ => *pixel = over(*pixel, above, share),
    }
}

/// Composites a premultiplied colour over another, scaled by `share`, 0 to 255.
pub(super) fn over(below: PremultipliedColorU8, above: PremultipliedColorU8, share: u32) -> PremultipliedColorU8 {
    let part = |c: u8| (u32::from(c) * share + 127) / 255;
    let alpha = part(above.alpha());
    let mix = |below: u8, above: u8| ((u32::from(below) * (255 - alpha) + 127) / 255 + part(above)).min(255) as u8;
    let a = mix(below.alpha(), above.alpha());
    let [r, g, b] = [(below.red(), above.red()), (below.green(), above.green()), (below.blue(), above.blue())]
        .map(|(below, above)| mix(below, above).min(a));
    PremultipliedColorU8::from_rgba(r, g, b, a).unwrap_or(below)
}
