//! Region objects (MS-EMFPLUS 2.2.1.8): a tree of set operations over rectangles and paths.

use super::outline;
use super::record::rect_f;
use crate::geometry::{Affine, Rect};
use crate::path::{FillRule, Path};
use crate::reader::Reader;
use crate::svg::clip::Clip;

/// Nesting depth of operations; the tree is read recursively.
const MAX_DEPTH: u32 = 32;
const MAX_NODES: u32 = 1024;

#[derive(Clone, Debug)]
pub(super) enum Region {
    Infinite,
    Empty,
    Rect(Rect),
    Path(Path),
    Combined(u32, Box<Self>, Box<Self>),
}

impl Region {
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.skip(8)?;
        Self::node(reader, 0, &mut 0)
    }

    fn node(reader: &mut Reader<'_>, depth: u32, nodes: &mut u32) -> Option<Self> {
        *nodes += 1;
        if depth > MAX_DEPTH || *nodes > MAX_NODES {
            return None;
        }
        Some(match reader.u32()? {
            operation @ 1..=5 => {
                let left = Self::node(reader, depth + 1, nodes)?;
                let right = Self::node(reader, depth + 1, nodes)?;
                Self::Combined(operation, Box::new(left), Box::new(right))
            }
            0x1000_0000 => Self::Rect(rect_f(reader)?),
            0x1000_0001 => {
                let length = usize::try_from(reader.u32()?).ok()?;
                Self::Path(outline::read(&mut Reader::le(reader.take(length)?))?)
            }
            0x1000_0002 => Self::Empty,
            _ => Self::Infinite,
        })
    }

    pub fn to_clip(&self, map: &Affine) -> Clip {
        match self {
            Self::Infinite => Clip::all(),
            Self::Empty => Clip::empty(),
            Self::Rect(rect) => Clip::path(Path::rect(rect).transform(map), FillRule::NonZero),
            Self::Path(path) => Clip::path(path.transform(map), FillRule::EvenOdd),
            Self::Combined(operation, left, right) => {
                let (left, right) = (left.to_clip(map), right.to_clip(map));
                match operation {
                    1 => left.and(&right),
                    2 => left.or(&right),
                    3 => left.xor(&right),
                    4 => left.minus(&right),
                    _ => right.minus(&left),
                }
            }
        }
    }
}
