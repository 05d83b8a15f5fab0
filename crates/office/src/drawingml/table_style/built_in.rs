//! PowerPoint's built-in table styles, which files refer to by GUID, mostly without a definition.
//!
//! `built_in.txt` has them according to [MS-OE376] 2.1.1343 and PowerPoint's own files, without fonts and effects.
//! Styles that only differ in colours share two lines: their GUIDs, each with the colours for `own` and `header`, and
//! the style.

use crate::xml::Document;
use thumbling_core::decode::Context;

static STYLES: &str = include_str!("built_in.txt");

/// The built-in style with this GUID, with or without braces, in any case.
pub fn built_in(id: &str, cx: &Context<'_>) -> Option<Document> {
    let (own, header, style) = find(id)?;
    let xml = style.replace("\"own\"", &format!("\"{own}\"")).replace("\"header\"", &format!("\"{header}\""));
    Document::parse(xml.as_bytes(), cx).ok()
}

/// Colours and XML of a style.
fn find(id: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let id = id.trim().trim_start_matches('{').trim_end_matches('}');
    let mut lines = STYLES.lines();
    while let (Some(ids), Some(style)) = (lines.next(), lines.next()) {
        for mut words in ids.split(", ").map(|entry| entry.split(' ')) {
            if words.next().is_some_and(|known| known.eq_ignore_ascii_case(id)) {
                let own = words.next()?;
                return Some((own, words.next().unwrap_or(own), style));
            }
        }
    }
    None
}

/// GUIDs of all styles.
#[cfg(test)]
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    STYLES.lines().step_by(2).flat_map(|ids| ids.split(", ")).filter_map(|entry| entry.split(' ').next())
}
