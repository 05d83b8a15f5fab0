//! The threads that do the work.
//!
//! ```text
//! queue (durable) --scheduler--> leased jobs --workers--> results --publisher--> blobs, then records and the end of
//!                   leases                     run                  groups        jobs in one commit
//! ```
//!
//! - The [`scheduler`] leases a few more jobs than there are workers, renews leases, takes over from owners that died, and
//!   replaces workers that are stuck inside the drive's code.
//! - A worker of the [`pool`] runs one job at a time.
//! - The [`publisher`] makes results durable, many per commit.

pub(crate) mod pool;
pub(crate) mod publisher;
pub(crate) mod scheduler;
