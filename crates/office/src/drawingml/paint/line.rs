//! Lines: width, dashes, ends and paint.

use crate::xml::{Element, number};
use thumbling_page::style::{Cap, Compound, Fill, Join, LineEnd, LineEndKind, Side, Stroke};

use crate::drawingml::scene::{EMU, Scene};
use crate::drawingml::theme::color::share;
use crate::drawingml::theme::palette::Palette;

/// Default width, EMU.
const WIDTH: f32 = 9525.0;

/// Dash elements read.
const MAX_DASHES: usize = 16;

impl Scene<'_> {
    /// The line of `line` (`a:ln`) over the theme line that `reference` (`a:lnRef`) selects. `None` if nothing is
    /// drawn.
    pub fn line(&self, line: Option<Element<'_>>, reference: Option<Element<'_>>) -> Option<Stroke> {
        let of_theme = reference.and_then(|r| {
            let style = self.palette.theme.line(r.number("idx")?)?;
            Some((style, self.palette.with_placeholder(self.palette.within(r))))
        });
        let own = line.map(|line| (line, self.palette));
        let layers: Vec<(Element<'_>, Palette<'_>)> = own.into_iter().chain(of_theme).collect();
        self.stroke(&layers)
    }

    /// The line that these layers describe, the most specific one first.
    pub fn stroke(&self, layers: &[(Element<'_>, Palette<'_>)]) -> Option<Stroke> {
        let fill = layers.iter().find_map(|(line, palette)| {
            let scene = Scene { palette: *palette, ..*self };
            line.children().filter(|c| !c.is("a:blipFill")).find_map(|c| scene.fill_of(c, (1.0, 1.0)))
        })?;
        if let Fill::None = fill {
            return None;
        }
        let attr = |name: &str| layers.iter().find_map(|(line, _)| line.attr(name));
        let child =
            |names: &[&str]| layers.iter().find_map(|(line, _)| line.children().find(|c| names.contains(&c.name())));
        let width = attr("w").and_then(number::<f32>).unwrap_or(WIDTH).clamp(0.0, 20_116_800.0) / EMU;
        let cap = match attr("cap") {
            Some("rnd") => Cap::Round,
            Some("sq") => Cap::Square,
            _ => Cap::Flat,
        };
        let join = match child(&["a:round", "a:bevel", "a:miter"]).map(Element::name) {
            Some("a:bevel") => Join::Bevel,
            Some("a:miter") => Join::Miter,
            _ => Join::Round,
        };
        let dash = child(&["a:prstDash", "a:custDash"]).map(dashes).unwrap_or_default();
        let end = |name: &str| child(&[name]).map(line_end).unwrap_or_default();
        let compound = match attr("cmpd") {
            Some("dbl") => Compound::Double,
            Some("thickThin" | "thinThick") => Compound::Uneven,
            Some("tri") => Compound::Triple,
            _ => Compound::Single,
        };
        let side = if attr("algn") == Some("in") { Side::Inside } else { Side::Centre };
        Some(Stroke { fill, width, dash, cap, join, compound, side, head: end("a:headEnd"), tail: end("a:tailEnd") })
    }
}

/// Lengths of dashes and gaps, in line widths.
fn dashes(element: Element<'_>) -> Vec<f32> {
    if element.is("a:custDash") {
        let parts = element.children_of("a:ds").take(MAX_DASHES / 2);
        return parts
            .flat_map(|part| ["d", "sp"].map(|n| part.attr(n).map_or(1.0, share).clamp(0.01, 1000.0)))
            .collect();
    }
    preset_dashes(element.attr("val").unwrap_or_default()).to_vec()
}

/// A preset dash, in line widths (ECMA-376 part 1, 20.1.10.49).
pub fn preset_dashes(name: &str) -> &'static [f32] {
    match name {
        "dot" => &[1.0, 3.0],
        "sysDot" => &[1.0, 1.0],
        "dash" => &[4.0, 3.0],
        "sysDash" => &[3.0, 1.0],
        "lgDash" => &[8.0, 3.0],
        "dashDot" => &[4.0, 3.0, 1.0, 3.0],
        "sysDashDot" => &[3.0, 1.0, 1.0, 1.0],
        "lgDashDot" => &[8.0, 3.0, 1.0, 3.0],
        "lgDashDotDot" => &[8.0, 3.0, 1.0, 3.0, 1.0, 3.0],
        "sysDashDotDot" => &[3.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        _ => &[],
    }
}

fn line_end(element: Element<'_>) -> LineEnd {
    let kind = match element.attr("type") {
        Some("triangle") => LineEndKind::Triangle,
        Some("stealth") => LineEndKind::Stealth,
        Some("diamond") => LineEndKind::Diamond,
        Some("oval") => LineEndKind::Oval,
        Some("arrow") => LineEndKind::Arrow,
        _ => LineEndKind::None,
    };
    let size = |name: &str| match element.attr(name) {
        Some("sm") => 2.0,
        Some("lg") => 5.0,
        _ => 3.0,
    };
    LineEnd { kind, width: size("w"), length: size("len") }
}
