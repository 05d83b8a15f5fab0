//! Conversion between ids of files and the parts of their paths.
//!
//! An id is the path, where `%` and two hexadecimal digits stand for `%` itself, for bytes that are not UTF-8, for control
//! characters, and for the first letter of a file named like the folder itself, `root`.

use std::fmt::Write as _;

use super::sys;
use crate::wire::koodrive;
use thumbling::{Error, Result};

/// The id of the folder itself: that of KooDrive.
pub const ROOT: &str = koodrive::ROOT;

/// One name, as bytes: not empty, without `/` and NUL, not starting with a dot.
pub(super) type Part = Vec<u8>;

/// Longest name that file systems support, bytes.
pub(super) const MAX_NAME: usize = 255;
/// Most parts of a path.
const MAX_DEPTH: usize = 64;

/// Whether `name` can be part of a path of the drive.
pub(super) fn is_part(name: &[u8]) -> bool {
    let is_plain = !name.is_empty() && name.len() <= MAX_NAME && name[0] != b'.';
    is_plain && !name.iter().any(|&b| b == b'/' || b == 0) && sys::is_valid_name(name)
}

/// The parts of `path`; `invalid-argument` if one of them is hidden or could lead elsewhere.
pub(super) fn split(path: &str) -> Result<Vec<Part>> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<Part> = path.split('/').map(|part| part.as_bytes().to_vec()).collect();
    if parts.len() > MAX_DEPTH || !parts.iter().all(|part| is_part(part)) {
        return Err(Error::invalid_argument("not a path of this drive"));
    }
    Ok(parts)
}

/// The id for `parts`.
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

/// The parts for an id; `None` if [`id`] does not produce it.
pub(super) fn parts(text: &str) -> Option<Vec<Part>> {
    if text == ROOT {
        return Some(Vec::new());
    }
    let parts: Vec<Part> = text.split('/').map(percent_decoded).collect::<Option<_>>()?;
    let is_canonical = parts.len() <= MAX_DEPTH && parts.iter().all(|part| is_part(part)) && id(&parts) == text;
    is_canonical.then_some(parts)
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
    fn every_name_has_its_own_id() {
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
    fn paths_that_could_lead_elsewhere_are_refused() {
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
}
