//! Per-file limits, checked before decoding.
//!
//! Before allocating, a decoder calls [`Budget::reserve`] and holds the [`Reservation`] as long as the memory lives.
//! Exceeding a limit is an error of kind `limit`, never an abort.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::error::{Error, Result};

/// Limits for one file. `Default` suits a drive server; hosts can set their own.
///
/// ```
/// # use thumbling_core as thumbling;
/// use std::time::Duration;
/// use thumbling::Limits;
///
/// let limits = Limits::default().max_memory(64 << 20).timeout(Duration::from_secs(2));
/// assert_eq!(limits.max_memory, 64 << 20);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Pixels of one frame, according to the header. Default 2^28, which admits 200-megapixel phone pictures.
    pub max_pixels: u64,
    /// Bytes of decoded pixels and decoder buffers held at once. Default 256 MiB.
    pub max_memory: u64,
    /// Bytes that one compressed part (archive entry, ICC profile, SVGZ) may expand to. Default 256 MiB.
    pub max_part: u64,
    /// Bytes of a source that must be read whole because its codec cannot read ranges. Default 256 MiB.
    pub max_source: u64,
    /// Frames of an animation that are decoded to choose one. Default 64.
    pub max_frames: u32,
    /// Entries of an archive, items of a container, directories of a TIFF. Default 65,536.
    pub max_entries: u32,
    /// Depth of files inside files; a preview in a RAW file in a ZIP is 3. Default 8.
    pub max_nesting: u32,
    /// Elements of an XML document. Default 1,000,000.
    pub max_xml_events: u64,
    /// Wall time of one request. Default 10 s; `None` is unlimited.
    pub timeout: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 1 << 28,
            max_memory: 256 << 20,
            max_part: 256 << 20,
            max_source: 256 << 20,
            max_frames: 64,
            max_entries: 65_536,
            max_nesting: 8,
            max_xml_events: 1_000_000,
            timeout: Some(Duration::from_secs(10)),
        }
    }
}

impl Limits {
    /// Sets [`max_pixels`](field@Self::max_pixels): pixels of one frame.
    #[must_use]
    pub fn max_pixels(mut self, max_pixels: u64) -> Self {
        self.max_pixels = max_pixels;
        self
    }

    /// Sets [`max_memory`](field@Self::max_memory): bytes of decoded pixels and decoder buffers held at once.
    #[must_use]
    pub fn max_memory(mut self, max_memory: u64) -> Self {
        self.max_memory = max_memory;
        self
    }

    /// Sets [`max_part`](field@Self::max_part): bytes that one compressed part may expand to.
    #[must_use]
    pub fn max_part(mut self, max_part: u64) -> Self {
        self.max_part = max_part;
        self
    }

    /// Sets [`max_source`](field@Self::max_source): bytes of a source that has to be read whole.
    #[must_use]
    pub fn max_source(mut self, max_source: u64) -> Self {
        self.max_source = max_source;
        self
    }

    /// Sets [`max_frames`](field@Self::max_frames): frames of an animation that are decoded to choose one.
    #[must_use]
    pub fn max_frames(mut self, max_frames: u32) -> Self {
        self.max_frames = max_frames;
        self
    }

    /// Sets [`max_entries`](field@Self::max_entries): entries of an archive, items of a container, directories of a TIFF.
    #[must_use]
    pub fn max_entries(mut self, max_entries: u32) -> Self {
        self.max_entries = max_entries;
        self
    }

    /// Sets [`max_nesting`](field@Self::max_nesting): depth of files inside files.
    #[must_use]
    pub fn max_nesting(mut self, max_nesting: u32) -> Self {
        self.max_nesting = max_nesting;
        self
    }

    /// Sets [`max_xml_events`](field@Self::max_xml_events): elements of an XML document.
    #[must_use]
    pub fn max_xml_events(mut self, max_xml_events: u64) -> Self {
        self.max_xml_events = max_xml_events;
        self
    }

    /// Sets [`timeout`](field@Self::timeout): wall time of one request; `None` is unlimited.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }
}

/// The memory that one request holds, and its limit. Clones share the count.
#[derive(Debug, Clone)]
pub struct Budget {
    used: Arc<AtomicU64>,
    max: u64,
    /// The total that the largest refused reservation would have needed; 0 if none was refused.
    refused: Arc<AtomicU64>,
}

impl Budget {
    /// An empty budget of `max` bytes.
    pub fn new(max: u64) -> Self {
        Self { used: Arc::new(AtomicU64::new(0)), max, refused: Arc::new(AtomicU64::new(0)) }
    }

    /// Reserves `bytes` until the reservation is dropped; `limit` if they do not fit.
    pub fn reserve(&self, bytes: u64) -> Result<Reservation> {
        self.take(bytes)?;
        Ok(Reservation { budget: self.clone(), bytes })
    }

    fn take(&self, bytes: u64) -> Result<()> {
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|total| *total <= self.max)
        });
        taken.map(drop).map_err(|used| {
            self.refused.fetch_max(used.saturating_add(bytes), Ordering::Relaxed);
            Error::limit(format!("needs {bytes} bytes of memory beside {used} held; the limit is {}", self.max))
        })
    }

    /// The limit, bytes.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// Notes a reservation that another process refused within the same limit; see [`refused`](Self::refused).
    pub fn note_refused(&self, total: u64) {
        self.refused.fetch_max(total, Ordering::Relaxed);
    }

    /// The limit in bytes that would have admitted the largest refused reservation; 0 if none was refused.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Bytes currently held.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}

/// Reserved bytes; dropping it releases them.
#[derive(Debug)]
#[must_use = "dropping a reservation releases it"]
pub struct Reservation {
    budget: Budget,
    bytes: u64,
}

impl Reservation {
    /// Reserves `bytes` more. On `limit` the reservation is unchanged.
    pub fn grow(&mut self, bytes: u64) -> Result<()> {
        self.budget.take(bytes)?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_reservation_is_released_when_dropped() {
        let budget = Budget::new(10);
        let held = budget.reserve(8).unwrap();
        assert_eq!(budget.reserve(3).unwrap_err().kind(), ErrorKind::Limit);
        drop(held);
        assert!(budget.reserve(10).is_ok());
    }

    #[test]
    fn a_grown_reservation_is_released_whole() {
        let budget = Budget::new(10);
        let mut held = budget.reserve(4).unwrap();
        held.grow(6).unwrap();
        assert_eq!(held.grow(1).unwrap_err().kind(), ErrorKind::Limit);
        drop(held);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_reservation_that_would_overflow_is_a_limit() {
        let budget = Budget::new(u64::MAX);
        let _held = budget.reserve(2).unwrap();
        assert_eq!(budget.reserve(u64::MAX).unwrap_err().kind(), ErrorKind::Limit);
    }
}
