//! Paragraphs and their properties (`a:p`, `a:pPr`, `a:lvlNpPr`).

use crate::xml::{Element, number};
use thumbling_page::text::{Align, Direction, LineHeight, LineSpacing, ParagraphStyle, TabAlign, TabStop};
use thumbling_page::tree::{Inline, Paragraph};

use super::super::scene::{EMU, Scene};
use super::super::theme::color::share;
use super::bullet::{BulletProperties, Counters, LEVELS};
use super::run::RunProperties;
use super::{Inherited, MAX_PARAGRAPHS, symbol};

/// Characters read of one paragraph.
const MAX_CHARACTERS: usize = 20_000;

/// Element names of levels.
const LEVEL_NAMES: [&str; LEVELS] = [
    "a:lvl1pPr",
    "a:lvl2pPr",
    "a:lvl3pPr",
    "a:lvl4pPr",
    "a:lvl5pPr",
    "a:lvl6pPr",
    "a:lvl7pPr",
    "a:lvl8pPr",
    "a:lvl9pPr",
];

/// Paragraph properties collected so far.
#[derive(Debug, Clone, Default)]
struct Properties {
    align: Option<Align>,
    right_to_left: Option<bool>,
    /// Lengths in pt.
    margin_left: Option<f32>,
    margin_right: Option<f32>,
    indent: Option<f32>,
    space_before: Option<Space>,
    space_after: Option<Space>,
    line_spacing: Option<LineSpacing>,
    default_tab: Option<f32>,
    tabs: Option<Vec<TabStop>>,
    bullet: BulletProperties,
    run: RunProperties,
}

/// Spacing before, after or between lines.
#[derive(Debug, Clone, Copy)]
enum Space {
    Points(f32),
    /// Relative to the line height.
    Share(f32),
}

impl Properties {
    fn apply(&mut self, element: Element<'_>, scene: &Scene<'_>) {
        let length = |name: &str| element.number::<f32>(name).map(|n| n.clamp(-6e7, 6e7) / EMU);
        self.margin_left = length("marL").or(self.margin_left);
        self.margin_right = length("marR").or(self.margin_right);
        self.indent = length("indent").or(self.indent);
        self.default_tab = length("defTabSz").or(self.default_tab);
        self.right_to_left = element.flag("rtl").or(self.right_to_left);
        self.align = match element.attr("algn") {
            Some("l") => Some(Align::Left),
            Some("ctr") => Some(Align::Center),
            Some("r") => Some(Align::Right),
            Some("just" | "justLow") => Some(Align::Justify),
            Some("dist" | "thaiDist") => Some(Align::Distribute),
            _ => self.align,
        };
        for child in element.children() {
            match child.name() {
                "a:lnSpc" => {
                    self.line_spacing = match space(child) {
                        Some(Space::Share(share)) => Some(LineSpacing::Multiple(share.clamp(0.1, 20.0))),
                        Some(Space::Points(points)) => Some(LineSpacing::Exact(points.clamp(1.0, 2000.0))),
                        None => self.line_spacing,
                    }
                }
                "a:spcBef" => self.space_before = space(child).or(self.space_before),
                "a:spcAft" => self.space_after = space(child).or(self.space_after),
                "a:tabLst" => self.tabs = Some(child.children_of("a:tab").take(64).filter_map(tab).collect()),
                "a:defRPr" => self.run.apply(child, scene),
                _ => self.bullet.apply(child, scene),
            }
        }
    }

    fn style(&self, size: f32) -> ParagraphStyle {
        let room = |space: Option<Space>| match space {
            Some(Space::Points(points)) => points.clamp(0.0, 2000.0),
            Some(Space::Share(share)) => (share * size * 1.2).clamp(0.0, 2000.0),
            None => 0.0,
        };
        let is_rtl = self.right_to_left.unwrap_or(false);
        let (left, right) = (self.margin_left.unwrap_or(0.0), self.margin_right.unwrap_or(0.0));
        ParagraphStyle {
            // Unlike in Word, left and right do not swap in right-to-left paragraphs: PowerPoint writes `algn="r"` with
            // `rtl="1"`.
            align: self.align.unwrap_or(Align::Left),
            direction: if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight },
            indent_start: left.max(0.0),
            indent_end: right.max(0.0),
            first_line: self.indent.unwrap_or(0.0).max(-left.max(0.0)),
            space_before: room(self.space_before),
            space_after: room(self.space_after),
            line_spacing: self.line_spacing.unwrap_or_default(),
            line_height: LineHeight::Size,
            tabs: self.tabs.clone().unwrap_or_default(),
            default_tab: self.default_tab.unwrap_or(72.0).max(1.0),
            ..ParagraphStyle::default()
        }
    }
}

impl Scene<'_> {
    /// The paragraphs of a body.
    pub(super) fn paragraphs(&self, element: Element<'_>, inherited: &Inherited<'_>) -> Vec<Paragraph> {
        let own = element.child("a:lstStyle");
        let mut levels: [Option<Properties>; LEVELS] = Default::default();
        let mut counters = Counters::default();
        let mut paragraphs = Vec::new();
        for p in element.children_of("a:p").take(MAX_PARAGRAPHS) {
            let pr = p.child("a:pPr");
            let level = pr.and_then(|pr| pr.number::<usize>("lvl")).unwrap_or(0).min(LEVELS - 1);
            let mut properties =
                levels[level].get_or_insert_with(|| self.properties_of_level(level, inherited, own)).clone();
            if let Some(pr) = pr {
                properties.apply(pr, self);
            }
            let paragraph = self.paragraph(p, &properties, level, inherited, &mut counters);
            let bytes = size_of::<Paragraph>() + paragraph.content.iter().map(weight).sum::<usize>();
            paragraphs.push(paragraph);
            // The caller's next check or reservation reports the error.
            if self.cx.check().is_err() || self.gather(bytes).is_err() {
                self.page.missed("text beyond the limits");
                break;
            }
        }
        paragraphs
    }

    fn properties_of_level(&self, level: usize, inherited: &Inherited<'_>, own: Option<Element<'_>>) -> Properties {
        let mut properties = Properties::default();
        let layers = inherited.lists.iter().copied().chain(own);
        for (n, layer) in layers.enumerate() {
            if n == inherited.under_style {
                properties.run.merge(&inherited.style);
            }
            if n == inherited.lists.len() {
                properties.bullet.inherit();
            }
            for name in ["a:defPPr", LEVEL_NAMES[level]] {
                if let Some(element) = layer.child(name) {
                    properties.apply(element, self);
                }
            }
        }
        if own.is_none() {
            properties.bullet.inherit();
        }
        if inherited.lists.len() + usize::from(own.is_some()) <= inherited.under_style {
            properties.run.merge(&inherited.style);
        }
        properties
    }

    fn paragraph(
        &self,
        p: Element<'_>,
        properties: &Properties,
        level: usize,
        inherited: &Inherited<'_>,
        counters: &mut Counters,
    ) -> Paragraph {
        let mut content = Vec::new();
        let mut characters = 0;
        for child in p.children() {
            // Resolving a hostile theme can be slow.
            if self.cx.check().is_err() {
                break;
            }
            let run = || {
                let mut run = properties.run.clone();
                if let Some(pr) = child.child("a:rPr") {
                    run.apply(pr, self);
                }
                run
            };
            let text = match child.name() {
                "a:r" => child.child("a:t").map(|t| t.text()).unwrap_or_default().to_owned(),
                "a:br" => "\n".to_owned(),
                "a:fld" => match (child.attr("type"), inherited.page_number) {
                    (Some("slidenum"), Some(number)) => number.to_string(),
                    _ => child.child("a:t").map(|t| t.text()).unwrap_or_default().to_owned(),
                },
                "a14:m" | "m:oMath" | "m:oMathPara" => {
                    self.page.missed("formula");
                    let mut run = properties.run.clone();
                    child.descendant("a:rPr").into_iter().for_each(|pr| run.apply(pr, self));
                    let style = run.style(self);
                    for (text, raised) in super::formula::linear(child) {
                        characters += text.len();
                        if characters <= MAX_CHARACTERS {
                            content.push(Inline::Text(text, super::formula::style(&style, raised)));
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            characters += text.len();
            if text.is_empty() || characters > MAX_CHARACTERS {
                continue;
            }
            let run = run();
            let style = run.style(self);
            let text = text.replace(['\u{b}', '\r'], "\n");
            let text = symbol::to_unicode(text, run.symbol.as_deref(), &style.fonts.latin);
            content.push(Inline::Text(text, style));
        }
        let mut end = properties.run.clone();
        if let Some(pr) = p.child("a:endParaRPr") {
            end.apply(pr, self);
        }
        let end_style = end.style(self);
        let first = content.iter().find_map(|i| match i {
            Inline::Text(_, style) => Some(style.clone()),
            Inline::Object { .. } => None,
        });
        let size = content.iter().fold(0.0_f32, |size, i| match i {
            Inline::Text(_, style) => size.max(style.size),
            Inline::Object { .. } => size,
        });
        let mut style = properties.style(if size > 0.0 { size } else { end_style.size });
        // An empty paragraph has no bullet and no number.
        if let Some(first) = first {
            style.bullet = properties.bullet.bullet(self, level, &first, &inherited.relationships, counters);
        } else {
            counters.pass(level);
        }
        Paragraph { content, style, end_style }
    }
}

/// Bytes of a run.
fn weight(inline: &Inline) -> usize {
    size_of::<Inline>() + if let Inline::Text(text, _) = inline { text.capacity() } else { 0 }
}

fn space(element: Element<'_>) -> Option<Space> {
    let percent = element.val("a:spcPct").map(|v| Space::Share(share(v)));
    percent.or_else(|| Some(Space::Points(number::<f32>(element.val("a:spcPts")?)? / 100.0)))
}

fn tab(element: Element<'_>) -> Option<TabStop> {
    let align = match element.attr("algn") {
        Some("ctr") => TabAlign::Center,
        Some("r") => TabAlign::End,
        Some("dec") => TabAlign::Decimal,
        _ => TabAlign::Start,
    };
    Some(TabStop { position: element.number::<f32>("pos")? / EMU, align, leader: None })
}
