//! The one seam between the engine and the pipeline: sandboxed worker processes can take the place of the call below.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Error;
use crate::limits::Budget;
use crate::pipeline;
use crate::request::{Request, Thumbnails};
use crate::source::Source;

/// What came of drawing a file within a grant of memory.
pub(crate) enum Rendered {
    /// Thumbnails.
    Made(Box<Thumbnails>),
    /// It cannot be drawn.
    Failed(Error),
    /// It would take this much memory, bytes, at the least.
    NeedsMemory(u64),
}

/// Draws files.
pub(crate) trait Render: Send + Sync {
    /// Draws `source` as `request` asks, holding at most `memory` bytes of pixels.
    fn render(&self, source: &Source, request: &Request, memory: u64) -> Rendered;
}

/// In this process, on the calling thread.
pub(crate) struct InProcess;

impl Render for InProcess {
    fn render(&self, source: &Source, request: &Request, memory: u64) -> Rendered {
        let budget = Budget::new(memory);
        let made = catch_unwind(AssertUnwindSafe(|| pipeline::thumbnail_within(source, request, &budget)));
        match made {
            Ok(Ok(made)) => Rendered::Made(Box::new(made)),
            // Whatever the decoder made of the refusal: with more memory it may be another story.
            Ok(Err(_)) if budget.refused() > memory => Rendered::NeedsMemory(budget.refused()),
            Ok(Err(e)) => Rendered::Failed(e),
            Err(_) => Rendered::Failed(Error::internal("a decoder panicked")),
        }
    }
}
