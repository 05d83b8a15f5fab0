//! What every crate of Thumbling builds on: errors, limits, sources, frames, colour, scaling and the decoder contract.
//!
//! Not a public API: the crate `thumbling` re-exports what users need, and everything else can change in any release.
//!
//! Modules form layers without cycles. Each imports only from those above it in this table:
//!
//! | module | contents | imports |
//! |---|---|---|
//! | [`bytes`] | integers in byte slices, a cursor | – |
//! | [`error`] | typed errors | – |
//! | [`mod@format`] | names and families of formats | – |
//! | [`geometry`] | sizes, fits, crops | – |
//! | [`cancel`] | deadline and cancellation | `error` |
//! | [`limits`] | per-file limits, memory budget | `error` |
//! | [`source`] | ranged reads of a path, memory or a callback | `error` |
//! | [`frame`] | pixels, colour space and orientation as data | `error`, `geometry` |
//! | [`probe`] | input and result of format detection | `source` |
//! | [`color`] | conversion to sRGB | `error`, `frame` |
//! | [`orient`] | applying EXIF orientation | `frame`, `geometry` |
//! | [`png`] | PNG encoder | `error`, `frame` |
//! | [`decode`] | the decoder contract | `cancel`, `error`, `format`, `frame`, `geometry`, `limits`, `probe`, `source` |
//! | [`registry`] | format detection | `decode`, `error`, `probe`, `source` |
//! | [`gzip`] | gzip decoder | `decode`, `error`, `limits` |
//! | [`zip`] | directory and entries of ZIP archives | `bytes`, `decode`, `error`, `limits`, `source` |
//! | [`scale`] | resizing, whole frames or row by row | `decode`, `error`, `frame`, `geometry`, `limits` |
//! | [`dib`] | device-independent bitmaps (BMP, ICO, metafiles) | `bytes`, `decode`, `error`, `frame`, `geometry`, `probe`, `scale`, `source` |
//! | `testing` | contexts for unit tests (feature `testing`) | `cancel`, `decode`, `error`, `frame`, `geometry`, `limits`, `probe`, `source` |
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
pub mod registry;
pub mod scale;
pub mod source;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod zip;

// The public types of `thumbling`, where users find them there.
pub use cancel::CancelToken;
pub use decode::{Effort, SourceInfo};
pub use error::{Error, ErrorKind, Result};
pub use format::{Family, Format};
pub use frame::Origin;
pub use geometry::{Fit, Position, Size};
pub use limits::Limits;
pub use probe::Hint;
pub use source::{ReadAt, Source};
