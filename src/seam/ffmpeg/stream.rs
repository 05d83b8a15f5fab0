//! What a stream of a file is, by its header.

use ffmpeg_next::codec::packet;
use ffmpeg_next::{ffi, media};

use super::picture;

/// Whether a stream is moving pictures: covers and the previews of a progress bar are not.
pub(super) fn is_film(stream: &ffmpeg_next::Stream<'_>) -> bool {
    let no_film = ffi::AV_DISPOSITION_ATTACHED_PIC | ffi::AV_DISPOSITION_TIMED_THUMBNAILS;
    // SAFETY: the stream lives as long as its input; only a number is read.
    let disposition = unsafe { (*stream.as_ptr()).disposition };
    stream.parameters().medium() == media::Type::Video && disposition & no_film as i32 == 0
}

/// Whether its samples are encrypted, by the name of its codec or by keys beside it.
pub(super) fn is_encrypted(stream: &ffmpeg_next::Stream<'_>) -> bool {
    let parameters = stream.parameters();
    // SAFETY: the parameters live as long as the stream; only a number is read.
    let tag = unsafe { (*parameters.as_ptr()).codec_tag };
    tag == u32::from_le_bytes(*b"encv")
        || stream.side_data().any(|d| d.kind() == packet::side_data::Type::EncryptionInitInfo)
}

/// RFC 9559, 21.1: the large cover is called `cover`, of portrait or landscape, and the small ones `small_cover`.
pub(super) fn is_named_cover(stream: &ffmpeg_next::Stream<'_>) -> bool {
    stream.metadata().get("filename").is_some_and(|name| name.starts_with("cover"))
}

/// Whether a second picture in each block is its transparency, as WebM has it.
pub(super) fn has_alpha(stream: &ffmpeg_next::Stream<'_>) -> bool {
    stream.metadata().get("alpha_mode") == Some("1")
}

/// The display matrix: nine fixed-point numbers, of which the four that turn are looked at.
pub(super) fn matrix<'a>(mut side_data: impl Iterator<Item = packet::SideData<'a>>) -> Option<[i32; 9]> {
    let data = side_data.find(|d| d.kind() == packet::side_data::Type::DisplayMatrix)?;
    picture::matrix(data.data())
}
