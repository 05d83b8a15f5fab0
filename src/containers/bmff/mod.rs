//! The ISO base media file format (ISO/IEC 14496-12): nested boxes, the container of HEIF pictures and MP4 videos.

pub(crate) mod boxes;
pub(crate) mod bytes;
