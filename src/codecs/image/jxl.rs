//! JPEG XL: codestreams and containers, stills and animations.
//!
//! Pixels are in stored orientation; the frame carries the orientation. Colours are in the file's own space if the
//! decoder can output it: 16 bits for PQ, HLG and linear light, 32-bit float for linear floats, otherwise 8 bits.

use std::io::{self, IoSliceMut, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jxl::api::{
    AlphaMode, Endianness, Event, ExtraChannel, JxlBasicInfo, JxlBitDepth, JxlBitstreamInput, JxlColorEncoding,
    JxlColorProfile, JxlColorType, JxlDataFormat, JxlDecoder, JxlDecoderOptions, JxlOutputBuffer, JxlPixelFormat,
    JxlPrimaries, JxlTransferFunction, JxlWhitePoint, ProfileLevel,
};

use crate::codecs::image::animation::{Blend, Canvas, Dispose, Patch};
use thumbling_core::color::ColorSpace;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::scale::rows;
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format::image("jxl");
/// Magic of a bare codestream.
const CODESTREAM: [u8; 2] = [0xFF, 0x0A];
/// Bytes given to the decoder between two checks for cancellation.
const STEP: u64 = 256 << 10;
/// Bytes per pixel that the decoder itself holds: groups in progress; all channels of a lossless picture.
const LOSSY_BYTES: u64 = 2;
const LOSSLESS_BYTES: u64 = 3;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/jxl"],
    score,
    open: |source, _| Ok(Box::new(Jxl { source: source.clone() })),
};

fn score(peek: &Peek<'_>) -> Score {
    Score::magic_if(peek.has(0, &CODESTREAM) || peek.has(0, b"\0\0\0\x0CJXL \r\n\x87\n"))
}

fn typed(e: jxl::error::Error) -> Error {
    use jxl::error::Error as E;
    match e {
        E::IOError(e) => e.into(),
        E::ImageSizeTooLarge(..)
        | E::ImageDimensionTooLarge(_)
        | E::ImageOutOfMemory(..)
        | E::OutOfMemory(_)
        | E::LevelLimitExceeded { .. } => Error::limit(e.to_string()).caused_by(e),
        e => Error::corrupt(e.to_string()).caused_by(e),
    }
}

/// Runs a step of the decoder. Damaged data can make it panic, since it asserts its own state, mostly when it flushes pixels
/// after an error; the decoder is not used after that.
fn guarded<T>(step: impl FnOnce() -> jxl::error::Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(done) => done.map_err(typed),
        Err(_) => Err(Error::corrupt("data that the decoder cannot handle")),
    }
}

/// Prepended to a bare codestream: a container of level 10, the only way to tell the decoder that the limits of level 5
/// do not apply (ISO/IEC 18181-2: signature, file type, level, and a codestream to the end of the file).
const LEVEL_10: &[u8] = b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl \0\0\0\x09jxll\x0A\0\0\0\0jxlc";

/// A reader that returns the content in steps.
struct Input {
    /// The prefix, returned first.
    prefix: &'static [u8],
    reader: SourceReader,
    size: u64,
    /// Bytes that may be read before the next step.
    allowed: u64,
}

impl Input {
    fn new(source: &Source) -> Result<Self> {
        let prefix = if source.head()?.starts_with(&CODESTREAM) { LEVEL_10 } else { &[] };
        Ok(Self { prefix, reader: source.reader(64 << 10), size: source.size(), allowed: STEP })
    }

    /// Bytes of the content that are left, without the prefix.
    fn left(&self) -> u64 {
        self.size.saturating_sub(self.reader.position())
    }

    fn available(&self) -> usize {
        self.left().min(self.allowed) as usize
    }

    /// Allows one more step; `false` at the end of the content.
    fn step(&mut self) -> bool {
        self.allowed = STEP;
        self.left() > 0
    }
}

impl JxlBitstreamInput for Input {
    fn available_bytes(&mut self) -> io::Result<usize> {
        Ok(self.prefix.len() + self.available())
    }

    fn read(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let mut total = 0;
        for buf in bufs {
            let (head, rest) = self.prefix.split_at(self.prefix.len().min(buf.len()));
            buf[..head.len()].copy_from_slice(head);
            self.prefix = rest;
            total += head.len();
            let buf = &mut buf[head.len()..];
            let n = buf.len().min(self.available());
            let got = rows::fill(&mut self.reader, &mut buf[..n])?;
            self.allowed -= got as u64;
            total += got;
            if got < buf.len() {
                break;
            }
        }
        Ok(total)
    }

    fn skip(&mut self, bytes: usize) -> io::Result<usize> {
        let head = self.prefix.len().min(bytes);
        self.prefix = &self.prefix[head..];
        // Skipped bytes are free.
        let n = self.left().min((bytes - head) as u64);
        self.reader.seek(SeekFrom::Current(n as i64))?;
        Ok(head + n as usize)
    }
}

/// A decoder after its header.
struct OpenDecoder {
    decoder: JxlDecoder,
    input: Input,
    info: JxlBasicInfo,
    size: Size,
    orientation: Orientation,
}

fn open(source: &Source, cx: &Context<'_>) -> Result<OpenDecoder> {
    let mut options = JxlDecoderOptions::default();
    options.adjust_orientation = false;
    options.alpha_mode = AlphaMode::Unpremultiplied;
    options.max_profile_level = ProfileLevel::Main10;
    // Samples of all channels: four of colour, and as many more.
    options.sample_limit = usize::try_from(cx.limits().max_pixels.saturating_mul(8)).ok();
    let (mut decoder, mut input) = (JxlDecoder::new(options), Input::new(source)?);
    loop {
        cx.check()?;
        match guarded(|| decoder.process(&mut input, None, None))? {
            Event::BasicInfo => break,
            Event::NeedMoreInput { .. } if input.step() => {}
            _ => return Err(Error::corrupt("the file ends inside its header")),
        }
    }
    let info = decoder.basic_info().cloned().ok_or_else(|| Error::internal("no header"))?;
    let side = |n: usize| u32::try_from(n).map_err(|_| Error::limit(format!("a side of {n} px")));
    let size = Size::new(side(info.size.0)?, side(info.size.1)?);
    let orientation = Orientation::from_exif(info.orientation as u32);
    Ok(OpenDecoder { decoder, input, info, size, orientation })
}

struct Jxl {
    source: Source,
}

impl Decoder for Jxl {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let opened = open(&self.source, cx)?;
        let mut info = SourceInfo::new(FORMAT, opened.orientation.apply_to(opened.size));
        info.has_alpha = has(&opened.info, ExtraChannel::Alpha);
        info.is_animated = opened.info.animation.is_some();
        Ok(info)
    }

    fn frame(&mut self, _want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let mut opened = open(&self.source, cx)?;
        cx.check_pixels(opened.size)?;
        let format = output(&mut opened)?;
        let own = if opened.info.uses_original_profile { LOSSLESS_BYTES } else { LOSSY_BYTES };
        let canvas = if opened.info.animation.is_some() { 12 } else { 0 };
        let bytes = format.pixel_bytes() as u64 + own + canvas;
        let _held = cx.reserve(opened.size.pixels().saturating_mul(bytes))?;
        let color = color(opened.decoder.output_color_profile());
        let frame = match opened.info.animation {
            Some(_) => animation(&mut opened, cx)?,
            None => still(&mut opened, format, cx)?,
        };
        Ok(frame.with_color(color).with_orientation(opened.orientation))
    }
}

fn has(info: &JxlBasicInfo, kind: ExtraChannel) -> bool {
    info.extra_channels.iter().any(|c| c.ec_type == kind)
}

/// Configures the decoder's output format for the picture, and returns it.
fn output(opened: &mut OpenDecoder) -> Result<PixelFormat> {
    let info = &opened.info;
    let profile = opened.decoder.output_color_profile();
    let transfer = profile.and_then(JxlColorProfile::transfer_function);
    let linear = transfer == Some(&JxlTransferFunction::Linear);
    let wide = matches!(transfer, Some(JxlTransferFunction::PQ | JxlTransferFunction::HLG));
    let float = linear && matches!(info.bit_depth, JxlBitDepth::Float { .. });
    let gray = profile.is_some_and(|p| p.channels() == 1);
    let cmyk = profile.is_some_and(JxlColorProfile::is_cmyk) && has(info, ExtraChannel::Black);
    let alpha = has(info, ExtraChannel::Alpha);
    let still = info.animation.is_none();
    let (color_type, format) = match (gray && still, alpha || !still) {
        _ if cmyk && still => (JxlColorType::Cmyk, PixelFormat::Cmyk8),
        _ if float && still => match alpha {
            true => (JxlColorType::Rgba, PixelFormat::RgbaF32),
            false => (JxlColorType::Rgb, PixelFormat::RgbF32),
        },
        (true, false) => {
            (JxlColorType::Grayscale, if wide || linear { PixelFormat::Gray16 } else { PixelFormat::Gray8 })
        }
        (true, true) => {
            (JxlColorType::GrayscaleAlpha, if wide || linear { PixelFormat::GrayA16 } else { PixelFormat::GrayA8 })
        }
        (false, false) => (JxlColorType::Rgb, if wide || linear { PixelFormat::Rgb16 } else { PixelFormat::Rgb8 }),
        // Frames of animations are composed on an 8-bit canvas.
        (false, true) if still && (wide || linear) => (JxlColorType::Rgba, PixelFormat::Rgba16),
        (false, true) => (JxlColorType::Rgba, PixelFormat::Rgba8),
    };
    let endianness = Endianness::native();
    let data = match format.sample_bytes() {
        1 => JxlDataFormat::U8 { bit_depth: 8 },
        2 => JxlDataFormat::U16 { endianness, bit_depth: 16 },
        _ => JxlDataFormat::F32 { endianness },
    };
    let extra_channel_format = vec![None; info.extra_channels.len()];
    let pixels = JxlPixelFormat { color_type, color_data_format: Some(data), extra_channel_format };
    guarded(|| opened.decoder.set_pixel_format(pixels))?;
    Ok(format)
}

fn still(opened: &mut OpenDecoder, format: PixelFormat, cx: &Context<'_>) -> Result<Frame> {
    let Size { width, height } = opened.size;
    let n = width as usize * height as usize * format.channels();
    let row_bytes = width as usize * format.pixel_bytes();
    let samples = match format.sample_bytes() {
        1 => {
            let mut v = vec![0u8; n];
            next(opened, &mut v, row_bytes, cx)?;
            if format == PixelFormat::Cmyk8 {
                // In JPEG XL, 0 is full ink.
                v.iter_mut().for_each(|s| *s = !*s);
            }
            Samples::U8(v)
        }
        2 => {
            let mut v = vec![0u16; n];
            next(opened, bytemuck::cast_slice_mut(&mut v), row_bytes, cx)?;
            Samples::U16(v)
        }
        _ => {
            let mut v = vec![0f32; n];
            next(opened, bytemuck::cast_slice_mut(&mut v), row_bytes, cx)?;
            Samples::F32(v)
        }
    };
    Frame::new(width, height, format, samples)
}

/// Chooses the frame that represents an animation; the decoder composes frames itself.
fn animation(opened: &mut OpenDecoder, cx: &Context<'_>) -> Result<Frame> {
    let size = opened.size;
    let mut canvas = Canvas::new(size);
    let mut rgba = vec![0; size.pixels() as usize * 4];
    let row_bytes = size.width as usize * 4;
    for i in 0..cx.limits().max_frames {
        let more = match next(opened, &mut rgba, row_bytes, cx) {
            Err(_) if i > 0 && cx.check().is_ok() => break,
            other => other?,
        };
        canvas.draw(&Patch { x: 0, y: 0, size, rgba: &rgba, blend: Blend::Replace, dispose: Dispose::Keep });
        if canvas.settled() || !more {
            break;
        }
    }
    canvas.best()
}

/// Decodes the next visible frame into `out`; returns whether there are more. The decoded part of a truncated frame is
/// kept, with a warning.
fn next(opened: &mut OpenDecoder, out: &mut [u8], row_bytes: usize, cx: &Context<'_>) -> Result<bool> {
    let OpenDecoder { decoder, input, size, .. } = opened;
    let rows = size.height as usize;
    loop {
        cx.check()?;
        let mut buffers = [JxlOutputBuffer::new(out, rows, row_bytes)];
        let broken = match guarded(|| decoder.process(input, Some(&mut buffers), None)) {
            Ok(Event::FrameComplete { has_more_frames }) => return Ok(has_more_frames),
            Ok(Event::FrameHeader | Event::BasicInfo) => continue,
            Ok(Event::NeedMoreInput { .. }) if input.step() => continue,
            Ok(_) => Error::corrupt("the file ends inside its pixels"),
            Err(e) => e,
        };
        return match guarded(|| decoder.flush_pixels(&mut buffers, None)) {
            Ok(true) => {
                cx.warn(format!("truncated: {}", broken.detail()));
                Ok(false)
            }
            _ => Err(broken),
        };
    }
}

/// Converts the decoder's colour space to ours.
fn color(profile: Option<&JxlColorProfile>) -> ColorSpace {
    let Some(profile) = profile else { return ColorSpace::Srgb };
    let (white, primaries, transfer) = match profile {
        JxlColorProfile::Simple(JxlColorEncoding::RgbColorSpace {
            white_point, primaries, transfer_function, ..
        }) => (white_point, primaries, transfer_function),
        JxlColorProfile::Simple(JxlColorEncoding::GrayscaleColorSpace { white_point, transfer_function, .. }) => {
            (white_point, &JxlPrimaries::SRGB, transfer_function)
        }
        _ => (&JxlWhitePoint::E, &JxlPrimaries::SRGB, &JxlTransferFunction::SRGB),
    };
    let primaries = match primaries {
        JxlPrimaries::SRGB => Some(1),
        JxlPrimaries::P3 => Some(12),
        JxlPrimaries::BT2100 => Some(9),
        JxlPrimaries::Chromaticities { .. } => None,
    };
    let transfer = match transfer {
        JxlTransferFunction::SRGB => Some(13),
        JxlTransferFunction::BT709 => Some(1),
        JxlTransferFunction::Linear => Some(8),
        JxlTransferFunction::PQ => Some(16),
        JxlTransferFunction::HLG => Some(18),
        JxlTransferFunction::DCI | JxlTransferFunction::Gamma(_) => None,
    };
    match (white, primaries, transfer) {
        (JxlWhitePoint::D65, Some(1), Some(13)) => ColorSpace::Srgb,
        (JxlWhitePoint::D65, Some(primaries), Some(transfer)) => ColorSpace::Cicp { primaries, transfer },
        _ => profile.try_as_icc().map_or(ColorSpace::Srgb, |icc| ColorSpace::Icc(icc.as_slice().into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::error::ErrorKind;

    /// 256 × 256 px in one modular frame of four groups (the table of contents says 9, 1, 0, 2, 2, 2 and 2 bytes), whose
    /// data is noise: the decoder fails after its global section, and panics when it is to show what it has.
    #[rustfmt::skip]
    const NOISE: [u8; 36] = [
        0xFF, 0x0A, 0x7F, 0x06, 0x08, 0x80, 0x04, 0x24, 0x40, 0x00, 0x00, 0x80, 0x00, 0x08, 0x80, 0x00, 0x08, 0x00,
        0x09, 0x53, 0xFC, 0x15, 0x4D, 0x4E, 0xBB, 0xFE, 0x8C, 0x72, 0x13, 0x21, 0x0D, 0x7C, 0x7A, 0x5A, 0xC7, 0x7C,
    ];

    #[test]
    fn data_that_the_decoder_panics_at_is_corrupt() {
        assert_eq!(testing::decode(&ENTRY, &NOISE).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn no_change_of_a_bit_is_a_panic() {
        for at in 18..NOISE.len() {
            for bit in 0..8 {
                let mut file = NOISE;
                file[at] ^= 1 << bit;
                let kind = testing::decode(&ENTRY, &file).err().map(|e| e.kind());
                assert!(matches!(kind, None | Some(ErrorKind::Corrupt)), "{at} {bit}: {kind:?}");
            }
        }
    }
}
