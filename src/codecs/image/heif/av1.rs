//! Items of type `av01`: one AV1 still picture.

use super::meta::Meta;
use super::picture::{Chroma, Picture, Plane, Samples};
use super::property::{Nclx, Property};
use crate::ffi::rav1d::{self, Layout, Options};
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// The layer selector that leaves the choice to the reader (AV1 Image File Format, clause 2.3.2).
const ANY_LAYER: u16 = 0xffff;

/// Bytes that decoding item `id` of `size` px takes: planes as declared by `av1C`, and the decoder's own state
/// (measured: 20 MP of 10 bits take 130 MB).
pub(super) fn decoding_bytes(meta: &Meta, id: u32, size: Size) -> u64 {
    // AV1-ISOBMFF, clause 2.3.3: high_bitdepth, twelve_bit, monochrome, chroma_subsampling_x and _y.
    let flags = meta.codec(id, b"av1C").and_then(|config| config.get(2)).copied().unwrap_or(0x40);
    let sample = if flags & 0x40 != 0 { 2 } else { 1 };
    let halves_of_a_pixel = match (flags & 0x10 != 0, flags & 0x08 != 0, flags & 0x04 != 0) {
        (true, ..) => 2,
        (_, true, true) => 3,
        (_, true, false) => 4,
        _ => 6,
    };
    size.pixels().saturating_mul(sample * (halves_of_a_pixel + 4)) / 2
}

/// Decodes item `id`, whose bytes are `data`, and passes its picture to `place`. The picture has at most the pixels of
/// `size`; `coarse` skips filters whose effect is invisible in reduced pictures.
pub(super) fn decode(
    meta: &Meta,
    id: u32,
    data: &[u8],
    size: Size,
    coarse: bool,
    place: &mut dyn FnMut(&Picture<'_>) -> Result<()>,
) -> Result<()> {
    let layer = meta.properties(id).find_map(|p| match p {
        Property::Layer(layer) if *layer != ANY_LAYER => Some(*layer),
        _ => None,
    });
    let operating_point = meta.properties(id).find_map(|p| match p {
        Property::OperatingPoint(point) => Some(*point),
        _ => None,
    });
    // Other layers of the same data may be larger than the selected one.
    let pixels = size.pixels().saturating_mul(if layer.is_some() { 16 } else { 1 });
    let options = Options {
        operating_point: operating_point.unwrap_or(0),
        layer,
        coarse: coarse && layer.is_none(),
        max_pixels: u32::try_from(pixels).unwrap_or(u32::MAX),
    };
    let decoded = rav1d::decode(data, options)?;
    let (width, height) = decoded.size();
    let chroma = match decoded.layout() {
        Layout::I400 => Chroma::Mono,
        Layout::I420 => Chroma::Half,
        Layout::I422 => Chroma::HalfColumns,
        Layout::I444 => Chroma::Full,
    };
    let plane = |i: usize| {
        let (samples, stride) = match decoded.plane(i) {
            Some((rav1d::Plane::U8(samples), stride)) => (Samples::U8(samples), stride),
            Some((rav1d::Plane::U16(samples), stride)) => (Samples::U16(samples), stride),
            None => (Samples::U8(&[]), 0),
        };
        Plane { samples, stride }
    };
    if width == 0 || height == 0 {
        return Err(Error::corrupt("an empty AV1 picture"));
    }
    place(&Picture {
        size: Size::new(width, height),
        chroma,
        depth: decoded.depth(),
        planes: [plane(0), plane(1), plane(2)],
        nclx: decoded.color().map(|(primaries, transfer, matrix, full_range)| Nclx {
            primaries,
            transfer,
            matrix,
            full_range,
        }),
    })
}
