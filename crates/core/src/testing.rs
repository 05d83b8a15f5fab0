//! Contexts for unit tests.

use std::path::{Path, PathBuf};

use crate::cancel::CancelToken;
use crate::decode::{Context, Decoder, FormatEntry, OpenFn, RequestState, SourceInfo, Want};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::geometry::Size;
use crate::limits::Limits;
use crate::probe::{Hint, Peek, Score};
use crate::source::{HEAD, Source};

/// Runs `f` in a context of default limits in which files inside files are `unsupported`; returns the warnings too.
pub fn with_context<T>(f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    with_limits(&Limits::default(), f)
}

/// Like [`with_context`], with other limits.
pub fn with_limits<T>(limits: &Limits, f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    with_registry(no_format, limits, f)
}

/// Like [`with_limits`], with `open` as the registry for files inside files.
pub fn with_registry<T>(open: OpenFn, limits: &Limits, f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    // Tests that need a deadline set one; slow machines do not meet the default.
    let state = RequestState::new(&limits.clone().timeout(None), CancelToken::new(), open);
    let out = f(&state.context(&Hint::default()));
    (out, state.warnings())
}

/// The info that `entry` reports for `bytes`, and the picture at full size.
pub fn decode(open: OpenFn, entry: &FormatEntry, bytes: &[u8]) -> Result<(SourceInfo, Frame)> {
    let (out, _) = with_registry(open, &Limits::default(), |cx| {
        let mut decoder = (entry.open)(&Source::from_slice(bytes), cx)?;
        let info = decoder.info(cx)?;
        let frame = decoder.frame(&Want::new(info.size()), cx)?;
        Ok((info, frame))
    });
    out
}

/// The picture in `bytes`, decoded for `size` px.
pub fn decode_at(open: OpenFn, entry: &FormatEntry, bytes: &[u8], size: Size) -> Result<Frame> {
    let decode = |cx: &Context<'_>| (entry.open)(&Source::from_slice(bytes), cx)?.frame(&Want::new(size), cx);
    with_registry(open, &Limits::default(), decode).0
}

/// The score of `entry` for `bytes` without a file name.
pub fn score(entry: &FormatEntry, bytes: &[u8]) -> Score {
    let head = &bytes[..bytes.len().min(HEAD)];
    let source = Source::from_slice(bytes);
    (entry.score)(&Peek { source: Some(&source), ..Peek::new(head, bytes.len() as u64, "", "") })
}

/// Decodes `bytes` truncated at every 64th of their length. Nothing may panic; the empty file must fail.
pub fn cut_everywhere(open: OpenFn, entry: &FormatEntry, bytes: &[u8]) {
    for n in 0..64 {
        let cut = &bytes[..bytes.len() * n / 64];
        score(entry, cut);
        let decoded = decode(open, entry, cut);
        assert!(n > 0 || decoded.is_err());
    }
}

fn no_format(_: &Source, _: &Hint, _: &Context<'_>) -> Result<Box<dyn Decoder>> {
    Err(Error::unsupported("this test has no registry"))
}

/// The corpus, which is not part of the repository: the folder `shared` beside it, or `THUMBLING_SHARED`.
pub fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    Some(std::env::var_os("THUMBLING_SHARED").map_or(beside, PathBuf::from)).filter(|path| path.is_dir())
}
