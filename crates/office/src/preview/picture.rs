//! A picture or PDF in a document.

use crate::package::Part;
use thumbling_core::decode::{Context, Decoder, SourceInfo};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Family;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// A picture or PDF in a document.
pub(super) struct Preview {
    pub(super) source: Source,
    /// The name of its part. Its extension breaks ties in detection.
    name: String,
    /// Memory of the content.
    _part: Option<Part>,
}

impl Preview {
    /// A picture without a name.
    pub(super) fn of_source(source: Source) -> Self {
        Self { source, name: String::new(), _part: None }
    }

    pub(super) fn of_part(name: &str, part: Part) -> Self {
        Self { source: part.source.clone(), name: name.to_owned(), _part: Some(part) }
    }

    /// Opens the decoder; `unsupported` if it is neither a picture nor a PDF.
    pub(super) fn open(&self, cx: &Context<'_>) -> Result<(Box<dyn Decoder>, SourceInfo)> {
        let mut decoder = cx.open_inner(&self.source, &Hint::name(&self.name))?;
        let info = decoder.info(cx)?;
        match info.family == Family::Image || info.format.name == "pdf" {
            true => Ok((decoder, info)),
            false => Err(Error::unsupported(format!("a preview of the format {}", info.format.name))),
        }
    }
}
