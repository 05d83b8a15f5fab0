//! SVG 1.1 and 2, plain or gzipped.

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::gzip;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;
use thumbling_page::svg::Drawing;

const FORMAT: Format = Format::image("svg");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/svg+xml"],
    score,
    open: |source, cx| Ok(Box::new(Svg { drawing: Drawing::parse(&text(source, cx)?, cx)? })),
};

fn score(peek: &Peek<'_>) -> Score {
    if peek.has(0, &[0x1F, 0x8B]) {
        return if peek.extension == "svgz" { Score::LIKELY } else { Score::NONE };
    }
    let text = String::from_utf8_lossy(peek.head);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    // An HTML page with a drawing inside is not an SVG.
    let is_html =
        text.find("<html").or(text.find("<HTML")).is_some_and(|at| text.find("<svg").is_none_or(|svg| at < svg));
    if is_html || text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html")) {
        return Score::NONE;
    }
    match text.find("<svg") {
        Some(0) => Score::CERTAIN,
        // After a declaration, comments and a document type, but not inside another document.
        Some(_) if text.starts_with("<?xml") || text.starts_with("<!") => Score::MAGIC,
        _ if text.starts_with('<') && text.contains("http://www.w3.org/2000/svg") => Score::LIKELY,
        // After a long licence comment.
        _ if text.starts_with('<') && peek.extension == "svg" => Score::LIKELY,
        _ => Score::NONE,
    }
}

/// The document as text: inflated if gzipped; UTF-16 if it has a byte order mark, otherwise UTF-8.
fn text(source: &Source, cx: &Context<'_>) -> Result<String> {
    let mut bytes = source.read_all(cx.limits().max_part)?;
    let mut _held = cx.reserve(bytes.len() as u64)?;
    if gzip::is_gzip(&bytes) {
        (bytes, _held) = gzip::inflate(&bytes, cx)?;
    }
    let utf16 = |big: bool| {
        let units = bytes[2..].chunks_exact(2).map(|b| match big {
            true => u16::from_be_bytes([b[0], b[1]]),
            false => u16::from_le_bytes([b[0], b[1]]),
        });
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    Ok(match bytes.get(..2) {
        Some([0xFE, 0xFF]) => utf16(true),
        Some([0xFF, 0xFE]) => utf16(false),
        _ => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
        },
    })
}

struct Svg {
    drawing: Drawing,
}

impl Decoder for Svg {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let (width, height) = self.drawing.size();
        let mut info = SourceInfo::new(FORMAT, Size::new(1, 1));
        (info.width, info.height, info.has_alpha, info.is_scalable) = (width, height, true, true);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        self.drawing.draw(want.size, cx)
    }
}
