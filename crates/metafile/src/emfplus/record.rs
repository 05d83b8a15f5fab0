//! Record framing, and the coordinate formats selected by flags.

use crate::color::Color;
use crate::geometry::{Point, Rect};
use crate::reader::{ReadFields, Reader};

#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub kind: u16,
    pub flags: u16,
    pub data: &'a [u8],
}

pub(super) struct Records<'a> {
    pub rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let mut reader = Reader::le(self.rest);
        let (kind, flags) = (reader.u16()?, reader.u16()?);
        let (size, data_size) = (usize::try_from(reader.u32()?).ok()?, usize::try_from(reader.u32()?).ok()?);
        if size < 12 {
            return None;
        }
        let (bytes, rest) = self.rest.split_at_checked(size.min(self.rest.len()))?;
        self.rest = rest;
        let data = bytes.get(12..)?;
        Some(Record { kind, flags, data: data.get(..data_size).unwrap_or(data) })
    }
}

const COMPRESSED: u16 = 0x4000;
const IS_COLOR: u16 = 0x8000;
const RELATIVE: u16 = 0x0800;

/// The content of a brush field.
pub(super) enum BrushRef {
    Color(Color),
    Object(u8),
}

impl<'a> Record<'a> {
    pub fn reader(&self) -> Reader<'a> {
        Reader::le(self.data)
    }

    /// The object index in the low byte of the flags.
    pub fn object(&self) -> u8 {
        self.flags as u8
    }

    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    pub fn brush(&self, reader: &mut Reader<'_>) -> Option<BrushRef> {
        let value = reader.u32()?;
        Some(if self.has(IS_COLOR) { BrushRef::Color(Color::from_argb(value)) } else { BrushRef::Object(value as u8) })
    }

    pub fn rect(&self, reader: &mut Reader<'_>) -> Option<Rect> {
        if self.has(COMPRESSED) {
            let (at, size) = (reader.point16()?, reader.point16()?);
            return Some(Rect::from_size(at.x, at.y, size.x, size.y));
        }
        rect_f(reader)
    }

    /// A count and that many points.
    pub fn points(&self, reader: &mut Reader<'_>) -> Option<Vec<Point>> {
        let count = usize::try_from(reader.u32()?).ok()?;
        self.points_of(reader, count)
    }

    pub fn points_of(&self, reader: &mut Reader<'_>, count: usize) -> Option<Vec<Point>> {
        points(reader, count, self.has(COMPRESSED), self.has(RELATIVE))
    }
}

pub(super) fn rect_f(reader: &mut Reader<'_>) -> Option<Rect> {
    let (at, size) = (reader.point_f()?, reader.point_f()?);
    Some(Rect::from_size(at.x, at.y, size.x, size.y))
}

/// Relative points are differences of 7 or 15 bits; the flag takes precedence over that for 16-bit points.
pub(super) fn points(reader: &mut Reader<'_>, count: usize, compressed: bool, relative: bool) -> Option<Vec<Point>> {
    let smallest = match (relative, compressed) {
        (true, _) => 2,
        (false, true) => 4,
        (false, false) => 8,
    };
    if count.checked_mul(smallest)? > reader.remaining() {
        return None;
    }
    let mut at = Point::default();
    (0..count)
        .map(|_| {
            if relative {
                at = at.offset(small_integer(reader)?, small_integer(reader)?);
                Some(at)
            } else if compressed {
                reader.point16()
            } else {
                reader.point_f()
            }
        })
        .collect()
}

/// EmfPlusInteger7 or EmfPlusInteger15, distinguished by the first bit.
fn small_integer(reader: &mut Reader<'_>) -> Option<f64> {
    let first = reader.u8()?;
    if first & 0x80 == 0 {
        // Seven bits, sign-extended.
        return Some(f64::from(((first << 1) as i8) >> 1));
    }
    let value = u16::from(first & 0x7f) << 8 | u16::from(reader.u8()?);
    Some(f64::from(((value << 1) as i16) >> 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_points_accumulate_in_seven_or_fifteen_bits() {
        let mut reader = Reader::le(&[5, 0x7f, 0x81, 0x00, 2]);
        let points = points(&mut reader, 2, true, true).expect("two points");
        assert_eq!(points, [Point::new(5.0, -1.0), Point::new(261.0, 1.0)]);
    }
}
