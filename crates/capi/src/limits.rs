//! Limits: what one file may cost
//!
//! They are checked against the file's header before anything is decoded. A file that exceeds one fails with
//! THUMBLING_ERROR_LIMIT, or with THUMBLING_ERROR_TIMEOUT.

use std::time::Duration;

use super::spec::zero;
use super::versioned::{self, versioned};
use thumbling::{Limits, Result};

/// A timeout that never elapses.
pub const THUMBLING_NO_TIMEOUT: u64 = 0xffff_ffff_ffff_ffff;

/// Limits of one request or job.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_limits_t {
    /// sizeof(thumbling_limits_t).
    pub struct_size: usize,
    /// Wall time, ms, or THUMBLING_NO_TIMEOUT.
    pub timeout_ms: u64,
    /// Pixels of one frame, as its header claims them.
    pub max_pixels: u64,
    /// Bytes of decoded pixels and decoder buffers held at once.
    pub max_memory: u64,
    /// Bytes that one compressed part may expand to.
    pub max_part: u64,
    /// Bytes of a source that has to be read whole, because its codec cannot read ranges.
    pub max_source: u64,
    /// Elements of an XML document.
    pub max_xml_events: u64,
    /// Frames of an animation that are decoded to choose one.
    pub max_frames: u32,
    /// Entries of an archive, items of a container.
    pub max_entries: u32,
    /// Depth of files inside files.
    pub max_nesting: u32,
    /// Zero.
    pub reserved: u32,
}

versioned!(thumbling_limits_t, Limits::default().into());

impl From<Limits> for thumbling_limits_t {
    fn from(limits: Limits) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            timeout_ms: limits.timeout.map_or(THUMBLING_NO_TIMEOUT, |t| t.as_millis() as u64),
            max_pixels: limits.max_pixels,
            max_memory: limits.max_memory,
            max_part: limits.max_part,
            max_source: limits.max_source,
            max_xml_events: limits.max_xml_events,
            max_frames: limits.max_frames,
            max_entries: limits.max_entries,
            max_nesting: limits.max_nesting,
            reserved: 0,
        }
    }
}

impl thumbling_limits_t {
    fn limits(&self) -> Result<Limits> {
        zero(self.reserved)?;
        let mut limits = Limits::default();
        limits.max_pixels = self.max_pixels;
        limits.max_memory = self.max_memory;
        limits.max_part = self.max_part;
        limits.max_source = self.max_source;
        limits.max_frames = self.max_frames;
        limits.max_entries = self.max_entries;
        limits.max_nesting = self.max_nesting;
        limits.max_xml_events = self.max_xml_events;
        limits.timeout = (self.timeout_ms != THUMBLING_NO_TIMEOUT).then(|| Duration::from_millis(self.timeout_ms));
        Ok(limits)
    }
}

/// The limits at `from`; the defaults for NULL.
///
/// # Safety
/// `from` is NULL or as the header asks.
pub(super) unsafe fn limits(from: *const thumbling_limits_t) -> Result<Limits> {
    // SAFETY: promised by the caller.
    unsafe { versioned::read_optional(from) }?.map_or_else(|| Ok(Limits::default()), |limits| limits.limits())
}

#[cfg(test)]
mod tests {
    use super::versioned::Versioned;
    use super::*;

    #[test]
    fn the_default_is_that_of_the_library() {
        assert_eq!(thumbling_limits_t::default().limits().unwrap(), Limits::default());
    }
}
