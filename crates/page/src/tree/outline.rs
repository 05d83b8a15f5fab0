//! Outlines of shapes.

use tiny_skia::Path;

/// The outline of a shape.
#[derive(Debug, Clone, Default)]
pub enum Outline {
    /// No outline, only text.
    None,
    /// The bounds.
    #[default]
    Rect,
    /// The bounds with rounded corners of this radius, pt.
    Rounded(f32),
    /// The ellipse inscribed in the bounds.
    Ellipse,
    /// Any number of paths, relative to the top left of the box.
    Paths(Vec<OutlinePath>),
}

/// One path of an outline. Presets such as the cube shade some paths and stroke others.
#[derive(Debug, Clone)]
pub struct OutlinePath {
    /// Relative to the top left of the box.
    pub path: Path,
    /// How this path modifies the fill.
    pub fill: PathFill,
    /// Whether it is stroked.
    pub stroked: bool,
}

/// How a path of an outline uses the fill of the shape.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum PathFill {
    /// Not filled.
    None,
    /// Unchanged.
    #[default]
    Normal,
    /// Mixed with this fraction of white (`lighten`: 0.4, `lightenLess`: 0.2).
    Lighten(f32),
    /// Mixed with this fraction of black (`darken`: 0.4, `darkenLess`: 0.2).
    Darken(f32),
}
