//! Data labels: what is written at a value.

use crate::error::Result;
use crate::office::number_format::{DateSystem, NumberFormat};
use crate::office::xml::Element;
use crate::page::style::Fill;
use crate::page::tree::{Point, Rect};

use super::drawing::{Drawing, Words};
use super::lettering::Role;
use super::model::{Group, Series};
use super::read::flag;

/// A label that is set.
pub(super) struct Label<'a> {
    /// Its words.
    pub(super) words: Words,
    /// Where it stands, as the file names it.
    pub(super) position: Option<&'a str>,
    properties: [Option<Element<'a>>; 2],
    moved: Option<(f32, f32)>,
}

/// The label of a point; `share` is what it is of a whole, for pies.
pub(super) fn of<'a>(
    drawing: &Drawing<'_>,
    group: &Group<'a>,
    series: &Series<'a>,
    point: usize,
    share: Option<f64>,
) -> Result<Option<Label<'a>>> {
    let of_group = group.element.child("c:dLbls");
    let of_series = series.element.child("c:dLbls").or(of_group);
    let Some(all) = of_series else { return Ok(None) };
    let own = all.children_of("c:dLbl").find(|l| l.val("c:idx").and_then(|v| v.parse().ok()) == Some(point));
    if own.or(Some(all)).is_some_and(|l| flag(l, "c:delete").unwrap_or(false)) {
        return Ok(None);
    }
    let from = own.filter(|l| l.child("c:showVal").is_some()).unwrap_or(all);
    let shows = |name: &str| flag(from, name).unwrap_or(false);
    let lettering = drawing.lettering(
        Role::Plain,
        &[own.and_then(|l| l.path(&["c:tx", "c:rich"])), own.and_then(|l| l.child("c:txPr")), all.child("c:txPr")],
    );
    let rotation = lettering.rotation.unwrap_or(0.0);
    let rich = own.and_then(|l| l.path(&["c:tx", "c:rich"]));
    let words = if let Some(rich) = rich {
        drawing.words(drawing.rich(rich, &lettering.run), None, rotation)?
    } else {
        let format = own.and_then(|l| l.child("c:numFmt")).or_else(|| all.child("c:numFmt"));
        let is_linked = format.is_some_and(|f| f.flag("sourceLinked").unwrap_or(false));
        let own_code = format.and_then(|f| f.attr("formatCode")).filter(|c| !is_linked && !c.is_empty());
        let dates = if drawing.chart.date1904 { DateSystem::From1904 } else { DateSystem::From1900 };
        let value = series.values.get(point).copied().flatten();
        let mut parts: Vec<String> = Vec::new();
        if shows("c:showSerName") {
            parts.extend(series.name.clone());
        }
        if shows("c:showCatName") {
            parts.push(series.categories.get(point).cloned().unwrap_or_else(|| (point + 1).to_string()));
        }
        if let (true, Some(value)) = (shows("c:showVal"), value) {
            // A format of percents is that of the share, where both are shown.
            let code = own_code.filter(|c| !(shows("c:showPercent") && c.contains('%'))).unwrap_or(series.format);
            parts.push(NumberFormat::parse(code).number(value, dates));
        }
        if let (true, Some(share)) = (shows("c:showPercent"), share) {
            let code = own_code.filter(|c| c.contains('%')).unwrap_or("0%");
            parts.push(NumberFormat::parse(code).number(share, dates));
        }
        if let (true, Some(size)) = (shows("c:showBubbleSize"), series.sizes.get(point).copied().flatten()) {
            parts.push(NumberFormat::parse(own_code.unwrap_or("General")).number(size, dates));
        }
        if parts.iter().all(|p| p.is_empty()) {
            return Ok(None);
        }
        let separator = from.child("c:separator").map_or(", ", |s| s.text());
        let separator = if separator.is_empty() { "\n" } else { separator };
        drawing.plain(&parts.join(separator), &lettering, None, rotation)?
    };
    let position = own.and_then(|l| l.val("c:dLblPos")).or_else(|| all.val("c:dLblPos"));
    let moved = own.and_then(|l| l.path(&["c:layout", "c:manualLayout"])).map(|m| {
        let share = |name: &str| super::read::number(m, name).unwrap_or(0.0).clamp(-1.0, 1.0) as f32;
        (share("c:x") * drawing.area.width, share("c:y") * drawing.area.height)
    });
    let properties = [own.and_then(|l| l.child("c:spPr")), all.child("c:spPr")];
    Ok(Some(Label { words, position, properties, moved }))
}

impl Label<'_> {
    /// Draws it with its middle here.
    pub(super) fn draw(self, drawing: &mut Drawing<'_>, middle: Point) {
        let (dx, dy) = self.moved.unwrap_or_default();
        let middle = Point { x: middle.x + dx, y: middle.y + dy };
        let (width, height) = self.words.extent();
        let bounds = Rect::new(middle.x - width / 2.0 - 2.0, middle.y - height / 2.0, width + 4.0, height);
        let fill = drawing.fill(&self.properties, Fill::None, (bounds.width, bounds.height));
        let stroke = drawing.stroke(&self.properties, None);
        drawing.rect(bounds, fill, stroke);
        drawing.put(self.words, middle);
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
        self.draw(drawing, Point { x: point.x + x, y: point.y + y });
    }
}
