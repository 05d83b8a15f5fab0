//! Converts fills of the tree to shaders of tiny-skia.

use tiny_skia::{FillRule, FilterQuality, Paint, Path, Pixmap, Shader, SpreadMode, Transform};

use crate::style::{Fill, Pattern, PictureFill, PictureMode};
use crate::tree::Rect;
use thumbling_core::error::Result;

use super::canvas::Canvas;

/// Size of a pattern pixel, pt.
const PATTERN_PIXEL: f32 = 0.75;

/// Pixels that a shader borrows.
#[derive(Default)]
pub(super) struct Texture {
    pixmap: Option<Pixmap>,
}

impl Canvas<'_> {
    /// Fills `path`; `fill` is placed relative to `bounds`.
    pub(super) fn fill(&mut self, path: &Path, fill: &Fill, bounds: Rect, transform: Transform) -> Result<()> {
        if let Some(shown) = uncovered(fill, bounds) {
            let Some(shown) = shown.path() else { return Ok(()) };
            return self.clipped(&shown, transform, |canvas| canvas.fill_all(path, fill, bounds, transform));
        }
        self.fill_all(path, fill, bounds, transform)
    }

    fn fill_all(&mut self, path: &Path, fill: &Fill, bounds: Rect, transform: Transform) -> Result<()> {
        let Some(device) = path.bounds().transform(transform) else { return Ok(()) };
        let Some(mask) = self.mask_for(device) else { return Ok(()) };
        let mut texture = Texture::default();
        let Some(shader) = shader(fill, bounds, transform, &mut texture)? else { return Ok(()) };
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        self.pixmap.fill_path(path, &paint, FillRule::EvenOdd, transform, mask.as_deref());
        Ok(())
    }
}

/// The shader of a fill; `None` paints nothing.
pub(super) fn shader<'t>(
    fill: &Fill,
    bounds: Rect,
    transform: Transform,
    texture: &'t mut Texture,
) -> Result<Option<Shader<'t>>> {
    Ok(match fill {
        Fill::None => None,
        Fill::Solid(color) => Some(Shader::SolidColor(color.skia())),
        Fill::Gradient(gradient) => super::gradient::shader(gradient, bounds, transform, &mut texture.pixmap),
        Fill::Pattern(pattern) => Some(self::pattern(pattern, transform, texture)),
        Fill::Picture(picture) => {
            let (pixmap, own) = match picture.mode {
                PictureMode::Stretch { crop, onto } => {
                    let [left, top, right, bottom] = onto;
                    let area = Rect::new(
                        bounds.x + bounds.width * left,
                        bounds.y + bounds.height * top,
                        bounds.width * (1.0 - left - right),
                        bounds.height * (1.0 - top - bottom),
                    );
                    super::picture::stretched(&picture.picture, crop, area, transform)?
                }
                PictureMode::Tile { width, height, dx, dy, flip } => {
                    let area = Rect::new(bounds.x + dx, bounds.y + dy, width, height);
                    let (tile, own) = super::picture::stretched(&picture.picture, [0.0; 4], area, transform)?;
                    (super::picture::mirrored_tile(tile, flip)?, own)
                }
            };
            let spread = match picture.mode {
                PictureMode::Tile { .. } => SpreadMode::Repeat,
                PictureMode::Stretch { .. } => SpreadMode::Pad,
            };
            let pixmap = texture.pixmap.insert(pixmap);
            let quality = FilterQuality::Bilinear;
            Some(tiny_skia::Pattern::new(pixmap.as_ref(), spread, quality, picture.opacity, own))
        }
    })
}

/// The part of `bounds` that a stretched picture covers, unless it covers all. Nothing is painted outside.
fn uncovered(fill: &Fill, bounds: Rect) -> Option<Rect> {
    let Fill::Picture(PictureFill { mode: PictureMode::Stretch { crop, onto }, .. }) = fill else { return None };
    // Per axis, as fractions of the bounds: the covered area, and the extent of the uncropped picture.
    let covered = |cut: (f32, f32), inset: (f32, f32)| {
        let length = 1.0 - inset.0 - inset.1;
        let whole = length / (1.0 - cut.0 - cut.1).max(1e-3);
        let from = inset.0 + (-cut.0 * whole).max(0.0);
        let to = inset.0 + (whole * (1.0 - cut.0)).min(length);
        (from.max(0.0), to.min(1.0))
    };
    let (left, right) = covered((crop[0], crop[2]), (onto[0], onto[2]));
    let (top, bottom) = covered((crop[1], crop[3]), (onto[1], onto[3]));
    let is_all = left < 1e-3 && top < 1e-3 && right > 0.999 && bottom > 0.999;
    let (x, y) = (bounds.x + bounds.width * left, bounds.y + bounds.height * top);
    let (width, height) = (bounds.width * (right - left).max(0.0), bounds.height * (bottom - top).max(0.0));
    (!is_all).then(|| Rect::new(x, y, width, height))
}

fn pattern<'t>(pattern: &Pattern, transform: Transform, texture: &'t mut Texture) -> Shader<'t> {
    let set: u32 = pattern.rows.iter().map(|row| row.count_ones()).sum();
    let (sx, sy) = transform.get_scale();
    // A pattern finer than pixels becomes the mean of its colours.
    if PATTERN_PIXEL * sx.min(sy) < 0.6 {
        return Shader::SolidColor(pattern.background.mixed(pattern.foreground, set as f32 / 64.0).skia());
    }
    let Some(mut pixmap) = Pixmap::new(8, 8) else { return Shader::SolidColor(pattern.foreground.skia()) };
    for (i, pixel) in pixmap.pixels_mut().iter_mut().enumerate() {
        let is_set = pattern.rows[i / 8] >> (7 - i % 8) & 1 == 1;
        let color = if is_set { pattern.foreground } else { pattern.background };
        *pixel = color.skia().premultiply().to_color_u8();
    }
    let pixmap = texture.pixmap.insert(pixmap);
    let scale = Transform::from_scale(PATTERN_PIXEL, PATTERN_PIXEL);
    tiny_skia::Pattern::new(pixmap.as_ref(), SpreadMode::Repeat, FilterQuality::Bilinear, 1.0, scale)
}
