//! Thumbnails of any file, in-process: photos, RAW, PDF, presentations, text, video, audio covers, archives.
//!
//! [`thumbnail`] turns a [`Source`] into the [`Thumbnails`] that a [`Request`] asks for, or returns a typed [`Error`]. It
//! opens no files or connections but the source. Formats whose decoders are not trusted with the host's process are
//! decoded in a sandboxed worker process; see [`isolation`].
//!
//! ```
//! # fn main() -> thumbling::Result<()> {
//! # let png = thumbling::doc_sample();
//! use thumbling::{Output, Request, Source};
//!
//! let source = Source::from_bytes(png);
//! let thumbnails = thumbling::thumbnail(&source, &Request::new().square(256).output(Output::Webp))?;
//! let thumb = &thumbnails.items[0];
//! println!("{} x {} px, {} bytes of {}", thumb.width, thumb.height, thumb.bytes.len(), thumb.media_type);
//! # Ok(()) }
//! ```
//!
//! # Sources
//! A path, memory, anything that reads and seeks, or ranges of an object store through [`ReadAt`]; see [`Source`].
//!
//! # Cost
//! [`Limits`] bound pixels, memory, nesting, expansion and time, and are checked against the header before pixels are
//! decoded. A [`CancelToken`] stops a request from another thread.
//!
//! # Threads and async
//! Requests are independent: call [`thumbnail`] from any number of threads. It blocks and uses the CPU, so async code
//! runs it on a blocking thread:
//!
//! ```
//! # use thumbling::{CancelToken, Request, Result, Source, Thumbnails};
//! # fn main() -> Result<()> {
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # let source = Source::from_bytes(thumbling::doc_sample());
//! /// Cancels the request when the future is dropped.
//! struct CancelOnDrop(CancelToken);
//!
//! impl Drop for CancelOnDrop {
//!     fn drop(&mut self) {
//!         self.0.cancel();
//!     }
//! }
//!
//! async fn thumbnail(source: Source, request: Request) -> Result<Thumbnails> {
//!     let _guard = CancelOnDrop(request.cancel.clone());
//!     tokio::task::spawn_blocking(move || thumbling::thumbnail(&source, &request)).await.expect("thumbnail panicked")
//! }
//! # assert_eq!(runtime.block_on(thumbnail(source, Request::new()))?.items.len(), 1);
//! # Ok(()) }
//! ```
//!
//! # Features
//! One Cargo feature for each format; `docs/features.md` lists them with what each needs and costs. The default is every
//! format that needs no system library, `rust-only` every format that needs no C compiler, `full` adds FFmpeg (videos)
//! and PDFium. [`capabilities`] lists the formats of a build.
//!
//! # Traces
//! Spans of the `tracing` facade at debug level: `thumbnail` or `probe` around a call, `decode` and `encode` inside.
#![warn(missing_docs)]
// What several codecs share is unused in builds without them.
#![cfg_attr(not(feature = "rust-only"), allow(dead_code))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod attention;
mod codecs;
mod containers;
mod encode;
mod ffi;
pub mod isolation;
mod pictures;
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

pub use codecs::{Capability, Tier, capabilities};
#[doc(hidden)]
pub use pipeline::thumbnail_within;
pub use pipeline::{probe, thumbnail};
pub use request::{Isolation, Output, Request, Rgb, Spec, Thumbnail, Thumbnails};
pub use thumbling_core::{
    CancelToken, Effort, Error, ErrorKind, Family, Fit, Format, Hint, Limits, Origin, Position, ReadAt, Result, Size,
    Source, SourceInfo,
};
pub use thumbling_isolation::Sandbox;

/// Version of this library, as in Cargo.toml.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A number that changes with the fonts installed on this machine, which change how pages look.
#[doc(hidden)]
pub fn fonts_fingerprint() -> u64 {
    #[cfg(feature = "fonts")]
    return thumbling_page::fonts::fingerprint();
    #[cfg(not(feature = "fonts"))]
    0
}

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
