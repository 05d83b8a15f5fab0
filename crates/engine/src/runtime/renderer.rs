//! The boundary between the engine and the pipeline. Sandboxed worker processes can implement it too.

use std::panic::{AssertUnwindSafe, catch_unwind};

use thumbling::Error;
use thumbling::Source;
use thumbling::{Request, Thumbnails};
use thumbling_core::limits::Budget;

/// The result of rendering a file within a memory grant.
pub(crate) enum RenderResult {
    /// Thumbnails.
    Ready(Box<Thumbnails>),
    /// The file cannot be rendered.
    Failed(Error),
    /// It needs at least this much memory, bytes.
    NeedsMemory(u64),
}

/// Renders files.
pub(crate) trait Renderer: Send + Sync {
    /// Renders `source` as requested, holding at most `memory` bytes of decoded pixels.
    fn render(&self, source: &Source, request: &Request, memory: u64) -> RenderResult;
}

/// Renders in this process, on the calling thread.
pub(crate) struct InProcessRenderer;

impl Renderer for InProcessRenderer {
    fn render(&self, source: &Source, request: &Request, memory: u64) -> RenderResult {
        let budget = Budget::new(memory);
        let result = catch_unwind(AssertUnwindSafe(|| thumbling::thumbnail_within(source, request, &budget)));
        match result {
            Ok(Ok(thumbnails)) => RenderResult::Ready(Box::new(thumbnails)),
            // Whatever error the decoder turned the refusal into: it may succeed with more memory.
            Ok(Err(_)) if budget.refused() > memory => RenderResult::NeedsMemory(budget.refused()),
            Ok(Err(e)) => RenderResult::Failed(e),
            Err(_) => RenderResult::Failed(Error::internal("a decoder panicked")),
        }
    }
}
