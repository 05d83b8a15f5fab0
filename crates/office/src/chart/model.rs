//! A chart as plain data: what is drawn, by which axes, under which names. Looks stay where the file has them, as
//! elements, and are resolved when something is drawn.

use crate::xml::Element;

use super::error_bars::ErrorBars;

/// A chart part.
#[derive(Debug)]
pub(super) struct Chart<'a> {
    /// `c:chartSpace`.
    pub(super) root: Element<'a>,
    /// `c:plotArea`, where it has looks and a place of its own.
    pub(super) plot_area: Option<Element<'a>>,
    /// The title, if one is shown.
    pub(super) title: Option<Title<'a>>,
    /// Each kind of chart in the plot area, the lowest first.
    pub(super) groups: Vec<Group<'a>>,
    /// All axes.
    pub(super) axes: Vec<Axis<'a>>,
    /// `c:legend`, if one is shown.
    pub(super) legend: Option<Element<'a>>,
    /// What stands for a value that is missing.
    pub(super) blanks: Blanks,
    /// 1 to 48.
    pub(super) style: u32,
    /// What a flag means that is not there: yes, except to files of Office 2007.
    pub(super) absent: bool,
    /// Whether dates count from 1904.
    pub(super) date1904: bool,
}

/// A title of the chart or of an axis.
#[derive(Debug, Clone)]
pub(super) struct Title<'a> {
    /// `c:title`.
    pub(super) element: Element<'a>,
    /// Its words, if they are not those of `c:rich`.
    pub(super) text: Option<String>,
    /// Whether the plot area goes on below it.
    pub(super) overlay: bool,
}

/// What stands for a value that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blanks {
    /// Nothing.
    Gap,
    /// Zero.
    Zero,
    /// A line from neighbour to neighbour.
    Span,
}

/// Series of one kind on one pair of axes.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Such as `c:barChart`.
    pub(super) element: Element<'a>,
    /// How it is drawn.
    pub(super) kind: Kind,
    /// How its series stand to each other.
    pub(super) grouping: Grouping,
    /// Whether bars run to the right.
    pub(super) horizontal: bool,
    /// Whether each point has a colour of its own.
    pub(super) vary_colors: bool,
    /// The ids of its axes.
    pub(super) axes: Vec<&'a str>,
    /// In the order of drawing.
    pub(super) series: Vec<Series<'a>>,
}

/// How values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bars and columns.
    Bar,
    /// Lines over categories.
    Line,
    /// Filled down to the axis.
    Area,
    /// Slices of one series.
    Pie,
    /// Rings.
    Doughnut,
    /// Points by two numbers.
    Scatter,
    /// Circles by three numbers.
    Bubble,
    /// Around a centre.
    Radar,
    /// High, low and close.
    Stock,
    /// Heights over a plane.
    Surface,
}

impl Kind {
    /// Whether it has no axes.
    pub(super) fn is_round(self) -> bool {
        matches!(self, Self::Pie | Self::Doughnut)
    }

    /// Whether both of its axes are of numbers.
    pub(super) fn is_by_numbers(self) -> bool {
        matches!(self, Self::Scatter | Self::Bubble)
    }
}

/// How series stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Side by side, or one before the other.
    Apart,
    /// One upon the other.
    Stacked,
    /// One upon the other, all together as high as the axis.
    Percent,
}

/// Values under a name.
#[derive(Debug, Clone)]
pub(super) struct Series<'a> {
    /// `c:ser`.
    pub(super) element: Element<'a>,
    /// By which it has its colour.
    pub(super) index: usize,
    /// By which it is drawn and listed.
    pub(super) order: usize,
    /// Its name, if it has one.
    pub(super) name: Option<String>,
    /// What stands below the axis; empty if the file does not say.
    pub(super) categories: Vec<String>,
    /// Names of several categories each, level by level outward: the first category, and the name.
    pub(super) levels: Vec<Vec<(usize, String)>>,
    /// Categories or x as numbers.
    pub(super) x: Option<Vec<Option<f64>>>,
    /// Values by index.
    pub(super) values: Vec<Option<f64>>,
    /// Sizes of bubbles.
    pub(super) sizes: Vec<Option<f64>>,
    /// How the file's application would write values.
    pub(super) format: &'a str,
    /// How it would write categories that are numbers.
    pub(super) category_format: &'a str,
    /// `c:spPr`.
    pub(super) properties: Option<Element<'a>>,
    /// `c:marker`.
    pub(super) marker: Option<Element<'a>>,
    /// `c:dLbls`, its own or the group's.
    pub(super) labels: Option<Element<'a>>,
    /// `c:dLbl` by index, ascending.
    pub(super) point_labels: Vec<(usize, Element<'a>)>,
    /// `c:dPt` by index, ascending.
    pub(super) points: Vec<(usize, Element<'a>)>,
    /// At most one of each direction.
    pub(super) error_bars: Vec<ErrorBars<'a>>,
}

impl<'a> Series<'a> {
    /// What it is called where it is listed.
    pub(super) fn shown_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("Series{}", self.index + 1))
    }

    /// The looks of a point that are its own.
    pub(super) fn point(&self, index: usize) -> Option<Element<'a>> {
        found(&self.points, index)
    }

    /// What is said of the label of a point alone.
    pub(super) fn point_label(&self, index: usize) -> Option<Element<'a>> {
        found(&self.point_labels, index)
    }
}

fn found<'a>(all: &[(usize, Element<'a>)], index: usize) -> Option<Element<'a>> {
    all.binary_search_by_key(&index, |(i, _)| *i).ok().map(|n| all[n].1)
}

/// What an axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AxisKind {
    /// Names at equal distances.
    Category,
    /// Days.
    Date,
    /// Numbers.
    Value,
    /// Series, into the depth.
    Series,
}

/// Where an axis crosses another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Crosses {
    /// At zero, or else at the end that is nearest to it.
    Zero,
    /// At the smallest value.
    Min,
    /// At the largest value.
    Max,
    /// Here.
    At(f64),
}

/// Where the words of an axis stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelPosition {
    /// At the axis.
    NextTo,
    /// At the low end of the axis that it crosses.
    Low,
    /// At the high end.
    High,
    /// Nowhere.
    None,
}

/// An axis.
#[derive(Debug)]
pub(super) struct Axis<'a> {
    /// Such as `c:valAx`.
    pub(super) element: Element<'a>,
    /// What groups and other axes call it.
    pub(super) id: &'a str,
    /// What it counts.
    pub(super) kind: AxisKind,
    /// Whether it is not shown.
    pub(super) deleted: bool,
    /// Whether the file says that it is a horizontal one.
    pub(super) is_horizontal: bool,
    /// Smallest value, if given.
    pub(super) min: Option<f64>,
    /// Largest value, if given.
    pub(super) max: Option<f64>,
    /// From gridline to gridline, if given.
    pub(super) major: Option<f64>,
    /// Base of logarithms, if it counts by them.
    pub(super) log: Option<f64>,
    /// Whether it runs the other way.
    pub(super) reversed: bool,
    /// Where it crosses the other axis, in that axis' values.
    pub(super) crosses: Crosses,
    /// Whether the other axis crosses it between two categories.
    pub(super) between: bool,
    /// Where its words stand.
    pub(super) labels: LabelPosition,
    /// Its title.
    pub(super) title: Option<Title<'a>>,
}
