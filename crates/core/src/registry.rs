//! Detects the format of a file among the registered ones.
//!
//! Content decides. The file name and media type break ties, and admit formats without a magic number. The list of
//! formats itself belongs to the caller, since this crate knows no codec.

use crate::decode::{Context, FormatEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::probe::{Hint, Peek, Score};
use crate::source::Source;

/// One line of the registry: a format, and the file extensions that suggest it.
#[derive(Debug)]
pub struct Registered {
    /// The codec's own entry; `None` if this build lacks it.
    pub entry: Option<&'static FormatEntry>,
    /// The Cargo feature that enables it.
    pub feature: &'static str,
    /// Extensions in lower case, the preferred one first.
    pub extensions: &'static [&'static str],
}

/// The format of `source` among `registry`.
///
/// # Errors
/// `corrupt` for an empty file, `feature-disabled` if the file extension belongs to a format that this build lacks,
/// `unsupported` if no format matches.
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
        // A merely plausible score counts only if the name or media type agrees.
        if (named || score > Score::PLAUSIBLE.0) && best.is_none_or(|(b, _)| score > b) {
            best = Some((score, entry));
        }
    }
    match best {
        Some((_, entry)) => Ok(entry),
        None => match registry.iter().find(|r| r.entry.is_none() && r.extensions.contains(&extension.as_str())) {
            Some(line) => Err(Error::new(
                ErrorKind::FeatureDisabled,
                format!("this build was made without the feature `{}`", line.feature),
            )),
            None => Err(Error::unsupported("no known format")),
        },
    }
}
