//! The body of a document as a stream of blocks: nothing is parsed before it is asked for.

use std::io::BufRead;

use crate::package::Package;
use crate::xml::{Document, Event, Reader};
use thumbling_core::error::{Error, Result};
use thumbling_page::flow::{Block, Section, SectionStart, Source};

use super::document::{Inherited, Word};
use super::section::Sections;
use super::story::{Collector, Story};
use super::table::{MAX_ROWS, TableSource};
use super::value;

/// Reads the body.
pub(super) struct Body<'a> {
    word: &'a Word<'a>,
    story: Story<'a>,
    reader: Reader<'a, Box<dyn BufRead + 'a>>,
    sections: Sections<'a>,
    collector: Collector,
    /// Size of the pages so far.
    size: Option<(f32, f32)>,
    has_root: bool,
    is_over: bool,
    /// Blocks yielded.
    count: u64,
}

impl<'a> Body<'a> {
    pub(super) fn open(word: &'a Word<'a>, package: &'a Package, name: &str) -> Result<Self> {
        Ok(Self {
            word,
            story: Story::new(word, word.relationships),
            reader: Reader::new(package.reader(name, word.cx)?, word.cx),
            sections: Sections::open(package, name, word.cx)?,
            collector: Collector::default(),
            size: None,
            has_root: false,
            is_over: false,
            count: 0,
        })
    }

    fn section(&mut self) -> Result<()> {
        let description = self.sections.next()?;
        let element = description.as_ref().and_then(|d| d.root().children().next());
        let mut section: Section = self.word.section(element, self.size.is_none())?;
        let size = (section.width, section.height);
        if self.size.is_some_and(|known| known != size) {
            section.start = SectionStart::Page;
        }
        self.size = Some(size);
        self.collector.block(Block::Section(Box::new(section)));
        Ok(())
    }

    /// Reads on until a block is complete or the body ends.
    fn advance(&mut self) -> Result<()> {
        let inherited = Inherited::default();
        match self.reader.next_event()? {
            Event::Start => {}
            Event::End => return Ok(()),
            Event::Eof => {
                self.is_over = true;
                self.collector.finish();
                return Ok(());
            }
        }
        let name = self.reader.start().name().to_owned();
        match name.as_str() {
            "w:p" => {
                let document = self.reader.subtree()?;
                let p = document.root();
                self.story.add_paragraph(p, &inherited, &mut self.collector)?;
                if p.child("w:pPr").is_some_and(|p| p.child("w:sectPr").is_some()) {
                    self.section()?;
                }
            }
            "w:tbl" => self.table()?,
            "w:background" => {
                let color = value::color(self.reader.start(), &self.word.palette(), "w:color", "");
                if self.word.settings.shows_background {
                    self.word.background.set(color);
                }
                self.reader.subtree()?;
            }
            "w:document" => self.has_root = true,
            "w:body" | "w:sdt" | "w:sdtContent" | "w:customXml" | "w:ins" | "w:moveTo" => {}
            "w:altChunk" => {
                self.word.state.missed("embedded document");
                self.reader.subtree()?;
            }
            _ if !self.has_root => {
                return Err(Error::corrupt("the main part is not a document"));
            }
            _ => {
                self.reader.subtree()?;
            }
        }
        Ok(())
    }

    /// Reads a table row by row, and no more rows than fit on a page.
    fn table(&mut self) -> Result<()> {
        let (mut properties, mut grid, mut rows) = (None::<Document>, None::<Document>, Vec::<Document>::new());
        let mut depth = 0;
        loop {
            match self.reader.next_event()? {
                Event::End if depth == 0 => break,
                Event::End => {
                    depth -= 1;
                    continue;
                }
                Event::Eof => return Err(Error::corrupt("truncated table")),
                Event::Start => {}
            }
            let name = self.reader.start().name().to_owned();
            match name.as_str() {
                "w:sdt" | "w:sdtContent" | "w:ins" | "w:customXml" => depth += 1,
                "w:tblPr" => properties = Some(self.reader.subtree()?),
                "w:tblGrid" => grid = Some(self.reader.subtree()?),
                "w:tr" => rows.push(self.reader.subtree()?),
                _ => {
                    self.reader.subtree()?;
                }
            }
            if rows.len() >= MAX_ROWS {
                // The page is full.
                self.is_over = true;
                break;
            }
        }
        let source = TableSource {
            properties: properties.as_ref().map(Document::root),
            grid: grid.as_ref().map(Document::root),
            rows: rows.iter().map(Document::root).collect(),
            is_whole: !self.is_over,
        };
        self.story.add_rows(&source, &Inherited::default(), &mut self.collector)
    }
}

impl Source for Body<'_> {
    fn next_block(&mut self) -> Result<Option<Block>> {
        if self.count == 0 && self.size.is_none() {
            // What the root says of the pages precedes the body.
            self.advance()?;
            if self.reader.start().is("w:document") {
                self.advance()?;
            }
            let early = std::mem::take(&mut self.collector.ready);
            self.section()?;
            self.collector.ready.extend(early);
        }
        while self.collector.ready.is_empty() && !self.is_over {
            match self.advance() {
                Ok(()) => {}
                // What precedes damage is shown.
                Err(e) if !e.ends_request() && self.count > 1 => {
                    self.word.cx.warn(format!("the text ends early: {e}"));
                    self.is_over = true;
                    self.collector.finish();
                }
                Err(e) => return Err(e),
            }
        }
        self.count += 1;
        Ok(self.collector.ready.pop_front())
    }
}
