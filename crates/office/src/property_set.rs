//! The thumbnail in the properties of an OLE2 document (MS-OLEPS 2.21, 2.18; clipboard formats of MS-OSHARED).

use thumbling_core::bytes::{u16_le, u32_le};
use thumbling_core::source::Source;

/// The thumbnail property of a summary.
const THUMBNAIL: u32 = 17;
/// The type of clipboard data.
const CLIPBOARD: u32 = 0x47;

/// Properties read of one set.
const MAX_PROPERTIES: u32 = 1024;

/// The thumbnail in a summary, as a file: WMF, EMF, BMP or JPEG. `None` without one, or for a Macintosh PICT.
pub fn thumbnail(summary: &[u8]) -> Option<Source> {
    let section = summary.get(u32_le(summary, 44)? as usize..)?;
    let count = u32_le(section, 4)?.min(MAX_PROPERTIES) as usize;
    let at = (0..count).find_map(|n| {
        let line = section.get(8 + n * 8..16 + n * 8)?;
        (u32_le(line, 0)? == THUMBNAIL).then(|| u32_le(line, 4)).flatten()
    })?;
    let value = section.get(at as usize..).filter(|value| u32_le(value, 0) == Some(CLIPBOARD))?;
    let length = u32_le(value, 4)? as usize;
    let data = value.get(8..)?;
    // A truncated stream can claim too much.
    picture(&data[..length.min(data.len())])
}

/// The picture in clipboard data, which starts with its format.
fn picture(data: &[u8]) -> Option<Source> {
    let data = match u32_le(data, 0)? {
        // Windows clipboard formats.
        0xFFFF_FFFF => {
            let format = u32_le(data, 4)?;
            let data = data.get(8..)?;
            match format {
                3 => return metafile(data),
                8 => return bitmap(data),
                _ => data,
            }
        }
        // Macintosh formats: a PICT, or a file with a signature.
        0xFFFF_FFFE => data.get(8..)?,
        // A format GUID.
        0xFFFF_FFFD => data.get(20..)?,
        0 => data.get(4..)?,
        // A format name.
        length => data.get(4 + usize::try_from(length).ok()?..)?,
    };
    is_picture(data).then(|| Source::from_slice(data))
}

fn is_picture(data: &[u8]) -> bool {
    let is_emf = data.starts_with(&[1, 0, 0, 0]) && data.get(40..44) == Some(b" EMF");
    is_emf || data.starts_with(&[0xFF, 0xD8, 0xFF]) || data.starts_with(b"\x89PNG") || data.starts_with(b"BM")
}

/// A WMF after its 16-bit METAFILEPICT: mapping mode, extents, handle.
fn metafile(data: &[u8]) -> Option<Source> {
    if is_picture(data) {
        return Some(Source::from_slice(data));
    }
    let is_wmf = |data: &[u8]| matches!(data, [1 | 2, 0, 9, 0, 0, 1 | 3, ..] | [0xD7, 0xCD, 0xC6, 0x9A, ..]);
    [8, 0, 16].into_iter().filter_map(|at| data.get(at..)).find(|data| is_wmf(data)).map(Source::from_slice)
}

/// A bitmap without file header.
fn bitmap(data: &[u8]) -> Option<Source> {
    let header = u32_le(data, 0)?;
    let (depth, mut colors) = match header {
        12 => (u16_le(data, 10)?, 0),
        40.. => (u16_le(data, 14)?, u32_le(data, 32)?),
        _ => return None,
    };
    if colors == 0 && depth <= 8 {
        colors = 1 << depth;
    }
    let masks = if header == 40 && u32_le(data, 16)? == 3 { 12 } else { 0 };
    let pixels = 14 + u64::from(header) + u64::from(colors) * if header == 12 { 3 } else { 4 } + masks;
    let mut file = Vec::with_capacity(14 + data.len());
    file.extend_from_slice(b"BM");
    file.extend_from_slice(&(data.len() as u32 + 14).to_le_bytes());
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(&u32::try_from(pixels).ok()?.to_le_bytes());
    file.extend_from_slice(data);
    Some(Source::from_bytes(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A summary with one property of clipboard data.
    fn summary(data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 48];
        bytes[44] = 48;
        for n in [24 + data.len() as u32, 1, THUMBNAIL, 16, CLIPBOARD, data.len() as u32] {
            bytes.extend_from_slice(&n.to_le_bytes());
        }
        bytes.extend_from_slice(data);
        bytes
    }

    fn clipboard(format: u32, data: &[u8]) -> Vec<u8> {
        [&u32::MAX.to_le_bytes()[..], &format.to_le_bytes(), data].concat()
    }

    fn found(data: &[u8]) -> Option<Vec<u8>> {
        thumbnail(&summary(data)).map(|source| source.read_all(1 << 20).unwrap())
    }

    #[test]
    fn a_metafile_is_found_after_its_metafilepict() {
        let wmf = [1, 0, 9, 0, 0, 3, 4, 5];
        let data = [&[8, 0, 1, 2, 3, 4, 0, 0][..], &wmf].concat();
        assert_eq!(found(&clipboard(3, &data)).unwrap(), wmf);
    }

    #[test]
    fn a_bitmap_gets_a_file_header() {
        let mut dib = vec![0; 40 + 8 + 4];
        (dib[0], dib[4], dib[8], dib[12], dib[14]) = (40, 1, 1, 1, 1);
        let file = found(&clipboard(8, &dib)).unwrap();
        assert!(file.starts_with(b"BM") && file[10] == 14 + 40 + 8);
    }

    #[test]
    fn pict_is_not_supported() {
        let data = [&0xFFFF_FFFE_u32.to_le_bytes()[..], b"TCIP", &[0; 600]].concat();
        assert_eq!(found(&data), None);
    }

    #[test]
    fn truncated_summaries_do_not_panic() {
        let whole = summary(&clipboard(3, &[8, 0, 1, 2, 3, 4, 0, 0, 1, 0, 9, 0, 0, 3]));
        assert!((0..whole.len()).filter(|n| thumbnail(&whole[..*n]).is_none()).count() > 60);
    }
}
