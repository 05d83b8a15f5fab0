//! A decoded frame, scaled and converted to RGB in one step by libswscale, with its own matrix and range.

use std::ffi::CStr;

use super::library::{Library, types as ffi};
use super::packet::entries;
use thumbling_core::color::ColorSpace;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;

/// Rows from which on unspecified colours are BT.709 rather than BT.601, as in players.
const HIGH_DEFINITION: u32 = 720;

/// 16-bit samples in native byte order.
const RGB48: ffi::AVPixelFormat = match cfg!(target_endian = "little") {
    true => ffi::AV_PIX_FMT_RGB48LE,
    false => ffi::AV_PIX_FMT_RGB48BE,
};
const RGBA64: ffi::AVPixelFormat = match cfg!(target_endian = "little") {
    true => ffi::AV_PIX_FMT_RGBA64LE,
    false => ffi::AV_PIX_FMT_RGBA64BE,
};

/// A decoded frame, in FFmpeg's memory.
pub(crate) struct Picture {
    frame: *mut ffi::AVFrame,
    library: &'static Library,
}

// SAFETY: nothing else writes to the memory of the frame.
unsafe impl Send for Picture {}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: the frame came from `av_frame_alloc`.
        unsafe { self.library.util.av_frame_free(&mut self.frame) }
    }
}

/// A scaler, freed when dropped.
struct Scaler {
    context: *mut ffi::SwsContext,
    library: &'static Library,
}

impl Drop for Scaler {
    fn drop(&mut self) {
        // SAFETY: the context came from `sws_getContext`, or is null, which is freed as nothing.
        unsafe { self.library.scale.sws_freeContext(self.context) }
    }
}

impl Picture {
    /// An empty frame; `None` if there is no memory.
    pub(super) fn new(library: &'static Library) -> Option<Self> {
        // SAFETY: a frame or null is answered.
        let frame = unsafe { library.util.av_frame_alloc() };
        (!frame.is_null()).then_some(Self { frame, library })
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut ffi::AVFrame {
        self.frame
    }

    fn raw(&self) -> &ffi::AVFrame {
        // SAFETY: the frame lives as long as this does, and is changed through `&mut` only.
        unsafe { &*self.frame }
    }

    /// Stored size, px.
    pub(crate) fn size(&self) -> Size {
        let side = |n: i32| u32::try_from(n).unwrap_or(0);
        Size::new(side(self.raw().width), side(self.raw().height))
    }

    pub(super) fn aspect(&self) -> ffi::AVRational {
        self.raw().sample_aspect_ratio
    }

    /// Orientation from the frame's side data, if it is not in the stream.
    pub(crate) fn orientation(&self) -> Orientation {
        // SAFETY: an entry is the frame's and holds as many bytes as it declares.
        let data = unsafe {
            let entry = self.library.util.av_frame_get_side_data(self.frame, ffi::AV_FRAME_DATA_DISPLAYMATRIX);
            entry.as_ref().map(|entry| entries(entry.data, entry.size))
        };
        orientation(data.and_then(matrix))
    }

    /// Whether the decoder had to conceal errors.
    pub(crate) fn is_damaged(&self) -> bool {
        self.raw().flags & ffi::AV_FRAME_FLAG_CORRUPT as i32 != 0 || self.raw().decode_error_flags != 0
    }

    /// FFmpeg's name of its pixel format.
    fn format_name(&self) -> String {
        // SAFETY: the result for any number is a static string or null.
        unsafe {
            let name = self.library.util.av_get_pix_fmt_name(self.raw().format);
            if name.is_null() { "unknown".into() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
        }
    }

    /// The picture at `size` px: 8-bit RGB, 16-bit for HDR, which must be tone-mapped, with alpha if there is any.
    ///
    /// # Errors
    /// `unsupported` for pixel formats that libswscale cannot read, `internal` if it cannot be set up.
    pub(crate) fn to_frame(&self, size: Size) -> Result<Frame> {
        let (alpha, deep) = (has_alpha(self.library, self.raw().format), self.is_hdr());
        let (target, to) = match (alpha, deep) {
            (false, false) => (ffi::AV_PIX_FMT_RGB24, PixelFormat::Rgb8),
            (true, false) => (ffi::AV_PIX_FMT_RGBA, PixelFormat::Rgba8),
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
        matches!(self.raw().color_trc, ffi::AVCOL_TRC_SMPTE2084 | ffi::AVCOL_TRC_ARIB_STD_B67)
    }

    /// The colour space of the RGB samples. Ordinary video is treated as sRGB: the primaries of BT.601 differ less than
    /// displays do.
    fn color(&self) -> ColorSpace {
        let primaries = match self.raw().color_primaries {
            ffi::AVCOL_PRI_BT2020 => 9,
            ffi::AVCOL_PRI_SMPTE431 => 11,
            ffi::AVCOL_PRI_SMPTE432 => 12,
            _ => 1,
        };
        let transfer = match self.raw().color_trc {
            ffi::AVCOL_TRC_SMPTE2084 => 16,
            ffi::AVCOL_TRC_ARIB_STD_B67 => 18,
            _ => 13,
        };
        match (primaries, transfer) {
            (1, 13) => ColorSpace::Srgb,
            (primaries, transfer) => ColorSpace::Cicp { primaries, transfer },
        }
    }

    fn scaler(&self, size: Size, target: ffi::AVPixelFormat) -> Result<Scaler> {
        let (library, frame) = (&self.library.scale, self.raw());
        let Size { width, height } = self.size();
        // For reduction, an area mean is the cheapest filter and does not alias; it does not do the final step.
        let shrinks = size.width < width && size.height < height;
        let filter = if shrinks { ffi::SWS_AREA } else { ffi::SWS_BICUBIC };
        let side = |n: u32| i32::try_from(n).unwrap_or(0);
        // SAFETY: plain numbers in; a context or null out. The tables of coefficients are static.
        unsafe {
            if library.sws_isSupportedInput(frame.format) == 0 {
                return Err(Error::unsupported(format!("video pixel format {}", self.format_name())));
            }
            let context = library.sws_getContext(
                frame.width,
                frame.height,
                frame.format,
                side(size.width),
                side(size.height),
                target,
                filter as i32,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null(),
            );
            if context.is_null() {
                return Err(Error::internal(format!("no scaler from {width}x{height} px of {}", self.format_name())));
            }
            let scaler = Scaler { context, library: self.library };
            let from = library.sws_getCoefficients(self.matrix());
            let full = i32::from(frame.color_range == ffi::AVCOL_RANGE_JPEG);
            let to = library.sws_getCoefficients(ffi::SWS_CS_DEFAULT as i32);
            // RGB formats report that they have no matrix; nothing needs to be set.
            library.sws_setColorspaceDetails(scaler.context, from, full, to, 1, 0, 1 << 16, 1 << 16);
            Ok(scaler)
        }
    }

    /// libswscale's number of the matrix.
    fn matrix(&self) -> i32 {
        let size = self.size();
        let matrix = match self.raw().colorspace {
            ffi::AVCOL_SPC_BT709 => ffi::SWS_CS_ITU709,
            ffi::AVCOL_SPC_BT470BG | ffi::AVCOL_SPC_SMPTE170M => ffi::SWS_CS_ITU601,
            ffi::AVCOL_SPC_FCC => ffi::SWS_CS_FCC,
            ffi::AVCOL_SPC_SMPTE240M => ffi::SWS_CS_SMPTE240M,
            ffi::AVCOL_SPC_BT2020_NCL | ffi::AVCOL_SPC_BT2020_CL => ffi::SWS_CS_BT2020,
            _ if self.is_hdr() => ffi::SWS_CS_BT2020,
            _ if size.height >= HIGH_DEFINITION || size.width >= 1280 => ffi::SWS_CS_ITU709,
            _ => ffi::SWS_CS_ITU601,
        };
        matrix as i32
    }

    /// Packed rows of `n` samples per pixel.
    fn scaled<T: Copy + Default>(&self, scaler: &Scaler, size: Size, n: usize) -> Result<Vec<T>> {
        let (row, height) = (size.width as usize * n, size.height as usize);
        // libswscale writes whole vectors if a row has room for them, and skips the rest of the row if not.
        let padded = (size.width as usize + 32).next_multiple_of(32) * n;
        let mut out = vec![T::default(); padded * (height + 1)];
        let stride = i32::try_from(padded * size_of::<T>()).map_err(|_| Error::limit("a row of too many bytes"))?;
        let null = std::ptr::null_mut();
        // SAFETY: the frame's planes and strides are as its format says, and its height is the scaler's; `out` holds
        // `height` rows of `stride` bytes and one more, and each row 32 pixels beyond its width, more than the
        // vectors of the scaler have. Samples are native integers.
        let rows = unsafe {
            let frame = self.raw();
            let (planes, strides) = ([out.as_mut_ptr().cast::<u8>(), null, null, null], [stride, 0, 0, 0]);
            let (from, from_strides) = (frame.data.as_ptr().cast(), frame.linesize.as_ptr());
            self.library.scale.sws_scale(
                scaler.context,
                from,
                from_strides,
                0,
                frame.height,
                planes.as_ptr(),
                strides.as_ptr(),
            )
        };
        if usize::try_from(rows) != Ok(height) {
            return Err(Error::internal(format!("the scaler returned {rows} of {height} rows")));
        }
        for y in 1..height {
            out.copy_within(y * padded..y * padded + row, y * row);
        }
        out.truncate(row * height);
        Ok(out)
    }
}

/// Whether samples have meaningful alpha; that of palettes is not.
pub(super) fn has_alpha(library: &Library, format: ffi::AVPixelFormat) -> bool {
    // SAFETY: the descriptor of any number is static or null.
    let descriptor = unsafe { library.util.av_pix_fmt_desc_get(format).as_ref() };
    let flags = descriptor.map_or(0, |d| d.flags);
    flags & ffi::AV_PIX_FMT_FLAG_ALPHA as u64 != 0 && flags & ffi::AV_PIX_FMT_FLAG_PAL as u64 == 0
}

/// The nine numbers of a display matrix.
pub(super) fn matrix(data: &[u8]) -> Option<[i32; 9]> {
    let (numbers, _) = data.as_chunks::<4>();
    let numbers: Vec<i32> = numbers.iter().map(|n| i32::from_ne_bytes(*n)).collect();
    numbers.get(..9)?.try_into().ok()
}

/// The orientation nearest to a display matrix: (x, y) is shown at (a·x + c·y, b·x + d·y), rows downwards.
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
            // The matrix of a phone held upright.
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
