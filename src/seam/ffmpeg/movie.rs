//! A video file: which stream is the film, what it says of itself, and its key frames.

use std::ffi::CStr;
use std::time::Duration;

use ffmpeg_next::codec::{decoder, packet};
use ffmpeg_next::format::context::Input;
use ffmpeg_next::format::stream::Disposition;
use ffmpeg_next::{Discard, Packet, Rational, ffi, frame};

use super::codecs;
use super::open::{open_decoder, open_input};
use super::picture::{self, Picture, orientation};
use super::reader::{Meter, Reader};
use super::stream::{has_alpha, is_encrypted, is_film, is_named_cover, matrix};
use crate::cancel::Interrupt;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Size;
use crate::orient::Orientation;
use crate::source::Source;

/// Bytes that opening may fetch: the index of a film of ten hours has some ten million.
const OPENING: u64 = 64 << 20;

/// Bytes that may be fetched in search of a stream that the header does not list.
const SEARCHING: u64 = 1 << 20;

/// Bytes that may be fetched to go to a place and read a key frame there, where an index says where it is.
const INDEXED: u64 = 32 << 20;

/// The same where the next key frame has to be found by reading on. The first frame of all is no search.
const UNINDEXED: u64 = 768 << 10;

/// Packets that are looked at in search of a key frame.
const MAX_PACKETS: u32 = 20_000;

/// Broken packets in a row after which a file is given up.
const MAX_ERRORS: u32 = 8;

/// One of FFmpeg's demuxers.
#[derive(Debug)]
pub(crate) struct Demuxer {
    /// Its name in FFmpeg.
    pub(crate) name: &'static CStr,
    /// How a place in the file is found.
    pub(crate) seeking: Seeking,
}

/// How a place in a file is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seeking {
    /// By time, through an index that the container has, or a search that its demuxer does well.
    Time,
    /// By the share of the file's bytes, unless the header brought an index.
    Bytes,
}

/// A place in a video.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// The first frame.
    Start,
    /// A share of the whole, 0 to 1.
    Share(f64),
    /// A point in time.
    Time(Duration),
}

/// What a video stream says of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Video {
    /// Columns and rows of stored pixels.
    pub(crate) coded: Size,
    /// Width of a pixel over its height.
    pub(crate) aspect: f64,
    /// What is to be done to the pixels.
    pub(crate) orientation: Orientation,
    /// Whether pixels may be transparent.
    pub(crate) has_alpha: bool,
}

impl Video {
    /// The stored picture with square pixels, before it is turned: the shorter side of a pixel is the one that grows.
    pub(crate) fn square(&self) -> Size {
        let Size { width, height } = self.coded;
        let grown = |side: u32, by: f64| (f64::from(side) * by).round().clamp(1.0, f64::from(u32::MAX)) as u32;
        match self.aspect >= 1.0 {
            true => Size::new(grown(width, self.aspect), height),
            false => Size::new(width, grown(height, 1.0 / self.aspect)),
        }
    }
}

/// An open file.
pub(crate) struct Movie {
    decoder: Option<decoder::Opened>,
    input: Input,
    demuxer: &'static Demuxer,
    stream: Option<usize>,
    source_size: u64,
    max_pixels: u64,
    meter: Meter,
    interrupt: Interrupt,
    /// Where the last jump went, and the key frame that was read there and is not decoded yet.
    ahead: Option<(Place, Packet)>,
    /// Whether frames that are not marked as keys will do.
    any: bool,
}

impl Movie {
    /// Opens `source` with `demuxer`, reading no more than its header where that lists the streams.
    ///
    /// # Errors
    /// `corrupt` for what the demuxer does not understand, `unsupported` if FFmpeg was built without it, `encrypted`,
    /// and what reading fails with.
    pub(crate) fn open(
        source: &Source,
        demuxer: &'static Demuxer,
        interrupt: &Interrupt,
        max_pixels: u64,
    ) -> Result<Self> {
        super::prepare();
        let meter = Meter::default();
        meter.allow(OPENING);
        let reader = Reader::new(source, interrupt, &meter);
        let input = open_input(reader, demuxer).map_err(|e| meter.failure().unwrap_or(e))?;
        let (decoder, stream, ahead, any) = (None, None, None, false);
        let (source_size, interrupt) = (source.size(), interrupt.clone());
        let mut movie = Self { decoder, input, demuxer, stream, source_size, max_pixels, meter, interrupt, ahead, any };
        movie.find_stream()?;
        movie.discard_others();
        Ok(movie)
    }

    /// Whether there are moving pictures.
    pub(crate) fn has_video(&self) -> bool {
        self.stream.is_some()
    }

    /// The length, where the header says it.
    pub(crate) fn duration(&self) -> Option<Duration> {
        let of_streams = self.input.streams().map(|s| seconds(s.duration(), s.time_base()));
        let whole = seconds(self.input.duration(), Rational(1, ffi::AV_TIME_BASE));
        let longest = of_streams.fold(whole, f64::max);
        // What no film lasts is a broken header.
        (longest > 0.0 && longest < 1e9).then(|| Duration::from_secs_f64(longest))
    }

    /// A picture that the file carries beside its video: what Matroska calls the cover by its name, else the first.
    pub(crate) fn cover(&self) -> Option<Vec<u8>> {
        let attached = self.input.streams().filter(|s| s.disposition().contains(Disposition::ATTACHED_PIC));
        let pictures = attached.filter_map(|stream| {
            // SAFETY: the stream lives as long as `input`; the packet is the stream's own and holds `size` bytes at
            // `data`, or none.
            unsafe {
                let packet = &(*stream.as_ptr()).attached_pic;
                let size = usize::try_from(packet.size).ok().filter(|n| *n > 0 && !packet.data.is_null())?;
                Some((!is_named_cover(&stream), std::slice::from_raw_parts(packet.data, size).to_vec()))
            }
        });
        pictures.min_by_key(|(unnamed, _)| *unnamed).map(|(_, picture)| picture)
    }

    /// What the video stream says of itself; where its header is silent, what its key frame at `first` does. That one
    /// is remembered, so that going to `first` afterwards costs nothing.
    ///
    /// # Errors
    /// `no-visual` without a video stream; otherwise as [`next_key`](Self::next_key).
    pub(crate) fn video(&mut self, first: Place) -> Result<Video> {
        let stream = self.stream()?;
        let (id, parameters) = (stream.parameters().id(), stream.parameters());
        // SAFETY: stream and parameters live as long as `input`, and only numbers are read.
        let (mut size, of_stream, of_codec) = unsafe {
            let (stream, codec) = (&*stream.as_ptr(), &*parameters.as_ptr());
            ((codec.width, codec.height), stream.sample_aspect_ratio, codec.sample_aspect_ratio)
        };
        let mut aspect = [of_stream, of_codec].into_iter().find(|r| r.num > 0 && r.den > 0);
        let orientation = orientation(matrix(stream.side_data()));
        let mut has_alpha = has_alpha(&stream);
        if size.0 <= 0 || size.1 <= 0 || (aspect.is_none() && codecs::tells_without_decoding(id)) {
            let known = size.0 > 0 && size.1 > 0;
            if let Some(told) = self.look_ahead(first, known)? {
                size = (told.size.0, told.size.1);
                aspect = aspect.or(Some(told.aspect).filter(|r| r.num > 0 && r.den > 0));
            }
        }
        if let Some(decoder) = &self.decoder {
            // SAFETY: the context is open; only a number is read.
            has_alpha |= picture::has_alpha(unsafe { (*decoder.as_ptr()).pix_fmt }.into());
        }
        let side = |n: i32| u32::try_from(n).ok().filter(|n| *n > 0);
        let (Some(width), Some(height)) = (side(size.0), side(size.1)) else {
            return Err(Error::corrupt("a video whose size is nowhere said"));
        };
        let aspect = aspect.map_or(1.0, |r| f64::from(r.num) / f64::from(r.den));
        // As players do: what would make a line of the picture is a broken header.
        let aspect = if (0.05..20.0).contains(&aspect) { aspect } else { 1.0 };
        Ok(Video { coded: Size::new(width, height), aspect, orientation, has_alpha })
    }

    /// Goes to the key frame at or before `place`, as near as the container lets it be found.
    ///
    /// # Errors
    /// `corrupt` if there is no way there, and what reading fails with.
    pub(crate) fn seek(&mut self, place: Place) -> Result<()> {
        if self.ahead.as_ref().is_some_and(|(at, _)| *at == place) {
            return Ok(());
        }
        self.ahead = None;
        self.any = false;
        self.clear();
        if let Some(decoder) = &mut self.decoder {
            decoder.flush();
        }
        let Some(index) = self.stream else { return Err(no_video()) };
        let (flags, target) = self.target(index, place)?;
        // SAFETY: the context is open, `index` is one of its streams.
        let done = unsafe { ffi::av_seek_frame(self.input.as_mut_ptr(), index as i32, target, flags) };
        match self.failure_but_quota() {
            Some(e) => Err(e),
            None if self.meter.is_exhausted() => Err(Error::limit("the video has to be read through to find a place")),
            None if done < 0 => Err(Error::corrupt("no way to a place in the video")),
            None => Ok(()),
        }
    }

    /// Whether the last search for a key frame was given up because it read too much.
    pub(crate) fn gave_up(&self) -> bool {
        self.meter.is_exhausted()
    }

    /// Takes the first frames for keys, whatever they are marked as: for files that mark none.
    pub(crate) fn accept_any(&mut self) {
        self.any = true;
    }

    /// The next key frame from where the file was left, and when it is shown. `None` at the end, and where the file is
    /// too broken to go on.
    ///
    /// # Errors
    /// `encrypted`, `timeout`, `cancelled`, `io`.
    pub(crate) fn next_key(&mut self) -> Result<Option<Key>> {
        if let Some((_, packet)) = self.ahead.take() {
            return Ok(Some(Key(packet)));
        }
        let index = self.stream.ok_or_else(no_video)?;
        let mut errors = 0;
        for _ in 0..MAX_PACKETS {
            match self.read()? {
                Read::Packet(packet) if packet.stream() != index || packet.size() == 0 => {}
                Read::Packet(packet) => {
                    if packet.side_data().any(|d| d.kind() == packet::side_data::Type::EncryptionInfo) {
                        return Err(encrypted());
                    }
                    if packet.is_key() || self.any {
                        return Ok(Some(Key(packet)));
                    }
                }
                Read::Broken if errors < MAX_ERRORS => errors += 1,
                Read::Broken | Read::End => break,
            }
        }
        Ok(None)
    }

    /// Decodes a key frame; `None` if it holds no picture that can be shown.
    ///
    /// # Errors
    /// `unsupported` for codecs that are not allowed or that FFmpeg was built without, `timeout`, `cancelled`.
    pub(crate) fn decode(&mut self, key: &mut Key) -> Result<Option<Picture>> {
        let any = self.any;
        // Key frames before the point where an edit begins are marked to be thrown away, and are no worse for it.
        key.0.set_flags(key.0.flags());
        let decoder = self.decoder()?;
        decoder.skip_frame(if any { Discard::Default } else { Discard::NonKey });
        let mut picture = None;
        if decoder.send_packet(&key.0).is_ok() {
            // Without an end the decoder would keep the frame back, to put it in order with those that follow.
            let _ = decoder.send_eof();
            let mut frame = frame::Video::empty();
            if decoder.receive_frame(&mut frame).is_ok() && frame.width() > 0 && frame.height() > 0 {
                picture = Some(Picture::new(frame));
            }
        }
        decoder.flush();
        self.interrupt.check()?;
        Ok(picture)
    }

    fn stream(&self) -> Result<ffmpeg_next::Stream<'_>> {
        self.stream.and_then(|index| self.input.stream(index)).ok_or_else(no_video)
    }

    /// The stream that a person would call the video: not a cover, of a codec that is decoded, the largest, and
    /// among equals what is marked as the default. Reads on while a header that lists no streams leaves it open.
    fn find_stream(&mut self) -> Result<()> {
        self.stream = self.best_stream();
        // SAFETY: the context is open; only a number is read.
        let unlisted = unsafe { (*self.input.as_ptr()).ctx_flags } & ffi::AVFMTCTX_NOHEADER != 0;
        if unlisted && self.stream.is_none() {
            self.meter.allow(SEARCHING);
            let mut errors = 0;
            while self.stream.is_none() && errors < MAX_ERRORS {
                match self.read()? {
                    Read::Packet(_) => self.stream = self.best_stream(),
                    Read::Broken => errors += 1,
                    Read::End => break,
                }
            }
        }
        let film = self.stream().ok().or_else(|| self.input.streams().find(is_film));
        match film {
            Some(stream) if is_encrypted(&stream) => Err(encrypted()),
            Some(stream) if self.stream.is_none() => {
                Err(Error::unsupported(format!("a video of codec {:?}", stream.parameters().id())))
            }
            _ => Ok(()),
        }
    }

    fn best_stream(&self) -> Option<usize> {
        let films = self.input.streams().filter(|s| is_film(s) && codecs::is_allowed(s.parameters().id()));
        let best = films.max_by_key(|stream| {
            // SAFETY: parameters live as long as `input`; only numbers are read.
            let (w, h) = unsafe {
                let parameters = stream.parameters();
                let parameters = &*parameters.as_ptr();
                (i64::from(parameters.width), i64::from(parameters.height))
            };
            let default = stream.disposition().contains(Disposition::DEFAULT);
            (w * h, default, std::cmp::Reverse(stream.index()))
        });
        best.map(|stream| stream.index())
    }

    /// Tells the demuxer that nobody wants the other streams, so that it need not fetch them.
    fn discard_others(&mut self) {
        let wanted = self.stream;
        let all = self.input.nb_streams() as usize;
        for index in (0..all).filter(|index| Some(*index) != wanted) {
            if let Some(mut stream) = self.input.stream_mut(index) {
                // SAFETY: the stream lives as long as `input`; demuxers read the field before each packet.
                unsafe { (*stream.as_mut_ptr()).discard = ffi::AVDiscard::AVDISCARD_ALL }
            }
        }
    }

    /// Flags and target of `av_seek_frame`.
    fn target(&mut self, index: usize, place: Place) -> Result<(i32, i64)> {
        let (start, base) = {
            let stream = self.stream()?;
            let start = stream.start_time();
            (if start == ffi::AV_NOPTS_VALUE { 0 } else { start }, stream.time_base())
        };
        let ticks = |seconds: f64| (seconds * f64::from(base.1.max(1)) / f64::from(base.0.max(1))) as i64;
        // SAFETY: the stream is one of the open context's.
        let indexed = self.demuxer.seeking == Seeking::Time
            || unsafe { ffi::avformat_index_get_entries_count(self.stream()?.as_ptr()) } > 1;
        let is_search = !indexed && place != Place::Start;
        self.meter.allow(if is_search { UNINDEXED } else { INDEXED });
        let backward = ffi::AVSEEK_FLAG_BACKWARD;
        Ok(match (place, self.duration()) {
            (Place::Start | Place::Share(0.0), _) if indexed => (backward, start),
            (Place::Share(share), Some(duration)) if indexed => {
                (backward, start.saturating_add(ticks(duration.as_secs_f64() * share)))
            }
            (Place::Time(time), _) if indexed => (backward, start.saturating_add(ticks(time.as_secs_f64()))),
            (Place::Time(time), _) => {
                // Stamps of broadcasts begin anywhere.
                let first = self.first_stamp(index)?;
                self.meter.allow(INDEXED);
                (backward, first.saturating_add(ticks(time.as_secs_f64())))
            }
            (Place::Start, _) => (ffi::AVSEEK_FLAG_BYTE, 0),
            (Place::Share(share), _) => (ffi::AVSEEK_FLAG_BYTE, (share * self.source_size as f64) as i64),
        })
    }

    fn first_stamp(&mut self, index: usize) -> Result<i64> {
        // SAFETY: the context is open, `index` is one of its streams.
        unsafe { ffi::av_seek_frame(self.input.as_mut_ptr(), index as i32, 0, ffi::AVSEEK_FLAG_BYTE) };
        let key = self.next_key()?;
        Ok(key.and_then(|key| key.0.pts().or(key.0.dts())).unwrap_or(0))
    }

    /// What the key frame at `first` says of size and aspect. It is only decoded if it would say nothing otherwise,
    /// unless the size is `known`.
    fn look_ahead(&mut self, first: Place, known: bool) -> Result<Option<Told>> {
        let mut found = None;
        for place in [first, Place::Start] {
            let sought = self.seek(place);
            if let Err(e) = sought {
                if !matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Limit) {
                    return Err(e);
                }
                continue;
            }
            if let Some(key) = self.next_key()? {
                found = Some((place, key.0));
                break;
            }
        }
        let Some((place, packet)) = found else { return Ok(None) };
        let decoder = self.decoder()?;
        let tells = codecs::tells_without_decoding(decoder.id());
        if tells {
            decoder.skip_frame(Discard::All);
            let _ = decoder.send_packet(&packet);
            let _ = decoder.receive_frame(&mut frame::Video::empty());
            // SAFETY: the context is open; only numbers are read.
            let context = unsafe { &*decoder.as_ptr() };
            let told = Told { size: (context.width, context.height), aspect: context.sample_aspect_ratio };
            decoder.flush();
            if told.size.0 > 0 && told.size.1 > 0 {
                self.ahead = Some((place, packet));
                return Ok(Some(told));
            }
        }
        let mut key = Key(packet);
        let picture = if known { None } else { self.decode(&mut key)? };
        self.ahead = Some((place, key.0));
        Ok(picture.map(|picture| {
            let (size, aspect) = (picture.size(), picture.aspect());
            Told { size: (size.width as i32, size.height as i32), aspect }
        }))
    }

    fn read(&mut self) -> Result<Read> {
        self.interrupt.check()?;
        let mut packet = Packet::empty();
        match packet.read(&mut self.input) {
            Ok(()) => Ok(Read::Packet(packet)),
            Err(e) => match self.failure_but_quota() {
                Some(e) => Err(e),
                None if e == ffmpeg_next::Error::Eof || self.meter.is_exhausted() => Ok(Read::End),
                None => Ok(Read::Broken),
            },
        }
    }

    /// Why the source failed, if it did. Running into the quota is no failure: it ends a search like the end does.
    fn failure_but_quota(&self) -> Option<Error> {
        if self.meter.is_exhausted() { None } else { self.meter.failure() }
    }

    /// Forgets that an earlier read came to an end.
    fn clear(&mut self) {
        self.input.clear_eof();
    }

    fn decoder(&mut self) -> Result<&mut decoder::Opened> {
        if self.decoder.is_none() {
            self.decoder = Some(open_decoder(&self.stream()?, self.max_pixels)?);
        }
        self.decoder.as_mut().ok_or_else(|| Error::internal("no decoder"))
    }
}

/// A key frame as it stands in the file.
pub(crate) struct Key(Packet);

impl Key {
    /// Bytes of it.
    pub(crate) fn size(&self) -> usize {
        self.0.size()
    }

    /// A number that is the same for the same frame of the same file.
    pub(crate) fn place(&self) -> (i64, i64) {
        (self.0.dts().or(self.0.pts()).unwrap_or(-1), self.0.position() as i64)
    }
}

struct Told {
    size: (i32, i32),
    aspect: ffi::AVRational,
}

enum Read {
    Packet(Packet),
    Broken,
    End,
}

fn no_video() -> Error {
    Error::new(ErrorKind::NoVisual, "no video stream")
}

fn encrypted() -> Error {
    Error::new(ErrorKind::Encrypted, "the video is encrypted")
}

fn seconds(ticks: i64, base: Rational) -> f64 {
    match ticks {
        ffi::AV_NOPTS_VALUE => 0.0,
        n => n as f64 * f64::from(base.0) / f64::from(base.1.max(1)),
    }
}
