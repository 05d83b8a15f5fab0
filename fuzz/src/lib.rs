//! What the targets share: how an input becomes a file, how inputs are changed, and what must hold of every call.

mod held;
pub mod mutate;
pub mod package;
pub mod parts;

pub use held::check;

use std::alloc::System;

use cap::Cap;

/// Bytes that may be allocated at once: the limit of a request, the fuzzer's input, and what the process keeps (fonts,
/// contexts of shaping). Beyond it an allocation fails, and with it the process.
const MAX_ALLOCATED: usize = (64 + 192) << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, MAX_ALLOCATED);
