//! Paints glyph runs.

use tiny_skia::{FillRule, Paint, PremultipliedColorU8, Shader, Transform};

use crate::effects::{Cast, Effects, Shadow};
use crate::layout::GlyphRun;
use crate::style::Color;
use crate::text::TextEffects;
use crate::tree::Rect;
use thumbling_core::error::Result;

use super::canvas::Canvas;
use super::effects::EffectTarget;
use super::extent;
use super::glyphs::{BOLDER, PHASES};
use super::raster::Coverage;

impl Canvas<'_> {
    pub(super) fn glyphs(&mut self, run: &GlyphRun, transform: Transform) -> Result<()> {
        self.cx.check()?;
        if super::emoji::has_color(run) {
            return self.color_glyphs(run, transform);
        }
        if let Some(effects) = &run.effects {
            return self.glyphs_with_effects(run, effects, transform);
        }
        self.plain_glyphs(run, transform)
    }

    /// Paints glyphs with shadow, fill and outline, bottommost first.
    fn glyphs_with_effects(&mut self, run: &GlyphRun, effects: &TextEffects, transform: Transform) -> Result<()> {
        let Some(shadow) = &effects.shadow else { return self.glyphs_without_shadow(run, effects, transform) };
        let Some(area) = extent::glyphs(run, transform) else { return Ok(()) };
        // Casts scale and skew about the box of the whole text, which a run does not know.
        let cast = Cast::moved(shadow.cast.dx, shadow.cast.dy);
        let cast = Effects::of_shadow(Shadow { cast, ..*shadow });
        let place = EffectTarget { bounds: bounds(run), rotation: 0.0, transform };
        let glyphs =
            |canvas: &mut Self, moved| canvas.glyphs_without_shadow(run, effects, transform.post_concat(moved));
        self.affected(&cast, &place, area, glyphs, |_, _| Ok(()))
    }

    /// Paints glyphs with fill and outline.
    fn glyphs_without_shadow(&mut self, run: &GlyphRun, effects: &TextEffects, transform: Transform) -> Result<()> {
        let font = self.glyphs.font(run);
        let bounds = bounds(run);
        if effects.fill.is_none() {
            self.plain_glyphs(run, transform)?;
        }
        for (glyph, at) in run.glyphs.iter().filter(|_| effects.fill.is_some() || effects.outline.is_some()) {
            self.cx.check()?;
            let place = Transform::from_scale(run.size, run.size).post_translate(at.x, at.y);
            let outline = self.glyphs.outline(font, run, *glyph);
            let Some(path) = outline.and_then(|path| (*path).clone().transform(place)) else { continue };
            if let Some(fill) = &effects.fill {
                self.fill(&path, fill, bounds, transform)?;
            }
            if let Some(stroke) = &effects.outline {
                self.stroke(&path, stroke, bounds, transform)?;
            }
        }
        Ok(())
    }

    fn plain_glyphs(&mut self, run: &GlyphRun, transform: Transform) -> Result<()> {
        if run.color.a == 0 {
            return Ok(());
        }
        let font = self.glyphs.font(run);
        let is_upright = transform.kx == 0.0 && transform.ky == 0.0 && transform.sx > 0.0 && transform.sy > 0.0;
        // Within one per cent, since pages are scaled to whole pixels.
        let is_uniform = is_upright && (transform.sx / transform.sy - 1.0).abs() < 0.02;
        let size = run.size * transform.sy;
        for (glyph, at) in &run.glyphs {
            let mut point = tiny_skia::Point::from_xy(at.x, at.y);
            transform.map_point(&mut point);
            let small = split(point.x).filter(|_| is_uniform);
            let drawn = small.map(|(x, phase)| (x, self.glyphs.drawn(font, run, *glyph, size, phase)));
            if let Some((x, Ok(drawn))) = drawn {
                if let Some(coverage) = drawn {
                    self.cover(&coverage, x, point.y.round() as i32, run.color);
                }
                continue;
            }
            self.glyph_path(font, run, *glyph, transform.pre_translate(at.x, at.y));
        }
        Ok(())
    }

    /// Fills the outline of a glyph with its origin at that of `transform`.
    pub(super) fn glyph_path(&mut self, font: usize, run: &GlyphRun, glyph: u32, transform: Transform) {
        let Some(path) = self.glyphs.outline(font, run, glyph) else { return };
        let transform = transform.pre_scale(run.size, run.size);
        let Some(mask) = path.bounds().transform(transform).and_then(|bounds| self.mask_for(bounds)) else { return };
        let paint = Paint { shader: Shader::SolidColor(run.color.skia()), ..Paint::default() };
        self.pixmap.fill_path(&path, &paint, FillRule::Winding, transform, mask.as_deref());
        if run.embolden {
            let stroke = tiny_skia::Stroke { width: BOLDER, ..tiny_skia::Stroke::default() };
            self.pixmap.stroke_path(&path, &paint, &stroke, transform, mask.as_deref());
        }
    }

    /// Paints `color` through a coverage mask with its origin at `x`, `y`.
    fn cover(&mut self, coverage: &Coverage, x: i32, y: i32, color: Color) {
        let [left, top, right, bottom] = self.clip.bounds;
        let (x, y) = (x + coverage.left, y + coverage.top);
        let width = coverage.width as i32;
        let (first, last) = ((left - x).max(0), (right - x).min(width));
        if first >= last {
            return;
        }
        let row = self.pixmap.width() as usize;
        let mask = self.clip.mask.clone();
        for (line, samples) in coverage.samples.chunks_exact(coverage.width).enumerate() {
            let at = y + line as i32;
            if at < top || at >= bottom {
                continue;
            }
            let start = at as usize * row + (x + first) as usize;
            let pixels = &mut self.pixmap.pixels_mut()[start..start + (last - first) as usize];
            let samples = &samples[first as usize..last as usize];
            match &mask {
                None => pixels.iter_mut().zip(samples).for_each(|(pixel, share)| over(pixel, color, *share)),
                Some(mask) => {
                    let mask = &mask.data()[start..start + pixels.len()];
                    for ((pixel, share), mask) in pixels.iter_mut().zip(samples).zip(mask) {
                        over(pixel, color, (u16::from(*share) * u16::from(*mask) / 255) as u8);
                    }
                }
            }
        }
    }
}

/// Approximate bounds of a run: from its first origin to its last, about as high as its letters.
fn bounds(run: &GlyphRun) -> Rect {
    let xs = run.glyphs.iter().map(|(_, at)| at.x);
    let (left, right) = xs.fold((f32::MAX, f32::MIN), |(left, right), x| (left.min(x), right.max(x)));
    let top = run.glyphs.first().map_or(0.0, |(_, at)| at.y) - run.size * 0.75;
    Rect::new(left.min(right), top, (right - left).max(0.0) + run.size * 0.5, run.size * 0.95)
}

/// The pixel and the subpixel position; `None` far outside any canvas.
fn split(x: f32) -> Option<(i32, i32)> {
    if x.is_nan() || x.abs() > 1e6 {
        return None;
    }
    let steps = (x * PHASES as f32).round() as i32;
    Some((steps.div_euclid(PHASES), steps.rem_euclid(PHASES)))
}

/// Composites a colour over a premultiplied pixel.
fn over(pixel: &mut PremultipliedColorU8, color: Color, share: u8) {
    if share == 0 {
        return;
    }
    let alpha = (u32::from(share) * u32::from(color.a) + 127) / 255;
    let rest = 255 - alpha;
    let mix = |below: u8, above: u8| ((u32::from(below) * rest + u32::from(above) * alpha + 127) / 255) as u8;
    let a = mix(pixel.alpha(), 255);
    let (r, g, b) = (mix(pixel.red(), color.r), mix(pixel.green(), color.g), mix(pixel.blue(), color.b));
    if let Some(mixed) = PremultipliedColorU8::from_rgba(r.min(a), g.min(a), b.min(a), a) {
        *pixel = mixed;
    }
}
