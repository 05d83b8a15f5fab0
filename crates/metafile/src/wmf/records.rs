//! Records other than objects and bitmaps.

use super::Player;
use super::record::Record;
use crate::gdi::charset;
use crate::gdi::dc::BackgroundMode;
use crate::gdi::text::{CLIPPED, GraphicsMode, OPAQUE, PDY, TextOut};
use crate::geometry::{Point, Rect};
use crate::path::{FillRule, Path};
use crate::reader::{ReadFields, Reader};
use crate::svg::clip::Clip;

/// y before x, as in most WMF records.
fn yx(reader: &mut Reader<'_>) -> Option<Point> {
    let (y, x) = (reader.i16()?, reader.i16()?);
    Some(Point::new(f64::from(x), f64::from(y)))
}

/// Bottom, right, top, left.
fn rect(reader: &mut Reader<'_>) -> Option<Rect> {
    let (far, near) = (yx(reader)?, yx(reader)?);
    Some(Rect::between(near, far))
}

fn points(reader: &mut Reader<'_>, count: usize) -> Option<Vec<Point>> {
    // Some writers declare more points than the record has.
    (0..count.min(reader.remaining() / 4)).map(|_| reader.point16()).collect()
}

impl Player {
    pub(super) fn record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = Reader::le(record.arguments);
        let gdi = &mut self.gdi;
        match record.function {
            0x001e => gdi.save(),
            0x0127 => gdi.restore(i32::from(reader.i16()?)),
            0x0102 => {
                gdi.dc.background_mode =
                    if reader.u16()? == 1 { BackgroundMode::Transparent } else { BackgroundMode::Opaque }
            }
            0x0103 => gdi.dc.mapping.set_wmf_mode(u32::from(reader.u16()?)),
            0x0104 => gdi.dc.rop2 = u32::from(reader.u16()?),
            0x0106 => gdi.dc.fill_rule = if reader.u16()? == 2 { FillRule::NonZero } else { FillRule::EvenOdd },
            0x0108 => gdi.dc.character_extra = f64::from(reader.i16()?),
            0x012e => gdi.dc.text_align = u32::from(reader.u16()?),
            0x0201 => gdi.dc.background = gdi.dc.color(reader.u32()?),
            0x0209 => gdi.dc.text_color = gdi.dc.color(reader.u32()?),
            0x020b => gdi.dc.mapping.window_origin = yx(&mut reader)?,
            0x020c => {
                let extent = yx(&mut reader)?;
                if extent.x != 0.0 && extent.y != 0.0 {
                    gdi.dc.mapping.window_extent = extent;
                }
            }
            0x020d => self.set_viewport_origin(yx(&mut reader)?),
            0x020e => self.set_viewport_extent(yx(&mut reader)?),
            0x020f => {
                let by = yx(&mut reader)?;
                let origin = &mut gdi.dc.mapping.window_origin;
                *origin = origin.offset(by.x, by.y);
            }
            0x0211 if self.viewport_is_set => {
                let by = yx(&mut reader)?;
                let origin = &mut gdi.dc.mapping.viewport_origin;
                *origin = origin.offset(by.x, by.y);
            }
            0x0410 => {
                let (y, x) = (ratio(&mut reader)?, ratio(&mut reader)?);
                gdi.dc.mapping.scale_window(x, y);
            }
            0x0412 => {
                let (y, x) = (ratio(&mut reader)?, ratio(&mut reader)?);
                gdi.dc.mapping.scale_viewport(x, y);
            }
            0x0214 => gdi.move_to(yx(&mut reader)?),
            0x0213 => gdi.line_to(yx(&mut reader)?),
            0x0324 => {
                let count = usize::from(reader.u16()?);
                gdi.draw_shape(&Path::polygon(&points(&mut reader, count)?));
            }
            0x0325 => {
                let count = usize::from(reader.u16()?);
                gdi.draw_lines(&Path::polyline(&points(&mut reader, count)?));
            }
            0x0538 => self.poly_polygon(&mut reader)?,
            0x0418 => gdi.ellipse(&rect(&mut reader)?),
            0x041b => gdi.draw_shape(&Path::rect(&rect(&mut reader)?)),
            0x061c => {
                let corner = yx(&mut reader)?;
                gdi.draw_shape(&Path::round_rect(&rect(&mut reader)?, corner.x, corner.y));
            }
            0x0817 | 0x081a | 0x0830 => {
                use crate::gdi::ArcEnds;
                let (to, from) = (yx(&mut reader)?, yx(&mut reader)?);
                let ends = match record.function {
                    0x0817 => ArcEnds::Open,
                    0x081a => ArcEnds::Pie,
                    _ => ArcEnds::Chord,
                };
                gdi.arc(&rect(&mut reader)?, from, to, ends);
            }
            0x041f => {
                let color = gdi.dc.color(reader.u32()?);
                gdi.set_pixel(yx(&mut reader)?, color);
            }
            0x0415 | 0x0416 => {
                let area = gdi.clip_of(&Path::rect(&rect(&mut reader)?), FillRule::NonZero);
                let clip = &gdi.dc.clip;
                gdi.dc.clip = if record.function == 0x0415 { clip.minus(&area) } else { clip.and(&area) };
            }
            0x0521 => self.text_out(&mut reader)?,
            0x0a32 => self.ext_text_out(&mut reader)?,
            0x0037 | 0x00f7 | 0x0139 | 0x0142 | 0x01f9 | 0x02fa | 0x02fb | 0x02fc | 0x06ff | 0x0234 | 0x012d
            | 0x01f0 => {
                return self.object_record(record);
            }
            0x0228 => {
                let (region, brush) = (self.region(reader.u16()?), self.brush(reader.u16()?));
                self.gdi.fill_clip(&region?, &brush?);
            }
            0x012b => {
                let (region, brush) = (self.region(reader.u16()?)?, self.gdi.dc.brush.clone());
                self.gdi.fill_clip(&region, &brush);
            }
            0x0429 => {
                let (region, brush) = (self.region(reader.u16()?)?, self.brush(reader.u16()?)?);
                self.gdi.fill_clip(&region, &brush);
            }
            0x012c => {
                let index = reader.u16()?;
                self.gdi.dc.clip = self.region(index).unwrap_or_else(Clip::all);
            }
            0x061d | 0x0922 | 0x0b23 | 0x0940 | 0x0b41 | 0x0d33 | 0x0f43 => return self.bitmap_record(record),
            _ => {}
        }
        Some(())
    }

    fn set_viewport_origin(&mut self, origin: Point) {
        if self.viewport_is_set {
            self.gdi.dc.mapping.viewport_origin = origin;
        }
    }

    /// The first viewport that a file sets counts as the whole device.
    fn set_viewport_extent(&mut self, extent: Point) {
        if extent.x == 0.0 || extent.y == 0.0 {
            return;
        }
        if !self.viewport_is_set {
            self.viewport_is_set = true;
            let device = Rect::between(Point::default(), Point::new(extent.x.abs(), extent.y.abs()));
            self.gdi.dc.base = crate::geometry::Affine::map_rect(&device, &self.gdi.canvas.view);
            self.gdi.dc.mapping.viewport_origin = Point::default();
        }
        self.gdi.dc.mapping.viewport_extent = extent;
    }

    fn poly_polygon(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let polygons = usize::from(reader.u16()?);
        let counts: Vec<usize> =
            (0..polygons.min(reader.remaining() / 2)).map(|_| reader.u16().map(usize::from)).collect::<Option<_>>()?;
        let mut path = Path::default();
        for count in counts {
            path.append(&Path::polygon(&points(reader, count)?));
        }
        self.gdi.draw_shape(&path);
        Some(())
    }

    fn text_out(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let count = usize::from(reader.u16()?);
        let bytes = reader.take(count)?;
        if count % 2 == 1 {
            reader.skip(1)?;
        }
        let at = yx(reader)?;
        let letters = charset::decode(bytes, self.gdi.dc.font.charset);
        self.gdi.text_out(&TextOut {
            at,
            letters: &letters,
            advances: &[],
            options: 0,
            rect: None,
            mode: GraphicsMode::Compatible,
        });
        Some(())
    }

    fn ext_text_out(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let at = yx(reader)?;
        let count = usize::from(reader.u16()?);
        let options = u32::from(reader.u16()?);
        let rect = if options & (OPAQUE | CLIPPED) != 0 {
            let (from, to) = (reader.point16()?, reader.point16()?);
            Some(Rect::between(from, to))
        } else {
            None
        };
        let bytes = reader.take(count.min(reader.remaining()))?;
        if count % 2 == 1 {
            let _ = reader.skip(1);
        }
        let mut advances = Vec::new();
        if reader.remaining() >= count * 2 && count > 0 {
            for _ in 0..count {
                advances.push(f64::from(reader.i16()?));
                if options & PDY != 0 {
                    let _ = reader.i16();
                }
            }
        }
        let letters = charset::decode(bytes, self.gdi.dc.font.charset);
        self.gdi.text_out(&TextOut {
            at,
            letters: &letters,
            advances: &advances,
            options,
            rect,
            mode: GraphicsMode::Compatible,
        });
        Some(())
    }
}

/// Denominator, then numerator.
fn ratio(reader: &mut Reader<'_>) -> Option<(f64, f64)> {
    let (denominator, numerator) = (reader.i16()?, reader.i16()?);
    Some((f64::from(numerator), f64::from(denominator)))
}
