//! Paints shapes: outline, fill, stroke and text, with effects.

use tiny_skia::{PathBuilder, Transform};

use crate::layout::Item;
use crate::style::{Color, Fill, Gradient};
use crate::tree::{Insets, Outline, OutlinePath, Path, PathFill, Rect, Shape, turned};
use thumbling_core::error::Result;

use super::canvas::Canvas;
use super::effects::EffectTarget;
use super::extent::{self, Area};

/// A shape with its outline built and its text laid out.
struct LaidOutShape<'s> {
    shape: &'s Shape,
    paths: Vec<OutlinePath>,
    text: Vec<Item>,
}

impl LaidOutShape<'_> {
    /// Whether there is anything besides text.
    fn is_drawn(&self) -> bool {
        !matches!(self.shape.fill, Fill::None) || self.shape.stroke.is_some()
    }

    /// From the outline to the canvas.
    fn own(&self, transform: Transform) -> Transform {
        let shape = self.shape;
        transform.pre_concat(turned(shape.bounds, shape.rotation, (shape.flip_h, shape.flip_v)))
    }

    /// From the text to the canvas. Text is never mirrored; vertically flipped shapes rotate it by 180°.
    fn upright(&self, transform: Transform) -> Transform {
        let rotation = self.shape.rotation + if self.shape.flip_v { 180.0 } else { 0.0 };
        transform.pre_concat(turned(self.shape.bounds, rotation, (false, false)))
    }

    fn outline_area(&self, transform: Transform) -> Option<Area> {
        extent::outline(&self.paths, self.shape.stroke.as_ref(), self.own(transform))
    }

    fn text_area(&self, transform: Transform) -> Option<Area> {
        extent::items(&self.text, self.upright(transform))
    }
}

impl Canvas<'_> {
    pub(super) fn shape(&mut self, shape: &Shape, transform: Transform) -> Result<()> {
        let laid = LaidOutShape { shape, paths: outline(shape), text: self.shape_text(shape)? };
        match shape.opacity {
            Some(opacity) if opacity < 1.0 => {
                let area = match shape.effects {
                    Some(_) => Some(extent::EVERYWHERE),
                    None => extent::around(laid.outline_area(transform), laid.text_area(transform)),
                };
                let Some(area) = area else { return Ok(()) };
                self.faded(opacity, area, |canvas, moved| canvas.laid_out(&laid, transform.post_concat(moved)))
            }
            _ => self.laid_out(&laid, transform),
        }
    }

    fn laid_out(&mut self, laid: &LaidOutShape<'_>, transform: Transform) -> Result<()> {
        let outline = |canvas: &mut Self, moved: Transform| {
            canvas.outline(laid.shape, &laid.paths, laid.own(transform.post_concat(moved)))
        };
        let text =
            |canvas: &mut Self, moved: Transform| canvas.items(&laid.text, laid.upright(transform.post_concat(moved)));
        let here = Transform::identity();
        let Some(effects) = laid.shape.effects.as_deref() else {
            outline(self, here)?;
            return text(self, here);
        };
        let half = laid.shape.stroke.as_ref().map_or(0.0, |stroke| -stroke.width / 2.0);
        let bounds = laid.shape.bounds.inset(Insets::all(half));
        let place = EffectTarget { bounds, rotation: laid.shape.rotation, transform };
        match (laid.is_drawn(), laid.outline_area(transform), laid.text_area(transform)) {
            (true, Some(area), _) => self.affected(effects, &place, area, outline, text),
            (_, _, Some(area)) => self.affected(effects, &place, area, text, |_, _| Ok(())),
            _ => Ok(()),
        }
    }

    fn outline(&mut self, shape: &Shape, paths: &[OutlinePath], transform: Transform) -> Result<()> {
        for path in paths {
            let fill = match path.fill {
                PathFill::None => continue,
                PathFill::Normal => shape.fill.clone(),
                PathFill::Lighten(share) => shaded(&shape.fill, Color::WHITE, share),
                PathFill::Darken(share) => shaded(&shape.fill, Color::BLACK, share),
            };
            match &fill {
                Fill::Gradient(Gradient { turns: false, .. })
                    if shape.rotation != 0.0 || shape.flip_h || shape.flip_v =>
                {
                    self.upright_fill(&path.path, &fill, shape, transform)?;
                }
                _ => self.fill(&path.path, &fill, shape.bounds, transform)?,
            }
        }
        if let Some(stroke) = &shape.stroke {
            for path in paths.iter().filter(|path| path.stroked) {
                self.ended_stroke(&path.path, stroke, shape.bounds, transform)?;
            }
        }
        Ok(())
    }

    /// Fills a rotated shape with a fill that stays aligned with the page.
    fn upright_fill(&mut self, path: &Path, fill: &Fill, shape: &Shape, transform: Transform) -> Result<()> {
        let turn = turned(shape.bounds, shape.rotation, (shape.flip_h, shape.flip_v));
        let level = turn.invert().map(|back| transform.pre_concat(back)).zip(path.clone().transform(turn));
        let Some((level, path)) = level else { return Ok(()) };
        let b = path.bounds();
        self.fill(&path, fill, Rect::new(b.left(), b.top(), b.width(), b.height()), level)
    }

    /// Lays out the text of a shape.
    fn shape_text(&mut self, shape: &Shape) -> Result<Vec<Item>> {
        let Some(body) = &shape.text else { return Ok(Vec::new()) };
        let area = match shape.text_area {
            Some(area) => Rect { x: area.x + shape.bounds.x, y: area.y + shape.bounds.y, ..area },
            None => shape.bounds,
        };
        self.typesetter.body(body, area)
    }
}

/// The paths of the outline of a shape, in the coordinates of its parent.
pub(super) fn outline(shape: &Shape) -> Vec<OutlinePath> {
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

/// A rectangle with rounded corners.
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
            turns: gradient.turns,
        }),
        other => other.clone(),
    }
}
