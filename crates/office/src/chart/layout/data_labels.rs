//! Data labels: their text, and their position relative to a value.

use crate::number_format::NumberFormat;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::Fill;
use thumbling_page::tree::{Point, Rect};

use crate::chart::drawing::legend_key::LegendKey;
use crate::chart::drawing::text_style::TextRole;
use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::element::{flag, own_format};
use crate::chart::layout::tick_labels;
use crate::chart::model::{AxisKind, Group, Series};

/// Widest label, as a share of the chart.
const BREADTH: f32 = 0.22;

/// Leader lines shorter than this are not drawn, pt.
const SHORTEST_LEADER: f32 = 8.0;

/// A data label with its text laid out.
pub(crate) struct Label<'a> {
    pub(crate) words: TextLayout,
    /// `c:dLblPos`.
    pub(crate) position: Option<&'a str>,
    properties: [Option<Element<'a>>; 2],
    moved: Option<Moved>,
    leader: Option<Leader<'a>>,
    /// The legend key in the label, and its size.
    key: Option<(LegendKey, f32)>,
}

/// A leader line, from a value to its moved label.
#[derive(Debug, Clone, Copy)]
struct Leader<'a> {
    properties: Option<Element<'a>>,
}

/// Manual position of a label, pt.
#[derive(Clone, Copy)]
enum Moved {
    /// Offset from the automatic position.
    By(f32, f32),
    /// Top left corner, from that of the chart.
    To(f32, f32),
}

/// The label of a point. `share` is its share of the whole, for pies.
pub(crate) fn of<'a>(
    drawing: &Drawing<'_>,
    group: &Group<'a>,
    series: &Series<'a>,
    point: usize,
    share: Option<f64>,
) -> Result<Option<Label<'a>>> {
    let Some(all) = series.labels else { return Ok(None) };
    let own = series.point_label(point);
    if own.or(Some(all)).is_some_and(|l| flag(l, "c:delete").unwrap_or(false)) {
        return Ok(None);
    }
    let from = own.filter(|l| l.child("c:showVal").is_some()).unwrap_or(all);
    let shows = |name: &str| flag(from, name).unwrap_or(false);
    let of_cells = extensions(from).any(|ext| flag(ext, "c15:showDataLabelsRange").unwrap_or(false));
    let of_cells = of_cells.then(|| cell(series, point)).flatten();
    let is_empty = of_cells.is_none()
        && own.is_none_or(|l| l.child("c:tx").is_none())
        && !["c:showVal", "c:showPercent", "c:showCatName", "c:showSerName", "c:showBubbleSize"]
            .iter()
            .any(|n| shows(n));
    if is_empty || !drawing.has_room_for_label() {
        return Ok(None);
    }
    let text_style = drawing.text_style(
        TextRole::Label,
        &[own.and_then(|l| l.path(&["c:tx", "c:rich"])), own.and_then(|l| l.child("c:txPr")), all.child("c:txPr")],
    );
    let rotation = text_style.rotation.unwrap_or(0.0);
    let size = text_style.run.size;
    let key = shows("c:showLegendKey").then(|| (LegendKey::of_point(drawing, group, series, point), size));
    // Text wraps; rotated text does not.
    let limit = (rotation == 0.0).then_some(drawing.area.width * BREADTH);
    let rich = own.and_then(|l| l.path(&["c:tx", "c:rich"]));
    let words = {
        let format = own.and_then(|l| l.child("c:numFmt")).or_else(|| all.child("c:numFmt"));
        let own_code = format.and_then(own_format);
        let dates = drawing.chart.dates;
        // Values are shown in the display unit of their axis.
        let axis = drawing.chart.axes.iter().find(|a| a.kind == AxisKind::Value && group.axes.contains(&a.id));
        let unit = axis.and_then(|a| a.element.child("c:dispUnits")).map_or(1.0, |units| tick_labels::unit(units).0);
        let value = series.values.get(point).copied().flatten().map(|value| value / unit);
        let written = |value: f64, code: &str| NumberFormat::parse(code).number(value, dates);
        let category = || series.categories.get(point).cloned().unwrap_or_else(|| (point + 1).to_string());
        if let Some(rich) = rich {
            let field = |kind: &str| match kind {
                "VALUE" | "YVALUE" => value.map(|v| written(v, own_code.unwrap_or(series.format))),
                "CATEGORYNAME" | "XVALUE" => Some(category()),
                "SERIESNAME" => series.name.clone(),
                "PERCENTAGE" => share.map(|s| written(s, "0%")),
                "CELLRANGE" => cell(series, point).map(str::to_owned),
                "BUBBLESIZE" => series.sizes.get(point).copied().flatten().map(|s| written(s, "General")),
                _ => None,
            };
            let words = drawing.words(drawing.rich_with(rich, &text_style, &field), limit, rotation)?;
            return Ok(Some(Label { key, ..placed(drawing, words, own, all) }));
        }
        let mut parts: Vec<String> = of_cells.map(str::to_owned).into_iter().collect();
        if shows("c:showSerName") {
            parts.extend(series.name.clone());
        }
        if shows("c:showCatName") {
            parts.push(category());
        }
        if let (true, Some(value)) = (shows("c:showVal"), value) {
            // If value and percentage are both shown, a percent format belongs to the percentage.
            let code = own_code.filter(|c| !(shows("c:showPercent") && c.contains('%'))).unwrap_or(series.format);
            parts.push(written(value, code));
        }
        if let (true, Some(share)) = (shows("c:showPercent"), share) {
            let code = own_code.filter(|c| c.contains('%')).unwrap_or("0%");
            parts.push(written(share, code));
        }
        if let (true, Some(size)) = (shows("c:showBubbleSize"), series.sizes.get(point).copied().flatten()) {
            parts.push(written(size, own_code.unwrap_or("General")));
        }
        if parts.iter().all(|p| p.is_empty()) {
            return Ok(None);
        }
        let separator = from.child("c:separator").map_or(", ", |s| s.text());
        let separator = if separator.is_empty() { "\n" } else { separator };
        drawing.plain(&parts.join(separator), &text_style, limit, rotation)?
    };
    Ok(Some(Label { key, ..placed(drawing, words, own, all) }))
}

/// Extension elements of later Office versions.
fn extensions(element: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    element.child("c:extLst").into_iter().flat_map(|list| list.children_of("c:ext"))
}

/// The text of a point in a range of cells (`c15:datalabelsRange`).
fn cell<'a>(series: &Series<'a>, point: usize) -> Option<&'a str> {
    let cache = extensions(series.element).find_map(|ext| ext.path(&["c15:datalabelsRange", "c15:dlblRangeCache"]))?;
    let found = cache.children_of("c:pt").find(|p| p.number::<usize>("idx") == Some(point))?;
    Some(found.child("c:v")?.text())
}

fn placed<'a>(drawing: &Drawing<'_>, words: TextLayout, own: Option<Element<'a>>, all: Element<'a>) -> Label<'a> {
    let position = own.and_then(|l| l.val("c:dLblPos")).or_else(|| all.val("c:dLblPos"));
    let moved = own.and_then(|l| l.path(&["c:layout", "c:manualLayout"])).map(|m| {
        let share = |name: &str| crate::chart::element::number(m, name).unwrap_or(0.0).clamp(-1.0, 1.0) as f32;
        let by = (share("c:x") * drawing.area.width, share("c:y") * drawing.area.height);
        if m.val("c:xMode") == Some("edge") { Moved::To(by.0, by.1) } else { Moved::By(by.0, by.1) }
    });
    let properties = [own.and_then(|l| l.child("c:spPr")), all.child("c:spPr")];
    Label { words, position, properties, moved, leader: leader(all), key: None }
}

/// Whether moved labels have leader lines, and their properties. Pies have them in the standard, other charts in an
/// extension from Office 2013.
fn leader(all: Element<'_>) -> Option<Leader<'_>> {
    let found =
        flag(all, "c:showLeaderLines").filter(|shown| *shown).map(|_| all.child("c:leaderLines")).or_else(|| {
            let ext = extensions(all).find(|ext| flag(*ext, "c15:showLeaderLines").unwrap_or(false))?;
            Some(ext.child("c15:leaderLines"))
        });
    found.map(|lines| Leader { properties: lines.and_then(|l| l.child("c:spPr")) })
}

impl Label<'_> {
    /// Draws the label centred on `middle`, or where the file moves it, with a leader line from `value`.
    pub(crate) fn draw(self, drawing: &mut Drawing<'_>, middle: Point, value: Point) {
        let (width, height) = self.words.extent();
        let middle = match self.moved {
            None => middle,
            Some(Moved::By(x, y)) => Point { x: middle.x + x, y: middle.y + y },
            Some(Moved::To(x, y)) => {
                Point { x: drawing.area.x + x + width / 2.0, y: drawing.area.y + y + height / 2.0 }
            }
        };
        let bounds = Rect::new(middle.x - width / 2.0 - 2.0, middle.y - height / 2.0, width + 4.0, height);
        if let (Some(leader), Some(_)) = (self.leader, self.moved) {
            let near = Point {
                x: value.x.clamp(bounds.x, bounds.x + bounds.width),
                y: value.y.clamp(bounds.y, bounds.y + bounds.height),
            };
            if (near.x - value.x).hypot(near.y - value.y) > SHORTEST_LEADER {
                let stroke = drawing.stroke(&[leader.properties], drawing.other_line(0.75));
                drawing.line(&[value, near], stroke);
            }
        }
        let fill = drawing.fill(&self.properties, Fill::None, (bounds.width, bounds.height));
        let stroke = drawing.stroke(&self.properties, None);
        drawing.rect(bounds, fill, stroke);
        let Some((key, size)) = self.key else { return drawing.put(self.words, middle) };
        // Key and text are centred together.
        let aside = key.width(size) + size * 0.3;
        key.draw(drawing, Point { x: middle.x - width / 2.0 - size * 0.15, ..middle }, size);
        drawing.put(self.words, Point { x: middle.x + aside / 2.0, ..middle });
    }

    /// Draws the label to the right of a point, to the left, above, below or on it.
    pub(crate) fn beside(self, drawing: &mut Drawing<'_>, point: Point, away: f32) {
        let (width, height) = self.words.extent();
        let (x, y) = match self.position.unwrap_or("r") {
            "l" => (-away - width / 2.0, 0.0),
            "t" => (0.0, -away - height / 2.0),
            "b" => (0.0, away + height / 2.0),
            "ctr" => (0.0, 0.0),
            _ => (away + width / 2.0, 0.0),
        };
        self.draw(drawing, Point { x: point.x + x, y: point.y + y }, point);
    }
}
