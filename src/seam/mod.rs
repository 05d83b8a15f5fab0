//! C libraries, each behind one safe file: the only places outside the C ABI that may be unsafe.

pub(crate) mod webp;
