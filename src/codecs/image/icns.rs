//! ICNS, Apple's icons: PNG and JPEG 2000 files, ARGB, and 24-bit pictures with masks in separate elements.
//!
//! Decodes the smallest element of at least twice the wanted size, otherwise the largest: smaller elements are often
//! drawn differently, and the largest is what the file shows. If one is broken, the next is tried.

use thumbling_core::bytes::u32_be;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::probe::{Hint, Score};
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("icns");
/// Size of the header of an element, and of the file: type and length.
const HEADER: u64 = 8;
/// Largest packed element: a mask of 128×128 px and three planes that packing enlarged.
const MAX_PACKED: u64 = 1 << 20;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/icns", "image/x-icns"],
    score: |peek| Score::magic_if(peek.has(0, b"icns")),
    open: |source, _| Ok(Box::new(Icns { source: source.clone(), elements: Vec::new() })),
};

/// How an element stores its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A file; in `ic04` and `ic05` also ARGB.
    File,
    /// Three packed planes; the type of the mask that belongs to them.
    Planes([u8; 4]),
    /// One bit per pixel, followed by a mask.
    Bits,
}

#[derive(Debug, Clone, Copy)]
struct Element {
    kind: Kind,
    side: u32,
    offset: u64,
    bytes: u64,
}

/// Side in px and storage of the supported types.
fn known(kind: &[u8; 4]) -> Option<(u32, Kind)> {
    Some(match kind {
        b"ICN#" => (32, Kind::Bits),
        b"is32" => (16, Kind::Planes(*b"s8mk")),
        b"il32" => (32, Kind::Planes(*b"l8mk")),
        b"ih32" => (48, Kind::Planes(*b"h8mk")),
        b"it32" => (128, Kind::Planes(*b"t8mk")),
        b"icp4" | b"ic04" => (16, Kind::File),
        b"icp5" | b"ic05" | b"ic11" => (32, Kind::File),
        b"icp6" | b"ic12" => (64, Kind::File),
        b"ic07" => (128, Kind::File),
        b"ic08" | b"ic13" => (256, Kind::File),
        b"ic09" | b"ic14" => (512, Kind::File),
        b"ic10" => (1024, Kind::File),
        b"icsb" => (18, Kind::File),
        b"icsB" | b"sb24" => (36, Kind::File),
        _ => return None,
    })
}

struct Icns {
    source: Source,
    /// Smallest first.
    elements: Vec<Element>,
}

impl Icns {
    fn elements(&mut self, cx: &Context<'_>) -> Result<&[Element]> {
        if self.elements.is_empty() {
            walk(&self.source, cx, |kind, offset, bytes| {
                if let Some((side, kind)) = known(&kind) {
                    self.elements.push(Element { kind, side, offset, bytes });
                }
            })?;
            // Among equals, files before planes, planes before bits.
            let rank = |e: &Element| match e.kind {
                Kind::Bits => 0,
                Kind::Planes(_) => 1,
                Kind::File => 2,
            };
            self.elements.sort_by_key(|e| (e.side, rank(e)));
        }
        match self.elements.is_empty() {
            true => Err(Error::corrupt("an icon without a picture")),
            false => Ok(&self.elements),
        }
    }
}

/// Calls `each` with the type, content offset and content length of every element.
fn walk(source: &Source, cx: &Context<'_>, mut each: impl FnMut([u8; 4], u64, u64)) -> Result<()> {
    let mut at = HEADER;
    for _ in 0..cx.limits().max_entries {
        let mut head = [0; HEADER as usize];
        if source.read_up_to(at, &mut head)? < head.len() {
            return Ok(());
        }
        let length = u64::from(u32_be(&head, 4).unwrap_or(0));
        if length < HEADER {
            return Ok(());
        }
        each([head[0], head[1], head[2], head[3]], at + HEADER, length - HEADER);
        at += length;
    }
    Ok(())
}

impl Decoder for Icns {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let side = self.elements(cx)?.last().map_or(0, |e| e.side);
        let mut info = SourceInfo::new(FORMAT, Size::new(side, side));
        info.has_alpha = true;
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let elements = self.elements(cx)?.to_vec();
        let wanted = want.size.width.max(want.size.height).saturating_mul(2);
        let largest = elements.last().map_or(0, |e| e.side);
        let first = elements.partition_point(|e| e.side < wanted.min(largest));
        // First those that cover the smallest size, of which the last is the best.
        let side = elements.get(first).map_or(0, |e| e.side);
        let next = elements.partition_point(|e| e.side <= side).max(first);
        let order = elements[first..next].iter().rev().chain(&elements[next..]).chain(elements[..first].iter().rev());
        let mut broken = None;
        for element in order {
            cx.check()?;
            match decode(&self.source, element, want, cx) {
                Ok(frame) => {
                    if broken.is_some() {
                        cx.warn("the best element of the icon is broken; another one is shown");
                    }
                    return Ok(frame);
                }
                Err(e) if e.ends_request() => {
                    return Err(e);
                }
                Err(e) => {
                    broken.get_or_insert(e);
                }
            }
        }
        Err(broken.unwrap_or_else(|| Error::corrupt("an icon without a picture")))
    }
}

fn decode(source: &Source, element: &Element, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let content = source.slice(element.offset, element.bytes);
    let pixels = element.side as usize * element.side as usize;
    match element.kind {
        Kind::File => {
            let mut magic = [0; 4];
            content.read_exact_at(0, &mut magic)?;
            if magic == *b"ARGB" {
                let data = content.read_vec(4, (content.size() - 4).min(MAX_PACKED))?;
                let planes = unpack(&data, pixels * 4);
                return interleaved(element.side, [&planes[pixels..], &planes[..pixels]].concat());
            }
            Ok(cx.inner_frame(&content, &Hint::default(), want)?.with_origin(Default::default()))
        }
        Kind::Planes(mask) => {
            let data = content.read_vec(0, content.size().min(MAX_PACKED))?;
            // `it32` starts with four zero bytes; other elements of exactly the unpacked length are not packed.
            let data = if element.side == 128 { data.get(4..).unwrap_or_default() } else { &data[..] };
            let mut planes = if data.len() == pixels * 3 { data.to_vec() } else { unpack(data, pixels * 3) };
            planes.extend(alpha(source, mask, pixels, cx)?);
            interleaved(element.side, planes)
        }
        Kind::Bits => {
            let data = content.read_vec(0, (pixels / 4) as u64)?;
            let bit = |i: usize| data[i / 8] >> (7 - i % 8) & 1;
            let rgba = (0..pixels).flat_map(|i| {
                let level = 255 * (1 - bit(i));
                [level, level, level, 255 * bit(pixels + i)]
            });
            Frame::from_u8(element.side, element.side, PixelFormat::Rgba8, rgba.collect())
        }
    }
}

/// The mask of type `kind`; opaque if there is none.
fn alpha(source: &Source, kind: [u8; 4], pixels: usize, cx: &Context<'_>) -> Result<Vec<u8>> {
    let mut found = None;
    walk(source, cx, |other, offset, bytes| {
        if other == kind && bytes >= pixels as u64 {
            found = Some(offset);
        }
    })?;
    Ok(found.and_then(|offset| source.read_vec(offset, pixels as u64).ok()).unwrap_or_else(|| vec![255; pixels]))
}

/// The picture of four planes: red, green, blue, alpha.
fn interleaved(side: u32, planes: Vec<u8>) -> Result<Frame> {
    let pixels = side as usize * side as usize;
    let rgba = (0..pixels).flat_map(|i| [0, 1, 2, 3].map(|c| planes.get(c * pixels + i).copied().unwrap_or(0)));
    Frame::from_u8(side, side, PixelFormat::Rgba8, rgba.collect())
}

/// Run-length code: a byte below 128 is followed by that many literals plus one; from 128 on, the next byte is repeated
/// (value − 125) times. Missing bytes are 0.
fn unpack(mut packed: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(length);
    while let ([control, rest @ ..], true) = (packed, out.len() < length) {
        if *control < 128 {
            let count = (usize::from(*control) + 1).min(rest.len());
            out.extend_from_slice(&rest[..count]);
            packed = &rest[count..];
        } else {
            let Some((value, rest)) = rest.split_first() else { break };
            out.resize(out.len() + usize::from(*control) - 125, *value);
            packed = rest;
        }
    }
    out.resize(length, 0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn icns(elements: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut body = Vec::new();
        for (kind, data) in elements {
            body.extend(*kind);
            body.extend((data.len() as u32 + 8).to_be_bytes());
            body.extend(data);
        }
        let mut b = b"icns".to_vec();
        b.extend((body.len() as u32 + 8).to_be_bytes());
        b.extend(body);
        b
    }

    /// A plane of 256 px of one value: runs of 128 or 130.
    fn plane(value: u8) -> Vec<u8> {
        vec![253, value, 253, value]
    }

    fn sample() -> Vec<u8> {
        let small = [plane(1), plane(2), plane(3)].concat();
        let large: Vec<u8> = [4u8, 5, 6].iter().flat_map(|v| [253, *v].repeat(8)).collect();
        icns(&[(b"is32", small), (b"s8mk", vec![77; 256]), (b"il32", large)])
    }

    #[test]
    fn planes_and_their_mask_are_put_together() {
        let frame = testing::decode_at(&ENTRY, &sample(), Size::new(8, 8)).unwrap();
        assert_eq!((frame.width, &frame.as_u8().unwrap()[..4]), (16, &[1, 2, 3, 77][..]));
    }

    #[test]
    fn an_element_of_twice_the_size_is_taken() {
        for (side, red) in [(8, 1), (9, 4), (99, 4)] {
            let frame = testing::decode_at(&ENTRY, &sample(), Size::new(side, side)).unwrap();
            assert_eq!(frame.as_u8().unwrap()[0], red, "{side}");
        }
        assert_eq!(testing::decode(&ENTRY, &sample()).unwrap().0.size(), Size::new(32, 32));
    }

    #[test]
    fn argb_has_its_alpha_first() {
        let data = [&b"ARGB"[..], &plane(9), &plane(1), &plane(2), &plane(3)].concat();
        let (_, frame) = testing::decode(&ENTRY, &icns(&[(b"ic04", data)])).unwrap();
        assert_eq!(frame.as_u8().unwrap()[..4], [1, 2, 3, 9]);
    }

    #[test]
    fn a_broken_element_falls_back_to_another() {
        let file = icns(&[(b"is32", [plane(1), plane(2), plane(3)].concat()), (b"ic07", vec![0; 99])]);
        assert_eq!(testing::decode_at(&ENTRY, &file, Size::new(128, 128)).unwrap().width, 16);
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(&ENTRY, &sample());
    }
}
