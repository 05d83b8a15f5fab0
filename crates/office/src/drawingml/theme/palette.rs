//! Resolves colours against a theme.

use super::Theme;
use super::color::{ColorMap, resolve};
use crate::xml::Element;
use thumbling_page::style::Color;

/// What colours are resolved against.
#[derive(Debug, Clone, Copy)]
pub struct Palette<'a> {
    pub theme: &'a Theme,
    /// Maps background and text roles to theme colours.
    pub map: &'a ColorMap,
    /// The value of `phClr`: the colour in a reference to a theme style.
    pub placeholder: Option<Color>,
}

impl Palette<'_> {
    /// The same palette with another `phClr`.
    pub fn with_placeholder(self, placeholder: Option<Color>) -> Self {
        Self { placeholder, ..self }
    }

    /// The colour among the children of `parent`; `None` if there is none, or an unknown one.
    pub fn within(&self, parent: Element<'_>) -> Option<Color> {
        parent.children().find_map(|child| self.color(child))
    }

    /// The colour of an element such as `a:srgbClr`.
    pub fn color(&self, element: Element<'_>) -> Option<Color> {
        resolve(element, |name| self.scheme(name))
    }

    /// A scheme colour by name: `accent1`, `bg1`, `phClr`.
    pub fn scheme(&self, name: &str) -> Option<Color> {
        match name {
            "phClr" => self.placeholder,
            name => self.theme.color(self.map.role(name)),
        }
    }
}
