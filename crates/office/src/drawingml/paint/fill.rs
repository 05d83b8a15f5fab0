//! Fills: none, solid colours, gradients, patterns, pictures.

use crate::xml::Element;
use thumbling_page::style::{Color, Fill, Gradient, GradientKind, Pattern, PictureFill, PictureMode};
use thumbling_page::tree::Rect;

use super::recolor;
use crate::drawingml::scene::{EMU, Scene};
use crate::drawingml::theme::color::share;
use crate::drawingml::theme::palette::Palette;

/// Gradient stops read.
const MAX_STOPS: usize = 64;

impl Scene<'_> {
    /// The fill among the children of `parent`, for an area of `size` pt; `None` if there is none.
    pub fn fill(&self, parent: Element<'_>, size: (f32, f32)) -> Option<Fill> {
        parent.children().find_map(|child| self.fill_of(child, size))
    }

    /// The fill of an element such as `a:solidFill`; `None` if it is not a fill.
    pub fn fill_of(&self, element: Element<'_>, size: (f32, f32)) -> Option<Fill> {
        Some(match element.name() {
            "a:noFill" => Fill::None,
            "a:solidFill" => self.palette.within(element).map_or(Fill::None, Fill::Solid),
            "a:gradFill" => gradient(&self.palette, element),
            "a:pattFill" => pattern(&self.palette, element),
            "a:blipFill" | "p:blipFill" | "pic:blipFill" | "xdr:blipFill" => {
                self.picture_fill(element, size).unwrap_or_default()
            }
            "a:grpFill" => self.page.group_fills.borrow().last().cloned().unwrap_or_default(),
            _ => return None,
        })
    }

    /// The theme fill that a reference (`a:fillRef`, `p:bgRef`) selects.
    pub fn fill_reference(&self, reference: Element<'_>, size: (f32, f32)) -> Option<Fill> {
        let style = self.palette.theme.fill(reference.number("idx")?)?;
        let palette = self.palette.with_placeholder(self.palette.within(reference));
        // Pictures in theme fills are relative to the theme part.
        Scene { palette, relationships: self.palette.theme.relationships(), ..*self }.fill_of(style, size)
    }

    /// A picture fill; `None` if the picture cannot be shown.
    pub fn picture_fill(&self, element: Element<'_>, size: (f32, f32)) -> Option<Fill> {
        let blip = element.child("a:blip")?;
        let edges = |of: Option<Element<'_>>| {
            let edge = |name: &str| of.and_then(|e| e.attr(name)).map_or(0.0, share).clamp(-100.0, 100.0);
            ["l", "t", "r", "b"].map(edge)
        };
        let crop = edges(element.child("a:srcRect"));
        let tile = element.child("a:tile");
        let onto = edges(element.path(&["a:stretch", "a:fillRect"]));
        // The cropped picture covers the area inside the insets.
        let whole = |side: f32, onto: f32, shown: f32| side * (1.0 - onto).max(0.01) / shown.clamp(0.02, 50.0);
        let shown = match tile {
            Some(_) => size,
            None => (
                whole(size.0, onto[0] + onto[2], 1.0 - crop[0] - crop[2]),
                whole(size.1, onto[1] + onto[3], 1.0 - crop[1] - crop[3]),
            ),
        };
        // Linked pictures are outside the file, and are not loaded.
        let id = blip.attr("r:embed").filter(|id| !id.is_empty()).or_else(|| blip.attr("r:link"))?;
        let picture = self.picture(id, shown)?;
        let (picture, opacity) = recolor::apply(picture, blip, self)?;
        let mode = match tile {
            // Pictures without a resolution are tiled at 96 dpi.
            Some(tile) => {
                let scale = |name: &str| tile.attr(name).map_or(1.0, share).clamp(0.001, 100.0);
                let offset = |name: &str| tile.number::<f32>(name).unwrap_or(0.0) / EMU;
                let natural = self
                    .natural_size(id)
                    .unwrap_or((picture.0.width() as f32 * 0.75, picture.0.height() as f32 * 0.75));
                let (width, height) = (natural.0 * scale("sx"), natural.1 * scale("sy"));
                let (dx, dy) = aligned(tile.attr("algn").unwrap_or("tl"), size, (width, height));
                let flip = tile.attr("flip").unwrap_or_default();
                let flip = (flip.starts_with('x'), flip.ends_with('y'));
                PictureMode::Tile { width, height, dx: dx + offset("tx"), dy: dy + offset("ty"), flip }
            }
            None => PictureMode::Stretch { crop, onto },
        };
        self.page.drew();
        Some(Fill::Picture(PictureFill { picture, mode, opacity }))
    }
}

/// Position of the first tile of `tile` pt in an area, by alignment.
fn aligned(align: &str, area: (f32, f32), tile: (f32, f32)) -> (f32, f32) {
    let (x, y) = super::effect::anchor(align);
    ((area.0 - tile.0) * x, (area.1 - tile.1) * y)
}

fn gradient(palette: &Palette<'_>, element: Element<'_>) -> Fill {
    let stops = element.child("a:gsLst").into_iter().flat_map(|list| list.children_of("a:gs"));
    let mut stops: Vec<(f32, Color)> = stops
        .take(MAX_STOPS)
        .filter_map(|stop| Some((stop.attr("pos").map_or(0.0, share).clamp(0.0, 1.0), palette.within(stop)?)))
        .collect();
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    let kind = gradient_kind(element);
    let turns = element.flag("rotWithShape").unwrap_or(true);
    match stops.as_slice() {
        [] => Fill::None,
        [(_, color)] => Fill::Solid(*color),
        _ => Fill::Gradient(Gradient { stops, kind, turns }),
    }
}

/// Direction and shape of a gradient.
pub(crate) fn gradient_kind(element: Element<'_>) -> GradientKind {
    match element.child("a:path") {
        Some(path) => {
            let to = path.child("a:fillToRect");
            // A circle can start outside the shape.
            let is_circle = path.attr("path") == Some("circle");
            let room = if is_circle { 10.0 } else { 0.0 };
            let edge = |name: &str| to.and_then(|e| e.attr(name)).map_or(0.0, share).clamp(-room, 1.0 + room);
            let (left, top) = (edge("l"), edge("t"));
            let size = |from: f32, to: f32| (1.0 - from - to).max(0.0);
            let focus = Rect::new(left, top, size(left, edge("r")), size(top, edge("b")));
            if is_circle { GradientKind::Circle { focus } } else { GradientKind::Rect { focus } }
        }
        None => {
            let linear = element.child("a:lin");
            let angle = linear.and_then(|l| l.number::<f32>("ang")).unwrap_or(0.0) / 60_000.0;
            GradientKind::Linear { angle, scaled: linear.and_then(|l| l.flag("scaled")).unwrap_or(false) }
        }
    }
}

fn pattern(palette: &Palette<'_>, element: Element<'_>) -> Fill {
    let color = |name: &str, or: Color| element.child(name).and_then(|c| palette.within(c)).unwrap_or(or);
    Fill::Pattern(Pattern {
        rows: pattern_rows(element.attr("prst").unwrap_or_default()),
        foreground: color("a:fgClr", Color::BLACK),
        background: color("a:bgClr", Color::WHITE),
    })
}

/// The bits of a preset pattern. A thumbnail shows little more than its density and direction.
fn pattern_rows(name: &str) -> [u8; 8] {
    if let Some(percent) = name.strip_prefix("pct").and_then(|n| n.parse::<u32>().ok()) {
        return dithered(dots(percent));
    }
    // Whether pixel (x, y) of the 8 × 8 tile is set; y goes down.
    let set: fn(u32, u32) -> bool = match name {
        "horz" => |_, y| y == 0,
        "narHorz" => |_, y| y % 2 == 0,
        "ltHorz" => |_, y| y % 4 == 0,
        "dkHorz" => |_, y| y % 4 < 2,
        "dashHorz" => |x, y| (y == 0 && x < 4) || (y == 4 && x >= 4),
        "vert" => |x, _| x == 0,
        "narVert" => |x, _| x % 2 == 1,
        "ltVert" => |x, _| x % 4 == 0,
        "dkVert" => |x, _| x % 4 < 2,
        "dashVert" => |x, y| (x == 0 && y < 4) || (x == 4 && y >= 4),
        "upDiag" => |x, y| (x + y) % 8 == 7,
        "ltUpDiag" => |x, y| (x + y) % 4 == 3,
        "dkUpDiag" => |x, y| (x + y) % 4 < 2,
        "wdUpDiag" => |x, y| (x + y) % 8 < 3,
        "dashUpDiag" => |x, y| y < 4 && (x + y) % 4 == 3,
        "dnDiag" => |x, y| x == y,
        "ltDnDiag" => |x, y| (x + 8 - y) % 4 == 0,
        "dkDnDiag" => |x, y| (x + 8 - y) % 4 < 2,
        "wdDnDiag" => |x, y| (x + 8 - y) % 8 < 3,
        "dashDnDiag" => |x, y| y < 4 && (x + 8 - y) % 4 == 0,
        "cross" | "lgGrid" => |x, y| x == 0 || y == 0,
        "smGrid" => |x, y| x % 4 == 0 || y % 4 == 0,
        "dotGrid" => |x, y| (x == 0 && y % 2 == 0) || (y == 0 && x % 2 == 0),
        "diagCross" | "openDmnd" => |x, y| x == y || (x + y) % 8 == 7,
        "dotDmnd" => |x, y| (x == y || x + y == 8) && y % 2 == 0,
        "smCheck" => |x, y| (x / 2 + y / 2) % 2 == 0,
        "lgCheck" => |x, y| (x / 4 + y / 4) % 2 == 0,
        "solidDmnd" => |x, y| x.abs_diff(3) + y.abs_diff(3) <= 3,
        "trellis" => |x, y| y % 2 == 0 || (x + 2 * (y / 2)) % 4 < 2,
        "weave" => |x, y| (x + y) % 4 == 0 || (x + 8 - y) % 8 == 2,
        "plaid" => |x, y| if y < 4 { (x + y) % 2 == 0 } else { x < 4 },
        "divot" => |x, y| (x == 3 && (1..3).contains(&y)) || (x == 7 && (5..7).contains(&y)),
        "shingle" => |x, y| x + y == 7 || (y > 4 && x == y),
        "horzBrick" => |x, y| y % 4 == 0 || x == if y < 4 { 0 } else { 4 },
        "diagBrick" => |x, y| x + y == 7 || (x == y && x > 4),
        "smConfetti" => |x, y| (x * 3 + y * 5) % 8 == 0,
        "lgConfetti" => |x, y| (x / 2 * 3 + y / 2) % 4 == 0 || (x + 3 * y) % 8 == 5,
        "zigZag" => |x, y| x.abs_diff(4) % 4 == y % 4,
        "wave" => |x, y| y % 4 == [2, 1, 1, 2, 3, 3, 2, 2][x as usize % 8],
        // Balls with a highlight each.
        "sphere" => |x, y| match (y % 4, (x + y / 4 * 4) % 8) {
            (0, n) => n % 4 > 0,
            (1, n) => matches!(n, 0 | 3 | 4),
            (_, n) => n < 5,
        },
        _ => return dithered(32),
    };
    let mut rows = [0; 8];
    for (y, row) in rows.iter_mut().enumerate() {
        *row = (0..8).fold(0, |bits, x| bits << 1 | u8::from(set(x, y as u32)));
    }
    rows
}

/// Pixels set, of 64, in a percentage pattern. The names describe how dark the Windows patterns looked on screen.
fn dots(percent: u32) -> u32 {
    match percent {
        5 => 2,
        10 => 4,
        20 => 8,
        25 => 16,
        30 => 24,
        40 => 30,
        60 => 40,
        70 => 48,
        75 => 56,
        80 => 60,
        90 => 62,
        _ => 32,
    }
}

/// A dither with `count` of 64 pixels set.
fn dithered(count: u32) -> [u8; 8] {
    let mut rows = [0; 8];
    for (y, row) in rows.iter_mut().enumerate() {
        *row = (0..8).fold(0, |bits, x: u32| {
            // Bayer matrix: the interleaved bits of x ^ y and y, reversed.
            let (a, b) = (x ^ y as u32, y as u32);
            let rank = (0..3).fold(0, |rank, bit| rank << 2 | (a >> bit & 1) << 1 | (b >> bit & 1));
            bits << 1 | u8::from(rank < count)
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentage_patterns_have_the_density_of_windows() {
        for (name, dots) in [("pct5", 2), ("pct20", 8), ("pct25", 16), ("pct50", 32), ("pct75", 56), ("pct90", 62)] {
            let set: u32 = pattern_rows(name).iter().map(|row| row.count_ones()).sum();
            assert_eq!(set, dots, "{name}");
        }
        assert_eq!(pattern_rows("pct50"), [0xAA, 0x55, 0xAA, 0x55, 0xAA, 0x55, 0xAA, 0x55]);
    }

    #[test]
    fn line_patterns_have_the_direction_of_their_name() {
        assert_eq!(pattern_rows("ltHorz"), [0xFF, 0, 0, 0, 0xFF, 0, 0, 0]);
        assert_eq!(pattern_rows("upDiag"), [1, 2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(pattern_rows("dnDiag"), [128, 64, 32, 16, 8, 4, 2, 1]);
    }
}
