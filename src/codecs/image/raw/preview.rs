//! The previews of a file: location, size, and ranking for a wanted size.

use crate::containers::tiff::directory::Directory;
use thumbling_core::decode::Context;
use thumbling_core::error::Result;
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::source::Source;

use super::jpeg;

/// Most previews that are kept; files have up to six.
const MAX_PREVIEWS: usize = 64;

/// How a preview is stored.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A complete file: JPEG, or another format of the registry.
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
    /// Size, stored px.
    pub(super) size: Size,
    /// Whether the file contains all of it.
    pub(super) complete: bool,
    pub(super) content: Content,
}

impl Preview {
    /// Its bytes as a source.
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
    /// The orientation of every preview; `None` to use the preview's own.
    pub(super) orientation: Option<Orientation>,
    /// Size of the full picture before orientation, px.
    pub(super) size: Option<Size>,
    /// Whether a preview lies beyond the end of the file.
    pub(super) cut_off: bool,
}

impl Previews {
    pub(super) fn new(source: &Source) -> Self {
        Self { source: source.clone(), all: Vec::new(), orientation: None, size: None, cut_off: false }
    }

    /// Adds the preview at `offset`, if it is a JPEG that can be shown. `bytes` of 0 means to the end of the file.
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

    /// Adds a preview, unless it is there already.
    pub(super) fn add(&mut self, preview: Preview) {
        let same = |p: &Preview| p.offset == preview.offset;
        if self.all.len() < MAX_PREVIEWS && preview.size.pixels() > 0 && !self.all.iter().any(same) {
            self.all.push(preview);
        }
    }

    /// The previews, best first for `wanted` stored px: complete ones, then those that cover it (smallest first), then
    /// the largest. Black bars do not count as size.
    pub(super) fn by_merit(&self, wanted: Size) -> Vec<&Preview> {
        let shown = |preview: &Preview| match self.size {
            Some(full) => inside(preview.size, full),
            None => preview.size,
        };
        let mut all: Vec<_> = self.all.iter().collect();
        all.sort_by_cached_key(|preview| {
            let shown = shown(preview);
            let pixels = shown.pixels() as i64;
            // Sides are rounded: a missing pixel does not justify a preview ten times the size.
            let covers = shown.width + 1 >= wanted.width && shown.height + 1 >= wanted.height;
            (!preview.complete, !covers, if covers { pixels } else { -pixels })
        });
        all
    }
}

/// The largest part of `size` with the aspect ratio of `full`.
pub(super) fn inside(size: Size, full: Size) -> Size {
    if full.pixels() == 0 || size.same_aspect(full, 0.02) {
        return size;
    }
    let side = |n: u32, of: u32| f64::from(n) / f64::from(of);
    full.scaled(side(size.width, full.width).min(side(size.height, full.height)))
}
