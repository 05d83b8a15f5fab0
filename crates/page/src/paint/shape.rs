//! Paints shapes: outline, fill, stroke and text, with effects.

use tiny_skia::Transform;

use crate::layout::Item;
use crate::style::{Color, Fill, Gradient};
use crate::tree::{Insets, OutlinePath, Path, PathFill, Rect, Shape, turned};
use thumbling_core::error::Result;

use super::canvas::Canvas;
use super::effects::EffectTarget;
use super::extent::{self, Area};
use super::outline::outline;

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
