//! A decoder over any decoder of the `image` crate: header for the size, one call for the pixels.

use image::{ColorType, ImageDecoder, ImageError};

use thumbling_core::decode::{Context, Decoder, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::Size;
use thumbling_core::source::{Source, SourceReader};

/// Bytes of one fetch.
const WINDOW: usize = 64 << 10;

/// What [`decoder`] needs to know of a format.
pub(crate) struct Raster<D> {
    source: Source,
    format: Format,
    make: fn(SourceReader) -> image::ImageResult<D>,
}

/// A decoder of `format` over what `make` opens.
pub(crate) fn decoder<D: ImageDecoder + 'static>(
    source: &Source,
    format: Format,
    make: fn(SourceReader) -> image::ImageResult<D>,
) -> Result<Box<dyn Decoder>> {
    Ok(Box::new(Raster { source: source.clone(), format, make }))
}

impl<D: ImageDecoder> Raster<D> {
    fn open(&self) -> Result<D> {
        (self.make)(self.source.reader(WINDOW)).map_err(typed)
    }
}

impl<D: ImageDecoder> Decoder for Raster<D> {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let decoder = self.open()?;
        let (width, height) = decoder.dimensions();
        let mut info = SourceInfo::new(self.format, Size::new(width, height));
        info.has_alpha = decoder.color_type().has_alpha();
        Ok(info)
    }

    fn frame(&mut self, _want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let decoder = self.open()?;
        let (width, height) = decoder.dimensions();
        let color = decoder.color_type();
        // The samples, and the decoder's own copy of them that some formats need.
        let _held = cx.reserve_pixels(Size::new(width, height), usize::from(color.bytes_per_pixel()))?;
        cx.check()?;
        let format = match color {
            ColorType::L8 => PixelFormat::Gray8,
            ColorType::La8 => PixelFormat::GrayA8,
            ColorType::Rgb8 => PixelFormat::Rgb8,
            ColorType::Rgba8 => PixelFormat::Rgba8,
            ColorType::L16 => PixelFormat::Gray16,
            ColorType::La16 => PixelFormat::GrayA16,
            ColorType::Rgb16 => PixelFormat::Rgb16,
            ColorType::Rgba16 => PixelFormat::Rgba16,
            ColorType::Rgb32F => PixelFormat::RgbF32,
            ColorType::Rgba32F => PixelFormat::RgbaF32,
            other => return Err(Error::unsupported(format!("{other:?} samples"))),
        };
        let n = width as usize * height as usize * format.channels();
        let samples = match format.sample_bytes() {
            1 => {
                let mut v = vec![0u8; n];
                decoder.read_image(&mut v).map_err(typed)?;
                Samples::U8(v)
            }
            2 => {
                let mut v = vec![0u16; n];
                decoder.read_image(bytemuck::cast_slice_mut(&mut v)).map_err(typed)?;
                Samples::U16(v)
            }
            _ => {
                let mut v = vec![0f32; n];
                decoder.read_image(bytemuck::cast_slice_mut(&mut v)).map_err(typed)?;
                Samples::F32(v)
            }
        };
        Frame::new(width, height, format, samples)
    }
}

/// The `image` crate's error as ours.
pub(crate) fn typed(e: ImageError) -> Error {
    match e {
        ImageError::IoError(e) => e.into(),
        ImageError::Limits(e) => Error::limit(e.to_string()).caused_by(e),
        ImageError::Unsupported(e) => Error::unsupported(e.to_string()).caused_by(e),
        e => Error::corrupt(e.to_string()).caused_by(e),
    }
}
