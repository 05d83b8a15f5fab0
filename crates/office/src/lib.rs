//! Readers of office documents, and what they share: packages, XML, DrawingML, charts, number formats.
//!
//! A reader opens a [`package`], parses the parts that its page needs as [`xml`], and builds a page of
//! [`thumbling_page`]. Nothing outside the file is ever read, and no macro or formula is evaluated. Imports only point up
//! this table, from later to earlier modules:
//!
//! | module | contents |
//! |---|---|
//! | [`xml`] | trees and events with resolved namespaces |
//! | [`ole`], [`property_set`] | OLE2 compound files and the thumbnail in their properties |
//! | [`number_format`] | format codes applied to numbers and dates |
//! | [`package`] | parts and relationships of ZIP and flat packages |
//! | [`detect`] | formats by content |
//! | [`encryption`] | detection, and decryption with the default password |
//! | [`preview`] | embedded previews |
//! | [`drawingml`] | colours, fills, shapes, text, tables |
//! | [`chart`] | charts |
//! | `pptx`, `docx`, `xlsx`, `doc`, … | one reader per format, behind a feature each |

pub mod chart;
pub mod detect;
pub mod drawingml;
pub mod encryption;

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
