//! What all stories of a document share: styles, lists, settings, theme, notes.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::drawingml::scene::{PageState, Scene};
use crate::drawingml::theme::Theme;
use crate::drawingml::theme::palette::Palette;
use crate::package::{Package, Relationships};
use crate::xml::Document;
use thumbling_core::decode::Context;
use thumbling_core::error::{Result, tolerate};
use thumbling_page::style::Color;

use super::numbering::Numbering;
use super::run::Resolver;
use super::settings::Settings;
use super::styles::{Resolved, Styles};

/// A part with its relationships.
pub(super) struct Part {
    pub(super) document: Document,
    pub(super) relationships: Relationships,
}

impl Part {
    pub(super) fn read(package: &Package, name: &str, cx: &Context<'_>) -> Result<Self> {
        Ok(Self { document: package.xml(name, cx)?, relationships: package.relationships(name, cx)? })
    }
}

/// A document.
pub(super) struct Word<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) package: &'a Package,
    pub(super) relationships: &'a Relationships,
    pub(super) styles: Styles,
    pub(super) numbering: Numbering,
    pub(super) settings: Settings,
    theme: Theme,
    pub(super) state: PageState,
    /// Pixels per point.
    pub(super) scale: f32,
    /// Of the first page.
    pub(super) page_number: RefCell<String>,
    /// Width of the text, for tabs relative to it; pt.
    pub(super) text_width: Cell<f32>,
    /// Of the pages.
    pub(super) background: Cell<Option<Color>>,
    pub(super) notes_seen: Cell<u32>,
    pub(super) endnotes_seen: Cell<u32>,
    footnotes: OnceCell<Option<Part>>,
    numbering_part: OnceCell<Relationships>,
    pub(super) shape_types: RefCell<HashMap<String, String>>,
}

impl<'a> Word<'a> {
    pub(super) fn read(
        package: &'a Package,
        relationships: &'a Relationships,
        scale: f32,
        cx: &'a Context<'a>,
    ) -> Result<Self> {
        let part = |kind: &str| match relationships.part_of_kind(kind) {
            Some(name) => tolerate(package.xml(name, cx)),
            None => Ok(None),
        };
        let settings = part("settings")?.map(|d| Settings::of(d.root())).unwrap_or_default();
        let theme = match relationships.part_of_kind("theme") {
            Some(name) => tolerate(Part::read(package, name, cx))?,
            None => None,
        };
        let theme = theme.map(|part| Theme::of(part.document, part.relationships)).unwrap_or_default();
        let palette = Palette { theme: &theme, map: &settings.map, placeholder: None };
        let languages = &settings.theme_languages;
        let resolver = Resolver { palette, theme_languages: (languages.0.as_deref(), languages.1.as_deref()) };
        let styles = Styles::of(part("styles")?, &resolver);
        let numbering = Numbering::of(part("numbering")?);
        Ok(Self {
            cx,
            package,
            relationships,
            styles,
            numbering,
            settings,
            theme,
            state: PageState::new(None),
            scale,
            page_number: RefCell::new("1".to_owned()),
            text_width: Cell::new(468.0),
            background: Cell::new(None),
            notes_seen: Cell::new(0),
            endnotes_seen: Cell::new(0),
            footnotes: OnceCell::new(),
            numbering_part: OnceCell::new(),
            shape_types: RefCell::default(),
        })
    }

    pub(super) fn palette(&self) -> Palette<'_> {
        Palette { theme: &self.theme, map: &self.settings.map, placeholder: None }
    }

    pub(super) fn resolver(&self) -> Resolver<'_> {
        let languages = &self.settings.theme_languages;
        Resolver { palette: self.palette(), theme_languages: (languages.0.as_deref(), languages.1.as_deref()) }
    }

    pub(super) fn scene<'b>(&'b self, relationships: &'b Relationships) -> Scene<'b> {
        Scene {
            cx: self.cx,
            package: self.package,
            relationships,
            palette: self.palette(),
            scale: self.scale,
            page: &self.state,
        }
    }

    pub(super) fn style(&self, id: &str) -> Rc<Resolved> {
        self.styles.resolved(id, &self.numbering, &self.resolver())
    }

    /// The part with footnotes.
    pub(super) fn footnotes(&self) -> Option<&Part> {
        let read = || Part::read(self.package, self.relationships.part_of_kind("footnotes")?, self.cx).ok();
        self.footnotes.get_or_init(read).as_ref()
    }

    /// Relationships of the part with lists, for picture bullets.
    pub(super) fn numbering_relationships(&self) -> &Relationships {
        self.numbering_part.get_or_init(|| {
            let name = self.relationships.part_of_kind("numbering");
            name.and_then(|name| self.package.relationships(name, self.cx).ok()).unwrap_or_default()
        })
    }
}

/// What the text of a story inherits from what is around it.
#[derive(Clone, Default)]
pub(super) struct Inherited {
    /// Properties of the table style.
    pub(super) table: Option<Rc<Resolved>>,
    /// Colour of text that has none of its own.
    pub(super) color: Option<Color>,
    /// Colour behind the text.
    pub(super) background: Option<Color>,
    /// Width of the text, if not that of the page; pt.
    pub(super) width: Option<f32>,
}
