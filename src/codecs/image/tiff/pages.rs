//! Tells pages from reduced versions of pages among the directories of a file.
//!
//! A reduced version is recognised by NewSubfileType or SubfileType, by being in SubIFDs, or, in undeclared pyramids,
//! by being tiled, of the same shape, and at most half as large as the preceding tiled page.

use crate::containers::tiff::{directory::Directory, header::Tiff, tag};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// Most versions in SubIFDs that are read.
const MAX_SUB: u64 = 64;

/// A page, or a reduced version of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// Offset of its directory.
    pub(super) offset: u64,
    /// Size, stored px.
    pub(super) size: Size,
    /// Versions of the same shape with fewer pixels.
    pub(super) levels: Vec<Page>,
}

/// The pages of a file, in order.
#[derive(Debug)]
pub(super) struct Pages(Vec<Page>);

/// The role of a directory among the others.
struct Role {
    offset: u64,
    size: Size,
    reduced: bool,
    mask: bool,
    tiled: bool,
}

impl Role {
    /// `None` for a directory without a picture.
    fn of(directory: &Directory) -> Option<Self> {
        let size = Size::new(directory.u32(tag::IMAGE_WIDTH)?, directory.u32(tag::IMAGE_LENGTH)?);
        let kind = directory.u32(tag::NEW_SUBFILE_TYPE).unwrap_or(0);
        (size.pixels() > 0).then(|| Self {
            offset: directory.offset(),
            size,
            reduced: kind & 1 != 0 || directory.u32(tag::SUBFILE_TYPE) == Some(2),
            mask: kind & 4 != 0,
            tiled: directory.has(tag::TILE_WIDTH),
        })
    }

    fn page(&self) -> Page {
        Page { offset: self.offset, size: self.size, levels: Vec::new() }
    }
}

impl Pages {
    /// Walks the chain of directories; `corrupt` if none has a picture.
    pub(super) fn read(tiff: &Tiff, cx: &Context<'_>) -> Result<Self> {
        let mut pages: Vec<Page> = Vec::new();
        // Whether the last page may be the first level of an undeclared pyramid.
        let mut pyramid = false;
        // Reduced versions that precede the page they belong to.
        let mut early: Vec<Page> = Vec::new();
        let mut failed = None;
        for directory in tiff.chain().take(cx.limits().max_entries as usize) {
            cx.check()?;
            let directory = match directory {
                Ok(directory) => directory,
                Err(e) => {
                    failed = Some(e);
                    break;
                }
            };
            let (mut subs, mut full) = (Vec::new(), Vec::new());
            for sub in directory.u64s(tag::SUB_IFDS, MAX_SUB).unwrap_or_default() {
                if let Some(role) = tiff.directory(sub).ok().and_then(|d| Role::of(&d)).filter(|r| !r.mask) {
                    if role.reduced { subs.push(role.page()) } else { full.push(role.page()) }
                }
            }
            let Some(role) = Role::of(&directory).filter(|role| !role.mask) else { continue };
            let level = match pages.last() {
                Some(page) => pyramid && role.tiled && is_level(page, role.size),
                None => false,
            };
            match pages.last_mut() {
                Some(page) if role.reduced || level => page.levels.push(role.page()),
                None if role.reduced && full.is_empty() => early.push(role.page()),
                _ if role.reduced => {
                    // A thumbnail whose SubIFDs contain the full picture.
                    full.sort_by_key(|page| std::cmp::Reverse(page.size.pixels()));
                    let mut page = full.remove(0);
                    page.levels = [full, subs, vec![role.page()]].concat();
                    pages.push(page);
                    pyramid = false;
                }
                _ => {
                    // A smaller picture in SubIFDs is a level, even if undeclared.
                    pages.push(Page { levels: [subs, full, std::mem::take(&mut early)].concat(), ..role.page() });
                    pyramid = role.tiled;
                }
            }
        }
        if pages.is_empty() {
            let largest = early.into_iter().max_by_key(|page| page.size.pixels());
            pages.extend(largest);
        }
        if pages.is_empty() {
            return Err(failed.unwrap_or_else(|| Error::corrupt("a TIFF without a picture")));
        }
        for page in &mut pages {
            let size = page.size;
            page.levels.retain(|level| level.size.pixels() < size.pixels() && level.size.same_aspect(size, 0.01));
        }
        Ok(Self(pages))
    }

    /// Number of pages, at least 1.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Page `n`, from 0; `invalid-argument` if there is none.
    pub(super) fn get(&self, n: u32) -> Result<&Page> {
        let page = usize::try_from(n).ok().and_then(|n| self.0.get(n));
        page.ok_or_else(|| Error::invalid_argument(format!("page {n} of a TIFF of {} pages, from 0", self.0.len())))
    }
}

fn is_level(page: &Page, size: Size) -> bool {
    size.width <= page.size.width.div_ceil(2) + 1 && size.same_aspect(page.size, 0.01)
}
