//! Paragraph properties (`w:pPr`).

use crate::drawingml::theme::palette::Palette;
use crate::xml::Element;
use thumbling_page::flow::ParagraphStyle;
use thumbling_page::style::{Color, Stroke};
use thumbling_page::text::{Align, LineSpacing, TabAlign, TabStop};
use thumbling_page::tree::Insets;

use super::settings::Settings;
use super::value;

/// Space of `beforeAutospacing`, pt.
const AUTOMATIC: f32 = 14.0;
/// Tab stops kept of one paragraph.
const MAX_TABS: usize = 128;

/// A reference to a list level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ListReference {
    /// 0 removes the list.
    pub(super) number: Option<u32>,
    pub(super) level: Option<usize>,
}

/// A border and its distance from the text.
type Border = (Option<Stroke>, f32);

/// Paragraph properties collected so far; `None` if unspecified.
#[derive(Debug, Clone, Default)]
pub(super) struct ParagraphProperties {
    pub(super) align: Option<String>,
    pub(super) right_to_left: Option<bool>,
    start: Option<f32>,
    end: Option<f32>,
    first_line: Option<f32>,
    /// In hundredths of a character.
    start_chars: Option<f32>,
    first_line_chars: Option<f32>,
    before: Option<f32>,
    after: Option<f32>,
    before_automatic: Option<bool>,
    after_automatic: Option<bool>,
    spacing: Option<LineSpacing>,
    contextual: Option<bool>,
    keep_next: Option<bool>,
    keep_lines: Option<bool>,
    widow_control: Option<bool>,
    page_break_before: Option<bool>,
    snap: Option<bool>,
    is_unnumbered: Option<bool>,
    /// Position, and the stop unless it is cleared.
    tabs: Vec<(f32, Option<TabStop>)>,
    /// Left, top, right, bottom, between.
    borders: [Option<Border>; 5],
    pub(super) shading: Option<Option<Color>>,
    pub(super) list: ListReference,
}

impl ParagraphProperties {
    /// Applies the properties of `element` (`w:pPr`).
    pub(super) fn apply(&mut self, element: Element<'_>, palette: &Palette<'_>) {
        for child in element.children() {
            let on = || Some(value::is_on(child));
            match child.name() {
                "w:jc" => self.align = child.attr("w:val").map(str::to_owned),
                "w:bidi" => self.right_to_left = on(),
                "w:ind" => self.indents(child),
                "w:spacing" => self.spaces(child),
                "w:contextualSpacing" => self.contextual = on(),
                "w:keepNext" => self.keep_next = on(),
                "w:keepLines" => self.keep_lines = on(),
                "w:widowControl" => self.widow_control = on(),
                "w:pageBreakBefore" => self.page_break_before = on(),
                "w:suppressLineNumbers" => self.is_unnumbered = on(),
                "w:snapToGrid" => self.snap = on(),
                "w:tabs" => self.tabs.extend(child.children_of("w:tab").filter_map(tab).take(MAX_TABS)),
                "w:pBdr" => {
                    let sides = ["left", "top", "right", "bottom", "between"];
                    for (n, side) in sides.iter().enumerate() {
                        let line = child.children().find(|c| c.name().strip_prefix("w:") == Some(side));
                        if let Some(line) = line {
                            let space = line.number::<f32>("w:space").unwrap_or(0.0).clamp(0.0, 31.0);
                            self.borders[n] = Some((value::border(line, palette), space));
                        }
                    }
                }
                "w:shd" => self.shading = Some(value::shading(child, palette)),
                "w:numPr" => {
                    let number = |name: &str| child.child(name).and_then(|c| c.number::<u32>("w:val"));
                    self.list.number = number("w:numId").or(self.list.number);
                    self.list.level = number("w:ilvl").map(|n| n.min(8) as usize).or(self.list.level);
                }
                _ => {}
            }
        }
    }

    fn indents(&mut self, element: Element<'_>) {
        let length = |names: [&str; 2]| names.iter().find_map(|name| value::attr(element, name));
        let chars = |names: [&str; 2]| names.iter().find_map(|name| element.number::<f32>(name));
        self.start = length(["w:start", "w:left"]).or(self.start);
        self.end = length(["w:end", "w:right"]).or(self.end);
        if let Some(hanging) = value::attr(element, "w:hanging") {
            (self.first_line, self.first_line_chars) = (Some(-hanging), None);
        } else if let Some(first) = value::attr(element, "w:firstLine") {
            (self.first_line, self.first_line_chars) = (Some(first), None);
        }
        if value::attr(element, "w:start").or_else(|| value::attr(element, "w:left")).is_some() {
            self.start_chars = None;
        }
        if let Some(n) = chars(["w:startChars", "w:leftChars"]) {
            self.start_chars = Some(n);
        }
        if let Some(n) = element.number::<f32>("w:hangingChars").filter(|n| *n != 0.0) {
            self.first_line_chars = Some(-n);
        } else if let Some(n) = element.number::<f32>("w:firstLineChars") {
            self.first_line_chars = Some(n);
        }
    }

    fn spaces(&mut self, element: Element<'_>) {
        // Lines are those of 12 pt.
        let lines = |name: &str| element.number::<f32>(name).filter(|n| *n > 0.0).map(|n| n / 100.0 * 12.0);
        self.before = lines("w:beforeLines").or_else(|| value::attr(element, "w:before")).or(self.before);
        self.after = lines("w:afterLines").or_else(|| value::attr(element, "w:after")).or(self.after);
        self.before_automatic = element.flag("w:beforeAutospacing").or(self.before_automatic);
        self.after_automatic = element.flag("w:afterAutospacing").or(self.after_automatic);
        let rule = element.attr("w:lineRule");
        if let Some(line) = element.attr("w:line") {
            let points = value::length(line).map(f32::abs);
            self.spacing = match rule {
                Some("exact") => points.map(|pt| LineSpacing::Exact(pt.max(0.1))),
                Some("atLeast") => points.map(LineSpacing::AtLeast),
                // 240ths of a line.
                _ => value::length(line).map(|pt| LineSpacing::Multiple((pt / 12.0).abs().clamp(0.05, 132.0))),
            };
        }
    }

    /// Removes indents of a list that the paragraph leaves.
    pub(super) fn apply_no_list(&mut self) {
        (self.start, self.first_line, self.start_chars, self.first_line_chars) = (None, None, None, None);
    }

    /// Applies the properties of `over`.
    pub(super) fn merge(&mut self, over: &Self) {
        macro_rules! take {
            ($($field:ident)*) => { $(if over.$field.is_some() { self.$field = over.$field.clone(); })* };
        }
        if over.start.is_some() && over.start_chars.is_none() {
            self.start_chars = None;
        }
        if over.first_line.is_some() && over.first_line_chars.is_none() {
            self.first_line_chars = None;
        }
        take!(align right_to_left start end first_line start_chars first_line_chars before after before_automatic);
        take!(after_automatic spacing contextual keep_next keep_lines widow_control page_break_before snap shading is_unnumbered);
        self.tabs.extend(over.tabs.iter().copied());
        for (own, over) in self.borders.iter_mut().zip(&over.borders) {
            if over.is_some() {
                own.clone_from(over);
            }
        }
        self.list.number = over.list.number.or(self.list.number);
        self.list.level = over.list.level.or(self.list.level);
    }

    /// The final style for text of `size` pt.
    pub(super) fn style(&self, settings: &Settings, size: f32) -> ParagraphStyle {
        let chars = |n: Option<f32>| n.filter(|n| *n != 0.0).map(|n| n / 100.0 * size);
        let mut tabs: Vec<(f32, Option<TabStop>)> = Vec::new();
        for (position, stop) in &self.tabs {
            tabs.retain(|(at, _)| (at - position).abs() > 0.3);
            if stop.is_some() {
                tabs.push((*position, *stop));
            }
        }
        let mut tabs: Vec<TabStop> = tabs.into_iter().filter_map(|(_, stop)| stop).collect();
        tabs.sort_by(|a, b| a.position.total_cmp(&b.position));
        tabs.truncate(MAX_TABS);
        let automatic =
            |own: Option<f32>, flag: Option<bool>| if flag == Some(true) { AUTOMATIC } else { own.unwrap_or(0.0) };
        let is_item = self.list.number.is_some_and(|n| n > 0);
        let is_automatic = self.before_automatic == Some(true) || self.after_automatic == Some(true);
        let padding = |n: usize| self.borders[n].as_ref().map_or(0.0, |b| b.1);
        let line = |n: usize| self.borders[n].as_ref().and_then(|b| b.0.clone());
        ParagraphStyle {
            align: match self.align.as_deref() {
                Some("center") => Align::Center,
                // Left and right are where lines start and end.
                Some("right" | "end") => Align::End,
                Some("both" | "lowKashida" | "mediumKashida" | "highKashida") => Align::Justify,
                Some("distribute" | "thaiDistribute") => Align::Distribute,
                _ => Align::Start,
            },
            right_to_left: self.right_to_left.unwrap_or(false),
            indent_start: chars(self.start_chars).or(self.start).unwrap_or(0.0),
            indent_end: self.end.unwrap_or(0.0),
            first_line: chars(self.first_line_chars).or(self.first_line).unwrap_or(0.0),
            before: automatic(self.before, self.before_automatic).max(0.0),
            after: automatic(self.after, self.after_automatic).max(0.0),
            collapse: !settings.adds_spaces,
            // Automatic space is around a list, not between its items.
            contextual: self.contextual.unwrap_or(false) || (is_item && is_automatic),
            kind: 0,
            spacing: self.spacing.unwrap_or_default(),
            snap: self.snap.unwrap_or(true),
            tabs,
            default_tab: settings.default_tab,
            keep_next: self.keep_next.unwrap_or(false),
            keep_lines: self.keep_lines.unwrap_or(false),
            widow_control: self.widow_control.unwrap_or(true),
            page_break_before: self.page_break_before.unwrap_or(false),
            borders: [line(0), line(1), line(2), line(3)],
            between: line(4),
            padding: Insets { left: padding(0), top: padding(1), right: padding(2), bottom: padding(3) },
            shading: self.shading.flatten(),
            is_unnumbered: self.is_unnumbered.unwrap_or(false),
        }
    }
}

fn tab(element: Element<'_>) -> Option<(f32, Option<TabStop>)> {
    let position = value::attr(element, "w:pos")?;
    let align = match element.attr("w:val").unwrap_or("left") {
        "clear" => return Some((position, None)),
        "center" => TabAlign::Center,
        "right" | "end" => TabAlign::End,
        "decimal" => TabAlign::Decimal,
        "bar" => return None,
        _ => TabAlign::Start,
    };
    let leader = match element.attr("w:leader") {
        Some("dot") => Some('.'),
        Some("middleDot") => Some('\u{b7}'),
        Some("hyphen") => Some('-'),
        Some("underscore" | "heavy") => Some('_'),
        _ => None,
    };
    Some((position, Some(TabStop { position, align, leader })))
}
