//! A chart as data: its series, axes and titles.
//!
//! Formatting stays in the XML elements, and is resolved when something is drawn.

mod error_bars;

use crate::number_format::DateSystem;
use crate::xml::Element;

pub(crate) use error_bars::{ErrorBars, Reach};

/// A chart part.
#[derive(Debug)]
pub(crate) struct Chart<'a> {
    /// `c:chartSpace`.
    pub(crate) root: Element<'a>,
    /// `c:plotArea`.
    pub(crate) plot_area: Option<Element<'a>>,
    pub(crate) title: Option<Title<'a>>,
    /// Chart types in the plot area, from back to front.
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) axes: Vec<Axis<'a>>,
    /// `c:legend`, if one is shown.
    pub(crate) legend: Option<Element<'a>>,
    /// What is drawn for missing values.
    pub(crate) blanks: Blanks,
    /// 1 to 48.
    pub(crate) style: u32,
    /// The value of absent flags: true, except in files of Office 2007.
    pub(crate) absent: bool,
    /// The epoch of dates.
    pub(crate) dates: DateSystem,
}

/// A title of the chart or of an axis.
#[derive(Debug, Clone)]
pub(crate) struct Title<'a> {
    /// `c:title`.
    pub(crate) element: Element<'a>,
    /// The text, unless `c:rich` has it.
    pub(crate) text: Option<String>,
    /// Whether it overlaps the plot area.
    pub(crate) overlay: bool,
}

/// What is drawn for missing values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blanks {
    /// Nothing.
    Gap,
    /// Zero.
    Zero,
    /// A line between the neighbours.
    Span,
}

/// Series of one chart type on one pair of axes.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// For example `c:barChart`.
    pub(crate) element: Element<'a>,
    pub(crate) kind: Kind,
    pub(crate) grouping: Grouping,
    /// Whether bars are horizontal.
    pub(crate) horizontal: bool,
    /// Whether each point has its own colour.
    pub(crate) vary_colors: bool,
    pub(crate) axes: Vec<&'a str>,
    /// In drawing order.
    pub(crate) series: Vec<Series<'a>>,
}

/// Chart types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bars and columns.
    Bar,
    /// Lines over categories.
    Line,
    /// Areas filled down to the axis.
    Area,
    /// Slices of one series.
    Pie,
    /// Rings.
    Doughnut,
    /// Points at (x, y).
    Scatter,
    /// Circles at (x, y), sized by a third number.
    Bubble,
    /// Values around a centre.
    Radar,
    /// High, low and close.
    Stock,
    /// Heights over a grid.
    Surface,
}

impl Kind {
    /// Whether it has no axes.
    pub(crate) fn is_round(self) -> bool {
        matches!(self, Self::Pie | Self::Doughnut)
    }

    /// Whether both axes are numeric.
    pub(crate) fn is_by_numbers(self) -> bool {
        matches!(self, Self::Scatter | Self::Bubble)
    }
}

/// How series are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// Side by side, or in front of each other.
    Apart,
    /// On top of each other.
    Stacked,
    /// On top of each other, scaled to 100 %.
    Percent,
}

/// A series.
#[derive(Debug, Clone)]
pub(crate) struct Series<'a> {
    /// `c:ser`.
    pub(crate) element: Element<'a>,
    /// Determines the automatic colour.
    pub(crate) index: usize,
    /// Determines the order of drawing and in the legend.
    pub(crate) order: usize,
    pub(crate) name: Option<String>,
    /// Empty if the file has none.
    pub(crate) categories: Vec<String>,
    /// Outer category levels, from the inside out: first category and name of each label.
    pub(crate) levels: Vec<Vec<(usize, String)>>,
    /// x values, or categories as numbers.
    pub(crate) x: Option<Vec<Option<f64>>>,
    pub(crate) values: Vec<Option<f64>>,
    /// Bubble sizes.
    pub(crate) sizes: Vec<Option<f64>>,
    /// Number format of the values.
    pub(crate) format: &'a str,
    /// Number format of the categories.
    pub(crate) category_format: &'a str,
    /// `c:spPr`.
    pub(crate) properties: Option<Element<'a>>,
    /// `c:marker`.
    pub(crate) marker: Option<Element<'a>>,
    /// `c:dLbls` of the series or its group.
    pub(crate) labels: Option<Element<'a>>,
    /// `c:dLbl` by index, ascending.
    pub(crate) point_labels: Vec<(usize, Element<'a>)>,
    /// `c:dPt` by index, ascending.
    pub(crate) points: Vec<(usize, Element<'a>)>,
    /// At most one per direction.
    pub(crate) error_bars: Vec<ErrorBars<'a>>,
}

impl<'a> Series<'a> {
    /// The name in the legend, with Office's default.
    pub(crate) fn shown_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("Series{}", self.index + 1))
    }

    /// Properties of one point.
    pub(crate) fn point(&self, index: usize) -> Option<Element<'a>> {
        found(&self.points, index)
    }

    /// Label properties of one point.
    pub(crate) fn point_label(&self, index: usize) -> Option<Element<'a>> {
        found(&self.point_labels, index)
    }

    /// The value range of the error bars of a point, if it has any along the value axis.
    pub(crate) fn error_range(&self, point: usize, value: f64) -> Option<(f64, f64)> {
        let bars = self.error_bars.iter().find(|bars| !bars.along_x)?;
        let reach = bars.reaches.get(point)?;
        let from = reach.from.unwrap_or(value);
        Some((from - reach.minus, from + reach.plus))
    }
}

fn found<'a>(all: &[(usize, Element<'a>)], index: usize) -> Option<Element<'a>> {
    all.binary_search_by_key(&index, |(i, _)| *i).ok().map(|n| all[n].1)
}

/// What an axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AxisKind {
    /// Categories, evenly spaced.
    Category,
    /// Days.
    Date,
    /// Numbers.
    Value,
    /// Series, along the depth.
    Series,
}

/// Where an axis crosses the other one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Crosses {
    /// At zero, or at the end closest to zero.
    Zero,
    /// At the smallest value.
    Min,
    /// At the largest value.
    Max,
    /// At this value.
    At(f64),
}

/// Position of tick labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabelPosition {
    /// At the axis.
    NextTo,
    /// At the low end of the other axis.
    Low,
    /// At the high end of the other axis.
    High,
    /// Not shown.
    None,
}

/// An axis.
#[derive(Debug)]
pub(crate) struct Axis<'a> {
    /// For example `c:valAx`.
    pub(crate) element: Element<'a>,
    /// Referred to by groups and other axes.
    pub(crate) id: &'a str,
    pub(crate) kind: AxisKind,
    /// Whether it is hidden.
    pub(crate) deleted: bool,
    /// Whether the file says that it is horizontal.
    pub(crate) is_horizontal: bool,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    /// Distance of major gridlines.
    pub(crate) major: Option<f64>,
    /// Base of a logarithmic axis.
    pub(crate) log: Option<f64>,
    pub(crate) reversed: bool,
    /// In values of the other axis.
    pub(crate) crosses: Crosses,
    /// Whether the other axis crosses between two categories.
    pub(crate) between: bool,
    pub(crate) labels: LabelPosition,
    pub(crate) title: Option<Title<'a>>,
}
