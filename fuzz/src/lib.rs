//! Shared by the targets: building files from inputs, mutating inputs, checking the result of a call.

mod check;
pub mod mutate;
pub mod package;
pub mod parts;

pub use check::check;

use std::alloc::System;

use cap::Cap;

/// Bytes that may be allocated at once: the limit of a request, plus the fuzzer's own memory and caches such as fonts.
/// Allocations beyond it fail and abort the process.
const MAX_ALLOCATED: usize = (64 + 192) << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, MAX_ALLOCATED);
