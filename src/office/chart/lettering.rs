//! How the words of a chart are set: by the element's own text properties, or those of the whole chart.

use crate::error::Result;
use crate::office::drawingml::scene::Scene;
use crate::office::xml::Element;
use crate::page::style::{Color, Fill};
use crate::page::text::{FontSet, Inline, Paragraph, RunStyle};

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
    /// Fonts, size, colour.
    pub(super) run: RunStyle,
    /// Degrees clockwise, if the file says it.
    pub(super) rotation: Option<f32>,
}

impl<'a> Drawing<'a> {
    /// How words of this role are set, by elements that hold `a:p`, the most particular one first.
    pub(super) fn lettering(&self, role: Role, own: &[Option<Element<'_>>]) -> Lettering {
        let theme = self.scene.palette.theme;
        let mut run = RunStyle {
            fonts: FontSet {
                latin: theme.family("+mn-lt").into(),
                east_asian: theme.family("+mn-ea").into(),
                complex: theme.family("+mn-cs").into(),
                language: None,
            },
            size: 10.0,
            color: self.text_color(),
            ..RunStyle::default()
        };
        let whole = self.chart.root.child("c:txPr").and_then(defaults);
        if let Some(properties) = whole {
            apply(self.scene, &mut run, properties);
        }
        // Titles are larger than other words: a fifth, or 18 pt where nothing is said of the whole chart.
        match role {
            Role::Title if whole.is_some_and(|p| p.attr("sz").is_some()) => run.size *= 1.2,
            Role::Title => run.size = 18.0,
            Role::AxisTitle | Role::Plain => {}
        }
        if role != Role::Plain {
            run.weight = 700;
        }
        let mut rotation = None;
        for element in own.iter().rev().flatten() {
            if let Some(properties) = defaults(*element) {
                apply(self.scene, &mut run, properties);
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
        Lettering { run, rotation }
    }

    /// Words of one style.
    pub(super) fn plain(&self, text: &str, lettering: &Lettering, width: Option<f32>, rotation: f32) -> Result<Words> {
        let lines = text.split('\n').take(MAX_RUNS);
        let paragraph = |line: &str| Paragraph::plain(line.chars().take(MAX_TEXT).collect::<String>(), lettering.run.clone());
        self.words(lines.map(paragraph).collect(), width, rotation)
    }

    /// The paragraphs of `c:rich`.
    pub(super) fn rich(&self, rich: Element<'_>, base: &RunStyle) -> Vec<Paragraph> {
        let mut left = MAX_RUNS;
        let paragraph = |p: Element<'_>| {
            let mut style = base.clone();
            if let Some(properties) = p.path(&["a:pPr", "a:defRPr"]) {
                apply(self.scene, &mut style, properties);
            }
            let mut content = Vec::new();
            for child in p.children() {
                if left == 0 {
                    break;
                }
                left -= 1;
                match child.name() {
                    "a:r" | "a:fld" => {
                        let mut run = style.clone();
                        if let Some(properties) = child.child("a:rPr") {
                            apply(self.scene, &mut run, properties);
                        }
                        let text: String = child.child("a:t").map_or("", |t| t.text()).chars().take(MAX_TEXT).collect();
                        content.push(Inline::Text(text, run));
                    }
                    "a:br" => content.push(Inline::Text("\n".to_owned(), style.clone())),
                    _ => {}
                }
            }
            Paragraph { content, end_style: style, ..Paragraph::default() }
        };
        rich.children_of("a:p").take(MAX_RUNS).map(paragraph).collect()
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

/// Changes `run` by what these run properties say.
fn apply(scene: &Scene<'_>, run: &mut RunStyle, properties: Element<'_>) {
    if let Some(size) = properties.number::<f32>("sz") {
        run.size = (size / 100.0).clamp(1.0, 400.0);
    }
    if let Some(bold) = properties.flag("b") {
        run.weight = if bold { 700 } else { 400 };
    }
    if let Some(italic) = properties.flag("i") {
        run.italic = italic;
    }
    match scene.fill(properties, (1.0, 1.0)) {
        Some(Fill::Solid(color)) => run.color = color,
        Some(Fill::Gradient(gradient)) => run.color = gradient.stops.first().map_or(run.color, |(_, color)| *color),
        _ => {}
    }
    let family = |name: &str| properties.child(name).and_then(|f| f.attr("typeface")).map(|f| scene.palette.theme.family(f));
    for (name, field) in [
        ("a:latin", &mut run.fonts.latin),
        ("a:ea", &mut run.fonts.east_asian),
        ("a:cs", &mut run.fonts.complex),
    ] {
        if let Some(found) = family(name).filter(|f| !f.is_empty()) {
            *field = found.into();
        }
    }
}
