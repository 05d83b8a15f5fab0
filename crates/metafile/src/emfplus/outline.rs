//! Path objects (MS-EMFPLUS 2.2.1.6): points, then their types.

use super::record::points;
use crate::geometry::Point;
use crate::path::Path;
use crate::reader::Reader;

const RELATIVE: u32 = 0x0800;
const RUN_LENGTHS: u32 = 0x1000;
const COMPRESSED: u32 = 0x4000;

const START: u8 = 0;
const LINE: u8 = 1;
const BEZIER: u8 = 3;
const CLOSES: u8 = 0x80;

pub(super) fn read(reader: &mut Reader<'_>) -> Option<Path> {
    reader.skip(4)?;
    let count = usize::try_from(reader.u32()?).ok()?;
    let flags = reader.u32()?;
    let points = points(reader, count, flags & COMPRESSED != 0, flags & RELATIVE != 0)?;
    let kinds = if flags & RUN_LENGTHS != 0 {
        runs(reader, count)?
    } else {
        reader.take(count.min(reader.remaining()))?.to_vec()
    };
    Some(assemble(&points, &kinds))
}

fn runs(reader: &mut Reader<'_>, count: usize) -> Option<Vec<u8>> {
    let mut kinds = Vec::with_capacity(count.min(reader.remaining() * 32));
    while kinds.len() < count {
        let (Some(run), Some(kind)) = (reader.u8(), reader.u8()) else { break };
        let length = usize::from(run & 0x3f).max(1).min(count - kinds.len());
        kinds.extend(std::iter::repeat_n(kind, length));
    }
    Some(kinds)
}

fn assemble(points: &[Point], kinds: &[u8]) -> Path {
    let mut path = Path::default();
    let mut controls: Vec<Point> = Vec::with_capacity(3);
    for (&point, &kind) in points.iter().zip(kinds) {
        match kind & 0x0f {
            START => {
                controls.clear();
                path.move_to(point);
            }
            LINE => path.line_to(point),
            BEZIER => {
                controls.push(point);
                if let &[a, b, end] = controls.as_slice() {
                    path.cubic_to(a, b, end);
                    controls.clear();
                }
            }
            _ => {}
        }
        if kind & CLOSES != 0 && controls.is_empty() {
            path.close();
        }
    }
    path
}
