//! Data labels: what is written at a value.

use crate::number_format::{DateSystem, NumberFormat};
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::Fill;
use thumbling_page::tree::{Point, Rect};

use super::drawing::{Drawing, Words};
use super::lettering::Role;
use super::model::{AxisKind, Group, Series};
use super::read::flag;
use super::swatch::Swatch;
use super::tick_words;

/// Width of a label, at most, as a share of the chart's.
const BREADTH: f32 = 0.22;

/// Lines to labels that are nearer are not drawn, pt.
const SHORTEST_LEADER: f32 = 8.0;

/// A label that is set.
pub(super) struct Label<'a> {
    /// Its words.
    pub(super) words: Words,
    /// Where it stands, as the file names it.
    pub(super) position: Option<&'a str>,
    properties: [Option<Element<'a>>; 2],
    moved: Option<Moved>,
    leader: Option<Leader<'a>>,
    /// The legend's picture of its value, and how large it is there.
    key: Option<(Swatch, f32)>,
}

/// The line from a value to its label that stands elsewhere.
#[derive(Debug, Clone, Copy)]
struct Leader<'a> {
    properties: Option<Element<'a>>,
}

/// Where the file moves a label, pt.
#[derive(Clone, Copy)]
enum Moved {
    /// From where it would stand.
    By(f32, f32),
    /// Its corner, from that of the chart.
    To(f32, f32),
}

/// The label of a point; `share` is what it is of a whole, for pies.
pub(super) fn of<'a>(
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
    let lettering = drawing.lettering(
        Role::Plain,
        &[own.and_then(|l| l.path(&["c:tx", "c:rich"])), own.and_then(|l| l.child("c:txPr")), all.child("c:txPr")],
    );
    let rotation = lettering.rotation.unwrap_or(0.0);
    let size = lettering.run.size;
    let key = shows("c:showLegendKey").then(|| (Swatch::of_point(drawing, group, series, point), size));
    // Words are broken into lines; a number has no place to break.
    let limit = (rotation == 0.0).then_some(drawing.area.width * BREADTH);
    let rich = own.and_then(|l| l.path(&["c:tx", "c:rich"]));
    let words = {
        let format = own.and_then(|l| l.child("c:numFmt")).or_else(|| all.child("c:numFmt"));
        let is_linked = format.is_some_and(|f| f.flag("sourceLinked").unwrap_or(false));
        let own_code = format.and_then(|f| f.attr("formatCode")).filter(|c| !is_linked && !c.is_empty());
        let dates = if drawing.chart.date1904 { DateSystem::From1904 } else { DateSystem::From1900 };
        // Values are counted in what their axis counts in.
        let axis = drawing.chart.axes.iter().find(|a| a.kind == AxisKind::Value && group.axes.contains(&a.id));
        let unit = axis.and_then(|a| a.element.child("c:dispUnits")).map_or(1.0, |units| tick_words::unit(units).0);
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
            let words = drawing.words(drawing.rich_with(rich, &lettering, &field), limit, rotation)?;
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
            // A format of percents is that of the share, where both are shown.
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
        drawing.plain(&parts.join(separator), &lettering, limit, rotation)?
    };
    Ok(Some(Label { key, ..placed(drawing, words, own, all) }))
}

/// What later versions say of an element.
fn extensions(element: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    element.child("c:extLst").into_iter().flat_map(|list| list.children_of("c:ext"))
}

/// What a range of cells that labels are taken from has for a point (`c15:datalabelsRange`).
fn cell<'a>(series: &Series<'a>, point: usize) -> Option<&'a str> {
    let cache = extensions(series.element).find_map(|ext| ext.path(&["c15:datalabelsRange", "c15:dlblRangeCache"]))?;
    let found = cache.children_of("c:pt").find(|p| p.number::<usize>("idx") == Some(point))?;
    Some(found.child("c:v")?.text())
}

fn placed<'a>(drawing: &Drawing<'_>, words: Words, own: Option<Element<'a>>, all: Element<'a>) -> Label<'a> {
    let position = own.and_then(|l| l.val("c:dLblPos")).or_else(|| all.val("c:dLblPos"));
    let moved = own.and_then(|l| l.path(&["c:layout", "c:manualLayout"])).map(|m| {
        let share = |name: &str| super::read::number(m, name).unwrap_or(0.0).clamp(-1.0, 1.0) as f32;
        let by = (share("c:x") * drawing.area.width, share("c:y") * drawing.area.height);
        if m.val("c:xMode") == Some("edge") { Moved::To(by.0, by.1) } else { Moved::By(by.0, by.1) }
    });
    let properties = [own.and_then(|l| l.child("c:spPr")), all.child("c:spPr")];
    Label { words, position, properties, moved, leader: leader(all), key: None }
}

/// Whether labels that were moved have lines to their values, and their looks: of pies in the standard, of others in
/// an extension of 2012.
fn leader(all: Element<'_>) -> Option<Leader<'_>> {
    let found =
        flag(all, "c:showLeaderLines").filter(|shown| *shown).map(|_| all.child("c:leaderLines")).or_else(|| {
            let ext = extensions(all).find(|ext| flag(*ext, "c15:showLeaderLines").unwrap_or(false))?;
            Some(ext.child("c15:leaderLines"))
        });
    found.map(|lines| Leader { properties: lines.and_then(|l| l.child("c:spPr")) })
}

impl Label<'_> {
    /// Draws it with its middle here; if the file moves it away, with a line from `value`.
    pub(super) fn draw(self, drawing: &mut Drawing<'_>, middle: Point, value: Point) {
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
        // Both together stand where the words would alone.
        let aside = key.width(size) + size * 0.3;
        key.draw(drawing, Point { x: middle.x - width / 2.0 - size * 0.15, ..middle }, size);
        drawing.put(self.words, Point { x: middle.x + aside / 2.0, ..middle });
    }

    /// Draws it beside a point: right, left, above, below or on it.
    pub(super) fn beside(self, drawing: &mut Drawing<'_>, point: Point, away: f32) {
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
