//! Thumbling turns any file of a cloud drive into a thumbnail, in-process.
//!
//! Bytes in, thumbnails out: no state, no network, no files of its own.
//!
//! ```
//! # fn main() -> thumbling::Result<()> {
//! # let png = thumbling::doc_sample();
//! use thumbling::{Output, Request, Source};
//!
//! let source = Source::from_bytes(png);
//! let made = thumbling::thumbnail(&source, &Request::new().square(256).output(Output::Webp))?;
//! let thumb = &made.items[0];
//! println!("{} x {} px, {} bytes of {}", thumb.width, thumb.height, thumb.bytes.len(), thumb.media_type);
//! # Ok(()) }
//! ```
//!
//! The house has floors, and a room imports only from floors below its own:
//!
//! | floor | rooms |
//! |---|---|
//! | 7 | `capi`: the C ABI |
//! | 6 | `engine`: drive, tasks, look-ups, store, signed URLs |
//! | 5 | [`thumbnail`], [`probe`]: request → thumbnails |
//! | 4 | `codecs`: the registry, one line a format, and one file a codec |
//! | 3 | `scale`, `encode`, `placeholder`, `attention`; `office`: packages and DrawingML; `page`: documents laid out and painted, and the fonts of all; `structure`, `vector`, `metafile`: what several codecs share |
//! | 2 | `decode`, `probe`, `format`: the decoder's contract, and who is asked |
//! | 1 | `frame`, `color`, `orient`, `seam`: pixels, and C libraries each behind one file |
//! | 0 | `error`, `limits`, `source`, `geometry`, `cancel` |
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod attention;
mod codecs;
mod containers;
mod encode;
mod ffi;
mod pipeline;
mod placeholder;
mod request;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod stages;
#[cfg(test)]
mod testing;
#[cfg(feature = "text")]
mod text;

// Until the engine and the C ABI are crates of their own.
#[allow(unused_imports)]
use thumbling_core::{cancel, decode, error, format, geometry, limits, probe, source};
#[cfg(feature = "fonts")]
use thumbling_page as page;

pub mod capi;
#[cfg(feature = "engine")]
pub mod engine;

pub use codecs::{Capability, capabilities};
pub use pipeline::{probe, thumbnail};
pub use request::{Output, Request, Rgb, Spec, Thumbnail, Thumbnails};
pub use thumbling_core::cancel::CancelToken;
pub use thumbling_core::decode::{Effort, SourceInfo};
pub use thumbling_core::error::{Error, ErrorKind, Result};
pub use thumbling_core::format::{Family, Format};
pub use thumbling_core::frame::Origin;
pub use thumbling_core::geometry::{Fit, Position, Size};
pub use thumbling_core::limits::Limits;
pub use thumbling_core::probe::Hint;
pub use thumbling_core::source::{ReadAt, Source};

/// Version of this library, as in Cargo.toml.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A small PNG for the examples of this documentation.
#[doc(hidden)]
pub fn doc_sample() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 32, 16);
    encoder.set_color(png::ColorType::Grayscale);
    let pixels: Vec<u8> = (0..32 * 16).map(|i| (i % 32 * 8) as u8).collect();
    let written = encoder.write_header().and_then(|mut w| w.write_image_data(&pixels));
    debug_assert!(written.is_ok());
    bytes
}
