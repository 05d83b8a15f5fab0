//! What must hold of every call, whatever the bytes are.

use std::time::Duration;

use cpu_time::ProcessTime;
use thumbling::{Effort, ErrorKind, Request, Source, Spec};

/// Wall time that a request is given.
const DEADLINE: Duration = Duration::from_secs(2);

/// Time of the processor that a decoder may take beyond it, with the instrumentation in it. The wall's says little where
/// the machine has other work.
const SLACK: Duration = Duration::from_secs(2);

/// Asks for a thumbnail of at most `size` px of `bytes`, a file of this name.
///
/// # Panics
/// If the call ends in an internal error, with a thumbnail that is larger than asked for, or long after its deadline.
pub fn check(bytes: &[u8], name: &str, (width, height): (u32, u32), effort: Effort) {
    let mut request = Request::new().spec(Spec::new(width, height)).name(name).effort(effort);
    request.limits.max_pixels = 1 << 22;
    request.limits.max_memory = 64 << 20;
    request.limits.timeout = Some(DEADLINE);
    let started = ProcessTime::now();
    match thumbling::thumbnail(&Source::from_bytes(bytes), &request) {
        Ok(made) => {
            let fits = |w: u32, h: u32| (1..=width).contains(&w) && (1..=height).contains(&h);
            assert!(made.items.iter().all(|item| fits(item.width, item.height) && !item.bytes.is_empty()));
        }
        Err(error) => assert_ne!(error.kind(), ErrorKind::Internal, "{error}"),
    }
    let took = started.elapsed();
    assert!(took < DEADLINE + SLACK, "{took:?}");
}
