//! Tests of geometries.

mod custom;
mod hostile;
mod reference;
mod shapes;
mod sheet;

use thumbling_page::tree::PathFill;

use super::*;

/// The shape in a box of 100 × 100 pt, without adjustments.
fn shape(name: &str) -> Geometry {
    preset(name, &[], (100.0, 100.0)).unwrap_or_else(|| panic!("no {name}"))
}

/// Names of all shapes in the table.
fn names() -> impl Iterator<Item = &'static str> {
    presets::shapes().map(|(name, _)| std::str::from_utf8(name).unwrap())
}
