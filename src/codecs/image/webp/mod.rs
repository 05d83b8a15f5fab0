//! WebP (RFC 9649). RIFF chunks, colour profile, orientation and animation are read here; pixels are decoded by libwebp,
//! which scales while decoding (feature `libwebp`), or by image-webp, at full size and without truncated files.

mod header;
#[cfg(not(feature = "libwebp"))]
mod pure;

#[cfg(not(feature = "libwebp"))]
use pure as backend;

#[cfg(feature = "libwebp")]
use crate::ffi::libwebp as backend;

use crate::codecs::image::animation::{Blend, Canvas, Dispose, Patch};
use crate::containers::exif;
use thumbling_core::color::ColorSpace;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::source::Source;

use header::Features;

const FORMAT: Format = Format::image("webp");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/webp"],
    score: |peek| Score::magic_if(peek.has(0, b"RIFF") && peek.has(8, b"WEBP")),
    open: |source, _| Ok(Box::new(WebpFile { source: source.clone(), header: None })),
};

/// Bytes of an ICC profile or EXIF block that are read.
const MAX_METADATA: u64 = 4 << 20;

/// Reduction from which on the loop filter is left out: 8-px block edges then fall within two output pixels.
const COARSE: u32 = 4;

struct WebpFile {
    source: Source,
    header: Option<Header>,
}

struct Header {
    features: Features,
    orientation: Orientation,
    profile: Option<(u64, u64)>,
}

/// Offset of a chunk's data, its length, its name.
fn chunks(source: &Source, from: u64, to: u64, max: u32) -> impl Iterator<Item = (u64, u64, [u8; 4])> {
    let mut at = from;
    let mut left = max;
    std::iter::from_fn(move || {
        let mut head = [0; 8];
        if left == 0 || at.checked_add(8)? > to || source.read_exact_at(at, &mut head).is_err() {
            return None;
        }
        left -= 1;
        let [a, b, c, d, length @ ..] = head;
        let length = u64::from(u32::from_le_bytes(length));
        let data = at + 8;
        at = data + length + length % 2;
        Some((data, length, [a, b, c, d]))
    })
}

impl WebpFile {
    fn header(&mut self, cx: &Context<'_>) -> Result<&Header> {
        if self.header.is_none() {
            let features = header::features(&self.source.head()?)?;
            cx.check_pixels(features.size)?;
            let (mut orientation, mut profile) = (Orientation::Normal, None);
            // Only the extended form has other chunks.
            if self.source.head()?.get(12..16) == Some(b"VP8X") {
                for (at, length, name) in chunks(&self.source, 12, self.source.size(), cx.limits().max_entries) {
                    match &name {
                        b"ICCP" if length <= MAX_METADATA => profile = Some((at, length)),
                        b"EXIF" if length <= MAX_METADATA => {
                            let exif = self.source.read_vec(at, length).unwrap_or_default();
                            orientation = exif::parse(&exif).orientation;
                        }
                        _ => {}
                    }
                }
            }
            self.header = Some(Header { features, orientation, profile });
        }
        self.header.as_ref().ok_or_else(|| Error::internal("no header"))
    }
}

impl Decoder for WebpFile {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let Header { features, orientation, .. } = self.header(cx)?;
        let mut info = SourceInfo::new(FORMAT, orientation.apply_to(features.size));
        (info.has_alpha, info.is_animated) = (features.has_alpha, features.has_animation);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let &Header { features, orientation, profile } = self.header(cx)?;
        let color = profile.and_then(|(at, length)| self.source.read_vec(at, length).ok());
        let _held = cx.reserve(self.source.size())?;
        let bytes = self.source.read_all(cx.limits().max_source)?;
        let frame = match features.has_animation {
            true => animated(&bytes, features.size, cx)?,
            false => still(&bytes, features, orientation.apply_to(want.size), cx)?,
        };
        let color = color.map_or(ColorSpace::Srgb, |profile| ColorSpace::Icc(profile.into()));
        Ok(frame.with_color(color).with_orientation(orientation))
    }
}

fn still(bytes: &[u8], features: Features, want: Size, cx: &Context<'_>) -> Result<Frame> {
    let full = features.size;
    // libwebp's own reduction is a mean over areas: it leaves twice the wanted size to the better filter.
    let side = |want: u32, full: u32| want.saturating_mul(2).clamp(1, full);
    let mut size = Size::new(side(want.width, full.width), side(want.height, full.height));
    if size.width == full.width || size.height == full.height || cfg!(not(feature = "libwebp")) {
        size = full;
    }
    let channels = if features.has_alpha { 4 } else { 3 };
    // A lossless picture is decoded whole, 4 bytes a pixel, before it is scaled.
    let whole =
        if features.is_lossless { cx.reserve_pixels(full, 4)? } else { cx.reserve(u64::from(full.width) * 64)? };
    let _held = (whole, cx.reserve_pixels(size, channels)?);
    let coarse = full.width / size.width.max(1) >= COARSE;
    let (frame, rows) = backend::decode(bytes, size, full, features.has_alpha, coarse, cx.interrupt())?;
    if rows < size.height {
        cx.warn(format!("truncated: {rows} of {} rows", size.height));
    }
    Ok(frame)
}

/// The first frame that shows something.
fn animated(bytes: &[u8], size: Size, cx: &Context<'_>) -> Result<Frame> {
    let _held = cx.reserve_pixels(size, 16)?;
    let source = Source::from_slice(bytes);
    let mut canvas = Canvas::new(size);
    let mut shown = 0;
    for (at, length, name) in chunks(&source, 12, source.size(), cx.limits().max_entries) {
        if &name != b"ANMF" || length < 16 {
            continue;
        }
        cx.check()?;
        let data = bytes.get(at as usize..).unwrap_or_default();
        let data = &data[..data.len().min(length as usize)];
        let Some((head, chunks)) = data.split_at_checked(16) else { break };
        let u24 = |i: usize| u32::from_le_bytes([head[i], head[i + 1], head[i + 2], 0]);
        let patch_size = Size::new(u24(6) + 1, u24(9) + 1);
        if !size.covers(patch_size) {
            return Err(Error::corrupt("a frame larger than its canvas"));
        }
        let decoded =
            backend::decode(&still_of(chunks, patch_size), patch_size, patch_size, true, false, cx.interrupt());
        let frame = match decoded {
            Ok((frame, _)) => frame,
            Err(e) if shown == 0 => return Err(e),
            Err(e) => {
                cx.warn(format!("damaged after frame {shown}: {}", e.detail()));
                break;
            }
        };
        shown += 1;
        canvas.draw(&Patch {
            x: u24(0).saturating_mul(2),
            y: u24(3).saturating_mul(2),
            size: patch_size,
            rgba: frame.as_u8().unwrap_or_default(),
            blend: if head[15] & 2 == 0 { Blend::Over } else { Blend::Replace },
            dispose: if head[15] & 1 == 0 { Dispose::Keep } else { Dispose::Background },
        });
        if canvas.settled() || shown >= cx.limits().max_frames {
            break;
        }
    }
    let frame = canvas.best()?;
    debug_assert_eq!(frame.format, PixelFormat::Rgba8);
    Ok(frame)
}

/// The chunks of one animation frame as a still file of their own.
fn still_of(chunks: &[u8], size: Size) -> Vec<u8> {
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    if chunks.starts_with(b"ALPH") {
        out.extend(b"VP8X\x0a\0\0\0\x10\0\0\0");
        out.extend(&(size.width - 1).to_le_bytes()[..3]);
        out.extend(&(size.height - 1).to_le_bytes()[..3]);
    }
    out.extend(chunks);
    let length = (out.len() - 8) as u32;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    out
}
