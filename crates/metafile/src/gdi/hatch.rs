//! Hatch and pattern brushes as repeated tiles.

use std::rc::Rc;

use super::Gdi;
use super::dc::BackgroundMode;
use crate::bitmap::Bitmap;
use crate::color::Color;
use crate::dib::Header;
use crate::geometry::{Affine, Point, Rect};
use crate::path::{FillRule, Path};
use crate::svg::canvas::Canvas;
use crate::svg::image::data_uri;
use crate::svg::paint::Paint;

/// GDI hatches repeat every eight pixels.
const TILE: Rect = Rect { left: 0.0, top: 0.0, right: 8.0, bottom: 8.0 };

impl Gdi {
    /// Hatch lines are one pixel wide at natural size, independent of the mapping.
    pub(super) fn hatch(&mut self, style: u32, color: Color) -> Paint {
        let background = (self.dc.background_mode == BackgroundMode::Opaque).then_some(self.dc.background);
        let map = self.tile_map();
        let density = if style >= 4 { 0.25 } else { 0.14 };
        let mean = match background {
            Some(background) => background.lerp(color, density),
            None => Color { a: (density * 255.0) as u8, ..color },
        };
        self.canvas.pattern(&TILE, &map, mean, |tile| {
            if let Some(background) = background {
                tile.fill(&Path::rect(&TILE), background, FillRule::NonZero);
            }
            for (from, to) in lines(style) {
                tile.stroke(&Path::polyline(&[*from, *to]), color, 1.0);
            }
        })
    }

    pub(super) fn mono_pattern(&mut self, source: &Rc<(Header, Vec<u8>)>) -> Option<Paint> {
        let (header, bits) = source.as_ref();
        let colored = header.clone().with_two_colors(self.dc.text_color, self.dc.background);
        let bitmap = colored.decode(bits, &mut self.canvas.bounds)?;
        self.tiled(&bitmap)
    }

    fn tiled(&mut self, bitmap: &Bitmap) -> Option<Paint> {
        let map = self.tile_map();
        tile_bitmap(&mut self.canvas, bitmap, &map)
    }

    /// The tile of a brush is written once for consecutive shapes with the same brush.
    pub(super) fn pattern(&mut self, bitmap: &Rc<Bitmap>) -> Option<Paint> {
        let origin = self.dc.brush_origin;
        if let Some((known, place, paint)) = &self.last_pattern
            && Rc::ptr_eq(known, bitmap)
            && *place == origin
        {
            return Some(*paint);
        }
        let paint = self.tiled(bitmap)?;
        self.last_pattern = Some((bitmap.clone(), origin, paint));
        Some(paint)
    }

    fn tile_map(&self) -> Affine {
        let origin = self.dc.base.apply(self.dc.brush_origin);
        Affine::scale(self.canvas.unit, self.canvas.unit).then(&Affine::translate(origin.x, origin.y))
    }
}

/// A bitmap as a pattern, with one pixel per unit of the source space of `map`.
pub(crate) fn tile_bitmap(canvas: &mut Canvas, bitmap: &Bitmap, map: &Affine) -> Option<Paint> {
    canvas.bounds.take_pixels(bitmap.width, bitmap.height)?;
    let uri = data_uri("image/png", &bitmap.to_png()?);
    let tile = Rect::from_size(0.0, 0.0, f64::from(bitmap.width), f64::from(bitmap.height));
    Some(canvas.pattern(&tile, map, bitmap.mean(), |inside| inside.image(&tile, &uri)))
}

type Line = (Point, Point);

fn lines(style: u32) -> &'static [Line] {
    const fn line(x1: f64, y1: f64, x2: f64, y2: f64) -> Line {
        (Point::new(x1, y1), Point::new(x2, y2))
    }
    // Diagonals extend past the tile, so that the corners of adjacent tiles are filled.
    const ACROSS: Line = line(0.0, 4.0, 8.0, 4.0);
    const DOWN: Line = line(4.0, 0.0, 4.0, 8.0);
    const FALLING: [Line; 3] = [line(-1.0, -1.0, 9.0, 9.0), line(-1.0, 7.0, 1.0, 9.0), line(7.0, -1.0, 9.0, 1.0)];
    const RISING: [Line; 3] = [line(-1.0, 9.0, 9.0, -1.0), line(-1.0, 1.0, 1.0, -1.0), line(7.0, 9.0, 9.0, 7.0)];
    match style {
        0 => &[ACROSS],
        1 => &[DOWN],
        2 => &FALLING,
        3 => &RISING,
        4 => &[ACROSS, DOWN],
        _ => &[FALLING[0], FALLING[1], FALLING[2], RISING[0], RISING[1], RISING[2]],
    }
}
