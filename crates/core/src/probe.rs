//! Which format a file is, by its content; its name only breaks ties.

use std::cell::OnceCell;

use crate::source::Source;

/// How sure a codec is that a file is its own. The highest wins; a matching name adds a little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(pub u8);

impl Score {
    /// Not this format.
    pub const NONE: Self = Self(0);
    /// Nothing speaks against it, and the name has to speak for it (TGA has no magic).
    pub const PLAUSIBLE: Self = Self(10);
    /// Short or shared magic.
    pub const LIKELY: Self = Self(50);
    /// Its magic.
    pub const MAGIC: Self = Self(90);
    /// Its magic and more of its structure: settles rivalry with formats that share the magic.
    pub const CERTAIN: Self = Self(100);

    /// [`MAGIC`](Self::MAGIC) if `yes`.
    pub const fn magic_if(yes: bool) -> Self {
        if yes { Self::MAGIC } else { Self::NONE }
    }
}

/// What a host says of a file beside its content.
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

    /// The last part of the name; empty if there is none.
    pub fn file_name(&self) -> &str {
        let name = self.name.as_deref().unwrap_or_default();
        name.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    /// The extension in lower case, without its dot; empty if there is none.
    pub fn extension(&self) -> String {
        self.file_name().rsplit_once('.').map(|(_, ext)| ext.to_ascii_lowercase()).unwrap_or_default()
    }
}

/// What a score is given on.
#[derive(Debug)]
pub struct Peek<'a> {
    /// The first bytes, at most [`crate::source::HEAD`].
    pub head: &'a [u8],
    /// Size of the whole content, in bytes.
    pub size: u64,
    /// Extension in lower case, without its dot.
    pub extension: &'a str,
    /// The last part of the file's name, as it is given; empty if there is none.
    pub name: &'a str,
    /// The best score that another format has got so far: where that is out of reach, who would have to look long need
    /// not look at all.
    pub best: Score,
    /// Whether the head is text, once somebody has asked.
    pub is_text: OnceCell<bool>,
    /// The content itself, for who has to look beyond the head: little of it, and once for all formats.
    pub source: Option<&'a Source>,
    /// The format of what a package contains, once somebody has looked.
    pub contained: OnceCell<Option<&'static str>>,
}

impl<'a> Peek<'a> {
    /// Of a file that nothing has scored yet.
    pub fn new(head: &'a [u8], size: u64, extension: &'a str, name: &'a str) -> Self {
        let (best, is_text, contained) = (Score::NONE, OnceCell::new(), OnceCell::new());
        Self { head, size, extension, name, best, is_text, source: None, contained }
    }

    /// Whether `magic` stands at `offset`.
    pub fn has(&self, offset: usize, magic: &[u8]) -> bool {
        self.head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_taken_from_the_last_part_of_a_path() {
        assert_eq!(Hint::name("a.b/c.JPG").extension(), "jpg");
        assert_eq!(Hint::name("a.b/c").extension(), "");
    }
}
