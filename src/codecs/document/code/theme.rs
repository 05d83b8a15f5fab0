//! The colours of code on a white page.

use std::str::FromStr;
use std::sync::OnceLock;

use syntect::highlighting::{
    Color as ThemeColor, FontStyle, ScopeSelectors, Style, StyleModifier, Theme, ThemeItem, ThemeSettings,
};

use crate::text::INK;
use thumbling_page::style::Color;

/// The style of a token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TokenStyle {
    pub(super) color: Color,
    pub(super) bold: bool,
    pub(super) italic: bool,
}

const RED: u32 = 0xCF222E;
const BLUE: u32 = 0x0550AE;
const NAVY: u32 = 0x0A3069;
const PURPLE: u32 = 0x8250DF;
const BROWN: u32 = 0x953800;
const GREEN: u32 = 0x116329;
const GREY: u32 = 0x6E7781;

/// Scopes as grammars name them, by the conventions of TextMate; the most specific match wins.
const COLORS: &[(&str, u32)] = &[
    ("comment, punctuation.definition.comment", GREY),
    ("string, punctuation.definition.string", NAVY),
    ("string.regexp, constant.character.escape", GREEN),
    ("keyword, storage, keyword.operator.word", RED),
    ("keyword.operator", BLUE),
    ("storage.type, storage.modifier", RED),
    ("constant, constant.numeric, constant.language, support.constant, variable.language", BLUE),
    ("entity.name.function, support.function, variable.function, meta.function-call entity.name", PURPLE),
    ("entity.name.type, entity.name.class, entity.name.struct, entity.name.enum, entity.name.namespace", BROWN),
    ("entity.other.inherited-class, support.type, support.class, entity.name.module", BROWN),
    ("entity.name.tag, punctuation.definition.tag", GREEN),
    ("entity.other.attribute-name", BLUE),
    (
        "meta.mapping.key string, entity.name.tag.yaml, support.type.property-name, variable.other.key, meta.structure.dictionary.key string",
        GREEN,
    ),
    (
        "meta.preprocessor, keyword.control.import, keyword.control.directive, meta.annotation, entity.name.decorator",
        RED,
    ),
    ("variable.parameter, variable.other.member", 0x24292F),
    ("markup.heading, entity.name.section", BLUE),
    ("markup.inserted", GREEN),
    ("markup.deleted, invalid", 0x82071E),
    ("markup.bold, markup.raw", NAVY),
    ("meta.diff.header, meta.diff.range", PURPLE),
    ("support.function.key-value, variable.other.constant", BLUE),
];

/// The theme, built once.
pub(super) fn theme() -> &'static Theme {
    static THEME: OnceLock<Theme> = OnceLock::new();
    THEME.get_or_init(|| {
        let color = |hex: u32| {
            let Color { r, g, b, a } = Color::hex(hex);
            ThemeColor { r, g, b, a }
        };
        let item = |(scopes, hex): &(&str, u32)| {
            let scope = ScopeSelectors::from_str(scopes).ok()?;
            let font_style = scopes.starts_with("markup.heading").then_some(FontStyle::BOLD);
            Some(ThemeItem {
                scope,
                style: StyleModifier { foreground: Some(color(*hex)), background: None, font_style },
            })
        };
        let Color { r, g, b, a } = INK;
        let settings = ThemeSettings { foreground: Some(ThemeColor { r, g, b, a }), ..ThemeSettings::default() };
        Theme { name: None, author: None, settings, scopes: COLORS.iter().filter_map(item).collect() }
    })
}

/// A style of the theme.
pub(super) fn look(style: Style) -> TokenStyle {
    let ThemeColor { r, g, b, a } = style.foreground;
    TokenStyle {
        color: Color { r, g, b, a },
        bold: style.font_style.contains(FontStyle::BOLD),
        italic: style.font_style.contains(FontStyle::ITALIC),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_of_the_theme_is_understood() {
        assert_eq!(theme().scopes.len(), COLORS.len());
    }
}
