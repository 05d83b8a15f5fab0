//! What both decoders know of a stream.

use thumbling_core::geometry::Size;

/// Scans of a progressive picture that are decoded: encoders write about ten, hostile files thousands.
pub(super) const MAX_SCANS: usize = 100;

/// Size and process, from the header of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamInfo {
    /// Size, px.
    pub size: Size,
    /// Whether the lossless process is used, which neither decoder supports.
    pub is_lossless: bool,
}
