//! Bar fills that depend on the value.

use crate::xml::Element;
use thumbling_page::style::{Color, Fill, Pattern, PictureFill, PictureMode};
use thumbling_page::tree::Rect;

use crate::chart::drawing::Drawing;
use crate::chart::element::{flag, number};
use crate::chart::model::Series;

/// The fill of a negative bar: if the series inverts them, white or the colour of an extension element.
pub(crate) fn below_zero(drawing: &Drawing<'_>, series: &Series<'_>, point: usize, fill: Fill) -> Fill {
    let inverts = |element: Element<'_>| flag(element, "c:invertIfNegative");
    let own = series.point(point).and_then(inverts).or_else(|| inverts(series.element));
    if !own.unwrap_or(drawing.chart.absent) {
        return fill;
    }
    let mut later = series.element.child("c:extLst").into_iter().flat_map(|list| list.children_of("c:ext"));
    let named = later.find_map(|ext| ext.path(&["c14:invertSolidFillFmt", "c14:spPr"]));
    match fill {
        Fill::Solid(color) => drawing.fill(&[named], Fill::Solid(Color { a: color.a, ..Color::WHITE }), (1.0, 1.0)),
        Fill::Pattern(p) => Fill::Pattern(Pattern { foreground: p.background, background: p.foreground, ..p }),
        fill => fill,
    }
}

/// Pictures stacked in a bar (`c:pictureOptions`): as wide as the bar, or of a length in units.
pub(crate) fn stacked(series: &Series<'_>, point: usize, fill: Fill, bounds: Rect, turned: bool, value: f64) -> Fill {
    let own = series.point(point).and_then(|p| p.child("c:pictureOptions"));
    let Some(options) = own.or_else(|| series.element.child("c:pictureOptions")) else { return fill };
    let Fill::Picture(picture) = fill else { return fill };
    let (broad, long) = if turned { (bounds.height, bounds.width) } else { (bounds.width, bounds.height) };
    let (width, height) = (picture.picture.0.width() as f32, picture.picture.0.height() as f32);
    let by_breadth = broad * if turned { width / height } else { height / width };
    let each = match options.val("c:pictureFormat") {
        Some("stack") => by_breadth,
        Some("stackScale") => {
            let unit = number(options, "c:pictureStackUnit").filter(|n| *n > 0.0).unwrap_or(1.0);
            (f64::from(long) * unit / value.abs().max(f64::MIN_POSITIVE)) as f32
        }
        _ => return Fill::Picture(picture),
    };
    let each = each.clamp(0.5, 1e5);
    // Stacked from the base of the bar.
    let mode = match turned {
        true => PictureMode::Tile { width: each, height: broad, dx: 0.0, dy: 0.0, flip: (false, false) },
        false => PictureMode::Tile { width: broad, height: each, dx: 0.0, dy: long % each, flip: (false, false) },
    };
    Fill::Picture(PictureFill { mode, ..picture })
}
