//! Records that draw bitmaps. Arguments are in reverse order. A record of exactly the length given by its function
//! number has no bitmap and uses only the brush.

use super::Player;
use super::objects::bitmap16;
use super::record::Record;
use crate::bitmap::Bitmap;
use crate::color::Color;
use crate::dib::{self, ColorUsage, Picture};
use crate::geometry::{Point, Rect};
use crate::reader::Reader;

impl Player {
    pub(super) fn bitmap_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = Reader::le(record.arguments);
        let has_bitmap = record.arguments.len() / 2 != usize::from(record.function >> 8);
        match record.function {
            0x061d => {
                let rop = reader.u32()?;
                let rect = destination(&mut reader)?.0;
                self.gdi.pattern_blit(&rect, rop);
            }
            0x0922 | 0x0940 => {
                let rop = reader.u32()?;
                let source = yx(&mut reader)?;
                if !has_bitmap {
                    reader.skip(2)?;
                    self.gdi.pattern_blit(&destination(&mut reader)?.0, rop);
                    return Some(());
                }
                let (rect, flipped) = destination(&mut reader)?;
                let source = Some((source, Point::new(rect.width(), rect.height())));
                self.blit(record.function == 0x0940, reader, ColorUsage::Rgb, source, (rect, flipped), rop);
            }
            0x0b23 | 0x0b41 => {
                let rop = reader.u32()?;
                let (size, from) = (yx(&mut reader)?, yx(&mut reader)?);
                if !has_bitmap {
                    reader.skip(2)?;
                    self.gdi.pattern_blit(&destination(&mut reader)?.0, rop);
                    return Some(());
                }
                let place = destination(&mut reader)?;
                self.blit(record.function == 0x0b41, reader, ColorUsage::Rgb, Some((from, size)), place, rop);
            }
            0x0f43 => {
                let rop = reader.u32()?;
                let usage = ColorUsage::from_u32(u32::from(reader.u16()?));
                let (size, from) = (yx(&mut reader)?, yx(&mut reader)?);
                let place = destination(&mut reader)?;
                self.blit(true, reader, usage, Some((from, size)), place, rop);
            }
            0x0d33 => {
                let usage = ColorUsage::from_u32(u32::from(reader.u16()?));
                reader.skip(4)?;
                let from = yx(&mut reader)?;
                let place = destination(&mut reader)?;
                let size = Point::new(place.0.width(), place.0.height());
                self.blit(true, reader, usage, Some((from, size)), place, 0x00cc_0020);
            }
            _ => {}
        }
        Some(())
    }

    fn blit(
        &mut self,
        is_dib: bool,
        mut reader: Reader<'_>,
        usage: ColorUsage,
        source: Option<(Point, Point)>,
        (rect, flipped): (Rect, (bool, bool)),
        rop: u32,
    ) -> Option<()> {
        if rect.is_empty() {
            return None;
        }
        let place = crate::gdi::place_in(&rect, &self.gdi.dc.to_canvas());
        let mut bitmap = if is_dib {
            let (header, bits) = dib::packed(reader.rest(), usage, &self.gdi.dc.palette)?;
            match header.picture(bits, &mut self.gdi.canvas.bounds)? {
                Picture::Bitmap(bitmap) => bitmap.opaque(),
                Picture::File { mime, bytes, .. } => {
                    self.gdi.encoded(mime, bytes, &place);
                    return Some(());
                }
            }
        } else {
            let colors = (Color::BLACK, Color::WHITE);
            bitmap16(&mut reader, &mut self.gdi.canvas.bounds, colors)?
        };
        if let Some(part) = source.and_then(|(from, size)| part(&bitmap, from, size)) {
            bitmap = part;
        }
        bitmap.flip(flipped.0, flipped.1);
        self.gdi.blit(bitmap, &place, rop);
        Some(())
    }
}

/// The part of the bitmap inside the source rectangle; `None` if that is the whole bitmap.
fn part(bitmap: &Bitmap, from: Point, size: Point) -> Option<Bitmap> {
    let whole =
        from.x == 0.0 && from.y == 0.0 && size.x >= f64::from(bitmap.width) && size.y >= f64::from(bitmap.height);
    if whole || size.x <= 0.0 || size.y <= 0.0 {
        return None;
    }
    bitmap.crop(from.x as i64, from.y as i64, size.x as i64, size.y as i64)
}

fn yx(reader: &mut Reader<'_>) -> Option<Point> {
    let (y, x) = (reader.i16()?, reader.i16()?);
    Some(Point::new(f64::from(x), f64::from(y)))
}

/// Height, width, y, x; negative sides mirror.
fn destination(reader: &mut Reader<'_>) -> Option<(Rect, (bool, bool))> {
    let (size, at) = (yx(reader)?, yx(reader)?);
    Some((Rect::from_size(at.x, at.y, size.x, size.y), (size.x < 0.0, size.y < 0.0)))
}
