//! Line caps: plain ones belong to the stroke, anchors and arrows are separate shapes.

use crate::geometry::{Point, Rect};
use crate::path::{Path, Segment};
use crate::reader::{ReadFields, Reader};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LineCap {
    Flat,
    Square,
    Round,
    SquareAnchor,
    RoundAnchor,
    Diamond,
    /// Width and height in multiples of the pen width.
    Arrow(f64, f64),
}

impl LineCap {
    pub fn from_u32(value: u32) -> Self {
        match value {
            1 => Self::Square,
            2 => Self::Round,
            0x11 => Self::SquareAnchor,
            0x12 => Self::RoundAnchor,
            0x13 => Self::Diamond,
            0x14 => Self::Arrow(2.0, 1.73),
            _ => Self::Flat,
        }
    }

    /// Custom caps (MS-EMFPLUS 2.2.1.2): adjustable arrows; path caps are approximated by an arrow of the same size.
    pub fn custom(data: &[u8]) -> Self {
        Self::read_custom(data).unwrap_or(Self::Arrow(3.0, 3.0))
    }

    fn read_custom(data: &[u8]) -> Option<Self> {
        let mut reader = Reader::le(data);
        reader.skip(4)?;
        match reader.u32()? {
            1 => {
                let (width, height) = (reader.float()?, reader.float()?);
                reader.skip(4 * 5)?;
                let scale = reader.skip(4).and_then(|()| reader.float()).filter(|scale| *scale > 0.0).unwrap_or(1.0);
                Some(Self::Arrow((width * scale).clamp(0.5, 50.0), (height * scale).clamp(0.5, 50.0)))
            }
            _ => None,
        }
    }

    /// The shape at the end `tip` of a line from `from`, for a pen of `width`.
    fn shape(self, tip: Point, from: Point, width: f64) -> Option<Path> {
        let (dx, dy) = (tip.x - from.x, tip.y - from.y);
        let length = dx.hypot(dy);
        if length <= 0.0 {
            return None;
        }
        let (ux, uy) = (dx / length * width, dy / length * width);
        // Along and across the line, in multiples of the pen width.
        let at =
            |along: f64, across: f64| Point::new(tip.x + ux * along - uy * across, tip.y + uy * along + ux * across);
        let around = |radius: f64| Rect::from_size(tip.x - radius, tip.y - radius, radius * 2.0, radius * 2.0);
        match self {
            Self::Arrow(across, along) => {
                Some(Path::polygon(&[at(0.0, 0.0), at(-along, across / 2.0), at(-along, -across / 2.0)]))
            }
            Self::SquareAnchor => Some(Path::polygon(&[at(0.7, 0.7), at(-0.7, 0.7), at(-0.7, -0.7), at(0.7, -0.7)])),
            Self::Diamond => Some(Path::polygon(&[at(1.0, 0.0), at(0.0, 1.0), at(-1.0, 0.0), at(0.0, -1.0)])),
            Self::RoundAnchor => Some(Path::ellipse(&around(width))),
            Self::Flat | Self::Square | Self::Round => None,
        }
    }
}

/// The anchors at both ends of an open line in canvas units.
pub(super) fn anchors(path: &Path, start: LineCap, end: LineCap, width: f64) -> Vec<Path> {
    if path.segments.iter().any(|segment| matches!(segment, Segment::Close)) {
        return Vec::new();
    }
    let points: Vec<Point> = path
        .segments
        .iter()
        .flat_map(|segment| match *segment {
            Segment::Move(p) | Segment::Line(p) => vec![p],
            Segment::Cubic(a, b, p) => vec![a, b, p],
            Segment::Close => Vec::new(),
        })
        .collect();
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else { return Vec::new() };
    let next = points.iter().copied().find(|&point| point != first).unwrap_or(first);
    let before = points.iter().rev().copied().find(|&point| point != last).unwrap_or(last);
    [start.shape(first, next, width), end.shape(last, before, width)].into_iter().flatten().collect()
}
