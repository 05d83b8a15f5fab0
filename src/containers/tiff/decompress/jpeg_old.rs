//! Old-style JPEG (TIFF 6.0 section 22, withdrawn by technical note 2): tables and entropy-coded data are scattered
//! over the file. They are joined to one JPEG stream of the whole picture.
//!
//! Files whose strips are complete JPEG streams are not handled here: [`image`](crate::containers::tiff::image) treats
//! them as new-style JPEG.

use super::jpeg::{Components, Decompressor, Pixels};
use crate::containers::tiff::layout::Layout;
use crate::containers::tiff::{photometric, tag};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};

/// The whole picture, as rows of its 8-bit samples.
pub(super) fn picture(layout: &Layout, jpeg: &mut Decompressor, cx: &Context<'_>) -> Result<Pixels> {
    let directory = layout.directory();
    if directory.u16(tag::JPEG_PROC).is_some_and(|n| n != 1) {
        return Err(Error::unsupported("old-style lossless JPEG in TIFF"));
    }
    let header = Header::read(layout)?;
    let components = match layout.directory().u16(tag::PHOTOMETRIC) {
        Some(photometric::YCBCR) | None if layout.samples == 3 => Components::YCbCr,
        _ => Components::Direct,
    };
    let strips = strips(layout, cx)?;
    let total: u64 = strips.iter().map(|(_, n)| n).sum();
    let _held = cx.reserve(total)?;
    let mut stream = vec![0xFF, 0xD8];
    stream.extend(components.segment());
    stream.extend(&header.tables);
    match &header.frame {
        Some(frame) => stream.extend(frame),
        None => stream.extend(frame_header(layout)?),
    }
    if header.restart.is_none() && strips.len() > 1 {
        let mcus = |px: u32, samples: u32| px.div_ceil(samples * 8);
        let interval = mcus(layout.directory().u32(tag::IMAGE_WIDTH).unwrap_or(0), layout.subsampling.width)
            * mcus(layout.directory().u32(tag::ROWS_PER_STRIP).unwrap_or(0), layout.subsampling.height);
        let interval = u16::try_from(interval).map_err(|_| Error::unsupported("strips of more than 65,535 blocks"))?;
        stream.extend([0xFF, 0xDD, 0, 4]);
        stream.extend(interval.to_be_bytes());
    }
    stream.extend(header.restart.iter().flatten());
    match &header.scan {
        Some(scan) => stream.extend(scan),
        None => stream.extend(scan_header(layout)?),
    }
    for (i, (offset, bytes)) in strips.iter().enumerate() {
        let data = layout.source().read_vec(*offset, *bytes)?;
        // The first strip may repeat the whole header.
        let data = data.get(header_bytes(&data)..).unwrap_or_default();
        stream.extend(data.strip_suffix(&[0xFF, 0xD9]).unwrap_or(data));
        // Every strip restarts its predictions, which in a stream needs a restart marker.
        let restarted = matches!(stream[stream.len() - 2..], [0xFF, 0xD0..=0xD7]);
        if i + 1 < strips.len() && !restarted {
            stream.extend([0xFF, 0xD0 + (i % 8) as u8]);
        }
    }
    stream.extend([0xFF, 0xD9]);
    jpeg.decode(layout, &stream, cx)
}

/// Offset and length of each strip.
fn strips(layout: &Layout, cx: &Context<'_>) -> Result<Vec<(u64, u64)>> {
    let size = layout.source().size();
    let all = |tag| layout.directory().u64s(tag, u64::from(layout.size.height) * u64::from(layout.denominator));
    let (Some(offsets), Some(counts)) = (all(tag::STRIP_OFFSETS), all(tag::STRIP_BYTE_COUNTS)) else {
        return Err(Error::corrupt("old-style JPEG without strips"));
    };
    let ranges = offsets.iter().zip(counts).filter(|(offset, _)| **offset < size);
    let ranges: Vec<_> = ranges.map(|(offset, n)| (*offset, n.min(size - offset))).collect();
    // Overlapping strips would let a small file expand.
    let total = ranges.iter().fold(0u64, |sum, (_, n)| sum.saturating_add(*n));
    if total > size.saturating_add(1024).min(cx.limits().max_source) {
        return Err(Error::limit(format!("strips of {total} bytes in a file of {size}")));
    }
    Ok(ranges)
}

/// The marker segments of a picture, each with its marker; `None` if the file has none.
#[derive(Default)]
struct Header {
    tables: Vec<u8>,
    frame: Option<Vec<u8>>,
    restart: Option<Vec<u8>>,
    scan: Option<Vec<u8>>,
}

impl Header {
    fn read(layout: &Layout) -> Result<Self> {
        let directory = layout.directory();
        let mut header = Self::default();
        if let Some(offset) = directory.u64(tag::JPEG_INTERCHANGE_FORMAT).filter(|n| *n > 0) {
            let rest = layout.source().size().saturating_sub(offset);
            let length = directory.u64(tag::JPEG_INTERCHANGE_FORMAT_LENGTH).filter(|n| *n > 0).unwrap_or(rest);
            header.take_segments(&layout.source().read_vec(offset, length.min(rest).min(1 << 16))?);
        }
        if header.tables.is_empty() {
            header.tables = tables(layout)?;
        }
        if header.restart.is_none()
            && let Some(interval) = directory.u16(tag::JPEG_RESTART_INTERVAL).filter(|n| *n > 0)
        {
            let [high, low] = interval.to_be_bytes();
            header.restart = Some(vec![0xFF, 0xDD, 0, 4, high, low]);
        }
        Ok(header)
    }

    fn take_segments(&mut self, stream: &[u8]) {
        for (marker, segment) in segments(stream) {
            match marker {
                0xDB | 0xC4 => self.tables.extend(segment),
                0xC0 | 0xC1 => self.frame = Some(segment.to_vec()),
                0xDD => self.restart = Some(segment.to_vec()),
                SOS => self.scan = Some(segment.to_vec()),
                _ => {}
            }
        }
    }
}

const SOS: u8 = 0xDA;

/// The marker segments at the start of `stream`, up to and including the first scan header, each with its marker.
fn segments(stream: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = stream.strip_prefix(&[0xFF, 0xD8]).unwrap_or_default();
    std::iter::from_fn(move || {
        let [0xFF, marker, high, low, ..] = *rest else { return None };
        let (segment, after) = rest.split_at_checked(2 + usize::from(u16::from_be_bytes([high, low])))?;
        rest = if marker == SOS { &[] } else { after };
        Some((marker, segment))
    })
}

/// Bytes of `stream` before the entropy-coded data; 0 if it has no header.
fn header_bytes(stream: &[u8]) -> usize {
    let mut bytes = 2;
    for (marker, segment) in segments(stream) {
        bytes += segment.len();
        if marker == SOS {
            return bytes;
        }
    }
    0
}

/// DQT and DHT segments from the tags that point to bare tables.
fn tables(layout: &Layout) -> Result<Vec<u8>> {
    let source = layout.source();
    let offsets = |tag| layout.directory().u64s(tag, 4).unwrap_or_default();
    let mut out = Vec::new();
    for (i, at) in offsets(tag::JPEG_Q_TABLES).into_iter().enumerate() {
        out.extend([0xFF, 0xDB, 0, 67, i as u8]);
        out.extend(source.read_vec(at, 64)?);
    }
    for (class, tag) in [(0u8, tag::JPEG_DC_TABLES), (0x10, tag::JPEG_AC_TABLES)] {
        for (i, at) in offsets(tag).into_iter().enumerate() {
            let counts = source.read_vec(at, 16)?;
            let values: u16 = counts.iter().map(|n| u16::from(*n)).sum();
            if values > 256 {
                return Err(Error::corrupt("a Huffman table of more than 256 values"));
            }
            out.extend([0xFF, 0xC4]);
            out.extend((19 + values).to_be_bytes());
            out.push(class | i as u8);
            out.extend(counts);
            out.extend(source.read_vec(at.saturating_add(16), u64::from(values))?);
        }
    }
    match out.is_empty() {
        true => Err(Error::corrupt("old-style JPEG without tables")),
        false => Ok(out),
    }
}

/// SOF0 from the tags.
fn frame_header(layout: &Layout) -> Result<Vec<u8>> {
    let side = |tag| layout.directory().u16(tag).ok_or_else(|| Error::unsupported("JPEG of more than 65,535 px"));
    let mut out = vec![0xFF, 0xC0, 0, 8 + 3 * layout.samples as u8, 8];
    out.extend(side(tag::IMAGE_LENGTH)?.to_be_bytes());
    out.extend(side(tag::IMAGE_WIDTH)?.to_be_bytes());
    out.push(layout.samples as u8);
    for i in 0..layout.samples as u8 {
        let sampling = match i {
            0 => (layout.subsampling.width << 4 | layout.subsampling.height) as u8,
            _ => 0x11,
        };
        out.extend([i + 1, sampling, table_of(layout, tag::JPEG_Q_TABLES, i)]);
    }
    Ok(out)
}

/// SOS from the tags.
fn scan_header(layout: &Layout) -> Result<Vec<u8>> {
    let mut out = vec![0xFF, 0xDA, 0, 6 + 2 * layout.samples as u8, layout.samples as u8];
    for i in 0..layout.samples as u8 {
        let (dc, ac) = (table_of(layout, tag::JPEG_DC_TABLES, i), table_of(layout, tag::JPEG_AC_TABLES, i));
        out.extend([i + 1, dc << 4 | ac]);
    }
    out.extend([0, 63, 0]);
    Ok(out)
}

/// The table of component `i`: its own, or the last if the tag names fewer; without the tag, chroma shares the second.
fn table_of(layout: &Layout, tag: u16, i: u8) -> u8 {
    match layout.directory().count(tag) {
        0 => i.min(1),
        n => i.min(n.min(4) as u8 - 1),
    }
}
