//! Flat XML documents (flat OPC, flat ODF), by their first elements.

use super::zip::{by_content_type, by_mimetype};
use thumbling_core::source::Source;

/// Bytes read: the root of a flat ODF file declares some thirty namespaces before its media type.
const HEAD: usize = 16 << 10;

pub(super) fn format(source: &Source, head: &[u8]) -> Option<&'static str> {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let has = |bytes: &[u8], words: &str| bytes.windows(words.len()).any(|w| w == words.as_bytes());
    if !start.starts_with(b"<") || !(has(start, "pkg:package") || has(start, "office:document")) {
        return None;
    }
    let mut bytes = vec![0; HEAD];
    let got = source.read_up_to(0, &mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes[..got]);
    if let Some((_, root)) = text.split_once("<office:document") {
        let (_, kind) = root.split('>').next()?.split_once("office:mimetype=")?;
        return by_mimetype(kind.get(1..)?);
    }
    let (before, root) = text.split_once("<pkg:package")?;
    let program = before.split_once("progid=").map_or("", |(_, rest)| rest.get(1..).unwrap_or_default());
    match () {
        () if program.starts_with("Word.Document") => Some("docx"),
        () if program.starts_with("PowerPoint.Show") => Some("pptx"),
        () if program.starts_with("Excel.Sheet") => Some("xlsx"),
        () => by_content_type(&root.to_ascii_lowercase()),
    }
}
