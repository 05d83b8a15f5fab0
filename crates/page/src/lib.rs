//! Renders pages: what readers of text and office documents produce is laid out and painted at target size.
//!
//! A reader converts its file to a [`tree::Page`]: boxes, paths, pictures and tables at positions in points, with text
//! that is not yet broken into lines. This crate knows no file format. Colours, sizes and fonts are already resolved;
//! themes, styles and inheritance are up to the reader.
//!
//! Units are points (1/72 inch), y points downward, angles are degrees clockwise. Only content on the page is laid out:
//! text stops at the bottom of the page.
//!
//! Modules form layers without cycles. Each imports only from those above it in this table:
//!
//! | module | contents | imports |
//! |---|---|---|
//! | [`fonts`] | the font database of the process | – |
//! | [`tree`] | the page as data; its parts [`style`], [`effects`], [`text`] and [`table`] | `fonts` |
//! | [`layout`] | shaping, bidi, line breaks, tabs, bullets; columns; tables | `fonts`, `tree` |
//! | [`flow`] | the first page of a text document: sections, floats, notes | `layout`, `tree` |
//! | [`paint`] | fills, strokes, effects, glyphs and pictures to pixels | `flow`, `layout`, `tree` |
//! | [`document`] | the decoder of a page | `paint`, `tree` |
//! | [`svg`] | SVG renderer | `fonts` |

#[cfg(feature = "layout")]
pub mod document;
#[cfg(feature = "layout")]
pub mod flow;
pub mod fonts;
#[cfg(feature = "layout")]
pub mod layout;
#[cfg(feature = "layout")]
pub mod paint;
#[cfg(feature = "svg")]
pub mod svg;
#[cfg(feature = "layout")]
pub mod tree;

#[cfg(feature = "layout")]
pub use tree::{effects, style, table, text};
