//! Equations (Office Math, ECMA-376 part 1, 22.1).

use std::sync::Arc;

use crate::xml::Element;
use thumbling_page::flow::Math;
use thumbling_page::text::RunStyle;

/// Nesting of parts.
const MAX_DEPTH: u32 = 24;
/// Parts of one equation.
const MAX_PARTS: u32 = 4000;
/// Size of scripts, relative to their base.
const SCRIPT: f32 = 0.7;

/// Reads an equation whose text has `style`.
pub(super) fn read(element: Element<'_>, style: &Arc<RunStyle>) -> Math {
    Reader { count: 0 }.inside(element, style, 0)
}

struct Reader {
    count: u32,
}

/// A property such as `m:chr` in the element of properties of `part`.
fn property<'e>(part: Element<'e>, name: &str) -> Option<Element<'e>> {
    part.children().find(|c| c.name().ends_with("Pr"))?.child(name)
}

fn text(part: Element<'_>, name: &str, or: &str) -> String {
    let value = property(part, name).map(|p| p.attr("m:val").unwrap_or_default());
    value.unwrap_or(or).chars().take(4).collect()
}

/// Whether a switch is on; its value is optional.
fn is_on(part: Element<'_>, name: &str) -> bool {
    property(part, name).is_some_and(|p| p.flag("m:val").unwrap_or(true))
}

fn smaller(style: &Arc<RunStyle>) -> Arc<RunStyle> {
    Arc::new(RunStyle { size: (style.size * SCRIPT).max(4.0), ..(**style).clone() })
}

fn upright(style: &Arc<RunStyle>) -> Arc<RunStyle> {
    Arc::new(RunStyle { italic: false, ..(**style).clone() })
}

impl Reader {
    fn inside(&mut self, parent: Element<'_>, style: &Arc<RunStyle>, depth: u32) -> Math {
        let parts = parent.children().filter_map(|child| self.part(child, style, depth + 1));
        Math::Row(parts.collect())
    }

    fn child(&mut self, parent: Element<'_>, name: &str, style: &Arc<RunStyle>, depth: u32) -> Box<Math> {
        let child = parent.child(name);
        Box::new(child.map_or(Math::Row(Vec::new()), |child| self.inside(child, style, depth)))
    }

    /// A child that is shown unless it is empty or hidden.
    fn limit(&mut self, parent: Element<'_>, name: &str, style: &Arc<RunStyle>, depth: u32) -> Option<Box<Math>> {
        let child = parent.child(name).filter(|c| c.children().any(|c| !c.name().ends_with("Pr")))?;
        Some(Box::new(self.inside(child, style, depth)))
    }

    fn part(&mut self, part: Element<'_>, style: &Arc<RunStyle>, depth: u32) -> Option<Math> {
        self.count += 1;
        if depth > MAX_DEPTH || self.count > MAX_PARTS {
            return None;
        }
        Some(match part.name() {
            "m:r" => {
                let text: String = part.children_of("m:t").map(|t| t.text()).collect();
                let plain = part.child("m:rPr").is_some_and(|p| {
                    p.child("m:nor").is_some() || p.child("m:sty").and_then(|s| s.attr("m:val")) == Some("p")
                });
                let is_letter = text.chars().any(char::is_alphabetic);
                let style = if plain || !is_letter { upright(style) } else { style.clone() };
                Math::Text(spaced(&text), style)
            }
            "m:f" => {
                let kind = property(part, "m:type").and_then(|t| t.attr("m:val")).unwrap_or("bar");
                let (top, bottom) = (self.child(part, "m:num", style, depth), self.child(part, "m:den", style, depth));
                match kind {
                    "lin" | "skw" => Math::Row(vec![*top, Math::Text("/".to_owned(), upright(style)), *bottom]),
                    kind => Math::Fraction { top, bottom, has_bar: kind != "noBar" },
                }
            }
            "m:sSup" | "m:sSub" | "m:sSubSup" => {
                let small = smaller(style);
                Math::Scripts {
                    base: self.child(part, "m:e", style, depth),
                    below: self.limit(part, "m:sub", &small, depth),
                    above: self.limit(part, "m:sup", &small, depth),
                }
            }
            "m:sPre" => {
                let small = smaller(style);
                let scripts = Math::Scripts {
                    base: Box::new(Math::Row(Vec::new())),
                    below: self.limit(part, "m:sub", &small, depth),
                    above: self.limit(part, "m:sup", &small, depth),
                };
                Math::Row(vec![scripts, *self.child(part, "m:e", style, depth)])
            }
            "m:limLow" | "m:limUpp" => {
                let small = smaller(style);
                let base = self.child(part, "m:e", style, depth);
                let limit = self.limit(part, "m:lim", &small, depth);
                match part.is("m:limLow") {
                    true => Math::Limits { base, below: limit, above: None },
                    false => Math::Limits { base, below: None, above: limit },
                }
            }
            "m:rad" => {
                let small = Arc::new(RunStyle { size: style.size * 0.55, ..(**style).clone() });
                let is_hidden = is_on(part, "m:degHide");
                let degree = if is_hidden { None } else { self.limit(part, "m:deg", &small, depth) };
                Math::Radical { degree, body: self.child(part, "m:e", style, depth) }
            }
            "m:nary" => {
                let small = smaller(style);
                let sign = text(part, "m:chr", "\u{222B}");
                let is_integral = ('\u{222B}'..='\u{2233}').contains(&sign.chars().next().unwrap_or(' '));
                let large = RunStyle { size: style.size * 1.5, italic: false, ..(**style).clone() };
                let base = Box::new(Math::Text(sign, Arc::new(large)));
                let below = if is_on(part, "m:subHide") { None } else { self.limit(part, "m:sub", &small, depth) };
                let above = if is_on(part, "m:supHide") { None } else { self.limit(part, "m:sup", &small, depth) };
                let place = property(part, "m:limLoc").and_then(|l| l.attr("m:val"));
                let stacked = place.map_or(!is_integral, |p| p == "undOvr");
                let sign = match stacked {
                    true => Math::Limits { base, below, above },
                    false => Math::Scripts { base, below, above },
                };
                Math::Row(vec![sign, *self.child(part, "m:e", style, depth)])
            }
            "m:d" => Math::Fenced {
                open: text(part, "m:begChr", "("),
                close: text(part, "m:endChr", ")"),
                separator: text(part, "m:sepChr", "|"),
                parts: part.children_of("m:e").map(|e| self.inside(e, style, depth)).collect(),
            },
            "m:m" => {
                let rows = part.children_of("m:mr");
                let rows = rows.map(|r| r.children_of("m:e").map(|e| self.inside(e, style, depth)).collect());
                Math::Matrix { rows: rows.collect(), is_left: false }
            }
            "m:eqArr" => {
                let rows = part.children_of("m:e").map(|e| vec![self.inside(e, style, depth)]);
                Math::Matrix { rows: rows.collect(), is_left: true }
            }
            "m:bar" => {
                let is_above = property(part, "m:pos").and_then(|p| p.attr("m:val")) == Some("top");
                Math::Bar { body: self.child(part, "m:e", style, depth), is_above }
            }
            "m:acc" => Math::Accent {
                body: self.child(part, "m:e", style, depth),
                mark: text(part, "m:chr", "\u{302}").replace(|c: char| ('\u{300}'..='\u{36F}').contains(&c), "^"),
            },
            "m:groupChr" => {
                let body = self.child(part, "m:e", style, depth);
                let mark = Box::new(Math::Text(text(part, "m:chr", "\u{23DF}"), smaller(&upright(style))));
                match property(part, "m:pos").and_then(|p| p.attr("m:val")) {
                    Some("top") => Math::Limits { base: body, below: None, above: Some(mark) },
                    _ => Math::Limits { base: body, below: Some(mark), above: None },
                }
            }
            "m:func" => {
                let name = self.child(part, "m:fName", style, depth);
                let space = Math::Text("\u{2009}".to_owned(), style.clone());
                Math::Row(vec![*name, space, *self.child(part, "m:e", style, depth)])
            }
            "m:phant" if property(part, "m:show").and_then(|s| s.flag("m:val")) == Some(false) => return None,
            name if name.ends_with("Pr") => return None,
            _ => self.inside(part, style, depth),
        })
    }
}

/// Space around operators and relations.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let count = text.chars().count();
    for c in text.chars() {
        let is_operator = matches!(c, '=' | '<' | '>' | '±' | '×' | '\u{2260}'..='\u{226B}' | '\u{2190}'..='\u{21FF}')
            || (matches!(c, '+' | '-' | '\u{2212}') && count > 1);
        match is_operator && !text.contains(' ') {
            true => spaced.extend(['\u{2005}', c, '\u{2005}']),
            false => spaced.push(c),
        }
    }
    spaced
}
