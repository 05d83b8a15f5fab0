//! Run properties (`w:rPr`).

use std::sync::Arc;

use crate::drawingml::theme::Theme;
use crate::drawingml::theme::palette::Palette;
use crate::xml::{Element, number};
use thumbling_page::fonts::Language;
use thumbling_page::style::Color;
use thumbling_page::text::{Caps, FontSet, RunStyle, Strike, Underline};

use super::value;

/// Size of automatic superscripts and subscripts.
const RAISED: f32 = 0.62;

/// What names and colours in properties are resolved against.
#[derive(Clone, Copy)]
pub(super) struct Resolver<'a> {
    pub(super) palette: Palette<'a>,
    pub(super) theme_languages: (Option<&'a str>, Option<&'a str>),
}

impl Resolver<'_> {
    fn theme(&self) -> &Theme {
        self.palette.theme
    }

    /// The family of a theme font such as `minorHAnsi`.
    fn theme_family(&self, name: &str) -> Option<String> {
        let theme = self.theme();
        let is_heading = name.starts_with("major");
        let of_script = |script: Option<&str>| Some(theme.family_of_script(is_heading, script?)?.to_owned());
        let named = |suffix: &str| {
            let reference = format!("{}-{suffix}", if is_heading { "+mj" } else { "+mn" });
            Some(theme.family(&reference).to_owned()).filter(|family| !family.is_empty())
        };
        if name.ends_with("EastAsia") {
            return named("ea").or_else(|| of_script(self.theme_languages.0.and_then(script_of_language)));
        }
        if name.ends_with("Bidi") {
            return named("cs").or_else(|| of_script(self.theme_languages.1.and_then(script_of_language)));
        }
        named("lt")
    }
}

fn script_of_language(language: &str) -> Option<&'static str> {
    Some(match language.get(..2)? {
        "zh" if language.contains("TW") || language.contains("HK") || language.contains("Hant") => "Hant",
        "zh" => "Hans",
        "ja" => "Jpan",
        "ko" => "Hang",
        "ar" | "fa" | "ur" => "Arab",
        "he" => "Hebr",
        "th" => "Thai",
        "hi" | "mr" | "ne" => "Deva",
        _ => return None,
    })
}

/// Properties that styles switch back and forth.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Toggles {
    pub(super) bold: Option<bool>,
    pub(super) italic: Option<bool>,
    pub(super) bold_complex: Option<bool>,
    pub(super) italic_complex: Option<bool>,
    pub(super) caps: Option<bool>,
    pub(super) small_caps: Option<bool>,
    pub(super) strike: Option<bool>,
    pub(super) double_strike: Option<bool>,
    pub(super) hidden: Option<bool>,
}

/// Run properties collected so far; `None` if unspecified.
#[derive(Debug, Clone, Default)]
pub(super) struct RunProperties {
    pub(super) toggles: Toggles,
    ascii: Option<String>,
    high_ansi: Option<String>,
    east_asian: Option<String>,
    complex: Option<String>,
    /// Whether ambiguous characters are East Asian.
    hint: Option<bool>,
    /// pt.
    pub(super) size: Option<f32>,
    size_complex: Option<f32>,
    /// `Some(None)` is automatic.
    pub(super) color: Option<Option<Color>>,
    underline: Option<Underline>,
    underline_color: Option<Option<Color>>,
    highlight: Option<Option<Color>>,
    shading: Option<Option<Color>>,
    /// 1 raised, -1 lowered.
    vertical: Option<i8>,
    /// pt upward.
    position: Option<f32>,
    spacing: Option<f32>,
    scale: Option<f32>,
    /// Least size of text that is kerned, pt; 0 is none.
    kerning: Option<f32>,
    pub(super) right_to_left: Option<bool>,
    is_complex: Option<bool>,
    language: Option<String>,
}

macro_rules! each_toggle {
    ($macro:ident) => {
        $macro!(bold italic bold_complex italic_complex caps small_caps strike double_strike hidden)
    };
}

impl Toggles {
    /// Applies toggles of a style of another kind: two styles that switch something on switch it off together.
    pub(super) fn combine(&mut self, over: &Self) {
        macro_rules! combine {
            ($($field:ident)*) => {
                $(if let Some(over) = over.$field { self.$field = Some(self.$field.unwrap_or(false) ^ over); })*
            };
        }
        each_toggle!(combine);
    }

    /// Applies toggles of the same kind of style, or of the run itself.
    pub(super) fn merge(&mut self, over: &Self) {
        macro_rules! merge {
            ($($field:ident)*) => { $(if over.$field.is_some() { self.$field = over.$field; })* };
        }
        each_toggle!(merge);
    }
}

impl RunProperties {
    /// Applies the properties of `element` (`w:rPr`).
    pub(super) fn apply(&mut self, element: Element<'_>, resolver: &Resolver<'_>) {
        for child in element.children() {
            let on = || Some(value::is_on(child));
            let val = child.attr("w:val");
            match child.name() {
                "w:b" => self.toggles.bold = on(),
                "w:i" => self.toggles.italic = on(),
                "w:bCs" => self.toggles.bold_complex = on(),
                "w:iCs" => self.toggles.italic_complex = on(),
                "w:caps" => self.toggles.caps = on(),
                "w:smallCaps" => self.toggles.small_caps = on(),
                "w:strike" => self.toggles.strike = on(),
                "w:dstrike" => self.toggles.double_strike = on(),
                "w:vanish" => self.toggles.hidden = on(),
                "w:rFonts" => self.fonts(child, resolver),
                "w:sz" => self.size = val.and_then(half_points).or(self.size),
                "w:szCs" => self.size_complex = val.and_then(half_points).or(self.size_complex),
                "w:color" => self.color = Some(value::color(child, &resolver.palette, "w:val", "")),
                "w:u" => {
                    self.underline = Some(underline(val.unwrap_or("none")));
                    self.underline_color = Some(value::color(child, &resolver.palette, "w:color", ""));
                }
                "w:highlight" => self.highlight = Some(val.and_then(value::highlight)),
                "w:shd" => self.shading = Some(value::shading(child, &resolver.palette)),
                "w:vertAlign" => {
                    self.vertical = Some(match val {
                        Some("superscript") => 1,
                        Some("subscript") => -1,
                        _ => 0,
                    });
                }
                "w:position" => self.position = val.and_then(|v| value::unit(v, 0.5)),
                "w:spacing" => self.spacing = val.and_then(value::length).map(|n| n.clamp(-100.0, 1000.0)),
                "w:w" => {
                    let percent = val.and_then(|v| number::<f32>(v.trim_end_matches('%')));
                    self.scale = percent.map(|n| n.clamp(1.0, 600.0) / 100.0);
                }
                "w:kern" => self.kerning = val.and_then(|v| value::unit(v, 0.5)),
                "w:rtl" => self.right_to_left = on(),
                "w:cs" => self.is_complex = on(),
                "w:lang" => self.language = child.attr("w:eastAsia").map(str::to_owned).or(self.language.take()),
                _ => {}
            }
        }
    }

    fn fonts(&mut self, element: Element<'_>, resolver: &Resolver<'_>) {
        let font = |name: &str, theme: &str| {
            // A theme font precedes a named one.
            let of_theme = element.attr(theme).and_then(|name| resolver.theme_family(name));
            of_theme.or_else(|| element.attr(name).map(str::to_owned)).filter(|name| name.len() < 128)
        };
        let take = |field: &mut Option<String>, name: &str, theme: &str| {
            if let Some(font) = font(name, theme) {
                *field = Some(font);
            }
        };
        take(&mut self.ascii, "w:ascii", "w:asciiTheme");
        take(&mut self.high_ansi, "w:hAnsi", "w:hAnsiTheme");
        take(&mut self.east_asian, "w:eastAsia", "w:eastAsiaTheme");
        take(&mut self.complex, "w:cs", "w:cstheme");
        if let Some(hint) = element.attr("w:hint") {
            self.hint = Some(hint == "eastAsia");
        }
    }

    /// Applies the properties of `over`, of a style of the same kind or of the run itself.
    pub(super) fn merge(&mut self, over: &Self) {
        self.toggles.merge(&over.toggles);
        self.merge_plain(over);
    }

    /// Applies the properties of a style of another kind.
    pub(super) fn merge_style(&mut self, over: &Self) {
        self.toggles.combine(&over.toggles);
        self.merge_plain(over);
    }

    fn merge_plain(&mut self, over: &Self) {
        macro_rules! take {
            ($($field:ident)*) => { $(if over.$field.is_some() { self.$field = over.$field.clone(); })* };
        }
        take!(ascii high_ansi east_asian complex hint size size_complex color underline underline_color highlight);
        take!(shading vertical position spacing scale kerning right_to_left is_complex language);
    }

    /// Numbers are not underlined or highlighted with the paragraph mark.
    pub(super) fn clear_decorations(&mut self) {
        (self.underline, self.underline_color) = (None, None);
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.toggles.hidden == Some(true)
    }

    /// The Latin family.
    pub(super) fn family(&self) -> &str {
        self.ascii.as_deref().or(self.high_ansi.as_deref()).unwrap_or("Times New Roman")
    }

    /// The styles of this run by kind of character. Automatic text on a dark `background` is white.
    pub(super) fn styles(&self, background: Option<Color>) -> RunStyles {
        let latin = self.style(background, Class::Latin);
        let east_asian = self.style(background, Class::EastAsian);
        let complex = self.style(background, Class::Complex);
        let all_complex = self.right_to_left == Some(true) || self.is_complex == Some(true);
        RunStyles {
            latin: Arc::new(latin),
            east_asian: Arc::new(east_asian),
            complex: Arc::new(complex),
            hint: self.hint == Some(true),
            all_complex,
        }
    }

    fn style(&self, background: Option<Color>, class: Class) -> RunStyle {
        let size = match class {
            Class::Complex => self.size_complex.or(self.size),
            _ => self.size,
        };
        let size = size.unwrap_or(10.0);
        let toggles = &self.toggles;
        let (bold, italic) = match class {
            Class::Complex => (toggles.bold_complex, toggles.italic_complex),
            _ => (toggles.bold, toggles.italic),
        };
        let (share, raised) = match self.vertical {
            Some(1) => (RAISED, 0.34 * size),
            Some(-1) => (RAISED, -0.12 * size),
            _ => (1.0, self.position.unwrap_or(0.0)),
        };
        let background = self.shading.flatten().or(self.highlight.flatten()).or(background);
        let automatic = match background {
            Some(color) if color.luma() < 60.0 => Color::WHITE,
            _ => Color::BLACK,
        };
        let strike = match (toggles.strike, toggles.double_strike) {
            (_, Some(true)) => Strike::Double,
            (Some(true), _) => Strike::Single,
            _ => Strike::None,
        };
        let caps = match (toggles.caps, toggles.small_caps) {
            (Some(true), _) => Caps::All,
            (_, Some(true)) => Caps::Small,
            _ => Caps::AsWritten,
        };
        RunStyle {
            fonts: self.font_set(class),
            size: size * share,
            weight: if bold == Some(true) { 700 } else { 400 },
            italic: italic == Some(true),
            color: self.color.flatten().unwrap_or(automatic),
            underline: self.underline.unwrap_or_default(),
            underline_color: self.underline_color.flatten(),
            strike,
            highlight: self.highlight.flatten().or(self.shading.flatten()),
            baseline: raised / (size * share).max(0.1),
            spacing: self.spacing.unwrap_or(0.0),
            caps,
            kerning: self.kerning.is_some_and(|least| least > 0.0 && size >= least),
            stretch: self.scale.unwrap_or(1.0),
            effects: None,
        }
    }

    fn font_set(&self, class: Class) -> FontSet {
        let latin = self.family();
        let named = |name: &Option<String>| -> Arc<str> { name.as_deref().unwrap_or_default().into() };
        let first: Arc<str> = match class {
            Class::Latin => latin.into(),
            Class::EastAsian => self.east_asian.as_deref().unwrap_or(latin).into(),
            Class::Complex => self.complex.as_deref().unwrap_or(latin).into(),
        };
        FontSet {
            latin: first,
            east_asian: named(&self.east_asian),
            complex: named(&self.complex),
            language: self.language.as_deref().and_then(language),
        }
    }
}

/// The fonts of a run that apply to a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Latin,
    EastAsian,
    Complex,
}

/// Styles of a run by kind of character.
pub(super) struct RunStyles {
    pub(super) latin: Arc<RunStyle>,
    east_asian: Arc<RunStyle>,
    complex: Arc<RunStyle>,
    hint: bool,
    all_complex: bool,
}

impl RunStyles {
    /// Splits text into parts of one style.
    pub(super) fn split(&self, text: &str, mut push: impl FnMut(&str, &Arc<RunStyle>)) {
        if text.is_ascii() {
            push(text, if self.all_complex { &self.complex } else { &self.latin });
            return;
        }
        let (mut start, mut class) = (0, None);
        for (at, c) in text.char_indices() {
            // Spaces and marks join what is before them.
            let own = match self.class(c) {
                Some(own) => own,
                None => class.unwrap_or(if self.all_complex { Class::Complex } else { Class::Latin }),
            };
            if class.is_some_and(|class| class != own) && at > start {
                push(&text[start..at], self.of(class.unwrap_or(own)));
                start = at;
            }
            class = Some(own);
        }
        if start < text.len() {
            push(&text[start..], self.of(class.unwrap_or(Class::Latin)));
        }
    }

    fn of(&self, class: Class) -> &Arc<RunStyle> {
        match class {
            Class::Latin => &self.latin,
            Class::EastAsian => &self.east_asian,
            Class::Complex => &self.complex,
        }
    }

    fn class(&self, c: char) -> Option<Class> {
        if self.all_complex {
            return Some(Class::Complex);
        }
        match c {
            ' ' => None,
            '\u{300}'..='\u{36F}' => None,
            '\u{590}'..='\u{8FF}'
            | '\u{FB1D}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFE}'
            | '\u{E00}'..='\u{EFF}'
            | '\u{900}'..='\u{DFF}' => Some(Class::Complex),
            '\u{1100}'..='\u{11FF}'
            | '\u{2E80}'..='\u{9FFF}'
            | '\u{A960}'..='\u{A97F}'
            | '\u{AC00}'..='\u{D7FF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE4F}'
            | '\u{FF00}'..='\u{FFEF}'
            | '\u{20000}'..='\u{3FFFF}' => Some(Class::EastAsian),
            '\u{2010}'..='\u{2BFF}' | '\u{A7}' | '\u{B0}' | '\u{B1}' | '\u{D7}' | '\u{F7}' | '\u{B7}' if self.hint => {
                Some(Class::EastAsian)
            }
            _ => Some(Class::Latin),
        }
    }
}

fn language(name: &str) -> Option<Language> {
    Some(match name.get(..2)? {
        "zh" if name.contains("TW") || name.contains("HK") || name.contains("Hant") => Language::ChineseTraditional,
        "zh" => Language::ChineseSimplified,
        "ja" => Language::Japanese,
        "ko" => Language::Korean,
        _ => return None,
    })
}

/// A font size in half points; pt.
fn half_points(text: &str) -> Option<f32> {
    value::unit(text, 0.5).filter(|n| *n > 0.0).map(|n| n.clamp(1.0, 1638.0))
}

fn underline(name: &str) -> Underline {
    match name {
        "none" => Underline::None,
        "double" | "wavyDouble" => Underline::Double,
        "thick" | "wavyHeavy" => Underline::Heavy,
        "dotted" | "dottedHeavy" => Underline::Dotted,
        name if name.to_ascii_lowercase().contains("dash") => Underline::Dashed,
        _ => Underline::Single,
    }
}
