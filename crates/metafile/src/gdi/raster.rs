//! Bitmaps with ternary raster operations (MS-WMF 2.1.1.31).
//!
//! SVG cannot read the destination as GDI does, so common idioms are recognised: a mask with AND, then a picture with
//! OR or XOR at the same place, is a picture with transparency. Other operations are approximated by blend modes.

use super::Gdi;
use super::objects::Brush;
use super::raster_half::{Combine, Half, Source};
use crate::bitmap::{Bitmap, luma};
use crate::color::Color;
use crate::geometry::{Affine, Rect};
use crate::path::{FillRule, Path};
use crate::svg::clip::Clip;
use crate::svg::paint::{Blend, Paint};

/// The truth table of an operation: its byte in the ROP3 code.
const fn table(rop: u32) -> u8 {
    (rop >> 16) as u8
}

/// Whether an operation uses a source bitmap.
pub(crate) fn uses_source(rop: u32) -> bool {
    let table = table(rop);
    table & 0x33 != (table >> 2) & 0x33
}

impl Gdi {
    /// Draws a bitmap onto the image of the unit square under `place` (canvas units) with a ROP3 code.
    pub fn blit(&mut self, bitmap: Bitmap, place: &Affine, rop: u32) {
        let clip = self.dc.visible();
        let invert = |mut bitmap: Bitmap| {
            bitmap.map(|[r, g, b, a]| [255 - r, 255 - g, 255 - b, a]);
            bitmap
        };
        match table(rop) {
            // SRCAND, SRCERASE, NOTSRCERASE; SRCPAINT, MERGEPAINT; SRCINVERT
            0x88 => self.half(Combine::And, bitmap, place, clip),
            0x44 | 0x11 => self.half(Combine::And, invert(bitmap), place, clip),
            0xee => self.half(Combine::Or, bitmap, place, clip),
            0xbb => self.half(Combine::Or, invert(bitmap), place, clip),
            0x66 => self.half(Combine::Xor, bitmap, place, clip),
            0x33 => self.draw_bitmap(&invert(bitmap), place, &clip, Blend::Normal),
            // The brush where the mask is white, or where it is black.
            0xe2 => self.brush_through(&bitmap, place, &clip, luma),
            0xb8 => self.brush_through(&bitmap, place, &clip, |pixel| 255 - luma(pixel)),
            0x22 => self.half(Combine::And, invert(bitmap), place, clip),
            0xaa => {}
            _ if !uses_source(rop) => {
                let area = Path::rect(&Rect::from_size(0.0, 0.0, 1.0, 1.0)).transform(place);
                self.pattern_blit_outline(&area, rop);
            }
            _ => self.draw_bitmap(&bitmap, place, &clip, Blend::Normal),
        }
    }

    /// Draws an operation without a source: the brush, black, white, or an inversion.
    pub fn pattern_blit(&mut self, rect: &Rect, rop: u32) {
        let outline = Path::rect(rect).transform(&self.dc.to_canvas());
        self.pattern_blit_outline(&outline, rop);
    }

    fn pattern_blit_outline(&mut self, outline: &Path, rop: u32) {
        let brush = self.dc.brush.clone();
        let (brush, blend) = match table(rop) {
            0x00 => (Brush::Solid(Color::BLACK), Blend::Normal),
            0xff => (Brush::Solid(Color::WHITE), Blend::Normal),
            0x55 => (Brush::Solid(Color::WHITE), Blend::Difference),
            0x5a => {
                self.brush_xor(outline, &brush);
                return;
            }
            0xa0 => (brush, Blend::Multiply),
            0xfa => (brush, Blend::Screen),
            0xaa => return,
            _ => (brush, Blend::Normal),
        };
        self.flush_raster();
        let clip = self.dc.visible();
        if let Some(paint) = self.brush_paint(&brush) {
            self.canvas.fill(outline, paint, FillRule::NonZero, &clip, blend);
        }
    }

    /// PATINVERT, AND with a mask, PATINVERT paints the brush where the mask is black.
    fn brush_xor(&mut self, outline: &Path, brush: &Brush) {
        let Some(paint) = self.brush_paint(brush) else { return };
        let bounds = outline.bounds();
        let place = Affine::map_rect(&Rect::from_size(0.0, 0.0, 1.0, 1.0), &bounds);
        let mask = match self.raster.halves.as_slice() {
            [first, second]
                if first.combine == Combine::Xor
                    && second.combine == Combine::And
                    && same_place(&second.place, &place) =>
            {
                match (&first.source, &second.source) {
                    (Source::Brush(first), Source::Bitmap(mask)) if *first == paint => Some(mask.clone()),
                    _ => None,
                }
            }
            _ => None,
        };
        let clip = self.dc.visible();
        if let (Some(mask), Paint::Color(color)) = (mask, paint) {
            self.raster.halves.clear();
            let stencil = mask.stencil(color, |pixel| 255 - luma(pixel));
            self.canvas.bitmap(&stencil, &place, &clip, Blend::Normal, 1.0);
            return;
        }
        self.flush_raster();
        self.raster.halves.push(Half { combine: Combine::Xor, place, clip, source: Source::Brush(paint) });
    }

    /// Draws a bitmap with transparency.
    pub fn blend_bitmap(&mut self, bitmap: &Bitmap, place: &Affine, opacity: f64) {
        self.flush_raster();
        let clip = self.dc.visible();
        self.canvas.bitmap(bitmap, place, &clip, Blend::Normal, opacity);
    }

    /// Draws a picture file in a format that SVG supports.
    pub fn encoded(&mut self, mime: &str, bytes: &[u8], place: &Affine) {
        self.flush_raster();
        let clip = self.dc.visible();
        self.canvas.encoded_image(mime, bytes, place, &clip, 1.0);
    }

    fn draw_bitmap(&mut self, bitmap: &Bitmap, place: &Affine, clip: &Clip, blend: Blend) {
        self.flush_raster();
        self.canvas.bitmap(bitmap, place, clip, blend, 1.0);
    }

    fn brush_through(&mut self, mask: &Bitmap, place: &Affine, clip: &Clip, alpha: fn([u8; 4]) -> u8) {
        let color = match &self.dc.brush {
            Brush::Null => return,
            Brush::Solid(color) | Brush::Hatch(_, color) => *color,
            Brush::Pattern(bitmap) => {
                let [r, g, b, _] = bitmap.pixel(0, 0);
                Color::rgb(r, g, b)
            }
            Brush::MonoPattern(_) => self.dc.text_color,
        };
        self.draw_bitmap(&mask.stencil(color, alpha), place, clip, Blend::Normal);
    }

    fn half(&mut self, combine: Combine, bitmap: Bitmap, place: &Affine, clip: Clip) {
        // Black should change nothing, but blending would paint it over transparent areas.
        let is_black = |bitmap: &Bitmap| bitmap.pixels.iter().all(|pixel| pixel[..3] == [0; 3]);
        if combine != Combine::And && self.raster.halves.is_empty() && is_black(&bitmap) {
            return;
        }
        let merged = match self.raster.halves.as_slice() {
            [mask] if same_place(&mask.place, place) => match (mask.combine, &mask.source, combine) {
                (Combine::And, Source::Bitmap(mask), Combine::Or | Combine::Xor) if is_mask(mask) => {
                    Some(masked(&bitmap, mask, |mask| 255 - luma(mask)))
                }
                (Combine::Or, Source::Bitmap(mask), Combine::And) if is_mask(mask) => Some(masked(&bitmap, mask, luma)),
                _ => None,
            },
            [first, mask] if combine == Combine::Xor && same_place(&mask.place, place) => {
                match (first.combine, mask.combine, &mask.source) {
                    (Combine::Xor, Combine::And, Source::Bitmap(mask)) if is_mask(mask) => {
                        Some(masked(&bitmap, mask, |mask| 255 - luma(mask)))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(picture) = merged {
            self.raster.halves.clear();
            self.canvas.bitmap(&picture, place, &clip, Blend::Normal, 1.0);
            return;
        }
        let continues = matches!(self.raster.halves.as_slice(), [first] if first.combine == Combine::Xor && combine == Combine::And && same_place(&first.place, place));
        if !continues {
            self.flush_raster();
        }
        self.raster.halves.push(Half { combine, place: *place, clip, source: Source::Bitmap(bitmap) });
    }

    /// Draws pending operations whose second half did not come. Called before anything else is drawn.
    pub(crate) fn flush_raster(&mut self) {
        for half in std::mem::take(&mut self.raster.halves) {
            let blend = match half.combine {
                Combine::And => Blend::Multiply,
                Combine::Or => Blend::Screen,
                Combine::Xor => Blend::Difference,
            };
            match half.source {
                Source::Bitmap(bitmap) => self.canvas.bitmap(&bitmap, &half.place, &half.clip, blend, 1.0),
                Source::Brush(paint) => {
                    let outline = Path::rect(&Rect::from_size(0.0, 0.0, 1.0, 1.0)).transform(&half.place);
                    self.canvas.fill(&outline, paint, FillRule::NonZero, &half.clip, blend);
                }
            }
        }
    }
}

fn is_mask(bitmap: &Bitmap) -> bool {
    bitmap.is_two_tone()
}

fn same_place(a: &Affine, b: &Affine) -> bool {
    let size = a.scales().0.max(a.scales().1).max(1.0) * 0.02;
    [(a.a, b.a), (a.b, b.b), (a.c, b.c), (a.d, b.d), (a.e, b.e), (a.f, b.f)].iter().all(|(a, b)| (a - b).abs() <= size)
}

/// The picture with the opacity of the mask.
fn masked(picture: &Bitmap, mask: &Bitmap, alpha: impl Fn([u8; 4]) -> u8) -> Bitmap {
    let mut result = picture.clone();
    let (width, height) = (f64::from(picture.width), f64::from(picture.height));
    let columns = picture.width.max(1) as usize;
    for (index, pixel) in result.pixels.iter_mut().enumerate() {
        let (x, y) = (index % columns, index / columns);
        let mask = mask.sample((x as f64 + 0.5) / width, (y as f64 + 0.5) / height);
        pixel[3] = alpha(mask);
    }
    result
}
