//! Writes drawing calls as SVG elements: shapes, text, pictures, and the gradients, patterns and clip paths that they
//! refer to. Knows nothing about metafile records.

pub(super) mod canvas;
pub(super) mod clip;
pub(super) mod image;
pub(super) mod job;
mod number;
pub(super) mod paint;
pub(super) mod paint_server;
pub(super) mod text;
