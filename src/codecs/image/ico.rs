//! ICO and CUR: a directory of small pictures, each a PNG file or a bitmap with a transparency mask.
//!
//! Decodes the smallest entry that covers the wanted size, otherwise the largest; if one is broken, the next is tried.
//! The size of the file is that of its largest entry.

use std::cmp::Reverse;

use thumbling_core::bytes::{u16_le, u32_be, u32_le};
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::dib::{self, Header};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::upright;
use thumbling_core::probe::{Hint, Peek, Score};
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("ico");
/// ICONDIR, and one ICONDIRENTRY.
const HEADER: usize = 6;
const ENTRY_BYTES: usize = 16;
/// Most entries that are read.
const MAX_ENTRIES: usize = 256;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/vnd.microsoft.icon", "image/x-icon", "image/ico"],
    score,
    open: |source, _| Ok(Box::new(Ico { source: source.clone(), entries: Vec::new() })),
};

fn score(peek: &Peek<'_>) -> Score {
    let icon = peek.has(0, &[0, 0, 1, 0]);
    if !icon && !peek.has(0, &[0, 0, 2, 0]) {
        return Score::NONE;
    }
    let Some(count) = u16_le(peek.head, 4).map(usize::from) else { return Score::NONE };
    // The magic is weak: MPEG start codes and TGA headers look alike.
    let plausible = (0..count.min(4)).any(|i| {
        let at = HEADER + i * ENTRY_BYTES;
        u32_le(peek.head, at + 12)
            .is_some_and(|offset| offset as usize >= HEADER + count * ENTRY_BYTES && u64::from(offset) < peek.size)
    });
    if plausible { Score::MAGIC } else { Score::NONE }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    size: Size,
    bits: u16,
    offset: u64,
    bytes: u64,
}

struct Ico {
    source: Source,
    /// Smallest first.
    entries: Vec<Entry>,
}

impl Ico {
    fn entries(&mut self) -> Result<&[Entry]> {
        if self.entries.is_empty() {
            self.entries = directory(&self.source)?;
        }
        Ok(&self.entries)
    }
}

fn directory(source: &Source) -> Result<Vec<Entry>> {
    let mut head = vec![0; HEADER + MAX_ENTRIES * ENTRY_BYTES];
    let n = source.read_up_to(0, &mut head)?;
    head.truncate(n);
    let cut = || Error::corrupt("the file ends inside its directory");
    let (kind, count) = (u16_le(&head, 2).ok_or_else(cut)?, u16_le(&head, 4).ok_or_else(cut)?);
    let listed = head.get(HEADER..).ok_or_else(cut)?.chunks_exact(ENTRY_BYTES).take(count.into());
    let mut entries = Vec::new();
    for e in listed {
        let side = |n: u8| if n == 0 { 256 } else { u32::from(n) };
        let mut entry = Entry {
            size: Size::new(side(e[0]), side(e[1])),
            // In cursors, the hot spot is here.
            bits: if kind == 1 { u16_le(e, 6).unwrap_or(0).min(32) } else { 0 },
            bytes: u32_le(e, 8).unwrap_or(0).into(),
            offset: u32_le(e, 12).unwrap_or(0).into(),
        };
        if entry.offset >= source.size() {
            continue;
        }
        // Zero means 256 or larger.
        if e[0] == 0 || e[1] == 0 {
            entry.size = own_size(source, &entry).unwrap_or(entry.size);
        }
        entries.push(entry);
    }
    entries.sort_by_key(|e| (e.size.pixels(), e.bits, e.bytes));
    let Some(largest) = entries.last_mut() else {
        return Err(Error::corrupt("an icon without a picture"));
    };
    // Directories are often wrong.
    largest.size = own_size(source, largest).unwrap_or(largest.size);
    Ok(entries)
}

fn slice(source: &Source, entry: &Entry) -> Source {
    // Byte counts of bitmaps are often wrong; the bitmap's header tells the real size.
    source.slice(entry.offset, u64::MAX)
}

fn is_png(source: &Source, entry: &Entry) -> bool {
    let mut magic = [0; 8];
    slice(source, entry).read_exact_at(0, &mut magic).is_ok() && magic == *b"\x89PNG\r\n\x1A\n"
}

/// The size that the picture itself declares.
fn own_size(source: &Source, entry: &Entry) -> Option<Size> {
    if is_png(source, entry) {
        let mut head = [0; 24];
        slice(source, entry).read_exact_at(0, &mut head).ok()?;
        return Some(Size::new(u32_be(&head, 16)?, u32_be(&head, 20)?)).filter(|s| s.pixels() > 0);
    }
    bitmap(source, entry).ok().map(|header| header.size)
}

/// The header of a bitmap entry. Its height includes the rows of the mask.
fn bitmap(source: &Source, entry: &Entry) -> Result<Header> {
    let mut header = Header::read(&slice(source, entry), None)?;
    let maskless = header.size == entry.size;
    if !maskless {
        header.size.height = (header.size.height / 2).max(1);
    }
    // 32-bit icons have alpha, whatever the mask says.
    if header.bits == 32 {
        header.masks[3] = !(header.masks[0] | header.masks[1] | header.masks[2]);
    }
    Ok(header)
}

impl Decoder for Ico {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let largest = self.entries()?.last().map(|e| e.size);
        let mut info = SourceInfo::new(FORMAT, largest.unwrap_or_default());
        info.has_alpha = true;
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let mut order = self.entries()?.to_vec();
        // Covering entries, smallest first, then the others, largest first; among equals the deepest first.
        order.sort_by_key(|e| match e.size.covers(want.size) {
            true => (0, e.size.pixels(), Reverse((e.bits, e.bytes))),
            false => (1, u64::MAX - e.size.pixels(), Reverse((e.bits, e.bytes))),
        });
        let mut first = None;
        for entry in &order {
            cx.check()?;
            match decode(&self.source, entry, want, cx) {
                Ok(frame) => {
                    if first.is_some() {
                        cx.warn("the best entry of the icon is broken; another one is shown");
                    }
                    return Ok(frame);
                }
                Err(e) if e.ends_request() => {
                    return Err(e);
                }
                Err(e) => {
                    first.get_or_insert(e);
                }
            }
        }
        Err(first.unwrap_or_else(|| Error::corrupt("an icon without a picture")))
    }
}

fn decode(source: &Source, entry: &Entry, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    if is_png(source, entry) {
        return Ok(cx.inner_frame(&slice(source, entry), &Hint::default(), want)?.with_origin(Default::default()));
    }
    let header = bitmap(source, entry)?;
    let _held = cx.reserve_pixels(header.size, 4)?;
    let dib = slice(source, entry);
    let frame = upright(dib::frame(&dib, &header, &Want::new(header.size), cx)?);
    if frame.format.has_alpha() {
        return Ok(frame);
    }
    masked(frame, &mask(&dib, &header)?)
}

/// Rows of the mask as stored, bottom up, one bit per pixel; fewer if the file ends.
fn mask(dib: &Source, header: &Header) -> Result<Vec<u8>> {
    let at = header.pixels + header.stride() as u64 * u64::from(header.size.height);
    let len = mask_stride(header.size.width) as u64 * u64::from(header.size.height);
    let mut mask = vec![0; len.min(dib.size().saturating_sub(at)) as usize];
    let n = dib.read_up_to(at, &mut mask)?;
    mask.truncate(n);
    Ok(mask)
}

const fn mask_stride(width: u32) -> usize {
    width.div_ceil(32) as usize * 4
}

/// The frame with the pixels transparent that are set in the mask.
fn masked(frame: Frame, mask: &[u8]) -> Result<Frame> {
    let samples = frame.as_u8().ok_or_else(|| Error::internal("an icon's bitmap of more than 8 bits"))?;
    let (width, channels) = (frame.width as usize, frame.format.channels());
    let stride = mask_stride(frame.width);
    let is_clear = |x: usize, y: usize| {
        let byte = mask.get((frame.height as usize - 1 - y) * stride + x / 8);
        byte.is_some_and(|b| b >> (7 - x % 8) & 1 == 1)
    };
    let mut rgba = Vec::with_capacity(samples.len() / channels * 4);
    for (i, p) in samples.chunks_exact(channels).enumerate() {
        let rgb = if channels == 1 { [p[0]; 3] } else { [p[0], p[1], p[2]] };
        let alpha = if is_clear(i % width, i / width) { 0 } else { 255 };
        rgba.extend([rgb[0], rgb[1], rgb[2], alpha]);
    }
    // A cursor of inverting pixels only (set in the mask, and white) is drawn black.
    if rgba.chunks_exact(4).all(|p| p[3] == 0) {
        for p in rgba.chunks_exact_mut(4).filter(|p| p[..3] != [0; 3]) {
            p.copy_from_slice(&[0, 0, 0, 255]);
        }
    }
    Frame::from_u8(frame.width, frame.height, PixelFormat::Rgba8, rgba)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// A 24-bit bitmap entry of one colour, whose mask is clear in the top row.
    fn entry(side: u8, blue: u8) -> Vec<u8> {
        let mut b = 40u32.to_le_bytes().to_vec();
        b.extend([side, 0, 0, 0, side * 2, 0, 0, 0, 1, 0, 24, 0]);
        b.extend([0; 24]);
        let stride = (usize::from(side) * 3).div_ceil(4) * 4;
        for _ in 0..side {
            b.extend([blue, 2, 1].repeat(side.into()).into_iter().chain([0; 4]).take(stride));
        }
        for y in 0..side {
            b.extend([if y == side - 1 { 0xFF } else { 0 }; 4]);
        }
        b
    }

    fn ico(entries: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut b = vec![0, 0, 1, 0, entries.len() as u8, 0];
        let mut at = HEADER + entries.len() * ENTRY_BYTES;
        for (side, data) in entries {
            b.extend([*side, *side, 0, 0, 1, 0, 24, 0]);
            b.extend((data.len() as u32).to_le_bytes());
            b.extend((at as u32).to_le_bytes());
            at += data.len();
        }
        b.extend(entries.iter().flat_map(|e| e.1.clone()));
        b
    }

    fn sample() -> Vec<u8> {
        ico(&[(4, entry(4, 10)), (16, entry(16, 20)), (8, entry(8, 30))])
    }

    #[test]
    fn the_mask_clears_pixels() {
        let (_, frame) = testing::decode(&ENTRY, &ico(&[(4, entry(4, 9))])).unwrap();
        let v = frame.as_u8().unwrap();
        assert_eq!((&v[..4], &v[16..20]), (&[1, 2, 9, 0][..], &[1, 2, 9, 255][..]));
    }

    #[test]
    fn the_smallest_entry_that_covers_is_taken() {
        for (side, blue) in [(3, 10), (5, 30), (8, 30), (9, 20), (99, 20)] {
            let frame = testing::decode_at(&ENTRY, &sample(), Size::new(side, side)).unwrap();
            assert_eq!(frame.as_u8().unwrap()[frame.width as usize * 4 + 2], blue, "{side}");
        }
    }

    #[test]
    fn the_size_is_that_of_the_largest_entry() {
        assert_eq!(testing::decode(&ENTRY, &sample()).unwrap().0.size(), Size::new(16, 16));
    }

    #[test]
    fn a_broken_entry_falls_back_to_another() {
        let mut file = ico(&[(4, entry(4, 10)), (16, entry(16, 20))]);
        let at = HEADER + 2 * ENTRY_BYTES + entry(4, 10).len();
        file[at] = 200;
        assert_eq!(testing::decode_at(&ENTRY, &file, Size::new(16, 16)).unwrap().size(), Size::new(4, 4));
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(&ENTRY, &sample());
    }
}
