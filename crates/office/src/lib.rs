//! What readers of office documents share: packages, their XML, DrawingML.
//!
//! A reader opens a [`package`], reads the parts that its page needs as [`xml`], and turns what they say into a page of
//! [`thumbling_page`]. Nothing outside of the package is ever read.

pub mod chart;
pub mod drawingml;
pub mod encryption;
pub mod kind;
pub mod number_format;
pub mod ole;
pub mod package;
pub mod preview;
pub mod property_set;
#[cfg(test)]
mod testing;
pub mod xml;

#[cfg(feature = "doc")]
pub mod doc;
#[cfg(feature = "docx")]
pub mod docx;
pub mod encrypted;
#[cfg(feature = "epub")]
pub mod epub;
#[cfg(feature = "iwork")]
pub mod iwork;
#[cfg(feature = "odf")]
pub mod odf;
#[cfg(feature = "ppt")]
pub mod ppt;
#[cfg(feature = "pptx")]
pub mod pptx;
#[cfg(feature = "works")]
pub mod works;
#[cfg(feature = "xls")]
pub mod xls;
#[cfg(feature = "xlsx")]
pub mod xlsx;
