//! DrawingML: what documents, sheets and presentations draw with.

pub(crate) mod geometry;
