//! Geometries of shapes: the presets by name, and what files define themselves.
//!
//! A geometry is a list of guides, each a formula of the box's size and of those before it, and of paths whose points
//! are guides. Nothing is drawn by hand: the 187 presets are evaluated from the formulas of the standard, which a compact
//! table holds (`presets.bin`, see [`presets`]), and custom geometries from those of the file, by the same evaluator.
//!
//! | file | what it holds |
//! |---|---|
//! | `formula` | operators, built-in values |
//! | `definition` | guides and paths before the size is known, and what becomes of them at one |
//! | `path` | the pen: lines, curves, arcs |
//! | `presets` | the table of presets |
//! | `custom` | what files say: `a:custGeom`, `a:prstGeom` |

mod custom;
mod definition;
mod formula;
mod path;
mod presets;
#[cfg(test)]
mod tests;

use crate::xml::Element;
use thumbling_page::tree::{OutlinePath, Rect};

/// The outline of a shape at its size, in the coordinates of the box, whose top left is 0, 0; pt.
#[derive(Debug, Clone, Default)]
pub struct Geometry {
    /// In painting order. All numbers are finite.
    pub paths: Vec<OutlinePath>,
    /// Where text goes; none is the whole box.
    pub text: Option<Rect>,
}

/// The geometry that `element` (`a:prstGeom` or `a:custGeom`) is in a box of `size` pt. `None` if it is neither, or a
/// preset that there is not.
pub fn of(element: Element<'_>, size: (f32, f32)) -> Option<Geometry> {
    match element.name() {
        "a:prstGeom" => preset(element.attr("prst")?.trim(), &custom::adjustments(element), size),
        "a:custGeom" => Some(custom::definition(element).evaluate(&[], size)),
        _ => None,
    }
}

/// The preset shape of this name (`ST_ShapeType`) in a box of `size` pt. `adjustments` are what the file sets of the
/// shape's `adj`, `adj1`, …, in the units of the standard; others are ignored. `None` if there is no such shape.
pub fn preset(name: &str, adjustments: &[(&str, f64)], size: (f32, f32)) -> Option<Geometry> {
    Some(presets::find(name)?.evaluate(adjustments, size))
}
