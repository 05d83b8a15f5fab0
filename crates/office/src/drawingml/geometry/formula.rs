//! Guide formulas (ECMA-376 part 1, 20.1.9.11).
//!
//! Guides are evaluated in order, each from those before it, so there are no cycles and the work is linear. Lengths are
//! in EMU, angles in 60,000ths of a degree. Undefined values, such as a division by zero or an unknown name, are 0.

use std::f64::consts::PI;

/// A full turn.
pub(super) const TURN: f64 = 21_600_000.0;

/// Smaller numbers are rounding errors of 0: the sign of such a rest decides between a sweep of no angle and of a full
/// turn. Guides are not rounded to integers, because some are ratios.
const NOISE: f64 = 1e-6;

/// What a built-in value is a fraction of.
#[derive(Clone, Copy)]
enum Of {
    Width,
    Height,
    /// The shorter side.
    Short,
    /// The longer side.
    Long,
    /// [`TURN`].
    Turn,
}

/// Built-in values by name; the index is the slot.
const BUILT_IN: [(&str, Of, f64); 42] = [
    ("l", Of::Width, 0.0),
    ("t", Of::Height, 0.0),
    ("r", Of::Width, 1.0),
    ("b", Of::Height, 1.0),
    ("w", Of::Width, 1.0),
    ("h", Of::Height, 1.0),
    ("hc", Of::Width, 1.0 / 2.0),
    ("vc", Of::Height, 1.0 / 2.0),
    ("ss", Of::Short, 1.0),
    ("ls", Of::Long, 1.0),
    ("wd2", Of::Width, 1.0 / 2.0),
    ("wd3", Of::Width, 1.0 / 3.0),
    ("wd4", Of::Width, 1.0 / 4.0),
    ("wd5", Of::Width, 1.0 / 5.0),
    ("wd6", Of::Width, 1.0 / 6.0),
    ("wd8", Of::Width, 1.0 / 8.0),
    ("wd10", Of::Width, 1.0 / 10.0),
    ("wd12", Of::Width, 1.0 / 12.0),
    ("wd32", Of::Width, 1.0 / 32.0),
    ("hd2", Of::Height, 1.0 / 2.0),
    ("hd3", Of::Height, 1.0 / 3.0),
    ("hd4", Of::Height, 1.0 / 4.0),
    ("hd5", Of::Height, 1.0 / 5.0),
    ("hd6", Of::Height, 1.0 / 6.0),
    ("hd8", Of::Height, 1.0 / 8.0),
    ("hd10", Of::Height, 1.0 / 10.0),
    ("hd12", Of::Height, 1.0 / 12.0),
    ("hd32", Of::Height, 1.0 / 32.0),
    ("ssd2", Of::Short, 1.0 / 2.0),
    ("ssd4", Of::Short, 1.0 / 4.0),
    ("ssd6", Of::Short, 1.0 / 6.0),
    ("ssd8", Of::Short, 1.0 / 8.0),
    ("ssd16", Of::Short, 1.0 / 16.0),
    ("ssd32", Of::Short, 1.0 / 32.0),
    ("lsd2", Of::Long, 1.0 / 2.0),
    ("cd2", Of::Turn, 1.0 / 2.0),
    ("cd4", Of::Turn, 1.0 / 4.0),
    ("cd8", Of::Turn, 1.0 / 8.0),
    ("3cd4", Of::Turn, 3.0 / 4.0),
    ("3cd8", Of::Turn, 3.0 / 8.0),
    ("5cd8", Of::Turn, 5.0 / 8.0),
    ("7cd8", Of::Turn, 7.0 / 8.0),
];

/// Number of built-in slots.
pub(super) const BUILT_INS: usize = BUILT_IN.len();

/// The slot of a built-in value.
pub(super) fn built_in(name: &str) -> Option<u32> {
    BUILT_IN.iter().position(|(n, ..)| *n == name).map(|slot| slot as u32)
}

/// The built-in values for a box of this width and height, EMU.
pub(super) fn built_in_values(width: f64, height: f64) -> impl Iterator<Item = f64> {
    BUILT_IN.iter().map(move |&(_, of, share)| {
        share
            * match of {
                Of::Width => width,
                Of::Height => height,
                Of::Short => width.min(height),
                Of::Long => width.max(height),
                Of::Turn => TURN,
            }
    })
}

/// An operand of a formula or a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    Literal(i32),
    /// A slot: built-in values first, then those of the shape in order.
    Slot(u32),
}

impl Operand {
    /// The value, given those of all slots.
    pub(super) fn of(self, values: &[f64]) -> f64 {
        match self {
            Self::Literal(n) => f64::from(n),
            Self::Slot(slot) => values.get(slot as usize).copied().unwrap_or(0.0),
        }
    }
}

/// Operators, in the order of the preset table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `x * y / z`
    MulDiv,
    /// `x + y - z`
    AddSub,
    /// `(x + y) / z`
    AddDiv,
    /// `y` if `x` is positive, else `z`
    IfElse,
    /// Absolute value of `x`.
    Abs,
    /// The angle of the point (`x`, `y`).
    Atan2,
    /// `x * cos(atan2(z, y))`
    CosAtan2,
    /// `x * cos(y)`
    Cos,
    /// Maximum.
    Max,
    /// Minimum.
    Min,
    /// The length of (`x`, `y`, `z`).
    Mod,
    /// `y`, clamped to `x` and `z`.
    Pin,
    /// `x * sin(atan2(z, y))`
    SinAtan2,
    /// `x * sin(y)`
    Sin,
    /// Square root of `x`.
    Sqrt,
    /// `x * tan(y)`
    Tan,
    /// `x`
    Val,
}

/// Operators by name, with the number of their operands.
const OPERATORS: [(&str, Operator, usize); 17] = [
    ("*/", Operator::MulDiv, 3),
    ("+-", Operator::AddSub, 3),
    ("+/", Operator::AddDiv, 3),
    ("?:", Operator::IfElse, 3),
    ("abs", Operator::Abs, 1),
    ("at2", Operator::Atan2, 2),
    ("cat2", Operator::CosAtan2, 3),
    ("cos", Operator::Cos, 2),
    ("max", Operator::Max, 2),
    ("min", Operator::Min, 2),
    ("mod", Operator::Mod, 3),
    ("pin", Operator::Pin, 3),
    ("sat2", Operator::SinAtan2, 3),
    ("sin", Operator::Sin, 2),
    ("sqrt", Operator::Sqrt, 1),
    ("tan", Operator::Tan, 2),
    ("val", Operator::Val, 1),
];

impl Operator {
    /// The operator with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        OPERATORS.iter().find(|(n, ..)| *n == name).map(|(_, operator, _)| *operator)
    }

    /// The operator at this index.
    pub(super) fn at(index: u8) -> Option<Self> {
        OPERATORS.get(usize::from(index)).map(|(_, operator, _)| *operator)
    }

    /// Number of operands.
    pub(super) fn operands(self) -> usize {
        OPERATORS[self as usize].2
    }
}

/// An operator and its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Formula {
    pub(super) operator: Operator,
    /// Unused operands are 0.
    pub(super) operands: [Operand; 3],
}

impl Formula {
    /// The value, given those of all slots. Never NaN or infinite.
    pub(super) fn value(&self, values: &[f64]) -> f64 {
        let [x, y, z] = self.operands.map(|operand| operand.of(values));
        let value = match self.operator {
            Operator::MulDiv => x * y / z,
            Operator::AddSub => x + y - z,
            Operator::AddDiv => (x + y) / z,
            Operator::IfElse if x > NOISE => y,
            Operator::IfElse => z,
            Operator::Abs => x.abs(),
            Operator::Atan2 => from_radians(y.atan2(x)),
            Operator::CosAtan2 => x * z.atan2(y).cos(),
            Operator::Cos => x * radians(y).cos(),
            Operator::Max => x.max(y),
            Operator::Min => x.min(y),
            Operator::Mod => (x * x + y * y + z * z).sqrt(),
            Operator::Pin if y < x => x,
            Operator::Pin => y.min(z),
            Operator::SinAtan2 => x * z.atan2(y).sin(),
            Operator::Sin => x * radians(y).sin(),
            Operator::Sqrt => x.sqrt(),
            Operator::Tan => x * radians(y).tan(),
            Operator::Val => x,
        };
        if value.is_finite() { value } else { 0.0 }
    }
}

/// 60,000ths of a degree to radians.
pub(super) fn radians(angle: f64) -> f64 {
    angle * (2.0 * PI / TURN)
}

fn from_radians(angle: f64) -> f64 {
    angle * (TURN / (2.0 * PI))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(operator: &str, operands: [i32; 3]) -> f64 {
        let operator = Operator::named(operator).unwrap();
        Formula { operator, operands: operands.map(Operand::Literal) }.value(&[])
    }

    #[test]
    fn operators_are_in_table_order() {
        for (i, (name, operator, operands)) in OPERATORS.iter().enumerate() {
            assert_eq!((*operator as usize, operator.operands()), (i, *operands), "{name}");
        }
    }

    #[test]
    fn operators_follow_the_standard() {
        for (operator, operands, expected) in [
            ("*/", [7, 6, 4], 10.5),
            ("+-", [7, 6, 4], 9.0),
            ("+/", [7, 6, 4], 3.25),
            ("?:", [1, 6, 4], 6.0),
            ("?:", [0, 6, 4], 4.0),
            ("?:", [-1, 6, 4], 4.0),
            ("abs", [-7, 0, 0], 7.0),
            ("at2", [1, 1, 0], 2_700_000.0),
            ("at2", [0, -5, 0], -5_400_000.0),
            ("cat2", [10, 3, 4], 6.0),
            ("sat2", [10, 3, 4], 8.0),
            ("cos", [10, 3_600_000, 0], 5.0),
            ("sin", [10, 1_800_000, 0], 5.0),
            ("tan", [10, 2_700_000, 0], 10.0),
            ("max", [3, 4, 0], 4.0),
            ("min", [3, 4, 0], 3.0),
            ("mod", [2, 3, 6], 7.0),
            ("pin", [10, 5, 20], 10.0),
            ("pin", [10, 15, 20], 15.0),
            ("pin", [10, 25, 20], 20.0),
            ("sqrt", [49, 0, 0], 7.0),
            ("val", [42, 0, 0], 42.0),
        ] {
            let got = value(operator, operands);
            assert!((got - expected).abs() < 1e-6, "{operator} {operands:?}: {got}");
        }
    }

    #[test]
    fn undefined_values_are_zero() {
        assert_eq!(value("*/", [7, 6, 0]), 0.0);
        assert_eq!(value("+/", [0, 0, 0]), 0.0);
        assert_eq!(value("sqrt", [-1, 0, 0]), 0.0);
        assert_eq!(Operand::Slot(99).of(&[1.0]), 0.0);
    }
}
