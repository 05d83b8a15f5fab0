//! Windows metafiles: WMF, EMF, and the EMF+ records inside EMF.
//!
//! A metafile is a list of drawing calls. The players here read the calls with checked bounds and write what
//! they draw as an SVG document, which the SVG codec rasterises straight at the wanted size: anti-aliasing,
//! clipping, gradients and text come from there. Bitmaps travel inside the document as data URIs.
//!
//! Contract: a record that cannot be read is passed over; only a file without a readable header, or one that
//! draws nothing, is an error. What exceeds [`Bounds`] is left out, and [`Converted::truncated`] says so.
//! Not done: flood fills, OpenGL and PostScript records, binary raster operations beyond the common idioms.

mod bitmap;
mod bounds;
mod decoder;
mod dib;
pub mod emf;
mod emfplus;
mod gdi;
mod geometry;
mod path;
mod reader;
mod svg;
#[cfg(test)]
mod tests;
pub mod wmf;

pub use bounds::Bounds;
pub use decoder::Metafile;

use geometry::Rect;
use svg::canvas::Canvas;

/// How a metafile is to be converted.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The longer side in pixels at which the drawing will be rasterised: thinner lines are widened to be
    /// seen there, larger bitmaps are reduced to it.
    pub target: u32,
    pub bounds: Bounds,
    /// Asked now and then; after `false` nothing more is drawn.
    pub go_on: &'a dyn Fn() -> bool,
}

/// A converted metafile.
#[derive(Clone, Debug)]
pub struct Converted {
    /// A whole SVG document with `width` and `height` in CSS pixels.
    pub svg: String,
    /// A bound was met, and something is missing.
    pub truncated: bool,
}

/// Why there is no drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes do not begin as a metafile does.
    Unknown,
    Corrupt(&'static str),
    Limit(&'static str),
}

/// One metafile to be played, perhaps inside another one.
#[derive(Clone, Copy)]
struct Job<'a> {
    options: &'a Options<'a>,
    /// Begins the ids of its elements, so that they differ from those of the drawing around it.
    prefix: &'a str,
    bounds: Bounds,
}

/// A drawing without its enclosing element, to be placed in another one or written out.
struct Placed {
    body: String,
    view: Rect,
    width: f64,
    height: f64,
    truncated: bool,
    bounds: Bounds,
}

impl Placed {
    fn new(mut canvas: Canvas, width: f64, height: f64) -> Self {
        let body = canvas.finish();
        Self { body, view: canvas.view, width, height, truncated: canvas.truncated, bounds: canvas.bounds }
    }

    fn into_document(self) -> Converted {
        let (width, height, view) = (self.width, self.height, self.view);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.3}\" height=\"{height:.3}\" viewBox=\"{:.3} {:.3} {:.3} {:.3}\">\n{}</svg>\n",
            view.left,
            view.top,
            view.width(),
            view.height(),
            self.body,
        );
        Converted { svg, truncated: self.truncated }
    }
}

/// Converts a WMF or EMF file (not compressed) into an SVG document.
///
/// # Errors
/// [`Fault::Unknown`] if the bytes are no metafile, [`Fault::Corrupt`] if nothing can be drawn.
pub fn to_svg(bytes: &[u8], options: &Options<'_>) -> Result<Converted, Fault> {
    place(bytes, &Job { options, prefix: "m", bounds: options.bounds }).map(Placed::into_document)
}

/// The natural size in CSS pixels, from the header alone.
///
/// # Errors
/// As [`to_svg`].
pub fn size(bytes: &[u8]) -> Result<(f64, f64), Fault> {
    if emf::is_emf(bytes) { emf::size(bytes) } else { wmf::size(bytes) }
}

/// Whether the bytes begin as an enhanced metafile does.
pub fn is_emf(bytes: &[u8]) -> bool {
    emf::is_emf(bytes)
}

/// Whether the bytes begin as a Windows metafile does, placeable or not.
pub fn is_wmf(bytes: &[u8]) -> bool {
    wmf::is_wmf(bytes)
}

fn place(bytes: &[u8], job: &Job<'_>) -> Result<Placed, Fault> {
    if emf::is_emf(bytes) { emf::place(bytes, job) } else { wmf::place(bytes, job) }
}

/// A metafile inside a metafile.
fn place_nested(bytes: &[u8], job: &Job<'_>) -> Result<Placed, Fault> {
    let mut job = *job;
    job.bounds.nesting = job.bounds.nesting.checked_sub(1).ok_or(Fault::Limit("metafiles nested too deeply"))?;
    place(bytes, &job)
}
