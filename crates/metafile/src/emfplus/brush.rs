//! Brush objects (MS-EMFPLUS 2.2.1.1): solid colours, hatches, textures, gradients.

use std::rc::Rc;

use super::image::Image;
use super::outline;
use super::record::rect_f;
use crate::bounds::Bounds;
use crate::color::Color;
use crate::geometry::{Affine, Point, Rect};
use crate::path::Path;
use crate::reader::{ReadFields, Reader};
use crate::svg::paint::Spread;
use crate::svg::paint_server::Stops;

const HAS_PATH: u32 = 0x1;
const HAS_TRANSFORM: u32 = 0x2;
const HAS_PRESET_COLORS: u32 = 0x4;
const HAS_FACTORS: u32 = 0x8;
const HAS_FACTORS_V: u32 = 0x10;

const MAX_STOPS: usize = 64;

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
