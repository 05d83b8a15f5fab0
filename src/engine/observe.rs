//! Names of all metrics, in one place. They go through the `metrics` facade: a host that installs no recorder pays for
//! nothing. Spans and messages go through `tracing`, under the target `thumbling`.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Jobs that are queued, waiting or being done.
pub const QUEUE_DEPTH: &str = "thumbling_queue_depth";
/// Files being drawn.
pub const RUNNING: &str = "thumbling_running";
/// From when a job was queued to when it was begun, by `priority`.
pub const WAIT_SECONDS: &str = "thumbling_wait_seconds";
/// Drawing one file with all its specs, by `format`.
pub const DRAW_SECONDS: &str = "thumbling_draw_seconds";
/// Bytes fetched from the drive.
pub const BYTES_READ: &str = "thumbling_bytes_read_total";
/// Files drawn.
pub const DRAWN: &str = "thumbling_drawn_total";
/// Files that could not be drawn, by `kind`.
pub const FAILURES: &str = "thumbling_failures_total";
/// Tries that will be repeated, by `kind`.
pub const RETRIES: &str = "thumbling_retries_total";
/// Look-ups by `answer`: `hit`, `miss`, `failed`.
pub const LOOKUPS: &str = "thumbling_lookups_total";
/// One look-up, of one file or a batch.
pub const LOOKUP_SECONDS: &str = "thumbling_lookup_seconds";
/// Tasks taken, by `kind`.
pub const TASKS: &str = "thumbling_tasks_total";
/// Calls refused because the queue was full.
pub const REFUSED: &str = "thumbling_refused_total";
/// Blobs that were found damaged or gone.
pub const DAMAGED: &str = "thumbling_damaged_blobs_total";
/// Bytes of thumbnails that are kept.
pub const STORE_BYTES: &str = "thumbling_store_bytes";
/// Thumbnails that are kept.
pub const STORE_THUMBNAILS: &str = "thumbling_store_thumbnails";
/// Bytes that files being drawn may hold, as granted.
pub const MEMORY_GRANTED: &str = "thumbling_memory_granted_bytes";
/// Workers that are stuck in the drive and were replaced.
pub const STUCK: &str = "thumbling_stuck_workers_total";

/// Says what each is; a host may call it after installing its recorder.
pub fn describe() {
    describe_gauge!(QUEUE_DEPTH, "Jobs that are queued, waiting or being done");
    describe_gauge!(RUNNING, "Files being drawn");
    describe_histogram!(WAIT_SECONDS, Unit::Seconds, "From queueing a job to beginning it");
    describe_histogram!(DRAW_SECONDS, Unit::Seconds, "Drawing one file with all its specs");
    describe_counter!(BYTES_READ, Unit::Bytes, "Bytes fetched from the drive");
    describe_counter!(DRAWN, "Files drawn");
    describe_counter!(FAILURES, "Files that could not be drawn");
    describe_counter!(RETRIES, "Tries that will be repeated");
    describe_counter!(LOOKUPS, "Look-ups by answer");
    describe_histogram!(LOOKUP_SECONDS, Unit::Seconds, "One look-up");
    describe_counter!(TASKS, "Tasks taken");
    describe_counter!(REFUSED, "Calls refused because the queue was full");
    describe_counter!(DAMAGED, "Blobs found damaged or gone");
    describe_gauge!(STORE_BYTES, Unit::Bytes, "Thumbnails kept");
    describe_gauge!(STORE_THUMBNAILS, "Thumbnails kept");
    describe_gauge!(MEMORY_GRANTED, Unit::Bytes, "Memory granted to files being drawn");
    describe_counter!(STUCK, "Workers stuck in the drive");
}
