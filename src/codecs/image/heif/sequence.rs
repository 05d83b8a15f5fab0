//! Image sequences (`moov`, ISO/IEC 23008-12, clause 7): the first sync frame, represented as an item.
//!
//! Only what leads to that frame is read; timing and edit lists are ignored.

use super::location::{Base, Location};
use super::meta::Meta;
use super::property::{Property, properties};
use crate::containers::bmff::boxes::{FourCc, boxes, find, full_box};
use crate::containers::bmff::bytes::Bytes;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// The item ids of the picture track and of its alpha.
const PICTURE: u32 = 1;
const ALPHA: u32 = 2;

/// The first sync frame of one track.
struct Track {
    handler: FourCc,
    kind: FourCc,
    properties: Vec<Property>,
    location: Location,
    frames: u32,
}

/// Number of frames of the longest picture track; 0 without one.
pub(super) fn frame_count(moov: &[u8]) -> u32 {
    tracks(moov).filter_map(Result::ok).filter(|t| t.handler != *b"auxv").map(|t| t.frames).max().unwrap_or(0)
}

/// A `meta` with one picture, and its alpha if there is one, from the payload of `moov`.
pub(super) fn first_frame(moov: &[u8]) -> Result<Meta> {
    let (mut meta, mut broken) = (Meta::default(), None);
    for track in tracks(moov) {
        let track = match track {
            Ok(track) => track,
            Err(e) => {
                broken = broken.or(Some(e));
                continue;
            }
        };
        let id = if &track.handler == b"auxv" { ALPHA } else { PICTURE };
        if !meta.items.contains_key(&id) {
            meta.add(id, track.kind, track.location, track.properties);
        }
    }
    if !meta.items.contains_key(&PICTURE) {
        return Err(broken.unwrap_or_else(|| Error::corrupt("neither a picture item nor a picture track")));
    }
    meta.primary = Some(PICTURE);
    if meta.items.contains_key(&ALPHA) {
        meta.refer(*b"auxl", ALPHA, PICTURE);
    }
    Ok(meta)
}

/// Picture tracks; other tracks are skipped.
fn tracks(moov: &[u8]) -> impl Iterator<Item = Result<Track>> {
    boxes(moov).filter_map(|entry| match entry {
        Ok((kind, body)) if &kind == b"trak" => track(body).transpose(),
        Ok(_) => None,
        Err(e) => Some(Err(e)),
    })
}

fn child<'a>(payload: &'a [u8], kind: &FourCc) -> Result<&'a [u8]> {
    find(payload, kind)?.ok_or_else(|| Error::corrupt(format!("a track without `{}`", String::from_utf8_lossy(kind))))
}

fn track(trak: &[u8]) -> Result<Option<Track>> {
    let mdia = child(trak, b"mdia")?;
    let (_, _, mut handler) = full_box(child(mdia, b"hdlr")?)?;
    handler.u32()?;
    let handler = handler.array()?;
    if ![*b"pict", *b"vide", *b"auxv"].contains(&handler) {
        return Ok(None);
    }
    let stbl = child(child(mdia, b"minf")?, b"stbl")?;
    let (kind, properties) = sample_entry(child(stbl, b"stsd")?, handler == *b"auxv")?;
    let sample = match find(stbl, b"stss")? {
        Some(stss) => first_sync(stss)?,
        None => 0,
    };
    let (frames, size, before) = sample_size(stbl, sample)?;
    let offset = chunk_offset(stbl, before.0)?;
    let skipped = sizes(stbl, before.1, sample)?;
    let offset = offset.checked_add(skipped).ok_or_else(|| Error::corrupt("a frame beyond any possible file"))?;
    let location = Location { base: Base::File, extents: vec![(offset, u64::from(size))] };
    Ok(Some(Track { handler, kind, properties, location, frames }))
}

/// Codec and properties of the first sample entry (ISO/IEC 14496-12, clause 12.1.3).
fn sample_entry(stsd: &[u8], alpha: bool) -> Result<(FourCc, Vec<Property>)> {
    let (_, _, mut bytes) = full_box(stsd)?;
    bytes.u32()?;
    let (kind, body) = boxes(bytes.rest()).next().ok_or_else(|| Error::corrupt("a track without a sample entry"))??;
    let mut bytes = Bytes::new(body);
    bytes.take(24)?;
    let size = Size::new(u32::from(bytes.u16()?), u32::from(bytes.u16()?));
    bytes.take(50)?;
    let mut all = properties(bytes.rest())?;
    all.push(Property::Extent(size));
    if alpha {
        all.push(Property::Auxiliary("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha".into()));
    }
    Ok((kind, all))
}

/// The first sync sample, counted from 0.
fn first_sync(stss: &[u8]) -> Result<u32> {
    let (_, _, mut bytes) = full_box(stss)?;
    if bytes.u32()? == 0 {
        return Err(Error::unsupported("a sequence without a sync frame"));
    }
    bytes.u32()?.checked_sub(1).ok_or_else(|| Error::corrupt("sample number 0"))
}

/// Number of samples, size of sample `sample`, its chunk (from 0) and the first sample of that chunk.
fn sample_size(stbl: &[u8], sample: u32) -> Result<(u32, u32, (u32, u32))> {
    let (_, _, mut bytes) = full_box(child(stbl, b"stsz")?)?;
    let (all, count) = (bytes.u32()?, bytes.u32()?);
    if sample >= count {
        return Err(Error::corrupt("a sync sample beyond the last sample"));
    }
    let size = match all {
        0 => {
            bytes.take(sample as usize * 4)?;
            bytes.u32()?
        }
        n => n,
    };
    Ok((count, size, chunk_of(child(stbl, b"stsc")?, sample)?))
}

/// The chunk of a sample, and the first sample of that chunk; all counted from 0.
fn chunk_of(stsc: &[u8], sample: u32) -> Result<(u32, u32)> {
    let (_, _, mut bytes) = full_box(stsc)?;
    let broken = || Error::corrupt("a broken sample-to-chunk table");
    let (mut first_sample, mut run): (u64, Option<(u32, u32)>) = (0, None);
    for _ in 0..bytes.u32()? {
        let (chunk, per_chunk) = (bytes.u32()?.checked_sub(1).ok_or_else(broken)?, bytes.u32()?);
        bytes.u32()?;
        if let Some((start, per)) = run {
            let samples = u64::from(chunk.checked_sub(start).ok_or_else(broken)?) * u64::from(per);
            if u64::from(sample) < first_sample + samples {
                break;
            }
            first_sample += samples;
        }
        run = Some((chunk, per_chunk));
    }
    let (start, per) = run.filter(|(_, per)| *per > 0).ok_or_else(broken)?;
    let into = (u64::from(sample) - first_sample) / u64::from(per);
    let chunk = u32::try_from(u64::from(start) + into).map_err(|_| broken())?;
    Ok((chunk, u32::try_from(first_sample + into * u64::from(per)).map_err(|_| broken())?))
}

fn chunk_offset(stbl: &[u8], chunk: u32) -> Result<u64> {
    let (body, width) = match find(stbl, b"stco")? {
        Some(body) => (body, 4),
        None => (child(stbl, b"co64")?, 8),
    };
    let (_, _, mut bytes) = full_box(body)?;
    if chunk >= bytes.u32()? {
        return Err(Error::corrupt("a chunk beyond the last chunk"));
    }
    bytes.take(chunk as usize * width)?;
    bytes.uint(width)
}

/// Bytes of the samples `from..to`.
fn sizes(stbl: &[u8], from: u32, to: u32) -> Result<u64> {
    let (_, _, mut bytes) = full_box(child(stbl, b"stsz")?)?;
    let (all, _) = (bytes.u32()?, bytes.u32()?);
    if all > 0 {
        return Ok(u64::from(to.saturating_sub(from)) * u64::from(all));
    }
    bytes.take(from as usize * 4)?;
    (from..to).try_fold(0u64, |sum, _| Ok(sum + u64::from(bytes.u32()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stsc(runs: &[(u32, u32)]) -> Vec<u8> {
        let mut body = vec![0; 4];
        body.extend((runs.len() as u32).to_be_bytes());
        for (chunk, per) in runs {
            for word in [*chunk, *per, 1] {
                body.extend(word.to_be_bytes());
            }
        }
        body
    }

    #[test]
    fn a_sample_is_found_in_its_chunk() {
        let table = stsc(&[(1, 3), (3, 2)]);
        for (sample, expected) in [(0, (0, 0)), (2, (0, 0)), (3, (1, 3)), (6, (2, 6)), (9, (3, 8))] {
            assert_eq!(chunk_of(&table, sample).unwrap(), expected, "sample {sample}");
        }
    }

    #[test]
    fn a_table_that_runs_backwards_is_corrupt() {
        assert!(chunk_of(&stsc(&[(5, 1), (2, 1)]), 9).is_err());
        assert!(chunk_of(&stsc(&[(0, 1)]), 0).is_err());
        assert!(chunk_of(&stsc(&[(1, 0)]), 0).is_err());
    }
}
