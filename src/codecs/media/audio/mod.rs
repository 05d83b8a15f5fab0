//! Audio, shown by the cover in its tags: the front cover if there is one, otherwise any picture. The picture is
//! decoded like any other, under the same limits. Audio without a picture is `no-visual`.

mod asf;
mod formats;
mod id3_ape;
mod tags;

use std::time::Duration;

pub(crate) use self::formats::{AAC, AIFF, APE, DSF, FLAC, M4A, MP3, MUSEPACK, OGG, TTA, WAV, WAVPACK, WMA};
use thumbling_core::decode::{Context, Decoder, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// Most pictures of a file that are tried.
const TRIES: usize = 8;

/// What is read from a file's tags.
#[derive(Debug, Default)]
struct Tags {
    /// Pictures in the order of the tags.
    pictures: Vec<Picture>,
    /// Duration, if it is cheap to find.
    duration: Option<Duration>,
}

/// A picture in a tag.
#[derive(Debug)]
struct Picture {
    /// The picture type of ID3v2's APIC frame, which all other tags use too: 3 is the front cover, 1 and 2 are icons.
    kind: u8,
    bytes: Vec<u8>,
}

/// Reads the tags of a file.
type ReadFn = fn(&Source, &Context<'_>) -> Result<Tags>;

struct AudioFile {
    source: Source,
    format: Format,
    read: ReadFn,
    sound: Option<(Duration, Vec<Source>, Reservation)>,
}

fn open(source: &Source, format: Format, read: ReadFn) -> Box<dyn Decoder> {
    Box::new(AudioFile { source: source.clone(), format, read, sound: None })
}

impl AudioFile {
    /// Duration (zero if unknown) and pictures, best first.
    fn sound(&mut self, cx: &Context<'_>) -> Result<(Duration, &[Source])> {
        if self.sound.is_none() {
            let mut sound = (self.read)(&self.source, cx)?;
            sound.pictures.retain(|picture| !picture.bytes.is_empty());
            sound.pictures.sort_by_key(|picture| match picture.kind {
                3 => 0,
                1 | 2 => 2,
                _ => 1,
            });
            sound.pictures.truncate(TRIES);
            let held = cx.reserve(sound.pictures.iter().map(|picture| picture.bytes.len() as u64).sum())?;
            let pictures = sound.pictures.into_iter().map(|picture| Source::from_bytes(picture.bytes)).collect();
            self.sound = Some((sound.duration.unwrap_or_default(), pictures, held));
        }
        let (duration, pictures, _) = self.sound.as_ref().ok_or_else(|| Error::internal("no tags"))?;
        Ok((*duration, pictures))
    }

    /// The result of `f` for the first picture for which it succeeds.
    fn first<T>(&mut self, cx: &Context<'_>, f: impl Fn(&Source) -> Result<T>) -> Result<Option<T>> {
        let (_, pictures) = self.sound(cx)?;
        let mut broken = None;
        for picture in pictures {
            match f(picture) {
                Ok(made) => return Ok(Some(made)),
                Err(e) if e.ends_request() => return Err(e),
                Err(e) => {
                    broken.get_or_insert(e);
                }
            }
        }
        broken.map_or(Ok(None), Err)
    }
}

impl Decoder for AudioFile {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let cover = self.first(cx, |picture| Ok(cx.open_picture(picture, &Hint::default())?.1))?;
        let (duration, _) = self.sound(cx)?;
        let mut info = SourceInfo::new(self.format, Size::default());
        info.duration = Some(duration).filter(|duration| !duration.is_zero());
        if let Some(cover) = cover {
            (info.width, info.height, info.has_alpha) = (cover.width, cover.height, cover.has_alpha);
        }
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let cover = self.first(cx, |picture| cx.inner_frame(picture, &Hint::default(), want))?;
        let nothing = || Error::new(ErrorKind::NoVisual, "audio without a cover");
        Ok(cover.ok_or_else(nothing)?.with_origin(Origin::Embedded))
    }
}

#[cfg(test)]
mod tests;
