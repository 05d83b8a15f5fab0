//! A part of a presentation: the main part, a slide, layout or master.

use thumbling_core::decode::Context;
use thumbling_core::error::Result;

use crate::package::{Package, Relationships};
use crate::xml::Document;

/// A part and its relationships.
pub(super) struct Part {
    pub(super) document: Document,
    pub(super) relationships: Relationships,
}

impl Part {
    pub(super) fn read(package: &Package, name: &str, cx: &Context<'_>) -> Result<Self> {
        Ok(Self { document: package.xml(name, cx)?, relationships: package.relationships(name, cx)? })
    }
}
