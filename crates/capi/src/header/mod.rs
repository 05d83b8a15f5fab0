//! Generates include/thumbling.h and compares it with the committed one. After a change of the C ABI write it with
//! `THUMBLING_WRITE_HEADER=1 cargo test -p thumbling-capi header`.

mod init;

use std::path::{Path, PathBuf};

/// The beginning of the header.
const OPENING: &str = "\
/* Thumbling: thumbnails of any file, in-process. Generated from crates/capi; do not edit.
 *
 * C89 to C++20, with stdint.h. A thumbnail in five lines:
 *
 *     thumbling_spec_t spec = THUMBLING_SPEC_INIT;
 *     thumbling_image_t image = THUMBLING_IMAGE_INIT;
 *     spec.output = THUMBLING_OUTPUT_WEBP;
 *     if (thumbling_make_from_path(\"holiday.heic\", &spec, &image, NULL) == THUMBLING_OK) fwrite(image.data, 1, image.len, file);
 *     thumbling_image_free(&image);
 *
 * The sections go from simple to advanced: version, status, errors; one thumbnail; formats; sources, limits, requests,
 * thumbnails, log; then the engine: your drive, configuration, lookups, URLs, tasks, events, upkeep. All functions follow the
 * same rules:
 *
 * Handles are structs with one number. They are checked at every call: 0, a freed handle, one of another type or a made-up
 * one gives THUMBLING_ERROR_INVALID_ARGUMENT. thumbling_<type>_new makes a handle, thumbling_<type>_free frees it; freeing 0
 * is a no-op. A handle may be freed while other threads use it: they finish undisturbed. After a fork the handles of the
 * parent name nothing in the child, which makes its own.
 *
 * Structs with a struct_size may grow in later versions. Initialise them with THUMBLING_<TYPE>_INIT, which sets the size and
 * the defaults; programs compiled with an older header keep working. Fields named reserved are zero. Other structs never
 * grow.
 *
 * Out-parameters come last, the error last of all, and are always written: with zeros if the call fails. Out-parameters may
 * be NULL only where that is stated, the error always.
 *
 * Strings are NUL-terminated UTF-8. What you pass is copied or used only until the call returns, unless stated. What you get
 * belongs to the handle or struct it came from and is valid until that is freed; static strings are valid for ever.
 *
 * Functions may be called from any thread at any time, except callbacks where stated. Sizes are in bytes and px, times in
 * the unit of their suffix: _s, _ms, _ns. No signal handlers are installed. A defect of the library is
 * THUMBLING_ERROR_INTERNAL and a line on stderr, never the end of the process. */
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
                assert_eq!(header.matches(&format!("{name}(")).count(), 1 + mentions(&header, name), "{name}");
            }
        }
    }
    assert!(functions >= 75, "only {functions} functions were seen");
}

/// Calls of `name` in the example at the top of the header.
fn mentions(header: &str, name: &str) -> usize {
    header.split("#ifndef").next().unwrap().matches(&format!("{name}(")).count()
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn generate() -> String {
    let sections: String = crate::SECTIONS.iter().map(|name| section(name)).collect();
    format!("{OPENING}{}{CLOSING}", init::with_macros(&sections))
}

/// One section: the module's documentation as its heading, then what cbindgen generates for its items.
fn section(name: &str) -> String {
    let file = root().join(format!("crates/capi/src/{name}.rs"));
    let mut config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    // Otherwise cbindgen leaves out what no function of this file uses.
    config.export.include = structs(&std::fs::read_to_string(&file).unwrap());
    let bindings = cbindgen::Builder::new().with_config(config).with_src(&file).generate().unwrap();
    let mut items = Vec::new();
    bindings.write(&mut items);
    let version = if name == "version" { version() } else { String::new() };
    format!("\n\n{}\n\n{version}{}\n", heading(&file), compact(&String::from_utf8(items).unwrap()))
}

/// The names of the structs and callback types in a file.
fn structs(source: &str) -> Vec<String> {
    let names = source.lines().filter_map(|line| {
        let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub type "))?;
        rest.split([' ', '{']).next()
    });
    names.map(str::to_owned).collect()
}

/// The version of the header, from Cargo.toml.
fn version() -> String {
    let numbers = [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ];
    let defines: String =
        numbers.iter().map(|(part, number)| format!("#define THUMBLING_VERSION_{part} {number}\n")).collect();
    format!("/** Version of the library that this header belongs to. */\n{defines}\n")
}

/// Comments of one line in one line, groups of constants without blank lines, negative constants in parentheses.
fn compact(items: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut group = String::new();
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
            } else if value == "18446744073709551615ull" {
                // The suffix is no C89.
                *last = format!("#define {name} UINT64_MAX");
            }
            let words: Vec<&str> = name.split('_').collect();
            // Modes and states of lookups are two groups.
            let prefix = words[1..if words[1] == "LOOKUP" { 3 } else { 2 }].join("_");
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
