//! What the tests of codecs share: a codec run on bytes, and on every cut of them.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cancel::Interrupt;
use crate::decode::{Context, FormatEntry, SourceInfo, Want};
use crate::error::Result;
use crate::frame::Frame;
use crate::geometry::Size;
use crate::limits::{Budget, Limits};
use crate::probe::{Peek, Score};
use crate::source::{HEAD, Source};

/// Runs `f` in a context of default limits; returns its warnings too.
pub(crate) fn with_context<T>(f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    with_limits(&Limits::default(), f)
}

/// The same with other limits.
pub(crate) fn with_limits<T>(limits: &Limits, f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    let (interrupt, warnings) = (Interrupt::default(), Mutex::new(Vec::new()));
    let budget = Budget::new(limits.max_memory);
    let out = f(&Context::new(limits, &budget, &interrupt, &warnings, crate::codecs::open));
    (out, warnings.into_inner().unwrap())
}

/// Files that are not part of the repository and that tests look at where they are: `../shared`, or where
/// `THUMBLING_SHARED` says.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    Some(std::env::var_os("THUMBLING_SHARED").map_or(beside, PathBuf::from)).filter(|path| path.is_dir())
}

/// What `entry` says of `bytes`, and the picture at full size.
pub(crate) fn decode(entry: &FormatEntry, bytes: &[u8]) -> Result<(SourceInfo, Frame)> {
    let (out, _) = with_context(|cx| {
        let mut decoder = (entry.open)(&Source::bytes(bytes), cx)?;
        let info = decoder.info(cx)?;
        let frame = decoder.frame(&Want::new(info.size()), cx)?;
        Ok((info, frame))
    });
    out
}

/// The picture of `bytes` for `size` px.
pub(crate) fn decode_at(entry: &FormatEntry, bytes: &[u8], size: Size) -> Result<Frame> {
    let (out, _) = with_context(|cx| (entry.open)(&Source::bytes(bytes), cx)?.frame(&Want::new(size), cx));
    out
}

/// The score that `entry` gives to `bytes` without a name.
pub(crate) fn score(entry: &FormatEntry, bytes: &[u8]) -> Score {
    let head = &bytes[..bytes.len().min(HEAD)];
    let source = Source::bytes(bytes);
    (entry.score)(&Peek { source: Some(&source), ..Peek::new(head, bytes.len() as u64, "", "") })
}

/// Runs `entry` on `bytes` cut at every sixty-fourth of their length: nothing may panic, and the first cut has no
/// picture.
pub(crate) fn cut_everywhere(entry: &FormatEntry, bytes: &[u8]) {
    for n in 0..64 {
        let cut = &bytes[..bytes.len() * n / 64];
        score(entry, cut);
        let decoded = decode(entry, cut);
        assert!(n > 0 || decoded.is_err());
    }
}
