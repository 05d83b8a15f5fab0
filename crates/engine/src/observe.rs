//! Names of all metrics. They use the `metrics` facade, which costs nothing unless the host installs a recorder. Spans and
//! log messages use `tracing`, under the target `thumbling`.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Jobs that are queued, waiting for a retry, or running.
pub const QUEUE_DEPTH: &str = "thumbling_queue_depth";
/// Jobs that are running.
pub const RUNNING: &str = "thumbling_running";
/// Time from queueing a job to starting it, by `priority`.
pub const WAIT_SECONDS: &str = "thumbling_wait_seconds";
/// Time to render one file with all its specs, by `format`.
pub const RENDER_SECONDS: &str = "thumbling_draw_seconds";
/// Bytes read from the drive.
pub const BYTES_READ: &str = "thumbling_bytes_read_total";
/// Files rendered.
pub const RENDERED: &str = "thumbling_drawn_total";
/// Files that could not be rendered, by `kind`.
pub const FAILURES: &str = "thumbling_failures_total";
/// Attempts that will be retried, by `kind`.
pub const RETRIES: &str = "thumbling_retries_total";
/// Lookups by `answer`: `hit`, `miss`, `failed`.
pub const LOOKUPS: &str = "thumbling_lookups_total";
/// Time of one lookup, of one file or a batch.
pub const LOOKUP_SECONDS: &str = "thumbling_lookup_seconds";
/// Tasks created, by `kind`.
pub const TASKS: &str = "thumbling_tasks_total";
/// Calls refused because the queue was full.
pub const REFUSED: &str = "thumbling_refused_total";
/// Blobs that were found damaged or missing.
pub const DAMAGED: &str = "thumbling_damaged_blobs_total";
/// Bytes of stored thumbnails.
pub const STORE_BYTES: &str = "thumbling_store_bytes";
/// Stored thumbnails.
pub const STORE_THUMBNAILS: &str = "thumbling_store_thumbnails";
/// Memory granted to running jobs, bytes.
pub const MEMORY_GRANTED: &str = "thumbling_memory_granted_bytes";
/// Workers that were replaced because the drive did not answer.
pub const STUCK: &str = "thumbling_stuck_workers_total";

/// Registers a description of each metric. Call it after installing a recorder.
pub fn describe() {
    describe_gauge!(QUEUE_DEPTH, "Jobs that are queued, waiting for a retry, or running");
    describe_gauge!(RUNNING, "Jobs that are running");
    describe_histogram!(WAIT_SECONDS, Unit::Seconds, "Time from queueing a job to starting it");
    describe_histogram!(RENDER_SECONDS, Unit::Seconds, "Time to render one file with all its specs");
    describe_counter!(BYTES_READ, Unit::Bytes, "Bytes read from the drive");
    describe_counter!(RENDERED, "Files rendered");
    describe_counter!(FAILURES, "Files that could not be rendered");
    describe_counter!(RETRIES, "Attempts that will be retried");
    describe_counter!(LOOKUPS, "Lookups by answer");
    describe_histogram!(LOOKUP_SECONDS, Unit::Seconds, "Time of one lookup");
    describe_counter!(TASKS, "Tasks created");
    describe_counter!(REFUSED, "Calls refused because the queue was full");
    describe_counter!(DAMAGED, "Blobs found damaged or missing");
    describe_gauge!(STORE_BYTES, Unit::Bytes, "Stored thumbnails");
    describe_gauge!(STORE_THUMBNAILS, "Stored thumbnails");
    describe_gauge!(MEMORY_GRANTED, Unit::Bytes, "Memory granted to running jobs");
    describe_counter!(STUCK, "Workers replaced because the drive did not answer or a decoder did not end");
}
