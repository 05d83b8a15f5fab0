//! The placeable and plain headers (MS-WMF 2.3.2).

use super::record::Records;
use crate::fault::Fault;
use crate::geometry::{Point, Rect};
use crate::reader::{ReadFields, Reader};

const PLACEABLE_KEY: u32 = 0x9ac6_cdd7;
const PLACEABLE_LENGTH: usize = 22;
/// Default units per inch, if the window is too large to be in pixels.
const TWIPS: f64 = 1440.0;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// In logical units.
    pub bounding_box: Option<Rect>,
    units_per_inch: f64,
    /// Offset of the first record.
    start: usize,
}

/// Whether the bytes start with the header of a Windows metafile.
pub(crate) fn is_wmf(bytes: &[u8]) -> bool {
    Header::parse(bytes).is_ok()
}

/// The plain header: type memory or disk, nine words long, version 1 or 3.
fn is_header(bytes: &[u8]) -> bool {
    let mut reader = Reader::le(bytes);
    let (kind, words, version) = (reader.u16(), reader.u16(), reader.u16());
    matches!(kind, Some(1 | 2)) && words == Some(9) && matches!(version, Some(0x0100 | 0x0300))
}

impl Header {
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        Self::read(bytes).ok_or(Fault::Unknown)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::le(bytes);
        let mut bounding_box = None;
        let mut units_per_inch = 0.0;
        let mut start = 0;
        if reader.u32()? == PLACEABLE_KEY {
            reader.skip(2)?;
            let (from, to) = (reader.point16()?, reader.point16()?);
            units_per_inch = f64::from(reader.u16()?);
            bounding_box = Some(Rect::between(from, to)).filter(|rect| !rect.is_empty());
            start = PLACEABLE_LENGTH;
        }
        // GDI+ pads the placeable header to a multiple of 32 bits.
        let start = [start, start + 2].into_iter().find(|&start| is_header(bytes.get(start..).unwrap_or(&[])))?;
        Some(Self { bounding_box, units_per_inch, start: start + 18 })
    }

    pub fn records<'a>(&self, bytes: &'a [u8]) -> Records<'a> {
        Records { rest: bytes.get(self.start..).unwrap_or(&[]) }
    }

    /// Natural size in CSS px, from the placeable header if there is one.
    pub fn size(&self, window: Option<Rect>) -> (f64, f64) {
        let rect = self.bounding_box.or(window).unwrap_or(Rect::between(Point::default(), Point::new(96.0, 96.0)));
        let longer = rect.width().max(rect.height());
        let per_inch = if self.bounding_box.is_some() && self.units_per_inch > 0.0 {
            self.units_per_inch
        } else if longer > 2048.0 {
            TWIPS
        } else {
            96.0
        };
        let side = |length: f64| (length / per_inch * 96.0).clamp(0.01, 1e6);
        (side(rect.width()), side(rect.height()))
    }
}
