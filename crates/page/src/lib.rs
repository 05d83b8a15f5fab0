//! Pages: what a reader of text, office or other documents produces, laid out and painted straight at target size.
//!
//! A reader turns its file into a [`tree::Page`]: boxes, paths, pictures and tables at their places in points, with
//! bodies of text that are still to be broken into lines. Nothing in here knows a file format, and colours, sizes and
//! fonts arrive resolved: themes, styles and inheritance are the reader's business.
//!
//! | room | what it does |
//! |---|---|
//! | [`tree`], [`style`], [`effects`], [`text`], [`table`] | the page as data |
//! | [`fonts`] | the one font database of the process |
//! | [`layout`] | shaping, bidi, line breaks, tabs, bullets; blocks down a column; rows and columns of tables |
//! | [`paint`] | fills, strokes, shadows, glyphs and pictures into pixels |
//!
//! Units are points (1/72 inch) everywhere, y grows downward, angles are degrees clockwise. Only what lies on the page
//! is laid out: a body that ends at the page's bottom stops there.

#[cfg(feature = "layout")]
pub mod document;
#[cfg(feature = "layout")]
pub mod effects;
pub mod fonts;
#[cfg(feature = "layout")]
pub mod layout;
#[cfg(feature = "layout")]
pub mod paint;
#[cfg(feature = "layout")]
pub mod style;
#[cfg(feature = "svg")]
pub mod svg;
#[cfg(feature = "layout")]
pub mod table;
#[cfg(feature = "layout")]
pub mod text;
#[cfg(feature = "layout")]
pub mod tree;
