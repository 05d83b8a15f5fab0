//! The engine: tasks, look-ups, a store of thumbnails and signed URLs, around the pure pipeline and a host's drive.

pub mod caller;
pub mod drive;
pub mod id;
pub mod message;
pub mod url;
