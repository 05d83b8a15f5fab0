//! Document settings (`word/settings.xml`) that move text or change colours.

use crate::drawingml::theme::color::ColorMap;
use crate::xml::Element;

use super::value;

/// Settings of a document.
pub(super) struct Settings {
    /// pt.
    pub(super) default_tab: f32,
    pub(super) even_and_odd: bool,
    /// Whether spaces between paragraphs are added instead of the larger one applying.
    pub(super) adds_spaces: bool,
    pub(super) map: ColorMap,
    /// Languages of the theme fonts: East Asian, complex.
    pub(super) theme_languages: (Option<String>, Option<String>),
    pub(super) gutter_at_top: bool,
    pub(super) shows_background: bool,
    /// The version of Word whose layout applies: 11 to 15.
    pub(super) compatibility: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_tab: 36.0,
            even_and_odd: false,
            adds_spaces: false,
            map: ColorMap::default(),
            theme_languages: (None, None),
            gutter_at_top: false,
            shows_background: false,
            compatibility: 12,
        }
    }
}

impl Settings {
    pub(super) fn of(root: Element<'_>) -> Self {
        let mut settings = Self::default();
        for child in root.children() {
            match child.name() {
                "w:defaultTabStop" => {
                    let stop = child.attr("w:val").and_then(value::length).filter(|n| *n > 0.0);
                    settings.default_tab = stop.unwrap_or(settings.default_tab);
                }
                "w:evenAndOddHeaders" => settings.even_and_odd = value::is_on(child),
                "w:gutterAtTop" => settings.gutter_at_top = value::is_on(child),
                "w:displayBackgroundShape" => settings.shows_background = value::is_on(child),
                "w:clrSchemeMapping" => settings.map = color_map(child),
                "w:themeFontLang" => {
                    let language = |name: &str| child.attr(name).map(str::to_owned);
                    settings.theme_languages = (language("w:eastAsia"), language("w:bidi"));
                }
                "w:compat" => {
                    settings.adds_spaces = child.child("w:doNotUseHTMLParagraphAutoSpacing").is_some_and(value::is_on);
                    let mode = child
                        .children_of("w:compatSetting")
                        .find(|s| s.attr("w:name") == Some("compatibilityMode"))
                        .and_then(|s| s.number("w:val"));
                    settings.compatibility = mode.unwrap_or(settings.compatibility);
                }
                _ => {}
            }
        }
        settings
    }
}

/// `w:clrSchemeMapping` has the names of DrawingML's maps in other words.
fn color_map(element: Element<'_>) -> ColorMap {
    let role = |role: &str| {
        match role {
            "dark1" => "dk1",
            "light1" => "lt1",
            "dark2" => "dk2",
            "light2" => "lt2",
            "hyperlink" => "hlink",
            "followedHyperlink" => "folHlink",
            role => role,
        }
        .to_owned()
    };
    let name = |name: &str| {
        match name.trim_start_matches("w:") {
            "t1" => "tx1",
            "t2" => "tx2",
            "hyperlink" => "hlink",
            "followedHyperlink" => "folHlink",
            name => name,
        }
        .to_owned()
    };
    ColorMap::of_pairs(element.attrs().map(|(n, r)| (name(n), role(r))))
}
