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
#![allow(dead_code)] // The vocabulary is whole before all of its readers are: office documents use what text does not.

#[cfg(feature = "page")]
pub(crate) mod document;
#[cfg(feature = "page")]
pub(crate) mod effects;
#[cfg(feature = "fonts")]
pub(crate) mod fonts;
#[cfg(feature = "page")]
pub(crate) mod layout;
#[cfg(feature = "page")]
pub(crate) mod paint;
#[cfg(feature = "page")]
pub(crate) mod style;
#[cfg(feature = "page")]
pub(crate) mod table;
#[cfg(feature = "page")]
pub(crate) mod text;
#[cfg(feature = "page")]
pub(crate) mod tree;
