//! Cloudreve: error codes, and file URIs of a user's own files (`cloudreve://my/<path>`).

use std::fmt::Write as _;

use crate::problem::Problem;

/// Scheme and authority of the URIs of a user's own files.
const MY_FILES: &str = "cloudreve://my";

/// The `code` of a call that failed. Never 0, which means success.
pub const fn code(problem: Problem) -> i32 {
    match problem {
        Problem::Argument | Problem::Files => 40001,
        Problem::Space | Problem::NoSuchFile => 40016,
        Problem::Login => 401,
        Problem::Denied => 403,
        Problem::NoSuchTask => 404,
        Problem::NoThumbnail
        | Problem::Pending
        | Problem::NoVisual
        | Problem::Encrypted
        | Problem::Corrupt
        | Problem::Timeout
        | Problem::Cancelled => 40077,
        Problem::Unsupported | Problem::Viral | Problem::Malicious => 40050,
        Problem::Limit => 40049,
        Problem::Busy => 40090,
        Problem::Io => 50004,
        Problem::Internal => -1,
    }
}

/// The URI of the file at `path`, parts separated by `/`.
pub fn uri(path: &str) -> String {
    let mut uri = format!("{MY_FILES}/");
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

/// The path that [`uri`] encodes; `None` for URIs of anything else.
pub fn path(uri: &str) -> Option<String> {
    let path = uri.strip_prefix(MY_FILES)?.split(['?', '#']).next()?;
    let path = match path.strip_prefix('/') {
        Some(path) => path.strip_suffix('/').unwrap_or(path),
        None if path.is_empty() => path,
        None => return None,
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |b: u8| char::from(b).to_digit(16);
                (digit(rest.next()?)? << 4 | digit(rest.next()?)?) as u8
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_problem_is_spelled_as_success() {
        assert!(Problem::ALL.iter().all(|problem| code(*problem) != 0));
    }

    #[test]
    fn a_path_round_trips_through_its_uri() {
        for text in ["", "pic.png", "my folder/图 #1?.png", "100%.png"] {
            assert_eq!(path(&uri(text)).as_deref(), Some(text));
        }
        for uri in ["cloudreve://myelsewhere/a", "cloudreve://trash/a", "cloudreve://my/%zz", "a"] {
            assert_eq!(path(uri), None, "{uri}");
        }
    }
}
