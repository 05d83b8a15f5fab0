//! Paints strokes.

use tiny_skia::{BlendMode, LineCap, LineJoin, Paint, Path, StrokeDash, Transform};

use crate::style::{Cap, Compound, Fill, Join, Side, Stroke};
use crate::tree::{Point, Rect};
use thumbling_core::error::Result;

use super::canvas::Canvas;
use super::extent;
use super::fill::{Texture, shader};

/// Smallest width of a compound stroke that shows the gaps between its lines, px.
const MIN_GAPPED_WIDTH: f32 = 3.0;

/// Shortest period of a dash and its gap that is drawn as such, px.
const MIN_PERIOD: f32 = 0.5;

/// Most dashes to draw per path: each costs as much as a path.
const MAX_DASHES: f32 = 20_000.0;

impl Canvas<'_> {
    /// Strokes `path`.
    pub(super) fn stroke(&mut self, path: &Path, stroke: &Stroke, bounds: Rect, transform: Transform) -> Result<()> {
        if stroke.side == Side::Inside && is_closed(path) {
            // Twice as wide, clipped to the inside.
            let wide = Stroke { width: stroke.width * 2.0, side: Side::Centre, ..stroke.clone() };
            return self.clipped(path, transform, |canvas| canvas.stroke(path, &wide, bounds, transform));
        }
        let (sx, sy) = transform.get_scale();
        let gaps = match stroke.compound {
            Compound::Single => &[][..],
            _ if stroke.width * (sx + sy) / 2.0 < MIN_GAPPED_WIDTH => &[][..],
            // Fractions of the width: the part to clear, and the part to redraw in the middle.
            Compound::Double => &[(1.0 / 3.0, BlendMode::DestinationOut)][..],
            // The gap is off-centre in the original; only its width is right here.
            Compound::Uneven => &[(1.0 / 5.0, BlendMode::DestinationOut)][..],
            Compound::Triple => &[(2.0 / 3.0, BlendMode::DestinationOut), (1.0 / 3.0, BlendMode::SourceOver)][..],
        };
        if gaps.is_empty() {
            return self.draw(path, stroke, (1.0, BlendMode::SourceOver), bounds, transform);
        }
        let area =
            extent::path(path, Some(stroke), transform).and_then(|area| extent::intersection(area, self.clip.bounds));
        let Some(area) = area else { return Ok(()) };
        let layer = self.layer(area, |canvas, moved| {
            let transform = transform.post_concat(moved);
            let lines = std::iter::once(&(1.0, BlendMode::SourceOver)).chain(gaps);
            lines.copied().try_for_each(|line| canvas.draw(path, stroke, line, bounds, transform))
        })?;
        self.lay(&layer, 1.0);
        Ok(())
    }

    /// Strokes `path` with this fraction of the width.
    fn draw(
        &mut self,
        path: &Path,
        stroke: &Stroke,
        (share, blend_mode): (f32, BlendMode),
        bounds: Rect,
        transform: Transform,
    ) -> Result<()> {
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
        let (dash, opacity) = dashes(path, stroke, width, transform);
        let fill = match &stroke.fill {
            Fill::Solid(color) => &Fill::Solid(color.faded(opacity)),
            fill => fill,
        };
        let Some(shader) = shader(fill, bounds, transform, &mut texture)? else { return Ok(()) };
        let paint = Paint { shader, anti_alias: true, blend_mode, ..Paint::default() };
        let line = tiny_skia::Stroke {
            width: width * share,
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

    /// Strokes a straight line. Axis-aligned lines thinner than a pixel become one whole, fainter pixel.
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

/// The dashes of a line of `width` pt. Dash lengths include the caps: with round caps, a dash as long as the line is
/// wide is a dot. Dashes too fine or too many to be distinguished are replaced by a solid line with the returned
/// fraction of the opacity.
fn dashes(path: &Path, stroke: &Stroke, width: f32, transform: Transform) -> (Option<StrokeDash>, f32) {
    let mut dash: Vec<f32> = stroke.dash.iter().map(|n| n * width).collect();
    if dash.is_empty() {
        return (None, 1.0);
    }
    if dash.len() % 2 == 1 {
        dash.extend(dash.clone());
    }
    let (period, drawn): (f32, f32) = (dash.iter().sum(), dash.iter().step_by(2).sum());
    let (sx, sy) = transform.get_scale();
    let count = length(path) / period.max(f32::MIN_POSITIVE) * (dash.len() / 2) as f32;
    if period * sx.max(sy) < MIN_PERIOD || count > MAX_DASHES {
        return (None, if period > 0.0 { drawn / period } else { 1.0 });
    }
    let cap = if stroke.cap == Cap::Flat { 0.0 } else { width };
    for (n, length) in dash.iter_mut().enumerate() {
        *length = (*length + if n % 2 == 0 { -cap } else { cap }).max(0.01);
    }
    (StrokeDash::new(dash, 0.0), 1.0)
}

/// Upper bound of the length of a path: the length of its control polygon.
fn length(path: &Path) -> f32 {
    path.points().windows(2).map(|p| p[0].distance(p[1])).sum()
}

fn is_closed(path: &Path) -> bool {
    path.segments().any(|segment| segment == tiny_skia::PathSegment::Close)
}
