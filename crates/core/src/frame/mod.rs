//! Decoded pixels: packed rows of interleaved samples, with their colour space and orientation.
//!
//! Plain data. [`color`](crate::color), [`orient`](crate::orient) and [`scale`](crate::scale) transform it.

mod color_space;
mod orientation;

pub use color_space::ColorSpace;
pub use orientation::Orientation;

use crate::error::{Error, Result};
use crate::geometry::Size;

/// Order of channels and type of samples. Alpha is straight, never premultiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// One 8-bit sample.
    Gray8,
    /// Grey and alpha, 8 bits each.
    GrayA8,
    /// Red, green, blue, 8 bits each.
    Rgb8,
    /// Red, green, blue, alpha, 8 bits each.
    Rgba8,
    /// Cyan, magenta, yellow, black, 8 bits each; 255 is full ink.
    Cmyk8,
    /// One 16-bit sample.
    Gray16,
    /// Grey and alpha, 16 bits each.
    GrayA16,
    /// Red, green, blue, 16 bits each.
    Rgb16,
    /// Red, green, blue, alpha, 16 bits each.
    Rgba16,
    /// Cyan, magenta, yellow, black, 16 bits each; 65,535 is full ink.
    Cmyk16,
    /// Red, green, blue in linear light; 1.0 is diffuse white.
    RgbF32,
    /// Like [`RgbF32`](Self::RgbF32), with alpha from 0 to 1.
    RgbaF32,
}

impl PixelFormat {
    /// Samples per pixel.
    pub const fn channels(self) -> usize {
        match self {
            Self::Gray8 | Self::Gray16 => 1,
            Self::GrayA8 | Self::GrayA16 => 2,
            Self::Rgb8 | Self::Rgb16 | Self::RgbF32 => 3,
            Self::Rgba8 | Self::Rgba16 | Self::RgbaF32 | Self::Cmyk8 | Self::Cmyk16 => 4,
        }
    }

    /// Bytes per sample: 1, 2 or 4.
    pub const fn sample_bytes(self) -> usize {
        match self {
            Self::Gray8 | Self::GrayA8 | Self::Rgb8 | Self::Rgba8 | Self::Cmyk8 => 1,
            Self::Gray16 | Self::GrayA16 | Self::Rgb16 | Self::Rgba16 | Self::Cmyk16 => 2,
            Self::RgbF32 | Self::RgbaF32 => 4,
        }
    }

    /// Bytes per pixel.
    pub const fn pixel_bytes(self) -> usize {
        self.channels() * self.sample_bytes()
    }

    /// Whether the last channel is alpha.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::GrayA8 | Self::Rgba8 | Self::GrayA16 | Self::Rgba16 | Self::RgbaF32)
    }
}

/// The samples of a frame, in the type that its format requires.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// 8 bits per sample.
    U8(Vec<u8>),
    /// 16 bits per sample, native byte order.
    U16(Vec<u16>),
    /// 32-bit floats.
    F32(Vec<f32>),
}

impl Samples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(v) => v.len(),
            Self::U16(v) => v.len(),
            Self::F32(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    const fn bytes(&self) -> usize {
        match self {
            Self::U8(_) => 1,
            Self::U16(_) => 2,
            Self::F32(_) => 4,
        }
    }
}

/// Where the pixels of a thumbnail come from.
///
/// ```
/// # use thumbling_core as thumbling;
/// assert_eq!(thumbling::Origin::Embedded.name(), "embedded");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Origin {
    /// A preview embedded in the file.
    Embedded,
    /// The file's own pixels.
    #[default]
    Decoded,
    /// Rendered from a page or a vector picture.
    Rendered,
}

impl Origin {
    /// The public name, as used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Decoded => "decoded",
            Self::Rendered => "rendered",
        }
    }
}

/// A picture of `width` × `height` px. Rows are packed: the stride is width × [`PixelFormat::pixel_bytes`].
#[derive(Debug, Clone)]
pub struct Frame {
    /// Width before orientation, at least 1, px.
    pub width: u32,
    /// Height before orientation, at least 1, px.
    pub height: u32,
    /// Channels and sample type.
    pub format: PixelFormat,
    /// width × height × channels samples, row by row from the top.
    pub samples: Samples,
    /// Colour space of the samples.
    pub color: ColorSpace,
    /// The transform that has still to be applied to the pixels.
    pub orientation: Orientation,
    /// Where the pixels come from.
    pub origin: Origin,
    /// The estimated fraction of the content that was rendered, 0 to 1.
    pub confidence: f32,
}

impl Frame {
    /// An upright sRGB frame.
    ///
    /// # Errors
    /// `corrupt` if a side is zero, `internal` if the samples do not match size and format.
    pub fn new(width: u32, height: u32, format: PixelFormat, samples: Samples) -> Result<Self> {
        if width == 0 || height == 0 {
            return Err(Error::corrupt(format!("a picture of {width}x{height} px")));
        }
        let expected = u64::from(width) * u64::from(height) * format.channels() as u64;
        if samples.len() as u64 != expected || samples.bytes() != format.sample_bytes() {
            return Err(Error::internal(format!("{} samples for {width}x{height} {format:?}", samples.len())));
        }
        let (color, orientation, origin) = (ColorSpace::Srgb, Orientation::Normal, Origin::Decoded);
        Ok(Self { width, height, format, samples, color, orientation, origin, confidence: 1.0 })
    }

    /// [`new`](Self::new) with 8-bit samples.
    pub fn from_u8(width: u32, height: u32, format: PixelFormat, samples: Vec<u8>) -> Result<Self> {
        Self::new(width, height, format, Samples::U8(samples))
    }

    /// [`new`](Self::new) with 16-bit samples.
    pub fn from_u16(width: u32, height: u32, format: PixelFormat, samples: Vec<u16>) -> Result<Self> {
        Self::new(width, height, format, Samples::U16(samples))
    }

    /// [`new`](Self::new) with float samples.
    #[cfg(test)]
    pub fn from_f32(width: u32, height: u32, format: PixelFormat, samples: Vec<f32>) -> Result<Self> {
        Self::new(width, height, format, Samples::F32(samples))
    }

    /// Sets the colour space.
    #[must_use]
    pub fn with_color(mut self, color: ColorSpace) -> Self {
        self.color = color;
        self
    }

    /// Sets the orientation.
    #[must_use]
    pub fn with_orientation(mut self, orientation: Orientation) -> Self {
        self.orientation = orientation;
        self
    }

    /// Sets the confidence.
    #[must_use]
    pub fn with_confidence(mut self, confidence: f32) -> Self {
        self.confidence = confidence;
        self
    }

    /// Sets the origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Width × height before [`orientation`](Self::orientation) is applied.
    pub fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }

    /// The samples if they have 8 bits.
    pub fn as_u8(&self) -> Option<&[u8]> {
        match &self.samples {
            Samples::U8(v) => Some(v),
            _ => None,
        }
    }
}
