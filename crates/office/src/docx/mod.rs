//! Word documents (Office Open XML): the first page, as far as it goes.
//!
//! The main part is read as a stream: blocks are parsed when the page asks for them, and the page stops asking at its
//! bottom. Imports only point up this table, from later to earlier modules:
//!
//! | module | contents |
//! |---|---|
//! | `value` | switches, lengths, colours, borders |
//! | `settings` | settings of the document |
//! | `run`, `paragraph` | properties, collected in layers |
//! | `numbering` | lists |
//! | `styles` | styles and document defaults |
//! | `document` | what all stories share |
//! | `frame`, `math` | frames and drop caps, equations |
//! | `table_format` | formatting of tables by their styles |
//! | `story`, `inline`, `drawing`, `vml`, `table` | content; they contain each other |
//! | `section` | sections, headers and footers |
//! | `body` | the stream of blocks |

mod body;
mod content;
mod document;
mod drawing;
mod frame;
mod inline;
mod math;
mod numbering;
mod paragraph;
mod picture;
mod run;
mod section;
mod settings;
mod story;
mod styles;
mod table;
mod table_format;
#[cfg(test)]
mod tests;
mod value;
mod vml;

use crate::package::Package;
use crate::{detect, preview};
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;
use thumbling_page::layout::Typesetter;
use thumbling_page::{flow, paint};

use document::Word;
use section::Sections;

const FORMAT: Format = Format::document("docx");

pub const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &[
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroEnabled.12",
        "application/vnd.ms-word.template.macroEnabled.12",
        "application/wps-office.docx",
    ],
    score: |peek| detect::score(peek, FORMAT.name),
    open: |source, cx| Ok(Box::new(WordDocument::open(source, cx)?)),
};

struct WordDocument {
    package: Package,
    /// The main part.
    name: String,
    /// Size of the first page, pt.
    size: (f32, f32),
}

impl WordDocument {
    fn open(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let package = Package::open(source, cx)?;
        let name = package.main_part(cx)?;
        let description = Sections::open(&package, &name, cx)?.next()?;
        let size = section::size(description.as_ref().and_then(|d| d.root().children().next()));
        Ok(Self { package, name, size })
    }

    /// The number of pages that the program stored when it saved the file.
    fn pages(&self, cx: &Context<'_>) -> u32 {
        let stored = self.package.xml("docProps/app.xml", cx).ok();
        let pages = stored.and_then(|d| d.root().child("ep:Pages").and_then(|p| p.text().trim().parse().ok()));
        pages.unwrap_or(1).max(1)
    }
}

impl Decoder for WordDocument {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let mut info = SourceInfo::new(FORMAT, Size::new(1, 1));
        (info.width, info.height) = (f64::from(self.size.0), f64::from(self.size.1));
        info.pages = self.pages(cx);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let shape = (f64::from(self.size.0), f64::from(self.size.1));
        if let Some(frame) = preview::fresh_frame(&self.package, want, shape, cx) {
            return Ok(frame);
        }
        if want.page != 0 {
            return Err(Error::unsupported("only the first page of a document is drawn"));
        }
        let scale = want.size.width as f32 / self.size.0.max(1.0);
        let relationships = self.package.relationships(&self.name, cx)?;
        let word = Word::read(&self.package, &relationships, scale, cx)?;
        let mut body = body::Body::open(&word, &self.package, &self.name)?;
        let page = {
            let mut typesetter = Typesetter::new(cx.interrupt());
            let page = flow::first_page(&mut body, &mut typesetter)?;
            typesetter.warnings().for_each(|warning| cx.warn(warning));
            page
        };
        word.state.report(cx);
        Ok(paint::laid_page(&page, want.size, cx)?.with_confidence(word.state.confidence()))
    }
}
