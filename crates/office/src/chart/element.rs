//! Values of child elements of chart XML.

use crate::xml::Element;

/// Numbers are clamped to this, so that no sum of them is infinite.
const MAX_VALUE: f64 = 1e300;

/// A boolean child element; its value defaults to true.
pub(crate) fn flag(element: Element<'_>, name: &str) -> Option<bool> {
    element.child(name).map(|e| e.flag("val").unwrap_or(true))
}

/// A numeric child element.
pub(crate) fn number(element: Element<'_>, name: &str) -> Option<f64> {
    parsed(element.val(name)?.trim_end_matches('%'))
}

/// The text of a child element as a number.
pub(crate) fn content(element: Element<'_>, name: &str) -> Option<f64> {
    parsed(element.child(name)?.text())
}

/// Parses a number; `None` for anything else.
pub(crate) fn parsed(text: &str) -> Option<f64> {
    let value: f64 = text.trim().parse().ok()?;
    (!value.is_nan()).then_some(value.clamp(-MAX_VALUE, MAX_VALUE))
}

/// The code of a number format (`c:numFmt`), unless it is empty or linked to the format of the values.
pub(crate) fn own_format(format: Element<'_>) -> Option<&str> {
    let is_linked = format.flag("sourceLinked").unwrap_or(false);
    format.attr("formatCode").filter(|code| !is_linked && !code.is_empty())
}
