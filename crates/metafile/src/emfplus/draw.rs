//! Records that draw shapes and pictures.

use super::Player;
use super::brush::Brush;
use super::caps::anchors;
use super::image::Image;
use super::pen::Pen;
use super::record::{BrushRef, Record, rect_f};
use crate::bounds::Bounds;
use crate::color::Color;
use crate::geometry::{Affine, Point, Rect};
use crate::options::Options;
use crate::path::{FillRule, Path};
use crate::reader::{ReadFields, Reader};
use crate::svg::canvas::Canvas;
use crate::svg::job::Job;
use crate::svg::paint::{Blend, Paint};

const CLOSED: u16 = 0x2000;
const WINDING: u16 = 0x2000;

impl Player<'_> {
    /// `None` if the record is of another kind or unreadable.
    pub(super) fn draw_record(&mut self, record: &Record<'_>, canvas: &mut Canvas) -> Option<()> {
        let mut reader = record.reader();
        let reader = &mut reader;
        match record.kind {
            0x4009 => {
                let color = Color::from_argb(reader.u32()?);
                if color.a != 0 {
                    canvas.clear(color, &self.state.visible());
                }
            }
            0x400a => {
                let brush = record.brush(reader)?;
                let path = rects(record, reader)?;
                self.fill(&path, &brush, FillRule::NonZero, canvas)?;
            }
            0x400b => {
                let path = rects(record, reader)?;
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x400c => {
                let brush = record.brush(reader)?;
                self.fill(&Path::polygon(&record.points(reader)?), &brush, FillRule::EvenOdd, canvas)?;
            }
            0x400d => {
                let points = record.points(reader)?;
                let path = if record.has(CLOSED) { Path::polygon(&points) } else { Path::polyline(&points) };
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x400e => {
                let brush = record.brush(reader)?;
                self.fill(&Path::ellipse(&record.rect(reader)?), &brush, FillRule::NonZero, canvas)?;
            }
            0x400f => {
                let path = Path::ellipse(&record.rect(reader)?);
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x4010 => {
                let brush = record.brush(reader)?;
                self.fill(&pie(record, reader)?, &brush, FillRule::NonZero, canvas)?;
            }
            0x4011 => {
                let path = pie(record, reader)?;
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x4012 => {
                let (start, sweep) = (reader.float()?, reader.float()?);
                let path = arc(&record.rect(reader)?, start, sweep);
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x4013 => {
                let brush = record.brush(reader)?;
                let area = self.objects.region(record.object())?.to_clip(&self.state.to_canvas());
                let clip = self.state.visible().and(&area);
                let paint = self.paint(&brush, canvas)?;
                let bounds = clip.bounds().intersect(&canvas.view);
                if !bounds.is_empty() {
                    canvas.fill(&Path::rect(&bounds), paint, FillRule::NonZero, &clip, Blend::Normal);
                }
            }
            0x4014 => {
                let brush = record.brush(reader)?;
                let path = self.objects.path(record.object())?;
                self.fill(&path, &brush, FillRule::EvenOdd, canvas)?;
            }
            0x4015 => {
                let pen = self.objects.pen(reader.u32()? as u8)?;
                let path = self.objects.path(record.object())?;
                self.stroke(&path, &pen, canvas)?;
            }
            0x4016 => {
                let brush = record.brush(reader)?;
                let tension = reader.float()?;
                let rule = if record.has(WINDING) { FillRule::NonZero } else { FillRule::EvenOdd };
                self.fill(&Path::curve(&record.points(reader)?, tension, true), &brush, rule, canvas)?;
            }
            0x4017 => {
                let tension = reader.float()?;
                let path = Path::curve(&record.points(reader)?, tension, true);
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x4018 => {
                let tension = reader.float()?;
                let (first, spans) = (usize::try_from(reader.u32()?).ok()?, usize::try_from(reader.u32()?).ok()?);
                let points = record.points(reader)?;
                let mut path = Path::curve(&points, tension, false);
                drawn_part(&mut path, &points, first, spans);
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x4019 => {
                let path = Path::beziers(&record.points(reader)?);
                self.stroke(&path, &*self.pen(record)?, canvas)?;
            }
            0x401a => {
                let image = self.objects.image(record.object())?;
                reader.skip(8)?;
                let source = rect_f(reader)?;
                let to = record.rect(reader)?;
                let place = Affine::new(to.width(), 0.0, 0.0, to.height(), to.left, to.top);
                self.image(&image, &source, &place, canvas)?;
            }
            0x401b => {
                let image = self.objects.image(record.object())?;
                reader.skip(8)?;
                let source = rect_f(reader)?;
                let points = record.points(reader)?;
                let [a, b, c] = *points.first_chunk()?;
                let place = Affine::new(b.x - a.x, b.y - a.y, c.x - a.x, c.y - a.y, a.x, a.y);
                self.image(&image, &source, &place, canvas)?;
            }
            0x401c => self.draw_string(record, canvas)?,
            0x4036 => self.draw_driver_string(record, canvas)?,
            _ => return None,
        }
        Some(())
    }

    fn pen(&self, record: &Record<'_>) -> Option<std::rc::Rc<Pen>> {
        self.objects.pen(record.object())
    }

    pub(super) fn paint(&self, brush: &BrushRef, canvas: &mut Canvas) -> Option<Paint> {
        match brush {
            BrushRef::Color(color) => Some(Paint::Color(*color)),
            BrushRef::Object(id) => self.paint_of(&*self.objects.brush(*id)?, canvas),
        }
    }

    fn fill(&self, path: &Path, brush: &BrushRef, rule: FillRule, canvas: &mut Canvas) -> Option<()> {
        let paint = self.paint(brush, canvas)?;
        if matches!(paint, Paint::Color(color) if color.a == 0) {
            return Some(());
        }
        canvas.fill(&path.transform(&self.state.to_canvas()), paint, rule, &self.state.visible(), Blend::Normal);
        Some(())
    }

    fn stroke(&self, path: &Path, pen: &Pen, canvas: &mut Canvas) -> Option<()> {
        if matches!(pen.brush, Brush::Solid(color) if color.a == 0) {
            return Some(());
        }
        let outline = path.transform(&self.state.to_canvas());
        let (stroke, width) = self.stroke_of(pen, canvas)?;
        let clip = self.state.visible();
        canvas.stroke(&outline, &stroke, &clip, Blend::Normal);
        for anchor in anchors(&outline, pen.start, pen.end, width) {
            canvas.fill(&anchor, stroke.paint, FillRule::NonZero, &clip, Blend::Normal);
        }
        Some(())
    }

    /// Draws the part `source` of an image onto the unit square under `place` (world units).
    fn image(&mut self, image: &Image, source: &Rect, place: &Affine, canvas: &mut Canvas) -> Option<()> {
        let place = place.then(&self.state.to_canvas());
        let clip = self.state.visible();
        match image {
            Image::Bitmap(bitmap) => {
                let part = bitmap.crop(
                    source.left.round() as i64,
                    source.top.round() as i64,
                    source.width().round() as i64,
                    source.height().round() as i64,
                );
                canvas.bitmap(part.as_ref().unwrap_or(bitmap), &place, &clip, Blend::Normal, 1.0);
            }
            Image::File { mime, bytes, width, height } => {
                let whole = Rect::from_size(0.0, 0.0, f64::from(*width), f64::from(*height));
                if source.is_empty() || source.inflate(1.0).contains(&whole) {
                    canvas.encoded_image(mime, bytes, &place, &clip, 1.0);
                } else {
                    // The whole picture is placed such that its part fits, then clipped.
                    let unit = Rect::from_size(0.0, 0.0, 1.0, 1.0);
                    let window = crate::svg::clip::Clip::path(Path::rect(&unit).transform(&place), FillRule::NonZero);
                    let place = Affine::scale(whole.width(), whole.height())
                        .then(&Affine::map_rect(source, &unit))
                        .then(&place);
                    canvas.encoded_image(mime, bytes, &place, &clip.and(&window), 1.0);
                }
            }
            Image::Metafile(bytes) => {
                // Far larger than the enclosing picture, its cost would not be bounded by the size of that picture.
                let side = place.scales().0.max(place.scales().1) / canvas.pixel();
                if !(1.0..=16.0 * f64::from(self.job.options.target)).contains(&side) {
                    return None;
                }
                self.nested += 1;
                let prefix = format!("{}{}-", canvas.prefix(), self.nested);
                let options = Options { target: side as u32, ..*self.job.options };
                let job = Job { options: &options, prefix: &prefix, bounds: canvas.bounds, ..self.job };
                let placed = job.nested(bytes).ok()?;
                canvas.bounds = Bounds { nesting: canvas.bounds.nesting, ..placed.bounds };
                canvas.truncated |= placed.truncated;
                canvas.nested(&placed.body, &placed.view, &place, &clip);
            }
        }
        Some(())
    }
}

fn rects(record: &Record<'_>, reader: &mut Reader<'_>) -> Option<Path> {
    let count = usize::try_from(reader.u32()?).ok()?;
    let mut path = Path::default();
    for _ in 0..count.min(reader.remaining() / 8) {
        path.append(&Path::rect(&record.rect(reader)?));
    }
    Some(path)
}

/// Converts an angle to the parameter of an ellipse: GDI+ measures angles on the page.
fn arc(rect: &Rect, start: f64, sweep: f64) -> Path {
    let (from, span) = arc_angles(rect, start, sweep);
    Path::arc(rect, from, span)
}

fn arc_angles(rect: &Rect, start: f64, sweep: f64) -> (f64, f64) {
    let (rx, ry) = (rect.width(), rect.height());
    let parameter = |degrees: f64| {
        let turns = (degrees / 360.0).floor();
        let angle = (degrees - turns * 360.0).to_radians();
        let squeezed = (angle.sin() * rx).atan2(angle.cos() * ry).rem_euclid(std::f64::consts::TAU);
        squeezed + turns * std::f64::consts::TAU
    };
    if rx <= 0.0 || ry <= 0.0 || sweep.abs() >= 360.0 {
        return (start.to_radians(), sweep.to_radians());
    }
    let from = parameter(start);
    (from, parameter(start + sweep) - from)
}

fn pie(record: &Record<'_>, reader: &mut Reader<'_>) -> Option<Path> {
    let (start, sweep) = (reader.float()?, reader.float()?);
    let rect = record.rect(reader)?;
    let (from, span) = arc_angles(&rect, start, sweep);
    let mut path = Path::default();
    path.move_to(rect.center());
    path.extend_arc(&rect, from, span);
    path.close();
    Some(path)
}

/// Draws `spans` segments from the point `first` on of a curve through all points.
fn drawn_part(path: &mut Path, points: &[Point], first: usize, spans: usize) {
    if first == 0 && spans.saturating_add(1) >= points.len() {
        return;
    }
    let Some(&start) = points.get(first) else { return };
    let pieces = path.segments.iter().skip(first + 1).take(spans).copied().collect::<Vec<_>>();
    path.segments = vec![crate::path::Segment::Move(start)];
    path.segments.extend(pieces);
}
