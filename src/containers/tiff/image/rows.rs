//! All rows of a picture from the top, assembled from strips or tiles.
//!
//! Strips are decoded row by row; of tiles, one row is held in memory. Unreadable rows are grey, or transparent if
//! there is alpha.

use std::io::{self, Read};

use super::pixels::Conversion;
use super::predictor;
use crate::containers::tiff::compression;
use crate::containers::tiff::decompress::{self, jpeg};
use crate::containers::tiff::layout::Layout;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::limits::Reservation;
use thumbling_core::source::SourceReader;

/// Bytes per fetch. Strips are often adjacent, so one fetch may serve many.
const WINDOW: usize = 128 << 10;

/// Iterates over the rows of one picture.
pub(super) struct Rows<'a> {
    layout: &'a Layout,
    cx: &'a Context<'a>,
    planes: Vec<usize>,
    readers: Vec<SourceReader>,
    jpeg: jpeg::Decompressor,
    /// One unit of rows of each plane.
    stored: Vec<Vec<u8>>,
    spare: Vec<u8>,
    _held: Reservation,
}

/// Called with each unit of stored rows: the planes, the width in pixels, and the number of rows.
type Unit<'u> = dyn FnMut(&[Vec<u8>], usize, usize) -> Result<()> + 'u;

impl<'a> Rows<'a> {
    /// For the `planes` of `layout`; a single one if samples are interleaved.
    pub(super) fn new(layout: &'a Layout, planes: &[usize], cx: &'a Context<'a>) -> Result<Self> {
        let planes = if layout.planar { planes.to_vec() } else { vec![0] };
        let unit = layout.unit_bytes();
        let held = cx.reserve((unit as u64 + WINDOW as u64).saturating_mul(planes.len() as u64 + 1))?;
        let readers = planes.iter().map(|_| layout.source().reader(WINDOW)).collect();
        let stored = planes.iter().map(|_| vec![0; unit]).collect();
        let (jpeg, spare) = (jpeg::Decompressor::new(), Vec::new());
        Ok(Self { layout, cx, planes, readers, jpeg, stored, spare, _held: held })
    }

    /// Calls `row` with every row of pixels from `conversion`, except those missing at the end. `corrupt` if there is
    /// none.
    pub(super) fn pixels(
        &mut self,
        conversion: &mut Conversion,
        row: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let layout = self.layout;
        let pixel = conversion.format().pixel_bytes();
        let row_bytes = layout.size.width as usize * pixel;
        let blank = if conversion.format().has_alpha() { 0 } else { 0x80 };
        let blank_row = vec![blank; row_bytes];
        let (mut unit, mut band) = (Vec::new(), Vec::new());
        // Missing rows, emitted only if another row follows.
        let mut owed = 0;
        let pay = |owed: &mut usize, row: &mut dyn FnMut(&[u8]) -> Result<()>| {
            (0..std::mem::take(owed)).try_for_each(|_| row(&blank_row))
        };
        let mut damage = Damage::default();
        let band_bytes = row_bytes as u64 * u64::from(layout.chunk.height.min(layout.size.height));
        let _held = self.cx.reserve(if layout.across() > 1 { band_bytes } else { 0 })?;
        for down in 0..layout.down() {
            let rows = layout.chunk.height.min(layout.size.height - down * layout.chunk.height) as usize;
            if layout.across() == 1 {
                let mut delivered = 0;
                self.chunk(down, 0, &mut damage, &mut |planes, width, rows| {
                    unit.clear();
                    conversion.convert(planes, width, rows, &mut unit);
                    delivered += rows;
                    pay(&mut owed, row)?;
                    unit.chunks_exact(row_bytes).try_for_each(&mut *row)
                })?;
                owed += rows.saturating_sub(delivered);
                continue;
            }
            band.clear();
            band.resize(row_bytes * rows, blank);
            let before = damage.rows;
            for across in 0..layout.across() {
                let (left, mut y) = (across as usize * layout.chunk.width as usize * pixel, 0);
                self.chunk(down, across, &mut damage, &mut |planes, width, rows| {
                    unit.clear();
                    conversion.convert(planes, width, rows, &mut unit);
                    for part in unit.chunks_exact(width * pixel) {
                        let at = y * row_bytes + left;
                        if let Some(target) = band.get_mut(at..at + part.len()) {
                            target.copy_from_slice(part);
                        }
                        y += 1;
                    }
                    Ok(())
                })?;
            }
            if damage.rows == before {
                owed += rows;
                continue;
            }
            pay(&mut owed, row)?;
            band.chunks_exact(row_bytes).try_for_each(&mut *row)?;
        }
        damage.report(self.cx)
    }

    /// Calls `unit` with every unit of stored rows of every strip or tile.
    pub(super) fn stored(&mut self, unit: &mut Unit<'_>) -> Result<()> {
        let mut damage = Damage::default();
        for down in 0..self.layout.down() {
            for across in 0..self.layout.across() {
                self.chunk(down, across, &mut damage, unit)?;
            }
        }
        damage.report(self.cx)
    }

    /// Reads one strip or tile as far as possible.
    fn chunk(&mut self, down: u32, across: u32, damage: &mut Damage, unit: &mut Unit<'_>) -> Result<()> {
        self.cx.check()?;
        match self.read_chunk(down, across, damage, unit) {
            Err(e) if e.kind() == ErrorKind::Corrupt => {
                damage.first.get_or_insert(e);
                Ok(())
            }
            other => other,
        }
    }

    fn read_chunk(&mut self, down: u32, across: u32, damage: &mut Damage, unit: &mut Unit<'_>) -> Result<()> {
        let Self { layout, cx, planes, readers, jpeg, stored, spare, .. } = self;
        let mut streams: Vec<Box<dyn Read + '_>> = Vec::with_capacity(planes.len());
        for (plane, reader) in planes.iter().zip(readers.iter_mut()) {
            let range = match layout.range(*plane, down, across) {
                Some(range) => range,
                None if layout.compression == compression::OLD_JPEG => (0, 0),
                None => return Err(Error::corrupt("a strip or tile is missing")),
            };
            streams.push(decompress::open(layout, range, reader, jpeg, cx)?);
        }
        let width = layout.chunk.width.min(layout.size.width - across * layout.chunk.width) as usize;
        let rows = layout.chunk.height.min(layout.size.height - down * layout.chunk.height);
        let stride = if layout.planar { 1 } else { layout.samples };
        let mut y = 0;
        while y < rows {
            for (stream, stored) in streams.iter_mut().zip(stored.iter_mut()) {
                stream.read_exact(stored).map_err(corrupt)?;
                predictor::undo(layout, stride, stored, spare);
            }
            let n = layout.unit_rows().min(rows - y);
            unit(stored, width, n as usize)?;
            damage.rows += 1;
            y += n;
            if y % 64 == 0 {
                cx.check()?;
            }
        }
        Ok(())
    }
}

/// Errors of the source are passed on; all others come from decompressors and mean damage.
fn corrupt(e: io::Error) -> Error {
    match e.downcast::<Error>() {
        Ok(ours) => ours,
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Error::corrupt("the data of a strip or tile ends early"),
        Err(e) => Error::corrupt(e.to_string()).caused_by(e),
    }
}

/// The first damage, and whether anything could be read.
#[derive(Default)]
struct Damage {
    first: Option<Error>,
    rows: u64,
}

impl Damage {
    fn report(self, cx: &Context<'_>) -> Result<()> {
        match self.first {
            Some(e) if self.rows == 0 => Err(e),
            Some(e) => {
                cx.warn(format!("parts of the picture cannot be read and are grey: {}", e.detail()));
                Ok(())
            }
            None => Ok(()),
        }
    }
}
