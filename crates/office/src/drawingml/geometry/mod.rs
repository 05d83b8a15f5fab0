//! Geometries of shapes: presets by name, and custom geometries from the file.
//!
//! A geometry is a list of guides and a list of paths. A guide is a formula of the size of the box and of the guides before
//! it; the points of a path are guides. The 187 presets come from a compact table of the formulas of the standard
//! (`presets.bin`, see [`presets`]); presets and custom geometries have the same evaluator.
//!
//! | file | contents |
//! |---|---|
//! | `units` | EMU and points |
//! | `formula` | operators, built-in values |
//! | `path` | the pen: lines, curves, arcs |
//! | `definition` | guides and paths, and their evaluation at a size |
//! | `presets` | the table of presets |
//! | `custom` | `a:custGeom`, and the adjustments of `a:prstGeom` |

mod custom;
mod definition;
mod formula;
mod path;
mod presets;
#[cfg(test)]
mod tests;
mod units;

pub use definition::Geometry;

use crate::xml::Element;

/// The geometry of `element` (`a:prstGeom` or `a:custGeom`) in a box of `size` pt. `None` for other elements and for
/// unknown presets.
pub fn of(element: Element<'_>, size: (f32, f32)) -> Option<Geometry> {
    match element.name() {
        "a:prstGeom" => preset(element.attr("prst")?.trim(), &custom::adjustments(element), size),
        "a:custGeom" => Some(custom::definition(element).evaluate(&[], size)),
        _ => None,
    }
}

/// The preset with this name (`ST_ShapeType`) in a box of `size` pt. `adjustments` are values for the preset's `adj`,
/// `adj1`, …, in the units of the standard; unknown names are ignored. `None` if the preset is unknown.
pub fn preset(name: &str, adjustments: &[(&str, f64)], size: (f32, f32)) -> Option<Geometry> {
    Some(presets::find(name)?.evaluate(adjustments, size))
}
