//! A decoded frame: scaled and turned into RGB in one go by libswscale, with the matrix and range that it says.

use ffmpeg_next::format::Pixel;
use ffmpeg_next::util::color;
use ffmpeg_next::util::frame::side_data;
use ffmpeg_next::{ffi, frame};

use crate::color::ColorSpace;
use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat, Samples};
use crate::geometry::Size;
use crate::orient::Orientation;

/// Rows from which on a picture that does not say so is taken for BT.709 and not BT.601, as players do.
const HIGH_DEFINITION: u32 = 720;

/// 16-bit samples in native byte order.
const RGB48: ffi::AVPixelFormat = match cfg!(target_endian = "little") {
    true => ffi::AVPixelFormat::AV_PIX_FMT_RGB48LE,
    false => ffi::AVPixelFormat::AV_PIX_FMT_RGB48BE,
};
const RGBA64: ffi::AVPixelFormat = match cfg!(target_endian = "little") {
    true => ffi::AVPixelFormat::AV_PIX_FMT_RGBA64LE,
    false => ffi::AVPixelFormat::AV_PIX_FMT_RGBA64BE,
};

/// A decoded frame, in FFmpeg's memory.
pub(crate) struct Picture(frame::Video);

/// A scaler, freed when dropped.
struct Scaler(*mut ffi::SwsContext);

impl Drop for Scaler {
    fn drop(&mut self) {
        // SAFETY: the context came from `sws_getContext`, or is null, which is freed as nothing.
        unsafe { ffi::sws_freeContext(self.0) }
    }
}

impl Picture {
    pub(super) fn new(frame: frame::Video) -> Self {
        Self(frame)
    }

    /// Columns and rows of stored pixels.
    pub(crate) fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }

    pub(super) fn aspect(&self) -> ffi::AVRational {
        self.0.aspect_ratio().into()
    }

    /// Turning that only the frame knows of, not the stream.
    pub(crate) fn orientation(&self) -> Orientation {
        let data = self.0.side_data(side_data::Type::DisplayMatrix);
        orientation(data.and_then(|data| matrix(data.data())))
    }

    /// Whether the decoder had to invent parts of it.
    pub(crate) fn is_damaged(&self) -> bool {
        self.0.is_corrupt() || self.0.has_decode_errors()
    }

    /// The picture at `size` px: 8-bit RGB, 16-bit where light beyond diffuse white is to be mapped, with alpha where
    /// there is any.
    ///
    /// # Errors
    /// `unsupported` for sample formats that libswscale does not read, `internal` for what it cannot set up.
    pub(crate) fn to_frame(&self, size: Size) -> Result<Frame> {
        let format = self.0.format();
        let (alpha, deep) = (has_alpha(format), self.is_hdr());
        let (target, to) = match (alpha, deep) {
            (false, false) => (ffi::AVPixelFormat::AV_PIX_FMT_RGB24, PixelFormat::Rgb8),
            (true, false) => (ffi::AVPixelFormat::AV_PIX_FMT_RGBA, PixelFormat::Rgba8),
            (false, true) => (RGB48, PixelFormat::Rgb16),
            (true, true) => (RGBA64, PixelFormat::Rgba16),
        };
        let scaler = self.scaler(size, target)?;
        let samples = match deep {
            false => Samples::U8(self.scaled(&scaler, size, to.channels())?),
            true => Samples::U16(self.scaled(&scaler, size, to.channels())?),
        };
        Ok(Frame::new(size.width, size.height, to, samples)?.with_color(self.color()))
    }

    fn is_hdr(&self) -> bool {
        use color::TransferCharacteristic as T;
        matches!(self.0.color_transfer_characteristic(), T::SMPTE2084 | T::ARIB_STD_B67)
    }

    /// What the RGB samples mean. Ordinary video is taken for sRGB: the primaries of BT.601 differ by less than
    /// displays do.
    fn color(&self) -> ColorSpace {
        use color::Primaries as P;
        let primaries = match self.0.color_primaries() {
            P::BT2020 => 9,
            P::SMPTE431 => 11,
            P::SMPTE432 => 12,
            _ => 1,
        };
        use color::TransferCharacteristic as T;
        let transfer = match self.0.color_transfer_characteristic() {
            T::SMPTE2084 => 16,
            T::ARIB_STD_B67 => 18,
            _ => 13,
        };
        match (primaries, transfer) {
            (1, 13) => ColorSpace::Srgb,
            (primaries, transfer) => ColorSpace::Cicp { primaries, transfer },
        }
    }

    fn scaler(&self, size: Size, target: ffi::AVPixelFormat) -> Result<Scaler> {
        let (width, height) = (self.0.width(), self.0.height());
        let format: ffi::AVPixelFormat = self.0.format().into();
        // Going down, the mean over areas is cheapest and leaves nothing to alias; the last step is not left to it.
        let shrinks = size.width < width && size.height < height;
        let filter = if shrinks { ffi::SWS_AREA } else { ffi::SWS_BICUBIC };
        let side = |n: u32| i32::try_from(n).unwrap_or(0);
        // SAFETY: plain numbers in; a context or null out. The tables of coefficients are static.
        unsafe {
            if ffi::sws_isSupportedInput(format) == 0 {
                return Err(Error::unsupported(format!("video samples of {:?}", self.0.format())));
            }
            let scaler = Scaler(ffi::sws_getContext(
                side(width),
                side(height),
                format,
                side(size.width),
                side(size.height),
                target,
                filter as i32,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null(),
            ));
            if scaler.0.is_null() {
                return Err(Error::internal(format!("no scaler from {width}x{height} px of {:?}", self.0.format())));
            }
            let from = ffi::sws_getCoefficients(self.matrix());
            let full = i32::from(self.0.color_range() == color::Range::JPEG);
            let to = ffi::sws_getCoefficients(ffi::SWS_CS_DEFAULT as i32);
            // Formats that carry RGB answer that they have no matrix; nothing is to be set then.
            ffi::sws_setColorspaceDetails(scaler.0, from, full, to, 1, 0, 1 << 16, 1 << 16);
            Ok(scaler)
        }
    }

    /// The number that libswscale gives to the matrix.
    fn matrix(&self) -> i32 {
        use color::Space as S;
        let matrix = match self.0.color_space() {
            S::BT709 => ffi::SWS_CS_ITU709,
            S::BT470BG | S::SMPTE170M => ffi::SWS_CS_ITU601,
            S::FCC => ffi::SWS_CS_FCC,
            S::SMPTE240M => ffi::SWS_CS_SMPTE240M,
            S::BT2020NCL | S::BT2020CL => ffi::SWS_CS_BT2020,
            _ if self.is_hdr() => ffi::SWS_CS_BT2020,
            _ if self.0.height() >= HIGH_DEFINITION || self.0.width() >= 1280 => ffi::SWS_CS_ITU709,
            _ => ffi::SWS_CS_ITU601,
        };
        matrix as i32
    }

    /// Rows of `n` samples a pixel, packed.
    fn scaled<T: Copy + Default>(&self, scaler: &Scaler, size: Size, n: usize) -> Result<Vec<T>> {
        let (row, height) = (size.width as usize * n, size.height as usize);
        // libswscale writes whole vectors where a row has room for them, and leaves the rest of it out where it has not.
        let padded = (size.width as usize + 32).next_multiple_of(32) * n;
        let mut out = vec![T::default(); padded * (height + 1)];
        let stride = i32::try_from(padded * size_of::<T>()).map_err(|_| Error::limit("a row of too many bytes"))?;
        let null = std::ptr::null_mut();
        // SAFETY: the frame's planes and strides are as its format says, and its height is the scaler's; `out` holds
        // `height` rows of `stride` bytes and one more, and each row 32 pixels beyond its width, more than the
        // vectors of the scaler have. Samples are native integers.
        let rows = unsafe {
            let frame = &*self.0.as_ptr();
            let (planes, strides) = ([out.as_mut_ptr().cast::<u8>(), null, null, null], [stride, 0, 0, 0]);
            let (from, from_strides) = (frame.data.as_ptr().cast(), frame.linesize.as_ptr());
            ffi::sws_scale(scaler.0, from, from_strides, 0, frame.height, planes.as_ptr(), strides.as_ptr())
        };
        if usize::try_from(rows) != Ok(height) {
            return Err(Error::internal(format!("the scaler made {rows} rows of {height}")));
        }
        for y in 1..height {
            out.copy_within(y * padded..y * padded + row, y * row);
        }
        out.truncate(row * height);
        Ok(out)
    }
}

/// Whether samples have alpha that means something; that of palettes does not.
pub(super) fn has_alpha(format: Pixel) -> bool {
    // SAFETY: the descriptor of any number is static or null.
    let descriptor = unsafe { ffi::av_pix_fmt_desc_get(format.into()).as_ref() };
    let flags = descriptor.map_or(0, |d| d.flags);
    flags & ffi::AV_PIX_FMT_FLAG_ALPHA as u64 != 0 && flags & ffi::AV_PIX_FMT_FLAG_PAL as u64 == 0
}

/// The nine numbers of a display matrix.
pub(super) fn matrix(data: &[u8]) -> Option<[i32; 9]> {
    let (numbers, _) = data.as_chunks::<4>();
    let numbers: Vec<i32> = numbers.iter().map(|n| i32::from_ne_bytes(*n)).collect();
    numbers.get(..9)?.try_into().ok()
}

/// A display matrix as the nearest of the eight orientations: (x, y) is shown at (a·x + c·y, b·x + d·y), rows downwards.
pub(super) fn orientation(matrix: Option<[i32; 9]>) -> Orientation {
    let Some([a, b, _, c, d, ..]) = matrix else { return Orientation::Normal };
    let turned = i64::from(b).abs() + i64::from(c).abs() > i64::from(a).abs() + i64::from(d).abs();
    match (turned, a >= 0, b >= 0, c >= 0, d >= 0) {
        (false, true, _, _, true) => Orientation::Normal,
        (false, false, _, _, true) => Orientation::FlipHorizontal,
        (false, true, _, _, false) => Orientation::FlipVertical,
        (false, false, _, _, false) => Orientation::Rotate180,
        (true, _, true, false, _) => Orientation::Rotate90,
        (true, _, false, true, _) => Orientation::Rotate270,
        (true, _, true, true, _) => Orientation::Transpose,
        (true, _, false, false, _) => Orientation::Transverse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_matrices_turn_as_players_do() {
        const ONE: i32 = 1 << 16;
        let of = |[a, b, c, d]: [i32; 4]| orientation(Some([a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30]));
        let all = [
            ([1, 0, 0, 1], Orientation::Normal),
            // The matrix of a phone that was held upright.
            ([0, 1, -1, 0], Orientation::Rotate90),
            ([-1, 0, 0, -1], Orientation::Rotate180),
            ([0, -1, 1, 0], Orientation::Rotate270),
            ([-1, 0, 0, 1], Orientation::FlipHorizontal),
            ([1, 0, 0, -1], Orientation::FlipVertical),
            ([0, 1, 1, 0], Orientation::Transpose),
            ([0, -1, -1, 0], Orientation::Transverse),
        ];
        assert!(all.into_iter().all(|(matrix, expected)| of(matrix) == expected));
        assert_eq!(orientation(None), Orientation::Normal);
    }
}
