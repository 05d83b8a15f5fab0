//! Font and string format objects (MS-EMFPLUS 2.2.1.3, 2.2.1.9).

use crate::reader::{ReadFields, Reader, utf16_name};

#[derive(Clone, Debug)]
pub(super) struct Font {
    pub size: f64,
    /// Unit of the size; 0 is world units.
    pub unit: u32,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike_out: bool,
    pub family: String,
}

impl Font {
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.skip(4)?;
        let size = reader.float()?;
        let unit = reader.u32()?;
        let style = reader.u32()?;
        reader.skip(4)?;
        let length = usize::try_from(reader.u32()?).ok()?;
        let name = reader.utf16(length.min(reader.remaining() / 2))?;
        Some(Self {
            size,
            unit,
            bold: style & 1 != 0,
            italic: style & 2 != 0,
            underline: style & 4 != 0,
            strike_out: style & 8 != 0,
            family: utf16_name(&name),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Near,
    Center,
    Far,
}

impl Align {
    fn from_u32(value: u32) -> Self {
        match value {
            1 => Self::Center,
            2 => Self::Far,
            _ => Self::Near,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct StringFormat {
    pub wraps: bool,
    pub vertical: bool,
    pub align: Align,
    pub line_align: Align,
    /// Margin before the first character, in em.
    pub margin: f64,
}

impl Default for StringFormat {
    fn default() -> Self {
        Self { wraps: true, vertical: false, align: Align::Near, line_align: Align::Near, margin: 1.0 / 6.0 }
    }
}

impl StringFormat {
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.skip(4)?;
        let flags = reader.u32()?;
        reader.skip(4)?;
        let (align, line_align) = (Align::from_u32(reader.u32()?), Align::from_u32(reader.u32()?));
        // Skipped: digit substitution and language, first tab, hot keys.
        let margin = reader.skip(16).and_then(|()| reader.float());
        Some(Self {
            wraps: flags & 0x1000 == 0,
            vertical: flags & 2 != 0,
            align,
            line_align,
            margin: margin.filter(|margin| (0.0..2.0).contains(margin)).unwrap_or(1.0 / 6.0),
        })
    }
}
