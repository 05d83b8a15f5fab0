//! What readers of office documents share.

pub(crate) mod drawingml;
