//! Encoders, one module per format: a picture in, the bytes of a file out.

pub mod archive;
pub mod dds;
pub mod gif;
pub mod icns;
pub mod jpeg;
pub mod linear;
pub mod metafile;
pub mod mov;
pub mod pcx;
pub mod pdf;
pub mod pptx;
pub mod previewed;
pub mod psd;
pub mod raster;
pub mod sound;
pub mod svg;
pub mod text;
pub mod tiff;
