//! Names and families of formats.

use std::fmt;

/// The broad kind of a file.
///
/// ```
/// # use thumbling_core as thumbling;
/// assert_eq!(thumbling::Family::Document.name(), "document");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// A picture.
    Image,
    /// Pages, text, sheets, slides.
    Document,
    /// Moving pictures.
    Video,
    /// Sound; its thumbnail is the cover.
    Audio,
    /// A container of other files.
    Archive,
}

impl Family {
    /// The public name, as used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Document => "document",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Archive => "archive",
        }
    }
}

/// A format by its public name, such as `jpeg`.
///
/// ```
/// # use thumbling_core as thumbling;
/// let format = thumbling::Format::image("jpeg");
/// assert_eq!((format.to_string(), format.family), ("jpeg".to_owned(), thumbling::Family::Image));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Format {
    /// Lower case, as used in JSON.
    pub name: &'static str,
    /// The family.
    pub family: Family,
}

impl Format {
    /// A picture format.
    pub const fn image(name: &'static str) -> Self {
        Self { name, family: Family::Image }
    }

    /// A document format.
    pub const fn document(name: &'static str) -> Self {
        Self { name, family: Family::Document }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
