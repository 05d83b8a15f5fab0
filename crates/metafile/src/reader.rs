//! Fields of metafile records, on top of the little-endian cursor of `thumbling_core::bytes`.
//!
//! A record that ends before its last field is skipped as a whole: every read returns `None` past the end.

pub(super) use thumbling_core::bytes::Reader;

use super::geometry::Point;

/// Composite fields of records.
pub(super) trait ReadFields {
    /// A 32-bit float. Infinities and NaN yield `None`, which drops the record.
    fn float(&mut self) -> Option<f64>;
    /// A 32-bit count of items of at least `item` bytes each; `None` if the record is too short for them.
    fn count(&mut self, item: usize) -> Option<usize>;
    /// Two signed 16-bit coordinates.
    fn point16(&mut self) -> Option<Point>;
    /// Two signed 32-bit coordinates.
    fn point32(&mut self) -> Option<Point>;
    /// Two float coordinates.
    fn point_f(&mut self) -> Option<Point>;
    /// UTF-16LE text of `units` code units, including any NUL.
    fn utf16(&mut self, units: usize) -> Option<Vec<u16>>;
}

impl ReadFields for Reader<'_> {
    fn float(&mut self) -> Option<f64> {
        self.array().map(f32::from_le_bytes).filter(|value| value.is_finite()).map(f64::from)
    }

    fn count(&mut self, item: usize) -> Option<usize> {
        let count = usize::try_from(self.u32()?).ok()?;
        (count.checked_mul(item)? <= self.remaining()).then_some(count)
    }

    fn point16(&mut self) -> Option<Point> {
        Some(Point::new(f64::from(self.i16()?), f64::from(self.i16()?)))
    }

    fn point32(&mut self) -> Option<Point> {
        Some(Point::new(f64::from(self.i32()?), f64::from(self.i32()?)))
    }

    fn point_f(&mut self) -> Option<Point> {
        Some(Point::new(self.float()?, self.float()?))
    }

    fn utf16(&mut self, units: usize) -> Option<Vec<u16>> {
        let bytes = self.take(units.checked_mul(2)?)?;
        Some(bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect())
    }
}

/// The text of a UTF-16 field up to its first NUL.
pub(super) fn utf16_name(units: &[u16]) -> String {
    let end = units.iter().position(|&unit| unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(units.get(..end).unwrap_or(units))
}
