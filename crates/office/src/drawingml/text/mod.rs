//! Text in shapes: paragraphs with properties inherited in layers.
//!
//! Up to a dozen places affect a paragraph. Each is a *layer*, an element with properties by level (`a:lvl1pPr` …):
//! document defaults, master styles, lists of placeholders, the shape's own list; then the properties of the paragraph
//! and the run. They are applied from the most general to the most specific.

mod bullet;
mod formula;
pub(crate) mod number;
mod paragraph;
mod run;
pub(crate) mod symbol;

use crate::package::Relationships;
use crate::xml::{Element, number};
use thumbling_page::text::{Anchor, TextDirection, TextFit};
use thumbling_page::tree::{Block, Body, Inline, Insets};

use super::scene::{EMU, Scene};
use super::theme::color::share;

pub use run::RunProperties;

/// Paragraphs read of one body.
const MAX_PARAGRAPHS: usize = 2000;

/// What the text of a shape inherits.
#[derive(Debug, Clone, Default)]
pub struct Inherited<'a> {
    /// Elements with properties by level, the most general first.
    pub lists: Vec<Element<'a>>,
    /// `a:bodyPr` of shapes that this one inherits from, the closest first.
    pub bodies: Vec<Element<'a>>,
    /// The shape's text style, applied after the first `under_style` lists.
    pub style: RunProperties,
    /// Number of `lists` that precede `style`.
    pub under_style: usize,
    /// Relationships of the parts of `lists`.
    pub relationships: Vec<&'a Relationships>,
    /// Page number, for fields.
    pub page_number: Option<u32>,
}

impl Scene<'_> {
    /// Reads `p:txBody`, `a:txBody` or `c:rich`; `None` if it is empty.
    pub fn text(&self, element: Element<'_>, inherited: &Inherited<'_>) -> Option<Body> {
        let body = self.text_or_blank(element, inherited);
        let has_letter = |inline: &Inline| matches!(inline, Inline::Text(text, _) if !text.trim().is_empty());
        let is_shown = body.blocks.iter().any(|block| match block {
            Block::Paragraph(paragraph) => paragraph.content.iter().any(has_letter),
            Block::Table(_) => true,
        });
        is_shown.then_some(body)
    }

    /// The same, keeping empty text for its height.
    pub fn text_or_blank(&self, element: Element<'_>, inherited: &Inherited<'_>) -> Body {
        let blocks = self.paragraphs(element, inherited).into_iter().map(Block::Paragraph).collect();
        let mut body = Body { blocks, ..Body::default() };
        let layers: Vec<Element<'_>> =
            element.child("a:bodyPr").into_iter().chain(inherited.bodies.iter().copied()).collect();
        frame(&mut body, &layers);
        body
    }
}

/// Applies the attributes of `a:bodyPr` layers, the most specific first.
fn frame(body: &mut Body, layers: &[Element<'_>]) {
    let attr = |name: &str| layers.iter().find_map(|layer| layer.attr(name));
    let length = |name: &str, or: f32| attr(name).and_then(number::<f32>).unwrap_or(or).clamp(-1e8, 1e8) / EMU;
    body.insets = Insets {
        left: length("lIns", 91_440.0),
        top: length("tIns", 45_720.0),
        right: length("rIns", 91_440.0),
        bottom: length("bIns", 45_720.0),
    };
    body.anchor = match attr("anchor") {
        Some("ctr") => Anchor::Middle,
        Some("b") => Anchor::Bottom,
        _ => Anchor::Top,
    };
    body.centered = matches!(attr("anchorCtr"), Some("1" | "true"));
    body.wrap = attr("wrap") != Some("none");
    body.columns = attr("numCol").and_then(|n| n.parse().ok()).unwrap_or(1).min(16);
    body.column_gap = length("spcCol", 0.0).max(0.0);
    body.columns_leftward = matches!(attr("rtlCol"), Some("1" | "true"));
    body.direction = direction(attr("vert"));
    body.turn = attr("rot").and_then(|v| v.trim().parse::<f32>().ok()).map_or(0.0, |n| (n / 60_000.0) % 360.0);
    let fits = ["a:normAutofit", "a:noAutofit", "a:spAutoFit"];
    let fit = layers.iter().find_map(|layer| layer.children().find(|c| fits.contains(&c.name())));
    body.fit = match fit {
        Some(fit) if fit.is("a:normAutofit") => {
            match (fit.attr("fontScale").map(share), fit.attr("lnSpcReduction").map(share)) {
                // Office fits text while typing, not when a file is opened, so only the stored result counts.
                (None, None) => TextFit::Overflow,
                (scale, less) => TextFit::Scaled { scale: scale.unwrap_or(1.0), less: less.unwrap_or(0.0) },
            }
        }
        _ => TextFit::Overflow,
    };
    let warp = layers.iter().find_map(|layer| layer.child("a:prstTxWarp")?.attr("prst"));
    if warp.is_some_and(fills) {
        body.fit = TextFit::Fill;
    }
}

/// Whether warped text (ECMA-376 part 1, 20.1.10.76) fills its box. Text along arcs and rings does not: it is drawn
/// straight in its own size.
fn fills(form: &str) -> bool {
    const ALONG: [&str; 3] = ["textArch", "textCircle", "textButton"];
    form != "textNoShape" && !ALONG.iter().any(|along| form.starts_with(along))
}

/// Text direction (ECMA-376 part 1, 20.1.10.83).
pub(super) fn direction(name: Option<&str>) -> TextDirection {
    match name {
        Some("vert") => TextDirection::Clockwise,
        Some("eaVert") => TextDirection::EastAsian,
        Some("mongolianVert") => TextDirection::Mongolian,
        Some("vert270") => TextDirection::CounterClockwise,
        Some("wordArtVert") => TextDirection::Stacked,
        Some("wordArtVertRtl") => TextDirection::StackedLeftward,
        _ => TextDirection::Horizontal,
    }
}
