//! Two axes that stand on each other, and where on the page something between them is.

use crate::number_format::DateSystem;
use thumbling_page::tree::{Point, Rect};

use super::data;
use super::dates::Dates;
use super::model::{Axis, AxisKind, Blanks, Chart, Crosses, Group, Grouping};
use super::scale::Scale;
use super::trend;

/// The groups of one pair of axes.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    /// Of categories, or of x.
    pub(super) first: Option<&'a Axis<'a>>,
    /// Of values.
    pub(super) second: Option<&'a Axis<'a>>,
    /// What is drawn on them.
    pub(super) groups: Vec<&'a Group<'a>>,
    system: DateSystem,
}

/// An axis of names or of numbers.
#[derive(Debug)]
pub(super) enum First {
    /// Names, one after the other, or at their dates.
    Names(Names),
    /// Numbers.
    Numbers(Scale),
}

/// An axis of names.
#[derive(Debug)]
pub(super) struct Names {
    /// How many there are.
    pub(super) count: usize,
    /// How many there is room for: dates may have gaps.
    slots: f64,
    /// In slots from the start, for dates.
    positions: Option<Vec<f64>>,
    dates: Option<Dates>,
    /// Whether names stand between ticks, and not at them.
    pub(super) between: bool,
    reversed: bool,
}

/// Two axes on the page.
#[derive(Debug)]
pub(super) struct Plane {
    /// What lies between them.
    pub(super) area: Rect,
    /// Of categories, or of x.
    pub(super) first: First,
    /// Of values.
    pub(super) second: Scale,
    /// Whether values run to the right, and categories upward.
    pub(super) turned: bool,
    /// The value at which the first axis stands, and from which bars start.
    pub(super) base: f64,
}

/// The pairs of axes of a chart, the primary one first.
pub(super) fn pairs<'a>(chart: &'a Chart<'a>) -> Vec<Pair<'a>> {
    let mut pairs: Vec<(Pair<'a>, &[&str])> = Vec::new();
    let system = if chart.date1904 { DateSystem::From1904 } else { DateSystem::From1900 };
    for group in chart.groups.iter().filter(|g| !g.kind.is_round()) {
        if let Some((pair, _)) = pairs.iter_mut().find(|(_, ids)| *ids == group.axes) {
            pair.groups.push(group);
            continue;
        }
        let axes = || chart.axes.iter().filter(|a| group.axes.contains(&a.id));
        let (first, second) = if group.kind.is_by_numbers() {
            let first = axes().find(|a| a.is_horizontal).or_else(|| axes().next());
            (first, axes().find(|a| first.is_none_or(|f| f.id != a.id)))
        } else {
            let first = axes().find(|a| matches!(a.kind, AxisKind::Category | AxisKind::Date));
            (first, axes().find(|a| a.kind == AxisKind::Value))
        };
        pairs.push((Pair { first, second, groups: vec![group], system }, &group.axes));
    }
    pairs.into_iter().map(|(pair, _)| pair).collect()
}

impl<'a> Pair<'a> {
    /// Whether categories run upward.
    pub(super) fn turned(&self) -> bool {
        self.groups.iter().any(|g| g.horizontal)
    }

    /// Whether values are shares of a whole.
    pub(super) fn is_percent(&self) -> bool {
        self.groups.iter().any(|g| g.grouping == Grouping::Percent)
    }

    /// The names of its categories.
    pub(super) fn categories(&self) -> &'a [String] {
        let all = self.groups.iter().flat_map(|g| &g.series).map(|s| s.categories.as_slice());
        all.max_by_key(|c| c.len()).unwrap_or_default()
    }

    /// From where to where x and values reach.
    pub(super) fn ranges(&self, blanks: Blanks) -> ((f64, f64), (f64, f64)) {
        let join = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        let by_numbers = self.groups.iter().filter(|g| g.kind.is_by_numbers());
        (
            by_numbers.map(|g| data::x_range(g)).fold(nothing, join),
            self.groups.iter().map(|g| data::range(g, blanks)).fold(nothing, join),
        )
    }

    /// Its axes over `area`, the first in at most `steps.0` steps if it is of numbers, the second in at most `steps.1`.
    pub(super) fn plane(&self, area: Rect, steps: (usize, usize), blanks: Blanks) -> Plane {
        let (x, range) = self.ranges(blanks);
        let second = Scale::new(self.second, range, steps.1, self.is_percent());
        let base = second.crossing(self.first.map_or(Crosses::Zero, |a| a.crosses));
        let first = match self.groups.iter().any(|g| g.kind.is_by_numbers()) {
            true => First::Numbers(Scale::new(self.first, x, steps.0, false)),
            false => First::Names(self.names()),
        };
        Plane { area, first, second, turned: self.turned(), base }
    }

    fn names(&self) -> Names {
        let series = || self.groups.iter().flat_map(|g| &g.series);
        let count = series().map(|s| s.values.len().max(s.categories.len())).max().unwrap_or(0).max(1);
        // The axis of values says whether it crosses between names.
        let between =
            self.second.is_none_or(|a| a.between) || self.groups.iter().any(|g| g.kind == super::model::Kind::Bar);
        let mut names = Names {
            count,
            slots: count as f64,
            positions: None,
            dates: None,
            between,
            reversed: self.first.is_some_and(|a| a.reversed),
        };
        let of_dates = self.first.filter(|a| a.kind == AxisKind::Date);
        if let (Some(axis), Some(x)) = (of_dates, series().find_map(|s| s.x.as_ref()))
            && let Some(dates) = Dates::of(axis.element, x, (axis.min, axis.max), self.system)
        {
            names.by_date(dates, x);
        }
        // Trend lines that go beyond the last name make room for themselves.
        let all = self.groups.iter().flat_map(|g| g.series.iter().map(|s| trend::beyond(g, s).1));
        let beyond = all.fold(0.0, f64::max) - if names.between { 0.5 } else { 0.0 };
        names.slots += beyond.ceil().max(0.0);
        names
    }
}

impl Names {
    fn by_date(&mut self, dates: Dates, x: &[Option<f64>]) {
        let slot = |n: usize| x.get(n).copied().flatten().map_or(n as f64, |day| dates.position(day));
        self.positions = Some((0..self.count).map(slot).collect());
        self.slots = dates.slots;
        self.dates = Some(dates);
    }

    /// Where on an axis of dates labels stand, and their days; none on other axes.
    pub(super) fn dated(&self) -> Option<Vec<(f32, f64)>> {
        let all = self.dates.as_ref()?.labelled().into_iter();
        Some(all.map(|(slot, day)| (self.share_at(slot), day)).collect())
    }

    /// Where the middle of a name stands: 0 at the start of the axis, 1 at its end.
    pub(super) fn share(&self, index: usize) -> f32 {
        self.share_at(self.position(index))
    }

    /// Where on the axis is what stands `at` slots from the first name.
    fn share_at(&self, at: f64) -> f32 {
        let share = match self.between {
            true => (at + 0.5) / self.slots,
            false if self.slots <= 1.0 => 0.5,
            false => at / (self.slots - 1.0),
        };
        self.turn(share.clamp(-10.0, 11.0) as f32)
    }

    /// How many slots from the start of the axis a name stands.
    fn position(&self, index: usize) -> f64 {
        self.positions.as_ref().and_then(|p| p.get(index).copied()).unwrap_or(index as f64)
    }

    /// How much of the axis one name has.
    pub(super) fn slot(&self) -> f32 {
        (1.0 / if self.between { self.slots } else { (self.slots - 1.0).max(1.0) }) as f32
    }

    /// Where the ticks are.
    pub(super) fn ticks(&self) -> Vec<f32> {
        let steps = if self.between { self.slots } else { (self.slots - 1.0).max(1.0) };
        let every = (steps / 200.0).ceil().max(self.dates.as_ref().map_or(1.0, Dates::step));
        let count = (steps / every).floor() as usize;
        (0..=count).map(|n| self.turn((n as f64 * every / steps) as f32)).collect()
    }

    fn turn(&self, share: f32) -> f32 {
        if self.reversed { 1.0 - share } else { share }
    }

    fn crossing(&self, crosses: Crosses) -> f32 {
        self.turn(match crosses {
            Crosses::Zero | Crosses::Min => 0.0,
            Crosses::Max => 1.0,
            Crosses::At(name) => {
                let steps = if self.between { self.slots } else { (self.slots - 1.0).max(1.0) };
                (((name - 1.0) / steps) as f32).clamp(0.0, 1.0)
            }
        })
    }
}

impl Plane {
    /// The point at these shares of both axes.
    pub(super) fn point(&self, first: f32, second: f32) -> Point {
        let Rect { x, y, width, height } = self.area;
        match self.turned {
            true => Point { x: x + second * width, y: y + (1.0 - first) * height },
            false => Point { x: x + first * width, y: y + (1.0 - second) * height },
        }
    }

    /// The point of a value of this index.
    pub(super) fn at(&self, index: usize, value: f64) -> Point {
        self.point(self.first_share(self.x_of(index)), self.second.share(value))
    }

    /// The x of a value of this index: among names, they are counted from 1.
    pub(super) fn x_of(&self, index: usize) -> f64 {
        match &self.first {
            First::Names(names) => names.position(index) + 1.0,
            First::Numbers(_) => index as f64 + 1.0,
        }
    }

    /// Where on the first axis x is.
    pub(super) fn first_share(&self, x: f64) -> f32 {
        match &self.first {
            First::Names(names) => names.share_at(x - 1.0),
            First::Numbers(scale) => scale.share(x),
        }
    }

    /// Where the axis of values stands on the first one.
    pub(super) fn second_stands(&self, axis: &Axis<'_>) -> f32 {
        match &self.first {
            First::Names(names) => names.crossing(axis.crosses),
            First::Numbers(scale) => scale.within(scale.crossing(axis.crosses)),
        }
    }

    /// Where the first axis stands on that of values.
    pub(super) fn first_stands(&self) -> f32 {
        self.second.within(self.base)
    }
}
