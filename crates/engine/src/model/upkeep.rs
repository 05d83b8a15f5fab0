//! Results of maintenance.

/// What garbage collection removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collected {
    /// Thumbnails and packages beyond the configured bounds.
    pub thumbnails: u64,
    /// Files that no record refers to.
    pub orphans: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Tasks that ended long ago.
    pub tasks: u64,
}

/// The result of reading the whole store and comparing it with its checksums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Thumbnails and packages that are intact.
    pub sound: u64,
    /// Those whose bytes are damaged.
    pub damaged: u64,
    /// Those whose bytes are missing.
    pub missing: u64,
}

/// What was recovered from a damaged database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// Tasks recovered.
    pub tasks: u64,
    /// Jobs recovered.
    pub jobs: u64,
    /// Records of thumbnails recovered.
    pub thumbnails: u64,
}

/// How much is stored, queued and running.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Thumbnails and packages that are ready.
    pub ready: u64,
    /// Thumbnails that are known to fail.
    pub failed: u64,
    /// Bytes of everything that is ready.
    pub bytes: u64,
    /// Jobs that are queued, waiting for a retry, or running.
    pub queued: u64,
    /// Jobs that this engine is running.
    pub running: u64,
    /// Workers that are stuck: inside the drive's code, or inside a decoder.
    pub stuck: u64,
}
