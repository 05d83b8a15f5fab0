//! Boxes of the ISO base media file format (ISO/IEC 14496-12): at the top of a file, and inside each other.

use super::bytes::Bytes;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Four letters that name a box, an item type or a brand.
pub(crate) type FourCc = [u8; 4];

/// Most boxes read at the top of a file.
const MAX_TOP_BOXES: usize = 4096;

/// A box at the top of a file, and the position of its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TopBox {
    pub(crate) kind: FourCc,
    pub(crate) start: u64,
    pub(crate) len: u64,
}

/// The boxes at the top of a file, in order; only their headers are read. Stops at the first invalid one, because those
/// before it may suffice; a payload that runs past the end of the file is cut.
pub(crate) fn top_boxes(source: &Source) -> Result<Vec<TopBox>> {
    let (mut boxes, mut at) = (Vec::new(), 0u64);
    let mut header = [0; 16];
    while boxes.len() < MAX_TOP_BOXES {
        let n = source.read_up_to(at, &mut header)?;
        let Ok((kind, header_len, size)) = box_header(&mut Bytes::new(&header[..n])) else { break };
        let left = source.size() - at;
        let size = size.unwrap_or(left).min(left);
        if size < header_len {
            break;
        }
        boxes.push(TopBox { kind, start: at + header_len, len: size - header_len });
        at += size;
    }
    Ok(boxes)
}

/// The name of a box, the length of its header and its total size; no size if it extends to the end.
fn box_header(bytes: &mut Bytes<'_>) -> Result<(FourCc, u64, Option<u64>)> {
    let short = u64::from(bytes.u32()?);
    let kind = bytes.array()?;
    let (mut header, size) = match short {
        0 => (8, None),
        1 => (16, Some(bytes.u64()?)),
        n => (8, Some(n)),
    };
    if &kind == b"uuid" {
        header += 16;
    }
    match size {
        Some(size) if size < header => Err(Error::corrupt("a box is smaller than its header")),
        _ => Ok((kind, header, size)),
    }
}

/// The boxes inside a payload: name and payload of each. Stops after the first error.
pub(crate) fn boxes(payload: &[u8]) -> impl Iterator<Item = Result<(FourCc, &[u8])>> {
    let mut rest = Bytes::new(payload);
    let mut broken = false;
    std::iter::from_fn(move || {
        if broken || rest.rest().len() < 8 {
            return None;
        }
        let read = next_box(&mut rest);
        broken = read.is_err();
        Some(read)
    })
}

fn next_box<'a>(rest: &mut Bytes<'a>) -> Result<(FourCc, &'a [u8])> {
    let whole = rest.rest();
    let (kind, header, size) = box_header(&mut rest.clone())?;
    let size = size.map_or(Some(whole.len()), |n| usize::try_from(n).ok());
    let body = rest.take(size.ok_or_else(|| Error::corrupt("a box is larger than its parent"))?)?;
    let body = body.get(header as usize..).ok_or_else(|| Error::corrupt("a box is smaller than its header"))?;
    Ok((kind, body))
}

/// The first box named `kind` inside a payload.
pub(crate) fn find<'a>(payload: &'a [u8], kind: &FourCc) -> Result<Option<&'a [u8]>> {
    for entry in boxes(payload) {
        let (name, body) = entry?;
        if name == *kind {
            return Ok(Some(body));
        }
    }
    Ok(None)
}

/// Version, flags and payload of a full box.
pub(crate) fn full_box(payload: &[u8]) -> Result<(u8, u32, Bytes<'_>)> {
    let mut bytes = Bytes::new(payload);
    let word = bytes.u32()?;
    Ok(((word >> 24) as u8, word & 0xff_ffff, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_of_size_zero_takes_the_rest() {
        let data = b"\0\0\0\x0aabcdxy\0\0\0\0restzzz";
        let read: Vec<_> = boxes(data).map(|b| b.unwrap()).collect();
        assert_eq!(read, [(*b"abcd", &b"xy"[..]), (*b"rest", &b"zzz"[..])]);
    }

    #[test]
    fn a_box_that_leaves_its_parent_is_corrupt() {
        assert!(boxes(b"\0\0\0\x20abcd").any(|b| b.is_err()));
        assert!(boxes(b"\0\0\0\x04abcd").any(|b| b.is_err()));
    }

    #[test]
    fn the_top_walk_cuts_the_last_box_at_the_end_of_the_file() {
        let source = Source::from_bytes(*b"\0\0\0\x0cftypheic\0\0\xff\xffmdat12");
        let top = top_boxes(&source).unwrap();
        assert_eq!((top[1].kind, top[1].start, top[1].len), (*b"mdat", 20, 2));
    }
}
