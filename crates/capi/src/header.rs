//! Generates include/thumbling.h and compares it with the committed one. After a change of the C ABI write it with
//! `THUMBLING_WRITE_HEADER=1 cargo test -p thumbling-capi header`.

use std::path::{Path, PathBuf};

/// Opens the header; `{` belongs to C++.
const OPENING: &str = "\
/* Thumbling: thumbnails of any file, in-process. Generated from crates/capi; do not edit.
 *
 * From simple to advanced: version, status, errors, sources, cancelling, options, probing, thumbnails, formats; then the engine:
 * who asks, your drive, keys, configuration, opening, problems, changes, tasks, being told, look-ups, URLs, upkeep.
 *
 * Handles are numbers in structs, not addresses, and every call checks them: a handle that was freed, belongs to another
 * type or was made up gives THUMBLING_ERROR_INVALID_ARGUMENT, also when it is freed again. A handle of 0 is none; to free
 * it is a no-op. What _new made, _free ends; threads that are at work with it then finish undisturbed.
 *
 * Out-parameters come last and are written only on success; the error, last of all, is written only on failure and may
 * be NULL. Other pointers may be NULL only where that is said; elsewhere NULL gives THUMBLING_ERROR_INVALID_ARGUMENT.
 * What pointers lead to stays valid and unchanged until the call returns. Strings are NUL-terminated UTF-8. Numbers are
 * validated.
 *
 * Every function may be called by any thread, at any time. Nothing is kept between calls but what handles name, and
 * nothing depends on the thread. No signal handlers are installed. A defect of the library is THUMBLING_ERROR_INTERNAL
 * and a line on stderr, not the end of the process. */
#ifndef THUMBLING_H
#define THUMBLING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern \"C\" {
#endif
";

const CLOSING: &str = "
#ifdef __cplusplus
}
#endif

#endif
";

#[test]
fn the_header_is_what_the_source_says() {
    let path = root().join("include/thumbling.h");
    let generated = generate();
    if std::env::var_os("THUMBLING_WRITE_HEADER").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    for (i, (ours, theirs)) in generated.lines().zip(committed.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {} of include/thumbling.h is not what crates/capi/src says", i + 1);
    }
    assert_eq!(generated, committed, "include/thumbling.h is not what crates/capi/src says");
}

#[test]
fn every_exported_function_is_declared_once() {
    let mut functions = 0;
    let header = generate();
    let folders =
        ["crates/capi/src", "crates/capi/src/engine"].map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    for file in folders.into_iter().flatten().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let source = std::fs::read_to_string(file).unwrap();
        for name in source.lines().filter_map(|line| line.split("extern \"C\" fn ").nth(1)?.split('(').next()) {
            if name.starts_with("thumbling_") {
                functions += 1;
                assert_eq!(header.matches(&format!("{name}(")).count(), 1, "{name}");
            }
        }
    }
    assert!(functions >= 60, "only {functions} functions were seen");
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn generate() -> String {
    let sections: String = crate::SECTIONS.iter().map(|name| section(name)).collect();
    format!("{OPENING}{sections}{CLOSING}")
}

/// One section: the module's documentation as its heading, then what cbindgen makes of its items.
fn section(name: &str) -> String {
    let file = root().join(format!("crates/capi/src/{name}.rs"));
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new().with_config(config).with_src(&file).generate().unwrap();
    let mut items = Vec::new();
    bindings.write(&mut items);
    format!("\n\n{}\n\n{}\n", heading(&file), compact(&String::from_utf8(items).unwrap()))
}

/// Comments of one line in one line, groups of constants without blank lines, negative constants in parentheses.
fn compact(items: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut group = "";
    for line in items.trim().lines() {
        match (line.trim(), lines.as_slice()) {
            ("*/", [.., open, text]) if open.trim() == "/**" => {
                let indent = open.replace("/**", "");
                let text = text.trim().trim_start_matches('*').trim();
                let comment = format!("{indent}/** {text} */");
                lines.truncate(lines.len() - 2);
                lines.push(comment);
            }
            _ => lines.push(line.to_owned()),
        }
        if let Some(define) = line.strip_prefix("#define ") {
            let (name, value) = define.split_once(' ').unwrap();
            let last = lines.last_mut().unwrap();
            if value.starts_with('-') {
                *last = format!("#define {name} ({value})");
            }
            let prefix = define.split('_').nth(1).unwrap();
            let comment = lines.len() - 2;
            if prefix == group && lines[comment - 1].is_empty() {
                lines.remove(comment - 1);
            }
            group = prefix;
        }
    }
    lines.join("\n")
}

fn heading(file: &Path) -> String {
    let source = std::fs::read_to_string(file).unwrap();
    let lines: Vec<_> = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let (title, rest) = lines.split_first().unwrap();
    let mut heading = format!("/* ---- {title} {}", "-".repeat(109_usize.saturating_sub(title.len())));
    for line in rest.iter().skip_while(|line| line.is_empty()) {
        heading += &format!("\n * {}", line.replace('`', ""));
    }
    heading + " */"
}
