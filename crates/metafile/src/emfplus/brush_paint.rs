//! Paints of the canvas for brush objects.

use super::Player;
use super::brush::Brush;
use super::image::Image;
use crate::color::Color;
use crate::gdi::tile_bitmap;
use crate::geometry::{Affine, Point, Rect};
use crate::path::{FillRule, Path};
use crate::svg::canvas::Canvas;
use crate::svg::image::data_uri;
use crate::svg::paint::Paint;
use crate::svg::paint_server::Stops;

/// Number of nested outlines that approximate a path gradient.
const RINGS: u32 = 32;

impl Player<'_> {
    pub(super) fn paint_of(&self, brush: &Brush, canvas: &mut Canvas) -> Option<Paint> {
        let world = self.state.to_canvas();
        match brush {
            Brush::Solid(color) => Some(Paint::Color(*color)),
            Brush::Hatch { style, fore, back } => {
                Some(hatch(canvas, *style, *fore, *back, &self.state.device_to_canvas()))
            }
            Brush::Texture { image, transform } => match image.as_ref() {
                Image::Bitmap(bitmap) => tile_bitmap(canvas, bitmap, &transform.then(&world)),
                Image::File { mime, bytes, width, height } => {
                    let tile = Rect::from_size(0.0, 0.0, f64::from(*width), f64::from(*height));
                    let uri = data_uri(mime, bytes);
                    Some(canvas.pattern(&tile, &transform.then(&world), Color::rgb(128, 128, 128), |inside| {
                        inside.image(&tile, &uri)
                    }))
                }
                Image::Metafile(_) => None,
            },
            Brush::Linear { rect, stops, transform, spread } => {
                let (from, to) = (Point::new(rect.left, rect.top), Point::new(rect.right, rect.top));
                // Written in the unit interval, independent of world units.
                let along = Affine::new(to.x - from.x, 0.0, 0.0, rect.height(), from.x, from.y);
                let map = along.then(transform).then(&world);
                if map.invert().is_none() {
                    return stops.last().map(|stop| Paint::Color(stop.1));
                }
                Some(canvas.linear_gradient(Point::default(), Point::new(1.0, 0.0), &map, stops, *spread))
            }
            Brush::Path { center, boundary, stops, transform } => {
                let map = transform.then(&world);
                Some(rings(canvas, &boundary.transform(&map), map.apply(*center), stops))
            }
        }
    }
}

/// Shrinking copies of the boundary, each with its colour, in canvas units.
fn rings(canvas: &mut Canvas, boundary: &Path, center: Point, stops: &Stops) -> Paint {
    // Only the visible part, since the tile becomes a bitmap.
    let tile = boundary.bounds().intersect(&canvas.view);
    let is_opaque = stops.iter().all(|stop| stop.1.a == 255);
    let shrunk = |t: f64| {
        let keep = 1.0 - t;
        boundary.transform(&Affine::new(keep, 0.0, 0.0, keep, center.x * t, center.y * t))
    };
    canvas.pattern(&tile, &Affine::IDENTITY, color_at(stops, 0.5), |inside| {
        for ring in 0..RINGS {
            let at = |index: u32| f64::from(index) / f64::from(RINGS);
            let color = color_at(stops, (at(ring) + at(ring + 1)) / 2.0);
            let mut path = shrunk(at(ring));
            // With transparent colours, rings must not overlap.
            let rule = if is_opaque { FillRule::NonZero } else { FillRule::EvenOdd };
            if !is_opaque && ring + 1 < RINGS {
                path.append(&shrunk(at(ring + 1)));
            }
            inside.fill(&path, color, rule);
        }
    })
}

fn color_at(stops: &Stops, t: f64) -> Color {
    let mut before = stops.first().copied().unwrap_or((0.0, Color::BLACK));
    for &(position, color) in stops {
        if position >= t {
            let span = position - before.0;
            return if span > 0.0 { before.1.lerp(color, (t - before.0) / span) } else { color };
        }
        before = (position, color);
    }
    before.1
}

/// Approximates the 53 hatches (MS-EMFPLUS 2.1.1.13): percentages by an even tint, lines by their direction.
fn hatch(canvas: &mut Canvas, style: u32, fore: Color, back: Color, device: &Affine) -> Paint {
    const TILE: Rect = Rect { left: 0.0, top: 0.0, right: 8.0, bottom: 8.0 };
    let tint = match style {
        6..=17 => [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9].get(style as usize - 6).copied(),
        35 | 36 => Some(0.25),
        48 => Some(0.6),
        50 => Some(0.5),
        _ => None,
    };
    if let Some(tint) = tint {
        return Paint::Color(back.lerp(fore, tint));
    }
    let (across, down, falling, rising) = match style {
        0 | 25 | 27 | 29 | 37 => (true, false, false, false),
        1 | 24 | 26 | 28 => (false, true, false, false),
        2 | 18 | 20 | 22 | 30 => (false, false, true, false),
        3 | 19 | 21 | 23 | 31 => (false, false, false, true),
        5 | 45 | 51 | 52 => (false, false, true, true),
        _ => (true, true, false, false),
    };
    let width = match style {
        20..=23 | 28 | 29 | 49 => 2.5,
        _ => 1.0,
    };
    let dense = matches!(style, 18..=21 | 24..=27 | 46);
    let scale = if dense { 0.5 } else { 1.0 };
    let line = |x1: f64, y1: f64, x2: f64, y2: f64| Path::polyline(&[Point::new(x1, y1), Point::new(x2, y2)]);
    canvas.pattern(&TILE, &Affine::scale(scale, scale).then(device), back.lerp(fore, 0.2), |tile| {
        tile.fill(&Path::rect(&TILE), back, FillRule::NonZero);
        let mut draw = |path: Path| tile.stroke(&path, fore, width / scale.max(0.75));
        if across {
            draw(line(0.0, 4.0, 8.0, 4.0));
        }
        if down {
            draw(line(4.0, 0.0, 4.0, 8.0));
        }
        if falling {
            draw(line(-1.0, -1.0, 9.0, 9.0));
            draw(line(-2.0, 6.0, 2.0, 10.0));
            draw(line(6.0, -2.0, 10.0, 2.0));
        }
        if rising {
            draw(line(-1.0, 9.0, 9.0, -1.0));
            draw(line(-2.0, 2.0, 2.0, -2.0));
            draw(line(6.0, 10.0, 10.0, 6.0));
        }
    })
}
