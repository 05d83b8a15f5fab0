//! PDF, by two engines: PDFium first where its library is found, hayro otherwise.
//!
//! The other one is asked for a second opinion when the first fails, or when its page comes out in one colour: PDFium
//! draws some pictures (JPEG 2000 at small sizes) blank. A page that both find empty is empty.
//!
//! Not made: pages behind a user password (`encrypted`), XFA forms, scripts, attachments, 3D.

mod confined;
mod engine;
mod excerpt;
mod file;
mod filter;
mod fonts;
mod hayro;
mod leaf;
mod scan;
mod syntax;
#[cfg(test)]
mod tests;
mod weight;

use self::engine::{Engine, worth_another};
use self::excerpt::Excerpt;
use self::file::File;
use self::scan::Scan;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, Origin, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;

const FORMAT: Format = Format::document("pdf");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["application/pdf", "application/x-pdf"],
    score,
    open: |source, _| Ok(Box::new(Pdf::new(source))),
};

/// Junk that readers accept in front of a document, bytes (ISO 32000-2, annex I).
const MAX_JUNK: usize = 1024;

fn score(peek: &Peek<'_>) -> Score {
    let head = &peek.head[..peek.head.len().min(MAX_JUNK + 5)];
    match head.windows(5).position(|five| five == b"%PDF-") {
        Some(0) => Score::CERTAIN,
        // Something else may start with what is junk to a PDF reader.
        Some(_) => Score::LIKELY,
        // The header is missing, and its first object is there.
        None if head.starts_with(b"%") && has_object(head) => Score::LIKELY,
        None => Score::NONE,
    }
}

/// Whether `1 0 obj`, or an object of another number, begins in `head`.
fn has_object(head: &[u8]) -> bool {
    head.windows(6).any(|six| six[0].is_ascii_digit() && &six[1..] == b" 0 ob")
}

struct Pdf {
    source: Source,
    /// The document by ranges, once it was tried.
    file: Option<Option<File>>,
    /// The first page as a scan, once it was looked for.
    scan: Option<Option<Scan>>,
    first: Option<Engine>,
    /// Why the engine that should have been first is not.
    doubt: Option<Error>,
}

/// Whether all of it is one colour.
fn is_uniform(pixels: &[u8]) -> bool {
    let (pixels, _) = pixels.as_chunks::<4>();
    pixels.first().is_none_or(|[r, g, b, _]| pixels.iter().all(|p| p[..3] == [*r, *g, *b]))
}

impl Pdf {
    fn new(source: &Source) -> Self {
        Self { source: source.clone(), file: None, scan: None, first: None, doubt: None }
    }

    /// The document by ranges, where that can be done.
    fn file(&mut self, cx: &Context<'_>) -> Result<Option<&mut File>> {
        if self.file.is_none() {
            self.file = Some(File::open(&self.source, cx.interrupt())?);
        }
        Ok(self.file.as_mut().and_then(Option::as_mut))
    }

    /// A page as a scan, if it is one.
    fn find_scan(&mut self, page: u32, cx: &Context<'_>) -> Result<Option<Scan>> {
        let Some(file) = self.file(cx)? else { return Ok(None) };
        let Some(leaf) = file.leaf(page)? else { return Ok(None) };
        scan::find(file, &leaf, cx.interrupt())
    }

    /// The first page as a scan, looked for once.
    fn first_scan(&mut self, cx: &Context<'_>) -> Result<Option<&Scan>> {
        if self.scan.is_none() {
            self.scan = Some(self.find_scan(0, cx)?);
        }
        Ok(self.scan.as_ref().and_then(Option::as_ref))
    }

    /// A document of nothing but `page`, where that can be made by reading ranges.
    fn excerpt(&mut self, page: u32, cx: &Context<'_>) -> Result<Option<Excerpt>> {
        let Some(file) = self.file(cx)? else { return Ok(None) };
        let Some(leaf) = file.leaf(page)? else { return Ok(None) };
        excerpt::excerpt(file, &leaf, cx.limits())
    }

    /// hayro on the whole document.
    fn whole_in_hayro(&self, cx: &Context<'_>) -> Result<Engine> {
        Engine::hayro(self.source.read_all(cx.limits().max_source)?, None, cx)
    }

    /// The engine that is asked first, on as little of the document as there needs to be.
    fn open(&mut self, page: u32, cx: &Context<'_>) -> Result<Engine> {
        // PDFium draws form fields by the form as a whole, which an excerpt does not have.
        let has_form = self.file(cx)?.is_some_and(|file| file.has_form);
        let first = match engine::has_pdfium() {
            true if has_form => Engine::pdfium(&self.source, None, cx),
            pdfium => match self.excerpt(page, cx)? {
                Some(excerpt) if pdfium && !excerpt.is_tangled => {
                    Engine::pdfium(&Source::from_bytes(excerpt.bytes), Some(page), cx)
                }
                Some(excerpt) => Engine::hayro(excerpt.bytes, Some(page), cx),
                None if pdfium => Engine::pdfium(&self.source, None, cx),
                None => return self.whole_in_hayro(cx),
            },
        };
        // An excerpt that has no such page is none.
        let usable = first.and_then(|mut engine| match engine.page_size(page, cx) {
            Ok(_) => Ok(engine),
            // Decrypted by the book, and there is no page: the scheme is not what the document says.
            Err(_) if engine.document(cx)?.1 => {
                Err(Error::new(ErrorKind::Encrypted, "an encryption that is not known"))
            }
            Err(e) => Err(e),
        });
        match usable {
            Err(e) if worth_another(&e) => match self.whole_in_hayro(cx) {
                Ok(engine) => {
                    self.doubt = Some(e);
                    Ok(engine)
                }
                Err(second) => Err(engine::graver(e, second)),
            },
            usable => usable,
        }
    }

    fn first(&mut self, page: u32, cx: &Context<'_>) -> Result<&mut Engine> {
        if self.first.as_ref().is_none_or(|engine| !engine.holds(page)) {
            self.first = Some(self.open(page, cx)?);
        }
        self.first.as_mut().ok_or_else(|| Error::internal("no engine"))
    }

    /// A page by the first engine, or by another where the first has nothing to show.
    fn render(&mut self, page: u32, size: Size, cx: &Context<'_>) -> Result<Vec<u8>> {
        let engine = self.first(page, cx)?;
        let (mut drawn, was_hayro, was_whole) = (engine.render(page, size, cx), engine.is_hayro(), engine.is_whole());
        if !was_hayro && wants_another(&drawn) {
            let engine = match self.excerpt(page, cx)? {
                Some(excerpt) => Engine::hayro(excerpt.bytes, Some(page), cx),
                None => self.whole_in_hayro(cx),
            };
            drawn = better(drawn, engine.and_then(|mut engine| engine.render(page, size, cx)))?;
        }
        // What an excerpt could not be drawn of, the whole may be.
        if !was_whole && drawn.as_ref().is_err_and(worth_another) {
            drawn = better(drawn, self.whole_in_hayro(cx).and_then(|mut engine| engine.render(page, size, cx)))?;
        }
        match self.doubt.take() {
            // One cannot open it and the other finds nothing: that is no empty page.
            Some(doubt) if drawn.as_ref().is_ok_and(|pixels| is_uniform(pixels)) => Err(doubt),
            _ => drawn,
        }
    }
}

fn wants_another(drawn: &Result<Vec<u8>>) -> bool {
    match drawn {
        Ok(pixels) => is_uniform(pixels),
        Err(e) => worth_another(e),
    }
}

/// Of two engines' pictures the one that shows something; an outer `Err` is one that ends the work.
fn better(first: Result<Vec<u8>>, second: Result<Vec<u8>>) -> Result<Result<Vec<u8>>> {
    Ok(match (first, second) {
        (_, Err(e)) if e.ends_request() => return Err(e),
        (_, Ok(second)) if !is_uniform(&second) => Ok(second),
        (Ok(first), _) => Ok(first),
        (Err(_), Ok(second)) => Ok(second),
        (Err(first), Err(second)) => Err(engine::graver(first, second)),
    })
}

impl Decoder for Pdf {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let scan = self.first_scan(cx)?.map(|scan| scan.size);
        let known = self.file(cx)?.map(|file| file.pages);
        let (size, pages, is_encrypted) = match (scan, known) {
            (Some(size), Some(pages)) => (size, pages, false),
            _ => {
                let engine = self.first(0, cx)?;
                let (pages, is_encrypted) = engine.document(cx)?;
                let pages = if engine.is_whole() { pages } else { known.unwrap_or(pages) };
                if pages == 0 {
                    return Err(Error::corrupt("a document without pages"));
                }
                (engine.page_size(0, cx)?, pages, is_encrypted)
            }
        };
        let mut info = SourceInfo::new(FORMAT, Size::new(1, 1));
        (info.width, info.height, info.pages, info.is_encrypted) = (size.0, size.1, pages, is_encrypted);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let info = self.info(cx)?;
        if want.page >= info.pages {
            return Err(Error::invalid_argument(format!("page {} of {}", want.page + 1, info.pages)));
        }
        let scan = match want.page {
            0 => self.scan.take().flatten(),
            page => self.find_scan(page, cx)?,
        };
        let size = match (want.page, &scan) {
            (0, _) => want.size,
            (_, Some(scan)) => of_page(want.size, (info.width, info.height), scan.size),
            (page, None) => of_page(want.size, (info.width, info.height), self.first(page, cx)?.page_size(page, cx)?),
        };
        let _held = cx.reserve_pixels(size, 4 * 5)?;
        if let Some(scan) = scan {
            match scan.frame(size, cx) {
                Ok(frame) => return Ok(frame),
                // What our codecs cannot read an engine may.
                Err(e) if worth_another(&e) || e.kind() == ErrorKind::Limit => {}
                Err(e) => return Err(e),
            }
        }
        let pixels = self.render(want.page, size, cx)?;
        let pixels = pixels.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
        Ok(Frame::from_u8(size.width, size.height, PixelFormat::Rgb8, pixels)?.with_origin(Origin::Rendered))
    }
}

/// The size of a page of another shape than the first, for which `want` was meant: as large, side by side.
fn of_page(want: Size, first: (f64, f64), page: (f64, f64)) -> Size {
    let scale = f64::max(
        f64::from(want.width.max(want.height)) / page.0.max(page.1),
        f64::from(want.width.min(want.height)) / page.0.min(page.1),
    );
    // The same shape keeps the same size, whatever its points are.
    let same = ((first.0 / first.1) / (page.0 / page.1) - 1.0).abs() < 1e-3;
    let side = |points: f64| (points * scale).round().clamp(1.0, 65_535.0) as u32;
    if same { want } else { Size::new(side(page.0), side(page.1)) }
}
