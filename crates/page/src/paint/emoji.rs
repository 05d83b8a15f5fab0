//! Colour glyphs: bitmaps in the font (CBDT, sbix), and layers of one colour each (COLR).

use skrifa::bitmap::{BitmapData, BitmapStrikes, Origin};
use skrifa::instance::Size as FontSize;
use skrifa::raw::TableProvider;
use skrifa::raw::types::Tag;
use skrifa::{FontRef, GlyphId, MetadataProvider};
use tiny_skia::Transform;

use crate::layout::GlyphRun;
use crate::style::{Fill, PictureFill, PictureMode};
use crate::tree::Rect;
use thumbling_core::error::Result;
use thumbling_core::geometry::Size;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

use super::canvas::Canvas;

/// Whether the font of the run has colour glyphs.
pub(super) fn has_color(run: &GlyphRun) -> bool {
    let font = FontRef::from_index(run.font.data.as_ref(), run.font.index);
    font.is_ok_and(|font| [b"CBDT", b"sbix", b"COLR"].iter().any(|tag| font.table_data(Tag::new(tag)).is_some()))
}

impl Canvas<'_> {
    pub(super) fn color_glyphs(&mut self, run: &GlyphRun, transform: Transform) -> Result<()> {
        let Ok(font) = FontRef::from_index(run.font.data.as_ref(), run.font.index) else { return Ok(()) };
        let (strikes, size) = (BitmapStrikes::new(&font), run.size * transform.get_scale().1);
        for (glyph, at) in &run.glyphs {
            let id = GlyphId::new(*glyph);
            let here = transform.pre_translate(at.x, at.y);
            if let Some(bitmap) = strikes.glyph_for_size(FontSize::new(size), id) {
                let BitmapData::Png(png) = bitmap.data else { continue };
                let shown = Size::new(size.ceil().max(1.0) as u32, size.ceil().max(1.0) as u32);
                let Ok(picture) = super::decoded(&Source::from_slice(png), &Hint::default(), shown, self.cx) else {
                    continue;
                };
                let scale = run.size / bitmap.ppem_y.max(1.0);
                let (width, height) = (bitmap.width.max(1) as f32 * scale, bitmap.height.max(1) as f32 * scale);
                let y = match bitmap.placement_origin {
                    Origin::TopLeft => -bitmap.inner_bearing_y * scale,
                    Origin::BottomLeft => -bitmap.inner_bearing_y * scale - height,
                };
                let area = Rect::new(bitmap.inner_bearing_x * scale, y, width, height);
                let fill = Fill::Picture(PictureFill { picture, mode: PictureMode::WHOLE, opacity: 1.0 });
                if let Some(path) = area.path() {
                    self.fill(&path, &fill, area, here)?;
                }
            } else {
                self.layered(&font, run, id, here)?;
            }
        }
        Ok(())
    }

    /// Paints a layered glyph (COLR version 0). Other glyphs are drawn in the text colour.
    fn layered(&mut self, font: &FontRef<'_>, run: &GlyphRun, glyph: GlyphId, transform: Transform) -> Result<()> {
        let layers = layers(font, glyph);
        let plain = [(glyph.to_u32(), None)];
        for (outline, color) in if layers.is_empty() { &plain[..] } else { &layers } {
            let own = GlyphRun { color: color.unwrap_or(run.color), ..run.clone() };
            let number = self.glyphs.font(&own);
            self.glyph_path(number, &own, *outline, transform);
        }
        Ok(())
    }
}

/// The layers of a glyph, bottommost first. No colour means the text colour.
fn layers(font: &FontRef<'_>, glyph: GlyphId) -> Vec<(u32, Option<crate::style::Color>)> {
    let found = || {
        let colr = font.colr().ok()?;
        let range = colr.v0_base_glyph(glyph).ok()??;
        let palettes = font.color_palettes();
        let palette = palettes.get(0)?;
        let layers = range.filter_map(|n| {
            let (outline, entry) = colr.v0_layer(n).ok()?;
            let color = palette.colors().get(usize::from(entry)).map(|c| crate::style::Color {
                r: c.red(),
                g: c.green(),
                b: c.blue(),
                a: c.alpha(),
            });
            Some((outline.to_u32(), color))
        });
        Some(layers.collect())
    };
    found().unwrap_or_default()
}
