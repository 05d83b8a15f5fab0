//! A decoded picture: planes of luma, chroma or alpha, borrowed from the decoder.

use super::property::Nclx;
use thumbling_core::geometry::Size;

/// How chroma planes are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chroma {
    /// No chroma.
    Mono,
    /// Half the columns and rows (4:2:0).
    Half,
    /// Half the columns (4:2:2).
    HalfColumns,
    /// As many as luma (4:4:4).
    Full,
}

impl Chroma {
    /// The size of the chroma planes for a luma plane of `size`.
    pub(super) fn plane(self, size: Size) -> Size {
        let (width, height) = self.steps();
        Size::new(size.width.div_ceil(width), size.height.div_ceil(height))
    }

    /// Luma columns and rows per chroma sample.
    pub(super) fn steps(self) -> (u32, u32) {
        match self {
            Self::Half => (2, 2),
            Self::HalfColumns => (2, 1),
            Self::Mono | Self::Full => (1, 1),
        }
    }
}

/// Samples of one plane.
#[derive(Debug, Clone, Copy)]
pub(super) enum Samples<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
}

/// One plane; row y starts at sample y × stride.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane<'a> {
    pub(super) samples: Samples<'a>,
    pub(super) stride: usize,
}

/// One coded picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture<'a> {
    pub(super) size: Size,
    pub(super) chroma: Chroma,
    /// Bits per sample, 8 to 16, of all planes.
    pub(super) depth: u8,
    /// Luma, then Cb and Cr, which are ignored for monochrome pictures.
    pub(super) planes: [Plane<'a>; 3],
    /// Colour information of the bitstream, if it has any.
    pub(super) nclx: Option<Nclx>,
}

impl<'a> Picture<'a> {
    /// The planes of the picture, each with its size.
    pub(super) fn planes(&self) -> impl Iterator<Item = (Plane<'a>, Size)> {
        let chroma = self.chroma.plane(self.size);
        let count = if self.chroma == Chroma::Mono { 1 } else { 3 };
        self.planes.into_iter().zip([self.size, chroma, chroma]).take(count)
    }
}
