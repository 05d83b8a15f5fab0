//! Codecs run on bytes by unit tests, with this crate's registry for files inside files.
#![cfg_attr(not(feature = "rust-only"), allow(dead_code))] // A build with few formats uses part of it.

use thumbling_core::decode::{Context, FormatEntry, SourceInfo};
use thumbling_core::error::Result;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Limits;
use thumbling_core::testing;

#[cfg_attr(not(feature = "rust-only"), allow(unused_imports))]
pub(crate) use testing::score;

use crate::codecs::open;
use crate::encode;
use crate::request::{Output, Spec};

/// Runs `f` in a context of default limits; returns the warnings too.
pub(crate) fn with_context<T>(f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    with_limits(&Limits::default(), f)
}

/// As [`with_context`], with other limits.
pub(crate) fn with_limits<T>(limits: &Limits, f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    testing::with_registry(open, limits, f)
}

/// What `entry` reports of `bytes`, and the picture at full size.
pub(crate) fn decode(entry: &FormatEntry, bytes: &[u8]) -> Result<(SourceInfo, Frame)> {
    testing::decode(open, entry, bytes)
}

/// The picture of `bytes` decoded for `size` px.
pub(crate) fn decode_at(entry: &FormatEntry, bytes: &[u8], size: Size) -> Result<Frame> {
    testing::decode_at(open, entry, bytes, size)
}

/// Decodes `bytes` cut at every 64th of their length; see [`testing::cut_everywhere`].
pub(crate) fn cut_everywhere(entry: &FormatEntry, bytes: &[u8]) {
    testing::cut_everywhere(open, entry, bytes);
}

/// RGB `pixels` as a JPEG of quality 95 with full chroma.
pub(crate) fn jpeg(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    let frame = Frame::from_u8(width as u32, height as u32, PixelFormat::Rgb8, pixels.to_vec()).unwrap();
    let spec = Spec { output: Output::Jpeg, quality: 95, ..Spec::new(width as u32, height as u32) };
    encode::encode(&frame, &spec).unwrap().bytes
}
