//! What a zip file contains, by its directory: read from the end, within bounds, and no entry is opened but the small
//! one that says what the package is.

use std::io::Read;

use flate2::bufread::DeflateDecoder;

use super::OTHER;
use thumbling_core::source::Source;

/// Bytes at the end among which the end record is looked for: first in few, then in as many as its comment may have.
const TAILS: [u64; 2] = [4 << 10, (64 << 10) + 22];

/// Bytes of the directory, and entries of it, that are looked at.
const MAX_DIRECTORY: u64 = 256 << 10;
const MAX_ENTRIES: usize = 4096;

/// Entries of a file without a directory that are looked at, one after the other.
const MAX_LOCAL: usize = 256;

/// Bytes of a part that says what the package is.
const MAX_PART: u64 = 128 << 10;

const LOCAL: &[u8] = b"PK\x03\x04";

struct Entry {
    /// In lower case, without a leading slash.
    name: String,
    method: u16,
    packed: u64,
    /// Where its local header is.
    start: u64,
}

pub(super) fn kind(source: &Source, head: &[u8], extension: &str) -> Option<&'static str> {
    // By the rules of ODF and EPUB this is the first entry, as it is.
    if let Some(kind) = first_mimetype(head).and_then(by_mimetype) {
        return Some(kind);
    }
    let entries = match directory(source) {
        Some(entries) => entries,
        None => local_entries(source),
    };
    let has = |name: &str| entries.iter().any(|e| e.name == name);
    let starts = |folder: &str| entries.iter().any(|e| e.name.starts_with(folder));
    let read = |name: &str| part(source, entries.iter().find(|e| e.name == name)?);
    if has("[content_types].xml") || has("_rels/.rels") {
        return Some(ooxml(&has, &starts, read("[content_types].xml").as_deref()));
    }
    if has("mimetype") || has("meta-inf/manifest.xml") {
        let said = read("mimetype").and_then(|text| by_mimetype(&text));
        let listed = || read("meta-inf/manifest.xml").and_then(|text| by_mimetype(opendocument(&text)?));
        return said.or_else(listed).or_else(|| has("meta-inf/container.xml").then_some("epub")).or(Some(OTHER));
    }
    if has("meta-inf/container.xml") {
        return Some("epub");
    }
    let ends = |tail: &str| entries.iter().any(|e| e.name == tail || e.name.ends_with(&format!("/{tail}")));
    if ends("index.zip") || ends("index/document.iwa") || ends("index/documentmetadata.iwa") {
        return Some(iwork(&entries, extension));
    }
    match () {
        () if ends("index.apxl") || ends("index.apxl.gz") => return Some("key"),
        () if (ends("index.xml") || ends("index.xml.gz")) && ends("quicklook/thumbnail.jpg") => {
            return Some(if extension == "numbers" { "numbers" } else { "pages" });
        }
        () => {}
    }
    // The parts of a package that lacks what should list them, or has lost it.
    match () {
        () if has("word/document.xml") => Some("docx"),
        () if has("xl/workbook.xml") => Some("xlsx"),
        () if has("ppt/presentation.xml") => Some("pptx"),
        () if has("meta-inf/manifest.mf") => Some(OTHER),
        () => None,
    }
}

/// By the content type of the main part; where that does not say it, by the folder in which parts are.
fn ooxml(has: &dyn Fn(&str) -> bool, starts: &dyn Fn(&str) -> bool, types: Option<&str>) -> &'static str {
    match () {
        () if has("word/document.xml") => return "docx",
        () if has("xl/workbook.xml") => return "xlsx",
        () if has("xl/workbook.bin") => return "xlsb",
        () if has("ppt/presentation.xml") => return "pptx",
        () => {}
    }
    let types = types.unwrap_or_default().to_ascii_lowercase();
    match by_content_type(&types) {
        Some(kind) => kind,
        None if starts("word/") => "docx",
        None if starts("xl/") => "xlsx",
        None if starts("ppt/") => "pptx",
        None => OTHER,
    }
}

/// The kind whose main part is of one of these content types, in lower case.
pub(super) fn by_content_type(types: &str) -> Option<&'static str> {
    let is_main = |of: &[&str]| of.iter().any(|kind| types.contains(kind));
    match () {
        () if is_main(&[
            "wordprocessingml.document.main",
            "wordprocessingml.template.main",
            "word.document.macroenabled.main",
            "word.template.macroenabledtemplate.main",
        ]) =>
        {
            Some("docx")
        }
        () if is_main(&["sheet.binary.macroenabled.main"]) => Some("xlsb"),
        () if is_main(&[
            "spreadsheetml.sheet.main",
            "spreadsheetml.template.main",
            "excel.sheet.macroenabled.main",
            "excel.template.macroenabled.main",
            "excel.addin.macroenabled.main",
        ]) =>
        {
            Some("xlsx")
        }
        () if is_main(&[
            "presentationml.presentation.main",
            "presentationml.slideshow.main",
            "presentationml.template.main",
            "powerpoint.presentation.macroenabled.main",
            "powerpoint.slideshow.macroenabled.main",
            "powerpoint.template.macroenabled.main",
            "powerpoint.addin.macroenabled.main",
        ]) =>
        {
            Some("pptx")
        }
        () => None,
    }
}

/// The kind of a media type of ODF or EPUB.
pub(super) fn by_mimetype(text: &str) -> Option<&'static str> {
    let text = text.trim().to_ascii_lowercase();
    if text.starts_with("application/epub+zip") {
        return Some("epub");
    }
    let rest = text.strip_prefix("application/vnd.oasis.opendocument.")?;
    Some(match rest.split(|c: char| !c.is_ascii_alphabetic()).next()? {
        "text" => "odt",
        "spreadsheet" => "ods",
        "presentation" => "odp",
        "graphics" => "odg",
        _ => OTHER,
    })
}

/// The first media type of ODF in a manifest, which is the package's own.
fn opendocument(manifest: &str) -> Option<&str> {
    let start = manifest.find("application/vnd.oasis.opendocument.")?;
    manifest[start..].split(['"', '\'']).next()
}

/// Which of the three has written it: what each alone has among its parts.
fn iwork(entries: &[Entry], extension: &str) -> &'static str {
    let has =
        |start: &str| entries.iter().any(|e| e.name.rsplit('/').next().is_some_and(|file| file.starts_with(start)));
    match extension {
        "pages" => "pages",
        "numbers" => "numbers",
        "key" => "key",
        _ if has("slide-") || has("slide.iwa") || has("masterslide") || has("templateslide") => "key",
        _ if has("datalist") || has("tile") => "numbers",
        _ => "pages",
    }
}

/// The text of an entry `mimetype` that comes first and is stored.
fn first_mimetype(head: &[u8]) -> Option<&str> {
    let header = head.get(..30)?;
    let name = head.get(30..38)?;
    if !header.starts_with(LOCAL) || name != b"mimetype" || u16_at(header, 26)? != 8 || u16_at(header, 8)? != 0 {
        return None;
    }
    let start = 38 + usize::from(u16_at(header, 28)?);
    let rest = head.get(start..head.len().min(start + 80))?;
    let end = rest.iter().position(|b| !b.is_ascii_graphic()).unwrap_or(rest.len());
    let end = rest.windows(2).position(|w| w == b"PK").unwrap_or(end).min(end);
    std::str::from_utf8(&rest[..end]).ok()
}

/// The entries of the directory; `None` if there is none.
fn directory(source: &Source) -> Option<Vec<Entry>> {
    let (at, record) = TAILS.iter().find_map(|&tail| {
        let start = source.size().saturating_sub(tail);
        let bytes = source.read_vec(start, source.size() - start).ok()?;
        let found = bytes.windows(4).rposition(|w| w == b"PK\x05\x06").filter(|at| at + 22 <= bytes.len())?;
        Some((start + found as u64, bytes[found..].to_vec()))
    })?;
    let (mut length, mut start) = (u64::from(u32_at(&record, 12)?), u64::from(u32_at(&record, 16)?));
    let mut end = at;
    if length == 0xFFFF_FFFF || start == 0xFFFF_FFFF || u16_at(&record, 10)? == 0xFFFF {
        let locator = source.read_vec(at.checked_sub(20)?, 20).ok()?;
        let wide = u64_at(&locator, 8)?;
        let record = source.read_vec(wide, 56).ok().filter(|r| r.starts_with(b"PK\x06\x06"))?;
        (length, start, end) = (u64_at(&record, 40)?, u64_at(&record, 48)?, wide);
    }
    // Something may stand before the archive, which offsets do not count.
    let real = end.checked_sub(length).unwrap_or(start);
    let skipped = real.saturating_sub(start);
    let bytes = source.read_vec(real, length.min(MAX_DIRECTORY).min(source.size().saturating_sub(real))).ok()?;
    let mut entries = Vec::new();
    let mut rest = bytes.as_slice();
    while rest.starts_with(b"PK\x01\x02") && entries.len() < MAX_ENTRIES {
        let lengths = [u16_at(rest, 28), u16_at(rest, 30), u16_at(rest, 32)];
        let [Some(name), Some(extra), Some(comment)] = lengths.map(|n| n.map(usize::from)) else { break };
        let Some(raw) = rest.get(46..46 + name) else { break };
        entries.push(Entry {
            name: plain(raw),
            method: u16_at(rest, 10)?,
            packed: u64::from(u32_at(rest, 20)?),
            start: u64::from(u32_at(rest, 42)?) + skipped,
        });
        rest = rest.get(46 + name + extra + comment..).unwrap_or_default();
    }
    Some(entries)
}

/// The first entries of a file whose directory is lost, one behind the other as far as their sizes are known.
fn local_entries(source: &Source) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut at = 0_u64;
    while entries.len() < MAX_LOCAL {
        let mut header = [0; 30 + 256];
        let Ok(got @ 30..) = source.read_up_to(at, &mut header) else { break };
        let header = &header[..got];
        let fields = (u16_at(header, 8), u32_at(header, 18), u16_at(header, 26), u16_at(header, 28));
        let (true, (Some(method), Some(packed), Some(name), Some(extra))) = (header.starts_with(LOCAL), fields) else {
            break;
        };
        let raw = header.get(30..30 + usize::from(name)).unwrap_or_default();
        entries.push(Entry { name: plain(raw), method, packed: u64::from(packed), start: at });
        // A size that only follows the content is not known here.
        let streamed = header[6] & 8 != 0 && packed == 0;
        if streamed {
            break;
        }
        at += 30 + u64::from(name) + u64::from(extra) + u64::from(packed);
    }
    entries
}

/// The text of a small part.
fn part(source: &Source, entry: &Entry) -> Option<String> {
    let header = source.read_vec(entry.start, 30).ok().filter(|h| h.starts_with(LOCAL))?;
    let start = entry.start + 30 + u64::from(u16_at(&header, 26)?) + u64::from(u16_at(&header, 28)?);
    let packed = source.slice(start, entry.packed.min(MAX_PART));
    let mut text = Vec::new();
    // What can be read of it may say enough.
    let _ = match entry.method {
        0 => packed.reader(4 << 10).read_to_end(&mut text),
        8 => DeflateDecoder::new(packed.reader(4 << 10)).take(MAX_PART).read_to_end(&mut text),
        _ => return None,
    };
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// A name as it is compared.
fn plain(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).replace('\\', "/").trim_start_matches('/').to_lowercase()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
