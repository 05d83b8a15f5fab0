//! Text records.

use super::{Player, Record};
use crate::gdi::charset;
use crate::gdi::text::{CLIPPED, GraphicsMode, OPAQUE, PDY, TextOut};
use crate::geometry::Rect;
use crate::reader::{ReadFields, Reader};

const EXT_TEXT_OUT_A: u32 = 83;
const POLY_TEXT_OUT_A: u32 = 96;
const SMALL_TEXT_OUT: u32 = 108;
/// ETO_NO_RECT and ETO_SMALL_CHARS.
const NO_RECT: u32 = 0x100;
const SMALL_CHARS: u32 = 0x200;

impl Player<'_> {
    pub(super) fn text_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        if record.kind == SMALL_TEXT_OUT {
            return self.small_text_out(&mut reader);
        }
        reader.skip(16)?;
        let mode = if reader.u32()? == 2 { GraphicsMode::Advanced } else { GraphicsMode::Compatible };
        reader.skip(8)?;
        let is_wide = !matches!(record.kind, EXT_TEXT_OUT_A | POLY_TEXT_OUT_A);
        let count = if matches!(record.kind, 96 | 97) { reader.u32()? } else { 1 };
        for _ in 0..count.min(4096) {
            self.text_object(record, &mut reader, mode, is_wide)?;
        }
        Some(())
    }

    fn text_object(
        &mut self,
        record: Record<'_>,
        reader: &mut Reader<'_>,
        mode: GraphicsMode,
        is_wide: bool,
    ) -> Option<()> {
        let at = reader.point32()?;
        let count = reader.u32()?;
        let text_at = reader.u32()?;
        let options = reader.u32()?;
        let (from, to) = (reader.point32()?, reader.point32()?);
        let advances_at = reader.u32()?;
        let rect = (options & (OPAQUE | CLIPPED) != 0 && options & NO_RECT == 0).then(|| Rect::between(from, to));
        // Several strings can share characters.
        self.gdi.canvas.bounds.take_points(usize::try_from(count).ok()?)?;
        let letters = if is_wide {
            let bytes = record.part(text_at, count.checked_mul(2)?)?;
            charset::decode_utf16(&Reader::le(bytes).utf16(bytes.len() / 2)?)
        } else {
            charset::decode(record.part(text_at, count)?, self.gdi.dc.font.charset)
        };
        let mut advances = Vec::new();
        if advances_at != 0 {
            let step = if options & PDY != 0 { 8 } else { 4 };
            let bytes = record.part(advances_at, count.checked_mul(step)?).unwrap_or(&[]);
            for entry in bytes.chunks_exact(step as usize) {
                advances.push(f64::from(Reader::le(entry).i32()?));
            }
            if advances.len() != count as usize || advances.iter().all(|&advance| advance == 0.0) {
                advances.clear();
            }
        }
        self.gdi.text_out(&TextOut { at, letters: &letters, advances: &advances, options, rect, mode });
        Some(())
    }

    fn small_text_out(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let at = reader.point32()?;
        let count = usize::try_from(reader.u32()?).ok()?;
        let options = reader.u32()?;
        let mode = if reader.u32()? == 2 { GraphicsMode::Advanced } else { GraphicsMode::Compatible };
        reader.skip(8)?;
        let rect = if options & NO_RECT == 0 {
            let (from, to) = (reader.point32()?, reader.point32()?);
            Some(Rect::between(from, to))
        } else {
            None
        };
        let letters = if options & SMALL_CHARS != 0 {
            charset::decode(reader.take(count)?, self.gdi.dc.font.charset)
        } else {
            charset::decode_utf16(&reader.utf16(count)?)
        };
        self.gdi.text_out(&TextOut { at, letters: &letters, advances: &[], options, rect, mode });
        Some(())
    }
}
