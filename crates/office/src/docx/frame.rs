//! Frames (`w:framePr`): paragraphs beside the text, such as drop caps.

use crate::xml::Element;
use thumbling_page::flow::{Block, Drawing, Float, Origin, ParagraphStyle, Part, Place, Side, TextFrame, Wrap};
use thumbling_page::text::LineSpacing;
use thumbling_page::tree::{Insets, Rect};

use super::value;

/// Widest frame without a width, pt.
const WIDEST: f32 = 400.0;

/// The position and size of a frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FrameProperties {
    width: Option<f32>,
    height: Option<f32>,
    is_exact: bool,
    x: (Origin, Place),
    y: (Origin, Place),
    space: (f32, f32),
    wrap: Wrap,
    is_drop_cap: bool,
}

impl FrameProperties {
    /// Reads `w:framePr`; `None` if it does not position anything.
    pub(super) fn of(element: Element<'_>, style: &ParagraphStyle) -> Option<Self> {
        let length = |name: &str| value::attr(element, name);
        let lines = element.number::<f32>("w:lines").unwrap_or(1.0).clamp(1.0, 10.0);
        let drop_cap = element.attr("w:dropCap").filter(|d| matches!(*d, "drop" | "margin"));
        if drop_cap.is_none() && element.attrs().next().is_none() {
            return None;
        }
        let x = match element.attr("w:xAlign") {
            Some("center") => Place::Center,
            Some("right" | "outside") => Place::End,
            Some("left" | "inside") => Place::Start,
            _ => Place::At(length("w:x").unwrap_or(0.0)),
        };
        let y = match element.attr("w:yAlign") {
            Some("center") => Place::Center,
            Some("bottom" | "outside") => Place::End,
            Some("top" | "inside") => Place::Start,
            _ => Place::At(length("w:y").unwrap_or(0.0)),
        };
        let origin = |name: &str, or: Origin| match element.attr(name) {
            Some("page") => Origin::Page,
            Some("margin") => Origin::Margin,
            Some("text") => or,
            _ if name == "w:hAnchor" => Origin::Column,
            _ => or,
        };
        let height = match (drop_cap, style.spacing) {
            (Some(_), LineSpacing::Exact(pt)) => Some(pt),
            (Some(_), _) => length("w:h").or(Some(lines * 13.0)),
            (None, _) => length("w:h"),
        };
        let wrap = match element.attr("w:wrap") {
            Some("none") => Wrap::None,
            Some("notBeside") => Wrap::TopAndBottom,
            _ => Wrap::Square(Side::Both),
        };
        Some(Self {
            width: length("w:w").filter(|w| *w > 0.5),
            height,
            is_exact: element.attr("w:hRule") == Some("exact") || drop_cap.is_some(),
            x: (origin("w:hAnchor", Origin::Column), x),
            y: (origin("w:vAnchor", Origin::Paragraph), y),
            space: (length("w:hSpace").unwrap_or(0.0), length("w:vSpace").unwrap_or(0.0)),
            wrap,
            is_drop_cap: drop_cap.is_some(),
        })
    }

    /// The frame around `blocks`.
    pub(super) fn float(self, blocks: Vec<Block>) -> Float {
        let width = self.width.unwrap_or(WIDEST);
        let height = self.height.unwrap_or(0.0);
        let frame = TextFrame {
            bounds: Rect::new(0.0, 0.0, width, height),
            grows: !self.is_exact,
            shrinks: self.width.is_none(),
            blocks,
            ..TextFrame::default()
        };
        let (across, along) = self.space;
        let drawing = Drawing { width, height, parts: vec![Part::Text(frame)] };
        let distance = Insets { left: across, right: across, top: along, bottom: along };
        let gap = if self.is_drop_cap && across == 0.0 { 2.0 } else { 0.0 };
        let distance = Insets { right: distance.right + gap, ..distance };
        Float { drawing, x: self.x, y: self.y, wrap: self.wrap, distance, behind: false, z: 0 }
    }
}
