//! Player of enhanced metafiles (MS-EMF) and the EMF+ records in their comments.
//!
//! If a file has both kinds of records, EMF+ is drawn, and plain records only after GetDC.

mod bitmaps;
mod brushes;
mod header;
mod objects;
mod regions;
mod shapes;
mod state;
mod text;

use super::emfplus;
use super::fault::Fault;
use super::gdi::Gdi;
use super::geometry::{Affine, Rect};
use super::reader::Reader;
use super::svg::canvas::{Canvas, EXTENT};
use super::svg::job::{Job, Placed};
use header::Header;
pub(super) use header::is_emf;

const HEADER: u32 = 1;
const END_OF_FILE: u32 = 14;
const COMMENT: u32 = 70;

#[derive(Clone, Copy)]
struct Record<'a> {
    kind: u32,
    /// The whole record: offsets are relative to its start.
    bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// The part after type and length.
    fn arguments(&self) -> Reader<'a> {
        Reader::le(self.bytes.get(8..).unwrap_or(&[]))
    }

    /// The bytes at an offset from the start of the record.
    fn part(&self, offset: u32, length: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(offset).ok()?;
        let length = usize::try_from(length).ok()?.min(self.bytes.len().checked_sub(start)?);
        self.bytes.get(start..start.checked_add(length)?)
    }
}

struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let mut reader = Reader::le(self.rest);
        let (kind, length) = (reader.u32()?, usize::try_from(reader.u32()?).ok()?);
        if length < 8 {
            return None;
        }
        let (bytes, rest) = self.rest.split_at_checked(length.min(self.rest.len()))?;
        self.rest = rest;
        Some(Record { kind, bytes })
    }
}

struct Player<'a> {
    gdi: Gdi,
    plus: emfplus::Player<'a>,
    layer: Layer,
}

/// The kind of records to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// EMF+ if present.
    Best,
    Plain,
}

/// Natural size in CSS px, from the header.
pub(super) fn size(bytes: &[u8]) -> Result<(f64, f64), Fault> {
    let header = Header::parse(bytes)?;
    let view = header.view().unwrap_or(Rect::from_size(0.0, 0.0, 96.0, 96.0));
    Ok(header.size(&view))
}

pub(super) fn place(bytes: &[u8], job: &Job<'_>) -> Result<Placed, Fault> {
    let header = Header::parse(bytes)?;
    let stated = header.view();
    let device = match stated {
        Some(view) => view,
        None => measure(bytes, &header, job).ok_or(Fault::Corrupt("a metafile that draws nothing"))?,
    };
    let (placed, extent) = play(bytes, &header, &device, job);
    if extent.is_empty() || !extent.width().is_finite() || !extent.intersect(&placed.view).is_empty() {
        return Ok(placed);
    }
    // The frame misses the drawing: use the extent of the drawing.
    let drawn = Affine::map_rect(&placed.view, &device).bounds_of(&extent);
    Ok(play(bytes, &header, &drawn, job).0)
}

fn measure(bytes: &[u8], header: &Header, job: &Job<'_>) -> Option<Rect> {
    let view = Rect { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 };
    let (_, extent) = play_on(Canvas::new(view, 1.0, job), Affine::IDENTITY, bytes, header, job, Layer::Best);
    (!extent.is_empty() && extent.width().is_finite()).then_some(extent)
}

fn play(bytes: &[u8], header: &Header, device: &Rect, job: &Job<'_>) -> (Placed, Rect) {
    let (width, height) = header.size(device);
    let unit = EXTENT / width.max(height);
    let view = Rect::from_size(0.0, 0.0, width * unit, height * unit);
    let base = Affine::map_rect(device, &view);
    let (mut canvas, mut extent) = play_on(Canvas::new(view, unit, job), base, bytes, header, job, Layer::Best);
    if extent.is_empty() {
        // Plain records are the fallback for players without EMF+.
        (canvas, extent) = play_on(Canvas::new(view, unit, job), base, bytes, header, job, Layer::Plain);
    }
    (canvas.finish(width, height), extent)
}

fn play_on(canvas: Canvas, base: Affine, bytes: &[u8], header: &Header, job: &Job<'_>, layer: Layer) -> (Canvas, Rect) {
    let base = if header.is_upside_down() { Affine::scale(1.0, -1.0).then(&base) } else { base };
    let gdi = Gdi::new(canvas, base, header.px_per_mm());
    let mut player = Player { gdi, plus: emfplus::Player::new(base, *job), layer };
    for record in (Records { rest: bytes }) {
        if record.kind == END_OF_FILE {
            break;
        }
        if !player.gdi.canvas.may_go_on(job.options) {
            break;
        }
        // Unreadable records are skipped, as in GDI.
        let _ = player.record(record);
    }
    let canvas = player.gdi.finish();
    let extent = canvas.extent;
    (canvas, extent)
}

impl Player<'_> {
    fn record(&mut self, record: Record<'_>) -> Option<()> {
        match record.kind {
            HEADER => return Some(()),
            COMMENT => return self.comment(record),
            _ => {}
        }
        // Create objects even while EMF+ draws: plain records after GetDC can select them.
        if self.object_record(record).is_some() {
            return Some(());
        }
        if self.plus.is_drawing() {
            return Some(());
        }
        self.state_record(record).or_else(|| self.shape_record(record)).or_else(|| match record.kind {
            71..=75 => self.region_record(record),
            76..=81 | 114 | 116 => self.bitmap_record(record),
            83 | 84 | 96 | 97 | 108 => self.text_record(record),
            118 => self.gradient_record(record),
            _ => None,
        })
    }

    fn comment(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        let length = usize::try_from(reader.u32()?).ok()?;
        let data = reader.take(length.min(reader.remaining()))?;
        if let Some(records) = data.strip_prefix(b"EMF+")
            && self.layer == Layer::Best
        {
            self.gdi.flush_raster();
            self.plus.play(records, &mut self.gdi.canvas);
        }
        Some(())
    }
}
