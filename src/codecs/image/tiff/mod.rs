//! TIFF and BigTIFF: the wanted page, from the smallest of its reduced versions with enough pixels.

mod pages;

use crate::containers::tiff::{directory::Directory, header::Tiff, image, tag};
use pages::{Page, Pages};
use thumbling_core::decode::{Context, Decoder, Effort, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("tiff");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/tiff", "image/tiff-fx"],
    score: |peek| {
        const MARKS: [&[u8; 4]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
        Score::magic_if(MARKS.iter().any(|mark| peek.has(0, *mark)))
    },
    open: |source, cx| Ok(Box::new(open(source, cx)?)),
};

struct TiffPicture {
    tiff: Tiff,
    pages: Pages,
}

fn open(source: &Source, cx: &Context<'_>) -> Result<TiffPicture> {
    let tiff = Tiff::open(source, &[])?;
    let pages = Pages::read(&tiff, cx)?;
    Ok(TiffPicture { tiff, pages })
}

fn orientation(directory: &Directory) -> Orientation {
    Orientation::from_exif(directory.u32(tag::ORIENTATION).unwrap_or(1))
}

impl Decoder for TiffPicture {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let page = self.pages.get(0)?;
        let directory = self.tiff.directory(page.offset)?;
        let mut info = SourceInfo::new(FORMAT, orientation(&directory).apply_to(page.size));
        info.pages = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        info.has_alpha = image::has_alpha(&directory, cx);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let page = self.pages.get(want.page)?;
        let directory = self.tiff.directory(page.offset)?;
        let orientation = orientation(&directory);
        let want = self.want_of_page(want, orientation.apply_to(page.size))?;
        let mut failed = None;
        for part in candidates(page, orientation.apply_to(want.size), &want, cx) {
            let reduced = part.offset != page.offset;
            let chosen = if reduced { self.tiff.directory(part.offset)? } else { directory.clone() };
            match image::decode(&chosen, orientation, &want, cx) {
                Ok(frame) => {
                    let profile = if chosen.has(tag::ICC_PROFILE) { &chosen } else { &directory };
                    return Ok(image::with_profile(frame, profile, cx));
                }
                // If a reduced version is broken, the full picture may not be.
                Err(e) if reduced && matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported) => {
                    failed.get_or_insert(e);
                }
                Err(e) => return Err(e),
            }
        }
        Err(failed.unwrap_or_else(|| Error::corrupt("a TIFF page without a picture")))
    }
}

impl TiffPicture {
    /// `want` has the shape of the first page; a page of `shown` px may have another.
    fn want_of_page(&self, want: &Want, shown: Size) -> Result<Want> {
        let first = self.pages.get(0)?;
        let first_shown = orientation(&self.tiff.directory(first.offset)?).apply_to(first.size);
        if want.page == 0 || shown.same_aspect(first_shown, 0.01) {
            return Ok(want.clone());
        }
        let scale = |wanted: u32, side: u32| f64::from(wanted) / f64::from(side.max(1));
        let scale = scale(want.size.width, first_shown.width).max(scale(want.size.height, first_shown.height));
        // At least the requested box on both sides, since the first page may have been larger.
        let box_scale = scale.max(scale_to_cover(shown, want.size));
        Ok(Want { size: shown.scaled(box_scale.min(1.0)), ..want.clone() })
    }
}

fn scale_to_cover(size: Size, target: Size) -> f64 {
    let side = |target: u32, side: u32| f64::from(target) / f64::from(side.max(1));
    side(target.width, size.width).max(side(target.height, size.height))
}

/// The versions of `page` to try, best first: the smallest that covers `wanted` stored px, then the page itself; of a
/// page beyond the pixel limit only versions within it, the largest if none covers.
fn candidates(page: &Page, wanted: Size, want: &Want, cx: &Context<'_>) -> Vec<Page> {
    let whole = Page { offset: page.offset, size: page.size, levels: Vec::new() };
    let within = |size: Size| size.pixels() <= cx.limits().max_pixels;
    let spare = if want.many { 2 } else { 1 };
    let wanted = Size::new(wanted.width.saturating_mul(spare), wanted.height.saturating_mul(spare));
    let levels = page.levels.iter().filter(|level| within(level.size));
    if !within(page.size)
        && let Some(largest) = levels.clone().max_by_key(|level| level.size.pixels())
    {
        let covering = levels.filter(|level| level.size.covers(wanted)).min_by_key(|level| level.size.pixels());
        return vec![covering.unwrap_or(largest).clone()];
    }
    let mut chosen: Vec<Page> = match want.effort {
        Effort::Best => Vec::new(),
        _ => levels
            .filter(|level| level.size.covers(wanted))
            .min_by_key(|l| l.size.pixels())
            .into_iter()
            .cloned()
            .collect(),
    };
    chosen.push(whole);
    chosen
}

#[cfg(test)]
mod tests;
