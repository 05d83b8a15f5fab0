//! A little-endian cursor over a record. Every read is checked and yields `None` past the end, so that a
//! record with too few bytes is skipped as a whole instead of being guessed at.

use super::geometry::Point;

#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    data: &'a [u8],
    pos: usize,
}

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, pos: 0 }
    }

    /// The whole slice that the cursor walks over, whatever its position.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    pub fn remaining(&self) -> usize {
        self.data.len().saturating_sub(self.pos)
    }

    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.pos..).unwrap_or(&[])
    }

    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.pos.checked_add(count)?;
        let bytes = self.data.get(self.pos..end)?;
        self.pos = end;
        Some(bytes)
    }

    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(drop)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn i16(&mut self) -> Option<i16> {
        self.array().map(i16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_le_bytes)
    }

    /// A 32-bit float; infinities and NaN make the record unreadable.
    pub fn f32(&mut self) -> Option<f64> {
        self.array().map(f32::from_le_bytes).filter(|value| value.is_finite()).map(f64::from)
    }

    /// A count of items that are at least `item` bytes each: refused when the record cannot hold them.
    pub fn count(&mut self, item: usize) -> Option<usize> {
        let count = usize::try_from(self.u32()?).ok()?;
        (count.checked_mul(item)? <= self.remaining()).then_some(count)
    }

    pub fn point16(&mut self) -> Option<Point> {
        Some(Point::new(f64::from(self.i16()?), f64::from(self.i16()?)))
    }

    pub fn point32(&mut self) -> Option<Point> {
        Some(Point::new(f64::from(self.i32()?), f64::from(self.i32()?)))
    }

    pub fn point_f(&mut self) -> Option<Point> {
        Some(Point::new(self.f32()?, self.f32()?))
    }

    /// UTF-16LE text of `units` code units; stops at nothing, so callers cut at NUL themselves.
    pub fn utf16(&mut self, units: usize) -> Option<Vec<u16>> {
        let bytes = self.take(units.checked_mul(2)?)?;
        Some(bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect())
    }
}

/// A name in a fixed-size or counted UTF-16 field: what stands before the first NUL.
pub(super) fn utf16_name(units: &[u16]) -> String {
    let end = units.iter().position(|&unit| unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(units.get(..end).unwrap_or(units))
}
