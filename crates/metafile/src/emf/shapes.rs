//! Records that draw lines and shapes, and path bracket records.

use super::{Player, Record};
use crate::color::Color;
use crate::gdi::ArcEnds;
use crate::geometry::{Point, Rect};
use crate::path::Path;
use crate::reader::{ReadFields, Reader};

/// Width of coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Long,
    Short,
}

impl Width {
    fn bytes(self) -> usize {
        match self {
            Self::Long => 8,
            Self::Short => 4,
        }
    }

    fn points(self, reader: &mut Reader<'_>, count: usize) -> Option<Vec<Point>> {
        let count = count.min(reader.remaining() / self.bytes());
        (0..count)
            .map(|_| match self {
                Self::Long => reader.point32(),
                Self::Short => reader.point16(),
            })
            .collect()
    }

    /// The bounds that start every such record, then a count and that many points.
    fn counted(self, reader: &mut Reader<'_>) -> Option<Vec<Point>> {
        reader.skip(16)?;
        let count = usize::try_from(reader.u32()?).ok()?;
        self.points(reader, count)
    }

    /// Several polylines: their number, the total number of points, the number of points of each.
    fn chains(self, reader: &mut Reader<'_>) -> Option<Vec<Vec<Point>>> {
        reader.skip(16)?;
        let count = usize::try_from(reader.u32()?).ok()?;
        reader.skip(4)?;
        let count = count.min(reader.remaining() / 4);
        let lengths: Vec<u32> = (0..count).map(|_| reader.u32()).collect::<Option<_>>()?;
        lengths.into_iter().map(|length| self.points(reader, usize::try_from(length).ok()?)).collect()
    }
}

fn rect(reader: &mut Reader<'_>) -> Option<Rect> {
    let (from, to) = (reader.point32()?, reader.point32()?);
    Some(Rect::between(from, to))
}

impl Player<'_> {
    pub(super) fn shape_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        let reader = &mut reader;
        let gdi = &mut self.gdi;
        let width = if (85..=92).contains(&record.kind) { Width::Short } else { Width::Long };
        match record.kind {
            2 | 85 => gdi.draw_lines(&Path::beziers(&width.counted(reader)?)),
            3 | 86 => gdi.draw_shape(&Path::polygon(&width.counted(reader)?)),
            4 | 87 => gdi.draw_lines(&Path::polyline(&width.counted(reader)?)),
            5 | 88 => gdi.poly_bezier_to(&width.counted(reader)?),
            6 | 89 => gdi.poly_line_to(&width.counted(reader)?),
            7 | 90 => {
                let mut path = Path::default();
                for chain in width.chains(reader)? {
                    path.append(&Path::polyline(&chain));
                }
                gdi.draw_lines(&path);
            }
            8 | 91 => {
                let mut path = Path::default();
                for chain in width.chains(reader)? {
                    path.append(&Path::polygon(&chain));
                }
                gdi.draw_shape(&path);
            }
            56 | 92 => {
                let points = width.counted(reader)?;
                let types = reader.take(points.len().min(reader.remaining()))?;
                gdi.poly_draw(&points, types);
            }
            15 => {
                let at = reader.point32()?;
                let color = gdi.dc.color(reader.u32()?);
                gdi.set_pixel(at, color);
            }
            27 => gdi.move_to(reader.point32()?),
            54 => gdi.line_to(reader.point32()?),
            41 => {
                let center = reader.point32()?;
                let radius = f64::from(reader.u32()?);
                let (start, sweep) = (reader.float()?, reader.float()?);
                gdi.angle_arc(center, radius, start, sweep);
            }
            42 => gdi.ellipse(&rect(reader)?),
            43 => gdi.draw_shape(&Path::rect(&rect(reader)?)),
            44 => {
                let area = rect(reader)?;
                let corner = reader.point32()?;
                gdi.draw_shape(&Path::round_rect(&area, corner.x, corner.y));
            }
            45..=47 | 55 => {
                let area = rect(reader)?;
                let (from, to) = (reader.point32()?, reader.point32()?);
                match record.kind {
                    45 => gdi.arc(&area, from, to, ArcEnds::Open),
                    46 => gdi.arc(&area, from, to, ArcEnds::Chord),
                    47 => gdi.arc(&area, from, to, ArcEnds::Pie),
                    _ => gdi.arc_to(&area, from, to),
                }
            }
            59 => gdi.begin_path(),
            60 => gdi.end_path(),
            61 => gdi.close_figure(),
            62 => gdi.paint_path(true, false),
            63 => gdi.paint_path(true, true),
            64 => gdi.paint_path(false, true),
            65 | 66 => {}
            67 => {
                let mode = reader.u32()?;
                let path = gdi.take_path();
                let area = crate::svg::clip::Clip::path(path, gdi.dc.fill_rule);
                self.combine_clip(&area, mode);
            }
            68 => gdi.abort_path(),
            _ => return None,
        }
        Some(())
    }

    /// Gradients between vertices: rectangles exactly, triangles approximately.
    pub(super) fn gradient_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        reader.skip(16)?;
        let vertices = reader.u32()?;
        let meshes = usize::try_from(reader.u32()?).ok()?;
        let mode = reader.u32()?;
        let count = usize::try_from(vertices).ok()?.min(reader.remaining() / 16);
        let mut corners: Vec<(Point, Color)> = Vec::with_capacity(count);
        for _ in 0..count {
            let at = reader.point32()?;
            let mut channel = || reader.u16().map(|value| (value >> 8) as u8);
            let (r, g, b) = (channel()?, channel()?, channel()?);
            channel()?;
            corners.push((at, Color::rgb(r, g, b)));
        }
        let corner = |reader: &mut Reader<'_>| corners.get(usize::try_from(reader.u32()?).ok()?).copied();
        for _ in 0..meshes.min(1 << 16) {
            if mode == 2 {
                let (a, b, c) = (corner(&mut reader)?, corner(&mut reader)?, corner(&mut reader)?);
                self.gdi.gradient_triangle([a, b, c]);
            } else {
                let (from, to) = (corner(&mut reader)?, corner(&mut reader)?);
                let area = Rect::between(from.0, to.0);
                let vertical = mode == 1;
                let forward = if vertical { from.0.y <= to.0.y } else { from.0.x <= to.0.x };
                let (first, last) = if forward { (from.1, to.1) } else { (to.1, from.1) };
                self.gdi.gradient_rect(&area, first, last, vertical);
            }
        }
        Some(())
    }
}
