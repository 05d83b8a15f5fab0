//! Checks that the modules of the engine import only downwards, in the order of the table in `mod.rs`.

use std::path::{Path, PathBuf};

/// The order of the top-level modules.
const ENGINE: &[&str] = &[
    "deadline",
    "fs",
    "observe",
    "model",
    "problem",
    "wire",
    "drive",
    "url",
    "port",
    "embedded",
    "config",
    "recipe",
    "host",
    "runtime",
    "inner",
    "ops",
    "runner",
    "worker",
    "lifecycle",
];
/// The order within `model`.
const MODEL: &[&str] = &[
    "id", "caller", "error", "blob", "key", "drive", "url", "task", "lookup", "event", "record", "job", "package",
    "upkeep",
];

fn source_folder() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let nested = package.join("src/engine");
    if nested.is_dir() { nested } else { package.join("src") }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Calls `each` with the path below the engine of everything that the code of a file refers to: `model::id`, `port`.
/// Test modules are left out.
fn references(text: &str, mut each: impl FnMut(&str)) {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("crate::") {
            let path = after.strip_prefix("engine::").unwrap_or(after);
            each(path);
            // `crate::{a, b}`
            if let Some((group, _)) = path.strip_prefix('{').and_then(|group| group.split_once('}')) {
                group.split(',').for_each(|one| each(one.trim()));
            }
            rest = after;
        }
    }
}

/// The leading name in a path.
fn name(path: &str) -> &str {
    path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// Checks one folder: returns how many references between its modules it has seen.
fn check(folder: &Path, prefix: &str, order: &[&str]) -> usize {
    let mut seen = 0;
    for file in rust_files(folder) {
        let below = file.strip_prefix(folder).unwrap();
        let own = below.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        let Some(position) = order.iter().position(|one| *one == own) else {
            assert!(["mod", "lib", "order"].contains(&own), "`{own}` is missing in the order");
            continue;
        };
        references(&std::fs::read_to_string(&file).unwrap(), |path| {
            let Some(path) = path.strip_prefix(prefix) else { return };
            if let Some(other) = order.iter().position(|one| *one == name(path)) {
                seen += 1;
                assert!(other <= position, "{} imports `{}`, which is above it", below.display(), order[other]);
            }
        });
    }
    seen
}

#[test]
fn modules_import_only_downwards() {
    assert!(check(&source_folder(), "", ENGINE) > 100);
}

#[test]
fn modules_of_the_model_import_only_downwards() {
    assert!(check(&source_folder().join("model"), "model::", MODEL) > 10);
}

#[test]
fn the_table_of_the_documentation_shows_the_order() {
    let docs = std::fs::read_to_string(source_folder().join("mod.rs"))
        .or_else(|_| std::fs::read_to_string(source_folder().join("lib.rs")))
        .unwrap();
    let rows = docs.lines().filter_map(|line| line.strip_prefix("//! | ")?.split(" | ").next());
    let names = |cell: &str| -> Vec<String> {
        cell.split(',').map(|one| one.trim_matches([' ', '`', '[', ']']).to_owned()).collect()
    };
    let shown: Vec<String> = rows.flat_map(names).filter(|one| one != "module").collect();
    assert_eq!(shown, ENGINE);
}
