//! Finds the description of a file's pictures: the `meta` box, or the tracks of a sequence.

use super::meta::Meta;
use super::sequence::{first_frame, frame_count};
use crate::containers::bmff::boxes::{FourCc, TopBox, top_boxes};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Most bytes of `meta` or `moov` that are read; they contain descriptions and small pictures at most.
const MAX_DESCRIPTION: u64 = 32 << 20;

/// The description of a file's pictures.
pub(super) struct Container {
    pub(super) meta: Meta,
    /// Frames of the longest picture track; 0 without one.
    pub(super) frames: u32,
}

impl Container {
    /// Reads only the description.
    pub(super) fn read(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let top = top_boxes(source)?;
        let meta = match payload(source, &top, b"meta")? {
            Some(payload) => Some(Meta::parse(&payload, cx.limits().max_entries as usize)?),
            None => None,
        };
        cx.check()?;
        let moov = payload(source, &top, b"moov")?;
        let frames = moov.as_deref().map_or(0, frame_count);
        match (meta.filter(|meta| meta.primary.is_some()), moov) {
            (Some(meta), _) => Ok(Self { meta, frames }),
            (None, Some(moov)) => Ok(Self { meta: first_frame(&moov)?, frames }),
            (None, None) => Err(Error::corrupt("neither a primary picture nor a sequence")),
        }
    }
}

fn payload(source: &Source, top: &[TopBox], kind: &FourCc) -> Result<Option<Vec<u8>>> {
    let Some(found) = top.iter().find(|b| b.kind == *kind) else { return Ok(None) };
    if found.len > MAX_DESCRIPTION {
        return Err(Error::limit(format!("a description of {} bytes", found.len)));
    }
    source.read_vec(found.start, found.len).map(Some)
}
