//! Overlays: fills that are blended over painted pixels only.

use tiny_skia::{PremultipliedColorU8, Transform};

use crate::effects::Blend;
use crate::paint::canvas::Canvas;
use crate::paint::layer::Layer;
use crate::style::Fill;
use thumbling_core::error::Result;

use super::target::EffectTarget;

impl Canvas<'_> {
    /// Blends `fill`, placed within the bounds of `place`, over `layer`.
    pub(super) fn overlay(&mut self, layer: &mut Layer, fill: &Fill, blend: Blend, place: &EffectTarget) -> Result<()> {
        let Some(path) = place.bounds.path() else { return Ok(()) };
        let turn = place.axes(true).0;
        let above = self.layer(layer.area(), |canvas, moved: Transform| {
            canvas.fill(&path, fill, place.bounds, turn.post_concat(moved))
        })?;
        for (pixel, above) in layer.pixmap.pixels_mut().iter_mut().zip(above.pixmap.pixels()) {
            if pixel.alpha() > 0 && above.alpha() > 0 {
                *pixel = blended(*pixel, *above, blend);
            }
        }
        Ok(())
    }
}

/// Blends the colour above over the colour below; keeps the alpha below.
fn blended(below: PremultipliedColorU8, above: PremultipliedColorU8, blend: Blend) -> PremultipliedColorU8 {
    let (from, to) = (below.demultiply(), above.demultiply());
    let (alpha, share) = (u32::from(below.alpha()), u32::from(above.alpha()));
    let part = |below: u8, above: u8| {
        let (b, a) = (u32::from(below), u32::from(above));
        let both = match blend {
            Blend::Over => a,
            Blend::Multiply => a * b / 255,
            Blend::Screen => a + b - a * b / 255,
            Blend::Darken => a.min(b),
            Blend::Lighten => a.max(b),
        };
        let mixed = (b * (255 - share) + both * share) / 255;
        (mixed * alpha / 255) as u8
    };
    let [r, g, b] = [part(from.red(), to.red()), part(from.green(), to.green()), part(from.blue(), to.blue())];
    PremultipliedColorU8::from_rgba(r, g, b, below.alpha()).unwrap_or(below)
}
