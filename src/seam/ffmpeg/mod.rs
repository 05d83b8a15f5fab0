//! FFmpeg behind safe functions: key frames of a video, one at a time, from any point of it.
//!
//! [`Movie`] opens a [`Source`](crate::source::Source) with a demuxer that the caller names, so that nothing is guessed
//! and nothing that opens other resources (playlists, concatenations) is ever tried; the demuxer is refused every
//! file of its own. [`reader`] is its only way to bytes, and the point where deadline, cancellation and a quota of
//! bytes end its work: every loop of a demuxer reads. A [`Picture`] is a decoded key frame, scaled and turned into RGB in one go.
//!
//! Of the crate `ffmpeg-next` the wrappers are used where they reach; what they do beside their name (reading
//! whole streams for parameters that nobody asked for, retrying broken packets for ever) is left aside.
//!
//! Written for FFmpeg 5.1 and later; a build is bound to the version that it was made with.
#![allow(unsafe_code)] // FFI: FFmpeg is C, and its wrapper leaves half of it raw.
#![allow(clippy::unnecessary_cast)] // Constants have other types with other versions of FFmpeg.

mod codecs;
mod movie;
mod open;
mod picture;
mod reader;
mod stream;

use std::sync::Once;

use ffmpeg_next::ffi;

pub(crate) use self::movie::{Demuxer, Key, Movie, Place, Seeking, Video};
pub(crate) use self::picture::Picture;

/// Makes FFmpeg silent, since its log would go to the standard error of the host, and its errors speak.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: without a callback `av_log` does nothing; the pointer is stored atomically.
        unsafe { ffi::av_log_set_callback(None) }
        ffmpeg_next::util::error::register_all();
    });
}
