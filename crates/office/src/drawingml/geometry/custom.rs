//! Reads `a:custGeom`, and the adjustments in `a:prstGeom`.

use std::collections::HashMap;

use crate::xml::Element;

use super::definition::{Command, Definition, PathDefinition};
use super::formula::{self, Formula, Operand, Operator};
use super::presets::FILLS;

/// Guides read of one geometry. PowerPoint writes two per point.
const MAX_GUIDES: usize = 1 << 16;

/// Path commands read of one geometry.
const MAX_COMMANDS: usize = 1 << 17;

/// The adjustments in `a:avLst`.
pub(super) fn adjustments(element: Element<'_>) -> Vec<(&str, f64)> {
    let guides = element.child("a:avLst").into_iter().flat_map(|list| list.children_of("a:gd"));
    let value = |gd: Element<'_>| gd.attr("fmla")?.trim().strip_prefix("val")?.trim().parse().ok();
    guides.take(ADJUSTMENTS).filter_map(|gd| Some((gd.attr("name")?, value(gd)?))).collect()
}

/// More than any preset has.
const ADJUSTMENTS: usize = 32;

/// Reads `a:custGeom`.
pub(super) fn definition(element: Element<'_>) -> Definition {
    let mut reader = Reader::default();
    let lists = ["a:avLst", "a:gdLst"].into_iter().filter_map(|name| element.child(name));
    let guides: Vec<Formula> =
        lists.flat_map(|list| list.children_of("a:gd")).take(MAX_GUIDES).map(|gd| reader.guide(gd)).collect();
    let text = element.child("a:rect").map(|rect| ["l", "t", "r", "b"].map(|edge| reader.attr(rect, edge)));
    let mut left = MAX_COMMANDS;
    let paths = element.child("a:pathLst").into_iter().flat_map(|list| list.children_of("a:path"));
    let paths = paths.map(|path| reader.path(path, &mut left)).filter(|path| !path.commands.is_empty()).collect();
    Definition { adjustments: Vec::new(), guides, text, paths }
}

/// Resolves names of guides.
#[derive(Default)]
struct Reader<'a> {
    slots: HashMap<&'a str, u32>,
    guides: usize,
}

impl<'a> Reader<'a> {
    /// A guide; 0 if it is invalid.
    fn guide(&mut self, gd: Element<'a>) -> Formula {
        let formula = self.formula(gd.attr("fmla").unwrap_or_default());
        self.slots.insert(gd.attr("name").unwrap_or_default().trim(), (formula::BUILT_INS + self.guides) as u32);
        self.guides += 1;
        formula.unwrap_or(Formula { operator: Operator::Val, operands: [Operand::Literal(0); 3] })
    }

    fn formula(&self, written: &str) -> Option<Formula> {
        let mut words = written.split_ascii_whitespace();
        let operator = Operator::named(words.next()?)?;
        let mut operands = [Operand::Literal(0); 3];
        for operand in operands.iter_mut().take(operator.operands()) {
            *operand = self.operand(words.next()?);
        }
        Some(Formula { operator, operands })
    }

    /// A known name or a number; 0 for anything else.
    fn operand(&self, written: &str) -> Operand {
        let written = written.trim();
        if let Ok(n) = written.parse() {
            return Operand::Literal(n);
        }
        if let Some(slot) = self.slots.get(written).copied().or_else(|| formula::built_in(written)) {
            return Operand::Slot(slot);
        }
        // Fractions and numbers beyond all sizes are accepted; invalid ones are 0.
        Operand::Literal(written.parse::<f64>().unwrap_or(0.0).round() as i32)
    }

    fn attr(&self, element: Element<'_>, name: &str) -> Operand {
        self.operand(element.attr(name).unwrap_or_default())
    }

    fn path(&self, path: Element<'_>, left: &mut usize) -> PathDefinition {
        let fill = path.attr("fill").and_then(|fill| FILLS.iter().find(|(name, _)| *name == fill));
        let size = ["w", "h"].map(|side| path.number::<f64>(side).unwrap_or(0.0) as i32);
        let commands: Vec<Command> = path.children().filter_map(|c| self.command(c)).take(*left).collect();
        *left -= commands.len();
        PathDefinition {
            size,
            fill: fill.map_or_else(Default::default, |(_, fill)| *fill),
            stroked: path.flag("stroke").unwrap_or(true),
            commands,
        }
    }

    fn command(&self, element: Element<'_>) -> Option<Command> {
        Some(match element.name() {
            "a:moveTo" => Command::Move(self.points(element)?),
            "a:lnTo" => Command::Line(self.points(element)?),
            "a:arcTo" => Command::Arc(["wR", "hR", "stAng", "swAng"].map(|name| self.attr(element, name))),
            "a:quadBezTo" => Command::Quad(self.points(element)?),
            "a:cubicBezTo" => Command::Cubic(self.points(element)?),
            "a:close" => Command::Close,
            _ => return None,
        })
    }

    /// The coordinates of N points.
    fn points<const N: usize>(&self, element: Element<'_>) -> Option<[Operand; N]> {
        let mut operands = [Operand::Literal(0); N];
        let mut points = element.children_of("a:pt");
        for point in operands.chunks_exact_mut(2) {
            let pt = points.next()?;
            point.copy_from_slice(&[self.attr(pt, "x"), self.attr(pt, "y")]);
        }
        Some(operands)
    }
}
