//! Strips and tiles compressed as pictures (WebP, PNG, JPEG XL, JPEG 2000), decoded by the codec of that format.

use std::io::{self, Cursor, Read};

use crate::containers::tiff::layout::Layout;
use thumbling_core::decode::{Context, Effort, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, Samples};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// The rows of the strip or tile `data`, in native byte order.
pub(super) fn rows(layout: &Layout, data: Vec<u8>, cx: &Context<'_>) -> Result<Rows> {
    let Size { width, height } = layout.chunk;
    let want = Want { effort: Effort::Best, ..Want::new(layout.chunk) };
    let held = cx.reserve(layout.chunk.pixels().saturating_mul(layout.samples as u64 * u64::from(layout.bits / 8)))?;
    let frame = cx.inner_frame(&Source::from_bytes(data), &Hint::default(), &want)?;
    // The last strip may have only the remaining rows of the picture.
    if frame.width != width || frame.height > height {
        return Err(Error::corrupt(format!("a strip of {}x{} px", frame.width, frame.height)));
    }
    let samples = if layout.planar { 1 } else { layout.samples };
    let bytes = match (&frame.samples, layout.bits) {
        (Samples::U8(v), 8) => rearranged(v, &frame, samples, u8::MAX),
        (Samples::U16(v), 16) => bytemuck::cast_slice(&rearranged(v, &frame, samples, u16::MAX)).to_vec(),
        (Samples::F32(v), 32) => bytemuck::cast_slice(&rearranged(v, &frame, samples, 1.0)).to_vec(),
        (_, bits) => return Err(Error::unsupported(format!("a strip of {:?} for {bits} bits", frame.format))),
    };
    Ok(Rows { bytes: Cursor::new(bytes), _held: held })
}

/// Decoded rows, and the memory reserved for them.
pub(super) struct Rows {
    bytes: Cursor<Vec<u8>>,
    _held: Reservation,
}

impl Read for Rows {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(out)
    }
}

/// The pixels of `frame` with `samples` samples each: alpha is dropped or added as `opaque`, grey repeated.
fn rearranged<T: Copy>(pixels: &[T], frame: &Frame, samples: usize, opaque: T) -> Vec<T> {
    let channels = frame.format.channels();
    let colors = channels - usize::from(frame.format.has_alpha());
    let wanted = if matches!(samples, 2 | 4) { samples - 1 } else { samples };
    let mut out = Vec::with_capacity(pixels.len() / channels * samples);
    for pixel in pixels.chunks_exact(channels) {
        let (color, alpha) = pixel.split_at(colors);
        out.extend((0..wanted).filter_map(|i| color.get(i).or(color.first())));
        if wanted < samples {
            // Four colours are CMYK.
            out.push(color.get(wanted).or(alpha.first()).copied().unwrap_or(opaque));
        }
    }
    out
}
