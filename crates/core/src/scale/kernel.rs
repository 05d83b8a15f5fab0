//! The only place where the generic code of `fast_image_resize` is instantiated: once for each pixel type of a frame. Each
//! pair of image types would compile all kernels again, 100 kB a pixel type.

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::pixels::{F32x3, F32x4, U8, U8x2, U8x3, U8x4, U16, U16x2, U16x3, U16x4};
use fir::{IntoImageView, IntoImageViewMut, PixelTrait, PixelType, ResizeOptions, Resizer};

use crate::error::{Error, Result};

/// An error of `fast_image_resize`, which only wrong arguments cause.
pub(super) fn internal(e: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal(format!("resize: {e}")).caused_by(e)
}

/// Scales `source` to the size of `target`, which has the same pixel type.
pub(super) fn run(
    resizer: &mut Resizer,
    source: &ImageRef<'_>,
    target: &mut Image<'_>,
    options: &ResizeOptions,
) -> Result<()> {
    match source.pixel_type() {
        PixelType::U8 => typed::<U8>(resizer, source, target, options),
        PixelType::U8x2 => typed::<U8x2>(resizer, source, target, options),
        PixelType::U8x3 => typed::<U8x3>(resizer, source, target, options),
        PixelType::U8x4 => typed::<U8x4>(resizer, source, target, options),
        PixelType::U16 => typed::<U16>(resizer, source, target, options),
        PixelType::U16x2 => typed::<U16x2>(resizer, source, target, options),
        PixelType::U16x3 => typed::<U16x3>(resizer, source, target, options),
        PixelType::U16x4 => typed::<U16x4>(resizer, source, target, options),
        PixelType::F32x3 => typed::<F32x3>(resizer, source, target, options),
        PixelType::F32x4 => typed::<F32x4>(resizer, source, target, options),
        other => Err(Error::internal(format!("no frame has pixels of type {other:?}"))),
    }
}

fn typed<P: PixelTrait>(
    resizer: &mut Resizer,
    source: &ImageRef<'_>,
    target: &mut Image<'_>,
    options: &ResizeOptions,
) -> Result<()> {
    match (source.image_view::<P>(), target.image_view_mut::<P>()) {
        (Some(source), Some(mut target)) => resizer.resize_typed(&source, &mut target, options).map_err(internal),
        _ => Err(Error::internal("pixels of two types in one resize")),
    }
}
