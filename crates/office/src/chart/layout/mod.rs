//! Positions of axes, tick labels, data labels and data tables. [`plane`] maps values to points on the page.
//!
//! Nothing here draws a series.

pub(crate) mod axes;
pub(crate) mod category_levels;
pub(crate) mod data_labels;
pub(crate) mod data_table;
pub(crate) mod plane;
pub(crate) mod tick_labels;

use super::drawing::Drawing;
use super::element::number;
use crate::xml::Element;
use thumbling_page::style::Fill;
use thumbling_page::tree::Rect;

/// Margin around and between the parts of a chart, as a share of its sides.
pub(crate) const MARGIN: f32 = 0.02;

/// A manual layout, in shares of the chart.
pub(crate) struct Manual {
    pub(crate) x: Option<f32>,
    pub(crate) y: Option<f32>,
    pub(crate) width: Option<f32>,
    pub(crate) height: Option<f32>,
    /// Whether x and y count from the edge of the chart instead of the automatic position.
    pub(crate) from_edge: bool,
    /// Whether the size excludes axis labels.
    pub(crate) is_inner: bool,
}

/// The manual layout of an element.
pub(crate) fn manual(element: Option<Element<'_>>) -> Option<Manual> {
    let layout = element?.path(&["c:layout", "c:manualLayout"])?;
    let share = |name: &str| number(layout, name).map(|n| n.clamp(-2.0, 3.0) as f32);
    let (x, y) = (share("c:x"), share("c:y"));
    let size = |name: &str, mode: &str, from: Option<f32>| match layout.val(mode) {
        Some("edge") => share(name).map(|end| end - from.unwrap_or(0.0)),
        _ => share(name),
    };
    Some(Manual {
        x,
        y,
        width: size("c:w", "c:wMode", x).filter(|n| *n > 0.0),
        height: size("c:h", "c:hMode", y).filter(|n| *n > 0.0),
        from_edge: layout.val("c:xMode") == Some("edge"),
        is_inner: layout.val("c:layoutTarget") == Some("inner"),
    })
}

/// Fill and border of the plot area.
pub(crate) fn plot_ground(drawing: &mut Drawing<'_>, area: Rect) {
    let properties = [drawing.chart.plot_area.and_then(|p| p.child("c:spPr"))];
    let fill = drawing.fill(&properties, drawing.plot_of_style(), (area.width, area.height));
    let stroke = drawing.stroke(&properties, None);
    drawing.rect(area, fill, stroke);
}

/// The box behind a title or legend.
pub(crate) fn frame(drawing: &mut Drawing<'_>, element: Element<'_>, bounds: Rect) {
    let properties = [element.child("c:spPr").filter(|_| !element.is("c:chart"))];
    let fill = drawing.fill(&properties, Fill::None, (bounds.width, bounds.height));
    let stroke = drawing.stroke(&properties, None);
    drawing.rect(bounds, fill, stroke);
}
