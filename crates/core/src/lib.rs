//! What every crate of Thumbling builds on: errors, limits, sources, frames, colour, scaling and the decoder contract.
//!
//! Not a public API: the crate `thumbling` re-exports what users need, and everything else here may change in any release.
//!
//! | module | contents |
//! |---|---|
//! | [`error`], [`limits`], [`cancel`] | typed errors, memory budget, deadline and cancellation |
//! | [`source`], [`bytes`] | ranged reads of a path, memory or a callback; integers in byte slices |
//! | [`geometry`], [`frame`], [`color`], [`orient`], [`scale`] | sizes and fits, pixels, colour conversion, EXIF orientation, resizing |
//! | [`format`], [`probe`], [`decode`] | formats as data, detection by content, the decoder contract |
//! | [`dib`], [`png`], [`gzip`], [`zip`] | codecs that several crates need |
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod bytes;
pub mod cancel;
pub mod color;
pub mod decode;
pub mod dib;
pub mod error;
pub mod format;
pub mod frame;
pub mod geometry;
pub mod gzip;
pub mod limits;
pub mod orient;
pub mod png;
pub mod probe;
pub mod scale;
pub mod source;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod zip;
