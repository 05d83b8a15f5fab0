//! What is kept of a paragraph while its runs are read.

use thumbling_page::flow::Inline;
use thumbling_page::text::TabStop;

use super::document::Inherited;
use super::run::RunProperties;

/// A complex field that is open.
#[derive(Debug, Default)]
pub(super) struct Field {
    pub(super) instruction: String,
    pub(super) has_result: bool,
    /// Whether its value is already shown, so that its cached result is not.
    pub(super) is_shown: bool,
}

/// A paragraph being read.
pub(super) struct Content<'s> {
    pub(super) inlines: Vec<Inline>,
    pub(super) characters: usize,
    pub(super) base: &'s RunProperties,
    pub(super) inherited: &'s Inherited,
    pub(super) background: Option<thumbling_page::style::Color>,
    /// Tab stops of position tabs (`w:ptab`).
    pub(super) stops: Vec<TabStop>,
    /// Whether it has equations on lines of their own, which are centred.
    pub(super) is_display: bool,
}
