//! Embedded previews: the EXIF thumbnail, and the large thumbnails of the multi-picture format.

use super::header::{Header, Mpf};
use crate::containers::exif::Exif;
use thumbling_core::bytes::Endian;
use thumbling_core::decode::{Context, Effort, Want};
use thumbling_core::error::Result;
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// How far a preview's aspect ratio may differ from the picture's: more means black bars, or another picture.
const ASPECT: f64 = 0.01;

/// Entries of the multi-picture index that are read.
const MAX_PICTURES: usize = 16;

/// How many times the wanted size a preview must have. Cameras and editors compress previews hard (40 dB and less),
/// which is invisible only when they are reduced to half.
const MARGIN: u32 = 2;

/// The first preview that covers `want`, which is in stored orientation; `None` if none does.
pub(super) fn frame(
    source: &Source,
    header: &Header,
    exif: &Exif,
    want: &Want,
    cx: &Context<'_>,
) -> Result<Option<Frame>> {
    let thumbnail = exif.preview.clone().and_then(|range| header.exif.as_ref()?.get(range)).map(Source::from_slice);
    let large = header.mpf.as_ref().map(|mpf| large_thumbnails(mpf, source)).unwrap_or_default();
    for candidate in thumbnail.into_iter().chain(large) {
        match covering(&candidate, header, want, cx) {
            Ok(Some(frame)) => return Ok(Some(frame.with_origin(Origin::Embedded))),
            Ok(None) => {}
            Err(e) if e.ends_request() => return Err(e),
            // A damaged preview does not matter: the picture itself is still there.
            Err(_) => {}
        }
    }
    Ok(None)
}

fn covering(candidate: &Source, header: &Header, want: &Want, cx: &Context<'_>) -> Result<Option<Frame>> {
    if !candidate.head()?.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Ok(None);
    }
    let picture = super::dc::Jpeg::open(candidate)?;
    let size = Size::new(picture.header().width, picture.header().height);
    let margin = if want.effort == Effort::Preview { 1 } else { MARGIN };
    let least = Size::new(want.size.width.saturating_mul(margin), want.size.height.saturating_mul(margin));
    if !size.covers(least) || !size.same_aspect(Size::new(header.width, header.height), ASPECT) {
        return Ok(None);
    }
    // The preview's own orientation is ignored: it is stored like the picture itself.
    Ok(Some(cx.inner_frame(candidate, &Hint::default(), want)?))
}

/// Large thumbnails (CIPA DC-007, 5.2.3.3), smallest first.
fn large_thumbnails(mpf: &Mpf, source: &Source) -> Vec<Source> {
    let entries = || {
        let endian = if mpf.bytes.starts_with(b"MM") { Endian::Big } else { Endian::Little };
        let u16_at = |at: usize| endian.u16(&mpf.bytes, at);
        let u32_at = |at: usize| endian.u32(&mpf.bytes, at);
        let directory = u32_at(4)? as usize;
        let count = usize::from(u16_at(directory)?);
        let tag = (0..count.min(64)).map(|i| directory + 2 + i * 12).find(|at| u16_at(*at) == Some(0xB002))?;
        let (bytes, at) = (u32_at(tag + 4)? as usize, u32_at(tag + 8)? as usize);
        let mut found = Vec::new();
        for i in 0..(bytes / 16).min(MAX_PICTURES) {
            let entry = at.checked_add(i * 16)?;
            let (attribute, size, offset) = (u32_at(entry)?, u32_at(entry + 4)?, u32_at(entry + 8)?);
            if matches!(attribute & 0x00FF_FFFF, 0x01_0001 | 0x01_0002) && offset != 0 {
                found.push((size, source.slice(mpf.offset + u64::from(offset), u64::from(size))));
            }
        }
        Some(found)
    };
    let mut found = entries().unwrap_or_default();
    found.sort_by_key(|(size, _)| *size);
    found.into_iter().map(|(_, source)| source).collect()
}
