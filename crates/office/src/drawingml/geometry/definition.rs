//! Geometry definitions: guides, paths and the text rectangle, as formulas of the box size.

use thumbling_page::tree::{OutlinePath, PathFill, Rect};

use super::formula::{self, Formula, Operand};
use super::path::Pen;
use super::units::{EMU, pt};

/// The outline of a shape at its size, pt; the origin is the top left of the box.
#[derive(Debug, Clone, Default)]
pub struct Geometry {
    /// In painting order. All numbers are finite.
    pub paths: Vec<OutlinePath>,
    /// The rectangle of the text; `None` for the whole box.
    pub text: Option<Rect>,
}

/// A preset or custom geometry, before its size is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Definition {
    /// Names and defaults of adjustments, in the first slots after the built-in ones.
    pub(super) adjustments: Vec<(&'static str, i32)>,
    /// In the following slots.
    pub(super) guides: Vec<Formula>,
    /// Left, top, right and bottom of the text.
    pub(super) text: Option<[Operand; 4]>,
    /// In painting order.
    pub(super) paths: Vec<PathDefinition>,
}

/// A path, before its size is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PathDefinition {
    /// Size of its coordinate system; 0 for EMU of the box.
    pub(super) size: [i32; 2],
    /// How the shape's fill is applied.
    pub(super) fill: PathFill,
    pub(super) stroked: bool,
    pub(super) commands: Vec<Command>,
}

impl Default for PathDefinition {
    fn default() -> Self {
        Self { size: [0; 2], fill: PathFill::Normal, stroked: true, commands: Vec::new() }
    }
}

/// A path command; points are (x, y).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Command {
    /// Starts a subpath.
    Move([Operand; 2]),
    /// A straight line.
    Line([Operand; 2]),
    /// Horizontal and vertical radius, start angle and sweep.
    Arc([Operand; 4]),
    Quad([Operand; 4]),
    Cubic([Operand; 6]),
    /// Closes the subpath.
    Close,
}

impl Definition {
    /// The geometry in a box of `size` pt, with the file's adjustments.
    pub(super) fn evaluate(&self, adjustments: &[(&str, f64)], size: (f32, f32)) -> Geometry {
        let [width, height] = [size.0, size.1].map(|n| if n.is_finite() { f64::from(n.max(0.0)) * EMU } else { 0.0 });
        let values = self.values(adjustments, width, height);
        let paths = self.paths.iter().filter_map(|path| path.evaluate(&values, width, height)).collect();
        let text = self.text.map(|edges| {
            let [l, t, r, b] = edges.map(|edge| pt(edge.of(&values)));
            Rect::new(l, t, r - l, b - t)
        });
        // Freeforms use an empty rectangle where they mean the whole box.
        Geometry { paths, text: text.filter(|text| text.width > 0.0 && text.height > 0.0) }
    }

    /// The values of all slots.
    fn values(&self, adjustments: &[(&str, f64)], width: f64, height: f64) -> Vec<f64> {
        let mut values = Vec::with_capacity(formula::BUILT_INS + self.adjustments.len() + self.guides.len());
        values.extend(formula::built_in_values(width, height));
        values.extend(self.adjustments.iter().map(|(name, usual)| {
            let set = adjustments.iter().rev().find(|(n, _)| is_same(n, name));
            set.map(|(_, value)| *value).filter(|value| value.is_finite()).unwrap_or(f64::from(*usual))
        }));
        for guide in &self.guides {
            values.push(guide.value(&values));
        }
        values
    }
}

/// Writers use `adj` and `adj1` interchangeably for a single adjustment.
fn is_same(a: &str, b: &str) -> bool {
    a == b || matches!((a, b), ("adj", "adj1") | ("adj1", "adj"))
}

impl PathDefinition {
    fn evaluate(&self, values: &[f64], width: f64, height: f64) -> Option<OutlinePath> {
        let scale = |size: i32, of: f64| if size > 0 { of / f64::from(size) } else { 1.0 };
        let mut pen = Pen::new([scale(self.size[0], width), scale(self.size[1], height)]);
        for command in &self.commands {
            match command {
                Command::Move(p) => pen.move_to(p.map(|o| o.of(values))),
                Command::Line(p) => pen.line_to(p.map(|o| o.of(values))),
                Command::Arc(a) => pen.arc_to(a.map(|o| o.of(values))),
                Command::Quad(p) => pen.quad_to(p.map(|o| o.of(values))),
                Command::Cubic(p) => pen.cubic_to(p.map(|o| o.of(values))),
                Command::Close => pen.close(),
            }
        }
        Some(OutlinePath { path: pen.finish()?, fill: self.fill, stroked: self.stroked })
    }
}
