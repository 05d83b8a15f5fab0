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

/// The name of a module's own code beside the modules below it.
pub const OWN: &str = "super";

/// The modules directly below one module of a crate, that module's [own](OWN) code, and what they refer to.
pub struct Modules {
    pub names: BTreeSet<String>,
    /// From and to, with one place where it happens.
    pub edges: BTreeMap<(String, String), String>,
}

impl Crate {
    /// Reads the crate with the sources in `src`.
    pub fn read(src: &Path) -> Self {
        let mut units = Vec::new();
        let roots = ["lib.rs", "main.rs"].map(|name| src.join(name));
        for root in roots.into_iter().filter(|root| root.is_file()) {
            read_module(src, root, Vec::new(), &mut units);
        }
        Self(units)
    }

    /// The paths of all modules; that of the crate root is empty.
    pub fn modules(&self) -> impl Iterator<Item = &[String]> {
        self.0.iter().map(|unit| unit.path.as_slice())
    }

    /// The modules directly below `parent`, and its own code.
    pub fn below(&self, parent: &[String]) -> Modules {
        let below = |path: &[String]| path.strip_prefix(parent)?.first().cloned();
        let mut names: BTreeSet<String> = self.modules().filter_map(below).collect();
        let mut edges = BTreeMap::new();
        let mut add = |from: &str, to: &str, unit: &Unit, line: usize| {
            if from != to {
                let place = || format!("{}:{line}", unit.file.display());
                edges.entry((from.to_owned(), to.to_owned())).or_insert_with(place);
            }
        };
        // `crate::Name` is a reference to the module that the parent re-exports `Name` from.
        let (mut exports, mut own) = (BTreeMap::new(), BTreeSet::new());
        for unit in self.0.iter().filter(|unit| unit.path == parent) {
            own.extend(definitions(unit));
            let used = words(unit);
            let code = without_imports(unit).into_iter().cloned().collect();
            let body = Unit { path: unit.path.clone(), code, file: unit.file.clone() };
            for Import { path, name, line, is_public } in imports(unit) {
                let Some(to) = below(&path).filter(|to| names.contains(to)) else { continue };
                // A re-export alone uses nothing.
                if !is_public || used.contains(name.as_str()) {
                    add(OWN, &to, unit, line);
                }
                exports.insert(name, to);
            }
            for (path, line) in relative(unit, &names).into_iter().chain(references(&body)) {
                if let Some(to) = below(&path).filter(|to| names.contains(to)) {
                    add(OWN, &to, unit, line);
                }
            }
        }
        for unit in &self.0 {
            let Some(from) = below(&unit.path) else { continue };
            for (path, line) in references(unit) {
                let Some(name) = below(&path) else { continue };
                match exports.get(&name) {
                    _ if names.contains(&name) => add(&from, &name, unit, line),
                    Some(to) => add(&from, to, unit, line),
                    None if own.contains(&name) => add(&from, OWN, unit, line),
                    None => {}
                }
            }
        }
        names.insert(OWN.to_owned());
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
        own.push(code[at].clone());
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
            own.push(code[at + 1].clone());
            at = end - 1;
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

/// The paths in a module's code, outside `use` items, that start with the name of a module below it.
fn relative(unit: &Unit, below: &BTreeSet<String>) -> Vec<(Vec<String>, usize)> {
    let code = without_imports(unit);
    let is = |at: usize, text: &str| code.get(at).is_some_and(|token| token.text == text);
    let starts = |at: &usize| {
        let follows = *at > 0 && is(at - 1, "::") && !(*at > 1 && is(at - 2, "self"));
        is(at + 1, "::") && below.contains(&code[*at].text) && !follows
    };
    let path = |at: usize| ([&unit.path[..], &[code[at].text.clone()]].concat(), code[at].line);
    (0..code.len()).filter(starts).map(path).collect()
}

/// The code of a module without its `use` items.
fn without_imports(unit: &Unit) -> Vec<&Token> {
    let mut is_import = false;
    let mut kept = Vec::new();
    for token in &unit.code {
        is_import |= token.text == "use";
        if !is_import {
            kept.push(token);
        }
        is_import &= token.text != ";";
    }
    kept
}

/// The words in a module's code, outside `use` and `mod` items.
fn words(unit: &Unit) -> BTreeSet<&str> {
    let code = without_imports(unit);
    let is_declared = |at: usize| at > 0 && code[at - 1].text == "mod";
    (0..code.len()).filter(|at| !is_declared(*at)).map(|at| code[at].text.as_str()).collect()
}

/// The names that a module defines.
fn definitions(unit: &Unit) -> BTreeSet<String> {
    let is_item = |word: &str| {
        matches!(word, "const" | "enum" | "fn" | "macro_rules" | "static" | "struct" | "trait" | "type" | "union")
    };
    let pairs = unit.code.windows(2).filter(|pair| is_item(&pair[0].text));
    pairs.map(|pair| pair[1].text.clone()).collect()
}

/// A name that a `use` item brings into a module.
struct Import {
    path: Vec<String>,
    name: String,
    line: usize,
    is_public: bool,
}

/// The imports of a module.
fn imports(unit: &Unit) -> Vec<Import> {
    let uses = (0..unit.code.len()).filter(|at| unit.code[*at].text == "use");
    let of_item = |at: usize| {
        // `pub use` or `pub(crate) use`.
        let is_public = at > 0 && matches!(unit.code[at - 1].text.as_str(), "pub" | ")");
        paths(unit, at + 1).into_iter().map(move |(path, name, line)| Import { path, name, line, is_public })
    };
    uses.flat_map(of_item).collect()
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
    let names: Vec<String> =
        imports(&unit).into_iter().map(|import| import.path.join("::") + "=" + &import.name).collect();
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

#[test]
fn a_module_that_uses_a_module_below_it_and_is_used_by_it_is_a_cycle() {
    let of = |parent: &str, child: &str| {
        let unit = |path: &[&str], source: &str| Unit {
            path: path.iter().map(|name| (*name).to_owned()).collect(),
            code: code::parse(source).0,
            file: PathBuf::from(path.join("/")),
        };
        let cycles = Crate(vec![unit(&["m"], parent), unit(&["m", "child"], child)]).below(&["m".to_owned()]).cycles();
        cycles.first().map(Cycle::to_string)
    };
    let child = "use super::Shared;";
    let shown = "a cycle of child, super:\n  child -> super in m/child:1\n  super -> child in m:1";
    assert_eq!(of("use child::run; struct Shared;", child).as_deref(), Some(shown));
    assert_eq!(of("struct Shared; fn f() { child::run() }", child).as_deref(), Some(shown));
    assert_eq!(of("struct Shared; fn f() { crate::m::child::run() }", child).as_deref(), Some(shown));
    assert_eq!(of("pub use child::run; struct Shared; fn f() { run() }", child).as_deref(), Some(shown));
    // Only re-exported, or not defined here.
    assert_eq!(of("pub use child::run; struct Shared;", child), None);
    assert_eq!(of("use child::run; use crate::Shared;", child), None);
}
