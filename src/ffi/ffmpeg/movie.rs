//! A video file: its video stream, metadata and key frames.

use std::ffi::CStr;
use std::time::Duration;

use super::codecs;
use super::decoder::{Decoder, PacketFilter};
use super::input::{Input, Stop};
use super::library::{Library, library, types as ffi};
use super::packet::{Packet, stamp};
use super::picture::Picture;
use super::reader::{Meter, Reader};
use super::stream::Stream;
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::source::Source;

/// Bytes that opening may fetch: the index of a ten-hour video has about ten million.
const OPENING: u64 = 64 << 20;

/// Bytes that may be fetched to find a stream that the header does not list.
const SEARCHING: u64 = 1 << 20;

/// Bytes that may be fetched to seek to a position and read a key frame there, if there is an index.
const INDEXED: u64 = 32 << 20;

/// The same if the next key frame must be found by reading. Does not apply to the first frame.
const UNINDEXED: u64 = 768 << 10;

/// Packets that are read to find a key frame.
const MAX_PACKETS: u32 = 20_000;

/// Consecutive broken packets after which a file is given up.
const MAX_ERRORS: u32 = 8;

/// One of FFmpeg's demuxers.
#[derive(Debug)]
pub(crate) struct Demuxer {
    /// Its name in FFmpeg.
    pub(crate) name: &'static CStr,
    /// How to seek.
    pub(crate) seeking: Seeking,
}

/// How to seek.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seeking {
    /// By time, with the container's index or the demuxer's own search.
    Time,
    /// By byte position in proportion to the time, unless the header has an index.
    Bytes,
}

/// A position in a video.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// The first frame.
    Start,
    /// A share of the duration, 0 to 1.
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
    /// Target of the last seek, and the key frame read there, not yet decoded.
    pub(super) ahead: Option<(Place, Packet)>,
    /// Whether frames that are not marked as key frames are accepted.
    any: bool,
}

impl Movie {
    /// Opens `source` with `demuxer`; reads only the header, if that lists the streams.
    ///
    /// # Errors
    /// `corrupt` if the demuxer rejects the file, `unsupported` if FFmpeg was built without it, `encrypted`, and errors
    /// of reading.
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

    /// Whether there is a video stream.
    pub(crate) fn has_video(&self) -> bool {
        self.stream.is_some()
    }

    /// The duration, if the header has it.
    pub(crate) fn duration(&self) -> Option<Duration> {
        let of_streams = self.input.streams().filter_map(|stream| stream.duration());
        let whole = stamp(self.input.raw().duration).map(|ticks| ticks as f64 / f64::from(ffi::AV_TIME_BASE));
        let longest = of_streams.chain(whole).fold(0.0, f64::max);
        // An absurd duration means a broken header.
        (longest > 0.0 && longest < 1e9).then(|| Duration::from_secs_f64(longest))
    }

    /// The embedded cover: in Matroska the attachment named so, otherwise the first picture.
    pub(crate) fn cover(&self) -> Option<Vec<u8>> {
        let pictures = self.input.streams().filter_map(|s| Some((!s.is_named_cover(), s.attached_picture()?)));
        pictures.min_by_key(|(unnamed, _)| *unnamed).map(|(_, picture)| picture.to_vec())
    }

    /// Seeks to the key frame at or before `place`, as precisely as the container allows.
    ///
    /// # Errors
    /// `corrupt` if seeking fails, and errors of reading.
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
            None if self.meter.is_exhausted() => Err(Error::limit("seeking would require reading the whole video")),
            None if sought.is_err() => Err(Error::corrupt("seeking in the video failed")),
            None => Ok(()),
        }
    }

    /// Whether the last search for a key frame was given up because it read too much.
    pub(crate) fn gave_up(&self) -> bool {
        self.meter.is_exhausted()
    }

    /// Accepts frames that are not marked as key frames, for files that mark none.
    pub(crate) fn accept_any(&mut self) {
        self.any = true;
    }

    /// The next key frame from the current position, and its time. `None` at the end, and if the file is too broken to
    /// continue.
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

    /// Decodes a key frame; `None` if it has no picture.
    ///
    /// # Errors
    /// `unsupported` for codecs that are not allowed or that FFmpeg was built without, `timeout`, `cancelled`.
    pub(crate) fn decode(&mut self, key: &mut Key) -> Result<Option<Picture>> {
        let wanted = if self.any { PacketFilter::Any } else { PacketFilter::Keys };
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

    /// The main video stream: not a cover, of an allowed codec, the largest, and among equals the one marked as
    /// default. If the header lists no streams, reads on until one is found.
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
            Some(stream) if self.stream.is_none() => Err(Error::unsupported(format!("video codec {}", stream.codec()))),
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

    /// Flags and target for `av_seek_frame`.
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
                // Time stamps of broadcasts start anywhere.
                let first = self.first_stamp(index)?;
                self.meter.allow(INDEXED);
                (backward, first.saturating_add(ticks(time.as_secs_f64())))
            }
            (Place::Start, _) => (ffi::AVSEEK_FLAG_BYTE, 0),
            (Place::Share(share), _) => (ffi::AVSEEK_FLAG_BYTE, (share * self.source_size as f64) as i64),
        })
    }

    fn first_stamp(&mut self, index: usize) -> Result<i64> {
        // If that fails, the next frame is as good.
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

    /// The error of the source, if there was one. Reaching the quota is not an error: it ends a search like the end of
    /// the file.
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

/// A key frame as stored.
pub(crate) struct Key(pub(super) Packet);

impl Key {
    /// Its length, bytes.
    pub(crate) fn size(&self) -> usize {
        self.0.size()
    }

    /// A number that identifies the frame within the file.
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
