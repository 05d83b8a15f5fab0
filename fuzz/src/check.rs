//! The properties that every call must have, whatever the input.

use std::time::Duration;

use cpu_time::ProcessTime;
use thumbling::{Effort, ErrorKind, Isolation, Request, Source, Spec};

/// Timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(2);

/// CPU time allowed beyond the timeout; coverage instrumentation slows decoders down. CPU time rather than wall time,
/// since the machine may be busy.
const SLACK: Duration = Duration::from_secs(2);

/// Requests a thumbnail of at most `width` × `height` px of a file with these bytes and this name.
///
/// # Panics
/// On an internal error, a thumbnail larger than requested, or a call that takes much longer than its timeout.
pub fn check(bytes: &[u8], name: &str, (width, height): (u32, u32), effort: Effort) {
    let mut request =
        Request::new().isolation(Isolation::Nothing).spec(Spec::new(width, height)).name(name).effort(effort);
    request.limits.max_pixels = 1 << 22;
    request.limits.max_memory = 64 << 20;
    request.limits.timeout = Some(TIMEOUT);
    let started = ProcessTime::now();
    match thumbling::thumbnail(&Source::from_slice(bytes), &request) {
        Ok(thumbnails) => {
            let fits = |w: u32, h: u32| (1..=width).contains(&w) && (1..=height).contains(&h);
            assert!(thumbnails.items.iter().all(|item| fits(item.width, item.height) && !item.bytes.is_empty()));
        }
        Err(error) => assert_ne!(error.kind(), ErrorKind::Internal, "{error}"),
    }
    let elapsed = started.elapsed();
    assert!(elapsed < TIMEOUT + SLACK, "{elapsed:?}");
}
