//! Fills and strokes: what a tree says of them, as tiny-skia's shaders.

use tiny_skia::{
    FillRule, FilterQuality, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path, Pixmap, Point as SkPoint,
    RadialGradient, Shader, SpreadMode, StrokeDash, Transform,
};

use crate::error::Result;
use crate::page::style::{Cap, Color, Fill, Gradient, GradientKind, Join, Pattern, PictureMode, Stroke};
use crate::page::tree::{Point, Rect};

use super::canvas::Canvas;

/// A pixel of a pattern, pt.
const PATTERN_PIXEL: f32 = 0.75;

/// A dash and its gap, px, that can still be told from a fainter line.
const MIN_PERIOD: f32 = 0.5;

/// Dashes of one path that are drawn: each of them costs as much as a path of its own.
const MAX_DASHES: f32 = 20_000.0;

/// Pixels that a shader refers to.
#[derive(Default)]
pub(super) struct Texture {
    pixmap: Option<Pixmap>,
}

impl Canvas<'_> {
    /// Fills `path` with what `fill` makes of `bounds`.
    pub(super) fn fill(&mut self, path: &Path, fill: &Fill, bounds: Rect, transform: Transform) -> Result<()> {
        let Some(device) = path.bounds().transform(transform) else { return Ok(()) };
        let Some(mask) = self.mask_for(device) else { return Ok(()) };
        let mut texture = Texture::default();
        let Some(shader) = shader(fill, bounds, transform, &mut texture)? else { return Ok(()) };
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        self.pixmap.fill_path(path, &paint, FillRule::EvenOdd, transform, mask.as_deref());
        Ok(())
    }

    /// Draws along `path`.
    pub(super) fn stroke(&mut self, path: &Path, stroke: &Stroke, bounds: Rect, transform: Transform) -> Result<()> {
        let width = stroke.width.max(0.01);
        let reach = width * 4.0;
        let around = tiny_skia::Rect::from_ltrb(
            path.bounds().left() - reach,
            path.bounds().top() - reach,
            path.bounds().right() + reach,
            path.bounds().bottom() + reach,
        );
        let Some(device) = around.and_then(|b| b.transform(transform)) else { return Ok(()) };
        let Some(mask) = self.mask_for(device) else { return Ok(()) };
        let mut texture = Texture::default();
        let (dash, share) = dashes(path, stroke, width, transform);
        let fill = match &stroke.fill {
            Fill::Solid(color) => &Fill::Solid(color.faded(share)),
            fill => fill,
        };
        let Some(shader) = shader(fill, bounds, transform, &mut texture)? else { return Ok(()) };
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        let line = tiny_skia::Stroke {
            width,
            miter_limit: 8.0,
            line_cap: match stroke.cap {
                Cap::Flat => LineCap::Butt,
                Cap::Round => LineCap::Round,
                Cap::Square => LineCap::Square,
            },
            line_join: match stroke.join {
                Join::Miter => LineJoin::Miter,
                Join::Round => LineJoin::Round,
                Join::Bevel => LineJoin::Bevel,
            },
            dash,
        };
        self.pixmap.stroke_path(path, &paint, &line, transform, mask.as_deref());
        Ok(())
    }

    /// Draws a straight line; upright ones thinner than a pixel stay a whole, fainter pixel.
    pub(super) fn line(&mut self, from: Point, to: Point, stroke: &Stroke, transform: Transform) -> Result<()> {
        let mut path = tiny_skia::PathBuilder::new();
        path.move_to(from.x, from.y);
        path.line_to(to.x, to.y);
        let bounds = Rect::new(from.x.min(to.x), from.y.min(to.y), (to.x - from.x).abs(), (to.y - from.y).abs());
        match path.finish() {
            Some(path) => self.stroke(&path, stroke, bounds, transform),
            None => Ok(()),
        }
    }
}

/// The dashes of a line of `width` pt. Where they are too fine or too many to be told apart there are none, and a whole
/// line of this share of its opacity looks the same.
fn dashes(path: &Path, stroke: &Stroke, width: f32, transform: Transform) -> (Option<StrokeDash>, f32) {
    let mut dash: Vec<f32> = stroke.dash.iter().map(|n| (n * width).max(0.01)).collect();
    if dash.is_empty() {
        return (None, 1.0);
    }
    if dash.len() % 2 == 1 {
        dash.extend(dash.clone());
    }
    let (period, drawn): (f32, f32) = (dash.iter().sum(), dash.iter().step_by(2).sum());
    let (sx, sy) = transform.get_scale();
    let count = length(path) / period * (dash.len() / 2) as f32;
    if period * sx.max(sy) < MIN_PERIOD || count > MAX_DASHES {
        return (None, drawn / period);
    }
    (StrokeDash::new(dash, 0.0), 1.0)
}

/// How long a path is at most: that of its control points.
fn length(path: &Path) -> f32 {
    path.points().windows(2).map(|p| p[0].distance(p[1])).sum()
}

/// The shader of a fill; `None` paints nothing.
fn shader<'t>(fill: &Fill, bounds: Rect, transform: Transform, texture: &'t mut Texture) -> Result<Option<Shader<'t>>> {
    Ok(match fill {
        Fill::None => None,
        Fill::Solid(color) => Some(Shader::SolidColor(color.skia())),
        Fill::Gradient(gradient) => self::gradient(gradient, bounds),
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
                PictureMode::Tile { width, height, dx, dy } => {
                    let area = Rect::new(bounds.x + dx, bounds.y + dy, width, height);
                    super::picture::stretched(&picture.picture, [0.0; 4], area, transform)?
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

fn gradient(gradient: &Gradient, bounds: Rect) -> Option<Shader<'static>> {
    let stop = |(at, color): &(f32, Color)| GradientStop::new(*at, color.skia());
    let stops: Vec<GradientStop> = gradient.stops.iter().map(stop).collect();
    let (cx, cy) = (bounds.x + bounds.width / 2.0, bounds.y + bounds.height / 2.0);
    match gradient.kind {
        GradientKind::Linear { angle, scaled } => {
            let (mut x, mut y) = (angle.to_radians().cos(), angle.to_radians().sin());
            if scaled && bounds.width > 0.0 && bounds.height > 0.0 {
                (x, y) = (x * bounds.width, y * bounds.height);
                let length = x.hypot(y).max(1e-6);
                (x, y) = (x / length, y / length);
            }
            // As far from the middle as the corner that lies furthest along.
            let half = (x.abs() * bounds.width + y.abs() * bounds.height) / 2.0;
            let (from, to) =
                (SkPoint::from_xy(cx - x * half, cy - y * half), SkPoint::from_xy(cx + x * half, cy + y * half));
            LinearGradient::new(from, to, stops, SpreadMode::Pad, Transform::identity())
                .or_else(|| gradient.stops.last().map(|(_, color)| Shader::SolidColor(color.skia())))
        }
        GradientKind::Circle { focus } | GradientKind::Rect { focus } => {
            let (fx, fy) = (focus.x + focus.width / 2.0, focus.y + focus.height / 2.0);
            let middle = SkPoint::from_xy(fx, fy);
            // In shares of the bounds: to the furthest corner, or for rectangles to the furthest side.
            let (dx, dy) = (fx.max(1.0 - fx), fy.max(1.0 - fy));
            let radius = if matches!(gradient.kind, GradientKind::Rect { .. }) { dx.max(dy) } else { dx.hypot(dy) };
            let onto = Transform::from_row(bounds.width, 0.0, 0.0, bounds.height, bounds.x, bounds.y);
            RadialGradient::new(middle, 0.0, middle, radius, stops, SpreadMode::Pad, onto)
                .or_else(|| gradient.stops.last().map(|(_, color)| Shader::SolidColor(color.skia())))
        }
    }
}

fn pattern<'t>(pattern: &Pattern, transform: Transform, texture: &'t mut Texture) -> Shader<'t> {
    let set: u32 = pattern.rows.iter().map(|row| row.count_ones()).sum();
    let (sx, sy) = transform.get_scale();
    // Finer than pixels, a pattern is the mean of its colours.
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
