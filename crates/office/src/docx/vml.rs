//! VML (`w:pict`, `w:object`): pictures, shapes, text boxes and watermarks of older files.

use std::sync::Arc;

use crate::drawingml::geometry;
use crate::drawingml::theme::color;
use crate::xml::{Element, number};
use thumbling_core::error::Result;
use thumbling_page::flow::{Drawing, Float, Inline, Origin, Part, Place, Side, TextFrame, Wrap};
use thumbling_page::style::{Color, Fill, PictureFill, PictureMode, Stroke};
use thumbling_page::text::{Anchor, Block, Body, FontSet, Paragraph, RunStyle, TextDirection, TextFit};
use thumbling_page::tree::{Insets, Node, Outline, Rect, Shape};

use super::document::Inherited;
use super::story::Story;
use super::value;

/// Nesting of groups.
const MAX_DEPTH: u32 = 16;
/// Largest coordinate, pt.
const FAR: f32 = 5000.0;

/// A declaration of a CSS style attribute.
fn css<'e>(style: &'e str, name: &str) -> Option<&'e str> {
    let mut declarations = style.split(';').filter_map(|d| d.split_once(':'));
    declarations.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn length(style: &str, name: &str) -> Option<f32> {
    value::unit(css(style, name)?, 1.0).map(|n| n.clamp(-FAR, FAR))
}

/// A fraction: `0.25`, or `16384f` of 65,536.
fn fraction(text: &str) -> f32 {
    match text.trim().strip_suffix('f') {
        Some(parts) => number::<f32>(parts).unwrap_or(0.0) / 65_536.0,
        None => number::<f32>(text).unwrap_or(0.0),
    }
    .clamp(-10.0, 0.98)
}

fn is_shape(element: Element<'_>) -> bool {
    let names = ["v:shape", "v:rect", "v:roundrect", "v:oval", "v:line", "v:group", "v:polyline", "v:image", "v:arc"];
    names.contains(&element.name())
}

/// A colour such as `#ff0000`, `red` or `#4f81bd [3204]`.
fn colored(text: &str) -> Option<Color> {
    let name = text.split_whitespace().next()?;
    let short = name.strip_prefix('#').filter(|hex| hex.len() == 3);
    if let Some(hex) = short {
        let double: String = hex.chars().flat_map(|c| [c, c]).collect();
        return color::hex(&double);
    }
    color::hex(name).filter(|_| name.starts_with('#')).or_else(|| match name {
        "window" => Some(Color::WHITE),
        "windowText" => Some(Color::BLACK),
        "silver" => Some(Color::hex(0xC0_C0C0)),
        name => color::preset(name),
    })
}

impl Story<'_> {
    /// The drawings in `w:pict` or `w:object`.
    pub(super) fn legacy(&self, element: Element<'_>, style: &Arc<RunStyle>) -> Result<Vec<Inline>> {
        let mut inlines = Vec::new();
        for shape_type in element.children_of("v:shapetype") {
            if let Some((id, kind)) = shape_type.attr("id").zip(shape_type.attr("o:spt")) {
                self.word.shape_types.borrow_mut().insert(id.to_owned(), kind.to_owned());
            }
        }
        for shape in element.children().filter(|c| is_shape(*c)) {
            let css_style = shape.attr("style").unwrap_or_default();
            if css(css_style, "visibility") == Some("hidden") {
                continue;
            }
            let (mut width, mut height) = (
                length(css_style, "width").unwrap_or(0.0).max(0.0),
                length(css_style, "height").unwrap_or(0.0).max(0.0),
            );
            if css(css_style, "mso-width-percent").and_then(number::<f32>).is_some_and(|n| n > 0.0) && width == 0.0 {
                width = self.word.text_width.get();
            }
            let mut origin = (0.0, 0.0);
            if shape.is("v:line") {
                let point = |name: &str| {
                    let (x, y) = shape.attr(name).unwrap_or_default().split_once(',').unwrap_or(("0", "0"));
                    let one = |text: &str| value::unit(text, 1.0).unwrap_or(0.0);
                    (one(x), one(y))
                };
                let (from, to) = (point("from"), point("to"));
                origin = (from.0.min(to.0), from.1.min(to.1));
                (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
            }
            // Horizontal rules take the width of the text.
            if shape.flag("o:hr") == Some(true) {
                let line = Rect::new(0.0, 0.0, self.word.text_width.get(), height.max(0.75));
                let fill = shape.attr("fillcolor").and_then(colored).unwrap_or(Color::hex(0xA0_A0A0));
                let node = Shape { bounds: line, fill: fill.into(), ..Shape::default() };
                let parts = vec![Part::Node(Node::Shape(Box::new(node)))];
                let drawing = Drawing { width: line.width, height: line.height, parts };
                inlines.push(Inline::Object(Box::new(drawing), style.clone()));
                continue;
            }
            let mut parts = Vec::new();
            self.vml(shape, Rect::new(0.0, 0.0, width, height), &mut parts, 0)?;
            if parts.is_empty() && width * height <= 0.0 {
                continue;
            }
            let drawing = Drawing { width, height, parts };
            let is_anchored = matches!(css(css_style, "position"), Some("absolute" | "relative"));
            inlines.push(match is_anchored || shape.is("v:line") {
                true => Inline::Float(Box::new(float(shape, css_style, drawing, origin))),
                false => Inline::Object(Box::new(drawing), style.clone()),
            });
        }
        Ok(inlines)
    }

    /// The parts of a shape in `area`.
    fn vml(&self, shape: Element<'_>, area: Rect, parts: &mut Vec<Part>, depth: u32) -> Result<()> {
        if depth > MAX_DEPTH {
            self.word.state.missed("deeply nested group");
            return Ok(());
        }
        self.word.cx.check()?;
        self.scene().gather(512)?;
        if shape.is("v:group") {
            return self.vml_group(shape, area, parts, depth);
        }
        let style = shape.attr("style").unwrap_or_default();
        let rotation = css(style, "rotation").and_then(|r| number::<f32>(r.trim_end_matches("fd"))).unwrap_or(0.0);
        let rotation = if rotation.abs() > 360.0 { rotation / 65_536.0 } else { rotation };
        if let Some(data) = shape.child("v:imagedata") {
            parts.extend(self.vml_picture(data, area, rotation));
        } else if let Some(path) = shape.child("v:textpath").filter(|p| p.flag("on") != Some(false)) {
            parts.extend(self.word_art(shape, path, area, rotation));
        } else {
            parts.extend(self.vml_shape(shape, area, rotation));
        }
        let Some(text_box) = shape.child("v:textbox") else { return Ok(()) };
        let Some(content) = text_box.child("w:txbxContent") else { return Ok(()) };
        let background = shape.attr("fillcolor").and_then(colored).filter(|_| shape.flag("filled") != Some(false));
        let blocks = self.blocks(
            content,
            &Inherited { background, width: Some((area.width - 14.4).max(10.0)), ..Inherited::default() },
        )?;
        let inset: Vec<Option<f32>> =
            text_box.attr("inset").unwrap_or_default().split(',').map(|part| value::unit(part, 1.0)).collect();
        let side = |n: usize, or: f32| inset.get(n).copied().flatten().unwrap_or(or);
        let box_style = text_box.attr("style").unwrap_or_default();
        parts.push(Part::Text(TextFrame {
            bounds: area,
            insets: Insets { left: side(0, 7.2), top: side(1, 3.6), right: side(2, 7.2), bottom: side(3, 3.6) },
            anchor: match css(style, "v-text-anchor") {
                Some("middle" | "middle-center") => Anchor::Middle,
                Some("bottom" | "bottom-center") => Anchor::Bottom,
                _ => Anchor::Top,
            },
            rotation,
            direction: match (css(box_style, "layout-flow"), css(box_style, "mso-layout-flow-alt")) {
                (Some("vertical"), Some("bottom-to-top")) => TextDirection::CounterClockwise,
                (Some("vertical"), _) => TextDirection::Clockwise,
                (Some("vertical-ideographic"), _) => TextDirection::EastAsian,
                _ => TextDirection::Horizontal,
            },
            fits: css(box_style, "mso-fit-shape-to-text") == Some("t"),
            blocks,
            ..TextFrame::default()
        }));
        self.word.state.drew();
        Ok(())
    }

    fn vml_group(&self, group: Element<'_>, area: Rect, parts: &mut Vec<Part>, depth: u32) -> Result<()> {
        let pair = |name: &str, or: (f32, f32)| {
            let text = group.attr(name).unwrap_or_default();
            let (x, y) = text.split_once(',').unwrap_or((text, ""));
            (number::<f32>(x).unwrap_or(or.0), number::<f32>(y).unwrap_or(or.1))
        };
        let (origin, size) = (pair("coordorigin", (0.0, 0.0)), pair("coordsize", (1000.0, 1000.0)));
        let scale = (area.width / size.0.abs().max(1e-3), area.height / size.1.abs().max(1e-3));
        for child in group.children().filter(|c| is_shape(*c)) {
            let style = child.attr("style").unwrap_or_default();
            let plain = |name: &str| css(style, name).and_then(|v| number::<f32>(v.trim_end_matches("pt")));
            let (mut x, mut y) = (plain("left").unwrap_or(0.0), plain("top").unwrap_or(0.0));
            let (mut width, mut height) = (plain("width").unwrap_or(0.0), plain("height").unwrap_or(0.0));
            if child.is("v:line") {
                let point = |name: &str| {
                    let (x, y) = child.attr(name).unwrap_or_default().split_once(',').unwrap_or(("0", "0"));
                    (number::<f32>(x).unwrap_or(0.0), number::<f32>(y).unwrap_or(0.0))
                };
                let (from, to) = (point("from"), point("to"));
                (x, y) = (from.0.min(to.0), from.1.min(to.1));
                (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
            }
            let place = |n: f32| n.clamp(-FAR, FAR);
            let inner = Rect::new(
                place(area.x + (x - origin.0) * scale.0),
                place(area.y + (y - origin.1) * scale.1),
                place(width * scale.0).max(0.0),
                place(height * scale.1).max(0.0),
            );
            self.vml(child, inner, parts, depth + 1)?;
        }
        Ok(())
    }

    fn vml_picture(&self, data: Element<'_>, area: Rect, rotation: f32) -> Option<Part> {
        let crop = ["cropleft", "croptop", "cropright", "cropbottom"].map(|s| data.attr(s).map_or(0.0, fraction));
        let whole = |side: f32, cut: f32| side / (1.0 - cut).clamp(0.02, 50.0);
        let shown = (whole(area.width, crop[0] + crop[2]), whole(area.height, crop[1] + crop[3]));
        let id = data.attr("r:id").or_else(|| data.attr("o:relid"))?;
        let picture = self.scene().picture(id, shown)?;
        let mode = PictureMode::Stretch { crop, onto: [0.0; 4] };
        // Watermarks are washed out.
        let is_washed = data.attr("gain").is_some() && data.attr("blacklevel").is_some();
        let fill = Fill::Picture(PictureFill { picture, mode, opacity: if is_washed { 0.3 } else { 1.0 } });
        self.word.state.drew();
        Some(Part::Node(Node::Shape(Box::new(Shape { bounds: area, rotation, fill, ..Shape::default() }))))
    }

    /// Text stretched onto its box, as in watermarks.
    fn word_art(&self, shape: Element<'_>, path: Element<'_>, area: Rect, rotation: f32) -> Option<Part> {
        let text: String = path.attr("string")?.chars().take(500).collect();
        let style = path.attr("style").unwrap_or_default();
        let family = css(style, "font-family").unwrap_or("Times New Roman").trim_matches(['"', '\'']).to_owned();
        let opacity = shape.child("v:fill").and_then(|f| f.attr("opacity")).map_or(1.0, fraction_or_one);
        let color = shape.attr("fillcolor").and_then(colored).unwrap_or(Color::WHITE).faded(opacity);
        let run = RunStyle {
            fonts: FontSet::one(&family),
            size: 36.0,
            weight: if css(style, "font-weight") == Some("bold") { 700 } else { 400 },
            italic: css(style, "font-style") == Some("italic"),
            color,
            ..RunStyle::default()
        };
        let body =
            Body { blocks: vec![Block::Paragraph(Paragraph::plain(text, run))], fit: TextFit::Fill, ..Body::default() };
        self.word.state.drew();
        let shape = Shape { bounds: area, rotation, outline: Outline::None, text: Some(body), ..Shape::default() };
        Some(Part::Node(Node::Shape(Box::new(shape))))
    }

    fn vml_shape(&self, shape: Element<'_>, area: Rect, rotation: f32) -> Option<Part> {
        let kind = shape.attr("type").map(|t| t.trim_start_matches('#'));
        let kind = kind.and_then(|id| {
            let known = self.word.shape_types.borrow().get(id).cloned();
            known.or_else(|| id.strip_prefix("_x0000_t").map(str::to_owned))
        });
        let is_line = shape.is("v:line") || matches!(kind.as_deref(), Some("20" | "32"));
        let child = |name: &str| shape.child(name);
        let is_filled = shape.flag("filled").unwrap_or(true) && !is_line;
        let fill_on = child("v:fill").and_then(|f| f.flag("on")).unwrap_or(true);
        let opacity = child("v:fill").and_then(|f| f.attr("opacity")).map_or(1.0, fraction_or_one);
        let fill = match is_filled && fill_on {
            true => Fill::Solid(shape.attr("fillcolor").and_then(colored).unwrap_or(Color::WHITE).faded(opacity)),
            false => Fill::None,
        };
        let is_stroked =
            shape.flag("stroked").unwrap_or(true) && child("v:stroke").and_then(|s| s.flag("on")) != Some(false);
        let stroke = is_stroked.then(|| {
            let color = shape.attr("strokecolor").and_then(colored).unwrap_or(Color::BLACK);
            let width = shape.attr("strokeweight").and_then(|w| value::unit(w, 1.0 / 12_700.0)).unwrap_or(0.75);
            let mut stroke = Stroke::new(color, width.clamp(0.0, 200.0));
            stroke.dash = match child("v:stroke").and_then(|s| s.attr("dashstyle")) {
                Some("dash" | "longDash") => vec![4.0, 3.0],
                Some("dot" | "1 1" | "sysDot" | "squareDot") => vec![1.0, 1.0],
                Some("solid") | None => Vec::new(),
                Some(_) => vec![4.0, 3.0, 1.0, 3.0],
            };
            stroke
        });
        let radius = || shape.attr("arcsize").map_or(0.2, fraction).clamp(0.0, 0.5);
        let outline = match (shape.name(), kind.as_deref()) {
            ("v:oval", _) | (_, Some("3")) => Outline::Ellipse,
            ("v:roundrect", _) => Outline::Rounded(area.width.min(area.height) * radius()),
            (_, Some("2")) => Outline::Rounded(area.width.min(area.height) * 0.167),
            _ if is_line => line(shape, area)?,
            (_, kind) => match kind.and_then(preset) {
                Some(name) => Outline::Paths(geometry::preset(name, &[], (area.width, area.height))?.paths),
                None if shape.is("v:shape") && kind.is_none() && shape.attr("path").is_some() => return None,
                None => Outline::Rect,
            },
        };
        let is_seen = !matches!(fill, Fill::None) || stroke.is_some();
        let style = shape.attr("style").unwrap_or_default();
        let flip = css(style, "flip").unwrap_or_default();
        is_seen.then(|| {
            self.word.state.drew();
            Part::Node(Node::Shape(Box::new(Shape {
                bounds: area,
                rotation,
                flip_h: flip.contains('x'),
                flip_v: flip.contains('y'),
                outline,
                fill,
                stroke,
                ..Shape::default()
            })))
        })
    }
}

fn fraction_or_one(text: &str) -> f32 {
    match text.trim().strip_suffix('%') {
        Some(percent) => number::<f32>(percent).unwrap_or(100.0) / 100.0,
        None => match text.trim().strip_suffix('f') {
            Some(parts) => number::<f32>(parts).unwrap_or(65_536.0) / 65_536.0,
            None => number::<f32>(text).unwrap_or(1.0),
        },
    }
    .clamp(0.0, 1.0)
}

/// The diagonal of its box.
fn line(shape: Element<'_>, area: Rect) -> Option<Outline> {
    let point = |name: &str| {
        let (x, y) = shape.attr(name)?.split_once(',')?;
        Some((value::unit(x, 1.0)?, value::unit(y, 1.0)?))
    };
    let falls = match (point("from"), point("to")) {
        (Some(from), Some(to)) => (to.0 - from.0) * (to.1 - from.1) >= 0.0,
        _ => true,
    };
    let mut path = thumbling_page::tree::PathBuilder::new();
    let (y0, y1) = if falls { (0.0, area.height) } else { (area.height, 0.0) };
    path.move_to(0.0, y0);
    path.line_to(area.width, y1);
    let fill = thumbling_page::tree::PathFill::None;
    Some(Outline::Paths(vec![thumbling_page::tree::OutlinePath { path: path.finish()?, fill, stroked: true }]))
}

/// The DrawingML name of a shape type (`msospt`).
fn preset(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "4" => "diamond",
        "5" => "triangle",
        "6" => "rtTriangle",
        "7" => "parallelogram",
        "8" => "trapezoid",
        "9" => "hexagon",
        "10" => "octagon",
        "11" => "plus",
        "12" => "star5",
        "13" => "rightArrow",
        "15" => "homePlate",
        "16" => "cube",
        "19" => "arc",
        "22" => "can",
        "23" => "donut",
        "53" => "ribbon",
        "54" => "ribbon2",
        "97" => "verticalScroll",
        "98" => "horizontalScroll",
        "99" => "circularArrow",
        "106" => "cloudCallout",
        "107" => "ellipseRibbon",
        "108" => "ellipseRibbon2",
        "111" => "flowChartInputOutput",
        "112" => "flowChartPredefinedProcess",
        "118" => "flowChartManualInput",
        "120" => "flowChartConnector",
        "55" => "chevron",
        "56" => "pentagon",
        "61" => "wedgeRectCallout",
        "62" => "wedgeRoundRectCallout",
        "63" => "wedgeEllipseCallout",
        "65" => "foldedCorner",
        "66" => "leftArrow",
        "67" => "downArrow",
        "68" => "upArrow",
        "69" => "leftRightArrow",
        "70" => "upDownArrow",
        "72" => "irregularSeal2",
        "84" => "bevel",
        "85" => "leftBracket",
        "86" => "rightBracket",
        "87" => "leftBrace",
        "88" => "rightBrace",
        "109" => "flowChartProcess",
        "110" => "flowChartDecision",
        "114" => "flowChartDocument",
        "116" => "flowChartTerminator",
        "176" => "flowChartAlternateProcess",
        "185" => "bracketPair",
        "186" => "bracePair",
        _ => return None,
    })
}

/// An anchored shape.
fn float(shape: Element<'_>, style: &str, drawing: Drawing, offset: (f32, f32)) -> Float {
    let is_page = |name: &str| css(style, name);
    let origin_x = match is_page("mso-position-horizontal-relative") {
        Some("page") => Origin::Page,
        Some("margin") => Origin::Margin,
        Some("left-margin-area") => Origin::LeftMargin,
        Some("right-margin-area") => Origin::RightMargin,
        _ => Origin::Column,
    };
    let origin_y = match is_page("mso-position-vertical-relative") {
        Some("page") => Origin::Page,
        Some("margin") => Origin::Margin,
        Some("top-margin-area") => Origin::TopMargin,
        Some("bottom-margin-area") => Origin::BottomMargin,
        _ => Origin::Paragraph,
    };
    let place = |align: Option<&str>, names: [&str; 2], plus: f32| match align {
        Some("left" | "top" | "inside") => Place::Start,
        Some("center") => Place::Center,
        Some("right" | "bottom" | "outside") => Place::End,
        _ => Place::At(names.iter().filter_map(|n| length(style, n)).sum::<f32>() + plus),
    };
    let wrap = shape.child("w10:wrap");
    let side = match wrap.and_then(|w| w.attr("side")) {
        Some("left") => Side::Left,
        Some("right") => Side::Right,
        Some("largest") => Side::Largest,
        _ => Side::Both,
    };
    let wrap = match wrap.and_then(|w| w.attr("type")) {
        Some("square" | "tight" | "through") => Wrap::Square(side),
        Some("topAndBottom") => Wrap::TopAndBottom,
        _ => Wrap::None,
    };
    let z = css(style, "z-index").and_then(number::<i64>).unwrap_or(0);
    let distance = |name: &str, or: f32| length(style, name).unwrap_or(or);
    Float {
        drawing,
        x: (origin_x, place(css(style, "mso-position-horizontal"), ["margin-left", "left"], offset.0)),
        y: (origin_y, place(css(style, "mso-position-vertical"), ["margin-top", "top"], offset.1)),
        wrap,
        distance: Insets {
            left: distance("mso-wrap-distance-left", 9.0),
            top: distance("mso-wrap-distance-top", 0.0),
            right: distance("mso-wrap-distance-right", 9.0),
            bottom: distance("mso-wrap-distance-bottom", 0.0),
        },
        behind: z < 0,
        z,
    }
}
