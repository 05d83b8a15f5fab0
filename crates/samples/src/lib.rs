//! Generated sample files of many formats, some of them broken, for `make demo` and the tests. Their bytes are the same
//! on every run.

mod color;
mod files;
mod noise;
mod picture;
mod samples;
mod scene;

pub use samples::{BROKEN, PICTURES, Sample, TEXTS};
