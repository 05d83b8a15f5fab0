//! Compares the preset table with the definitions of the standard, if `presetShapeDefinitions.xml` is in
//! `../shared/reference`, or in `reference` of the folder in `THUMBLING_SHARED`. To write the table after a change of
//! its format: `THUMBLING_WRITE_PRESETS=1 cargo test -p thumbling-office the_table_matches`.

use std::collections::HashMap;
use std::path::Path;

use crate::testing;

use super::super::definition::{Command, Definition, PathDefinition};
use super::super::formula::{self, Formula, Operand, Operator};
use super::super::presets::{self, ADJUSTMENTS, FILLS};

/// The file of ECMA-376.
fn reference() -> Option<String> {
    std::fs::read_to_string(testing::shared()?.join("reference/presetShapeDefinitions.xml")).ok()
}

/// An element of a file that has no text, and no `>` in values.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: HashMap<String, String>,
    children: Vec<Element>,
}

impl Element {
    fn child(&self, name: &str) -> impl Iterator<Item = &Element> {
        let child = self.children.iter().find(|c| c.name == name);
        child.into_iter().flat_map(|child| &child.children)
    }

    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", |value| value)
    }
}

fn parse(xml: &str) -> Element {
    let mut open = vec![Element::default()];
    for tag in xml.split('<').skip(1).filter_map(|tag| tag.split('>').next()).filter(|tag| !tag.starts_with('?')) {
        if !tag.starts_with('/') {
            let (name, rest) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
            let quoted: Vec<&str> = rest.split('"').collect();
            let attributes =
                quoted.chunks_exact(2).map(|a| (a[0].trim().trim_end_matches('=').to_owned(), a[1].to_owned()));
            open.push(Element { name: name.to_owned(), attributes: attributes.collect(), children: Vec::new() });
        }
        if tag.starts_with('/') || tag.ends_with('/') {
            let ended = open.pop().unwrap();
            open.last_mut().unwrap().children.push(ended);
        }
    }
    open.pop().unwrap().children.pop().unwrap()
}

/// Name, operator and operands of a guide.
fn guide(gd: &Element) -> (&str, Vec<&str>) {
    (gd.attribute("name"), gd.attribute("fmla").split_whitespace().collect())
}

fn points(command: &Element) -> Vec<&str> {
    match command.name.as_str() {
        "arcTo" => ["wR", "hR", "stAng", "swAng"].map(|name| command.attribute(name)).to_vec(),
        _ => command.children.iter().flat_map(|pt| [pt.attribute("x"), pt.attribute("y")]).collect(),
    }
}

fn edges(shape: &Element) -> Option<[&str; 4]> {
    let rect = shape.children.iter().find(|c| c.name == "rect")?;
    if shape.name == "pie" {
        // The standard swaps two edges, which leaves no room.
        assert_eq!((rect.attribute("t"), rect.attribute("r")), ("ir", "it"));
        return Some(["il", "it", "ir", "ib"]);
    }
    Some(["l", "t", "r", "b"].map(|edge| rect.attribute(edge)))
}

/// Guides of `shape` that its paths and text rectangle depend on.
fn needed(shape: &Element) -> Vec<(&str, Vec<&str>)> {
    let commands = shape.child("pathLst").flat_map(|path| &path.children);
    let mut wanted: Vec<&str> = commands.flat_map(points).chain(edges(shape).into_iter().flatten()).collect();
    let mut kept = Vec::new();
    for (name, formula) in shape.child("gdLst").map(guide).collect::<Vec<_>>().into_iter().rev() {
        if wanted.contains(&name) {
            wanted.extend(&formula[1..]);
            kept.push((name, formula));
        }
    }
    kept.reverse();
    kept
}

/// Writes the table.
#[derive(Default)]
struct Writer<'a> {
    bytes: Vec<u8>,
    /// Current slots by name.
    slots: HashMap<&'a str, usize>,
    next: usize,
}

impl<'a> Writer<'a> {
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }

    fn signed(&mut self, n: i32) {
        self.number(u64::from(((n << 1) ^ (n >> 31)) as u32));
    }

    fn block(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend(bytes);
    }

    fn operand(&mut self, written: &str) {
        match written.parse::<i32>() {
            Ok(n) => self.number(u64::from(((n << 1) ^ (n >> 31)) as u32) * 2 + 1),
            Err(_) => {
                let own = self.slots.get(written).copied();
                let slot = own.or_else(|| formula::built_in(written).map(|slot| slot as usize));
                self.number(slot.unwrap_or_else(|| panic!("{written} is not known")) as u64 * 2);
            }
        }
    }

    fn define(&mut self, name: &'a str) {
        self.slots.insert(name, formula::BUILT_INS + self.next);
        self.next += 1;
    }

    fn shape(shape: &'a Element) -> Vec<u8> {
        let mut out = Self::default();
        let adjustments: Vec<_> = shape.child("avLst").map(guide).collect();
        out.number(adjustments.len() as u64);
        for (name, formula) in adjustments {
            out.bytes.push(ADJUSTMENTS.iter().position(|n| *n == name).unwrap() as u8);
            out.signed(formula[1].parse().unwrap());
            out.define(name);
        }
        let guides = needed(shape);
        out.number(guides.len() as u64);
        for (name, formula) in guides {
            let operator = Operator::named(formula[0]).unwrap();
            out.bytes.push(operator as u8);
            // Some formulas have more operands than their operator takes.
            formula[1..].iter().take(operator.operands()).for_each(|operand| out.operand(operand));
            out.define(name);
        }
        out.bytes.push(u8::from(edges(shape).is_some()));
        edges(shape).into_iter().flatten().for_each(|edge| out.operand(edge));
        out.number(shape.child("pathLst").count() as u64);
        shape.child("pathLst").for_each(|path| out.path(path));
        out.bytes
    }

    fn path(&mut self, path: &Element) {
        let fill = FILLS.iter().position(|(name, _)| *name == path.attribute("fill")).unwrap_or(0) as u8;
        let size = ["w", "h"].map(|side| path.attribute(side).parse().unwrap_or(0));
        let is_stroked = path.attribute("stroke") != "false";
        self.bytes.push(fill + u8::from(!is_stroked) * 8 + u8::from(size != [0; 2]) * 16);
        if size != [0; 2] {
            size.iter().for_each(|n| self.signed(*n));
        }
        self.number(path.children.len() as u64);
        for command in &path.children {
            let names = ["moveTo", "lnTo", "arcTo", "quadBezTo", "cubicBezTo", "close"];
            self.bytes.push(names.iter().position(|n| *n == command.name).unwrap() as u8);
            points(command).iter().for_each(|operand| self.operand(operand));
        }
    }
}

#[test]
fn the_table_matches_the_standard() {
    let Some(reference) = reference() else { return };
    let reference = parse(&reference);
    let mut written = Writer::default();
    for shape in &reference.children {
        written.block(shape.name.as_bytes());
        written.block(&Writer::shape(shape));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/drawingml/geometry/presets.bin");
    if std::env::var_os("THUMBLING_WRITE_PRESETS").is_some() {
        std::fs::write(&path, &written.bytes).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == written.bytes, "presets.bin is not what the standard says");
}

/// A shape of the table with the names of the reference.
struct Named<'a> {
    names: HashMap<u32, &'a str>,
}

impl Named<'_> {
    fn is(&self, operand: Operand, written: &str) -> bool {
        match operand {
            Operand::Literal(n) => written.parse() == Ok(n),
            Operand::Slot(slot) => match self.names.get(&slot) {
                Some(name) => *name == written,
                None => formula::built_in(written) == Some(slot),
            },
        }
    }

    fn are(&self, operands: &[Operand], written: &[&str]) -> bool {
        operands.len() == written.len() && operands.iter().zip(written).all(|(o, w)| self.is(*o, w))
    }

    fn path(&self, path: &PathDefinition, reference: &Element) -> bool {
        let fill = match reference.attribute("fill") {
            "" => "norm",
            fill => fill,
        };
        let size = path.size.map(|n| if n == 0 { String::new() } else { n.to_string() });
        FILLS.contains(&(fill, path.fill))
            && path.stroked == (reference.attribute("stroke") != "false")
            && size == ["w", "h"].map(|side| reference.attribute(side))
            && path.commands.len() == reference.children.len()
            && path.commands.iter().zip(&reference.children).all(|(command, reference)| {
                let (name, operands): (_, &[Operand]) = match command {
                    Command::Move(p) => ("moveTo", p),
                    Command::Line(p) => ("lnTo", p),
                    Command::Arc(a) => ("arcTo", a),
                    Command::Quad(p) => ("quadBezTo", p),
                    Command::Cubic(p) => ("cubicBezTo", p),
                    Command::Close => ("close", &[]),
                };
                name == reference.name && self.are(operands, &points(reference))
            })
    }
}

#[test]
fn every_formula_matches_the_standard() {
    let Some(reference) = reference() else { return };
    let reference = parse(&reference);
    assert_eq!((reference.children.len(), presets::shapes().count()), (187, 187));
    for shape in &reference.children {
        let name = &shape.name;
        let Definition { adjustments, guides, text, paths } = presets::find(name).unwrap();
        let expected: Vec<_> = shape.child("avLst").map(guide).collect();
        assert_eq!(adjustments.len(), expected.len(), "{name}");
        let mut named = Named { names: HashMap::new() };
        let slot = |i: usize| (formula::BUILT_INS + i) as u32;
        for (i, ((name, value), (expected, formula))) in adjustments.iter().zip(expected).enumerate() {
            assert_eq!((*name, format!("val {value}")), (expected, formula.join(" ")));
            named.names.insert(slot(i), name);
        }
        let expected = needed(shape);
        assert_eq!(guides.len(), expected.len(), "{name}");
        for (i, (Formula { operator, operands }, (guide, formula))) in guides.iter().zip(expected).enumerate() {
            let count = operator.operands();
            assert_eq!(Some(*operator), Operator::named(formula[0]), "{name}: {guide}");
            assert!(named.are(&operands[..count], &formula[1..=count]), "{name}: {guide} = {formula:?}");
            // A repeated name refers to the later guide from here on.
            let older = named.names.iter().find(|(_, n)| **n == guide).map(|(slot, _)| *slot);
            if let Some(older) = older {
                named.names.insert(older, "replaced");
            }
            named.names.insert(slot(adjustments.len() + i), guide);
        }
        match (text, edges(shape)) {
            (Some(text), Some(edges)) => assert!(named.are(&text, &edges), "{name}"),
            (text, edges) => assert_eq!((text.is_some(), edges.is_some()), (false, false), "{name}"),
        }
        let expected: Vec<_> = shape.child("pathLst").collect();
        assert_eq!(paths.len(), expected.len(), "{name}");
        assert!(paths.iter().zip(expected).all(|(path, expected)| named.path(path, expected)), "{name}");
    }
}
