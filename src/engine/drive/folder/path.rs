//! Ids of files and the parts of their paths.
//!
//! An id is the path, with `%` and two hexadecimal digits for `%` itself, for bytes that are no UTF-8 and for control
//! characters, and for the first letter of a file that is called as the folder itself, `root`.

use std::fmt::Write as _;

use super::ROOT;
use crate::error::{Error, Result};

/// One name, as the system has it: no `/`, no NUL, not empty, no dot in front.
pub(super) type Part = Vec<u8>;

/// Longest name that file systems take, in bytes.
const MAX_NAME: usize = 255;
/// Deepest path that is walked.
const MAX_DEPTH: usize = 64;

fn is_part(name: &[u8]) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME && name[0] != b'.' && !name.iter().any(|&b| b == b'/' || b == 0)
}

/// Whether a name belongs to the drive.
pub(super) fn belongs(name: &[u8]) -> bool {
    is_part(name)
}

/// The parts of `path`; `invalid-argument` if one of them could lead elsewhere, or is hidden.
pub(super) fn split(path: &str) -> Result<Vec<Part>> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<Part> = path.split('/').map(|part| part.as_bytes().to_vec()).collect();
    match parts.len() <= MAX_DEPTH && parts.iter().all(|part| is_part(part)) {
        true => Ok(parts),
        false => Err(Error::invalid_argument("not a path of this drive")),
    }
}

/// The id of what `parts` leads to.
pub(super) fn id(parts: &[Part]) -> String {
    if parts.is_empty() {
        return ROOT.into();
    }
    let mut id = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            id.push('/');
        }
        for chunk in part.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match letter {
                    '%' => id.push_str("%25"),
                    _ if letter.is_control() => {
                        escape(letter.encode_utf8(&mut [0; 4]).as_bytes(), &mut id);
                    }
                    _ => id.push(letter),
                }
            }
            escape(chunk.invalid(), &mut id);
        }
    }
    if id == ROOT {
        id = format!("%{:02x}{}", ROOT.as_bytes()[0], &ROOT[1..]);
    }
    id
}

fn escape(bytes: &[u8], id: &mut String) {
    for byte in bytes {
        let _ = write!(id, "%{byte:02x}");
    }
}

/// The parts that `id` names; `None` for what [`id`] does not make.
pub(super) fn parts(text: &str) -> Option<Vec<Part>> {
    if text == ROOT {
        return Some(Vec::new());
    }
    let parts: Vec<Part> = text.split('/').map(percent_decoded).collect::<Option<_>>()?;
    let ours = parts.len() <= MAX_DEPTH && parts.iter().all(|part| is_part(part)) && id(&parts) == text;
    ours.then_some(parts)
}

/// The path in the part of a URI that begins with its first slash.
pub(super) fn of_uri(rest: &str) -> Option<String> {
    let path = rest.split(['?', '#']).next()?;
    let path = match path.strip_prefix('/') {
        Some(path) => path.strip_suffix('/').unwrap_or(path),
        None if path.is_empty() => path,
        None => return None,
    };
    String::from_utf8(percent_decoded(path)?).ok()
}

/// The URI of `path`.
pub(super) fn uri(path: &str) -> String {
    let mut uri = "cloudreve://my/".to_owned();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => uri.push(byte as char),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |b: u8| char::from(b).to_digit(16);
                (digit(rest.next()?)? << 4 | digit(rest.next()?)?) as u8
            }
            _ => byte,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_an_id_of_its_own() {
        let names: [&[u8]; 7] = [b"a b.png", "图.png".as_bytes(), b"100%", b"%31", b"a\nb", b"\xff\xfe", b"root"];
        for name in names {
            let path = vec![b"folder".to_vec(), name.to_vec()];
            assert_eq!(parts(&id(&path)), Some(path), "{name:?}");
            let alone = vec![name.to_vec()];
            assert_eq!(parts(&id(&alone)), Some(alone), "{name:?}");
        }
        assert_eq!(id(&[]), "root");
        assert_eq!(id(&[b"root".to_vec()]), "%72oot");
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_path() {
        let long = "x".repeat(256);
        let deep = vec!["a"; 65].join("/");
        for path in ["..", "a/../b", ".", "/etc/passwd", "a//b", "a/", ".git/config", "a\0b", &long, &deep] {
            assert!(split(path).is_err(), "{path:?}");
            assert!(parts(path).is_none(), "{path:?}");
        }
        for id in ["%2e%2e", "a%2fb", "a%00", "%2E", "a%2", "a%zz", "%61", ""] {
            assert!(parts(id).is_none(), "{id:?}");
        }
    }

    #[test]
    fn a_path_comes_back_from_its_uri() {
        for path in ["", "pic.png", "my folder/图 #1?.png", "100%.png"] {
            let uri = uri(path);
            assert_eq!(of_uri(uri.strip_prefix("cloudreve://my").unwrap()).as_deref(), Some(path), "{uri}");
        }
        assert_eq!(of_uri("elsewhere/a"), None);
    }
}
