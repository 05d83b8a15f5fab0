//! Sample files of every format that code can write, and a few broken ones: what `make demo` shows, and what the tests
//! expect outcomes of. The bytes are the same on every run.

mod color;
mod files;
mod noise;
mod picture;
mod samples;
mod scene;

pub use samples::{BROKEN, PICTURES, Sample, TEXTS};
