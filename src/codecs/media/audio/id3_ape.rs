//! Tags read without a library: the ID3v2 tags of DSF, TTA and files that start with one, and the pictures of APE tags,
//! which `lofty` treats as text.

use std::time::Duration;

use lofty::file::FileType;

use super::{Picture, Tags, tags};
use thumbling_core::bytes::{u32_le, u64_le};
use thumbling_core::decode::Context;
use thumbling_core::error::Result;
use thumbling_core::source::Source;

/// Length of the header of an ID3v2 tag, bytes.
const ID3: u64 = 10;

/// Length of the footer of an APE tag, bytes; an ID3v1 tag may follow it.
const APE: u64 = 32;
const ID3V1: u64 = 128;

/// The ID3v2 tag at `offset`; `None` if there is none.
fn id3_at(source: &Source, offset: u64) -> Result<Option<Source>> {
    let mut head = [0; ID3 as usize];
    if source.read_up_to(offset, &mut head)? < head.len() || !head.starts_with(b"ID3") {
        return Ok(None);
    }
    // ID3v2.4, 6.2: seven bits per byte.
    let size = head[6..].iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7F));
    Ok(Some(source.slice(offset, ID3 + size)))
}

/// The items of the APE tag at the end; `None` if there is none.
fn ape_at_end(source: &Source) -> Result<Option<Source>> {
    for after in [0, ID3V1] {
        let Some(at) = source.size().checked_sub(APE + after) else { continue };
        let mut footer = [0; APE as usize];
        source.read_exact_at(at, &mut footer)?;
        if footer.starts_with(b"APETAGEX") {
            // The declared length covers items and footer, but not the header.
            let items = u64::from(u32_le(&footer, 12).unwrap_or(0)).saturating_sub(APE);
            return Ok(at.checked_sub(items).map(|start| source.slice(start, items)));
        }
    }
    Ok(None)
}

/// Pictures of the APE tag at the end: items named `Cover Art (Front)` and the like, with a file name and the picture.
fn ape_pictures(source: &Source, cx: &Context<'_>) -> Result<Vec<Picture>> {
    let Some(items) = ape_at_end(source)? else { return Ok(Vec::new()) };
    let _held = cx.reserve(items.size())?;
    let items = items.read_vec(0, items.size())?;
    let mut pictures = Vec::new();
    let mut rest = &items[..];
    while let Some((name, value, after)) = ape_item(rest) {
        rest = after;
        let Some(kind) = name.strip_prefix(b"Cover Art (") else { continue };
        let kind = match kind {
            b"Front)" => 3,
            b"Icon)" | b"Other Icon)" => 1,
            _ => 0,
        };
        if let Some(end) = value.iter().position(|byte| *byte == 0) {
            pictures.push(Picture { kind, bytes: value[end + 1..].to_vec() });
        }
    }
    Ok(pictures)
}

/// Name and value of the first item, and the remaining items.
fn ape_item(items: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let length = usize::try_from(u32_le(items, 0)?).ok()?;
    let named = items.get(8..)?;
    let end = named.iter().take(256).position(|byte| *byte == 0)?;
    let (value, after) = named[end + 1..].split_at_checked(length)?;
    Some((&named[..end], value, after))
}

/// Reads a format that `lofty` supports and that may have an APE tag.
pub(super) fn with_ape(source: &Source, kind: FileType, cx: &Context<'_>) -> Result<Tags> {
    let mut sound = tags::read(source, kind, cx)?;
    sound.pictures.append(&mut ape_pictures(source, cx)?);
    Ok(sound)
}

/// Reads tags at the start and the end, as in True Audio.
pub(super) fn tta(source: &Source, cx: &Context<'_>) -> Result<Tags> {
    let mut sound = Tags::default();
    let id3 = id3_at(source, 0)?;
    let start = id3.as_ref().map_or(0, Source::size);
    if let Some(tag) = id3 {
        sound.pictures = tags::read_tag(&tag, cx)?;
    }
    sound.pictures.append(&mut ape_pictures(source, cx)?);
    let mut head = [0; 18];
    if source.read_up_to(start, &mut head)? == head.len() && head.starts_with(b"TTA1") {
        sound.duration = duration(u32_le(&head, 14).map(u64::from), u32_le(&head, 10));
    }
    Ok(sound)
}

/// DSD stream files: the header points to an ID3v2 tag (Sony, DSF file format specification 1.01).
pub(super) fn dsf(source: &Source, cx: &Context<'_>) -> Result<Tags> {
    let head = source.head()?;
    let mut sound = Tags::default();
    if let Some(at) = u64_le(&head, 20).filter(|at| *at > 0)
        && let Some(tag) = id3_at(source, at)?
    {
        sound.pictures = tags::read_tag(&tag, cx)?;
    }
    sound.duration = duration(u64_le(&head, 64), u32_le(&head, 56));
    Ok(sound)
}

/// Reads the tag at the start of a file of any format.
pub(super) fn id3(source: &Source, cx: &Context<'_>) -> Result<Tags> {
    let tag = id3_at(source, 0)?;
    let pictures = tag.map_or(Ok(Vec::new()), |tag| tags::read_tag(&tag, cx))?;
    Ok(Tags { pictures, duration: None })
}

fn duration(samples: Option<u64>, rate: Option<u32>) -> Option<Duration> {
    let (samples, rate) = (samples?, rate.filter(|rate| *rate > 0)?);
    Duration::try_from_secs_f64(samples as f64 / f64::from(rate)).ok()
}
