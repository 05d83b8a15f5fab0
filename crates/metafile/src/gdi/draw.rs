//! Shapes, lines and paths.

use std::f64::consts::TAU;

use super::Gdi;
use super::dc::ArcDirection;
use super::objects::Brush;
use crate::color::Color;
use crate::geometry::{Affine, Point, Rect};
use crate::path::{FillRule, Path, Segment};
use crate::svg::clip::Clip;
use crate::svg::paint::{Blend, Paint, Stroke};

/// How the ends of an arc are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArcEnds {
    Open,
    Chord,
    Pie,
}

impl Gdi {
    /// Fills and strokes a closed shape in logical units, or records it.
    pub fn draw_shape(&mut self, path: &Path) {
        let outline = path.transform(&self.dc.to_canvas());
        if self.recording {
            self.record(&outline);
            return;
        }
        let stroke = self.current_stroke();
        self.paint(&outline, self.dc.brush.clone(), self.dc.fill_rule, stroke);
    }

    /// Strokes an open path in logical units, or records it.
    pub fn draw_lines(&mut self, path: &Path) {
        let outline = path.transform(&self.dc.to_canvas());
        if self.recording {
            self.record(&outline);
            return;
        }
        let stroke = self.current_stroke();
        self.paint(&outline, Brush::Null, FillRule::NonZero, stroke);
    }

    /// Draws from the current position and updates it.
    pub fn draw_lines_to(&mut self, path: &Path, end: Point) {
        let outline = path.transform(&self.dc.to_canvas());
        self.dc.position = end;
        if self.recording {
            let skip = if self.path_needs_move { 0 } else { 1 };
            let rest = outline.segments.get(skip..).unwrap_or(&[]);
            if self.canvas.bounds.take_points(rest.len()).is_some() {
                self.path.segments.extend_from_slice(rest);
                self.path_needs_move = false;
            }
            return;
        }
        let stroke = self.current_stroke();
        self.paint(&outline, Brush::Null, FillRule::NonZero, stroke);
    }

    pub fn move_to(&mut self, p: Point) {
        self.dc.position = p;
        self.path_needs_move = true;
    }

    pub fn line_to(&mut self, p: Point) {
        self.draw_lines_to(&Path::polyline(&[self.dc.position, p]), p);
    }

    pub fn poly_line_to(&mut self, points: &[Point]) {
        let Some(&end) = points.last() else { return };
        let mut path = Path::polyline(&[self.dc.position]);
        points.iter().for_each(|&point| path.line_to(point));
        self.draw_lines_to(&path, end);
    }

    pub fn poly_bezier_to(&mut self, points: &[Point]) {
        let whole = points.len() / 3 * 3;
        let Some(&end) = points.get(..whole).and_then(<[_]>::last) else { return };
        let mut path = Path::polyline(&[self.dc.position]);
        path.extend_beziers(points);
        self.draw_lines_to(&path, end);
    }

    /// `types`: 6 is a move, 2 a line, 4 a curve point; bit 0 closes the figure.
    pub fn poly_draw(&mut self, points: &[Point], types: &[u8]) {
        let mut path = Path::polyline(&[self.dc.position]);
        let mut start = self.dc.position;
        let mut at = self.dc.position;
        let mut controls: Vec<Point> = Vec::with_capacity(3);
        for (&point, &kind) in points.iter().zip(types) {
            match kind & 6 {
                6 => {
                    path.move_to(point);
                    (start, at) = (point, point);
                }
                2 => {
                    path.line_to(point);
                    at = point;
                }
                4 => {
                    controls.push(point);
                    if let &[a, b, end] = controls.as_slice() {
                        path.cubic_to(a, b, end);
                        at = end;
                        controls.clear();
                    }
                }
                _ => {}
            }
            if kind & 1 != 0 && controls.is_empty() {
                path.close();
                at = start;
            }
        }
        self.draw_lines_to(&path, at);
    }

    pub fn ellipse(&mut self, rect: &Rect) {
        self.draw_shape(&Path::ellipse(rect));
    }

    /// The part of the ellipse in `rect` between the rays through `from` and `to`.
    pub fn arc(&mut self, rect: &Rect, from: Point, to: Point, ends: ArcEnds) {
        let path = self.arc_path(rect, from, to, ends);
        if ends == ArcEnds::Open { self.draw_lines(&path) } else { self.draw_shape(&path) }
    }

    /// Like an open [`Gdi::arc`], but connected to the current position, which it updates.
    pub fn arc_to(&mut self, rect: &Rect, from: Point, to: Point) {
        let arc = self.arc_path(rect, from, to, ArcEnds::Open);
        self.join_arc(&arc);
    }

    /// An arc of a circle from `start` degrees over `sweep`, anticlockwise, connected to the current position.
    pub fn angle_arc(&mut self, center: Point, radius: f64, start: f64, sweep: f64) {
        let rect = Rect::from_size(center.x - radius, center.y - radius, radius * 2.0, radius * 2.0);
        let arc = Path::arc(&rect, -start.to_radians(), -sweep.to_radians());
        self.join_arc(&arc);
    }

    fn join_arc(&mut self, arc: &Path) {
        let mut path = Path::polyline(&[self.dc.position]);
        for segment in &arc.segments {
            path.segments.push(match *segment {
                Segment::Move(p) => Segment::Line(p),
                other => other,
            });
        }
        let end = arc.current().unwrap_or(self.dc.position);
        self.draw_lines_to(&path, end);
    }

    fn arc_path(&self, rect: &Rect, from: Point, to: Point, ends: ArcEnds) -> Path {
        let center = rect.center();
        let (rx, ry) = (rect.width() / 2.0, rect.height() / 2.0);
        let angle = |p: Point| ((p.y - center.y) * rx).atan2((p.x - center.x) * ry);
        let (start, end) = (angle(from), angle(to));
        // With y down, increasing angles turn clockwise; a mirroring map reverses them.
        let mirrored = self.dc.mapping.page_to_device().then(&self.dc.base).determinant() < 0.0;
        let clockwise = (self.dc.arc_direction == ArcDirection::Clockwise) != mirrored;
        let mut sweep = if clockwise { end - start } else { start - end };
        sweep = sweep.rem_euclid(TAU);
        if sweep < 1e-9 {
            sweep = TAU;
        }
        let sweep = if clockwise { sweep } else { -sweep };
        let mut path = Path::default();
        if ends == ArcEnds::Pie {
            path.move_to(center);
        }
        path.extend_arc(rect, start, sweep);
        if ends != ArcEnds::Open {
            path.close();
        }
        path
    }

    /// Paints an outline in canvas units.
    pub(super) fn paint(&mut self, outline: &Path, brush: Brush, rule: FillRule, stroke: Option<Stroke>) {
        self.flush_raster();
        let clip = self.dc.visible();
        let fill = self.brush_paint(&brush).and_then(|paint| self.through_rop2(paint));
        let blend = |part: Option<(Paint, Blend)>| part.map_or(Blend::Normal, |(_, blend)| blend);
        let stroke = stroke.and_then(|stroke| {
            let (paint, blend) = self.through_rop2(stroke.paint)?;
            Some((Stroke { paint, ..stroke }, blend))
        });
        let fill_part = fill.map(|(paint, _)| (paint, rule));
        let stroke_blend = stroke.as_ref().map_or(blend(fill), |(_, blend)| *blend);
        self.canvas.shape(outline, fill_part, stroke.as_ref().map(|(stroke, _)| stroke), &clip, stroke_blend);
    }

    /// Fills a region of the canvas.
    pub fn fill_clip(&mut self, region: &Clip, brush: &Brush) {
        self.flush_raster();
        let Some((paint, blend)) = self.brush_paint(brush).and_then(|paint| self.through_rop2(paint)) else { return };
        let clip = self.dc.visible().and(region);
        let area = clip.bounds().intersect(&self.canvas.view);
        if !area.is_empty() {
            self.canvas.fill(&Path::rect(&area), paint, FillRule::NonZero, &clip, blend);
        }
    }

    /// Fills a logical rectangle with one colour, ignoring the brush.
    pub fn fill_rect(&mut self, rect: &Rect, color: Color) {
        self.flush_raster();
        let outline = Path::rect(rect).transform(&self.dc.to_canvas());
        let clip = self.dc.visible();
        self.canvas.fill(&outline, Paint::Color(color), FillRule::NonZero, &clip, Blend::Normal);
    }

    pub fn set_pixel(&mut self, p: Point, color: Color) {
        let size = self.dc.to_canvas().invert().map_or(1.0, |inverse| inverse.mean_scale() * self.canvas.unit);
        self.fill_rect(&Rect::from_size(p.x, p.y, size, size), color);
    }

    /// A path in logical units as a clip.
    pub fn clip_of(&self, path: &Path, rule: FillRule) -> Clip {
        Clip::path(path.transform(&self.dc.to_canvas()), rule)
    }

    fn record(&mut self, outline: &Path) {
        if self.canvas.bounds.take_points(outline.segments.len()).is_some() {
            self.path.append(outline);
            self.path_needs_move = true;
        }
    }

    pub fn begin_path(&mut self) {
        self.path = Path::default();
        self.recording = true;
        self.path_needs_move = true;
    }

    pub fn end_path(&mut self) {
        self.recording = false;
    }

    pub fn abort_path(&mut self) {
        self.path = Path::default();
        self.recording = false;
    }

    pub fn close_figure(&mut self) {
        if self.recording && !self.path.is_empty() {
            self.path.close();
            if let Some((inverse, at)) = self.dc.to_canvas().invert().zip(self.figure_start()) {
                self.dc.position = inverse.apply(at);
            }
            self.path_needs_move = true;
        }
    }

    fn figure_start(&self) -> Option<Point> {
        self.path.segments.iter().rev().find_map(|segment| match *segment {
            Segment::Move(p) => Some(p),
            _ => None,
        })
    }

    /// Paints and discards the recorded path.
    pub fn paint_path(&mut self, fill: bool, outline: bool) {
        self.recording = false;
        let mut path = std::mem::take(&mut self.path);
        let stroke = if outline { self.current_stroke() } else { None };
        let brush = if fill { self.dc.brush.clone() } else { Brush::Null };
        if fill && outline {
            close_figures(&mut path);
        }
        self.paint(&path, brush, self.dc.fill_rule, stroke);
    }

    pub fn take_path(&mut self) -> Path {
        self.recording = false;
        std::mem::take(&mut self.path)
    }

    pub fn is_recording(&self) -> bool {
        self.recording
    }

    /// A triangle with different colours at its corners, approximated by a gradient along the edge with the largest
    /// difference.
    pub fn gradient_triangle(&mut self, [a, b, c]: [(Point, Color); 3]) {
        self.flush_raster();
        let map = self.dc.to_canvas();
        let distance = |x: Color, y: Color| {
            [(x.r, y.r), (x.g, y.g), (x.b, y.b)].into_iter().map(|(x, y)| u32::from(x.abs_diff(y))).sum::<u32>()
        };
        let edges = [(a, b), (b, c), (c, a)];
        let Some((from, to)) = edges.into_iter().max_by_key(|(from, to)| distance(from.1, to.1)) else { return };
        let stops = vec![(0.0, from.1), (1.0, to.1)];
        let spread = crate::svg::paint::Spread::Pad;
        let paint = self.canvas.linear_gradient(map.apply(from.0), map.apply(to.0), &Affine::IDENTITY, &stops, spread);
        let clip = self.dc.visible();
        let outline = Path::polygon(&[a.0, b.0, c.0]).transform(&map);
        self.canvas.fill(&outline, paint, FillRule::NonZero, &clip, Blend::Normal);
    }

    /// The gradient of EMR_GRADIENTFILL between two corners of a logical rectangle.
    pub fn gradient_rect(&mut self, rect: &Rect, from: Color, to: Color, vertical: bool) {
        self.flush_raster();
        let map = self.dc.to_canvas();
        let end = if vertical { Point::new(rect.left, rect.bottom) } else { Point::new(rect.right, rect.top) };
        let (start, end) = (map.apply(Point::new(rect.left, rect.top)), map.apply(end));
        let stops = vec![(0.0, from), (1.0, to)];
        let paint = self.canvas.linear_gradient(start, end, &Affine::IDENTITY, &stops, crate::svg::paint::Spread::Pad);
        let clip = self.dc.visible();
        self.canvas.fill(&Path::rect(rect).transform(&map), paint, FillRule::NonZero, &clip, Blend::Normal);
    }
}

/// Filling closes open figures, and then their outline is closed too.
fn close_figures(path: &mut Path) {
    let mut closed = Path::default();
    let mut open = false;
    for segment in &path.segments {
        if matches!(segment, Segment::Move(_)) && open {
            closed.close();
        }
        open = !matches!(segment, Segment::Close);
        closed.segments.push(*segment);
    }
    if open {
        closed.close();
    }
    *path = closed;
}
