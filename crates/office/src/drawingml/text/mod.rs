//! Text in shapes: a body of paragraphs, whose properties are inherited in layers.
//!
//! What a paragraph looks like is said in up to a dozen places. Each is a *layer*: an element with properties by level
//! (`a:lvl1pPr` …): the document's defaults, a master's style, the lists of placeholders, the shape's own; then come the
//! paragraph's and the run's own properties. They are applied from the lowest to the highest.

mod bullet;
mod formula;
mod number;
mod paragraph;
mod run;
mod symbol;

use crate::package::Relationships;
use crate::xml::{Element, number};
use thumbling_page::style::Color;
use thumbling_page::text::{Anchor, Block, Body, Inline, TextDirection, TextFit};
use thumbling_page::tree::Insets;

use super::color::share;
use super::scene::{EMU, Scene};

pub use run::RunProperties;

/// Paragraphs of one body that are read: more are never seen.
const MAX_PARAGRAPHS: usize = 2000;

/// What the text of a shape inherits.
#[derive(Debug, Clone, Default)]
pub struct Inherited<'a> {
    /// Elements with properties by level, the lowest first.
    pub lists: Vec<Element<'a>>,
    /// `a:bodyPr` of others that this shape takes its place of, the nearest first.
    pub bodies: Vec<Element<'a>>,
    /// What the style of the shape says of its text; applied above the first `under_style` lists.
    pub style: RunProperties,
    /// How many of `lists` lie below `style`.
    pub under_style: usize,
    /// What the parts refer to that `lists` are of.
    pub relationships: Vec<&'a Relationships>,
    /// The number of the page, for fields.
    pub page_number: Option<u32>,
}

impl Scene<'_> {
    /// The text that `element` (`p:txBody`, `a:txBody`, `c:rich`) is; none if it has no letter.
    pub fn text(&self, element: Element<'_>, inherited: &Inherited<'_>) -> Option<Body> {
        let body = self.text_or_blank(element, inherited);
        let has_letter = |inline: &Inline| matches!(inline, Inline::Text(text, _) if !text.trim().is_empty());
        let is_shown = body.blocks.iter().any(|block| match block {
            Block::Paragraph(paragraph) => paragraph.content.iter().any(has_letter),
            Block::Table(_) => true,
        });
        is_shown.then_some(body)
    }

    /// The same, of text that takes its room even if it is blank.
    pub fn text_or_blank(&self, element: Element<'_>, inherited: &Inherited<'_>) -> Body {
        let blocks = self.paragraphs(element, inherited).into_iter().map(Block::Paragraph).collect();
        let mut body = Body { blocks, ..Body::default() };
        let layers: Vec<Element<'_>> =
            element.child("a:bodyPr").into_iter().chain(inherited.bodies.iter().copied()).collect();
        frame(&mut body, &layers);
        body
    }
}

/// The attributes of `a:bodyPr`, in layers of which the first counts most.
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
                // What the program found the last time. Where it found nothing, text is as large as it says: programs
                // fit text when it is typed, not when it is shown.
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

/// Whether letters of this form (ECMA-376, 20.1.10.76) fill their box. Those along arcs and rings do not: they stay
/// straight here, in their own size.
fn fills(form: &str) -> bool {
    const ALONG: [&str; 3] = ["textArch", "textCircle", "textButton"];
    form != "textNoShape" && !ALONG.iter().any(|along| form.starts_with(along))
}

/// Which way lines run (ECMA-376, 20.1.10.83).
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

/// The colour that text has where nothing says it.
pub fn default_color(scene: &Scene<'_>) -> Color {
    scene.palette.scheme("tx1").unwrap_or(Color::BLACK)
}
