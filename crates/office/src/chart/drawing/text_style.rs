//! Text styles of chart elements: their own text properties over those of the whole chart.

use crate::drawingml::text::RunProperties;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::Color;
use thumbling_page::text::RunStyle;
use thumbling_page::tree::{Inline, Paragraph};

use crate::chart::drawing::{Drawing, TextLayout};

/// Characters of one title or label.
const MAX_TEXT: usize = 1000;

/// Runs of one title.
const MAX_RUNS: usize = 64;

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextRole {
    /// Chart title.
    Title,
    /// Axis title.
    AxisTitle,
    /// Any other text.
    Label,
}

/// Style of a text.
#[derive(Debug, Clone)]
pub(crate) struct TextStyle {
    /// Properties that runs inherit.
    properties: RunProperties,
    /// Font, size and colour.
    pub(crate) run: RunStyle,
    /// Degrees clockwise, if specified.
    pub(crate) rotation: Option<f32>,
}

impl<'a> Drawing<'a> {
    /// The style of a text with this role. `elements` hold `a:p`, the most specific one first.
    pub(crate) fn text_style(&self, role: TextRole, own: &[Option<Element<'_>>]) -> TextStyle {
        let mut properties =
            RunProperties { size: Some(10.0), color: Some(self.text_color()), ..RunProperties::default() };
        let whole = self.chart.root.child("c:txPr").and_then(defaults);
        if let Some(whole) = whole {
            properties.apply(whole, self.scene);
        }
        // Titles are a fifth larger than other text, or 18 pt if the chart has no text properties.
        match role {
            TextRole::Title if whole.is_some_and(|p| p.attr("sz").is_some()) => {
                properties.size = properties.size.map(|size| size * 1.2);
            }
            TextRole::Title => properties.size = Some(18.0),
            TextRole::AxisTitle | TextRole::Label => {}
        }
        if role != TextRole::Label {
            properties.bold = Some(true);
        }
        let mut rotation = None;
        for element in own.iter().rev().flatten() {
            if let Some(own) = defaults(*element) {
                properties.apply(own, self.scene);
            }
            if let Some(body) = element.child("a:bodyPr") {
                let turned = body.number::<f32>("rot").map(|r| r / 60_000.0);
                // Angles beyond 90° mean automatic rotation.
                rotation = turned.filter(|r| r.abs() <= 90.0).or(rotation);
                match body.attr("vert") {
                    Some("vert") => rotation = Some(90.0),
                    Some("vert270") => rotation = Some(-90.0),
                    _ => {}
                }
            }
        }
        let run = self.drawn(&properties);
        TextStyle { properties, run, rotation }
    }

    /// Lays out text of one style.
    pub(crate) fn plain(
        &self,
        text: &str,
        text_style: &TextStyle,
        width: Option<f32>,
        rotation: f32,
    ) -> Result<TextLayout> {
        let lines = text.split('\n').take(MAX_RUNS);
        let paragraph =
            |line: &str| Paragraph::plain(line.chars().take(MAX_TEXT).collect::<String>(), text_style.run.clone());
        self.words(lines.map(paragraph).collect(), width, rotation)
    }

    /// The paragraphs of `c:rich`.
    pub(crate) fn rich(&self, rich: Element<'_>, base: &TextStyle) -> Vec<Paragraph> {
        self.rich_with(rich, base, &|_| None)
    }

    /// The same, with the values of fields by type.
    pub(crate) fn rich_with(
        &self,
        rich: Element<'_>,
        base: &TextStyle,
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

    /// Default text colour.
    fn text_color(&self) -> Color {
        let role = if self.chart.style > 40 { "bg1" } else { "tx1" };
        self.scene.palette.scheme(role).unwrap_or(Color::BLACK)
    }
}

/// Run properties of the first paragraph.
fn defaults(element: Element<'_>) -> Option<Element<'_>> {
    element.path(&["a:p", "a:pPr", "a:defRPr"])
}
