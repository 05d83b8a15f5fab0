//! Error bars as data.

use crate::xml::Element;

/// Error bars of one direction.
#[derive(Debug, Clone)]
pub(crate) struct ErrorBars<'a> {
    pub(crate) element: Element<'a>,
    /// Whether they extend along x.
    pub(crate) along_x: bool,
    /// By point.
    pub(crate) reaches: Vec<Reach>,
}

/// How far an error bar extends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reach {
    /// The value that it starts from, if not the point's own.
    pub(crate) from: Option<f64>,
    pub(crate) minus: f64,
    pub(crate) plus: f64,
}
