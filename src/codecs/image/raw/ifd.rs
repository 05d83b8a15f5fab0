//! RAW files that are TIFF structures: DNG, CR2, NEF, ARW, ORF, RW2, PEF, DCR, KDC, SRW, 3FR, ERF, MEF, MOS and
//! similar.

use crate::containers::tiff::{directory::Directory, header::Tiff, image, photometric, tag};
use thumbling_core::decode::Context;
use thumbling_core::error::Result;
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Peek;
use thumbling_core::source::Source;

use super::maker_note;
use super::preview::{Content, Preview, Previews};

/// First bytes: TIFF, BigTIFF, and the variants of Panasonic and Olympus.
pub(super) const VERSIONS: [&[u8]; 8] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIU\0", b"IIRO", b"IIRS", b"MMOR"];

/// Version numbers in [`VERSIONS`] that TIFF does not define.
const KIN: [u16; 4] = [0x55, 0x4F52, 0x5352, 0x4F52];

/// Most directories of a file that are read.
const MAX_DIRECTORIES: usize = 64;

// Tags of DNG 1.7 and of makers.
const PANASONIC_SENSOR_TOP: u16 = 0x0004;
const PANASONIC_JPEG: u16 = 0x002E;
const CFA_PATTERN: u16 = 0x828E;
const MAKER_NOTE: u16 = 0x927C;
const EXIF_WIDTH: u16 = 0xA002;
const EXIF_HEIGHT: u16 = 0xA003;
const DNG_VERSION: u16 = 0xC612;
const DEFAULT_CROP_SIZE: u16 = 0xC620;

/// Whether the start of the file identifies a RAW format rather than a plain TIFF.
pub(super) fn is_raw(peek: &Peek<'_>) -> bool {
    if VERSIONS[4..].iter().any(|mark| peek.has(0, mark)) || peek.has(8, b"CR\x02\0") {
        return true;
    }
    let Ok(tiff) = Tiff::open(&Source::from_slice(peek.head), &[]) else { return false };
    let Ok(first) = tiff.first() else { return false };
    if first.has(DNG_VERSION) || is_sensor(&first) {
        return true;
    }
    let subs = first.u64s(tag::SUB_IFDS, 8).unwrap_or_default();
    if subs.iter().any(|at| tiff.directory(*at).is_ok_and(|sub| is_sensor(&sub))) {
        return true;
    }
    // A camera's thumbnail comes first, with SubIFDs.
    let reduced = first.u32(tag::NEW_SUBFILE_TYPE).is_some_and(|kind| kind & 1 != 0);
    reduced && first.has(tag::MAKE) && first.has(tag::SUB_IFDS)
}

fn is_sensor(directory: &Directory) -> bool {
    directory.has(CFA_PATTERN)
        || matches!(directory.u16(tag::PHOTOMETRIC), Some(photometric::CFA | photometric::LINEAR_RAW))
}

/// Reads every directory of `source`.
pub(super) fn read(source: &Source, previews: &mut Previews, cx: &Context<'_>) -> Result<()> {
    let tiff = Tiff::open(source, &KIN)?;
    read_tiff(&tiff, 0, previews, cx)
}

/// Reads every directory of `tiff`, whose source starts at `base` of the file.
pub(super) fn read_tiff(tiff: &Tiff, base: u64, previews: &mut Previews, cx: &Context<'_>) -> Result<()> {
    let mut sizes = Sizes::default();
    let mut queue: Vec<Directory> = Vec::new();
    let mut make = String::new();
    let mut orientation = None;
    for (i, directory) in tiff.chain().take(MAX_DIRECTORIES).enumerate() {
        match directory {
            Ok(directory) => queue.push(directory),
            Err(e) if i == 0 => return Err(e),
            Err(_) => previews.cut_off = true,
        }
    }
    let mut seen: Vec<u64> = queue.iter().map(Directory::offset).collect();
    // Breadth first, so that the first orientation is that of the outermost directory.
    let mut i = 0;
    while let Some(directory) = queue.get(i).cloned() {
        cx.check()?;
        i += 1;
        orientation = orientation.or_else(|| directory.u32(tag::ORIENTATION).filter(|n| (1..=8).contains(n)));
        if make.is_empty() {
            make = directory.text(tag::MAKE).unwrap_or_default();
        }
        sizes.note(&directory);
        add_previews(&directory, base, previews, cx);
        if let Some(note) = directory.range(MAKER_NOTE) {
            maker_note::read(&directory, note, base, previews);
        }
        let subs = [tag::SUB_IFDS, tag::EXIF_IFD].into_iter().filter_map(|tag| directory.u64s(tag, 16)).flatten();
        for at in subs {
            if queue.len() >= MAX_DIRECTORIES || seen.contains(&at) {
                continue;
            }
            seen.push(at);
            match tiff.directory(at) {
                Ok(sub) => queue.push(sub),
                Err(_) => previews.cut_off = true,
            }
        }
    }
    previews.orientation = previews.orientation.or(orientation.map(Orientation::from_exif));
    previews.size = previews.size.or(sizes.full());
    Ok(())
}

/// Adds the previews that `directory` itself describes.
fn add_previews(directory: &Directory, base: u64, previews: &mut Previews, cx: &Context<'_>) {
    let at = |offset: u64| base.saturating_add(offset);
    if let Some(offset) = directory.u64(tag::JPEG_INTERCHANGE_FORMAT) {
        let bytes = directory.u64(tag::JPEG_INTERCHANGE_FORMAT_LENGTH).unwrap_or(0);
        previews.add_jpeg(at(offset), bytes);
    }
    if let Some((offset, bytes)) = directory.range(PANASONIC_JPEG) {
        previews.add_jpeg(at(offset), bytes);
    }
    // Bits 2 and 3: masks and depth maps have the picture's size, but are not previews.
    let is_map = directory.u32(tag::NEW_SUBFILE_TYPE).is_some_and(|kind| kind & 0b1100 != 0);
    if is_sensor(directory) || is_map {
        return;
    }
    let strips = (directory.u64s(tag::STRIP_OFFSETS, 2), directory.u64s(tag::STRIP_BYTE_COUNTS, 2));
    if let (Some(&[offset]), Some(&[bytes])) = (strips.0.as_deref(), strips.1.as_deref())
        && matches!(directory.u16(tag::COMPRESSION), Some(6 | 7 | 52_546))
        && bytes > 0
        && !directory.has(tag::JPEG_TABLES)
    {
        return previews.add_jpeg(at(offset), bytes);
    }
    let side = |tag| directory.u32(tag).unwrap_or(0);
    let size = Size::new(side(tag::IMAGE_WIDTH), side(tag::IMAGE_LENGTH));
    if image::check(directory, cx).is_ok() {
        let end = |(offset, n): (u64, u64)| offset.saturating_add(n) <= directory.tiff().source().size();
        let complete = match (strips.0.as_deref(), strips.1.as_deref()) {
            (Some(&[offset, ..]), Some(&[n, ..])) => end((offset, n)),
            _ => true,
        };
        let content = Content::Pixels(Box::new(directory.clone()));
        previews.add(Preview { offset: at(directory.offset()), bytes: 0, size, complete, content });
    }
}

/// Reads the size of the full picture from the directories.
#[derive(Default)]
struct Sizes {
    crop: Option<Size>,
    exif: Option<Size>,
    panasonic: Option<Size>,
    largest: Option<Size>,
}

impl Sizes {
    fn note(&mut self, directory: &Directory) {
        let pair = |(w, h): (Option<u32>, Option<u32>)| Some(Size::new(w?, h?)).filter(|s| s.pixels() > 0);
        let of = |w, h| pair((directory.u32(w), directory.u32(h)));
        if let Some(&[w, h]) = directory.f64s(DEFAULT_CROP_SIZE, 2).as_deref() {
            let side = |n: f64| (1.0..1e6).contains(&n).then_some(n as u32);
            self.crop = self.crop.or(pair((side(w), side(h))));
        }
        self.exif = self.exif.or(of(EXIF_WIDTH, EXIF_HEIGHT));
        if directory.has(PANASONIC_SENSOR_TOP)
            && !directory.has(tag::IMAGE_WIDTH)
            && let [Some(top), Some(left), Some(bottom), Some(right)] =
                std::array::from_fn(|i| directory.u32(PANASONIC_SENSOR_TOP + i as u16))
        {
            self.panasonic = pair((right.checked_sub(left), bottom.checked_sub(top)));
        }
        if let Some(size) = of(tag::IMAGE_WIDTH, tag::IMAGE_LENGTH)
            && self.largest.is_none_or(|largest| largest.pixels() < size.pixels())
        {
            self.largest = Some(size);
        }
    }

    fn full(&self) -> Option<Size> {
        // EXIF sizes describe the camera's own JPEG, which may be smaller than the RAW picture.
        let exif = self.exif.filter(|e| self.largest.is_none_or(|l| e.pixels() * 2 > l.pixels()));
        self.crop.or(exif).or(self.panasonic).or(self.largest)
    }
}
