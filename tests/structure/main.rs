//! The structure of the workspace: modules without cycles, and crates that depend only on crates below.
//!
//! Sources and manifests are read as text, so code of every platform and feature set counts.

mod code;
mod modules;

use std::fs;
use std::path::{Path, PathBuf};

use modules::{Crate, OWN};

/// The packages, lowest first; those of one row do not depend on each other.
const LAYERS: &[&[&str]] = &[
    &["thumbling-core"],
    &["thumbling-page", "thumbling-isolation"],
    &["thumbling-metafile"],
    &["thumbling-office"],
    &["thumbling"],
    &["thumbling-engine"],
    &["thumbling-capi", "thumbling-cli", "thumbling-samples", "thumbling-worker"],
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of all packages.
fn packages() -> Vec<PathBuf> {
    let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = crates.filter(|folder| folder.join("Cargo.toml").is_file()).collect();
    all.sort();
    all.push(root().to_owned());
    all
}

fn layer(package: &str) -> usize {
    let layer = LAYERS.iter().position(|layer| layer.contains(&package));
    layer.unwrap_or_else(|| panic!("`{package}` is missing in the layers"))
}

/// The lines of a manifest with the name of their section.
fn entries(manifest: &str) -> Vec<(&str, &str)> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name.trim_matches(['[', ']']),
            None => found.push((section, line)),
        }
    }
    found
}

/// The name of a package, and which packages of this workspace it depends on, for its tests too.
fn dependencies(manifest: &str) -> (String, Vec<String>) {
    let mut name = String::new();
    let mut found = Vec::new();
    for (section, line) in entries(manifest) {
        let key = line.split(['=', '.', ' ']).next().unwrap_or_default();
        if section == "package" && key == "name" {
            name = line.split('"').nth(1).unwrap_or_default().to_owned();
        } else if section.ends_with("dependencies") && !section.starts_with("workspace") && key.starts_with("thumbling")
        {
            found.push(key.to_owned());
        }
    }
    (name, found)
}

#[test]
fn packages_depend_only_on_packages_below() {
    let mut seen = 0;
    for folder in packages() {
        let (name, dependencies) = dependencies(&fs::read_to_string(folder.join("Cargo.toml")).unwrap());
        for other in dependencies {
            seen += 1;
            assert!(layer(&other) < layer(&name), "{name} depends on {other}, which is not below it");
        }
    }
    assert!(seen > 10, "only {seen} dependencies found");
}

#[test]
fn the_modules_of_each_package_have_no_cycles() {
    let (mut seen, mut found) = (0, Vec::new());
    for src in packages().iter().map(|folder| folder.join("src")).filter(|src| src.is_dir()) {
        let package = Crate::read(&src);
        for parent in package.modules() {
            let modules = package.below(parent);
            seen += modules.edges.len();
            found.extend(modules.cycles().iter().map(|cycle| format!("below `{}`: {cycle}", parent.join("::"))));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(seen > 500, "only {seen} references found");
}

#[test]
fn the_modules_of_the_engine_import_only_from_rows_above_in_the_table_of_its_documentation() {
    let src = root().join("crates/engine/src");
    let docs = fs::read_to_string(src.join("lib.rs")).unwrap();
    let rows = docs.lines().filter_map(|line| line.strip_prefix("//! | ")?.split(" | ").next());
    let names = rows.flat_map(|row| row.split(',')).map(|name| name.trim_matches([' ', '`', '[', ']']));
    let order: Vec<&str> = names.filter(|name| *name != "module").collect();
    let modules = Crate::read(&src).below(&[]);
    let position = |module: &str| {
        let position = order.iter().position(|name| *name == module);
        position.unwrap_or_else(|| panic!("`{module}` is missing in the table"))
    };
    assert_eq!(order.len(), modules.names.iter().filter(|name| *name != OWN).count());
    for ((from, to), place) in modules.edges.iter().filter(|((from, to), _)| from != OWN && to != OWN) {
        assert!(position(to) < position(from), "{from} imports {to}, which is below it, in {place}");
    }
}
