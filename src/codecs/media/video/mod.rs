//! Videos: one good frame, decoded by FFmpeg. [`score`] judges frames, [`formats`] recognises files.
//!
//! Candidates are key frames spread over the video, and the first good one is used; for a requested point in time, the
//! key frame at or before it. A file with audio only is shown by its cover, as is any video for `effort: preview`.

mod formats;
mod index;
mod score;

use std::time::Duration;

pub(crate) use self::formats::{
    ASF, AVI, DV, FLV, H264, HEVC, IVF, MATROSKA, MP4, MPEG, MPEG_TS, MPEG_VIDEO, MXF, OGV, RM, WEBM, WTV, Y4M,
};
use self::index::Moment;
use crate::ffi::ffmpeg::{Demuxer, Key, Movie, Picture, Place, Video};
use thumbling_core::decode::{Context, Decoder, Effort, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::{Family, Format};
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// Positions of candidates, in this order, as shares of the duration: starts and ends are titles and fades.
const CANDIDATES: [f64; 7] = [0.1, 0.3, 0.5, 0.7, 0.2, 0.85, 0.02];

/// Files up to this many bytes are fetched whole: seeking would fetch some parts twice.
const SMALL: u64 = 256 << 10;

/// Bytes fetched from which on no further candidate is tried, if there is one at all.
const ENOUGH: u64 = 512 << 10;

/// Consecutive key frames that are tried at one position: some have no picture.
const TRIES: u32 = 3;

/// Bits per pixel below which a key frame can only be black or flat, and is decoded last: empty ones take up to 0.024
/// (H.264, six bits per block), useful ones 0.06 and more.
const FAINT: f64 = 0.03;

struct VideoFile {
    source: Source,
    format: Format,
    demuxer: &'static Demuxer,
    movie: Option<Movie>,
    /// Whether it is open with a reduced index.
    is_reduced: bool,
    video: Option<Video>,
}

fn open(source: &Source, format: Format, demuxer: &'static Demuxer) -> Box<dyn Decoder> {
    Box::new(VideoFile { source: source.clone(), format, demuxer, movie: None, is_reduced: false, video: None })
}

impl VideoFile {
    fn movie(&mut self, cx: &Context<'_>) -> Result<&mut Movie> {
        if self.movie.is_none() {
            self.open(&CANDIDATES.map(Moment::Share), cx)?;
        }
        self.movie.as_mut().ok_or_else(|| Error::internal("no movie"))
    }

    /// Opens the file so that it can seek to frames at `moments`.
    fn open(&mut self, moments: &[Moment], cx: &Context<'_>) -> Result<()> {
        if self.source.size() > SMALL
            && self.format == MP4.format
            && let Some(reduced) = index::reduced(&self.source, moments, cx.interrupt())?
            && let Ok(movie) = Movie::open(&reduced, self.demuxer, cx.interrupt(), cx.limits().max_pixels)
        {
            (self.movie, self.is_reduced) = (Some(movie), true);
            return Ok(());
        }
        self.open_whole(cx)
    }

    fn open_whole(&mut self, cx: &Context<'_>) -> Result<()> {
        let mut source = self.source.clone();
        if source.size() <= SMALL {
            source = Source::from_bytes(source.read_all(SMALL)?);
        }
        let movie = Movie::open(&source, self.demuxer, cx.interrupt(), cx.limits().max_pixels)?;
        (self.movie, self.is_reduced) = (Some(movie), false);
        Ok(())
    }

    /// The description of the video stream, checked against the pixel limit.
    fn video(&mut self, cx: &Context<'_>) -> Result<Video> {
        if let Some(video) = self.video {
            return Ok(video);
        }
        let video = self.movie(cx)?.video(Place::Share(CANDIDATES[0]))?;
        cx.check_pixels(video.coded)?;
        cx.check_pixels(video.square())?;
        self.video = Some(video);
        Ok(video)
    }

    /// The embedded cover as a frame.
    fn cover(&mut self, want: &Want, cx: &Context<'_>) -> Result<Option<Frame>> {
        let Some(cover) = self.movie(cx)?.cover() else { return Ok(None) };
        let _held = cx.reserve(cover.len() as u64)?;
        let frame = cx.inner_frame(&Source::from_bytes(cover), &Hint::default(), want)?;
        Ok(Some(frame.with_origin(Origin::Embedded)))
    }

    /// The key frame at or before `time`, otherwise the first.
    fn at(&mut self, time: Duration, video: &Video, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let _held = reserve(video, cx)?;
        if self.is_reduced {
            self.open(&[Moment::Time(time)], cx)?;
        }
        let movie = self.movie(cx)?;
        for place in [Place::Time(time), Place::Start] {
            if let Some(picture) = picture_at(movie, place)? {
                return frame(&picture, video, want);
            }
        }
        self.first(video, want, cx)
    }

    /// The first good one of a few key frames, otherwise the best.
    fn chosen(&mut self, video: &Video, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let held = reserve(video, cx)?;
        let opened = self.source.bytes_read();
        let source = self.source.clone();
        let movie = self.movie(cx)?;
        let mut best: Option<(f32, Frame)> = None;
        let (mut seen, mut faint) = (Vec::new(), None);
        for place in CANDIDATES.map(Place::Share).into_iter().chain([Place::Start]) {
            // Without an index, seeking means reading everything: the first frame will do.
            let costly = movie.gave_up() || source.bytes_read() - opened > ENOUGH;
            if costly && (best.is_some() || place != Place::Start) {
                continue;
            }
            let Some(mut key) = key_at(movie, place, &mut seen)? else { continue };
            if key.size() as f64 * 8.0 < FAINT * video.coded.pixels() as f64 {
                if faint.as_ref().is_none_or(|known: &Key| key.size() > known.size()) {
                    faint = Some(key);
                }
                continue;
            }
            let Some(picture) = decoded(movie, &mut key, &mut seen)? else { continue };
            let frame = frame(&picture, video, want)?;
            let mut score = score::rate(&frame);
            if picture.is_damaged() {
                score = score.min(score::GOOD) / 2.0;
            }
            if best.as_ref().is_none_or(|(known, _)| score > *known) {
                best = Some((score, frame));
            }
            if score >= score::GOOD {
                break;
            }
        }
        if let Some((_, frame)) = best {
            return Ok(frame);
        }
        if let Some(mut key) = faint
            && let Some(picture) = movie.decode(&mut key)?
        {
            return frame(&picture, video, want);
        }
        drop(held);
        self.first(video, want, cx)
    }

    /// The first frame that can be decoded, whether it is marked as a key frame or not.
    fn first(&mut self, video: &Video, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let _held = reserve(video, cx)?;
        let movie = self.movie(cx)?;
        movie.seek(Place::Start)?;
        movie.accept_any();
        for _ in 0..TRIES {
            let Some(mut key) = movie.next_key()? else { break };
            if let Some(picture) = movie.decode(&mut key)? {
                return frame(&picture, video, want);
            }
        }
        Err(Error::corrupt("no frame of the video can be decoded"))
    }
}

impl Decoder for VideoFile {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let duration = self.movie(cx)?.duration();
        let mut info = SourceInfo::new(self.format, Size::default());
        info.duration = duration;
        if self.movie(cx)?.has_video() {
            let video = self.video(cx)?;
            let shown = video.orientation.apply_to(video.square());
            (info.width, info.height) = (f64::from(shown.width), f64::from(shown.height));
            (info.has_alpha, info.is_animated) = (video.has_alpha, true);
            return Ok(info);
        }
        // Audio in a video container.
        info.family = Family::Audio;
        if let Some(cover) = self.movie(cx)?.cover() {
            let cover = cx.open_picture(&Source::from_bytes(cover), &Hint::default())?.1;
            (info.width, info.height, info.has_alpha) = (cover.width, cover.height, cover.has_alpha);
        }
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        match self.shown(want, cx) {
            Err(e) if self.is_reduced && e.kind() == ErrorKind::Corrupt => {
                // The index may have been reduced wrongly; the original may work.
                self.open_whole(cx)?;
                self.shown(want, cx)
            }
            shown => shown,
        }
    }
}

impl VideoFile {
    fn shown(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let has_video = self.movie(cx)?.has_video();
        if !has_video {
            let nothing = || Error::new(ErrorKind::NoVisual, "audio without a cover");
            return self.cover(want, cx)?.ok_or_else(nothing);
        }
        if want.effort == Effort::Preview && want.time.is_none() {
            // A broken cover does not matter: the video itself is still there.
            match self.cover(want, cx) {
                Ok(Some(frame)) => return Ok(frame),
                Err(e) if e.ends_request() => return Err(e),
                _ => {}
            }
        }
        let video = self.video(cx)?;
        match want.time {
            Some(time) => self.at(time, &video, want, cx),
            None => self.chosen(&video, want, cx),
        }
    }
}

/// Memory of a decoder for one key frame: the frame, a reference frame, and per-block state; 2 bytes per sample, since
/// the depth is only known with the frame.
fn reserve(video: &Video, cx: &Context<'_>) -> Result<Reservation> {
    cx.reserve(video.coded.pixels().saturating_mul(6))
}

/// The next key frame at or after `place`, unless it was tried already.
fn key_at(movie: &mut Movie, place: Place, seen: &mut Vec<(i64, i64)>) -> Result<Option<Key>> {
    match movie.seek(place) {
        Ok(()) => {}
        Err(e) if matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Limit) => return Ok(None),
        Err(e) => return Err(e),
    }
    next_unseen(movie, seen)
}

fn next_unseen(movie: &mut Movie, seen: &mut Vec<(i64, i64)>) -> Result<Option<Key>> {
    let key = movie.next_key()?.filter(|key| !seen.contains(&key.place()));
    seen.extend(key.as_ref().map(Key::place));
    Ok(key)
}

/// The picture of `key`, or of one of the following key frames if it has none.
fn decoded(movie: &mut Movie, key: &mut Key, seen: &mut Vec<(i64, i64)>) -> Result<Option<Picture>> {
    for _ in 0..TRIES {
        if let Some(picture) = movie.decode(key)? {
            return Ok(Some(picture));
        }
        let Some(next) = next_unseen(movie, seen)? else { break };
        *key = next;
    }
    Ok(None)
}

fn picture_at(movie: &mut Movie, place: Place) -> Result<Option<Picture>> {
    let mut seen = Vec::new();
    let Some(mut key) = key_at(movie, place, &mut seen)? else { return Ok(None) };
    decoded(movie, &mut key, &mut seen)
}

/// The picture with square pixels, at least as large as wanted if the source is.
fn frame(picture: &Picture, video: &Video, want: &Want) -> Result<Frame> {
    // The frame may have metadata that the stream lacks.
    let orientation = match video.orientation {
        Orientation::Normal => picture.orientation(),
        known => known,
    };
    let own = Video { coded: picture.size(), ..*video }.square();
    let wanted = orientation.apply_to(want.size);
    // The last step is left to the shared scaler, which has the better filter.
    let scale = (f64::from(wanted.width) / f64::from(own.width)).max(f64::from(wanted.height) / f64::from(own.height));
    let size = own.scaled((2.0 * scale).min(1.0));
    Ok(picture.to_frame(size)?.with_orientation(orientation))
}

#[cfg(test)]
mod tests;
