//! ZIP packages, by the names in their directory. The only content read is the part that names the media type.

use std::io::Read;

use thumbling_core::bytes::u16_le;
use thumbling_core::source::Source;
use thumbling_core::zip::{self, Directory, Entry};

use crate::package::key;

/// A package of another kind: a program, a drawing, a 3-D model.
pub const OTHER: &str = "package";

/// Bytes read of a part that names the media type.
const MAX_PART: u64 = 128 << 10;

/// An entry, and its name in the form that part names are compared in.
struct Part<'a> {
    name: String,
    entry: &'a Entry,
}

pub(super) fn format(source: &Source, head: &[u8], extension: &str) -> Option<&'static str> {
    // ODF and EPUB require this entry to be first and stored.
    if let Some(format) = first_mimetype(head).and_then(by_mimetype) {
        return Some(format);
    }
    let directory = Directory::peek(source).ok()?;
    let scanned = if directory.is_none() { zip::scan(source) } else { Vec::new() };
    let entries = directory.as_ref().map_or(scanned.as_slice(), |directory| directory.entries());
    let parts: Vec<Part<'_>> = entries.iter().map(|entry| Part { name: key(&entry.name), entry }).collect();
    let has = |name: &str| parts.iter().any(|p| p.name == name);
    let starts = |folder: &str| parts.iter().any(|p| p.name.starts_with(folder));
    let read = |name: &str| text(source, parts.iter().find(|p| p.name == name)?.entry);
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
    let ends = |tail: &str| parts.iter().any(|p| p.name == tail || p.name.ends_with(&format!("/{tail}")));
    if ends("index.zip") || ends("index/document.iwa") || ends("index/documentmetadata.iwa") {
        return Some(iwork(&parts, extension));
    }
    match () {
        () if ends("index.apxl") || ends("index.apxl.gz") => return Some("key"),
        () if (ends("index.xml") || ends("index.xml.gz")) && ends("quicklook/thumbnail.jpg") => {
            return Some(if extension == "numbers" { "numbers" } else { "pages" });
        }
        () => {}
    }
    // Parts of a package whose list of content types is missing.
    match () {
        () if has("word/document.xml") => Some("docx"),
        () if has("xl/workbook.xml") => Some("xlsx"),
        () if has("ppt/presentation.xml") => Some("pptx"),
        () if has("meta-inf/manifest.mf") => Some(OTHER),
        () => None,
    }
}

/// By the main part or its content type, else by folder.
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

/// The format with one of these content types, in lower case.
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

/// The format of an ODF or EPUB media type.
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

/// The first ODF media type in a manifest, which is that of the package.
fn opendocument(manifest: &str) -> Option<&str> {
    let start = manifest.find("application/vnd.oasis.opendocument.")?;
    manifest[start..].split(['"', '\'']).next()
}

/// The iWork application, by parts that only it writes.
fn iwork(parts: &[Part<'_>], extension: &str) -> &'static str {
    let has = |start: &str| parts.iter().any(|p| p.name.rsplit('/').next().is_some_and(|file| file.starts_with(start)));
    match extension {
        "pages" => "pages",
        "numbers" => "numbers",
        "key" => "key",
        _ if has("slide-") || has("slide.iwa") || has("masterslide") || has("templateslide") => "key",
        _ if has("datalist") || has("tile") => "numbers",
        _ => "pages",
    }
}

/// The content of `mimetype`, if it is the first entry and stored.
fn first_mimetype(head: &[u8]) -> Option<&str> {
    let header = head.get(..30)?;
    let name = head.get(30..38)?;
    if !header.starts_with(b"PK\x03\x04") || name != b"mimetype" || u16_le(header, 26)? != 8 || u16_le(header, 8)? != 0
    {
        return None;
    }
    let start = 38 + usize::from(u16_le(header, 28)?);
    let rest = head.get(start..head.len().min(start + 80))?;
    let end = rest.iter().position(|b| !b.is_ascii_graphic()).unwrap_or(rest.len());
    let end = rest.windows(2).position(|w| w == b"PK").unwrap_or(end).min(end);
    std::str::from_utf8(&rest[..end]).ok()
}

/// The start of a small text part.
fn text(source: &Source, entry: &Entry) -> Option<String> {
    let mut text = Vec::new();
    // Truncated text can be enough.
    let _ = entry.reader(source).ok()?.take(MAX_PART).read_to_end(&mut text);
    Some(String::from_utf8_lossy(&text).into_owned())
}
