//! A safe wrapper of FFmpeg: key frames of a video, one at a time, from any position.
//!
//! [`Movie`] opens a [`Source`](thumbling_core::source::Source) with a demuxer chosen by the caller, so that FFmpeg
//! never guesses and never uses demuxers that open other resources (playlists, concatenations); demuxers cannot open
//! other files. All I/O goes through [`reader`], which enforces deadline, cancellation and a quota of bytes: every loop
//! of a demuxer reads. A [`Picture`] is a decoded key frame, scaled and converted to RGB in one step.
//!
//! FFmpeg is not linked: [`library`] loads it at the first video, in the version that this library was built for, 5.1
//! or later. Only the needed functions are wrapped; the binding crates do more than is wanted (reading whole streams
//! for unused parameters, retrying broken packets for ever).
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

/// Whether FFmpeg is available; loads it.
pub(crate) fn is_available() -> bool {
    library::library().is_ok()
}
