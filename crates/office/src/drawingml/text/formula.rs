//! Formulas (Office Math, ECMA-376 part 1, 22.1) as one line of text: fractions with a slash, scripts raised and
//! lowered.
//!
//! Formulas are two-dimensional; this shows as much as fits in a line.

use crate::xml::Element;
use thumbling_page::text::RunStyle;

/// Nesting of parts.
const MAX_DEPTH: u32 = 24;

/// Parts shown of one formula.
const MAX_PARTS: usize = 500;

/// Size of scripts, relative to their base.
const SCRIPT: f32 = 0.65;

/// The parts of a formula, each with its shift as a fraction of its size.
pub(super) fn linear(formula: Element<'_>) -> Vec<(String, f32)> {
    let mut parts = Vec::new();
    inside(formula, 0.0, 0, &mut parts);
    parts
}

/// The style of a shifted part.
pub(super) fn style(style: &RunStyle, raised: f32) -> RunStyle {
    let size = if raised == 0.0 { style.size } else { style.size * SCRIPT };
    RunStyle { size, baseline: raised, italic: true, ..style.clone() }
}

fn inside(parent: Element<'_>, raised: f32, depth: u32, parts: &mut Vec<(String, f32)>) {
    parent.children().for_each(|child| add(child, raised, depth, parts));
}

fn add(part: Element<'_>, raised: f32, depth: u32, parts: &mut Vec<(String, f32)>) {
    if depth > MAX_DEPTH || parts.len() >= MAX_PARTS {
        return;
    }
    let child = |name: &str, raised: f32, parts: &mut Vec<(String, f32)>| {
        if let Some(child) = part.child(name) {
            inside(child, raised, depth + 1, parts);
        }
    };
    let say = |text: &str, parts: &mut Vec<(String, f32)>| parts.push((text.to_owned(), raised));
    let set = |name: &str, or: &'static str| {
        let property = part.children().find(|c| c.name().ends_with("Pr")).and_then(|p| p.child(name));
        property.and_then(|p| p.attr("m:val")).map_or(or.to_owned(), |v| v.chars().take(4).collect())
    };
    match part.name() {
        "m:r" => part.children_of("m:t").for_each(|t| say(t.text(), parts)),
        "m:f" => {
            grouped(part.child("m:num"), raised, depth, parts);
            say("/", parts);
            grouped(part.child("m:den"), raised, depth, parts);
        }
        "m:sSup" | "m:sSub" | "m:sSubSup" => {
            child("m:e", raised, parts);
            child("m:sub", raised - 0.25, parts);
            child("m:sup", raised + 0.5, parts);
        }
        "m:rad" => {
            child("m:deg", raised + 0.5, parts);
            say("\u{221A}", parts);
            grouped(part.child("m:e"), raised, depth, parts);
        }
        "m:d" => {
            say(&set("m:begChr", "("), parts);
            let separator = set("m:sepChr", "|");
            for (n, e) in part.children_of("m:e").enumerate() {
                if n > 0 {
                    say(&separator, parts);
                }
                inside(e, raised, depth + 1, parts);
            }
            say(&set("m:endChr", ")"), parts);
        }
        "m:nary" => {
            say(&set("m:chr", "\u{222B}"), parts);
            child("m:sub", raised - 0.25, parts);
            child("m:sup", raised + 0.5, parts);
            child("m:e", raised, parts);
        }
        "m:mr" | "m:eqArr" => {
            for (n, e) in part.children_of("m:e").enumerate() {
                if n > 0 {
                    say("  ", parts);
                }
                inside(e, raised, depth + 1, parts);
            }
        }
        name if name.ends_with("Pr") => {}
        _ => inside(part, raised, depth + 1, parts),
    }
}

/// A part in brackets, unless it is a single letter or number.
fn grouped(part: Option<Element<'_>>, raised: f32, depth: u32, parts: &mut Vec<(String, f32)>) {
    let Some(part) = part else { return };
    let mut own = Vec::new();
    inside(part, raised, depth + 1, &mut own);
    let is_one = own.len() == 1 && own.iter().all(|(text, _)| text.chars().all(char::is_alphanumeric));
    if is_one {
        parts.append(&mut own);
        return;
    }
    parts.push(("(".to_owned(), raised));
    parts.append(&mut own);
    parts.push((")".to_owned(), raised));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::xml::Document;

    #[test]
    fn fractions_have_a_slash_and_scripts_are_raised() {
        let xml = "<m:oMath xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'><m:f><m:num><m:r><m:t>a\
            </m:t></m:r></m:num><m:den><m:r><m:t>b+c</m:t></m:r></m:den></m:f><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e>\
            <m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>";
        let parts = testing::with_context(|cx| linear(Document::parse(xml.as_bytes(), cx).unwrap().root())).0;
        let text: String = parts.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(text, "a/(b+c)x2");
        assert!(parts.last().is_some_and(|(_, raised)| *raised > 0.0));
    }
}
