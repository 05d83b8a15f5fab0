//! A video file: which stream is the film, what it says of itself, and its key frames.

use std::ffi::CStr;
use std::time::Duration;

use super::codecs;
use super::decoder::{Decoder, Wanted};
use super::input::{Input, Stop};
use super::library::{Library, library, types as ffi};
use super::packet::{Packet, stamp};
use super::picture::Picture;
use super::reader::{Meter, Reader};
use super::stream::Stream;
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::source::Source;

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

/// An open file.
pub(crate) struct Movie {
    pub(super) library: &'static Library,
    pub(super) decoder: Option<Decoder>,
    input: Input,
    demuxer: &'static Demuxer,
    stream: Option<usize>,
    source_size: u64,
    max_pixels: u64,
    meter: Meter,
    interrupt: Interrupt,
    /// Where the last jump went, and the key frame that was read there and is not decoded yet.
    pub(super) ahead: Option<(Place, Packet)>,
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
        let library = library()?;
        let meter = Meter::default();
        meter.allow(OPENING);
        let reader = Reader::new(source, interrupt, &meter);
        let input = Input::open(reader, demuxer.name, library).map_err(|e| meter.failure().unwrap_or(e))?;
        let (decoder, stream, ahead, any) = (None, None, None, false);
        let (source_size, interrupt) = (source.size(), interrupt.clone());
        let mut movie =
            Self { library, decoder, input, demuxer, stream, source_size, max_pixels, meter, interrupt, ahead, any };
        movie.find_stream()?;
        movie.input.discard_all_but(movie.stream);
        Ok(movie)
    }

    /// Whether there are moving pictures.
    pub(crate) fn has_video(&self) -> bool {
        self.stream.is_some()
    }

    /// The length, where the header says it.
    pub(crate) fn duration(&self) -> Option<Duration> {
        let of_streams = self.input.streams().filter_map(|stream| stream.duration());
        let whole = stamp(self.input.raw().duration).map(|ticks| ticks as f64 / f64::from(ffi::AV_TIME_BASE));
        let longest = of_streams.chain(whole).fold(0.0, f64::max);
        // What no film lasts is a broken header.
        (longest > 0.0 && longest < 1e9).then(|| Duration::from_secs_f64(longest))
    }

    /// A picture that the file carries beside its video: what Matroska calls the cover by its name, else the first.
    pub(crate) fn cover(&self) -> Option<Vec<u8>> {
        let pictures = self.input.streams().filter_map(|s| Some((!s.is_named_cover(), s.attached_picture()?)));
        pictures.min_by_key(|(unnamed, _)| *unnamed).map(|(_, picture)| picture.to_vec())
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
        self.input.clear();
        if let Some(decoder) = &mut self.decoder {
            decoder.flush();
        }
        let Some(index) = self.stream else { return Err(no_video()) };
        let (flags, target) = self.target(index, place)?;
        let sought = self.input.seek(index, target, flags);
        match self.failure_but_quota() {
            Some(e) => Err(e),
            None if self.meter.is_exhausted() => Err(Error::limit("the video has to be read through to find a place")),
            None if sought.is_err() => Err(Error::corrupt("no way to a place in the video")),
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
                    if packet.is_encrypted() {
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
        let wanted = if self.any { Wanted::Any } else { Wanted::Keys };
        key.0.keep();
        let decoder = self.decoder()?;
        let picture = decoder.decode(&mut key.0, wanted);
        decoder.flush();
        self.interrupt.check()?;
        Ok(picture)
    }

    pub(super) fn stream(&self) -> Result<Stream<'_>> {
        self.stream.and_then(|index| self.input.stream(index)).ok_or_else(no_video)
    }

    /// The stream that a person would call the video: not a cover, of a codec that is decoded, the largest, and
    /// among equals what is marked as the default. Reads on while a header that lists no streams leaves it open.
    fn find_stream(&mut self) -> Result<()> {
        self.stream = self.best_stream();
        let unlisted = self.input.raw().ctx_flags & ffi::AVFMTCTX_NOHEADER as i32 != 0;
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
        let film = self.stream().ok().or_else(|| self.input.streams().find(Stream::is_film));
        match film {
            Some(stream) if stream.is_encrypted() => Err(encrypted()),
            Some(stream) if self.stream.is_none() => {
                Err(Error::unsupported(format!("a video of codec {}", stream.codec())))
            }
            _ => Ok(()),
        }
    }

    fn best_stream(&self) -> Option<usize> {
        let films = self.input.streams().filter(|s| s.is_film() && codecs::is_allowed(s.codec()));
        let best = films.max_by_key(|stream| {
            let (width, height) = (stream.parameters().width, stream.parameters().height);
            (i64::from(width) * i64::from(height), stream.is_default(), std::cmp::Reverse(stream.index()))
        });
        best.map(|stream| stream.index())
    }

    /// Flags and target of `av_seek_frame`.
    fn target(&mut self, index: usize, place: Place) -> Result<(u32, i64)> {
        let stream = self.stream()?;
        let (start, tick) = (stream.start(), stream.tick());
        let ticks = |seconds: f64| (seconds / tick) as i64;
        let indexed = self.demuxer.seeking == Seeking::Time || self.input.index_entries(&stream) > 1;
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
        // Where that fails, the next frame is as good.
        let _ = self.input.seek(index, 0, ffi::AVSEEK_FLAG_BYTE);
        let key = self.next_key()?;
        Ok(key.and_then(|key| key.0.shown().or(key.0.decoded())).unwrap_or(0))
    }

    fn read(&mut self) -> Result<Read> {
        self.interrupt.check()?;
        let mut packet = Packet::new(self.library)?;
        match self.input.read(&mut packet) {
            Ok(()) => Ok(Read::Packet(packet)),
            Err(stop) => match self.failure_but_quota() {
                Some(e) => Err(e),
                None if stop == Stop::End || self.meter.is_exhausted() => Ok(Read::End),
                None => Ok(Read::Broken),
            },
        }
    }

    /// Why the source failed, if it did. Running into the quota is no failure: it ends a search like the end does.
    fn failure_but_quota(&self) -> Option<Error> {
        if self.meter.is_exhausted() { None } else { self.meter.failure() }
    }

    pub(super) fn decoder(&mut self) -> Result<&mut Decoder> {
        if self.decoder.is_none() {
            self.decoder = Some(Decoder::open(&self.stream()?, self.library, self.max_pixels)?);
        }
        self.decoder.as_mut().ok_or_else(|| Error::internal("no decoder"))
    }
}

/// A key frame as it stands in the file.
pub(crate) struct Key(pub(super) Packet);

impl Key {
    /// Bytes of it.
    pub(crate) fn size(&self) -> usize {
        self.0.size()
    }

    /// A number that is the same for the same frame of the same file.
    pub(crate) fn place(&self) -> (i64, i64) {
        (self.0.decoded().or(self.0.shown()).unwrap_or(-1), self.0.position())
    }
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
