//! The static initialisers `THUMBLING_<TYPE>_INIT`: written from the defaults of the Rust structs, and read back to check
//! that a C compiler gets the same bytes.

use std::collections::HashMap;

use super::generate;
use crate::call::thumbling_call_t;
use crate::engine::caller::thumbling_caller_t;
use crate::engine::config::thumbling_engine_config_t;
use crate::engine::content::thumbling_content_info_t;
use crate::engine::drive::thumbling_drive_t;
use crate::engine::events::thumbling_event_info_t;
use crate::engine::file::thumbling_file_info_t;
use crate::engine::lookup::{thumbling_lookup_request_t, thumbling_lookup_result_t};
use crate::engine::status::{thumbling_task_info_t, thumbling_task_item_t};
use crate::engine::task::thumbling_task_request_t;
use crate::engine::upkeep::{thumbling_collected_t, thumbling_counters_t, thumbling_repaired_t, thumbling_verified_t};
use crate::engine::url::{thumbling_hint_request_t, thumbling_url_info_t, thumbling_url_request_t};
use crate::format::thumbling_format_t;
use crate::image::thumbling_image_t;
use crate::info::thumbling_info_t;
use crate::limits::thumbling_limits_t;
use crate::log::thumbling_log_entry_t;
use crate::request::thumbling_request_t;
use crate::spec::thumbling_spec_t;
use crate::thumbnails::thumbling_report_t;
use crate::versioned::{Versioned, init_macro};

/// The default of every struct that may grow, as bytes.
fn defaults() -> HashMap<&'static str, Vec<u8>> {
    fn default<T: Versioned>() -> (&'static str, Vec<u8>) {
        let value = T::default();
        // SAFETY: the structs have no padding, as `with_macros` asserts.
        let bytes = unsafe { std::slice::from_raw_parts((&raw const value).cast::<u8>(), size_of::<T>()) };
        (T::NAME, bytes.to_vec())
    }
    macro_rules! defaults {
        ($($name:ident),* $(,)?) => { HashMap::from([$(default::<$name>()),*]) };
    }
    defaults![
        thumbling_call_t,
        thumbling_caller_t,
        thumbling_collected_t,
        thumbling_content_info_t,
        thumbling_counters_t,
        thumbling_drive_t,
        thumbling_engine_config_t,
        thumbling_event_info_t,
        thumbling_file_info_t,
        thumbling_format_t,
        thumbling_hint_request_t,
        thumbling_image_t,
        thumbling_info_t,
        thumbling_limits_t,
        thumbling_log_entry_t,
        thumbling_lookup_request_t,
        thumbling_lookup_result_t,
        thumbling_repaired_t,
        thumbling_report_t,
        thumbling_request_t,
        thumbling_spec_t,
        thumbling_task_info_t,
        thumbling_task_item_t,
        thumbling_task_request_t,
        thumbling_url_info_t,
        thumbling_url_request_t,
        thumbling_verified_t,
    ]
}

/// What a field holds, as far as an initialiser is concerned.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Pointer,
    Signed,
    Unsigned,
    Float,
    /// A struct with one number.
    Handle,
    /// `thumbling_file_t`.
    File,
    /// `thumbling_task_id_t`.
    TaskId,
}

struct Field {
    kind: Kind,
    size: usize,
    /// Prefix of the constants that its comment names: `THUMBLING_FIT_`.
    constants: Option<String>,
}

struct Struct {
    name: String,
    fields: Vec<Field>,
    /// The line that ends it.
    end: usize,
}

/// The structs with a size in the text of a header.
fn structs(text: &str) -> Vec<Struct> {
    let mut structs = Vec::new();
    let (mut fields, mut comment, mut is_sized) = (Vec::new(), String::new(), false);
    let mut is_inside = false;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed == "typedef struct {" {
            (fields, comment, is_sized, is_inside) = (Vec::new(), String::new(), false, true);
        } else if !is_inside {
            continue;
        } else if let Some(name) = line.strip_prefix("} ") {
            is_inside = false;
            if is_sized {
                let name = name.trim_end_matches(';').to_owned();
                structs.push(Struct { name, fields: std::mem::take(&mut fields), end: number });
            }
        } else if trimmed.starts_with("/*") || trimmed.starts_with('*') {
            comment += trimmed;
        } else if line.starts_with("    ") && trimmed.ends_with(';') {
            is_sized |= trimmed == "size_t struct_size;";
            is_inside = is_sized;
            if !is_sized {
                continue;
            }
            fields.push(field(trimmed.trim_end_matches(';'), &comment));
            comment.clear();
        }
    }
    structs
}

fn field(declaration: &str, comment: &str) -> Field {
    let (kind, size) = match declaration.rsplit_once(' ').unwrap().0 {
        _ if declaration.contains('*') => (Kind::Pointer, size_of::<usize>()),
        "size_t" | "uintptr_t" => (Kind::Unsigned, size_of::<usize>()),
        "uint64_t" => (Kind::Unsigned, 8),
        "uint32_t" => (Kind::Unsigned, 4),
        "int64_t" => (Kind::Signed, 8),
        "int32_t" | "thumbling_status_t" => (Kind::Signed, 4),
        "double" => (Kind::Float, 8),
        "thumbling_cancel_t" | "thumbling_keyring_t" => (Kind::Handle, 8),
        "thumbling_file_t" => (Kind::File, 2 * size_of::<usize>()),
        "thumbling_task_id_t" => (Kind::TaskId, 40),
        callback if callback.starts_with("thumbling_drive_") || callback == "thumbling_release_t" => {
            (Kind::Pointer, size_of::<usize>())
        }
        other => panic!("how is a field of type {other} initialised?"),
    };
    let constants = comment.split("THUMBLING_").nth(1).and_then(|rest| rest.split_once("_...")).map(|(group, _)| group);
    let constants = constants.filter(|group| group.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
    Field { kind, size, constants: constants.map(|group| format!("THUMBLING_{group}_")) }
}

/// The integer constants of a header.
fn constants(text: &str) -> Vec<(&str, i128)> {
    let defines = text.lines().filter_map(|line| line.strip_prefix("#define ")?.split_once(' '));
    defines
        .filter_map(|(name, value)| match value {
            "UINT64_MAX" => Some((name, i128::from(u64::MAX))),
            value => Some((name, value.trim_matches(['(', ')']).parse().ok()?)),
        })
        .collect()
}

/// The sections of a header with an initialiser after each struct that may grow.
pub(super) fn with_macros(sections: &str) -> String {
    let (constants, defaults) = (constants(sections), defaults());
    let mut lines: Vec<String> = sections.lines().map(str::to_owned).collect();
    for found in structs(sections).iter().rev() {
        let bytes = defaults.get(found.name.as_str()).unwrap_or_else(|| panic!("{} has no default here", found.name));
        let mut at = 0;
        let values = found.fields.iter().map(|field| {
            let bytes = &bytes[at..at + field.size];
            at += field.size;
            if at == field.size { format!("sizeof({})", found.name) } else { value(field, bytes, &constants) }
        });
        let values = values.collect::<Vec<_>>().join(", ");
        assert_eq!(at, bytes.len(), "{} has padding", found.name);
        let name = init_macro(&found.name);
        let define = wrapped(&format!("#define {name} {{{values}}}"));
        lines.insert(found.end + 1, format!("\n/** Initialiser of {}. */\n{define}", found.name));
    }
    lines.join("\n") + "\n"
}

/// The value of a field in C.
fn value(field: &Field, bytes: &[u8], constants: &[(&str, i128)]) -> String {
    let number = number(field.kind, bytes);
    match field.kind {
        Kind::Signed | Kind::Unsigned => {
            let in_group = |name: &str| field.constants.as_ref().is_some_and(|group| name.starts_with(group.as_str()));
            let constant = constants.iter().find(|(name, n)| in_group(name) && *n == number);
            match (constant, number == i128::from(u64::MAX)) {
                (Some((name, _)), _) => (*name).to_owned(),
                (None, true) => "THUMBLING_NO_TIMEOUT".to_owned(),
                (None, false) => number.to_string(),
            }
        }
        kind => {
            assert!(bytes.iter().all(|byte| *byte == 0), "a default that is not zero");
            match kind {
                Kind::Pointer => "NULL",
                Kind::Float => "0.0",
                Kind::Handle => "{0}",
                Kind::File => "{NULL, NULL}",
                _ => "{\"\"}",
            }
            .to_owned()
        }
    }
}

fn number(kind: Kind, bytes: &[u8]) -> i128 {
    match (kind, bytes.len()) {
        (Kind::Signed, 4) => i32::from_ne_bytes(bytes.try_into().unwrap()).into(),
        (Kind::Signed, 8) => i64::from_ne_bytes(bytes.try_into().unwrap()).into(),
        (Kind::Unsigned, 4) => u32::from_ne_bytes(bytes.try_into().unwrap()).into(),
        (Kind::Unsigned, 8) => u64::from_ne_bytes(bytes.try_into().unwrap()).into(),
        _ => 0,
    }
}

/// A macro in lines of at most 120 characters.
fn wrapped(define: &str) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in define.split_inclusive(", ") {
        if line.len() + word.trim_end().len() > 117 {
            lines.push(format!("{}\\", line));
            line = "    ".to_owned();
        }
        line += word;
    }
    lines.push(line);
    lines.join("\n")
}

/// The bytes that C makes of the value of a field.
fn evaluated(field: &Field, value: &str, constants: &[(&str, i128)], own_size: usize) -> Vec<u8> {
    let zeros = vec![0; field.size];
    let number = match value {
        "NULL" | "{0}" | "{NULL NULL}" | "{\"\"}" | "0.0" => return zeros,
        value if value.starts_with("sizeof(") => own_size as i128,
        value => match constants.iter().find(|(name, _)| *name == value) {
            Some((_, number)) => *number,
            None => value.parse().unwrap_or_else(|_| panic!("{value}")),
        },
    };
    assert!(matches!(field.kind, Kind::Signed | Kind::Unsigned), "{value} for {:?}", field.kind);
    let bytes = if cfg!(target_endian = "little") { number.to_le_bytes() } else { number.to_be_bytes() };
    let range = if cfg!(target_endian = "little") { 0..field.size } else { 16 - field.size..16 };
    bytes[range].to_vec()
}

#[test]
fn every_initialiser_equals_the_default_of_the_library() {
    let header = generate();
    let (constants, defaults) = (constants(&header), defaults());
    let joined = header.replace(" \\\n    ", " ").replace("{NULL, NULL}", "{NULL NULL}");
    let found = structs(&header);
    assert_eq!(found.len(), defaults.len());
    for Struct { name, fields, .. } in found {
        let define = format!("#define {} {{", init_macro(&name));
        let values = joined.split(&define).nth(1).unwrap_or_else(|| panic!("no {define}")).lines().next().unwrap();
        let values: Vec<&str> = values.strip_suffix('}').unwrap().split(", ").map(str::trim).collect();
        assert_eq!(values.len(), fields.len(), "{name}");
        let default = &defaults[name.as_str()];
        let bytes = fields.iter().zip(values).map(|(field, value)| evaluated(field, value, &constants, default.len()));
        assert_eq!(bytes.flatten().collect::<Vec<u8>>(), *default, "{name}");
    }
}
