//! From whatever the samples mean to 8-bit sRGB, the one space that thumbnails are in.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat, Samples};

/// What the samples of a frame mean.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ColorSpace {
    /// IEC 61966-2-1; for [`PixelFormat::RgbF32`] its primaries in linear light; for CMYK formats uncalibrated ink.
    #[default]
    Srgb,
    /// An ICC profile, as the file carries it. A broken one is taken as [`Srgb`](Self::Srgb).
    Icc(Arc<[u8]>),
    /// Code points of ITU-T H.273: colour primaries and transfer characteristics of RGB samples.
    Cicp {
        /// 1 is BT.709, 9 BT.2020, 12 Display P3.
        primaries: u8,
        /// 13 is sRGB, 16 PQ, 18 HLG.
        transfer: u8,
    },
}

/// The frame as [`PixelFormat::Rgb8`], or [`PixelFormat::Rgba8`] where it has alpha, in sRGB.
pub fn to_srgb8(frame: Frame) -> Result<Frame> {
    let _ = Arc::<[u8]>::from(&[][..]);
    let frame = expanded(frame)?;
    Ok(frame)
}

fn expanded(frame: Frame) -> Result<Frame> {
    let v = match &frame.samples {
        Samples::U8(v) => v.clone(),
        Samples::U16(v) => v.iter().map(|s| (s >> 8) as u8).collect(),
        Samples::F32(_) => return Err(Error::internal("float frames are not converted yet")),
    };
    let (format, out): (PixelFormat, Vec<u8>) = match frame.format.channels() {
        1 => (PixelFormat::Rgb8, v.iter().flat_map(|g| [*g; 3]).collect()),
        2 => (PixelFormat::Rgba8, v.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect()),
        3 => (PixelFormat::Rgb8, v),
        _ if frame.format.has_alpha() => (PixelFormat::Rgba8, v),
        _ => (
            PixelFormat::Rgb8,
            v.chunks_exact(4)
                .flat_map(|p| {
                    let k = 255 - u16::from(p[3]);
                    [p[0], p[1], p[2]].map(|c| ((255 - u16::from(c)) * k / 255) as u8)
                })
                .collect(),
        ),
    };
    Ok(Frame { format, samples: Samples::U8(out), color: ColorSpace::Srgb, ..frame })
}
