//! Which process something belongs to.
//!
//! A child that was forked has the memory of its parent, but none of its threads, and locks that other threads held at that
//! moment are never released. Whatever belongs to the parent must be left alone in it, not even dropped.

/// A process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    /// This process.
    pub(crate) fn current() -> Self {
        Self(std::process::id())
    }

    /// Whether this is not the current process.
    pub(crate) fn is_other(self) -> bool {
        self != Self::current()
    }

    /// A process that is never the current one.
    #[cfg(test)]
    pub(crate) fn other() -> Self {
        Self(std::process::id().wrapping_add(1))
    }
}
