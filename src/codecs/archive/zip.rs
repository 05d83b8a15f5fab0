//! ZIP and CBZ archives, shown by their first picture in natural sort order (`9.jpg` before `10.jpg`).
//!
//! Documents and programs in ZIP packages are not archives.

use std::cmp::Ordering;

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::{Family, Format};
use thumbling_core::frame::Frame;
use thumbling_core::probe::{Hint, Peek, Score};
use thumbling_core::source::Source;
use thumbling_core::zip::{Content, Directory, Entry};

const FORMAT: Format = Format { name: "zip", family: Family::Archive };

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["application/zip", "application/vnd.comicbook+zip", "application/x-cbz"],
    score,
    open: |source, cx| Ok(Box::new(open_first_picture(source, cx)?)),
};

/// Lower than the score of any format that uses ZIP as its container. Documents score nothing here even if no decoder for
/// them is built in.
fn score(peek: &Peek<'_>) -> Score {
    #[cfg(feature = "office")]
    if thumbling_office::detect::format(peek).is_some() {
        return Score::NONE;
    }
    if peek.has(0, b"PK\x03\x04") || peek.has(0, b"PK\x05\x06") { Score::LIKELY } else { Score::NONE }
}

/// Extensions of entries that are tried.
const PICTURES: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "avif", "heic", "heif", "jxl", "jp2", "bmp", "tif", "tiff",
    "tga", "psd", "svg", "qoi", "ppm", "dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf",
];

/// Pictures that are tried before the archive is refused.
const MAX_TRIED: usize = 8;

struct Zip {
    inner: Box<dyn Decoder>,
    /// Holds the memory that `inner` reads from.
    _content: Content,
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

fn open_first_picture(source: &Source, cx: &Context<'_>) -> Result<Zip> {
    let directory = Directory::read(source, cx)?;
    let entries = directory.entries();
    let _held = cx.reserve(directory.memory())?;
    let is_package =
        |entry: &Entry| matches!(entry.name.as_str(), "[Content_Types].xml" | "mimetype" | "META-INF/MANIFEST.MF");
    if entries.iter().any(is_package) {
        return Err(Error::unsupported("a document or program in a ZIP package, not an archive of files"));
    }
    let mut pictures: Vec<&Entry> = entries.iter().filter(|entry| is_picture(&entry.name)).collect();
    pictures.sort_by(|a, b| natural(&a.name, &b.name).then_with(|| a.name.cmp(&b.name)));
    // Of entries with the same name, the last one counts.
    pictures.dedup_by(|later, kept| {
        let is_same = later.name == kept.name;
        if is_same {
            *kept = *later;
        }
        is_same
    });
    let mut failure = None;
    for entry in pictures.into_iter().take(MAX_TRIED) {
        cx.check()?;
        match open_picture(source, entry, cx) {
            Ok(zip) => return Ok(zip),
            Err(e) if e.ends_request() => return Err(e),
            Err(e) => {
                failure.get_or_insert(e);
            }
        }
    }
    Err(failure.unwrap_or_else(|| Error::new(ErrorKind::NoVisual, "an archive without a picture")))
}

fn is_picture(name: &str) -> bool {
    let is_hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
    !is_hidden && PICTURES.contains(&Hint::name(name).extension().as_str())
}

/// A decoder for the entry; `corrupt` if its data is damaged, so that the next entry is tried.
fn open_picture(source: &Source, entry: &Entry, cx: &Context<'_>) -> Result<Zip> {
    let mut content = entry.content(source, cx)?;
    if let Some(damage) = content.damage.take() {
        return Err(damage);
    }
    let mut inner = cx.open_inner(&content.source, &Hint::name(entry.name.as_str()))?;
    inner.info(cx)?;
    Ok(Zip { inner, _content: content })
}

/// Natural sort order: runs of digits by value, letters without regard to case.
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
    fn names_are_sorted_naturally() {
        let mut names = ["b/10.jpg", "b/9.jpg", "B/009a.jpg", "a2/1.png", "a10/1.png"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a2/1.png", "a10/1.png", "b/9.jpg", "B/009a.jpg", "b/10.jpg"]);
    }

    /// A grey PNG of `width` × 1 px.
    #[cfg(feature = "png")]
    fn png(width: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, 1);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&vec![128; width as usize]).unwrap();
        bytes
    }

    #[test]
    #[cfg(feature = "png")]
    fn the_first_picture_that_is_not_damaged_is_shown() {
        use std::io::{Cursor, Write};

        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, width) in [("10.png", 10), ("9.png", 9), (".8.png", 8)] {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(&png(width)).unwrap();
        }
        let mut bytes = writer.finish().unwrap().into_inner();
        let shown = |bytes: &[u8]| crate::testing::decode(&ENTRY, bytes).unwrap().1.width;
        assert_eq!(shown(&bytes), 9);
        // The checksum of the second entry in the directory.
        let entries: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
        bytes[entries[1] + 16] ^= 1;
        assert_eq!(shown(&bytes), 10);
    }
}
