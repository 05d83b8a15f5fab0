//! Effects of shapes and groups, computed from their pixels.
//!
//! The content is painted once, onto a layer. Its blurred coverage gives shadows, glow and soft edges; its mirrored
//! pixels give the reflection. Everything is computed at the resolution of the canvas.

mod overlay;
mod plane;
mod target;

use tiny_skia::{Point, PremultipliedColorU8, Transform};

use crate::effects::{Cast, Effects, Reflection, Shadow};
use crate::style::Color;
use thumbling_core::error::Result;

use super::canvas::Canvas;
use super::extent::{Area, grown, intersection};
use super::layer::{Layer, over};
use plane::{Plane, reach};

pub(super) use target::EffectTarget;

/// Standard deviation of a blur as a fraction of its nominal radius.
const DEVIATION: f32 = 0.4;

/// Distance around the clip from which content can affect the visible result, px.
fn window(effects: &Effects, clip: Area, scale: f32) -> f32 {
    let blurs = [effects.blur, effects.soft_edge * 3.0, effects.glow.map_or(0.0, |g| g.radius)];
    let mut by: f32 = blurs.iter().map(|radius| reach(radius * scale)).sum();
    for shadow in effects.shadow.iter().chain(&effects.inner_shadow) {
        by += reach(shadow.blur * scale) + shadow.cast.dx.hypot(shadow.cast.dy) * scale;
    }
    if effects.reflection.is_some() || effects.shadow.is_some_and(|shadow| !shadow.cast.is_moved()) {
        // Mirrored or stretched content can come from as far away as the canvas is large.
        by = by.max((clip[2] - clip[0]).max(clip[3] - clip[1]) as f32);
    }
    by
}

impl Canvas<'_> {
    /// Paints content that covers `area` with its effects. `text` is on top and takes part only in the reflection.
    pub(super) fn affected(
        &mut self,
        effects: &Effects,
        place: &EffectTarget,
        area: Area,
        paint: impl FnOnce(&mut Self, Transform) -> Result<()>,
        text: impl Fn(&mut Self, Transform) -> Result<()>,
    ) -> Result<()> {
        let scale = place.scale();
        let seen = grown(self.clip.bounds, window(effects, self.clip.bounds, scale));
        let spread = if effects.blur > 0.0 { reach(effects.blur * DEVIATION * scale) } else { 0.0 };
        if let Some(area) = intersection(grown(area, spread), seen) {
            let mut layer = self.layer(area, paint)?;
            // For blurred planes of the layer with their margins, and one work buffer.
            let margins = grown([0, 0, area[2] - area[0], area[3] - area[1]], 2.0 * window(effects, [0; 4], scale));
            let planes = if effects.blur > 0.0 || effects.reflection.is_some() { 5 } else { 2 };
            let _held =
                self.cx.reserve((margins[2] as u64).saturating_mul(margins[3] as u64).saturating_mul(planes))?;
            if let Some((fill, blend)) = &effects.overlay {
                self.overlay(&mut layer, fill, *blend, place)?;
            }
            if effects.blur > 0.0 {
                blur(&mut layer, effects.blur * DEVIATION * scale);
            }
            if effects.soft_edge > 0.0 {
                soften(&mut layer, effects.soft_edge * scale);
            }
            if let Some(shadow) = &effects.shadow {
                let plane = coverage(&layer, shadow.blur * DEVIATION * scale);
                if let Some(onto) = place.cast(&shadow.cast) {
                    self.tint(&plane, shadow.color, onto, &layer, |share| share);
                }
            }
            if let Some(glow) = effects.glow.filter(|glow| glow.radius > 0.0) {
                // Full at the edge, half at half the radius.
                let plane = coverage(&layer, glow.radius * 0.45 * scale);
                let share = |s: u8| 255 - squared(255 - doubled(s));
                self.tint(&plane, glow.color, Transform::identity(), &layer, share);
            }
            if let Some(shadow) = &effects.inner_shadow {
                shade_inside(&mut layer, shadow, place);
            }
            if let Some(reflection) = &effects.reflection {
                let mut image = self.copied(&layer)?;
                self.onto(&mut image, |canvas, moved| text(canvas, moved))?;
                if reflection.blur * scale > 1.0 {
                    blur(&mut image, reflection.blur * DEVIATION * scale);
                }
                self.reflect(&image, reflection, place);
            }
            self.lay(&layer, 1.0);
        }
        text(self, Transform::identity())
    }

    /// Paints `color` with the opacity that `share` computes from a plane transformed by `onto`. Skips pixels that `above`
    /// will cover.
    fn tint(&mut self, plane: &Plane, color: Color, onto: Transform, above: &Layer, share: impl Fn(u8) -> u8) {
        let Some((sampler, area)) = plane.sampler(onto).zip(moved(plane.area(), onto)) else { return };
        let shares: [u8; 256] = std::array::from_fn(|n| share(n as u8));
        let color = color.skia().premultiply().to_color_u8();
        let mut values = Vec::new();
        self.each_row(area, |x, y, line, mask| {
            values.resize(line.len(), 0);
            sampler.row(x, y, &mut values);
            for (n, (pixel, value)) in line.iter_mut().zip(&values).enumerate() {
                let clip = mask.and_then(|mask| mask.get(n)).map_or(255, |share| u32::from(*share));
                let share = u32::from(shares[usize::from(*value)]) * clip / 255;
                if share > 0 && !(clip == 255 && above.is_opaque(x + n as i32, y)) {
                    *pixel = over(*pixel, color, share);
                }
            }
        });
    }

    fn reflect(&mut self, image: &Layer, reflection: &Reflection, place: &EffectTarget) {
        let Some(onto) = place.cast(&reflection.cast) else { return };
        let Some((area, inverse)) = moved(image.area(), onto).zip(onto.invert()) else { return };
        // The extent of the whole image: the fade runs across it.
        let (axes, bounds) = place.axes(reflection.cast.turns);
        let whole = bounds.path().and_then(|path| path.transform(axes.post_concat(onto))).map(|path| path.bounds());
        let Some(whole) = whole else { return };
        let angle = reflection.fade_angle.to_radians();
        let (dx, dy) = (angle.cos(), angle.sin());
        let length = ((whole.width() * dx).abs() + (whole.height() * dy).abs()).max(1e-3);
        let (cx, cy) = ((whole.left() + whole.right()) / 2.0, (whole.top() + whole.bottom()) / 2.0);
        let [(from, first), (to, last)] = reflection.fade;
        let opacity = |x: f32, y: f32| {
            let at = ((x - cx) * dx + (y - cy) * dy) / length + 0.5;
            let along = ((at - from) / (to - from).max(1e-3)).clamp(0.0, 1.0);
            (first + (last - first) * along).clamp(0.0, 1.0)
        };
        let [left, top, right, bottom] = image.area();
        let row = (right - left) as usize;
        let pixels = image.pixmap.pixels();
        self.each_row(area, |x, y, line, mask| {
            for (n, pixel) in line.iter_mut().enumerate() {
                let clip = mask.and_then(|mask| mask.get(n)).map_or(255.0, |share| f32::from(*share));
                let mut at = Point::from_xy((x + n as i32) as f32 + 0.5, y as f32 + 0.5);
                let share = opacity(at.x, at.y);
                inverse.map_point(&mut at);
                let (u, v) = (at.x.floor() as i32, at.y.floor() as i32);
                if share > 0.0 && u >= left && v >= top && u < right && v < bottom {
                    let above = pixels[(v - top) as usize * row + (u - left) as usize];
                    *pixel = over(*pixel, above, (share * clip) as u32);
                }
            }
        });
    }
}

/// The pixels that `area` covers after the transform.
fn moved(area: Area, onto: Transform) -> Option<Area> {
    let [left, top, right, bottom] = area.map(|n| n as f32);
    tiny_skia::Rect::from_ltrb(left, top, right, bottom)?.transform(onto).map(super::extent::pixels)
}

fn coverage(layer: &Layer, deviation: f32) -> Plane {
    Plane::of(layer, |pixel| pixel.alpha(), deviation)
}

/// Maps a blurred plane to opacity: zero up to the edge (half coverage), rising to one inside.
fn inner(share: u8) -> u8 {
    (u16::from(share) * 2).saturating_sub(255).min(255) as u8
}

/// Maps a blurred plane to opacity: one at the edge (half coverage), falling to zero outside.
fn doubled(share: u8) -> u8 {
    (u16::from(share) * 2).min(255) as u8
}

fn squared(share: u8) -> u8 {
    ((u16::from(share) * u16::from(share) + 127) / 255) as u8
}

/// Calls `change` for every pixel of a layer, with the value of `plane` at that pixel.
fn each(layer: &mut Layer, plane: &Plane, onto: Transform, change: impl Fn(u8, &mut PremultipliedColorU8)) {
    let Some(sampler) = plane.sampler(onto) else { return };
    let (left, top, row) = (layer.left, layer.top, layer.pixmap.width() as usize);
    for (line, y) in layer.pixmap.pixels_mut().chunks_exact_mut(row).zip(top..) {
        for (pixel, x) in line.iter_mut().zip(left..).filter(|(pixel, _)| pixel.alpha() > 0) {
            change(sampler.at(x, y), pixel);
        }
    }
}

/// Fades a layer out towards its edges: opacity is zero at the edge and half at a depth of `radius` px.
fn soften(layer: &mut Layer, radius: f32) {
    let plane = coverage(layer, radius * 0.9);
    let shares: [u8; 256] = std::array::from_fn(|n| squared(inner(n as u8)));
    each(layer, &plane, Transform::identity(), |value, pixel| {
        let nothing = PremultipliedColorU8::TRANSPARENT;
        *pixel = over(nothing, *pixel, u32::from(shares[usize::from(value)]));
    });
}

/// Paints an inner shadow along the edges facing the light.
fn shade_inside(layer: &mut Layer, shadow: &Shadow, place: &EffectTarget) {
    let plane = coverage(layer, shadow.blur * DEVIATION * place.scale());
    let cast = Cast { scale: (1.0, 1.0), skew: (0.0, 0.0), ..shadow.cast };
    let Some(onto) = place.cast(&cast) else { return };
    let color = Color { a: 255, ..shadow.color }.skia().premultiply().to_color_u8();
    each(layer, &plane, onto, |value, pixel| {
        let share = u32::from(255 - value) * u32::from(shadow.color.a) / 255;
        // Alpha is unchanged.
        let above = over(PremultipliedColorU8::TRANSPARENT, color, u32::from(pixel.alpha()));
        let mix = |below: u8, above: u8| ((u32::from(below) * (255 - share) + u32::from(above) * share) / 255) as u8;
        let a = pixel.alpha();
        let [r, g, b] = [(pixel.red(), above.red()), (pixel.green(), above.green()), (pixel.blue(), above.blue())]
            .map(|(below, above)| mix(below, above).min(a));
        *pixel = PremultipliedColorU8::from_rgba(r, g, b, a).unwrap_or(*pixel);
    });
}

/// Blurs a layer.
fn blur(layer: &mut Layer, deviation: f32) {
    let channels: [fn(PremultipliedColorU8) -> u8; 4] = [|p| p.red(), |p| p.green(), |p| p.blue(), |p| p.alpha()];
    let planes = channels.map(|channel| Plane::of(layer, channel, deviation));
    let [Some(r), Some(g), Some(b), Some(a)] = planes.each_ref().map(|plane| plane.sampler(Transform::identity()))
    else {
        return;
    };
    let (left, top, row) = (layer.left, layer.top, layer.pixmap.width() as usize);
    for (line, y) in layer.pixmap.pixels_mut().chunks_exact_mut(row).zip(top..) {
        for (pixel, x) in line.iter_mut().zip(left..) {
            let alpha = a.at(x, y);
            let [r, g, b] = [&r, &g, &b].map(|plane| plane.at(x, y).min(alpha));
            *pixel = PremultipliedColorU8::from_rgba(r, g, b, alpha).unwrap_or(*pixel);
        }
    }
}
