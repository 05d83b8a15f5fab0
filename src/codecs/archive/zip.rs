//! ZIP and CBZ: the first picture, in the order in which a person would number the files.

use std::cmp::Ordering;
use std::io::Read;

use zip::{CompressionMethod, ZipArchive, result::ZipError};

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::{Family, Format};
use thumbling_core::frame::Frame;
use thumbling_core::probe::{Hint, Peek, Score};
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format { name: "zip", family: Family::Archive };

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["application/zip", "application/vnd.comicbook+zip", "application/x-cbz"],
    score,
    open: |source, cx| Ok(Box::new(Zip { inner: first_picture(source, cx)? })),
};

/// Many formats are ZIP files inside: whoever knows one of them is surer than this, and documents are no archives even
/// where nothing here reads them.
fn score(peek: &Peek<'_>) -> Score {
    #[cfg(feature = "office")]
    if thumbling_office::kind::of(peek).is_some() {
        return Score::NONE;
    }
    if peek.has(0, b"PK\x03\x04") || peek.has(0, b"PK\x05\x06") { Score::LIKELY } else { Score::NONE }
}

/// Extensions that are worth unpacking an entry for.
const PICTURES: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "avif", "heic", "heif", "jxl", "jp2", "bmp", "tif", "tiff",
    "tga", "psd", "svg", "qoi", "ppm", "dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf",
];

/// Pictures that are tried before the archive is said to hold none that can be shown.
const MAX_TRIED: usize = 8;

/// Bytes of one fetch.
const WINDOW: usize = 16 << 10;

struct Zip {
    inner: Box<dyn Decoder>,
}

impl Decoder for Zip {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let mut info = self.inner.info(cx)?;
        (info.format, info.family, info.pages) = (FORMAT, FORMAT.family, 1);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        self.inner.frame(want, cx)
    }
}

fn typed(e: ZipError) -> Error {
    match e {
        ZipError::Io(e) => e.into(),
        ZipError::UnsupportedArchive(why) if why == ZipError::PASSWORD_REQUIRED => {
            Error::new(ErrorKind::Encrypted, "the archive is encrypted")
        }
        ZipError::UnsupportedArchive(why) => Error::unsupported(why),
        e => Error::corrupt(e.to_string()).caused_by(e),
    }
}

fn first_picture(source: &Source, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    let mut archive = ZipArchive::new(source.reader(WINDOW)).map_err(typed)?;
    if archive.len() as u64 > u64::from(cx.limits().max_entries) {
        return Err(Error::limit(format!("{} entries; the limit is {}", archive.len(), cx.limits().max_entries)));
    }
    if ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"].iter().any(|n| archive.index_for_name(n).is_some()) {
        return Err(Error::unsupported("a document or program in a ZIP package, not an archive of files"));
    }
    let picture = |name: &str| {
        let extension = Hint::name(name).extension();
        let hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        !hidden && PICTURES.contains(&extension.as_str())
    };
    let mut names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(|n| n.into_owned()))
        .filter(|name| picture(name))
        .collect();
    names.sort_by(|a, b| natural(a, b).then_with(|| a.cmp(b)));
    let mut failure = None;
    for name in names.iter().take(MAX_TRIED) {
        cx.check()?;
        let opened = content(&mut archive, name, source, cx).and_then(|content| {
            let mut decoder = cx.open_inner(&content, &Hint::name(name))?;
            decoder.info(cx).map(|_| decoder)
        });
        match opened {
            Ok(decoder) => return Ok(decoder),
            Err(e) if e.ends_request() => return Err(e),
            Err(e) => {
                failure.get_or_insert(e);
            }
        }
    }
    Err(failure.unwrap_or_else(|| Error::new(ErrorKind::NoVisual, "an archive without a picture")))
}

/// The content of an entry: where it is stored as it is, a part of `source`, else unpacked into memory.
fn content(archive: &mut ZipArchive<SourceReader>, name: &str, source: &Source, cx: &Context<'_>) -> Result<Source> {
    let max = cx.limits().max_part.min(cx.limits().max_memory);
    let entry = archive.by_name(name).map_err(typed)?;
    if entry.compression() == CompressionMethod::Stored
        && let Some(start) = entry.data_start()
    {
        return Ok(source.slice(start, entry.size()));
    }
    if entry.size() > max {
        return Err(Error::limit(format!("`{name}` unpacks to {} bytes; the limit is {max}", entry.size())));
    }
    let _held = cx.reserve(entry.size())?;
    let mut unpacked = Vec::new();
    // The size that an entry claims is not believed.
    entry.take(max + 1).read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > max {
        return Err(Error::limit(format!("`{name}` unpacks to more than {max} bytes")));
    }
    Ok(Source::from_bytes(unpacked))
}

/// Orders names as a person does: runs of digits by their value, letters whatever their case.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.chars().peekable(), b.chars().peekable());
    loop {
        let (Some(&x), Some(&y)) = (a.peek(), b.peek()) else { return a.peek().is_some().cmp(&b.peek().is_some()) };
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                let mut digits = String::new();
                while let Some(c) = chars.next_if(char::is_ascii_digit) {
                    digits.push(c);
                }
                let digits = digits.trim_start_matches('0').to_owned();
                (digits.len(), digits)
            };
            number(&mut a).cmp(&number(&mut b))
        } else {
            a.next();
            b.next();
            x.to_lowercase().cmp(y.to_lowercase())
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_a_person_numbers_them() {
        let mut names = ["b/10.jpg", "b/9.jpg", "B/009a.jpg", "a2/1.png", "a10/1.png"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a2/1.png", "a10/1.png", "b/9.jpg", "B/009a.jpg", "b/10.jpg"]);
    }
}
