//! Limits on the size of an SVG document before it is drawn: nesting depth, and elements after expanding references.

use std::collections::HashMap;

use resvg::usvg::roxmltree;

use thumbling_core::error::{Error, Result};

/// Nesting depth of elements. Editors produce some tens of levels; the tree is walked recursively.
const MAX_DEPTH: u32 = 256;

/// Checks the nesting depth and the number of elements.
pub(super) fn check(document: &roxmltree::Document<'_>, max: u64) -> Result<()> {
    check_depth(document)?;
    check_expansion(document, max)
}

fn check_depth(document: &roxmltree::Document<'_>) -> Result<()> {
    // Parents precede their children in document order.
    let mut depths: HashMap<roxmltree::NodeId, u32> = HashMap::new();
    for node in document.descendants() {
        let depth = node.parent().and_then(|p| depths.get(&p.id())).map_or(0, |d| d + 1);
        if depth > MAX_DEPTH {
            return Err(Error::limit(format!("elements nested deeper than {MAX_DEPTH}")));
        }
        depths.insert(node.id(), depth);
    }
    Ok(())
}

/// Checks the number of elements after every reference is expanded: usvg and resvg walk a pattern, mask or marker
/// each time it is used.
fn check_expansion(document: &roxmltree::Document<'_>, max: u64) -> Result<()> {
    let ids = document.descendants().filter_map(|n| n.attribute("id").map(|id| (id, n))).collect();
    let mut expansion = Expansion { ids, rules: rules(document), known: HashMap::new(), max };
    match expansion.elements(document.root(), 0) {
        Some(n) if n <= max => Ok(()),
        _ => Err(Error::limit(format!("references expand to more than {max} elements"))),
    }
}

/// References in style sheet rules, keyed by the class, identifier or element name that ends the selector.
type Rules<'input> = HashMap<&'input str, Vec<&'input str>>;

/// The style sheet rules that refer to elements.
fn rules<'input>(document: &'input roxmltree::Document<'_>) -> Rules<'input> {
    let sheets = document.descendants().filter(|n| n.tag_name().name() == "style").filter_map(|n| n.text());
    let mut rules = Rules::new();
    for rule in sheets.flat_map(|sheet| sheet.split('}')) {
        let Some((selectors, declarations)) = rule.rsplit_once('{') else { continue };
        for target in references(declarations) {
            let last = selectors.split(',').filter_map(|selector| selector.split_whitespace().next_back());
            let names = last.flat_map(|part| part.split(['.', '#', ':', '[', '>'])).filter(|name| !name.is_empty());
            names.for_each(|name| rules.entry(name).or_default().push(target));
        }
    }
    rules
}

/// The identifiers in `url(#…)`.
fn references(value: &str) -> impl Iterator<Item = &str> {
    value.split("url(").skip(1).filter_map(|rest| {
        let id = rest.split(')').next()?.trim().trim_matches(['"', '\'']);
        id.strip_prefix('#')
    })
}

struct Expansion<'a, 'input> {
    ids: HashMap<&'a str, roxmltree::Node<'a, 'input>>,
    rules: Rules<'a>,
    /// `None` while it is being counted: a cycle, which usvg breaks.
    known: HashMap<roxmltree::NodeId, Option<u64>>,
    max: u64,
}

impl<'a, 'input> Expansion<'a, 'input> {
    /// Number of elements that `node` expands to; `None` if too many.
    fn elements(&mut self, node: roxmltree::Node<'a, 'input>, depth: u32) -> Option<u64> {
        if depth > 4 * MAX_DEPTH {
            return None;
        }
        if let Some(known) = self.known.get(&node.id()) {
            return Some(known.unwrap_or(0));
        }
        self.known.insert(node.id(), None);
        let mut total = 1u64;
        for child in node.children().filter(roxmltree::Node::is_element) {
            total = total.saturating_add(self.elements(child, depth + 1)?);
        }
        let mut used = 0u64;
        for (id, inherited) in self.referred(node) {
            if let Some(&target) = self.ids.get(id) {
                let elements = self.elements(target, depth + 1)?;
                // Fills, strokes and markers are inherited from groups.
                used = used.saturating_add(elements.saturating_mul(if inherited { total } else { 1 }));
            }
        }
        total = total.saturating_add(used);
        self.known.insert(node.id(), Some(total));
        (total <= self.max).then_some(total)
    }

    /// The references of `node`, each with whether its descendants inherit it.
    fn referred(&self, node: roxmltree::Node<'a, 'input>) -> Vec<(&'a str, bool)> {
        let mut found = Vec::new();
        for attribute in node.attributes() {
            let inherited = !matches!(attribute.name(), "mask" | "clip-path" | "filter");
            if attribute.name() == "href" && matches!(node.tag_name().name(), "use" | "pattern") {
                found.extend(attribute.value().strip_prefix('#').map(|id| (id, false)));
            }
            found.extend(references(attribute.value()).map(|id| (id, inherited)));
        }
        if !self.rules.is_empty() {
            let names = ["class", "id"].into_iter().filter_map(|name| node.attribute(name));
            let names = names.flat_map(str::split_whitespace).chain([node.tag_name().name(), "*"]);
            found.extend(names.filter_map(|name| self.rules.get(name)).flatten().map(|target| (*target, true)));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_of(content: &str) -> Result<()> {
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg">{content}</svg>"#);
        check(&roxmltree::Document::parse(&svg).unwrap(), 10_000)
    }

    /// Nine levels, each with 20 references to the previous one.
    fn levels(level: impl Fn(usize, &str) -> String, reference: impl Fn(usize) -> String) -> String {
        (1..9).map(|i| level(i, &reference(i - 1).repeat(20))).collect()
    }

    #[test]
    fn expanding_references_of_any_kind_is_limited() {
        let pattern = |i: usize, inner: &str| format!(r#"<pattern id="p{i}">{inner}</pattern>"#);
        let uses = levels(|i, inner| format!(r#"<g id="p{i}">{inner}</g>"#), |i| format!(r##"<use href="#p{i}"/>"##));
        let fills = levels(pattern, |i| format!(r#"<rect fill="url(#p{i})"/>"#));
        let styles = levels(pattern, |i| format!(r#"<rect style="stroke: url('#p{i}')"/>"#));
        let sheet: String = (0..9).map(|i| format!(".c{i}, g .x{i} {{ fill: url(#p{i}) }}")).collect();
        let classes = levels(pattern, |i| format!(r#"<rect class="a x{i}"/>"#)) + &format!("<style>{sheet}</style>");
        let inherited =
            levels(|i, inner| pattern(i, &format!(r#"<g fill="url(#p{})">{inner}</g>"#, i - 1)), |_| "<rect/>".into());
        for content in [uses, fills, styles, classes, inherited] {
            let content = format!(r#"<g id="p0"/>{content}"#);
            assert!(
                check_of(&content).is_err_and(|e| e.kind() == thumbling_core::error::ErrorKind::Limit),
                "{content}"
            );
        }
    }

    #[test]
    fn many_shapes_can_share_a_gradient() {
        let gradient = r#"<linearGradient id="g"><stop/><stop/></linearGradient>"#;
        check_of(&format!(r#"{gradient}<g fill="url(#g)">{}</g>"#, "<rect/>".repeat(1000))).unwrap();
    }

    #[test]
    fn a_self_reference_does_not_expand() {
        check_of(r#"<pattern id="p"><rect fill="url(#p)"/></pattern><rect fill="url(#p)"/>"#).unwrap();
    }
}
