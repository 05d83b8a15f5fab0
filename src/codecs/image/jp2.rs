//! JPEG 2000: JP2 and JPX files and bare codestreams, decoded at the smallest resolution that covers the wanted size.
//!
//! Not supported: JPM pages, HTJ2K.

use hayro_jpeg2000::{ColorSpace as Jp2Color, DecodeError, DecodeSettings, DecoderContext, FormatError, Image};
use hayro_jpeg2000::{ComponentData, MarkerError, ValidationError};

use thumbling_core::color::ColorSpace;
use thumbling_core::color::lab;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("jp2");
/// Bytes per sample in the decoder: its component's plane.
const PLANE_BYTES: u64 = 4;
/// Bytes per pixel besides the planes: coefficients and two stages of the wavelet transform of one component.
const WORKING_BYTES: u64 = 12;
/// How often the resolution may be halved to stay within memory.
const MAX_HALVINGS: u32 = 6;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/jp2", "image/jpx", "image/j2k", "image/jpeg2000", "image/jpm"],
    score,
    open: |source, _| Ok(Box::new(Jp2 { source: source.clone(), bytes: Vec::new() })),
};

fn score(peek: &Peek<'_>) -> Score {
    let boxes = peek.has(0, b"\0\0\0\x0CjP  \r\n\x87\n");
    // SOC, which must be followed by SIZ.
    Score::magic_if(boxes || peek.has(0, &[0xFF, 0x4F, 0xFF, 0x51]))
}

fn typed(e: DecodeError) -> Error {
    let detail = e.to_string();
    match e {
        DecodeError::Format(FormatError::Unsupported) | DecodeError::Marker(MarkerError::Unsupported) => {
            Error::unsupported(detail)
        }
        DecodeError::Validation(ValidationError::ImageTooLarge) => Error::limit(detail),
        _ => Error::corrupt(detail),
    }
}

struct Jp2 {
    source: Source,
    bytes: Vec<u8>,
}

impl Jp2 {
    /// The content, read once: the decoder needs all of it in memory.
    fn bytes(&mut self, cx: &Context<'_>) -> Result<&[u8]> {
        if self.bytes.is_empty() {
            self.bytes = self.source.read_all(cx.limits().max_source)?;
        }
        Ok(&self.bytes)
    }
}

fn parse(bytes: &[u8], target: Option<Size>) -> Result<Image<'_>> {
    let target_resolution = target.map(|s| (s.width, s.height));
    let settings = DecodeSettings { resolve_palette_indices: true, strict: false, target_resolution };
    Image::new(bytes, &settings).map_err(typed)
}

impl Decoder for Jp2 {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let image = parse(self.bytes(cx)?, None)?;
        let mut info = SourceInfo::new(FORMAT, Size::new(image.width(), image.height()));
        info.has_alpha = image.has_alpha();
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let bytes = self.bytes(cx)?;
        let whole = parse(bytes, None)?;
        cx.check_pixels(Size::new(whole.width(), whole.height()))?;
        let (image, _held) = reserved(bytes, want.size, cx)?;
        cx.check()?;
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(typed)?;
        cx.check()?;
        put_together(&image, decoded.components())
    }
}

/// The image at the resolution that covers `want`, or at the next lower one that fits in memory, with its reservation.
fn reserved<'a>(bytes: &'a [u8], want: Size, cx: &Context<'_>) -> Result<(Image<'a>, Reservation)> {
    let mut refused = None;
    for halving in 0..=MAX_HALVINGS {
        let target = Size::new((want.width >> halving).max(1), (want.height >> halving).max(1));
        let image = parse(bytes, Some(target))?;
        let channels = u64::from(image.color_space().num_channels()) + u64::from(image.has_alpha());
        let pixels = u64::from(image.width()) * u64::from(image.height());
        match cx.reserve(pixels.saturating_mul(channels * PLANE_BYTES + WORKING_BYTES)) {
            Ok(held) => {
                if refused.is_some() {
                    cx.warn("decoded at a lower resolution to stay within memory");
                }
                return Ok((image, held));
            }
            Err(e) if e.kind() == ErrorKind::Limit => refused = Some(e),
            Err(e) => return Err(e),
        }
    }
    Err(refused.unwrap_or_else(|| Error::limit("a picture larger than memory")))
}

fn put_together(image: &Image<'_>, components: &[ComponentData]) -> Result<Frame> {
    let size = Size::new(image.width(), image.height());
    let (colors, color) = match image.color_space() {
        Jp2Color::Gray => (1, ColorSpace::Srgb),
        Jp2Color::RGB => (3, ColorSpace::Srgb),
        Jp2Color::CMYK => (4, ColorSpace::Srgb),
        Jp2Color::Unknown { num_channels } => (if *num_channels < 3 { 1 } else { 3 }, ColorSpace::Srgb),
        Jp2Color::Icc { profile, num_channels } => match num_channels {
            n @ (1 | 3 | 4) => (usize::from(*n), ColorSpace::Icc(profile.as_slice().into())),
            n => return Err(Error::unsupported(format!("a profile of {n} channels"))),
        },
    };
    let wide = components.iter().any(|c| c.bit_depth() > 8);
    let alpha = image.has_alpha() && components.len() > colors && colors < 4;
    let format = match (colors, alpha, wide) {
        (1, false, false) => PixelFormat::Gray8,
        (1, true, false) => PixelFormat::GrayA8,
        (1, false, true) => PixelFormat::Gray16,
        (1, true, true) => PixelFormat::GrayA16,
        (3, false, false) => PixelFormat::Rgb8,
        (3, true, false) => PixelFormat::Rgba8,
        (3, false, true) => PixelFormat::Rgb16,
        (3, true, true) => PixelFormat::Rgba16,
        (_, _, false) => PixelFormat::Cmyk8,
        (_, _, true) => PixelFormat::Cmyk16,
    };
    // Alpha is the last component, even if others are between it and the colours.
    let last = components.len().saturating_sub(1);
    let planes = (0..colors).chain(alpha.then_some(last)).map(|i| components.get(i));
    let planes: Option<Vec<&ComponentData>> = planes.collect();
    let planes = planes.ok_or_else(|| Error::corrupt(format!("{} components of {colors}", components.len())))?;
    let samples = if wide {
        Samples::U16(interleaved(&planes, size, 65_535.0, |v| v as u16)?)
    } else {
        Samples::U8(interleaved(&planes, size, 255.0, |v| v as u8)?)
    };
    let frame = Frame::new(size.width, size.height, format, samples)?;
    match &color {
        ColorSpace::Icc(profile) if profile.get(16..20) == Some(b"Lab ") => lab::to_srgb8(frame),
        _ => Ok(frame.with_color(color)),
    }
}

/// Interleaves the planes' samples, each scaled from its own depth to `max`.
fn interleaved<T: Copy + Default>(
    planes: &[&ComponentData],
    size: Size,
    max: f32,
    cast: fn(f32) -> T,
) -> Result<Vec<T>> {
    let pixels = size.pixels() as usize;
    let mut out = vec![T::default(); pixels * planes.len()];
    for (i, plane) in planes.iter().enumerate() {
        if plane.samples().len() != pixels {
            return Err(Error::corrupt("components of different sizes"));
        }
        let scale = max / ((1u64 << plane.bit_depth().clamp(1, 38)) - 1) as f32;
        for (out, v) in out[i..].iter_mut().step_by(planes.len()).zip(plane.samples()) {
            *out = cast((v * scale + 0.5).clamp(0.0, max));
        }
    }
    Ok(out)
}
