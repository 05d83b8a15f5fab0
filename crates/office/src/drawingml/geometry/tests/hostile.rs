//! Hostile definitions: no panic, no NaN, bounded work.

use thumbling_page::tree::{PathFill, Rect};

use super::super::definition::{Command, Definition, PathDefinition};
use super::super::formula::{Formula, Operand, Operator};
use super::*;

/// Deterministic numbers (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.next(all.len() as u64) as usize]
    }

    fn operand(&mut self) -> Operand {
        match self.next(3) {
            0 => Operand::Literal(self.one_of(&[0, 1, -1, 2, 100_000, 21_600_000, -5_400_000, i32::MAX, i32::MIN])),
            // Including forward references and unknown slots.
            1 => Operand::Slot(self.next(120) as u32),
            _ => Operand::Slot(self.one_of(&[4, 5, 8, 60, u32::MAX])),
        }
    }

    fn operands<const N: usize>(&mut self) -> [Operand; N] {
        std::array::from_fn(|_| self.operand())
    }

    fn command(&mut self) -> Command {
        match self.next(7) {
            0 => Command::Move(self.operands()),
            1 => Command::Line(self.operands()),
            2 | 3 => Command::Arc(self.operands()),
            4 => Command::Quad(self.operands()),
            5 => Command::Cubic(self.operands()),
            _ => Command::Close,
        }
    }

    fn definition(&mut self) -> Definition {
        let guide = |random: &mut Self| Formula {
            operator: Operator::at(random.next(17) as u8).unwrap(),
            operands: random.operands(),
        };
        let path = |random: &mut Self| PathDefinition {
            size: [random.one_of(&[0, 1, -5, 43_200, i32::MAX]), random.one_of(&[0, 1, 21_600, i32::MIN])],
            fill: PathFill::Normal,
            stroked: true,
            commands: (0..random.next(20)).map(|_| random.command()).collect(),
        };
        Definition {
            adjustments: Vec::new(),
            guides: (0..self.next(80)).map(|_| guide(self)).collect(),
            text: Some(self.operands()),
            paths: (0..self.next(4)).map(|_| path(self)).collect(),
        }
    }
}

#[track_caller]
fn assert_finite(geometry: &Geometry, what: &str) {
    for path in &geometry.paths {
        assert!(path.path.points().iter().all(|p| p.x.is_finite() && p.y.is_finite()), "{what}");
        assert!(path.path.points().iter().all(|p| p.x.abs() <= 2e6 && p.y.abs() <= 2e6), "{what}");
    }
    if let Some(Rect { x, y, width, height }) = geometry.text {
        assert!([x, y, width, height].iter().all(|n| n.is_finite()) && width >= 0.0 && height >= 0.0, "{what}");
    }
}

const SIZES: [(f32, f32); 7] =
    [(100.0, 50.0), (0.0, 0.0), (0.0, 70.0), (1e-30, 1e30), (f32::MAX, 1.0), (-5.0, f32::NAN), (f32::INFINITY, 3.0)];

#[test]
fn random_definitions_have_finite_paths() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut drawn = 0;
    for i in 0..20_000 {
        let definition = random.definition();
        let geometry = definition.evaluate(&[], random.one_of(&SIZES));
        assert_finite(&geometry, &format!("definition {i}"));
        drawn += geometry.paths.len();
    }
    assert!(drawn > 5_000, "{drawn}");
}

#[test]
fn presets_have_finite_paths_whatever_their_adjustments() {
    let mut random = Random(88_172_645_463_325_252);
    let values =
        [0.0, -1.0, 1e300, -1e300, f64::NAN, f64::INFINITY, 50_000.0, 100_000.0, 21_600_000.0, -21_600_000.0, 1e9];
    for name in names() {
        for size in SIZES {
            for _ in 0..12 {
                let adjustments = ["adj", "adj1", "adj2", "adj3", "adj4", "adj5", "adj6", "adj7", "adj8", "hf", "vf"];
                let adjustments = adjustments.map(|name| (name, random.one_of(&values)));
                let geometry = preset(name, &adjustments, size).unwrap();
                assert_finite(&geometry, &format!("{name} {size:?} {adjustments:?}"));
            }
        }
    }
}

#[test]
fn an_arc_covers_at_most_a_full_turn() {
    let arc = |sweep| {
        let all = [Operand::Literal(500_000), Operand::Literal(500_000), Operand::Literal(0), Operand::Literal(sweep)];
        let path = PathDefinition { commands: vec![Command::Arc(all)], ..PathDefinition::default() };
        let definition = Definition { paths: vec![path], ..Definition::default() };
        definition.evaluate(&[], (100.0, 100.0)).paths[0].path.len()
    };
    assert_eq!(arc(i32::MAX), arc(21_600_000));
}
