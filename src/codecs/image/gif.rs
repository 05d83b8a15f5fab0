//! GIF 87a and 89a: frames are composed until one is not blank.

use gif::{ColorOutput, DecodeOptions, DisposalMethod, MemoryLimit};

use crate::codecs::image::animation::{Blend, Canvas, Dispose, Patch};
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::probe::Score;
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format::image("gif");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/gif"],
    score: |peek| Score::magic_if(peek.has(0, b"GIF87a") || peek.has(0, b"GIF89a")),
    open: |source, _| Ok(Box::new(GifFile { source: source.clone() })),
};

/// Bytes per fetch.
const WINDOW: usize = 64 << 10;

struct GifFile {
    source: Source,
}

fn typed(e: gif::DecodingError) -> Error {
    match e {
        gif::DecodingError::Io(e) => e.into(),
        gif::DecodingError::OutOfMemory | gif::DecodingError::MemoryLimit => {
            Error::limit("a frame larger than the limit")
        }
        e => Error::corrupt(e.to_string()).caused_by(e),
    }
}

impl GifFile {
    fn open(&self, cx: &Context<'_>) -> Result<gif::Decoder<SourceReader>> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::RGBA);
        let max = std::num::NonZeroU64::new(cx.limits().max_memory.max(1));
        options.set_memory_limit(max.map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
        options.read_info(self.source.reader(WINDOW)).map_err(typed)
    }
}

impl Decoder for GifFile {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let decoder = self.open(cx)?;
        let size = Size::new(u32::from(decoder.width()), u32::from(decoder.height()));
        cx.check_pixels(size)?;
        let mut info = SourceInfo::new(FORMAT, size);
        info.has_alpha = true;
        // The loop extension precedes the first frame; counting the frames would read the whole file.
        info.is_animated = self.source.head()?.windows(11).any(|w| w == b"NETSCAPE2.0");
        Ok(info)
    }

    fn frame(&mut self, _want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let mut decoder = self.open(cx)?;
        let size = Size::new(u32::from(decoder.width()), u32::from(decoder.height()));
        let _held = cx.reserve_pixels(size, 12)?;
        let mut canvas = Canvas::new(size);
        for shown in 0..cx.limits().max_frames {
            cx.check()?;
            let frame = match decoder.next_frame_info().map(|f| f.cloned()) {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(e) if shown == 0 => return Err(typed(e)),
                Err(e) => {
                    cx.warn(format!("damaged after frame {shown}: {e}"));
                    break;
                }
            };
            let patch_size = Size::new(u32::from(frame.width), u32::from(frame.height));
            let _patch = cx.reserve(patch_size.pixels() * 4)?;
            let mut rgba = vec![0; patch_size.pixels() as usize * 4];
            let read = decoder.read_into_buffer(&mut rgba);
            if let Err(e) = &read {
                // The decoded part of a truncated frame is worth showing.
                if rgba.chunks_exact(4).all(|p| p[3] == 0) && shown == 0 {
                    return Err(Error::corrupt(e.to_string()));
                }
                cx.warn(format!("frame {} is damaged: {e}", shown + 1));
            }
            canvas.draw(&Patch {
                x: u32::from(frame.left),
                y: u32::from(frame.top),
                size: patch_size,
                rgba: &rgba,
                blend: Blend::Over,
                dispose: match frame.dispose {
                    DisposalMethod::Background => Dispose::Background,
                    DisposalMethod::Previous => Dispose::Previous,
                    _ => Dispose::Keep,
                },
            });
            if canvas.settled() || read.is_err() {
                break;
            }
        }
        canvas.best()
    }
}
