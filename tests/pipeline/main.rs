//! The pipeline from end to end, on generated files.

mod determinism;
mod fits;
mod limits;
#[cfg(feature = "metafile")]
mod metafile;
