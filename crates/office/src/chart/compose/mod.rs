//! Draws a whole chart: title at the top, legend at a side, plot area in the rest.

mod cartesian;
mod legend;

use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::{Color, Fill};
use thumbling_page::tree::{Insets, Outline, Point, Rect};

use crate::chart::drawing::text_style::TextRole;
use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::element::flag;
use crate::chart::layout::{MARGIN, frame, manual, plot_ground};
use crate::chart::model::Kind;
use crate::chart::plot;

/// Between the edge of a title and its text, pt.
const INSET: f32 = 2.5;

/// Corner radius of a rounded chart, pt.
const CORNER: f32 = 8.0;

/// Draws the whole chart.
pub(crate) fn draw(drawing: &mut Drawing<'_>) -> Result<()> {
    let area = drawing.area;
    ground(drawing);
    let mut room = area.inset(margins(area));
    let title = main_title(drawing, &mut room)?;
    let legend = placed_legend(drawing, &mut room)?;
    let chart = drawing.chart;
    let place = manual(chart.plot_area).filter(|m| m.width.is_some() && m.height.is_some());
    let given = place.as_ref().map(|m| {
        let of = |share: Option<f32>, start: f32, side: f32| start + share.unwrap_or(0.0) * side;
        let size = |share: Option<f32>, side: f32| share.unwrap_or(1.0).min(1.5) * side;
        Rect::new(
            of(m.x, area.x, area.width),
            of(m.y, area.y, area.height),
            size(m.width, area.width),
            size(m.height, area.height),
        )
    });
    let is_inner = place.as_ref().is_some_and(|m| m.is_inner);
    let room = given.unwrap_or(room);
    let is_polar = |kind: Kind| kind.is_round() || kind == Kind::Radar;
    if chart.groups.iter().any(|g| is_polar(g.kind)) {
        plot_ground(drawing, room);
        for group in &chart.groups {
            drawing.check()?;
            match group.kind {
                Kind::Pie if group.element.is("c:ofPieChart") => plot::pie_of_pie::draw(drawing, group, room)?,
                Kind::Pie => plot::pie::pie(drawing, group, room, given.is_some())?,
                Kind::Doughnut => plot::pie::doughnut(drawing, group, room)?,
                Kind::Radar => plot::radar::draw(drawing, group, room)?,
                _ => drawing.scene.page.missed("chart type combined with a pie or radar chart"),
            }
        }
    } else if let Some(group) = chart.groups.iter().find(|g| g.kind == Kind::Surface) {
        plot::surface::draw(drawing, group, room, is_inner)?;
    } else if chart.groups.iter().any(|g| !g.series.is_empty()) {
        cartesian::draw(drawing, room, is_inner)?;
    }
    if let Some((legend, bounds)) = legend {
        legend::draw(drawing, legend, bounds)?;
    }
    if let Some((words, middle, element)) = title {
        let bounds = Rect::new(middle.x - words.width / 2.0, middle.y - words.height / 2.0, words.width, words.height);
        frame(drawing, element, bounds);
        drawing.put(words, middle);
    }
    Ok(())
}

fn margins(area: Rect) -> Insets {
    let (x, y) = (area.width * MARGIN, area.height * MARGIN);
    Insets { left: x, right: x, top: y, bottom: y }
}

/// The chart's own fill and border.
fn ground(drawing: &mut Drawing<'_>) {
    let area = drawing.area;
    let root = drawing.chart.root;
    let has = |part: &str| drawing.scene.package.has(part);
    // Default background: transparent on a slide, white in a text document, white with a border on a sheet.
    let background = drawing.scene.palette.scheme(if drawing.chart.style > 40 { "tx1" } else { "bg1" });
    let automatic = match has("ppt/presentation.xml") && drawing.chart.style <= 40 {
        true => Fill::None,
        false => Fill::Solid(background.unwrap_or(Color::WHITE)),
    };
    let line = if has("xl/workbook.xml") || has("xl/workbook.bin") { drawing.thin_line() } else { None };
    let properties = [root.child("c:spPr")];
    let fill = drawing.fill(&properties, automatic, (area.width, area.height));
    let stroke = drawing.stroke(&properties, line);
    let outline = match flag(root, "c:roundedCorners").unwrap_or(drawing.chart.absent) {
        true => Outline::Rounded(CORNER),
        false => Outline::Rect,
    };
    drawing.outlined(area, outline, fill, stroke);
}

type PlacedTitle<'a> = (TextLayout, Point, Element<'a>);

fn main_title<'a>(drawing: &Drawing<'a>, room: &mut Rect) -> Result<Option<PlacedTitle<'a>>> {
    let chart: &'a crate::chart::model::Chart<'a> = drawing.chart;
    let Some(title) = &chart.title else { return Ok(None) };
    let rich = title.element.path(&["c:tx", "c:rich"]);
    let text_style = drawing.text_style(TextRole::Title, &[rich, title.element.child("c:txPr")]);
    let rotation = text_style.rotation.unwrap_or(0.0);
    let limit = Some(drawing.area.width * 0.9);
    let words = match (rich, &title.text) {
        (Some(rich), _) => drawing.words(drawing.rich(rich, &text_style), limit, rotation)?,
        (None, text) => drawing.plain(text.as_deref().unwrap_or_default(), &text_style, limit, rotation)?,
    };
    let area = drawing.area;
    let (width, height) = words.extent();
    let mut middle = Point { x: area.x + area.width / 2.0, y: area.y + area.height * MARGIN + INSET + height / 2.0 };
    if let Some(place) = manual(Some(title.element)) {
        let (x, y) = (place.x.unwrap_or(0.0) * area.width, place.y.unwrap_or(0.0) * area.height);
        middle = match place.from_edge {
            true => Point { x: area.x + x + width / 2.0, y: area.y + y + height / 2.0 },
            false => Point { x: middle.x + x, y: middle.y + y },
        };
        // Text that is wider here than in Office must stay on the chart.
        let reach = (area.width - width).max(0.0) / 2.0;
        let center = area.x + area.width / 2.0;
        middle.x = middle.x.clamp(center - reach, center + reach);
    }
    if !title.overlay {
        let top = area.y + height + 2.0 * (area.height * MARGIN + INSET);
        let taken = (top - room.y).clamp(0.0, room.height);
        (room.y, room.height) = (room.y + taken, room.height - taken);
    }
    Ok(Some((words, middle, title.element)))
}

fn placed_legend(drawing: &Drawing<'_>, room: &mut Rect) -> Result<Option<(legend::Legend, Rect)>> {
    let Some(element) = drawing.chart.legend else { return Ok(None) };
    let area = drawing.area;
    let side = element.val("c:legendPos").unwrap_or("r");
    let is_wide = matches!(side, "b" | "t");
    let place = manual(Some(element));
    let width = place.as_ref().and_then(|m| m.width).map(|w| w * area.width);
    let height = place.as_ref().and_then(|m| m.height).map(|h| h * area.height);
    let limit = width.unwrap_or(if is_wide { area.width * (1.0 - 2.0 * MARGIN) } else { area.width * 0.5 });
    let legend = legend::set(drawing, element, is_wide, limit, width.is_some(), room.height)?;
    let Some(legend) = legend else { return Ok(None) };
    let (w, h) = (width.unwrap_or(legend.width), height.unwrap_or(legend.height));
    let (gap_x, gap_y) = (area.width * MARGIN, area.height * MARGIN);
    let middle_x = area.x + (area.width - w) / 2.0;
    let middle_y = room.y + (room.height - h) / 2.0;
    let (mut x, mut y) = match side {
        "b" => (middle_x, room.y + room.height - h),
        "t" => (middle_x, room.y),
        "l" => (room.x, middle_y),
        "tr" => (room.x + room.width - w, room.y),
        _ => (room.x + room.width - w, middle_y),
    };
    if let Some(place) = &place {
        let (dx, dy) = (place.x.unwrap_or(0.0) * area.width, place.y.unwrap_or(0.0) * area.height);
        (x, y) = if place.from_edge { (area.x + dx, area.y + dy) } else { (x + dx, y + dy) };
        // A legend never leaves the chart.
        x = x.min(area.x + area.width - w).max(area.x);
        y = y.min(area.y + area.height - h).max(area.y);
    }
    if !flag(element, "c:overlay").unwrap_or(drawing.chart.absent) {
        match side {
            "b" => room.height = (room.height - h - gap_y).max(0.0),
            "t" => (room.y, room.height) = (room.y + h + gap_y, (room.height - h - gap_y).max(0.0)),
            "l" => (room.x, room.width) = (room.x + w + gap_x, (room.width - w - gap_x).max(0.0)),
            _ => room.width = (room.width - w - gap_x).max(0.0),
        }
    }
    Ok(Some((legend, Rect::new(x, y, w, h))))
}
