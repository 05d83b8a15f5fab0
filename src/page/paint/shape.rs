//! Boxes: outline, shadow, fill, stroke, text.

use tiny_skia::{PathBuilder, Transform};

use crate::error::Result;
use crate::page::style::{Color, Fill, Gradient};
use crate::page::text::Body;
use crate::page::tree::{Outline, OutlinePath, Path, PathFill, Rect, Shape, turned};

use super::canvas::Canvas;

impl Canvas<'_> {
    pub(super) fn shape(&mut self, shape: &Shape, transform: Transform) -> Result<()> {
        match shape.opacity {
            Some(opacity) if opacity < 1.0 => self.layer(opacity, |canvas| canvas.opaque_shape(shape, transform)),
            _ => self.opaque_shape(shape, transform),
        }
    }

    fn opaque_shape(&mut self, shape: &Shape, transform: Transform) -> Result<()> {
        let own = transform.pre_concat(turned(shape.bounds, shape.rotation, (shape.flip_h, shape.flip_v)));
        let paths = outline(shape);
        let is_drawn = !matches!(shape.fill, Fill::None) || shape.stroke.is_some();
        if let Some(shadow) = shape.shadow {
            self.shadow(&shadow, transform, |canvas| match is_drawn {
                true => canvas.outline(shape, &paths, own),
                false => canvas.shape_text(shape, transform),
            })?;
        }
        self.outline(shape, &paths, own)?;
        self.shape_text(shape, transform)
    }

    fn outline(&mut self, shape: &Shape, paths: &[OutlinePath], transform: Transform) -> Result<()> {
        for path in paths {
            let fill = match path.fill {
                PathFill::None => continue,
                PathFill::Normal => shape.fill.clone(),
                PathFill::Lighten(share) => shaded(&shape.fill, Color::WHITE, share),
                PathFill::Darken(share) => shaded(&shape.fill, Color::BLACK, share),
            };
            self.fill(&path.path, &fill, shape.bounds, transform)?;
        }
        if let Some(stroke) = &shape.stroke {
            for path in paths.iter().filter(|path| path.stroked) {
                self.stroke(&path.path, stroke, shape.bounds, transform)?;
                self.line_ends(&path.path, stroke, shape.bounds, transform)?;
            }
        }
        Ok(())
    }

    fn shape_text(&mut self, shape: &Shape, transform: Transform) -> Result<()> {
        let Some(body) = &shape.text else { return Ok(()) };
        // Text is never mirrored; a shape that stands on its head turns it.
        let rotation = shape.rotation + if shape.flip_v { 180.0 } else { 0.0 };
        let transform = transform.pre_concat(turned(shape.bounds, rotation, (false, false)));
        let area = match shape.text_area {
            Some(area) => Rect { x: area.x + shape.bounds.x, y: area.y + shape.bounds.y, ..area },
            None => shape.bounds,
        };
        self.text(body, area, transform)
    }

    fn text(&mut self, body: &Body, area: Rect, transform: Transform) -> Result<()> {
        let items = self.typesetter.body(body, area)?;
        self.items(&items, transform)
    }
}

/// The paths of a shape's outline, in the coordinates of its parent.
fn outline(shape: &Shape) -> Vec<OutlinePath> {
    let bounds = shape.bounds;
    let whole = |path: Option<Path>| {
        path.into_iter().map(|path| OutlinePath { path, fill: PathFill::Normal, stroked: true }).collect()
    };
    match &shape.outline {
        Outline::None => Vec::new(),
        Outline::Rect => match bounds.width > 0.0 && bounds.height > 0.0 {
            true => whole(bounds.path()),
            false => whole(straight(bounds)),
        },
        Outline::Rounded(radius) => whole(rounded(bounds, *radius)),
        Outline::Ellipse => {
            let oval = tiny_skia::Rect::from_xywh(bounds.x, bounds.y, bounds.width, bounds.height);
            whole(oval.and_then(PathBuilder::from_oval))
        }
        Outline::Paths(paths) => {
            let at = Transform::from_translate(bounds.x, bounds.y);
            let moved = |p: &OutlinePath| Some(OutlinePath { path: p.path.clone().transform(at)?, ..p.clone() });
            paths.iter().filter_map(moved).collect()
        }
    }
}

/// A box without width or height is a line.
fn straight(bounds: Rect) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(bounds.x, bounds.y);
    path.line_to(bounds.x + bounds.width, bounds.y + bounds.height);
    path.finish()
}

/// A rectangle with round corners.
pub(super) fn rounded(bounds: Rect, radius: f32) -> Option<Path> {
    let Rect { x, y, width, height } = bounds;
    let r = radius.clamp(0.0, width.min(height) / 2.0);
    // Control points of a quarter circle.
    let k = r * (1.0 - 0.552_284_8);
    let (right, bottom) = (x + width, y + height);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    path.cubic_to(right - k, y, right, y + k, right, y + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    path.line_to(x + r, bottom);
    path.cubic_to(x + k, bottom, x, bottom - k, x, bottom - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + k, x + k, y, x + r, y);
    path.close();
    path.finish()
}

fn shaded(fill: &Fill, to: Color, share: f32) -> Fill {
    match fill {
        Fill::Solid(color) => Fill::Solid(color.mixed(to, share)),
        Fill::Gradient(gradient) => Fill::Gradient(Gradient {
            stops: gradient.stops.iter().map(|(at, color)| (*at, color.mixed(to, share))).collect(),
            kind: gradient.kind,
        }),
        other => other.clone(),
    }
}
