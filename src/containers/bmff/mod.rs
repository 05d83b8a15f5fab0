//! The ISO base media file format (ISO/IEC 14496-12): boxes within boxes, of which pictures (HEIF) and films are made.

pub(crate) mod boxes;
pub(crate) mod bytes;
