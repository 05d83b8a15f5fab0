//! PDF, by two engines: PDFium first if its library is found, otherwise hayro.
//!
//! The second engine is tried if the first fails, or draws a page of one colour: PDFium draws some pictures (JPEG 2000
//! at small sizes) blank. A page that both draw empty is empty.
//!
//! Not supported: pages behind a user password (`encrypted`), XFA forms, scripts, attachments, 3D.

mod cost;
mod engine;
mod file;
mod filter;
mod fonts;
mod hayro;
mod page_tree;
mod scan;
mod subset;
mod syntax;
#[cfg(test)]
mod tests;
mod watchdog;

use self::engine::{Engine, worth_another};
use self::file::File;
use self::scan::Scan;
use self::subset::Subset;
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

/// Bytes of junk that readers accept before the header (ISO 32000-2, annex I).
const MAX_JUNK: usize = 1024;

fn score(peek: &Peek<'_>) -> Score {
    let head = &peek.head[..peek.head.len().min(MAX_JUNK + 5)];
    match head.windows(5).position(|five| five == b"%PDF-") {
        Some(0) => Score::CERTAIN,
        // What is junk to a PDF reader may be the start of another format.
        Some(_) => Score::LIKELY,
        // The header is missing, but the first object is there.
        None if head.starts_with(b"%") && has_object(head) => Score::LIKELY,
        None => Score::NONE,
    }
}

/// Whether `1 0 obj`, or an object with another number, starts in `head`.
fn has_object(head: &[u8]) -> bool {
    head.windows(6).any(|six| six[0].is_ascii_digit() && &six[1..] == b" 0 ob")
}

struct Pdf {
    source: Source,
    /// The document read by ranges, once that was tried.
    file: Option<Option<File>>,
    /// The first page as a scan, once that was tried.
    scan: Option<Option<Scan>>,
    first: Option<Engine>,
    /// Why the preferred engine is not in use.
    doubt: Option<Error>,
}

/// Whether all pixels have one colour.
fn is_uniform(pixels: &[u8]) -> bool {
    let (pixels, _) = pixels.as_chunks::<4>();
    pixels.first().is_none_or(|[r, g, b, _]| pixels.iter().all(|p| p[..3] == [*r, *g, *b]))
}

impl Pdf {
    fn new(source: &Source) -> Self {
        Self { source: source.clone(), file: None, scan: None, first: None, doubt: None }
    }

    /// The document read by ranges, if possible.
    fn file(&mut self, cx: &Context<'_>) -> Result<Option<&mut File>> {
        if self.file.is_none() {
            self.file = Some(File::open(&self.source, cx.interrupt())?);
        }
        Ok(self.file.as_mut().and_then(Option::as_mut))
    }

    /// A page as a scan, if it is one.
    fn find_scan(&mut self, page: u32, cx: &Context<'_>) -> Result<Option<Scan>> {
        let Some(file) = self.file(cx)? else { return Ok(None) };
        let Some(node) = file.page(page)? else { return Ok(None) };
        scan::find(file, &node, cx.interrupt())
    }

    /// The first page as a scan; tried once.
    fn first_scan(&mut self, cx: &Context<'_>) -> Result<Option<&Scan>> {
        if self.scan.is_none() {
            self.scan = Some(self.find_scan(0, cx)?);
        }
        Ok(self.scan.as_ref().and_then(Option::as_ref))
    }

    /// A document that contains only `page`, if it can be read by ranges.
    fn subset(&mut self, page: u32, cx: &Context<'_>) -> Result<Option<Subset>> {
        let Some(file) = self.file(cx)? else { return Ok(None) };
        let Some(node) = file.page(page)? else { return Ok(None) };
        subset::subset(file, &node, cx.limits())
    }

    /// hayro with the whole document.
    fn whole_in_hayro(&self, cx: &Context<'_>) -> Result<Engine> {
        Engine::hayro(self.source.read_all(cx.limits().max_source)?, None, cx)
    }

    /// The preferred engine, with as little of the document as necessary.
    fn open(&mut self, page: u32, cx: &Context<'_>) -> Result<Engine> {
        // PDFium needs the whole form to draw form fields, which a subset does not have.
        let has_form = self.file(cx)?.is_some_and(|file| file.has_form);
        let first = match engine::has_pdfium() {
            true if has_form => Engine::pdfium(&self.source, None, cx),
            pdfium => match self.subset(page, cx)? {
                Some(subset) if pdfium && !subset.is_tangled => {
                    Engine::pdfium(&Source::from_bytes(subset.bytes), Some(page), cx)
                }
                Some(subset) => Engine::hayro(subset.bytes, Some(page), cx),
                None if pdfium => Engine::pdfium(&self.source, None, cx),
                None => return self.whole_in_hayro(cx),
            },
        };
        // A subset without the page is useless.
        let usable = first.and_then(|mut engine| match engine.page_size(page, cx) {
            Ok(_) => Ok(engine),
            // Decrypted correctly, yet no page is found: the encryption scheme is not the declared one.
            Err(_) if engine.document(cx)?.1 => Err(Error::new(ErrorKind::Encrypted, "unknown encryption")),
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

    /// A page by the first engine, or by the other if the first has nothing to show.
    fn render(&mut self, page: u32, size: Size, cx: &Context<'_>) -> Result<Vec<u8>> {
        let engine = self.first(page, cx)?;
        let (mut drawn, was_hayro, was_whole) = (engine.render(page, size, cx), engine.is_hayro(), engine.is_whole());
        if !was_hayro && wants_another(&drawn) {
            let engine = match self.subset(page, cx)? {
                Some(subset) => Engine::hayro(subset.bytes, Some(page), cx),
                None => self.whole_in_hayro(cx),
            };
            drawn = better(drawn, engine.and_then(|mut engine| engine.render(page, size, cx)))?;
        }
        // A page that fails in a subset may succeed in the whole document.
        if !was_whole && drawn.as_ref().is_err_and(worth_another) {
            drawn = better(drawn, self.whole_in_hayro(cx).and_then(|mut engine| engine.render(page, size, cx)))?;
        }
        match self.doubt.take() {
            // One engine cannot open it and the other finds nothing: the page may not be empty.
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

/// Of two engines' pictures, the one that shows something; an outer `Err` ends the request.
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
                // A picture that our codecs cannot decode may be supported by an engine.
                Err(e) if worth_another(&e) || e.kind() == ErrorKind::Limit => {}
                Err(e) => return Err(e),
            }
        }
        let pixels = self.render(want.page, size, cx)?;
        let pixels = pixels.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
        Ok(Frame::from_u8(size.width, size.height, PixelFormat::Rgb8, pixels)?.with_origin(Origin::Rendered))
    }
}

/// Fits a page of another shape than the first into the same box as `want`, which was computed for the first.
fn of_page(want: Size, first: (f64, f64), page: (f64, f64)) -> Size {
    let scale = f64::max(
        f64::from(want.width.max(want.height)) / page.0.max(page.1),
        f64::from(want.width.min(want.height)) / page.0.min(page.1),
    );
    // The same shape keeps the same size, whatever its size in points is.
    let same = ((first.0 / first.1) / (page.0 / page.1) - 1.0).abs() < 1e-3;
    let side = |points: f64| (points * scale).round().clamp(1.0, 65_535.0) as u32;
    if same { want } else { Size::new(side(page.0), side(page.1)) }
}
