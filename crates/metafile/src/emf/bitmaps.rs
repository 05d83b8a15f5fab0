//! Bitmap records.

use super::{Player, Record};
use crate::bitmap::{Bitmap, luma};
use crate::dib::{ColorUsage, Header, Picture};
use crate::gdi::place_in;
use crate::gdi::raster::uses_source;
use crate::geometry::{Affine, Point, Rect};
use crate::reader::{ReadFields, Reader};

const BIT_BLT: u32 = 76;
const STRETCH_BLT: u32 = 77;
const MASK_BLT: u32 = 78;
const PLG_BLT: u32 = 79;
const SET_DIB_BITS: u32 = 80;
const STRETCH_DIB_BITS: u32 = 81;
const ALPHA_BLEND: u32 = 114;
const TRANSPARENT_BLT: u32 = 116;
const SOURCE_COPY: u32 = 0x00cc_0020;

/// The source rectangle of a record, in pixels.
struct Source {
    from: Point,
    size: Point,
}

/// Offset and size of the parts of a DIB in the record.
struct DibParts {
    header: (u32, u32),
    bits: (u32, u32),
}

fn parts(reader: &mut Reader<'_>) -> Option<DibParts> {
    Some(DibParts { header: (reader.u32()?, reader.u32()?), bits: (reader.u32()?, reader.u32()?) })
}

impl Player<'_> {
    pub(super) fn bitmap_record(&mut self, record: Record<'_>) -> Option<()> {
        match record.kind {
            BIT_BLT | STRETCH_BLT | MASK_BLT | ALPHA_BLEND | TRANSPARENT_BLT => self.blt(record),
            PLG_BLT => self.plg_blt(record),
            SET_DIB_BITS | STRETCH_DIB_BITS => self.dib_bits(record),
            _ => None,
        }
    }

    /// Records that copy from a bitmap with a transform.
    fn blt(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        reader.skip(16)?;
        let (at, extent) = (reader.point32()?, reader.point32()?);
        let operation = reader.u32()?;
        let from = reader.point32()?;
        let source_transform = transform(&mut reader)?;
        reader.skip(4)?;
        let usage = ColorUsage::from_u32(reader.u32()?);
        let dib = parts(&mut reader)?;
        let size = match record.kind {
            STRETCH_BLT | ALPHA_BLEND | TRANSPARENT_BLT => reader.point32()?,
            _ => extent,
        };
        let rect = Rect::from_size(at.x, at.y, extent.x, extent.y);
        let is_plain = matches!(record.kind, BIT_BLT | STRETCH_BLT);
        if dib.header.1 == 0 || is_plain && !uses_source(operation) {
            self.gdi.pattern_blit(&rect, operation);
            return Some(());
        }
        let source = Source { from: source_transform.apply(from), size: source_size(&source_transform, size) };
        let place = place_in(&rect, &self.gdi.dc.to_canvas());
        let mut picture = self.bitmap(record, &dib, usage, record.kind == ALPHA_BLEND, &place)?;
        if let Some(part) = part(&picture, &source) {
            picture = part;
        }
        picture.flip(extent.x < 0.0, extent.y < 0.0);
        match record.kind {
            ALPHA_BLEND => {
                let [_, _, constant, format] = operation.to_le_bytes();
                let opacity = f64::from(constant) / 255.0;
                if format & 1 == 0 {
                    picture = picture.opaque();
                } else {
                    picture.map(unmultiplied);
                }
                self.gdi.blend_bitmap(&picture, &place, opacity);
            }
            TRANSPARENT_BLT => {
                let [r, g, b, _] = operation.to_le_bytes();
                picture.map(|pixel| if pixel[..3] == [r, g, b] { [0; 4] } else { pixel });
                self.gdi.blend_bitmap(&picture, &place, 1.0);
            }
            MASK_BLT => {
                let mask_at = reader.point32()?;
                let usage = ColorUsage::from_u32(reader.u32()?);
                let dib = parts(&mut reader)?;
                let mask = if dib.header.1 == 0 { None } else { self.bitmap(record, &dib, usage, false, &place) };
                if let Some(mask) = mask {
                    let mask = part(&mask, &Source { from: mask_at, size: extent }).unwrap_or(mask);
                    mask_out(&mut picture, &mask);
                }
                self.gdi.blend_bitmap(&picture, &place, 1.0);
            }
            _ => self.gdi.blit(picture, &place, operation),
        }
        Some(())
    }

    fn plg_blt(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        reader.skip(16)?;
        let (a, b, c) = (reader.point32()?, reader.point32()?, reader.point32()?);
        let (from, size) = (reader.point32()?, reader.point32()?);
        let source_transform = transform(&mut reader)?;
        reader.skip(4)?;
        let usage = ColorUsage::from_u32(reader.u32()?);
        let dib = parts(&mut reader)?;
        let corners = Affine::new(b.x - a.x, b.y - a.y, c.x - a.x, c.y - a.y, a.x, a.y);
        let place = corners.then(&self.gdi.dc.to_canvas());
        let mut picture = self.bitmap(record, &dib, usage, false, &place)?;
        let source = Source { from: source_transform.apply(from), size: source_size(&source_transform, size) };
        if let Some(part) = part(&picture, &source) {
            picture = part;
        }
        self.gdi.blend_bitmap(&picture, &place, 1.0);
        Some(())
    }

    /// Records with a plain DIB. Source coordinates are relative to its lower edge.
    fn dib_bits(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        reader.skip(16)?;
        let at = reader.point32()?;
        let (from, size) = (reader.point32()?, reader.point32()?);
        let dib = parts(&mut reader)?;
        let usage = ColorUsage::from_u32(reader.u32()?);
        let (operation, extent) =
            if record.kind == STRETCH_DIB_BITS { (reader.u32()?, reader.point32()?) } else { (SOURCE_COPY, size) };
        let rect = Rect::from_size(at.x, at.y, extent.x, extent.y);
        if dib.header.1 == 0 || !uses_source(operation) {
            self.gdi.pattern_blit(&rect, operation);
            return Some(());
        }
        let place = place_in(&rect, &self.gdi.dc.to_canvas());
        let mut picture = self.bitmap(record, &dib, usage, false, &place)?;
        let from = Point::new(from.x, f64::from(picture.height) - from.y - size.y);
        if let Some(part) = part(&picture, &Source { from, size }) {
            picture = part;
        }
        picture.flip(extent.x < 0.0, extent.y < 0.0);
        self.gdi.blit(picture, &place, operation);
        Some(())
    }

    /// Decodes a bitmap. Draws an embedded picture file immediately and returns `None`.
    fn bitmap(
        &mut self,
        record: Record<'_>,
        dib: &DibParts,
        usage: ColorUsage,
        has_alpha: bool,
        place: &Affine,
    ) -> Option<Bitmap> {
        let header = Header::parse(record.part(dib.header.0, dib.header.1)?, usage, &self.gdi.dc.palette)?;
        match header.picture(record.part(dib.bits.0, dib.bits.1)?, &mut self.gdi.canvas.bounds)? {
            Picture::Bitmap(bitmap) => Some(if has_alpha { bitmap } else { bitmap.opaque() }),
            Picture::File { mime, bytes, .. } => {
                self.gdi.encoded(mime, bytes, place);
                None
            }
        }
    }
}

fn transform(reader: &mut Reader<'_>) -> Option<Affine> {
    let (a, b, c, d) = (reader.float()?, reader.float()?, reader.float()?, reader.float()?);
    let offset = reader.point_f()?;
    Some(Affine::new(a, b, c, d, offset.x, offset.y))
}

fn source_size(map: &Affine, size: Point) -> Point {
    let (x, y) = map.scales();
    Point::new(size.x * if x > 0.0 { x } else { 1.0 }, size.y * if y > 0.0 { y } else { 1.0 })
}

/// The part of the bitmap inside the source rectangle; `None` if that is the whole bitmap.
fn part(bitmap: &Bitmap, source: &Source) -> Option<Bitmap> {
    let Source { from, size } = source;
    let covers =
        from.x <= 0.0 && from.y <= 0.0 && size.x >= f64::from(bitmap.width) && size.y >= f64::from(bitmap.height);
    if covers || size.x <= 0.0 || size.y <= 0.0 {
        return None;
    }
    bitmap.crop(from.x.round() as i64, from.y.round() as i64, size.x.round() as i64, size.y.round() as i64)
}

/// Sources of AlphaBlend are premultiplied.
fn unmultiplied([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let channel =
        |value: u8| (u32::from(value) * 255 + u32::from(a) / 2).checked_div(u32::from(a)).unwrap_or(0).min(255) as u8;
    [channel(r), channel(g), channel(b), a]
}

/// Makes pixels transparent where the mask is black.
fn mask_out(picture: &mut Bitmap, mask: &Bitmap) {
    let (width, height) = (f64::from(picture.width), f64::from(picture.height));
    let columns = picture.width.max(1) as usize;
    for (index, pixel) in picture.pixels.iter_mut().enumerate() {
        let (x, y) = (index % columns, index / columns);
        if luma(mask.sample((x as f64 + 0.5) / width, (y as f64 + 0.5) / height)) < 128 {
            pixel[3] = 0;
        }
    }
}
