//! How the words of a chart are set: by the element's own text properties, or those of the whole chart.

use crate::drawingml::text::RunProperties;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::Color;
use thumbling_page::text::{Inline, Paragraph, RunStyle};

use super::drawing::{Drawing, Words};

/// Characters of one title or label that are set.
const MAX_TEXT: usize = 1000;

/// Runs of a title that are set.
const MAX_RUNS: usize = 64;

/// What words are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The chart's title.
    Title,
    /// The title of an axis.
    AxisTitle,
    /// All others.
    Plain,
}

/// How words are set.
#[derive(Debug, Clone)]
pub(super) struct Lettering {
    /// What runs inherit.
    properties: RunProperties,
    /// Fonts, size, colour.
    pub(super) run: RunStyle,
    /// Degrees clockwise, if the file says it.
    pub(super) rotation: Option<f32>,
}

impl<'a> Drawing<'a> {
    /// How words of this role are set, by elements that hold `a:p`, the most particular one first.
    pub(super) fn lettering(&self, role: Role, own: &[Option<Element<'_>>]) -> Lettering {
        let mut properties =
            RunProperties { size: Some(10.0), color: Some(self.text_color()), ..RunProperties::default() };
        let whole = self.chart.root.child("c:txPr").and_then(defaults);
        if let Some(whole) = whole {
            properties.apply(whole, self.scene);
        }
        // Titles are larger than other words: a fifth, or 18 pt where nothing is said of the whole chart.
        match role {
            Role::Title if whole.is_some_and(|p| p.attr("sz").is_some()) => {
                properties.size = properties.size.map(|size| size * 1.2);
            }
            Role::Title => properties.size = Some(18.0),
            Role::AxisTitle | Role::Plain => {}
        }
        if role != Role::Plain {
            properties.bold = Some(true);
        }
        let mut rotation = None;
        for element in own.iter().rev().flatten() {
            if let Some(own) = defaults(*element) {
                properties.apply(own, self.scene);
            }
            if let Some(body) = element.child("a:bodyPr") {
                let turned = body.number::<f32>("rot").map(|r| r / 60_000.0);
                // What is beyond a right angle says that the application should choose.
                rotation = turned.filter(|r| r.abs() <= 90.0).or(rotation);
                match body.attr("vert") {
                    Some("vert") => rotation = Some(90.0),
                    Some("vert270") => rotation = Some(-90.0),
                    _ => {}
                }
            }
        }
        let run = self.drawn(&properties);
        Lettering { properties, run, rotation }
    }

    /// Words of one style.
    pub(super) fn plain(&self, text: &str, lettering: &Lettering, width: Option<f32>, rotation: f32) -> Result<Words> {
        let lines = text.split('\n').take(MAX_RUNS);
        let paragraph =
            |line: &str| Paragraph::plain(line.chars().take(MAX_TEXT).collect::<String>(), lettering.run.clone());
        self.words(lines.map(paragraph).collect(), width, rotation)
    }

    /// The paragraphs of `c:rich`.
    pub(super) fn rich(&self, rich: Element<'_>, base: &Lettering) -> Vec<Paragraph> {
        self.rich_with(rich, base, &|_| None)
    }

    /// The same, with what fields of a type stand for.
    pub(super) fn rich_with(
        &self,
        rich: Element<'_>,
        base: &Lettering,
        field: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Paragraph> {
        let mut left = MAX_RUNS;
        let paragraph = |p: Element<'_>| {
            let mut inherited = base.properties.clone();
            if let Some(own) = p.path(&["a:pPr", "a:defRPr"]) {
                inherited.apply(own, self.scene);
            }
            let style = self.drawn(&inherited);
            let mut content = Vec::new();
            for child in p.children() {
                if left == 0 {
                    break;
                }
                left -= 1;
                match child.name() {
                    "a:r" | "a:fld" => {
                        let mut properties = inherited.clone();
                        if let Some(own) = child.child("a:rPr") {
                            properties.apply(own, self.scene);
                        }
                        let run = self.drawn(&properties);
                        let known = child.attr("type").filter(|_| child.is("a:fld")).and_then(field);
                        let text: String = child.child("a:t").map_or("", |t| t.text()).chars().take(MAX_TEXT).collect();
                        content.push(Inline::Text(known.unwrap_or(text), run));
                    }
                    "a:br" => content.push(Inline::Text("\n".to_owned(), style.clone())),
                    _ => {}
                }
            }
            Paragraph { content, end_style: style, ..Paragraph::default() }
        };
        rich.children_of("a:p").take(MAX_RUNS).map(paragraph).collect()
    }

    fn drawn(&self, properties: &RunProperties) -> RunStyle {
        let mut run = properties.style(self.scene);
        run.size = run.size.clamp(1.0, 400.0);
        run
    }

    /// The colour of words that say nothing of it.
    fn text_color(&self) -> Color {
        let role = if self.chart.style > 40 { "bg1" } else { "tx1" };
        self.scene.palette.scheme(role).unwrap_or(Color::BLACK)
    }
}

/// What the first paragraph says of all runs.
fn defaults(element: Element<'_>) -> Option<Element<'_>> {
    element.path(&["a:p", "a:pPr", "a:defRPr"])
}
