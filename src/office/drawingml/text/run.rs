//! Properties of runs (`a:rPr`, `a:defRPr`, `a:endParaRPr`).

use std::sync::Arc;

use crate::office::xml::{Element, number};
use crate::page::fonts::Language;
use crate::page::style::{Color, Fill};
use crate::page::text::{Caps, FontSet, RunStyle, Underline};

use super::super::color::{Palette, share};
use super::super::scene::Scene;
use super::default_color;

/// What is said of a run so far; what is not said is left open.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunProperties {
    /// Families, as the file names them: `+mn-lt` is the theme's.
    pub(crate) latin: Option<String>,
    pub(crate) east_asian: Option<String>,
    pub(crate) complex: Option<String>,
    /// The family of symbols.
    pub(crate) symbol: Option<String>,
    /// Pt.
    pub(crate) size: Option<f32>,
    pub(crate) bold: Option<bool>,
    pub(crate) italic: Option<bool>,
    pub(crate) underline: Option<Underline>,
    pub(crate) strike: Option<bool>,
    pub(crate) color: Option<Color>,
    pub(crate) highlight: Option<Color>,
    /// Raised by this share of the size.
    pub(crate) baseline: Option<f32>,
    /// Between characters, pt.
    pub(crate) spacing: Option<f32>,
    pub(crate) caps: Option<Caps>,
    pub(crate) language: Option<String>,
}

impl RunProperties {
    /// Lays what `element` says over what is known.
    pub(crate) fn apply(&mut self, element: Element<'_>, scene: &Scene<'_>) {
        for (name, value) in element.attrs() {
            match name {
                "sz" => self.size = number::<f32>(value).map(|n| (n / 100.0).clamp(1.0, 4000.0)).or(self.size),
                "b" => self.bold = element.flag("b").or(self.bold),
                "i" => self.italic = element.flag("i").or(self.italic),
                "u" => {
                    self.underline = Some(match value {
                        "none" => Underline::None,
                        "dbl" | "wavyDbl" => Underline::Double,
                        _ => Underline::Single,
                    });
                }
                "strike" => self.strike = Some(value != "noStrike"),
                "baseline" => self.baseline = Some(share(value).clamp(-2.0, 2.0)),
                "spc" => self.spacing = number::<f32>(value).map(|n| (n / 100.0).clamp(-100.0, 1000.0)),
                "cap" => {
                    self.caps = Some(match value {
                        "all" => Caps::All,
                        "small" => Caps::Small,
                        _ => Caps::AsWritten,
                    });
                }
                "lang" => self.language = Some(value.to_owned()),
                _ => {}
            }
        }
        for child in element.children() {
            let family = || child.attr("typeface").map(str::to_owned);
            match child.name() {
                "a:latin" => self.latin = family().or(self.latin.take()),
                "a:ea" => self.east_asian = family().or(self.east_asian.take()),
                "a:cs" => self.complex = family().or(self.complex.take()),
                "a:sym" => self.symbol = family().or(self.symbol.take()),
                "a:highlight" => self.highlight = scene.palette.within(child),
                // A link has the theme's colour, unless it keeps its own.
                "a:hlinkClick" if child.attr("r:id").is_some_and(|id| !id.is_empty()) => {
                    let keeps = child.descendant("?:hlinkClr").and_then(|c| c.attr("val")) == Some("tx");
                    if !keeps {
                        self.color = scene.palette.scheme("hlink").or(self.color);
                    }
                    self.underline.get_or_insert(Underline::Single);
                }
                _ => {
                    if let Some(color) = fill_color(child, scene) {
                        self.color = Some(color);
                    }
                }
            }
        }
    }

    /// What the style of a shape says of its text (`a:fontRef`).
    pub(crate) fn of_reference(reference: Element<'_>, palette: &Palette<'_>) -> Self {
        let family = |suffix: &str| match reference.attr("idx") {
            Some("major") => Some(format!("+mj-{suffix}")),
            Some("minor") => Some(format!("+mn-{suffix}")),
            _ => None,
        };
        Self {
            latin: family("lt"),
            east_asian: family("ea"),
            complex: family("cs"),
            color: palette.within(reference),
            ..Self::default()
        }
    }

    /// Lays what `over` says over what is known.
    pub(crate) fn merge(&mut self, over: &Self) {
        macro_rules! take {
            ($($field:ident)*) => { $(if over.$field.is_some() { self.$field = over.$field.clone(); })* };
        }
        take!(latin east_asian complex symbol size bold italic underline strike color highlight baseline spacing caps language);
    }

    /// As it is drawn.
    pub(crate) fn style(&self, scene: &Scene<'_>) -> RunStyle {
        RunStyle {
            fonts: self.fonts(scene),
            size: self.size.unwrap_or(18.0),
            weight: if self.bold == Some(true) { 700 } else { 400 },
            italic: self.italic.unwrap_or(false),
            color: self.color.unwrap_or_else(|| default_color(scene)),
            underline: self.underline.unwrap_or_default(),
            strike: self.strike.unwrap_or(false),
            highlight: self.highlight,
            baseline: self.baseline.unwrap_or(0.0),
            spacing: self.spacing.unwrap_or(0.0),
            caps: self.caps.unwrap_or_default(),
        }
    }

    fn fonts(&self, scene: &Scene<'_>) -> FontSet {
        let theme = scene.palette.theme;
        let named = |name: &Option<String>, or: &'static str| -> Arc<str> {
            // No family's name is longer (`LF_FACESIZE`), and what names are looked up by is kept.
            Some(theme.family(name.as_deref().unwrap_or(or))).filter(|name| name.len() < 128).unwrap_or_default().into()
        };
        let language = self.language.as_deref().and_then(language);
        let mut fonts = FontSet {
            latin: named(&self.latin, "+mn-lt"),
            east_asian: named(&self.east_asian, "+mn-ea"),
            complex: named(&self.complex, "+mn-cs"),
            language,
        };
        if fonts.east_asian.is_empty()
            && let Some(language) = language
        {
            let script = match language {
                Language::ChineseSimplified => "Hans",
                Language::ChineseTraditional => "Hant",
                Language::Japanese => "Jpan",
                Language::Korean => "Hang",
            };
            let is_heading = self.latin.as_deref().is_some_and(|name| name.starts_with("+mj"));
            fonts.east_asian = theme.family_of_script(is_heading, script).unwrap_or_default().into();
        }
        fonts
    }
}

/// The language of Chinese characters that a language tag means.
fn language(tag: &str) -> Option<Language> {
    let tag = tag.to_ascii_lowercase();
    Some(match tag.split('-').next()? {
        "ja" => Language::Japanese,
        "ko" => Language::Korean,
        "zh" if ["tw", "hk", "mo", "hant"].iter().any(|t| tag.contains(t)) => Language::ChineseTraditional,
        "zh" => Language::ChineseSimplified,
        _ => return None,
    })
}

/// The colour that stands for a fill of letters: they are too thin to show more.
fn fill_color(fill: Element<'_>, scene: &Scene<'_>) -> Option<Color> {
    match fill.name() {
        "a:noFill" => Some(Color { a: 0, ..Color::BLACK }),
        "a:solidFill" | "a:gradFill" | "a:pattFill" => match scene.fill_of(fill, (1.0, 1.0))? {
            Fill::Solid(color) => Some(color),
            Fill::Gradient(gradient) => {
                let middle = gradient.stops.iter().find(|(at, _)| *at >= 0.5).or(gradient.stops.last())?;
                Some(middle.1)
            }
            Fill::Pattern(pattern) => Some(pattern.foreground),
            Fill::None | Fill::Picture(_) => None,
        },
        _ => None,
    }
}
