//! What format detection works on: the hint of the host, the start of the file, and the scores that codecs return.
//! [`registry`](crate::registry) compares the scores.

use std::cell::OnceCell;

use crate::source::Source;

/// A codec's confidence that a file has its format. The highest wins; a matching name adds a little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(pub u8);

impl Score {
    /// Not this format.
    pub const NONE: Self = Self(0);
    /// Possible, but only the name can confirm it (TGA has no magic).
    pub const PLAUSIBLE: Self = Self(10);
    /// Short or shared magic.
    pub const LIKELY: Self = Self(50);
    /// Its magic.
    pub const MAGIC: Self = Self(90);
    /// Its magic and more of its structure; beats formats that share the magic.
    pub const CERTAIN: Self = Self(100);

    /// [`MAGIC`](Self::MAGIC) or [`NONE`](Self::NONE).
    pub const fn magic_if(yes: bool) -> Self {
        if yes { Self::MAGIC } else { Self::NONE }
    }
}

/// What the host knows about a file besides its content.
///
/// ```
/// # use thumbling_core as thumbling;
/// let hint = thumbling::Hint::name("holiday.HEIC");
/// assert_eq!(hint.extension(), "heic");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hint {
    /// File name, with its extension.
    pub name: Option<String>,
    /// Media type.
    pub mime: Option<String>,
}

impl Hint {
    /// A hint by file name.
    pub fn name(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), mime: None }
    }

    /// The last component of the name; empty if there is none.
    pub fn file_name(&self) -> &str {
        let name = self.name.as_deref().unwrap_or_default();
        name.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    /// The extension in lower case, without the dot; empty if there is none.
    pub fn extension(&self) -> String {
        self.file_name().rsplit_once('.').map(|(_, ext)| ext.to_ascii_lowercase()).unwrap_or_default()
    }
}

/// The input of a score function.
#[derive(Debug)]
pub struct Peek<'a> {
    /// The first bytes, at most [`crate::source::HEAD`].
    pub head: &'a [u8],
    /// Size of the whole content, in bytes.
    pub size: u64,
    /// Extension in lower case, without the dot.
    pub extension: &'a str,
    /// The last component of the file name; empty if there is none.
    pub name: &'a str,
    /// The best score so far: a format that cannot beat it can skip expensive checks.
    pub best: Score,
    /// Whether the head is text; computed on first use.
    pub is_text: OnceCell<bool>,
    /// The content, for formats that must look beyond the head. Reads should be few, and shared between formats.
    pub source: Option<&'a Source>,
    /// The format of the content of a package; computed on first use.
    pub contained: OnceCell<Option<&'static str>>,
}

impl<'a> Peek<'a> {
    /// The input for a file that nothing has scored yet.
    pub fn new(head: &'a [u8], size: u64, extension: &'a str, name: &'a str) -> Self {
        let (best, is_text, contained) = (Score::NONE, OnceCell::new(), OnceCell::new());
        Self { head, size, extension, name, best, is_text, source: None, contained }
    }

    /// Whether the head has `magic` at `offset`.
    pub fn has(&self, offset: usize, magic: &[u8]) -> bool {
        self.head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_is_that_of_the_last_path_component() {
        assert_eq!(Hint::name("a.b/c.JPG").extension(), "jpg");
        assert_eq!(Hint::name("a.b/c").extension(), "");
    }
}
