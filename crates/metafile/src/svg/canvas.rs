//! The SVG document under construction. Shapes are in canvas units (y down, the longer side of the picture is
//! [`EXTENT`]) and come with a clip and a blend mode.
//!
//! Shapes outside the picture or the clip are not written. Consecutive shapes with the same clip share a group.

use super::clip::{Clip, Shape};
use super::job::{Job, Placed};
use super::number::push_number;
use super::paint::{Blend, Cap, Join, Paint, Stroke};
use crate::bounds::Bounds;
use crate::color::Color;
use crate::geometry::{Affine, Rect};
use crate::options::Options;
use crate::path::{FillRule, Path, Segment};

/// Canvas units along the longer side; two decimals are invisible at this scale.
pub(crate) const EXTENT: f64 = 4096.0;
/// Most blended elements and clip groups. Each costs a layer; further ones are drawn without.
const MAX_BLENDED: u32 = 128;
const MAX_CLIP_GROUPS: u32 = 1024;
/// Most dashes of a stroke; finer ones are drawn solid.
const MAX_DASHES: f64 = 20_000.0;
const CLIP_CACHE: usize = 16;

pub(crate) struct Canvas {
    pub(super) body: String,
    /// Bounds of everything drawn so far, clipped or not. Players use it for pictures that do not state their extent.
    pub extent: Rect,
    /// The visible part of canvas space.
    pub view: Rect,
    /// Canvas units per CSS px of the natural size.
    pub unit: f64,
    /// The thinnest stroke that is visible at the target size.
    pub hairline: f64,
    pub bounds: Bounds,
    /// Whether something was left out because a bound was exceeded.
    pub truncated: bool,
    prefix: String,
    next_id: u32,
    open_clip: Option<Clip>,
    clip_ids: Vec<(Clip, u32)>,
    blended: u32,
    clip_groups: u32,
}

impl Canvas {
    pub fn new(view: Rect, unit: f64, job: &Job<'_>) -> Self {
        let longer = view.width().max(view.height());
        Self {
            body: String::new(),
            extent: Rect::EMPTY,
            view,
            unit,
            hairline: longer / f64::from(job.options.target.max(16)) * 0.8,
            bounds: job.bounds,
            truncated: false,
            prefix: job.prefix.to_owned(),
            next_id: 0,
            open_clip: None,
            clip_ids: Vec::new(),
            blended: 0,
            clip_groups: 0,
        }
    }

    /// Counts a record; on `false` the player must stop.
    pub fn may_go_on(&mut self, options: &Options<'_>) -> bool {
        let paid = self.bounds.record().is_ok();
        let wanted = !self.bounds.records.is_multiple_of(64) || (options.go_on)();
        self.truncated |= !paid || !wanted;
        paid && wanted
    }

    /// Canvas units per pixel of the target size.
    pub fn pixel(&self) -> f64 {
        self.hairline / 0.8
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    pub fn new_id(&mut self) -> u32 {
        self.next_id = self.next_id.wrapping_add(1);
        self.next_id
    }

    /// Finishes the drawing, whose natural size is `width` × `height` CSS px.
    pub fn finish(mut self, width: f64, height: f64) -> Placed {
        self.close_group();
        let Self { body, view, truncated, bounds, .. } = self;
        Placed { body, view, width, height, truncated, bounds }
    }

    /// Whether there is room for `bytes` more bytes of output; otherwise marks the drawing as truncated.
    pub(super) fn has_room(&mut self, bytes: usize) -> bool {
        let fits = self.body.len().saturating_add(bytes) <= self.bounds.output && self.bounds.elements > 0;
        self.bounds.elements = self.bounds.elements.saturating_sub(1);
        self.truncated |= !fits;
        fits
    }

    pub fn fill(&mut self, path: &Path, paint: Paint, rule: FillRule, clip: &Clip, blend: Blend) {
        self.shape(path, Some((paint, rule)), None, clip, blend);
    }

    pub fn stroke(&mut self, path: &Path, stroke: &Stroke, clip: &Clip, blend: Blend) {
        self.shape(path, None, Some(stroke), clip, blend);
    }

    /// Fills and strokes in one element if the pen allows it.
    pub fn shape(
        &mut self,
        path: &Path,
        fill: Option<(Paint, FillRule)>,
        stroke: Option<&Stroke>,
        clip: &Clip,
        blend: Blend,
    ) {
        if path.segments.len() < 2 || (fill.is_none() && stroke.is_none()) {
            return;
        }
        if fill.is_some() && stroke.is_some_and(|stroke| stroke.space.is_some()) {
            self.shape(path, fill, None, clip, blend);
            self.shape(path, None, stroke, clip, blend);
            return;
        }
        if self.bounds.take_points(path.segments.len()).is_none() {
            self.truncated = true;
            return;
        }
        let reach =
            stroke.map_or(0.0, |stroke| stroke.width * stroke.space.map_or(1.0, |space| space.mean_scale()) * 1.5);
        let area = path.bounds().inflate(reach);
        let clipped_rect = match (path.as_rect(), clip.as_rect(), stroke) {
            (Some(rect), Some(clip), None) => {
                Some(rect.intersect(&clip).intersect(&self.view.inflate(self.view.width())))
            }
            _ => None,
        };
        let whole = Clip::all();
        let (cut, clip) = match clipped_rect {
            Some(rect) if rect.is_empty() => return,
            Some(rect) => (Some(Path::rect(&rect)), &whole),
            None => (None, clip),
        };
        let path = cut.as_ref().unwrap_or(path);
        if !self.begin(&area, clip, path.segments.len() * 16) {
            return;
        }
        self.body.push_str("<path d=\"");
        match stroke.and_then(|stroke| stroke.space).and_then(|space| space.invert().map(|inverse| (space, inverse))) {
            Some((space, inverse)) => {
                push_path_fine(&mut self.body, &path.transform(&inverse));
                self.body.push('"');
                self.attribute_transform("transform", &space);
            }
            None => {
                push_path(&mut self.body, path);
                self.body.push('"');
            }
        }
        match fill {
            Some((paint, rule)) => {
                self.attribute_paint("fill", paint);
                if rule == FillRule::EvenOdd {
                    self.body.push_str(" fill-rule=\"evenodd\"");
                }
            }
            None => self.body.push_str(" fill=\"none\""),
        }
        if let Some(stroke) = stroke {
            let is_dashed = self.pays_for_dashes(path, stroke);
            self.attributes_stroke(stroke, is_dashed);
        }
        self.attribute_blend(blend);
        self.body.push_str("/>\n");
    }

    /// Whether an element that covers `area` is visible. Opens or closes clip groups for it.
    pub(super) fn begin(&mut self, area: &Rect, clip: &Clip, bytes: usize) -> bool {
        self.extent = self.extent.union(&area.intersect(&clip.bounds()));
        let near = self.view.inflate(self.pixel());
        if area.left > near.right
            || area.right < near.left
            || area.top > near.bottom
            || area.bottom < near.top
            || clip.is_empty()
        {
            return false;
        }
        let limit = clip.bounds();
        if area.left > limit.right || area.right < limit.left || area.top > limit.bottom || area.bottom < limit.top {
            return false;
        }
        if !self.has_room(bytes.saturating_add(256)) {
            return false;
        }
        let visible = area.intersect(&self.view);
        let needs_clip = !clip.covers(&visible) || visible.is_empty() && !clip.covers(area);
        let open_already = self.open_clip.as_ref().is_some_and(|open| open.same_as(clip));
        if open_already {
            return true;
        }
        self.close_group();
        if needs_clip && self.clip_groups < MAX_CLIP_GROUPS {
            self.clip_groups += 1;
            let id = self.clip_id(clip);
            self.body.push_str("<g clip-path=\"url(#");
            self.push_id(id);
            self.body.push_str(")\">\n");
            self.open_clip = Some(clip.clone());
        }
        true
    }

    fn close_group(&mut self) {
        if self.open_clip.take().is_some() {
            self.body.push_str("</g>\n");
        }
    }

    pub(super) fn push_id(&mut self, id: u32) {
        let prefix = std::mem::take(&mut self.prefix);
        self.body.push_str(&format!("{prefix}{id}"));
        self.prefix = prefix;
    }

    fn clip_id(&mut self, clip: &Clip) -> u32 {
        if let Some((_, id)) = self.clip_ids.iter().find(|(known, _)| known.same_as(clip)) {
            return *id;
        }
        let id = self.write_clip(clip, false);
        if self.clip_ids.len() >= CLIP_CACHE {
            self.clip_ids.remove(0);
        }
        self.clip_ids.push((clip.clone(), id));
        id
    }

    /// Writes the `clipPath` of a region or of its complement. [`Clip`] bounds the size of the tree.
    fn write_clip(&mut self, clip: &Clip, inverted: bool) -> u32 {
        let (a, b, intersection) = match (clip.shape(), inverted) {
            (Shape::Not(inner), _) => return self.write_clip(inner, !inverted),
            (Shape::Rects(_) | Shape::Path(..), _) => {
                let id = self.open_clip_path(None);
                self.write_leaf(clip, inverted);
                self.body.push_str("</clipPath>\n");
                return id;
            }
            (Shape::And(a, b), inverted) => (a, b, !inverted),
            (Shape::Or(a, b), inverted) => (a, b, inverted),
        };
        let first = self.write_clip(a, inverted);
        let second = self.write_clip(b, inverted);
        let id = self.open_clip_path(intersection.then_some(first));
        if !intersection {
            self.write_everything(Some(first));
        }
        self.write_everything(Some(second));
        self.body.push_str("</clipPath>\n");
        id
    }

    fn open_clip_path(&mut self, within: Option<u32>) -> u32 {
        let id = self.new_id();
        self.body.push_str("<clipPath id=\"");
        self.push_id(id);
        self.body.push('"');
        self.attribute_clip(within);
        self.body.push('>');
        id
    }

    fn attribute_clip(&mut self, id: Option<u32>) {
        if let Some(id) = id {
            self.body.push_str(" clip-path=\"url(#");
            self.push_id(id);
            self.body.push_str(")\"");
        }
    }

    fn everything(&self) -> Rect {
        self.view.inflate(self.view.width().max(self.view.height()))
    }

    fn write_everything(&mut self, within: Option<u32>) {
        self.body.push_str("<path d=\"");
        let all = Path::rect(&self.everything());
        push_path(&mut self.body, &all);
        self.body.push('"');
        self.attribute_clip(within);
        self.body.push_str("/>");
    }

    fn write_leaf(&mut self, clip: &Clip, inverted: bool) {
        let all = self.everything();
        let mut path = Path::default();
        let mut rule = FillRule::NonZero;
        match clip.shape() {
            Shape::Rects(rects) => {
                for rect in rects {
                    path.append(&Path::rect(&rect.intersect(&all)));
                }
            }
            Shape::Path(outline, own) => (path, rule) = (outline.clone(), *own),
            _ => {}
        }
        if inverted {
            path.append(&Path::rect(&all));
            rule = FillRule::EvenOdd;
        }
        self.body.push_str("<path d=\"");
        push_path(&mut self.body, &path);
        self.body.push_str(if rule == FillRule::EvenOdd { "\" clip-rule=\"evenodd\"/>" } else { "\"/>" });
    }

    pub(super) fn attribute_number(&mut self, name: &str, value: f64) {
        self.body.push(' ');
        self.body.push_str(name);
        self.body.push_str("=\"");
        push_number(&mut self.body, value, 2);
        self.body.push('"');
    }

    pub(super) fn attribute_transform(&mut self, name: &str, map: &Affine) {
        self.body.push(' ');
        self.body.push_str(name);
        self.body.push_str("=\"matrix(");
        for (index, value) in [map.a, map.b, map.c, map.d, map.e, map.f].into_iter().enumerate() {
            if index > 0 {
                self.body.push(' ');
            }
            push_number(&mut self.body, value, 7);
        }
        self.body.push_str(")\"");
    }

    pub(super) fn attribute_paint(&mut self, name: &str, paint: Paint) {
        match paint {
            Paint::Color(color) => {
                self.body.push_str(&format!(" {name}=\"{}\"", color.hex()));
                if color.a != 255 {
                    self.body.push_str(&format!(" {name}-opacity=\"{:.3}\"", color.opacity()));
                }
            }
            Paint::Server(id) => {
                self.body.push_str(&format!(" {name}=\"url(#"));
                self.push_id(id);
                self.body.push_str(")\"");
            }
        }
    }

    /// Whether the stroke has dashes, and not more than the limit.
    fn pays_for_dashes(&mut self, path: &Path, stroke: &Stroke) -> bool {
        let period: f64 = stroke.dash.iter().sum::<f64>() * stroke.space.map_or(1.0, |space| space.mean_scale());
        if period <= 0.0 {
            return false;
        }
        let count = path.length() / period * stroke.dash.len() as f64;
        count < MAX_DASHES && self.bounds.take_points(count as usize).is_some()
    }

    fn attributes_stroke(&mut self, stroke: &Stroke, is_dashed: bool) {
        self.attribute_paint("stroke", stroke.paint);
        let fine = stroke.space.is_some();
        self.body.push_str(" stroke-width=\"");
        push_number(&mut self.body, stroke.width, if fine { 6 } else { 2 });
        self.body.push('"');
        match stroke.cap {
            Cap::Butt => {}
            Cap::Round => self.body.push_str(" stroke-linecap=\"round\""),
            Cap::Square => self.body.push_str(" stroke-linecap=\"square\""),
        }
        match stroke.join {
            Join::Miter => self.attribute_number("stroke-miterlimit", stroke.miter.max(1.0)),
            Join::Round => self.body.push_str(" stroke-linejoin=\"round\""),
            Join::Bevel => self.body.push_str(" stroke-linejoin=\"bevel\""),
        }
        if is_dashed {
            self.body.push_str(" stroke-dasharray=\"");
            for (index, &length) in stroke.dash.iter().enumerate() {
                if index > 0 {
                    self.body.push(' ');
                }
                push_number(&mut self.body, length, if fine { 6 } else { 2 });
            }
            self.body.push('"');
            if stroke.dash_offset != 0.0 {
                self.attribute_number("stroke-dashoffset", stroke.dash_offset);
            }
        }
    }

    pub(super) fn attribute_blend(&mut self, blend: Blend) {
        if let Some(css) = blend.css()
            && self.blended < MAX_BLENDED
        {
            self.blended += 1;
            self.body.push_str(&format!(" style=\"mix-blend-mode:{css}\""));
        }
    }

    /// A rectangle of one colour over the whole view.
    pub fn clear(&mut self, color: Color, clip: &Clip) {
        let view = Path::rect(&self.view);
        self.fill(&view, Paint::Color(color), FillRule::NonZero, clip, Blend::Normal);
    }
}

/// Path data in canvas units.
pub(super) fn push_path(out: &mut String, path: &Path) {
    push_path_with(out, path, 2);
}

/// Path data in the space of a pen, whose scale is unknown.
fn push_path_fine(out: &mut String, path: &Path) {
    push_path_with(out, path, 6);
}

fn push_path_with(out: &mut String, path: &Path, decimals: u32) {
    let point = |out: &mut String, x: f64, y: f64| {
        push_number(out, x, decimals);
        out.push(' ');
        push_number(out, y, decimals);
    };
    let mut open = false;
    for segment in &path.segments {
        match *segment {
            Segment::Move(p) => {
                out.push('M');
                point(out, p.x, p.y);
                open = true;
            }
            Segment::Line(p) => {
                out.push(if open { 'L' } else { 'M' });
                point(out, p.x, p.y);
                open = true;
            }
            Segment::Cubic(a, b, p) => {
                if !open {
                    out.push('M');
                    point(out, a.x, a.y);
                    open = true;
                }
                out.push('C');
                point(out, a.x, a.y);
                out.push(' ');
                point(out, b.x, b.y);
                out.push(' ');
                point(out, p.x, p.y);
            }
            Segment::Close => {
                if open {
                    out.push('Z');
                }
            }
        }
    }
}
