//! Brush objects (MS-EMFPLUS 2.2.1.1): solid colours, hatches, textures, gradients.

use std::rc::Rc;

use super::Player;
use super::image::Image;
use super::outline;
use super::record::rect_f;
use crate::bounds::Bounds;
use crate::color::Color;
use crate::gdi::tile_bitmap;
use crate::geometry::{Affine, Point, Rect};
use crate::path::{FillRule, Path};
use crate::reader::{ReadFields, Reader};
use crate::svg::canvas::Canvas;
use crate::svg::image::data_uri;
use crate::svg::paint::{Paint, Spread};
use crate::svg::server::Stops;

const HAS_PATH: u32 = 0x1;
const HAS_TRANSFORM: u32 = 0x2;
const HAS_PRESET_COLORS: u32 = 0x4;
const HAS_FACTORS: u32 = 0x8;
const HAS_FACTORS_V: u32 = 0x10;

const MAX_STOPS: usize = 64;
/// Number of nested outlines that approximate a path gradient.
const RINGS: u32 = 32;

#[derive(Clone, Debug)]
pub(super) enum Brush {
    Solid(Color),
    Hatch {
        style: u32,
        fore: Color,
        back: Color,
    },
    Texture {
        image: Rc<Image>,
        transform: Affine,
    },
    Linear {
        rect: Rect,
        stops: Stops,
        transform: Affine,
        spread: Spread,
    },
    /// Stops from the boundary (0) to the centre (1).
    Path {
        center: Point,
        boundary: Path,
        stops: Stops,
        transform: Affine,
    },
}

impl Brush {
    pub fn read(reader: &mut Reader<'_>, bounds: &mut Bounds) -> Option<Self> {
        reader.skip(4)?;
        match reader.u32()? {
            0 => Some(Self::Solid(argb(reader)?)),
            1 => Some(Self::Hatch { style: reader.u32()?, fore: argb(reader)?, back: argb(reader)? }),
            2 => {
                let flags = reader.u32()?;
                reader.skip(4)?;
                let transform = optional_transform(reader, flags)?;
                Some(Self::Texture { image: Rc::new(Image::read(reader, bounds)?), transform })
            }
            3 => Self::path_gradient(reader),
            4 => Self::linear_gradient(reader),
            _ => None,
        }
    }

    fn linear_gradient(reader: &mut Reader<'_>) -> Option<Self> {
        let flags = reader.u32()?;
        let spread = match reader.u32()? {
            1 | 3 => Spread::Reflect,
            4 => Spread::Pad,
            _ => Spread::Repeat,
        };
        let rect = rect_f(reader)?;
        let (from, to) = (argb(reader)?, argb(reader)?);
        reader.skip(8)?;
        let transform = optional_transform(reader, flags)?;
        let stops = stops(reader, flags, from, to)?;
        Some(Self::Linear { rect, stops, transform, spread })
    }

    fn path_gradient(reader: &mut Reader<'_>) -> Option<Self> {
        let flags = reader.u32()?;
        reader.skip(4)?;
        let center_color = argb(reader)?;
        let center = reader.point_f()?;
        let count = reader.count(4)?;
        let surround: Vec<Color> = (0..count).map(|_| argb(reader)).collect::<Option<_>>()?;
        let boundary = if flags & HAS_PATH != 0 {
            let length = reader.count(1)?;
            outline::read(&mut Reader::le(reader.take(length)?))?
        } else {
            let count = reader.count(8)?;
            let points: Vec<Point> = (0..count).map(|_| reader.point_f()).collect::<Option<_>>()?;
            Path::polygon(&points)
        };
        let transform = optional_transform(reader, flags)?;
        let stops = stops(reader, flags, mean(&surround), center_color)?;
        Some(Self::Path { center, boundary, stops, transform })
    }
}

fn argb(reader: &mut Reader<'_>) -> Option<Color> {
    reader.u32().map(Color::from_argb)
}

fn mean(colors: &[Color]) -> Color {
    let count = u32::try_from(colors.len()).unwrap_or(u32::MAX).max(1);
    let channel =
        |pick: fn(&Color) -> u8| (colors.iter().map(|color| u32::from(pick(color))).sum::<u32>() / count) as u8;
    Color { r: channel(|c| c.r), g: channel(|c| c.g), b: channel(|c| c.b), a: channel(|c| c.a) }
}

fn optional_transform(reader: &mut Reader<'_>, flags: u32) -> Option<Affine> {
    if flags & HAS_TRANSFORM == 0 {
        return Some(Affine::IDENTITY);
    }
    let (a, b, c, d) = (reader.float()?, reader.float()?, reader.float()?, reader.float()?);
    let offset = reader.point_f()?;
    Some(Affine::new(a, b, c, d, offset.x, offset.y))
}

/// The colours along a gradient, given as colours or as blend factors between two colours.
fn stops(reader: &mut Reader<'_>, flags: u32, from: Color, to: Color) -> Option<Stops> {
    let plain = || vec![(0.0, from), (1.0, to)];
    if flags & (HAS_PRESET_COLORS | HAS_FACTORS | HAS_FACTORS_V) == 0 {
        return Some(plain());
    }
    let count = reader.count(8)?;
    let positions: Vec<f64> = (0..count).map(|_| reader.float()).collect::<Option<_>>()?;
    let mut stops: Stops = Vec::with_capacity(count.min(MAX_STOPS));
    // Thin out long lists evenly.
    let step = count.div_ceil(MAX_STOPS).max(1);
    for (index, position) in positions.into_iter().enumerate() {
        let color = if flags & HAS_PRESET_COLORS != 0 { argb(reader)? } else { from.lerp(to, reader.float()?) };
        if index % step == 0 || index + 1 == count {
            let least = stops.last().map_or(0.0, |stop| stop.0);
            stops.push((position.clamp(least, 1.0), color));
        }
    }
    Some(if stops.is_empty() { plain() } else { stops })
}

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
