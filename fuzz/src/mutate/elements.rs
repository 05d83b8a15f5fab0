//! Finds elements and attribute values in bytes that contain XML, well-formed or not.

use std::ops::Range;

/// A range of byte offsets.
pub(super) type Span = Range<usize>;

/// Offsets of all start tags.
pub(super) fn starts(data: &[u8]) -> Vec<usize> {
    let is_start = |w: &[u8]| w[0] == b'<' && (w[1].is_ascii_alphabetic() || w[1] == b'_');
    data.windows(2).enumerate().filter(|(_, w)| is_start(w)).map(|(at, _)| at).collect()
}

/// The element name in a start tag.
pub(super) fn name(tag: &[u8]) -> &[u8] {
    let name = &tag[1.min(tag.len())..];
    let end = name.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(name.len());
    &name[..end]
}

/// The whole element that starts at `start`.
pub(super) fn element_at(data: &[u8], start: usize) -> Option<Span> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        let open = at + data[at..].iter().position(|b| *b == b'<')?;
        let close = open + data[open..].iter().position(|b| *b == b'>')?;
        match (data[open + 1], data[close - 1]) {
            (b'/', _) => depth = depth.checked_sub(1)?,
            (b'?' | b'!', _) | (_, b'/') => {}
            _ => depth += 1,
        }
        if depth == 0 {
            return Some(start..close + 1);
        }
        at = close + 1;
    }
}

/// All attribute values, without their quotes.
pub(super) fn attribute_values(data: &[u8]) -> Vec<Span> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = data[at..].windows(2).position(|w| matches!(w, b"=\"" | b"='")) {
        let start = at + found + 2;
        let Some(length) = data[start..].iter().position(|b| *b == data[start - 1]) else { break };
        all.push(start..start + length);
        at = start + length;
    }
    all
}
