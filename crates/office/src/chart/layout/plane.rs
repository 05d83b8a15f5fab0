//! Pairs of axes, and the mapping from values to points on the page.

use crate::number_format::DateSystem;
use thumbling_page::tree::{Point, Rect};

use crate::chart::model::{Axis, AxisKind, Blanks, Chart, Crosses, Group, Grouping};
use crate::chart::values;
use crate::chart::values::dates::Dates;
use crate::chart::values::scale::Scale;
use crate::chart::values::trendline;

/// A pair of axes and the groups on them.
#[derive(Debug)]
pub(crate) struct AxisPair<'a> {
    /// Category axis, or x axis.
    pub(crate) first: Option<&'a Axis<'a>>,
    /// Value axis.
    pub(crate) second: Option<&'a Axis<'a>>,
    pub(crate) groups: Vec<&'a Group<'a>>,
    system: DateSystem,
}

/// The scale of the category or x axis.
#[derive(Debug)]
pub(crate) enum FirstAxis {
    /// Categories, evenly spaced or by date.
    Categories(Categories),
    /// Numbers.
    Numbers(Scale),
}

/// A category scale.
#[derive(Debug)]
pub(crate) struct Categories {
    /// Number of categories.
    pub(crate) count: usize,
    /// Number of positions: dates can have gaps.
    slots: f64,
    /// In slots from the start, for dates.
    positions: Option<Vec<f64>>,
    dates: Option<Dates>,
    /// Whether categories are between ticks instead of at them.
    pub(crate) between: bool,
    reversed: bool,
}

/// Two axes over an area of the page.
#[derive(Debug)]
pub(crate) struct Plane {
    /// The plot area.
    pub(crate) area: Rect,
    /// Category or x axis.
    pub(crate) first: FirstAxis,
    /// Value axis.
    pub(crate) second: Scale,
    /// Whether values go right and categories up.
    pub(crate) turned: bool,
    /// The value at which the first axis crosses, and bars start.
    pub(crate) base: f64,
}

/// The axis pairs of a chart, the primary one first.
pub(crate) fn pairs<'a>(chart: &'a Chart<'a>) -> Vec<AxisPair<'a>> {
    let mut pairs: Vec<(AxisPair<'a>, &[&str])> = Vec::new();
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
        pairs.push((AxisPair { first, second, groups: vec![group], system: chart.dates }, &group.axes));
    }
    pairs.into_iter().map(|(pair, _)| pair).collect()
}

impl<'a> AxisPair<'a> {
    /// Whether categories go up.
    pub(crate) fn turned(&self) -> bool {
        self.groups.iter().any(|g| g.horizontal)
    }

    /// Whether values are percentages of a total.
    pub(crate) fn is_percent(&self) -> bool {
        self.groups.iter().any(|g| g.grouping == Grouping::Percent)
    }

    /// The category names.
    pub(crate) fn categories(&self) -> &'a [String] {
        let all = self.groups.iter().flat_map(|g| &g.series).map(|s| s.categories.as_slice());
        all.max_by_key(|c| c.len()).unwrap_or_default()
    }

    /// Ranges of x and of the values.
    pub(crate) fn ranges(&self, blanks: Blanks) -> ((f64, f64), (f64, f64)) {
        let join = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        let by_numbers = self.groups.iter().filter(|g| g.kind.is_by_numbers());
        (
            by_numbers.map(|g| values::x_range(g)).fold(nothing, join),
            self.groups.iter().map(|g| values::range(g, blanks)).fold(nothing, join),
        )
    }

    /// Scales both axes to `area`. `steps` are the most major steps of the first axis (if numeric) and of the second.
    pub(crate) fn plane(&self, area: Rect, steps: (usize, usize), blanks: Blanks) -> Plane {
        let (x, range) = self.ranges(blanks);
        let second = Scale::new(self.second, range, steps.1, self.is_percent());
        let base = second.crossing(self.first.map_or(Crosses::Zero, |a| a.crosses));
        let first = match self.groups.iter().any(|g| g.kind.is_by_numbers()) {
            true => FirstAxis::Numbers(Scale::new(self.first, x, steps.0, false)),
            false => FirstAxis::Categories(self.names()),
        };
        Plane { area, first, second, turned: self.turned(), base }
    }

    fn names(&self) -> Categories {
        let series = || self.groups.iter().flat_map(|g| &g.series);
        let count = series().map(|s| s.values.len().max(s.categories.len())).max().unwrap_or(0).max(1);
        // The value axis says whether it crosses between categories.
        let between = self.second.is_none_or(|a| a.between)
            || self.groups.iter().any(|g| g.kind == crate::chart::model::Kind::Bar);
        let mut names = Categories {
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
        // Forecasts extend the category axis.
        let all = self.groups.iter().flat_map(|g| g.series.iter().map(|s| trendline::forecast(g, s).1));
        let beyond = all.fold(0.0, f64::max) - if names.between { 0.5 } else { 0.0 };
        names.slots += beyond.ceil().max(0.0);
        names
    }
}

impl Categories {
    fn by_date(&mut self, dates: Dates, x: &[Option<f64>]) {
        let slot = |n: usize| x.get(n).copied().flatten().map_or(n as f64, |day| dates.position(day));
        self.positions = Some((0..self.count).map(slot).collect());
        self.slots = dates.slots;
        self.dates = Some(dates);
    }

    /// Positions of date labels and their days; `None` for plain categories.
    pub(crate) fn dated(&self) -> Option<Vec<(f32, f64)>> {
        let all = self.dates.as_ref()?.labelled().into_iter();
        Some(all.map(|(slot, day)| (self.share_at(slot), day)).collect())
    }

    /// The position of a category: 0 at the start of the axis, 1 at its end.
    pub(crate) fn share(&self, index: usize) -> f32 {
        self.share_at(self.position(index))
    }

    /// The position `at` slots after the first category.
    fn share_at(&self, at: f64) -> f32 {
        let share = match self.between {
            true => (at + 0.5) / self.slots,
            false if self.slots <= 1.0 => 0.5,
            false => at / (self.slots - 1.0),
        };
        self.turn(share.clamp(-10.0, 11.0) as f32)
    }

    /// Slots from the start of the axis.
    fn position(&self, index: usize) -> f64 {
        self.positions.as_ref().and_then(|p| p.get(index).copied()).unwrap_or(index as f64)
    }

    /// Share of the axis per category.
    pub(crate) fn slot(&self) -> f32 {
        (1.0 / if self.between { self.slots } else { (self.slots - 1.0).max(1.0) }) as f32
    }

    /// Tick positions.
    pub(crate) fn ticks(&self) -> Vec<f32> {
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
    /// The point at these positions of both axes.
    pub(crate) fn point(&self, first: f32, second: f32) -> Point {
        let Rect { x, y, width, height } = self.area;
        match self.turned {
            true => Point { x: x + second * width, y: y + (1.0 - first) * height },
            false => Point { x: x + first * width, y: y + (1.0 - second) * height },
        }
    }

    /// The point of a value in category `index`.
    pub(crate) fn at(&self, index: usize, value: f64) -> Point {
        self.point(self.first_share(self.x_of(index)), self.second.share(value))
    }

    /// The x of category `index`, counted from 1.
    pub(crate) fn x_of(&self, index: usize) -> f64 {
        match &self.first {
            FirstAxis::Categories(names) => names.position(index) + 1.0,
            FirstAxis::Numbers(_) => index as f64 + 1.0,
        }
    }

    /// The position of `x` on the first axis.
    pub(crate) fn first_share(&self, x: f64) -> f32 {
        match &self.first {
            FirstAxis::Categories(names) => names.share_at(x - 1.0),
            FirstAxis::Numbers(scale) => scale.share(x),
        }
    }

    /// Where the value axis crosses the first axis.
    pub(crate) fn second_stands(&self, axis: &Axis<'_>) -> f32 {
        match &self.first {
            FirstAxis::Categories(names) => names.crossing(axis.crosses),
            FirstAxis::Numbers(scale) => scale.within(scale.crossing(axis.crosses)),
        }
    }

    /// Where the first axis crosses the value axis.
    pub(crate) fn first_stands(&self) -> f32 {
        self.second.within(self.base)
    }
}
