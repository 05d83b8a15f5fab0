//! PNG and APNG (third edition): rows are scaled as they are read, so that a picture may be larger than memory. An
//! interlaced picture needs memory for the whole frame.

use png::{BitDepth, ColorType, Decoder as Png, Limits as PngLimits, Reader, Transformations};

use crate::codecs::image::animation::{Blend, Canvas, Dispose, Patch};
use crate::containers::exif;
use thumbling_core::bytes::u32_be;
use thumbling_core::color::ColorSpace;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::scale::RowReducer;
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format::image("png");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/png", "image/apng"],
    score: |peek| Score::magic_if(peek.has(0, b"\x89PNG\r\n\x1a\n")),
    open: |source, _| Ok(Box::new(PngFile { source: source.clone() })),
};

/// Bytes per fetch.
const WINDOW: usize = 128 << 10;

/// Most bytes that the reader may allocate for other chunks: ICC profile, EXIF.
const CHUNK_BYTES: usize = 16 << 20;

struct PngFile {
    source: Source,
}

impl PngFile {
    /// Checks the pixel limit before anything is allocated, then reads up to the pixels.
    fn open(&self, cx: &Context<'_>) -> Result<Reader<SourceReader>> {
        let head = self.source.head()?;
        if let (Some(width), Some(height)) = (u32_be(&head, 16), u32_be(&head, 20)) {
            cx.check_pixels(Size::new(width, height))?;
        }
        let mut decoder = Png::new(self.source.reader(WINDOW));
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        decoder.set_limits(PngLimits { bytes: CHUNK_BYTES });
        decoder.read_info().map_err(typed)
    }
}

fn typed(e: png::DecodingError) -> Error {
    match e {
        png::DecodingError::IoError(e) => e.into(),
        png::DecodingError::LimitsExceeded => Error::limit("a chunk larger than 16 MiB"),
        e => Error::corrupt(e.to_string()).caused_by(e),
    }
}

fn size(reader: &Reader<SourceReader>) -> Size {
    Size::new(reader.info().width, reader.info().height)
}

fn orientation(reader: &Reader<SourceReader>) -> Orientation {
    reader.info().exif_metadata.as_ref().map(|e| exif::parse(e).orientation).unwrap_or_default()
}

/// In the order of precedence of the specification: cICP, iCCP, everything else is sRGB.
fn color(reader: &Reader<SourceReader>) -> ColorSpace {
    let info = reader.info();
    if let Some(cicp) = info.coding_independent_code_points {
        return ColorSpace::Cicp { primaries: cicp.color_primaries, transfer: cicp.transfer_function };
    }
    match &info.icc_profile {
        Some(profile) if info.srgb.is_none() => ColorSpace::Icc(profile.as_ref().into()),
        _ => ColorSpace::Srgb,
    }
}

fn pixel_format(reader: &Reader<SourceReader>) -> Result<PixelFormat> {
    Ok(match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => PixelFormat::Gray8,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => PixelFormat::GrayA8,
        (ColorType::Rgb, BitDepth::Eight) => PixelFormat::Rgb8,
        (ColorType::Rgba, BitDepth::Eight) => PixelFormat::Rgba8,
        (ColorType::Grayscale, BitDepth::Sixteen) => PixelFormat::Gray16,
        (ColorType::GrayscaleAlpha, BitDepth::Sixteen) => PixelFormat::GrayA16,
        (ColorType::Rgb, BitDepth::Sixteen) => PixelFormat::Rgb16,
        (ColorType::Rgba, BitDepth::Sixteen) => PixelFormat::Rgba16,
        other => return Err(Error::internal(format!("{other:?} after expansion"))),
    })
}

impl Decoder for PngFile {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let reader = self.open(cx)?;
        cx.check_pixels(size(&reader))?;
        let mut info = SourceInfo::new(FORMAT, orientation(&reader).apply_to(size(&reader)));
        info.has_alpha = pixel_format(&reader)?.has_alpha();
        info.is_animated = reader.info().animation_control.is_some_and(|a| a.num_frames > 1);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let mut reader = self.open(cx)?;
        let (size, orientation, color) = (size(&reader), orientation(&reader), color(&reader));
        let format = pixel_format(&reader)?;
        cx.check_pixels(size)?;
        let frame = if reader.info().is_animated() && reader.info().animation_control.is_some_and(|a| a.num_frames > 1)
        {
            animated(&mut reader, size, format, cx)?
        } else if reader.info().interlaced {
            interlaced(&mut reader, size, format, cx)?
        } else {
            rows(&mut reader, size, orientation, format, want, cx)?
        };
        Ok(frame.with_color(color).with_orientation(orientation))
    }
}

fn rows(
    reader: &mut Reader<SourceReader>,
    size: Size,
    orientation: Orientation,
    format: PixelFormat,
    want: &Want,
    cx: &Context<'_>,
) -> Result<Frame> {
    let mut reducer = RowReducer::new(size, orientation, format, want, cx)?;
    let mut native = Vec::new();
    loop {
        if reducer.rows() % 16 == 0 {
            cx.check()?;
        }
        match reader.next_row() {
            Ok(Some(row)) if format.sample_bytes() == 2 => {
                native.clear();
                native.extend(row.data().as_chunks().0.iter().flat_map(|b| u16::from_be_bytes(*b).to_ne_bytes()));
                reducer.push(&native)?;
            }
            Ok(Some(row)) => reducer.push(row.data())?,
            Ok(None) => break,
            Err(e) => {
                let e = typed(e);
                if reducer.rows() == 0 || e.kind() != thumbling_core::error::ErrorKind::Corrupt {
                    return Err(e);
                }
                cx.warn(format!("damaged after row {}: {}", reducer.rows(), e.detail()));
                break;
            }
        }
    }
    reducer.finish()
}

fn whole_frame(reader: &mut Reader<SourceReader>, buf: &mut [u8], cx: &Context<'_>) -> Result<png::OutputInfo> {
    cx.check()?;
    reader.next_frame(buf).map_err(typed)
}

fn interlaced(reader: &mut Reader<SourceReader>, size: Size, format: PixelFormat, cx: &Context<'_>) -> Result<Frame> {
    let _held = cx.reserve_pixels(size, format.pixel_bytes())?;
    let mut buf = vec![0; size.pixels() as usize * format.pixel_bytes()];
    // The decoded passes of a truncated picture are kept.
    if let Err(e) = whole_frame(reader, &mut buf, cx) {
        if e.kind() != thumbling_core::error::ErrorKind::Corrupt || buf.iter().all(|b| *b == 0) {
            return Err(e);
        }
        cx.warn(format!("damaged: {}", e.detail()));
    }
    frame_of(buf, size, format)
}

fn frame_of(buf: Vec<u8>, size: Size, format: PixelFormat) -> Result<Frame> {
    match format.sample_bytes() {
        2 => {
            let samples = buf.as_chunks().0.iter().map(|b| u16::from_be_bytes(*b)).collect();
            Frame::from_u16(size.width, size.height, format, samples)
        }
        _ => Frame::from_u8(size.width, size.height, format, buf),
    }
}

/// Finds the first frame that is not blank.
fn animated(reader: &mut Reader<SourceReader>, size: Size, format: PixelFormat, cx: &Context<'_>) -> Result<Frame> {
    let _held = cx.reserve_pixels(size, format.pixel_bytes() + 3 * 4)?;
    let mut canvas = Canvas::new(size);
    let mut buf = vec![0; size.pixels() as usize * format.pixel_bytes()];
    let frames = reader.info().animation_control.map_or(1, |a| a.num_frames).min(cx.limits().max_frames);
    for shown in 0..frames {
        // A default image that is not part of the animation comes first; it is what viewers without animation show.
        let read = whole_frame(reader, &mut buf, cx);
        let read = match read {
            Ok(read) => read,
            Err(e) if shown == 0 => return Err(e),
            Err(e) => {
                cx.warn(format!("damaged after frame {shown}: {}", e.detail()));
                break;
            }
        };
        let control = reader.info().frame_control;
        let (x, y) = control.map_or((0, 0), |c| (c.x_offset, c.y_offset));
        let rgba = rgba8(&buf[..read.buffer_size()], format);
        canvas.draw(&Patch {
            x,
            y,
            size: Size::new(read.width, read.height),
            rgba: &rgba,
            blend: match control.map(|c| c.blend_op) {
                Some(png::BlendOp::Over) => Blend::Over,
                _ => Blend::Replace,
            },
            dispose: match control.map(|c| c.dispose_op) {
                Some(png::DisposeOp::Background) => Dispose::Background,
                Some(png::DisposeOp::Previous) => Dispose::Previous,
                _ => Dispose::Keep,
            },
        });
        if canvas.settled() {
            break;
        }
    }
    canvas.best()
}

/// Converts samples of a frame as stored (16-bit samples are big endian) to 8-bit RGBA.
fn rgba8(samples: &[u8], format: PixelFormat) -> Vec<u8> {
    let eight: std::borrow::Cow<'_, [u8]> = match format.sample_bytes() {
        2 => samples.iter().step_by(2).copied().collect(),
        _ => samples.into(),
    };
    match format.channels() {
        1 => eight.iter().flat_map(|g| [*g, *g, *g, 255]).collect(),
        2 => eight.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
        3 => eight.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
        _ => eight.into_owned(),
    }
}
