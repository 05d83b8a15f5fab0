//! The pipeline from end to end, on files made in code.

mod determinism;
mod fits;
mod limits;
#[cfg(feature = "metafile")]
mod metafile;
