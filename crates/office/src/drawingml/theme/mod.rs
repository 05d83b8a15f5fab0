//! Themes: twelve colours, two font collections, and the fill, line and effect styles that shapes refer to by index.

pub mod color;
pub mod palette;

use crate::package::Relationships;
use crate::xml::{Document, Element};
use thumbling_page::style::Color;

use color::{ColorMap, resolve};

/// A theme.
#[derive(Debug)]
pub struct Theme {
    colors: [Color; 12],
    /// `None` if the package has no theme.
    document: Option<Document>,
    relationships: Relationships,
}

/// Colour names, in the order of `a:clrScheme`.
const ROLES: [&str; 12] =
    ["dk1", "lt1", "dk2", "lt2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"];

impl Default for Theme {
    /// The Office 2013 colours.
    fn default() -> Self {
        let colors = [
            0, 0xFF_FFFF, 0x44_546A, 0xE7_E6E6, 0x5B_9BD5, 0xED_7D31, 0xA5_A5A5, 0xFF_C000, 0x44_72C4, 0x70_AD47,
            0x05_63C1, 0x95_4F72,
        ];
        Self { colors: colors.map(Color::hex), document: None, relationships: Relationships::default() }
    }
}

impl Theme {
    /// A theme part and its relationships.
    pub fn of(document: Document, relationships: Relationships) -> Self {
        let mut theme = Self::default();
        let plain = Self::default();
        let map = ColorMap::default();
        let named = |name: &str| plain.color(map.role(name)).filter(|_| name != "phClr");
        if let Some(scheme) = elements(&document).child("a:clrScheme") {
            for (role, color) in ROLES.iter().zip(&mut theme.colors) {
                let found = scheme.children().find(|c| c.name().strip_prefix("a:") == Some(role));
                *color = found.and_then(|c| c.children().find_map(|c| resolve(c, named))).unwrap_or(*color);
            }
        }
        (theme.document, theme.relationships) = (Some(document), relationships);
        theme
    }

    /// Relationships of the theme part, for pictures in fills.
    pub fn relationships(&self) -> &Relationships {
        &self.relationships
    }

    /// A colour by the theme's name for it.
    pub fn color(&self, role: &str) -> Option<Color> {
        // Word's names, and names used without a colour map.
        let role = match role {
            "text1" | "dark1" | "tx1" => "dk1",
            "background1" | "light1" | "bg1" => "lt1",
            "text2" | "dark2" | "tx2" => "dk2",
            "background2" | "light2" | "bg2" => "lt2",
            "hyperlink" => "hlink",
            "followedHyperlink" => "folHlink",
            role => role,
        };
        ROLES.iter().position(|r| *r == role).map(|n| self.colors[n])
    }

    fn format(&self, list: &str) -> Option<Element<'_>> {
        elements(self.document.as_ref()?).path(&["a:fmtScheme", list])
    }

    /// Fill style by index: shapes from 1, backgrounds from 1001.
    pub fn fill(&self, index: usize) -> Option<Element<'_>> {
        match index {
            0 | 1000 => None,
            1..1000 => self.format("a:fillStyleLst")?.children().nth(index - 1),
            _ => self.format("a:bgFillStyleLst")?.children().nth(index - 1001),
        }
    }

    /// Line style by index, from 1.
    pub fn line(&self, index: usize) -> Option<Element<'_>> {
        self.format("a:lnStyleLst")?.children().nth(index.checked_sub(1)?)
    }

    /// Effect style by index, from 1.
    pub fn effect(&self, index: usize) -> Option<Element<'_>> {
        self.format("a:effectStyleLst")?.children().nth(index.checked_sub(1)?)
    }

    /// Resolves theme fonts such as `+mj-lt` to a family. Other names are returned as they are; a font that the theme
    /// does not define is empty.
    pub fn family<'n>(&'n self, name: &'n str) -> &'n str {
        let Some(reference) = name.strip_prefix('+') else { return name };
        let fonts = match reference.get(..2) {
            Some("mj") => "a:majorFont",
            _ => "a:minorFont",
        };
        let script = match reference.get(3..) {
            Some("ea") => "a:ea",
            Some("cs") => "a:cs",
            _ => "a:latin",
        };
        self.fonts(fonts).and_then(|f| f.child(script)).and_then(|f| f.attr("typeface")).unwrap_or_default()
    }

    /// The heading or body family for a script (ISO 15924, such as `Jpan`).
    pub fn family_of_script(&self, is_heading: bool, script: &str) -> Option<&str> {
        let fonts = self.fonts(if is_heading { "a:majorFont" } else { "a:minorFont" })?;
        fonts.children_of("a:font").find(|f| f.attr("script") == Some(script))?.attr("typeface")
    }

    fn fonts(&self, which: &str) -> Option<Element<'_>> {
        elements(self.document.as_ref()?).path(&["a:fontScheme", which])
    }
}

/// The parent of the schemes; the root in a theme override.
fn elements(document: &Document) -> Element<'_> {
    document.root().child("a:themeElements").unwrap_or(document.root())
}
