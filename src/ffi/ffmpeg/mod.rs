//! FFmpeg behind safe functions: key frames of a video, one at a time, from any point of it.
//!
//! [`Movie`] opens a [`Source`](thumbling_core::source::Source) with a demuxer that the caller names, so that nothing is guessed
//! and nothing that opens other resources (playlists, concatenations) is ever tried; the demuxer is refused every
//! file of its own. [`reader`] is its only way to bytes, and the point where deadline, cancellation and a quota of
//! bytes end its work: every loop of a demuxer reads. A [`Picture`] is a decoded key frame, scaled and turned into RGB in one go.
//!
//! FFmpeg is not linked: [`library`] loads it at the first video, in the version that this library was built for, 5.1 or
//! later. What frees itself is wrapped here, as far as it is used; what crates of bindings wrap besides (reading whole
//! streams for parameters that nobody asked for, retrying broken packets for ever) is not wanted.
#![allow(unsafe_code)] // FFI: FFmpeg is C.
#![allow(clippy::unnecessary_cast)] // Constants have other types with other versions of FFmpeg.

mod codecs;
mod decoder;
mod input;
mod library;
mod movie;
mod packet;
mod picture;
mod reader;
mod stream;
mod video;

pub(crate) use self::movie::{Demuxer, Key, Movie, Place, Seeking};
pub(crate) use self::picture::Picture;
pub(crate) use self::video::Video;
