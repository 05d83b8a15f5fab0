//! Windows metafiles: WMF, EMF, and the EMF+ records in EMF.
//!
//! A metafile is a list of drawing calls. The players in this crate read them with bounds checks and write an SVG
//! document, which the SVG renderer of `thumbling-page` draws at target size: anti-aliasing, clipping, gradients and
//! text come from there. Bitmaps are embedded in the document as data URIs.
//!
//! Contract: unreadable records are skipped. Only a file without a readable header, or one that draws nothing, is an
//! error. What exceeds [`Bounds`] is left out, and [`Converted::truncated`] is set.
//! Not supported: flood fills, OpenGL and PostScript records, binary raster operations beyond the common idioms.
//!
//! Modules form layers without cycles. Each imports only from those above it in this table:
//!
//! | module | contents | imports |
//! |---|---|---|
//! | `color` | RGBA colours | – |
//! | `geometry` | points, rectangles, affine maps | – |
//! | `fault` | why there is no drawing | – |
//! | `bounds` | limits of a conversion | `fault` |
//! | `options` | options of a conversion | `bounds` |
//! | `path` | outlines | `geometry` |
//! | `reader` | fields of records | `geometry` |
//! | `bitmap` | decoded bitmaps | `color` |
//! | `dib` | device-independent bitmaps in records | `bitmap`, `bounds`, `color` |
//! | `svg` | writer of SVG elements | `bitmap`, `bounds`, `color`, `fault`, `geometry`, `options`, `path` |
//! | `gdi` | device context and drawing calls common to WMF and EMF | `bitmap`, `color`, `dib`, `geometry`, `path`, `svg` |
//! | `emfplus` | player of EMF+ records | everything above |
//! | `emf` | player of EMF records | `emfplus` and above |
//! | `wmf` | player of WMF records | `emf` and above |
//! | [`convert`] | conversion of either kind | `emf`, `fault`, `options`, `svg`, `wmf` |
//! | `decoder` | the decoder | `bounds`, `convert`, `fault`, `options` |
//! | [`entries`] | registry entries | `convert`, `decoder` |

mod bitmap;
mod bounds;
mod color;
pub mod convert;
mod decoder;
mod dib;
mod emf;
mod emfplus;
pub mod entries;
mod fault;
mod gdi;
mod geometry;
mod options;
mod path;
mod reader;
mod svg;
#[cfg(test)]
mod tests;
mod wmf;

pub use bounds::Bounds;
pub use convert::{Converted, is_emf, is_wmf, size, to_svg};
pub use decoder::Metafile;
pub use fault::Fault;
pub use options::Options;
