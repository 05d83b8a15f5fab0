//! What readers of office documents share: packages, their XML, DrawingML.
//!
//! A reader opens a [`package`], reads the parts that its page needs as [`xml`], and turns what they say into a page of
//! [`crate::page`]. Nothing outside of the package is ever read.

pub(crate) mod chart;
pub(crate) mod drawingml;
pub(crate) mod encryption;
pub(crate) mod kind;
pub(crate) mod number_format;
pub(crate) mod ole;
pub(crate) mod package;
pub(crate) mod preview;
pub(crate) mod property_set;
pub(crate) mod xml;
