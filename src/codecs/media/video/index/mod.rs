//! Reduces a video's index to the key frames that may be shown.
//!
//! MP4 and QuickTime files list every sample of every track in tables (`stbl`; ISO/IEC 14496-12, 8.5 to 8.7), which a
//! demuxer reads whole: tens of megabytes for a video of many hours. [`reduced`] reads these tables by range to find
//! the key frames at the wanted positions, and puts an index of those alone before the content, which is read from the
//! file as before.
//!
//! Audio, other tracks and edit lists are dropped: a position is one in the stored video. Anything unsupported is not
//! an error: the demuxer then reads the original file.

mod samples;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use self::samples::{MediaHeader, Sample, Samples};
use crate::containers::bmff::boxes::{FourCc, TopBox, top_boxes};
use crate::containers::bmff::bytes::Bytes;
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::{ReadAt, Source};

/// A position in a video.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Moment {
    /// A share of the duration, 0 to 1.
    Share(f64),
    /// A point in time.
    Time(Duration),
}

/// Bytes of an index up to which it is read whole: that costs a fetch or two.
const SMALL: u64 = 256 << 10;

/// Most bytes of a box that is copied unchanged.
const MOST: u64 = 64 << 10;

/// Most bytes of a cover and the other metadata with it that are copied.
const MOST_WORDS: u64 = 512 << 10;

/// Largest index, and most tracks, that are reduced; other files are left to the demuxer.
const MOST_CUT: usize = 2 << 20;
const MOST_TRACKS: usize = 64;

/// Nesting of boxes: of `trak`, `mdia`, `minf`, `stbl`, none is deeper.
const DEPTH: u32 = 3;

/// `source` with an index of the key frames at the start and at `moments`, and of the key frame after each; `None` if
/// its index is small or cannot be reduced.
///
/// # Errors
/// Errors of reading, `timeout` and `cancelled`; invalid content is not an error.
pub(super) fn reduced(source: &Source, moments: &[Moment], interrupt: &Interrupt) -> Result<Option<Source>> {
    let top = top_boxes(source)?;
    let Some(moov) = top.iter().find(|b| &b.kind == b"moov").filter(|b| b.len > SMALL) else { return Ok(None) };
    if top.iter().any(|b| &b.kind == b"moof") {
        return Ok(None);
    }
    let mut head = match top.iter().find(|b| &b.kind == b"ftyp").filter(|b| b.len < MOST) {
        Some(b) => boxed(b"ftyp", &source.read_vec(b.start, b.len)?),
        None => Vec::new(),
    };
    let Some(index) = Cut { size: source.size(), moments, interrupt }.moov(&source.slice(moov.start, moov.len))? else {
        return Ok(None);
    };
    // The content becomes the payload of one `mdat`, whose header ends the prefix.
    let before = (head.len() + index.bytes.len() + 16) as u64;
    head.extend(index.moved_by(before));
    head.extend_from_slice(&1u32.to_be_bytes());
    head.extend_from_slice(b"mdat");
    head.extend_from_slice(&source.size().saturating_add(16).to_be_bytes());
    let size = source.size().saturating_add(before);
    Ok(Some(Source::from_read_at(Arc::new(PrefixedSource { head, source: source.clone() }), size)))
}

/// A source with a prefix.
struct PrefixedSource {
    head: Vec<u8>,
    source: Source,
}

impl ReadAt for PrefixedSource {
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        match usize::try_from(offset).ok().and_then(|at| self.head.get(at..)).filter(|rest| !rest.is_empty()) {
            Some(rest) => {
                let n = rest.len().min(out.len());
                out[..n].copy_from_slice(&rest[..n]);
                Ok(n)
            }
            None => self.source.read_at(offset - self.head.len() as u64, out).map_err(io::Error::other),
        }
    }
}

/// A rewritten box, and the positions in it of 64-bit offsets into the content.
#[derive(Default)]
struct Index {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Index {
    /// Appends a box unchanged.
    fn push(&mut self, kind: &FourCc, payload: &[u8]) {
        self.bytes.extend(boxed(kind, payload));
    }

    /// Appends a rewritten box as one of `kind`.
    fn nest(&mut self, kind: &FourCc, inner: Index) {
        let at = self.bytes.len() + 8;
        self.offsets.extend(inner.offsets.iter().map(|offset| at + offset));
        self.push(kind, &inner.bytes);
    }

    /// The bytes, with `by` added to each offset.
    fn moved_by(mut self, by: u64) -> Vec<u8> {
        for at in self.offsets {
            if let Some(field) = self.bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<8>()) {
                *field = u64::from_be_bytes(*field).saturating_add(by).to_be_bytes();
            }
        }
        self.bytes
    }
}

fn boxed(kind: &FourCc, payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len() + 8).unwrap_or(u32::MAX);
    [&size.to_be_bytes(), &kind[..], payload].concat()
}

/// The samples that a reduced index must list: those at `moments` in a file of `size` bytes.
#[derive(Clone, Copy)]
struct Cut<'a> {
    size: u64,
    moments: &'a [Moment],
    interrupt: &'a Interrupt,
}

impl Cut<'_> {
    /// The movie box with its picture tracks.
    fn moov(self, moov: &Source) -> Result<Option<Index>> {
        let (mut inner, mut tracks) = (Index::default(), 0);
        let boxes = top_boxes(moov)?;
        if boxes.iter().filter(|b| &b.kind == b"trak").count() > MOST_TRACKS {
            return Ok(None);
        }
        for b in boxes {
            match &b.kind {
                // Fragmented, compressed, or in another file.
                b"mvex" | b"cmov" | b"rmra" => return Ok(None),
                b"trak" => {
                    let trak = moov.slice(b.start, b.len);
                    if let Some(media) = media_of_pictures(&trak)? {
                        let Some(trak) = self.part(&trak, media, DEPTH)? else { return Ok(None) };
                        inner.nest(b"trak", trak);
                        tracks += 1;
                    }
                }
                b"udta" | b"meta" => copy(&mut inner, moov, &b, MOST_WORDS)?,
                _ => copy(&mut inner, moov, &b, MOST)?,
            }
            if inner.bytes.len() > MOST_CUT {
                return Ok(None);
            }
        }
        let mut moov = Index::default();
        moov.nest(b"moov", inner);
        Ok((tracks > 0).then_some(moov))
    }

    /// A part of a track: its tables are reduced; references to other tracks and descriptions of the whole video are
    /// dropped.
    fn part(self, parent: &Source, media: MediaHeader, depth: u32) -> Result<Option<Index>> {
        self.interrupt.check()?;
        let mut inner = Index::default();
        for b in top_boxes(parent)? {
            let body = parent.slice(b.start, b.len);
            match &b.kind {
                b"mdia" | b"minf" if depth > 0 => {
                    let Some(part) = self.part(&body, media, depth - 1)? else { return Ok(None) };
                    inner.nest(&b.kind, part);
                }
                b"stbl" => {
                    let Some(table) = self.table(&body, media)? else { return Ok(None) };
                    inner.nest(b"stbl", table);
                }
                b"edts" | b"tref" => {}
                _ => copy(&mut inner, parent, &b, MOST)?,
            }
            if inner.bytes.len() > MOST_CUT {
                return Ok(None);
            }
        }
        Ok(Some(inner))
    }

    /// A sample table of the chosen samples, each in a chunk of its own.
    fn table(self, stbl: &Source, media: MediaHeader) -> Result<Option<Index>> {
        let boxes = top_boxes(stbl)?;
        let Some(stsd) = boxes.iter().find(|b| &b.kind == b"stsd").filter(|b| b.len <= MOST) else { return Ok(None) };
        let Some(mut samples) = Samples::open(stbl, &boxes, media)? else { return Ok(None) };
        let Some(mut chosen) = samples.chosen(self.moments)? else { return Ok(None) };
        chosen.retain(|s| s.offset.checked_add(u64::from(s.size)).is_some_and(|end| end <= self.size));
        if chosen.is_empty() {
            return Ok(None);
        }
        let mut table = Index::default();
        table.push(b"stsd", &stbl.read_vec(stsd.start, stsd.len)?);
        table.push(b"stts", &full(durations(&chosen, samples.duration()).map(|d| [1, d])));
        let keys: Vec<u32> = (1..).zip(&chosen).filter(|(_, s)| s.is_key).map(|(n, _)| n).collect();
        if keys.len() < chosen.len() {
            table.push(b"stss", &full(keys.into_iter().map(|n| [n])));
        }
        table.push(b"stsc", &full((1..).zip(&chosen).map(|(chunk, s)| [chunk, 1, s.description])));
        let sizes = full(chosen.iter().map(|s| [s.size]));
        // After version and flags, the size of all samples: 0, since they differ.
        table.push(b"stsz", &[&sizes[..4], &[0; 4], &sizes[4..]].concat());
        let first = table.bytes.len() + 16;
        table.offsets.extend((0..chosen.len()).map(|i| first + i * 8));
        table.push(b"co64", &full(chosen.iter().map(|s| [(s.offset >> 32) as u32, s.offset as u32])));
        Ok(Some(table))
    }
}

/// Copies a box unchanged, unless it is too large to be needed.
fn copy(into: &mut Index, parent: &Source, b: &TopBox, most: u64) -> Result<()> {
    if b.len <= most {
        into.push(&b.kind, &parent.read_vec(b.start, b.len)?);
    }
    Ok(())
}

/// The media header of a track, if its handler (8.4.3) is video.
fn media_of_pictures(trak: &Source) -> Result<Option<MediaHeader>> {
    let Some(mdia) = top_boxes(trak)?.into_iter().find(|b| &b.kind == b"mdia") else { return Ok(None) };
    let mdia = trak.slice(mdia.start, mdia.len);
    let boxes = top_boxes(&mdia)?;
    let body = |kind: &FourCc| match boxes.iter().find(|b| b.kind == *kind && b.len <= MOST) {
        Some(b) => mdia.read_vec(b.start, b.len),
        None => Ok(Vec::new()),
    };
    if body(b"hdlr")?.get(8..12) != Some(b"vide") {
        return Ok(None);
    }
    let mdhd = body(b"mdhd")?;
    // Version 1 has 64-bit dates and duration.
    let wide = mdhd.first() == Some(&1);
    let mut fields = Bytes::new(mdhd.get(if wide { 20.. } else { 12.. }).unwrap_or_default());
    let read = |fields: &mut Bytes<'_>| {
        Ok::<_, Error>(MediaHeader { timescale: fields.u32()?, duration: fields.uint(if wide { 8 } else { 4 })? })
    };
    Ok(read(&mut fields).ok())
}

/// The duration of each sample: until the next of them, in ticks of the track.
fn durations(chosen: &[Sample], whole: u64) -> impl Iterator<Item = u32> {
    let next = chosen.iter().skip(1).map(|s| s.time).chain([whole]);
    chosen.iter().zip(next).map(|(s, next)| u32::try_from(next.saturating_sub(s.time)).unwrap_or(u32::MAX))
}

/// Version and flags of 0, the number of entries, and the entries.
fn full<const N: usize>(entries: impl Iterator<Item = [u32; N]>) -> Vec<u8> {
    let mut payload = vec![0; 8];
    let mut count = 0u32;
    for entry in entries {
        payload.extend(entry.iter().flat_map(|n| n.to_be_bytes()));
        count += 1;
    }
    payload[4..8].copy_from_slice(&count.to_be_bytes());
    payload
}

#[cfg(test)]
mod tests;
