//! Run properties (`a:rPr`, `a:defRPr`, `a:endParaRPr`).

use std::sync::Arc;

use crate::xml::{Element, number};
use thumbling_page::effects::Shadow;
use thumbling_page::fonts::Language;
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::text::{Caps, FontSet, RunStyle, Strike, TextEffects, Underline};

use super::super::scene::Scene;
use super::super::theme::color::share;
use super::super::theme::palette::Palette;

/// Size of superscript and subscript.
const RAISED: f32 = 2.0 / 3.0;

/// Run properties collected so far; `None` if unspecified.
#[derive(Debug, Clone, Default)]
pub struct RunProperties {
    /// Families as in the file; `+mn-lt` is a theme font.
    pub latin: Option<String>,
    pub east_asian: Option<String>,
    pub complex: Option<String>,
    /// The family of symbols.
    pub symbol: Option<String>,
    /// Pt.
    pub size: Option<f32>,
    pub bold: Option<bool>,
    pub italic: Option<bool>,
    pub underline: Option<Underline>,
    /// `Some(None)` is the colour of the text.
    pub underline_color: Option<Option<Color>>,
    pub strike: Option<Strike>,
    pub color: Option<Color>,
    /// A fill of the letters other than a solid colour.
    pub fill: Option<Option<Fill>>,
    /// Outline of the letters.
    pub outline: Option<Option<Stroke>>,
    pub shadow: Option<Option<Shadow>>,
    pub highlight: Option<Color>,
    /// Shift upward, as a fraction of the size.
    pub baseline: Option<f32>,
    /// Letter spacing, pt.
    pub spacing: Option<f32>,
    pub caps: Option<Caps>,
    pub language: Option<String>,
}

impl RunProperties {
    /// Applies the properties of `element`.
    pub fn apply(&mut self, element: Element<'_>, scene: &Scene<'_>) {
        for (name, value) in element.attrs() {
            match name {
                "sz" => self.size = number::<f32>(value).map(|n| (n / 100.0).clamp(1.0, 4000.0)).or(self.size),
                "b" => self.bold = element.flag("b").or(self.bold),
                "i" => self.italic = element.flag("i").or(self.italic),
                "u" => {
                    self.underline = Some(match value {
                        "none" => Underline::None,
                        "dbl" | "wavyDbl" => Underline::Double,
                        "heavy" | "wavyHeavy" => Underline::Heavy,
                        "dotted" | "dottedHeavy" => Underline::Dotted,
                        "dash" | "dashHeavy" | "dashLong" | "dashLongHeavy" | "dotDash" | "dotDashHeavy"
                        | "dotDotDash" | "dotDotDashHeavy" => Underline::Dashed,
                        _ => Underline::Single,
                    });
                }
                "strike" => {
                    self.strike = Some(match value {
                        "noStrike" => Strike::None,
                        "dblStrike" => Strike::Double,
                        _ => Strike::Single,
                    });
                }
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
                "a:ln" => self.outline = Some(scene.line(Some(child), None)),
                "a:effectLst" => {
                    self.shadow = Some(scene.effects(Some(element), None).and_then(|effects| effects.shadow))
                }
                "a:uFillTx" | "a:uLnTx" => self.underline_color = Some(None),
                "a:uFill" => {
                    self.underline_color = child.children().find_map(|fill| letters(fill, scene)).map(|l| Some(l.0))
                }
                "a:uLn" => {
                    let color = child.children().find_map(|fill| letters(fill, scene)).map(|l| Some(l.0));
                    self.underline_color = color.or(self.underline_color);
                }
                "a:hlinkClick" => self.link(child, scene),
                _ => {
                    if let Some((color, fill)) = letters(child, scene) {
                        (self.color, self.fill) = (Some(color), Some(fill));
                    }
                }
            }
        }
    }

    /// Links are underlined in the theme's colour, unless they keep their own.
    fn link(&mut self, link: Element<'_>, scene: &Scene<'_>) {
        let leads = |name: &str| link.attr(name).is_some_and(|to| !to.is_empty());
        if !leads("r:id") && !leads("action") {
            return;
        }
        let keeps = link.descendant("?:hlinkClr").and_then(|c| c.attr("val")) == Some("tx");
        if !keeps && let Some(color) = scene.palette.scheme("hlink") {
            (self.color, self.fill) = (Some(color), Some(None));
        }
        if matches!(self.underline, None | Some(Underline::None)) {
            self.underline = Some(Underline::Single);
        }
    }

    /// The text properties of a shape style (`a:fontRef`).
    pub fn of_reference(reference: Element<'_>, palette: &Palette<'_>) -> Self {
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

    /// Applies the properties of `over`.
    pub fn merge(&mut self, over: &Self) {
        macro_rules! take {
            ($($field:ident)*) => { $(if over.$field.is_some() { self.$field = over.$field.clone(); })* };
        }
        take!(latin east_asian complex symbol size bold italic underline underline_color strike color fill outline);
        take!(shadow highlight baseline spacing caps language);
    }

    /// The final style.
    pub fn style(&self, scene: &Scene<'_>) -> RunStyle {
        let (size, raised) = (self.size.unwrap_or(18.0), self.baseline.unwrap_or(0.0));
        // Superscripts are two thirds of the size; the shift is relative to the full size.
        let share = if raised == 0.0 { 1.0 } else { RAISED };
        RunStyle {
            fonts: self.fonts(scene),
            size: size * share,
            weight: if self.bold == Some(true) { 700 } else { 400 },
            italic: self.italic.unwrap_or(false),
            color: self.color.unwrap_or_else(|| default_color(scene)),
            underline: self.underline.unwrap_or_default(),
            underline_color: self.underline_color.flatten(),
            strike: self.strike.unwrap_or_default(),
            highlight: self.highlight,
            baseline: raised / share,
            spacing: self.spacing.unwrap_or(0.0),
            caps: self.caps.unwrap_or_default(),
            effects: self.text_effects(),
            ..RunStyle::default()
        }
    }

    fn text_effects(&self) -> Option<Arc<TextEffects>> {
        let effects = TextEffects {
            fill: self.fill.clone().flatten(),
            outline: self.outline.clone().flatten(),
            shadow: self.shadow.flatten(),
        };
        let is_plain = effects.fill.is_none() && effects.outline.is_none() && effects.shadow.is_none();
        (!is_plain).then(|| Arc::new(effects))
    }

    fn fonts(&self, scene: &Scene<'_>) -> FontSet {
        let theme = scene.palette.theme;
        let named = |name: &Option<String>, or: &'static str| -> Arc<str> {
            // Font names are limited (`LF_FACESIZE`), because lookups keep them in memory.
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

/// The Han language of a language tag.
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

/// The fill of letters: a representative colour, and the fill if it is more than a colour.
fn letters(fill: Element<'_>, scene: &Scene<'_>) -> Option<(Color, Option<Fill>)> {
    const NAMES: [&str; 5] = ["a:noFill", "a:solidFill", "a:gradFill", "a:pattFill", "a:blipFill"];
    let filled = scene.fill_of(NAMES.contains(&fill.name()).then_some(fill)?, (200.0, 50.0))?;
    let color = match &filled {
        Fill::None if fill.is("a:noFill") => Color { a: 0, ..Color::BLACK },
        Fill::None => return None,
        Fill::Solid(color) => *color,
        Fill::Gradient(gradient) => gradient.stops.iter().find(|(at, _)| *at >= 0.5).or(gradient.stops.last())?.1,
        Fill::Pattern(pattern) => pattern.foreground,
        Fill::Picture(_) => Color::BLACK,
    };
    let painted = match filled {
        Fill::Gradient(_) | Fill::Picture(_) => Some(filled),
        // Letters are thinner than a pattern, so its colours are mixed.
        Fill::Pattern(p) => {
            let set: u32 = p.rows.iter().map(|row| row.count_ones()).sum();
            return Some((p.background.mixed(p.foreground, set as f32 / 64.0), None));
        }
        Fill::None | Fill::Solid(_) => None,
    };
    Some((color, painted))
}

/// The default text colour.
fn default_color(scene: &Scene<'_>) -> Color {
    scene.palette.scheme("tx1").unwrap_or(Color::BLACK)
}
