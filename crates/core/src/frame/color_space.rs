//! The colour space of a frame as a value; `crate::color` converts pixels.

use std::sync::Arc;

/// The colour space of the samples of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ColorSpace {
    /// IEC 61966-2-1; for [`PixelFormat::RgbF32`](crate::frame::PixelFormat::RgbF32) its primaries in linear light; for CMYK formats uncalibrated ink.
    #[default]
    Srgb,
    /// An ICC profile as stored in the file. A broken profile, or one for other channels, counts as
    /// [`Srgb`](Self::Srgb).
    Icc(Arc<[u8]>),
    /// Code points of ITU-T H.273: colour primaries and transfer characteristics of grey or RGB samples. For
    /// [`PixelFormat::RgbF32`](crate::frame::PixelFormat::RgbF32) only the primaries are used.
    Cicp {
        /// 1 is BT.709, 9 BT.2020, 12 Display P3.
        primaries: u8,
        /// 13 is sRGB, 16 PQ, 18 HLG.
        transfer: u8,
    },
}
