//! Specs: size and encoding of a thumbnail

use super::pointer;
use super::versioned::{self, versioned};
use thumbling::{Error, Result};
use thumbling::{Fit, Output, Position, Rgb, Spec};

/// The whole picture, as large as fits into the box.
pub const THUMBLING_FIT_CONTAIN: i32 = 0;
/// Fills the box exactly and crops what does not fit.
pub const THUMBLING_FIT_COVER: i32 = 1;
/// Fills the box exactly and stretches the picture.
pub const THUMBLING_FIT_FILL: i32 = 2;
/// Like THUMBLING_FIT_CONTAIN, but never enlarges.
pub const THUMBLING_FIT_SCALE_DOWN: i32 = 3;

/// THUMBLING_FIT_COVER keeps the middle.
pub const THUMBLING_POSITION_CENTER: i32 = 0;
/// It keeps the top edge.
pub const THUMBLING_POSITION_TOP: i32 = 1;
/// It keeps the bottom edge.
pub const THUMBLING_POSITION_BOTTOM: i32 = 2;
/// It keeps the left edge.
pub const THUMBLING_POSITION_LEFT: i32 = 3;
/// It keeps the right edge.
pub const THUMBLING_POSITION_RIGHT: i32 = 4;
/// It keeps what people look at first: detail, saturated colours, skin.
pub const THUMBLING_POSITION_ATTENTION: i32 = 5;

/// JPEG; transparency is drawn over the background.
pub const THUMBLING_OUTPUT_JPEG: i32 = 0;
/// WebP, lossy, with transparency.
pub const THUMBLING_OUTPUT_WEBP: i32 = 1;
/// PNG, lossless, with transparency.
pub const THUMBLING_OUTPUT_PNG: i32 = 2;
/// AVIF: the smallest and by far the slowest.
pub const THUMBLING_OUTPUT_AVIF: i32 = 3;
/// WebP if the picture has transparency, PNG if it has few colours, JPEG otherwise.
pub const THUMBLING_OUTPUT_AUTO: i32 = 4;
/// Raw pixels: width x height x 4 bytes of straight (not premultiplied) RGBA, without padding.
pub const THUMBLING_OUTPUT_RGBA: i32 = 5;

/// White for outputs without transparency, none for the others.
pub const THUMBLING_BACKGROUND_NONE: i32 = -1;

/// Most specs of one request.
const MAX_SPECS: usize = 256;

/// Size, fit and encoding of one thumbnail.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_spec_t {
    /// sizeof(thumbling_spec_t).
    pub struct_size: usize,
    /// Width of the box, px, 1 to 16,383.
    pub width: u32,
    /// Height of the box, px, 1 to 16,383.
    pub height: u32,
    /// THUMBLING_FIT_...: how the picture is fitted into the box.
    pub fit: i32,
    /// THUMBLING_POSITION_...: the part that THUMBLING_FIT_COVER keeps.
    pub position: i32,
    /// THUMBLING_OUTPUT_...: output format.
    pub output: i32,
    /// Encoder quality, 1 to 100; ignored for PNG and raw pixels.
    pub quality: i32,
    /// Colour behind transparent pixels: 0xRRGGBB or THUMBLING_BACKGROUND_...
    pub background: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(
    thumbling_spec_t,
    Self {
        struct_size: size_of::<Self>(),
        width: 256,
        height: 256,
        fit: THUMBLING_FIT_SCALE_DOWN,
        position: THUMBLING_POSITION_CENTER,
        output: THUMBLING_OUTPUT_JPEG,
        quality: 80,
        background: THUMBLING_BACKGROUND_NONE,
        reserved: 0,
    }
);

impl thumbling_spec_t {
    fn spec(&self) -> Result<Spec> {
        let quality = u8::try_from(self.quality).map_err(|_| out_of_range("quality", self.quality))?;
        zero(self.reserved)?;
        let mut spec = Spec::new(self.width, self.height);
        spec.fit = match self.fit {
            THUMBLING_FIT_CONTAIN => Fit::Contain,
            THUMBLING_FIT_COVER => Fit::Cover,
            THUMBLING_FIT_FILL => Fit::Fill,
            THUMBLING_FIT_SCALE_DOWN => Fit::ScaleDown,
            n => return Err(out_of_range("fit", n)),
        };
        spec.position = match self.position {
            THUMBLING_POSITION_CENTER => Position::Center,
            THUMBLING_POSITION_TOP => Position::Top,
            THUMBLING_POSITION_BOTTOM => Position::Bottom,
            THUMBLING_POSITION_LEFT => Position::Left,
            THUMBLING_POSITION_RIGHT => Position::Right,
            THUMBLING_POSITION_ATTENTION => Position::Attention,
            n => return Err(out_of_range("position", n)),
        };
        spec.output = match self.output {
            THUMBLING_OUTPUT_JPEG => Output::Jpeg,
            THUMBLING_OUTPUT_WEBP => Output::Webp,
            THUMBLING_OUTPUT_PNG => Output::Png,
            THUMBLING_OUTPUT_AVIF => Output::Avif,
            THUMBLING_OUTPUT_AUTO => Output::Auto,
            THUMBLING_OUTPUT_RGBA => Output::Rgba,
            n => return Err(out_of_range("output", n)),
        };
        spec.quality = quality;
        spec.background = match self.background {
            THUMBLING_BACKGROUND_NONE => None,
            n @ 0..=0xff_ffff => Some(Rgb((n >> 16) as u8, (n >> 8) as u8, n as u8)),
            n => return Err(out_of_range("background", n)),
        };
        Ok(spec)
    }
}

/// The number of an output.
pub(super) fn output(output: Output) -> Result<i32> {
    Ok(match output {
        Output::Jpeg => THUMBLING_OUTPUT_JPEG,
        Output::Webp => THUMBLING_OUTPUT_WEBP,
        Output::Png => THUMBLING_OUTPUT_PNG,
        Output::Avif => THUMBLING_OUTPUT_AVIF,
        Output::Auto => THUMBLING_OUTPUT_AUTO,
        Output::Rgba => THUMBLING_OUTPUT_RGBA,
        _ => return Err(Error::internal("an output without a number")),
    })
}

/// The spec at `from`; nothing for NULL.
///
/// # Safety
/// `from` is NULL or as the header asks.
pub(super) unsafe fn optional_spec(from: *const thumbling_spec_t) -> Result<Option<Spec>> {
    // SAFETY: promised by the caller.
    unsafe { versioned::read_optional(from) }?.map(|spec| spec.spec()).transpose()
}

/// # Safety
/// `specs` is NULL or points to `len` specs of the caller's size, which the first one states.
pub(super) unsafe fn specs(specs: *const thumbling_spec_t, len: usize) -> Result<Vec<Spec>> {
    if len == 0 {
        return Ok(Vec::new());
    }
    if len > MAX_SPECS {
        return Err(Error::invalid_argument(format!("{len} specs; the maximum is {MAX_SPECS}")));
    }
    let first = std::ptr::NonNull::new(specs.cast_mut()).ok_or_else(|| pointer::null("specs"))?;
    // SAFETY: promised by the caller.
    let stride = unsafe { versioned::size_of_passed(first) }?;
    (0..len)
        .map(|i| {
            // SAFETY: promised by the caller: there are `len` structs of `stride` bytes, and `len` is small.
            let spec = unsafe {
                let at = first.cast::<u8>().add(i * stride).cast::<thumbling_spec_t>();
                versioned::read_sized(at, stride)
            }?;
            spec.spec()
        })
        .collect()
}

/// Refuses a reserved field that is set.
pub(super) fn zero(reserved: u32) -> Result<()> {
    match reserved {
        0 => Ok(()),
        n => Err(out_of_range("reserved", n)),
    }
}

pub(super) fn out_of_range(field: &str, n: impl std::fmt::Display) -> Error {
    Error::invalid_argument(format!("{field} is {n}, which is out of range"))
}

#[cfg(test)]
mod tests {
    use super::versioned::Versioned;
    use super::*;

    #[test]
    fn the_default_is_that_of_the_library() {
        assert_eq!(thumbling_spec_t::default().spec().unwrap(), Spec::square(256));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let d = thumbling_spec_t::default();
        let wrong = [
            thumbling_spec_t { fit: 4, ..d },
            thumbling_spec_t { position: -1, ..d },
            thumbling_spec_t { output: 6, ..d },
            thumbling_spec_t { quality: 256, ..d },
            thumbling_spec_t { background: 0x100_0000, ..d },
            thumbling_spec_t { reserved: 1, ..d },
        ];
        assert!(d.spec().is_ok());
        assert!(wrong.iter().all(|spec| spec.spec().is_err()));
    }
}
