//! PowerPoint presentations (Office Open XML): the first visible slide, drawn with its layout, master and theme.

mod part;
mod placeholder;
mod slide;
#[cfg(test)]
mod tests;

use crate::drawingml::scene::EMU;
use crate::package::Package;
use crate::{detect, preview};
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;
use thumbling_page::paint;

use part::Part;
use slide::Slide;

const FORMAT: Format = Format::document("pptx");

pub const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &[
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
        "application/vnd.openxmlformats-officedocument.presentationml.template",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
        "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
        "application/vnd.ms-powerpoint.template.macroEnabled.12",
    ],
    score: |peek| detect::score(peek, FORMAT.name),
    open: |source, cx| Ok(Box::new(Presentation::open(source, cx)?)),
};

/// Default slide size, EMU: 10 × 7.5 inches.
const SIZE: (f32, f32) = (9_144_000.0, 6_858_000.0);

/// Hidden slides skipped before the first visible one.
const MAX_HIDDEN: usize = 100;

struct Presentation {
    package: Package,
    main: Part,
    /// pt.
    size: (f32, f32),
    /// Part names, in the order of the presentation.
    slides: Vec<String>,
}

impl Presentation {
    fn open(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let package = Package::open(source, cx)?;
        let name = package.main_part(cx)?;
        let main = Part::read(&package, &name, cx)?;
        let root = main.document.root();
        if !root.is("p:presentation") {
            return Err(Error::corrupt("the main part is not a presentation"));
        }
        let side = |name: &str, or: f32| {
            let side = root.child("p:sldSz").and_then(|size| size.number::<f32>(name)).filter(|n| *n > 0.0);
            // PowerPoint allows 1 to 56 inches.
            side.unwrap_or(or).clamp(91_440.0, 91_440_000.0) / EMU
        };
        let size = (side("cx", SIZE.0), side("cy", SIZE.1));
        let list = root.child("p:sldIdLst").into_iter().flat_map(|list| list.children_of("p:sldId"));
        let slides = list.filter_map(|slide| Some(main.relationships.part(slide.attr("r:id")?)?.to_owned())).collect();
        Ok(Self { package, main, size, slides })
    }

    /// The first visible slide, and its number from 1.
    fn first(&self, cx: &Context<'_>) -> Result<Option<(Part, u32)>> {
        let mut fallback = None;
        let mut failure = None;
        for (n, name) in self.slides.iter().enumerate().take(MAX_HIDDEN) {
            match Part::read(&self.package, name, cx) {
                Ok(part) if part.document.root().flag("show") == Some(false) => {
                    fallback.get_or_insert((part, n as u32 + 1));
                }
                Ok(part) => return Ok(Some((part, n as u32 + 1))),
                Err(e) if matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::NotFound) => {
                    failure.get_or_insert(e);
                }
                Err(e) => return Err(e),
            }
        }
        match (fallback, failure) {
            (Some(part), _) => Ok(Some(part)),
            (None, Some(e)) => Err(Error::corrupt(format!("no slide can be read: {e}"))),
            (None, None) => Ok(None),
        }
    }
}

impl Decoder for Presentation {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let mut info = SourceInfo::new(FORMAT, Size::new(1, 1));
        (info.width, info.height) = (f64::from(self.size.0), f64::from(self.size.1));
        info.pages = u32::try_from(self.slides.len()).unwrap_or(u32::MAX).max(1);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let shape = (f64::from(self.size.0), f64::from(self.size.1));
        if let Some(frame) = preview::fresh_frame(&self.package, want, shape, cx) {
            return Ok(frame);
        }
        let part = match want.page {
            0 => self.first(cx)?,
            n => {
                let name = self.slides.get(n as usize);
                let name =
                    name.ok_or_else(|| Error::new(ErrorKind::InvalidArgument, format!("there is no slide {}", n + 1)))?;
                Some((Part::read(&self.package, name, cx)?, n + 1))
            }
        };
        let scale = want.size.width as f32 / self.size.0.max(1.0);
        let (page, confidence) = Slide::read(&self.package, &self.main, part, cx)?.page(self.size, scale, cx)?;
        Ok(paint::page(&page, want.size, cx)?.with_confidence(confidence))
    }
}
