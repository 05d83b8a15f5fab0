//! Names of parts.

/// A part name as it is compared: in lower case, with `/` between folders and none at the start.
pub fn key(name: &str) -> String {
    name.trim_start_matches(['/', '\\']).replace('\\', "/").to_ascii_lowercase()
}
