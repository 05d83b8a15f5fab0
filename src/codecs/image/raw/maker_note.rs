//! Previews in maker notes. Their layouts are known by reverse engineering only, so a location counts only if it
//! contains a JPEG.

use crate::containers::tiff::{directory::Directory, header::Tiff, tag};
use thumbling_core::bytes::Endian;

use super::preview::Previews;

/// Entries whose value is a JPEG: Minolta, Epson, Sony, Olympus.
const DATA: [u16; 4] = [0x0081, 0x0280, 0x2001, 0x0100];

/// Entries with offset and length: Minolta; Olympus (in its camera settings); Pentax.
const MINOLTA: (u16, u16) = (0x0088, 0x0089);
const OLYMPUS: (u16, u16) = (0x0101, 0x0102);
const PENTAX: (u16, u16) = (0x0004, 0x0003);

const OLYMPUS_CAMERA_SETTINGS: u16 = 0x2020;
const NIKON_PREVIEW: u16 = 0x0011;

/// Adds the previews of the `note` (offset and bytes) in `exif`, whose TIFF starts at `base` of the file.
pub(super) fn read(exif: &Directory, note: (u64, u64), base: u64, previews: &mut Previews) {
    let (at, bytes) = note;
    let outer = exif.tiff().source();
    let mut head = [0; 16];
    let Ok(n) = outer.read_up_to(at, &mut head[..16.min(bytes as usize)]) else { return };
    let head = &head[..n];
    let order = |from: usize| head.get(from..).and_then(Endian::from_mark).unwrap_or(exif.tiff().order());
    // Whether offsets are relative to the note or to the enclosing file, and where in the note the directory starts.
    let own = |order, skip: u64| (Tiff::headless(&outer.slice(at, u64::MAX), order, skip), base.saturating_add(at));
    let shared = |order, skip: u64| (Tiff::headless(outer, order, at.saturating_add(skip)), base);
    let (tiff, base) = match head {
        [b'N', b'i', b'k', b'o', b'n', 0, 2, ..] => {
            let inner = outer.slice(at.saturating_add(10), u64::MAX);
            match Tiff::open(&inner, &[]) {
                Ok(tiff) => (tiff, base.saturating_add(at).saturating_add(10)),
                Err(_) => return,
            }
        }
        _ if head.starts_with(b"OLYMPUS\0") => own(order(8), 12),
        _ if head.starts_with(b"OM SYSTEM\0") => own(order(12), 16),
        _ if head.starts_with(b"PENTAX \0") => own(order(8), 10),
        _ if head.starts_with(b"AOC\0") => shared(order(4), 6),
        _ if head.starts_with(b"OLYMP\0") || head.starts_with(b"EPSON\0") => shared(order(16), 8),
        _ if head.starts_with(b"SONY") || head.starts_with(b"Panasonic\0") => shared(order(16), 12),
        _ => shared(order(16), 0),
    };
    let Ok(directory) = tiff.first() else { return };
    let add = |previews: &mut Previews, directory: &Directory, (start, length): (u16, u16)| {
        if let (Some(start), Some(length)) = (directory.u64(start), directory.u64(length))
            && start > 0
            && length > 0
        {
            previews.add_jpeg(base.saturating_add(start), length);
        }
    };
    for tag in DATA {
        if let Some((offset, bytes)) = directory.range(tag).filter(|(_, n)| *n > 16) {
            previews.add_jpeg(base.saturating_add(offset), bytes);
        }
    }
    add(previews, &directory, MINOLTA);
    if head.starts_with(b"PENTAX") || head.starts_with(b"AOC") {
        add(previews, &directory, PENTAX);
    }
    let jpeg = (tag::JPEG_INTERCHANGE_FORMAT, tag::JPEG_INTERCHANGE_FORMAT_LENGTH);
    for (pointer, pair) in [(OLYMPUS_CAMERA_SETTINGS, OLYMPUS), (NIKON_PREVIEW, jpeg)] {
        // Some models store an offset to the directory, others the directory itself.
        let places = [directory.u64(pointer), directory.range(pointer).map(|(offset, _)| offset)];
        for sub in places.into_iter().flatten().filter_map(|at| tiff.directory(at).ok()) {
            add(previews, &sub, pair);
        }
    }
}
