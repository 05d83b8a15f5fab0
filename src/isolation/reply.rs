//! From the reply of a worker, which was checked against its job, to values of this library.

use std::fs::File;
use std::io::Read;

use thumbling_core::decode::SourceInfo;
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Family;
use thumbling_core::frame::{Frame, Origin, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Budget;
use thumbling_isolation::protocol::{Done, Failure};

use crate::codecs;

/// What a worker decoded.
pub(crate) struct Decoded {
    pub(crate) info: SourceInfo,
    /// Upright 8-bit sRGB, one for each spec.
    pub(crate) frames: Vec<Frame>,
    pub(crate) origin: Origin,
    pub(crate) confidence: f32,
    pub(crate) warnings: Vec<String>,
}

/// Copies the pixels, once: the worker may still write to its memory.
pub(super) fn decoded(done: Done, pixels: Option<File>, budget: &Budget) -> Result<Decoded> {
    let mut frames = Vec::with_capacity(done.pictures.len());
    let mut pixels = pixels;
    for picture in &done.pictures {
        let memory = pixels.as_mut().ok_or_else(|| Error::internal("pictures without memory"))?;
        let format = if picture.channels == 4 { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
        let length = u64::from(picture.width) * u64::from(picture.height) * u64::from(picture.channels);
        let _held = budget.reserve(length)?;
        let mut samples = vec![0; length as usize];
        // They are packed in the order of the specs, so one follows the other.
        std::io::Seek::seek(memory, std::io::SeekFrom::Start(picture.offset))?;
        memory.read_exact(&mut samples)?;
        frames.push(Frame::from_u8(picture.width, picture.height, format, samples)?);
    }
    let format = codecs::format(&done.format, done.format_family);
    let mut info = SourceInfo::new(format, Size::new(1, 1));
    (info.family, info.width, info.height) = (done.family, done.width, done.height);
    (info.pages, info.duration) = (done.pages, done.duration);
    [info.is_scalable, info.has_alpha, info.is_animated, info.is_encrypted] = done.flags;
    let (origin, confidence, warnings) = (done.origin, done.confidence as f32, done.warnings);
    Ok(Decoded { info, frames, origin, confidence, warnings })
}

pub(super) fn error(failure: Failure) -> Error {
    let error = Error::new(failure.kind, failure.detail);
    match failure.format {
        // Its family is not used.
        Some(name) => error.of_format(codecs::format(&name, Family::Image).name),
        None => error,
    }
}
