//! The table of preset shapes, `presets.bin`, generated from the definitions of ECMA-376 by the tests of this module.
//!
//! Guides that neither a path nor the text's rectangle needs (those of handles and connection sites) are left out, names
//! are slots. All numbers are LEB128; signed ones are zigzag. For each shape, in no order that matters:
//!
//! ```text
//! shape      length of name, name, length of the rest, rest
//! rest       count, adjustment …   count, guide …   0 | 1, operand × 4   count, path …
//! adjustment place of its name in ADJUSTMENTS, signed value
//! guide      place of its operator in OPERATORS, operand × as many as the operator takes
//! operand    signed literal × 2 + 1 | slot × 2
//! path       fill | 8 where it is not stroked | 16 where it has a size, width, height;   count, command …
//! command    0 move, 1 line, 2 arc, 3 quadratic, 4 cubic, 5 close;   operand × 2, 2, 4, 4, 6, 0
//! ```
//!
//! A lookup skips the entries before the shape and takes a few microseconds.

use thumbling_page::tree::PathFill;

use super::definition::{Command, Definition, PathDefinition};
use super::formula::{Formula, Operand, Operator};

/// Names of adjustments.
pub(super) const ADJUSTMENTS: [&str; 11] =
    ["adj", "adj1", "adj2", "adj3", "adj4", "adj5", "adj6", "adj7", "adj8", "hf", "vf"];

/// Fill modes of paths, in the order of the table.
pub(super) const FILLS: [(&str, PathFill); 6] = [
    ("norm", PathFill::Normal),
    ("none", PathFill::None),
    ("lighten", PathFill::Lighten(0.4)),
    ("lightenLess", PathFill::Lighten(0.2)),
    ("darken", PathFill::Darken(0.4)),
    ("darkenLess", PathFill::Darken(0.2)),
];

static TABLE: &[u8] = include_bytes!("presets.bin");

/// The definition of a shape.
pub(super) fn find(name: &str) -> Option<Definition> {
    shapes().find(|(n, _)| *n == name.as_bytes()).and_then(|(_, mut rest)| rest.definition())
}

/// Names and bytes of all shapes.
pub(super) fn shapes() -> impl Iterator<Item = (&'static [u8], Bytes)> {
    let mut table = Bytes(TABLE);
    std::iter::from_fn(move || {
        let name = table.take()?;
        Some((name, Bytes(table.take()?)))
    })
}

/// Unread bytes.
pub(super) struct Bytes(&'static [u8]);

impl Bytes {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut n = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Some(n)
    }

    fn signed(&mut self) -> Option<i32> {
        self.number().map(unzigzag)
    }

    /// Reads a length and as many bytes.
    fn take(&mut self) -> Option<&'static [u8]> {
        let length = self.number()? as usize;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| one(self)).collect()
    }

    /// Parses a definition.
    pub(super) fn definition(&mut self) -> Option<Definition> {
        Some(Definition {
            adjustments: self.list(|b| Some((*ADJUSTMENTS.get(usize::from(b.byte()?))?, b.signed()?)))?,
            guides: self.list(Self::guide)?,
            text: match self.byte()? {
                0 => None,
                _ => Some(self.operands()?),
            },
            paths: self.list(Self::path)?,
        })
    }

    fn guide(&mut self) -> Option<Formula> {
        let operator = Operator::at(self.byte()?)?;
        let mut operands = [Operand::Literal(0); 3];
        for operand in operands.iter_mut().take(operator.operands()) {
            *operand = self.operand()?;
        }
        Some(Formula { operator, operands })
    }

    fn operand(&mut self) -> Option<Operand> {
        let n = self.number()?;
        Some(match n & 1 {
            1 => Operand::Literal(unzigzag(n >> 1)),
            _ => Operand::Slot((n >> 1) as u32),
        })
    }

    fn operands<const N: usize>(&mut self) -> Option<[Operand; N]> {
        let mut operands = [Operand::Literal(0); N];
        for operand in &mut operands {
            *operand = self.operand()?;
        }
        Some(operands)
    }

    fn path(&mut self) -> Option<PathDefinition> {
        let flags = self.byte()?;
        let size = if flags & 16 > 0 { [self.signed()?, self.signed()?] } else { [0; 2] };
        let fill = FILLS.get(usize::from(flags & 7))?.1;
        Some(PathDefinition { size, fill, stroked: flags & 8 == 0, commands: self.list(Self::command)? })
    }

    fn command(&mut self) -> Option<Command> {
        Some(match self.byte()? {
            0 => Command::Move(self.operands()?),
            1 => Command::Line(self.operands()?),
            2 => Command::Arc(self.operands()?),
            3 => Command::Quad(self.operands()?),
            4 => Command::Cubic(self.operands()?),
            5 => Command::Close,
            _ => return None,
        })
    }
}

fn unzigzag(n: u64) -> i32 {
    (n >> 1) as i32 ^ -((n & 1) as i32)
}
