//! Which modules of a folder refer to which.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::code::{self, Token};

/// The code of one crate.
pub struct Crate(Vec<Unit>);

/// Code, the path of its module in the crate, and its file.
struct Unit {
    path: Vec<String>,
    code: Vec<Token>,
    file: PathBuf,
}

/// The modules directly below one module of a crate, and what their code refers to.
pub struct Modules {
    pub names: BTreeSet<String>,
    /// From and to, with one place where it happens.
    pub edges: BTreeMap<(String, String), String>,
}

impl Crate {
    /// Reads the crate with the sources in `src`.
    pub fn read(src: &Path) -> Self {
        let mut units = Vec::new();
        read_module(src, src.join("lib.rs"), Vec::new(), &mut units);
        Self(units)
    }

    /// The paths of all modules; that of the crate root is empty.
    pub fn modules(&self) -> impl Iterator<Item = &[String]> {
        self.0.iter().map(|unit| unit.path.as_slice())
    }

    /// The modules directly below `parent`.
    pub fn below(&self, parent: &[String]) -> Modules {
        let below = |path: &[String]| path.strip_prefix(parent)?.first().cloned();
        let names: BTreeSet<String> = self.modules().filter_map(below).collect();
        // `crate::Name` is a reference to the module that the parent re-exports `Name` from.
        let mut exports = BTreeMap::new();
        for unit in self.0.iter().filter(|unit| unit.path == parent) {
            for (path, name) in imports(unit) {
                exports.extend(below(&path).filter(|to| names.contains(to)).map(|to| (name, to)));
            }
        }
        let mut edges = BTreeMap::new();
        for unit in &self.0 {
            let Some(from) = below(&unit.path) else { continue };
            for (path, line) in references(unit) {
                let Some(name) = below(&path) else { continue };
                let to = if names.contains(&name) { Some(&name) } else { exports.get(&name) };
                if let Some(to) = to.filter(|to| **to != from) {
                    let place = || format!("{}:{line}", unit.file.display());
                    edges.entry((from.clone(), to.clone())).or_insert_with(place);
                }
            }
        }
        Modules { names, edges }
    }
}

impl Modules {
    /// The modules that can be reached from `from`.
    fn reachable<'a>(&'a self, from: &'a str) -> BTreeSet<&'a str> {
        let (mut found, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            let targets = self.edges.keys().filter(|(one, _)| one == next).map(|(_, to)| to.as_str());
            open.extend(targets.filter(|to| found.insert(*to)));
        }
        found
    }

    /// Every group of modules that refer to each other in a cycle.
    pub fn cycles(&self) -> Vec<Cycle> {
        let reachable: BTreeMap<&str, BTreeSet<&str>> =
            self.names.iter().map(|name| (name.as_str(), self.reachable(name))).collect();
        let mutual = |a: &str, b: &str| reachable[a].contains(b) && reachable[b].contains(a);
        let mut groups: Vec<Vec<String>> = Vec::new();
        for name in self.names.iter().filter(|name| mutual(name, name)) {
            match groups.iter_mut().find(|group| mutual(&group[0], name)) {
                Some(group) => group.push(name.clone()),
                None => groups.push(vec![name.clone()]),
            }
        }
        let cycle = |modules: Vec<String>| {
            let within = |(from, to): &(String, String)| modules.contains(from) && modules.contains(to);
            let edges = self.edges.iter().filter(|(edge, _)| within(edge));
            Cycle { edges: edges.map(|((from, to), place)| format!("{from} -> {to} in {place}")).collect(), modules }
        };
        groups.into_iter().map(cycle).collect()
    }
}

/// Modules that refer to each other in a cycle.
#[derive(Debug)]
pub struct Cycle {
    pub modules: Vec<String>,
    edges: Vec<String>,
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a cycle of {}:\n  {}", self.modules.join(", "), self.edges.join("\n  "))
    }
}

/// Adds the module in `file`, its inline modules and its modules in other files.
fn read_module(folder: &Path, file: PathBuf, path: Vec<String>, units: &mut Vec<Unit>) {
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let (code, tests) = code::parse(&text);
    let is = |at: usize, text: &str| code.get(at).is_some_and(|token| token.text == text);
    let named = |name: &str| -> Option<(PathBuf, PathBuf)> {
        let (nested, flat) = (folder.join(name).join("mod.rs"), folder.join(format!("{name}.rs")));
        Some((folder.join(name), [nested, flat].into_iter().find(|file| file.is_file())?))
    };
    let (mut own, mut at) = (Vec::new(), 0);
    while at < code.len() {
        let name = code.get(at + 1).map(|token| token.text.clone()).unwrap_or_default();
        if is(at, "mod") && is(at + 2, ";") && !tests.contains(&name) {
            let below = [&path[..], std::slice::from_ref(&name)].concat();
            // None for a file that the build writes.
            if let Some((folder, file)) = named(&name) {
                read_module(&folder, file, below, units);
            }
        } else if is(at, "mod") && is(at + 2, "{") {
            let mut depth = 0;
            let end = code[at..].iter().position(|token| {
                depth += i32::from(token.text == "{") - i32::from(token.text == "}");
                token.text == "}" && depth == 0
            });
            let end = end.map_or(code.len(), |end| at + end);
            let below = [&path[..], &[name]].concat();
            units.push(Unit { path: below, code: code[at + 3..end].to_vec(), file: file.clone() });
            at = end;
        } else {
            own.push(code[at].clone());
        }
        at += 1;
    }
    units.push(Unit { path, code: own, file });
}

/// The paths in a module's code that start with `crate` or `super`, from the crate root, with their lines.
fn references(unit: &Unit) -> Vec<(Vec<String>, usize)> {
    let starts = |at: &usize| {
        let preceded = *at > 0 && unit.code[at - 1].text == "::";
        matches!(unit.code[*at].text.as_str(), "crate" | "super") && !preceded
    };
    (0..unit.code.len()).filter(starts).flat_map(|at| paths(unit, at)).map(|(path, _, line)| (path, line)).collect()
}

/// What the `use` items of a module import: the path, and the name it gets here.
fn imports(unit: &Unit) -> Vec<(Vec<String>, String)> {
    let uses = (0..unit.code.len()).filter(|at| unit.code[*at].text == "use");
    uses.flat_map(|at| paths(unit, at + 1)).map(|(path, name, _)| (path, name)).collect()
}

/// The paths of the `use` tree at token `at`, which may be a single path.
fn paths(unit: &Unit, at: usize) -> Vec<(Vec<String>, String, usize)> {
    let mut found = Vec::new();
    tree(unit, at, unit.path.clone(), true, &mut found);
    found
}

/// Adds the paths of the tree at `at`, below `base`, and returns where it ends.
fn tree(
    unit: &Unit,
    mut at: usize,
    mut base: Vec<String>,
    first: bool,
    found: &mut Vec<(Vec<String>, String, usize)>,
) -> usize {
    let text = |at: usize| unit.code.get(at).map_or("", |token| token.text.as_str());
    let line = unit.code.get(at).map_or(0, |token| token.line);
    let mut first = first;
    loop {
        match text(at) {
            "{" => {
                at += 1;
                while !matches!(text(at), "}" | "") {
                    at = tree(unit, at, base.clone(), first, found);
                    if text(at) == "," {
                        at += 1;
                    } else if text(at) != "}" {
                        return at;
                    }
                }
                return at + 1;
            }
            "crate" if first => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            name => base.push(name.to_owned()),
        }
        first = false;
        if text(at + 1) != "::" {
            break;
        }
        at += 2;
    }
    let renamed = text(at + 1) == "as";
    let name = if renamed { text(at + 2) } else { base.last().map_or("", String::as_str) };
    found.push((base.clone(), name.to_owned(), line));
    at + if renamed { 3 } else { 1 }
}

#[test]
fn paths_are_resolved() {
    let source = "use crate::{a::{self, B as C}, d}; use super::e; pub use f::G; fn x() { super::super::h::i() }";
    let unit = Unit { path: vec!["m".into(), "n".into()], code: code::parse(source).0, file: PathBuf::new() };
    let all: Vec<String> = references(&unit).into_iter().map(|(path, _)| path.join("::")).collect();
    assert_eq!(all, ["a", "a::B", "d", "m::e", "h::i"]);
    let names: Vec<String> = imports(&unit).into_iter().map(|(path, name)| path.join("::") + "=" + &name).collect();
    assert_eq!(names, ["a=a", "a::B=C", "d=d", "m::e=e", "m::n::f::G=G"]);
}

#[test]
fn a_cycle_is_found_and_a_chain_is_not() {
    let of = |edges: &[(&str, &str)]| {
        let edges: BTreeMap<_, _> =
            edges.iter().map(|(from, to)| ((from.to_string(), to.to_string()), "x.rs:1".to_owned())).collect();
        let names = edges.keys().flat_map(|(from, to)| [from.clone(), to.clone()]).collect();
        Modules { names, edges }.cycles()
    };
    assert!(of(&[("a", "b"), ("b", "c"), ("a", "c")]).is_empty());
    let cycles = of(&[("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("e", "a")]);
    assert_eq!(cycles.len(), 1);
    let shown = "a cycle of a, b, c:\n  a -> b in x.rs:1\n  b -> c in x.rs:1\n  c -> a in x.rs:1";
    assert_eq!(cycles[0].to_string(), shown);
}
