//! The previews of a file: where they are, how large they are, and which is the best for a size.

use crate::containers::tiff::Directory;
use thumbling_core::decode::Context;
use thumbling_core::error::Result;
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::source::Source;

use super::jpeg;

/// Previews that are kept; files have up to six.
const MAX_PREVIEWS: usize = 64;

/// How a preview is stored.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A file of its own: JPEG, or what else the registry knows.
    File,
    /// A JPEG whose first byte, always 0xFF, was overwritten.
    Headless,
    /// Strips or tiles of a TIFF directory.
    Pixels(Box<Directory>),
}

/// One preview.
#[derive(Debug, Clone)]
pub(super) struct Preview {
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// Stored px.
    pub(super) size: Size,
    /// The file does not end inside it.
    pub(super) complete: bool,
    pub(super) content: Content,
}

impl Preview {
    /// Its bytes as a file.
    pub(super) fn file(&self, source: &Source, cx: &Context<'_>) -> Result<Source> {
        let file = source.slice(self.offset, self.bytes);
        if !matches!(self.content, Content::Headless) {
            return Ok(file);
        }
        let mut bytes = file.read_all(cx.limits().max_part)?;
        if let Some(first) = bytes.first_mut() {
            *first = 0xFF;
        }
        Ok(Source::from_bytes(bytes))
    }
}

/// What a container says of its picture and its previews.
#[derive(Debug)]
pub(super) struct Previews {
    source: Source,
    pub(super) all: Vec<Preview>,
    /// What has to be done to every preview; `None` leaves it to the preview.
    pub(super) orientation: Option<Orientation>,
    /// The full picture before orientation, px.
    pub(super) size: Option<Size>,
    /// A preview lies beyond the end of the file.
    pub(super) cut_off: bool,
}

impl Previews {
    pub(super) fn new(source: &Source) -> Self {
        Self { source: source.clone(), all: Vec::new(), orientation: None, size: None, cut_off: false }
    }

    /// Adds what stands at `offset` if it is a JPEG that can be shown. `bytes` of 0 is up to the end of the file.
    pub(super) fn add_jpeg(&mut self, offset: u64, bytes: u64) {
        let rest = self.source.size().saturating_sub(offset);
        if rest == 0 {
            self.cut_off = true;
            return;
        }
        let claimed = if bytes == 0 { rest } else { bytes };
        let file = self.source.slice(offset, claimed);
        if let Some(header) = jpeg::header(&file) {
            let content = if header.headless { Content::Headless } else { Content::File };
            self.add(Preview { offset, bytes: file.size(), size: header.size, complete: claimed <= rest, content });
        } else if claimed > rest {
            self.cut_off = true;
        }
    }

    /// Adds a preview, once.
    pub(super) fn add(&mut self, preview: Preview) {
        let same = |p: &Preview| p.offset == preview.offset;
        if self.all.len() < MAX_PREVIEWS && preview.size.pixels() > 0 && !self.all.iter().any(same) {
            self.all.push(preview);
        }
    }

    /// The previews, the best for `wanted` stored px first: complete ones, those that cover it (the smallest of them
    /// first), then the largest. What black bars take away does not count.
    pub(super) fn by_merit(&self, wanted: Size) -> Vec<&Preview> {
        let shown = |preview: &Preview| match self.size {
            Some(full) => inside(preview.size, full),
            None => preview.size,
        };
        let mut all: Vec<_> = self.all.iter().collect();
        all.sort_by_cached_key(|preview| {
            let shown = shown(preview);
            let pixels = shown.pixels() as i64;
            // Sides of previews are rounded: one px less is no reason for one of ten times the size.
            let covers = shown.width + 1 >= wanted.width && shown.height + 1 >= wanted.height;
            (!preview.complete, !covers, if covers { pixels } else { -pixels })
        });
        all
    }
}

/// The largest part of `size` that has the shape of `full`.
pub(super) fn inside(size: Size, full: Size) -> Size {
    if full.pixels() == 0 || size.same_aspect(full, 0.02) {
        return size;
    }
    let side = |n: u32, of: u32| f64::from(n) / f64::from(of);
    full.scaled(side(size.width, full.width).min(side(size.height, full.height)))
}
