//! Which format a file is, by its content; its name only breaks ties.

use std::cell::OnceCell;

use crate::decode::{Context, FormatEntry};
use crate::error::{Error, Result};
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

/// One line of the registry: an entry, and the extensions that speak for it.
#[derive(Debug)]
pub struct Registered {
    /// The codec's own entry; `None` if this build was made without it.
    pub entry: Option<&'static FormatEntry>,
    /// The Cargo feature.
    pub feature: &'static str,
    /// Extensions in lower case, the preferred one first.
    pub extensions: &'static [&'static str],
}

/// The format of `source` among `registry`. `corrupt` if it is empty, `feature-disabled` if its name speaks for a
/// format that this build lacks, `unsupported` if nothing knows it.
pub fn identify(
    registry: &'static [Registered],
    source: &Source,
    hint: &Hint,
    cx: &Context<'_>,
) -> Result<&'static FormatEntry> {
    cx.check()?;
    let head = source.head()?;
    if head.is_empty() {
        return Err(Error::corrupt("the file is empty"));
    }
    let extension = hint.extension();
    let mut peek = Peek::new(&head, source.size(), &extension, hint.file_name());
    peek.source = Some(source);
    let mut best: Option<(u8, &'static FormatEntry)> = None;
    for line in registry {
        let Some(entry) = line.entry else { continue };
        let score = (entry.score)(&peek).0;
        peek.best = peek.best.max(Score(score));
        if score == 0 {
            continue;
        }
        let named = line.extensions.contains(&extension.as_str())
            || hint.mime.as_deref().is_some_and(|mime| entry.mime_types.contains(&mime));
        let score = score + if named { 5 } else { 0 };
        // Without a word from the name, the merely plausible is not enough.
        if (named || score > Score::PLAUSIBLE.0) && best.is_none_or(|(b, _)| score > b) {
            best = Some((score, entry));
        }
    }
    match best {
        Some((_, entry)) => Ok(entry),
        None => match registry.iter().find(|r| r.entry.is_none() && r.extensions.contains(&extension.as_str())) {
            Some(line) => Err(Error::new(
                crate::error::ErrorKind::FeatureDisabled,
                format!("this build was made without the feature `{}`", line.feature),
            )),
            None => Err(Error::unsupported("no known format")),
        },
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
