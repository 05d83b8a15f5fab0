//! Styles (`word/styles.xml`): document defaults, and chains of styles that inherit from each other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::xml::{Document, Element};

use super::numbering::Numbering;
use super::paragraph::ParagraphProperties;
use super::run::{Resolver, RunProperties};

/// Longest chain of styles followed; Word allows eleven.
const MAX_CHAIN: usize = 24;

/// What a style and those that it inherits from specify.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) paragraph: ParagraphProperties,
    pub(super) run: RunProperties,
}

/// The styles of a document.
#[derive(Default)]
pub(super) struct Styles {
    document: Document,
    /// Positions among the children of the root, by id.
    index: HashMap<String, usize>,
    /// Default styles: paragraph, table.
    defaults: [Option<String>; 2],
    resolved: RefCell<HashMap<String, Rc<Resolved>>>,
    pub(super) base: Resolved,
}

impl Styles {
    pub(super) fn of(document: Option<Document>, resolver: &Resolver<'_>) -> Self {
        let Some(document) = document else { return Self::default() };
        let mut styles = Self { document, ..Self::default() };
        let mut base = Resolved::default();
        let root = styles.document.root();
        for (n, child) in root.children().enumerate() {
            if child.is("w:docDefaults") {
                if let Some(properties) = child.path(&["w:rPrDefault", "w:rPr"]) {
                    base.run.apply(properties, resolver);
                }
                if let Some(properties) = child.path(&["w:pPrDefault", "w:pPr"]) {
                    base.paragraph.apply(properties, &resolver.palette);
                }
            }
            if !child.is("w:style") {
                continue;
            }
            let Some(id) = child.attr("w:styleId") else { continue };
            styles.index.insert(id.to_owned(), n);
            if child.flag("w:default") == Some(true) {
                match child.attr("w:type") {
                    Some("paragraph") => styles.defaults[0] = Some(id.to_owned()),
                    Some("table") => styles.defaults[1] = Some(id.to_owned()),
                    _ => {}
                }
            }
        }
        styles.base = base;
        styles
    }

    pub(super) fn default_paragraph(&self) -> Option<&str> {
        self.defaults[0].as_deref()
    }

    pub(super) fn default_table(&self) -> Option<&str> {
        self.defaults[1].as_deref()
    }

    /// A number for a style, 0 for an unknown one.
    pub(super) fn kind(&self, id: &str) -> u32 {
        self.index.get(id).map_or(0, |n| *n as u32 + 1)
    }

    fn style(&self, id: &str) -> Option<Element<'_>> {
        self.document.root().children().nth(*self.index.get(id)?)
    }

    /// The style and those that it inherits from, the most general first.
    pub(super) fn chain(&self, id: &str) -> Vec<Element<'_>> {
        let mut chain: Vec<Element<'_>> = Vec::new();
        let mut seen = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            if chain.len() >= MAX_CHAIN || seen.contains(&id) {
                break;
            }
            let Some(style) = self.style(id) else { break };
            seen.push(id);
            chain.push(style);
            next = style.child("w:basedOn").and_then(|b| b.attr("w:val"));
        }
        chain.reverse();
        chain
    }

    /// What a paragraph or character style specifies, without document defaults.
    pub(super) fn resolved(&self, id: &str, numbering: &Numbering, resolver: &Resolver<'_>) -> Rc<Resolved> {
        if let Some(known) = self.resolved.borrow().get(id) {
            return known.clone();
        }
        let mut resolved = Resolved::default();
        for style in self.chain(id) {
            if let Some(properties) = style.child("w:pPr") {
                // The indents of a list precede those of the style that names it.
                if let Some(list) = properties.child("w:numPr") {
                    let own = style.attr("w:styleId").unwrap_or_default();
                    let mut reference = ParagraphProperties::default();
                    reference.apply(properties, &resolver.palette);
                    let _ = list;
                    let level = reference.list.level.or_else(|| numbering.level_of_style(reference.list.number?, own));
                    if let Some(level) = level {
                        resolved.paragraph.list.level = Some(level);
                    }
                    if let Some(number) = reference.list.number
                        && let Some(indents) = numbering.indents(number, level.unwrap_or(0))
                    {
                        resolved.paragraph.apply(indents, &resolver.palette);
                    }
                }
                resolved.paragraph.apply(properties, &resolver.palette);
            }
            if let Some(properties) = style.child("w:rPr") {
                resolved.run.apply(properties, resolver);
            }
        }
        let resolved = Rc::new(resolved);
        self.resolved.borrow_mut().insert(id.to_owned(), resolved.clone());
        resolved
    }
}
