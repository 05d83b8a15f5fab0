//! The cards of a page.

use thumbling::{Result, Thumbnail, Thumbnails};

use crate::walk::Input;

/// One file on the page.
pub(super) struct Card<'a> {
    pub(super) input: &'a Input,
    /// Size of the file, if known.
    pub(super) bytes: Option<u64>,
    pub(super) bytes_read: u64,
    pub(super) ms: f64,
    pub(super) result: Result<Pictures>,
}

/// The pictures of a card.
pub(super) struct Pictures {
    /// The response for the thumbnail, without the thumbnail itself.
    pub(super) response: Thumbnails,
    pub(super) thumbnail: Thumbnail,
    pub(super) preview: Option<Thumbnail>,
}
