//! JPEG in TIFF (technical note 2): strips and tiles are JPEG streams that share the tables of a tag. They are decoded
//! at the scale that is wanted.

use std::io::{self, Cursor, Read};

use crate::containers::tiff::image::{Layout, photometric};
use crate::containers::tiff::tag;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Reservation;

/// Bytes of shared tables; real ones have below 2,000.
const MAX_TABLES: u64 = 1 << 16;

/// What the components of a stream stand for. TIFF knows it from its tags; a stream would have to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Components {
    /// As they are.
    Direct,
    /// Luma and two chroma, to be converted to RGB.
    YCbCr,
}

/// A JPEG decoder and the tables that its streams share.
pub(crate) struct Decompressor {
    inner: Option<turbojpeg::Decompressor>,
    tables: Option<Vec<u8>>,
}

impl Decompressor {
    /// One that has done nothing yet.
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
        let stream = data.strip_prefix(&[0xFF, 0xD8]).ok_or_else(|| Error::corrupt("a strip that is no JPEG"))?;
        let components = match layout.directory().u16(tag::PHOTOMETRIC) {
            Some(photometric::YCBCR) | None if layout.samples == 3 && !layout.planar => Components::YCbCr,
            _ => Components::Direct,
        };
        let whole = [&[0xFF, 0xD8][..], &adobe(components), tables, stream].concat();
        self.decode(layout, &whole, cx)
    }

    /// The JPEG `data`, as rows of the width and samples of a chunk of `layout`.
    pub(super) fn decode(&mut self, layout: &Layout, data: &[u8], cx: &Context<'_>) -> Result<Pixels> {
        if self.inner.is_none() {
            self.inner = Some(turbojpeg::Decompressor::new().map_err(internal)?);
        }
        let inner = self.inner.as_mut().ok_or_else(|| Error::internal("no JPEG decoder"))?;
        let header = inner.read_header(data).map_err(corrupt)?;
        if header.is_lossless {
            return Err(Error::unsupported("lossless JPEG in TIFF"));
        }
        let samples = if layout.planar { 1 } else { layout.samples };
        let format = match samples {
            1 => turbojpeg::PixelFormat::GRAY,
            3 => turbojpeg::PixelFormat::RGB,
            4 => turbojpeg::PixelFormat::CMYK,
            n => return Err(Error::unsupported(format!("JPEG of {n} samples in TIFF"))),
        };
        let factor = turbojpeg::ScalingFactor::new(1, layout.denominator as usize);
        let (width, height) = (factor.scale(header.width), factor.scale(header.height));
        // A stream may be larger than its strip says, but not without bound.
        if width > layout.chunk.width as usize * 2 + 64 || height > layout.size.height as usize * 2 + 1024 {
            return Err(Error::corrupt(format!("a strip of {}x{} px", header.width, header.height)));
        }
        inner.set_scaling_factor(factor).map_err(internal)?;
        let pitch = width * samples;
        let held = cx.reserve((pitch * height) as u64)?;
        let mut pixels = vec![0x80; pitch * height];
        let image = turbojpeg::Image { pixels: &mut pixels[..], width, pitch, height, format };
        if let Err(e) = inner.decompress(data, image) {
            // What was decoded before the damage is kept; if nothing was, the strip is as good as missing.
            if pixels.iter().all(|v| *v == 0x80) {
                return Err(corrupt(e));
            }
            cx.warn(format!("damaged JPEG data: {e}"));
        }
        Ok(Pixels {
            row: vec![0; layout.chunk.width as usize * samples],
            at: usize::MAX,
            pitch,
            pixels: Cursor::new(pixels),
            _held: held,
        })
    }
}

fn corrupt(e: turbojpeg::Error) -> Error {
    Error::corrupt(e.to_string()).caused_by(e)
}

fn internal(e: turbojpeg::Error) -> Error {
    Error::internal(e.to_string()).caused_by(e)
}

/// An Adobe APP14 segment (ITU-T T.872 section 6.5.3) that says what the components are.
pub(super) fn adobe(components: Components) -> [u8; 16] {
    let mut segment = *b"\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00";
    segment[15] = u8::from(components == Components::YCbCr);
    segment
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
