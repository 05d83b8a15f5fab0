//! JPEG in TIFF (technical note 2): strips and tiles are JPEG streams that share the tables of a tag. They are decoded
//! at the scale of the layout.

use std::io::{self, Cursor, Read};

use crate::containers::jpeg;
use crate::containers::tiff::layout::Layout;
use crate::containers::tiff::{photometric, tag};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::PixelFormat;
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;

/// Most bytes of shared tables; real ones have less than 2,000.
const MAX_TABLES: u64 = 1 << 16;

/// The meaning of a stream's components: TIFF tags define it, a bare stream does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Components {
    /// The samples themselves.
    Direct,
    /// YCbCr, to be converted to RGB.
    YCbCr,
}

impl Components {
    /// The Adobe segment that declares it.
    pub(super) fn segment(self) -> [u8; 16] {
        jpeg::adobe_segment(u8::from(self == Self::YCbCr))
    }
}

/// A JPEG decoder and the tables that its streams share.
pub(crate) struct Decompressor {
    inner: Option<jpeg::Decompressor>,
    tables: Option<Vec<u8>>,
}

impl Decompressor {
    /// A decoder without tables yet.
    pub(crate) fn new() -> Self {
        Self { inner: None, tables: None }
    }

    /// One strip or tile, as rows of its 8-bit samples.
    pub(super) fn chunk(&mut self, layout: &Layout, data: &[u8], cx: &Context<'_>) -> Result<Pixels> {
        let tables = self.tables.get_or_insert_with(|| {
            let tables = layout.directory().bytes(tag::JPEG_TABLES, MAX_TABLES).unwrap_or_default();
            // Without the SOI and EOI around them.
            let inner = tables.strip_prefix(&[0xFF, 0xD8]).unwrap_or_default();
            inner.strip_suffix(&[0xFF, 0xD9]).unwrap_or(inner).to_vec()
        });
        let stream = data.strip_prefix(&[0xFF, 0xD8]).ok_or_else(|| Error::corrupt("a strip that is not a JPEG"))?;
        let components = match layout.directory().u16(tag::PHOTOMETRIC) {
            Some(photometric::YCBCR) | None if layout.samples == 3 && !layout.planar => Components::YCbCr,
            _ => Components::Direct,
        };
        let whole = [&[0xFF, 0xD8][..], &components.segment(), tables, stream].concat();
        self.decode(layout, &whole, cx)
    }

    /// The JPEG `data`, as rows of the width and samples of a chunk of `layout`.
    pub(super) fn decode(&mut self, layout: &Layout, data: &[u8], cx: &Context<'_>) -> Result<Pixels> {
        if self.inner.is_none() {
            self.inner = Some(jpeg::Decompressor::new()?);
        }
        let inner = self.inner.as_mut().ok_or_else(|| Error::internal("no JPEG decoder"))?;
        let info = inner.info(data)?;
        if info.is_lossless {
            return Err(Error::unsupported("lossless JPEG in TIFF"));
        }
        let samples = if layout.planar { 1 } else { layout.samples };
        let format = match samples {
            1 => PixelFormat::Gray8,
            3 => PixelFormat::Rgb8,
            4 => PixelFormat::Cmyk8,
            n => return Err(Error::unsupported(format!("JPEG with {n} samples a pixel in TIFF"))),
        };
        let size = jpeg::reduced(info.size, layout.denominator);
        let Size { width, height } = size;
        // A stream may be larger than its strip says, but not without bound.
        if width > layout.chunk.width.saturating_mul(2).saturating_add(64)
            || height > layout.size.height.saturating_mul(2).saturating_add(1024)
        {
            return Err(Error::corrupt(format!("a strip of {}x{} px", info.size.width, info.size.height)));
        }
        let held = cx.reserve(size.pixels() * samples as u64)?;
        let (pixels, damage) = jpeg::decode(inner, data, format, size, layout.denominator)?;
        if let Some(damage) = damage {
            cx.warn(format!("damaged JPEG data: {}", damage.detail()));
        }
        Ok(Pixels {
            row: vec![0; layout.chunk.width as usize * samples],
            at: usize::MAX,
            pitch: width as usize * samples,
            pixels: Cursor::new(pixels),
            _held: held,
        })
    }
}

/// Decoded rows, cut or padded to the width of a chunk.
pub(super) struct Pixels {
    row: Vec<u8>,
    at: usize,
    pitch: usize,
    pixels: Cursor<Vec<u8>>,
    _held: Reservation,
}

impl Read for Pixels {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.row.len() {
            let from = self.pixels.position() as usize;
            let Some(source) = self.pixels.get_ref().get(from..from + self.pitch).filter(|s| !s.is_empty()) else {
                return Ok(0);
            };
            let n = self.pitch.min(self.row.len());
            self.row[..n].copy_from_slice(&source[..n]);
            self.pixels.set_position((from + self.pitch) as u64);
            self.at = 0;
        }
        let rest = &self.row[self.at..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}
