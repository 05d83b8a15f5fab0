//! Conversion of one metafile, possibly nested in another, and its result.

use crate::bounds::Bounds;
use crate::fault::Fault;
use crate::geometry::Rect;
use crate::options::Options;

/// Converts metafiles of any kind. Passed down so that players can convert nested metafiles without depending on
/// each other.
pub(crate) type ConvertFn = fn(&[u8], &Job<'_>) -> Result<Placed, Fault>;

/// The conversion of one metafile.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub options: &'a Options<'a>,
    /// Prefix of element ids, to keep them distinct from those of the enclosing drawing.
    pub prefix: &'a str,
    /// What is left of the limits.
    pub bounds: Bounds,
    pub convert: ConvertFn,
}

impl Job<'_> {
    /// Converts a metafile nested in this one.
    pub fn nested(mut self, bytes: &[u8]) -> Result<Placed, Fault> {
        let nesting = self.bounds.nesting.checked_sub(1);
        self.bounds.nesting = nesting.ok_or(Fault::Limit("metafiles nested too deeply"))?;
        (self.convert)(bytes, &self)
    }
}

/// A drawing without its `svg` element, to be written out or placed in another drawing.
pub(crate) struct Placed {
    pub body: String,
    pub view: Rect,
    /// Natural size, CSS px.
    pub width: f64,
    pub height: f64,
    pub truncated: bool,
    /// What is left of the limits.
    pub bounds: Bounds,
}

impl Placed {
    /// The drawing as a complete SVG document.
    pub fn into_document(self) -> String {
        let (width, height, view) = (self.width, self.height, self.view);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.3}\" height=\"{height:.3}\" viewBox=\"{:.3} {:.3} {:.3} {:.3}\">\n{}</svg>\n",
            view.left,
            view.top,
            view.width(),
            view.height(),
            self.body,
        )
    }
}
