//! Themes: twelve colours, two sets of fonts, and the styles of fills, lines and effects that shapes refer to by number.

use crate::package::Relationships;
use crate::xml::{Document, Element};
use thumbling_page::style::Color;

use super::color::{ColorMap, Palette};

/// A theme part.
#[derive(Debug)]
pub struct Theme {
    colors: [Color; 12],
    /// `None` if the package has no theme.
    document: Option<Document>,
    relationships: Relationships,
}

/// The names of the colours, in the order in which `a:clrScheme` has them.
const ROLES: [&str; 12] =
    ["dk1", "lt1", "dk2", "lt2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"];

impl Default for Theme {
    /// The colours of Office 2013.
    fn default() -> Self {
        let colors = [
            0, 0xFF_FFFF, 0x44_546A, 0xE7_E6E6, 0x5B_9BD5, 0xED_7D31, 0xA5_A5A5, 0xFF_C000, 0x44_72C4, 0x70_AD47,
            0x05_63C1, 0x95_4F72,
        ];
        Self { colors: colors.map(Color::hex), document: None, relationships: Relationships::default() }
    }
}

impl Theme {
    /// The theme that `document` is; `relationships` are of its part.
    pub fn of(document: Document, relationships: Relationships) -> Self {
        let mut theme = Self::default();
        let plain = Self::default();
        let palette = Palette { theme: &plain, map: &ColorMap::default(), placeholder: None };
        if let Some(scheme) = elements(&document).child("a:clrScheme") {
            for (role, color) in ROLES.iter().zip(&mut theme.colors) {
                let found = scheme.children().find(|c| c.name().strip_prefix("a:") == Some(role));
                *color = found.and_then(|c| palette.within(c)).unwrap_or(*color);
            }
        }
        (theme.document, theme.relationships) = (Some(document), relationships);
        theme
    }

    /// What the pictures of its fills are.
    pub fn relationships(&self) -> &Relationships {
        &self.relationships
    }

    /// A colour by the theme's own name for it.
    pub fn color(&self, role: &str) -> Option<Color> {
        // Word's names, and those that are used before any map.
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

    /// The fill that shapes and backgrounds refer to by this number: from 1, backgrounds' own from 1001.
    pub fn fill(&self, index: usize) -> Option<Element<'_>> {
        match index {
            0 | 1000 => None,
            1..1000 => self.format("a:fillStyleLst")?.children().nth(index - 1),
            _ => self.format("a:bgFillStyleLst")?.children().nth(index - 1001),
        }
    }

    /// The line that shapes refer to by this number, from 1.
    pub fn line(&self, index: usize) -> Option<Element<'_>> {
        self.format("a:lnStyleLst")?.children().nth(index.checked_sub(1)?)
    }

    /// The effects that shapes refer to by this number, from 1.
    pub fn effect(&self, index: usize) -> Option<Element<'_>> {
        self.format("a:effectStyleLst")?.children().nth(index.checked_sub(1)?)
    }

    /// The family that a name stands for: `+mj-lt` is the theme's own for headings. Other names are families already;
    /// a reference to what the theme leaves open is empty.
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

    /// The family of headings or of all other text for the script of this ISO 15924 code (`Jpan`, `Arab`).
    pub fn family_of_script(&self, is_heading: bool, script: &str) -> Option<&str> {
        let fonts = self.fonts(if is_heading { "a:majorFont" } else { "a:minorFont" })?;
        fonts.children_of("a:font").find(|f| f.attr("script") == Some(script))?.attr("typeface")
    }

    fn fonts(&self, which: &str) -> Option<Element<'_>> {
        elements(self.document.as_ref()?).path(&["a:fontScheme", which])
    }
}

/// What holds the schemes: in the override of a theme, the root itself.
fn elements(document: &Document) -> Element<'_> {
    document.root().child("a:themeElements").unwrap_or(document.root())
}
