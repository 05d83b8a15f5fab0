//! Flows a text document onto its first page.
//!
//! Documents are a stream of blocks ([`Source`]): sections, paragraphs, tables. [`first_page`] pulls blocks until the page
//! is full, so that the rest of a long document is never read. Formatting is already resolved; no file format is known
//! here.
//!
//! Imports only point up this table, from later to earlier modules:
//!
//! | module | contents |
//! |---|---|
//! | `model` | the document as data |
//! | `metrics` | ascent and descent of fonts |
//! | `shape` | the text of a paragraph, shaped once |
//! | `line` | line breaks, tab stops, line heights |
//! | `glyphs` | alignment, justification, visual order, decorations |
//! | `column` | a column being filled, and what text flows around |
//! | `border` | borders and shading of paragraphs |
//! | `engine`, `drawing`, `math`, `table` | blocks; they contain each other |
//! | `page` | sections, columns, headers, footers, footnotes |

mod border;
mod column;
mod drawing;
mod engine;
mod glyphs;
mod line;
mod math;
mod math_box;
mod metrics;
mod model;
mod page;
mod shape;
mod table;
#[cfg(test)]
mod tests;

pub use model::{
    Block, Break, Cell, Column, Drawing, Float, Inline, LineNumbers, Math, Origin, PageBorders, Paragraph,
    ParagraphStyle, Part, Place, Row, Section, SectionStart, Side, Source, Table, TextFrame, Wrap,
};
pub use page::{LaidPage, first_page};
