//! Player of Windows metafiles (MS-WMF): 16-bit records, with the window mapped to the picture.
//!
//! The format has no reference device, so the viewport is the whole canvas until a file sets one. A metafile with an
//! enhanced metafile in its comments is played as that. Not supported: flood fills, PostScript escapes.

mod bitmaps;
mod header;
mod objects;
mod record;
mod records;

use super::fault::Fault;
use super::gdi::Gdi;
use super::geometry::{Affine, Point, Rect};
use super::svg::canvas::{Canvas, EXTENT};
use super::svg::job::{Job, Placed};
pub(super) use header::{Header, is_wmf};
use record::Records;

struct Player {
    gdi: Gdi,
    viewport_is_set: bool,
}

/// Natural size in CSS px, from the header and the first window records.
pub(super) fn size(bytes: &[u8]) -> Result<(f64, f64), Fault> {
    let header = Header::parse(bytes)?;
    if let Some(emf) = embedded_emf(header.records(bytes)) {
        return super::emf::size(&emf);
    }
    Ok(header.size(first_window(header.records(bytes))))
}

pub(super) fn place(bytes: &[u8], job: &Job<'_>) -> Result<Placed, Fault> {
    let header = Header::parse(bytes)?;
    let records = || header.records(bytes);
    if let Some(emf) = embedded_emf(records())
        && let Ok(placed) = super::emf::place(&emf, job)
    {
        return Ok(placed);
    }
    let stated = header.bounding_box.filter(|_| !sets_window_extent(records()));
    let window = stated.or_else(|| first_window(records())).or(header.bounding_box);
    let Some(window) = window else {
        return play_drawn(&header, bytes, measure(records(), job), job);
    };
    let (placed, extent) = play(records(), window, header.size(Some(window)), job);
    if extent.is_empty() || !extent.width().is_finite() || !extent.intersect(&placed.view).is_empty() {
        return Ok(placed);
    }
    // A picture outside its window is shown at its position.
    let drawn = Affine::map_rect(&placed.view, &window).bounds_of(&extent);
    play_drawn(&header, bytes, drawn, job)
}

/// Plays with the window set to the extent of the drawing.
fn play_drawn(header: &Header, bytes: &[u8], drawn: Rect, job: &Job<'_>) -> Result<Placed, Fault> {
    if drawn.is_empty() || !drawn.width().is_finite() || !drawn.height().is_finite() {
        return Err(Fault::Corrupt("a metafile that draws nothing"));
    }
    Ok(play(header.records(bytes), drawn, header.size(Some(drawn)), job).0)
}

/// The extent of the drawing in logical units, for files without a window.
fn measure(records: Records<'_>, job: &Job<'_>) -> Rect {
    let view = Rect { left: -32768.0, top: -32768.0, right: 32768.0, bottom: 32768.0 };
    let gdi = Gdi::new(Canvas::new(view, 1.0, job), Affine::IDENTITY, Point::new(1.0, 1.0));
    let mut player = Player { gdi, viewport_is_set: true };
    player.play(records, job);
    player.gdi.finish().extent
}

/// Plays with `window` mapped to a picture of `size` CSS px. Also returns the extent of the drawing.
fn play(records: Records<'_>, window: Rect, size: (f64, f64), job: &Job<'_>) -> (Placed, Rect) {
    let (width, height) = size;
    let unit = EXTENT / width.max(height);
    let view = Rect::from_size(0.0, 0.0, width * unit, height * unit);
    let per_mm = unit * 96.0 / 25.4;
    let gdi = Gdi::new(Canvas::new(view, unit, job), Affine::IDENTITY, Point::new(per_mm, per_mm));
    let mut player = Player { gdi, viewport_is_set: false };
    player.gdi.dc.mapping.fit(&window, Point::new(view.width(), view.height()));
    player.play(records, job);
    let canvas = player.gdi.finish();
    let extent = canvas.extent;
    (canvas.finish(width, height), extent)
}

impl Player {
    fn play(&mut self, records: Records<'_>, job: &Job<'_>) {
        for record in records {
            if !self.gdi.canvas.may_go_on(job.options) {
                break;
            }
            // Unreadable records are skipped, as in GDI.
            let _ = self.record(record);
        }
    }
}

const SET_WINDOW_ORIGIN: u16 = 0x020b;
const SET_WINDOW_EXTENT: u16 = 0x020c;

fn sets_window_extent(mut records: Records<'_>) -> bool {
    records.any(|record| record.function == SET_WINDOW_EXTENT)
}

/// The window in effect at the first drawing record, or else the first window that is set. Its extent can be negative,
/// so corners are ordered.
fn first_window(records: Records<'_>) -> Option<Rect> {
    let (mut origin, mut extent) = (None, None);
    for record in records {
        let point = || {
            let mut reader = super::reader::Reader::le(record.arguments);
            let (y, x) = (reader.i16()?, reader.i16()?);
            Some(Point::new(f64::from(x), f64::from(y)))
        };
        match record.function {
            SET_WINDOW_ORIGIN => origin = point().or(origin),
            SET_WINDOW_EXTENT => extent = point().or(extent),
            _ if draws(record.function) && extent.is_some() => break,
            _ => {}
        }
    }
    let extent: Point = extent?;
    let origin = origin.unwrap_or_default();
    (extent.x != 0.0 && extent.y != 0.0).then(|| Rect::between(origin, origin.offset(extent.x, extent.y)))
}

/// Whether a record function draws anything.
fn draws(function: u16) -> bool {
    matches!(
        function,
        0x012b
            | 0x0213
            | 0x0228
            | 0x0324
            | 0x0325
            | 0x0418
            | 0x041b
            | 0x041f
            | 0x0429
            | 0x0521
            | 0x0538
            | 0x061c
            | 0x061d
            | 0x0817
            | 0x081a
            | 0x0830
            | 0x0922
            | 0x0940
            | 0x0a32
            | 0x0b23
            | 0x0b41
            | 0x0d33
            | 0x0f43
    )
}

const ESCAPE: u16 = 0x0626;
const COMMENT: u16 = 0x000f;
const WMFC: u32 = 0x4346_4d57;

/// The enhanced metafile stored in pieces in comments (MS-WMF 2.3.6.1), if complete.
fn embedded_emf(records: Records<'_>) -> Option<Vec<u8>> {
    let mut emf = Vec::new();
    let mut wanted = None;
    for record in records.filter(|record| record.function == ESCAPE) {
        let mut reader = super::reader::Reader::le(record.arguments);
        let (Some(escape), Some(_), Some(identifier), Some(kind)) =
            (reader.u16(), reader.u16(), reader.u32(), reader.u32())
        else {
            continue;
        };
        if escape != COMMENT || identifier != WMFC || kind != 1 {
            continue;
        }
        reader.skip(4 + 2 + 4 + 4)?;
        let size = usize::try_from(reader.u32()?).ok()?;
        reader.skip(4)?;
        wanted = Some(usize::try_from(reader.u32()?).ok()?);
        emf.extend_from_slice(reader.take(size)?);
    }
    (wanted == Some(emf.len()) && super::emf::is_emf(&emf)).then_some(emf)
}
