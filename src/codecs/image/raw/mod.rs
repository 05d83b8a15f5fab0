//! Camera RAW: finds the previews that cameras and converters embed.
//!
//! Sensor data is not developed: a file without a preview is `unsupported`. In most formats the largest preview has
//! about the size of the sensor, and previews are what the photographer saw.

mod ciff;
mod cr3;
mod ifd;
mod jpeg;
mod letterbox;
mod maker_note;
mod mrw;
mod preview;
mod raf;
mod x3f;

use crate::containers::tiff::image;
use preview::{Content, Preview, Previews};
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;
use thumbling_core::probe::{Hint, Peek, Score};
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("raw");

/// Most previews that are tried.
const MAX_TRIES: usize = 8;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &[
        "image/x-adobe-dng",
        "image/x-canon-cr2",
        "image/x-canon-cr3",
        "image/x-canon-crw",
        "image/x-nikon-nef",
        "image/x-sony-arw",
        "image/x-fuji-raf",
        "image/x-olympus-orf",
        "image/x-panasonic-rw2",
        "image/x-pentax-pef",
        "image/x-kodak-dcr",
        "image/x-minolta-mrw",
        "image/x-sigma-x3f",
    ],
    score,
    open: |source, cx| Ok(Box::new(Raw { source: source.clone(), previews: read(source, cx)? })),
};

/// The kinds of container, each identified by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    Tiff,
    Cr3,
    Raf,
    X3f,
    Mrw,
    Ciff,
}

impl Container {
    fn of(peek: &Peek<'_>) -> Option<Self> {
        Some(match peek {
            p if p.has(0, b"FUJIFILMCCD-RAW") => Self::Raf,
            p if p.has(0, b"FOVb") => Self::X3f,
            p if p.has(0, b"\0MRM") => Self::Mrw,
            p if p.has(4, b"ftypcrx ") => Self::Cr3,
            p if p.has(6, b"HEAPCCDR") => Self::Ciff,
            p if ifd::VERSIONS.iter().any(|mark| p.has(0, mark)) => Self::Tiff,
            _ => return None,
        })
    }
}

fn score(peek: &Peek<'_>) -> Score {
    match Container::of(peek) {
        None => Score::NONE,
        // The start looks like any other TIFF: the file name decides.
        Some(Container::Tiff) if !ifd::is_raw(peek) => Score::MAGIC,
        Some(_) => Score::CERTAIN,
    }
}

fn read(source: &Source, cx: &Context<'_>) -> Result<Previews> {
    let head = source.head()?;
    let mut previews = Previews::new(source);
    let read = match Container::of(&Peek::new(&head, source.size(), "", "")) {
        Some(Container::Tiff) => ifd::read(source, &mut previews, cx),
        Some(Container::Cr3) => cr3::read(source, &mut previews, cx),
        Some(Container::Raf) => raf::read(source, &mut previews),
        Some(Container::X3f) => x3f::read(source, &mut previews),
        Some(Container::Mrw) => mrw::read(source, &mut previews, cx),
        Some(Container::Ciff) => ciff::read(source, &mut previews),
        None => Err(Error::corrupt("not a RAW container")),
    };
    match read {
        // Previews found before the damage are kept.
        Err(e) if e.kind() == ErrorKind::Corrupt && !previews.all.is_empty() => {}
        other => other?,
    }
    if previews.all.is_empty() {
        return Err(match previews.cut_off {
            true => Error::corrupt("the file ends before its previews"),
            false => Error::unsupported("a RAW file without a preview; sensor data is not developed"),
        });
    }
    Ok(previews)
}

struct Raw {
    source: Source,
    previews: Previews,
}

impl Decoder for Raw {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let (size, turned) = self.stored(cx)?;
        Ok(SourceInfo::new(FORMAT, if turned { size.transposed() } else { size }))
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let (_, turned) = self.stored(cx)?;
        let wanted = if turned { want.size.transposed() } else { want.size };
        let spare = if want.many { 2 } else { 1 };
        let mut failed = None;
        let covered = Size::new(wanted.width.saturating_mul(spare), wanted.height.saturating_mul(spare));
        for preview in self.previews.by_merit(covered).into_iter().take(MAX_TRIES) {
            cx.check()?;
            match self.preview_frame(preview, wanted, want, cx) {
                Ok(frame) => {
                    if !preview.complete {
                        cx.warn("the file ends inside its preview");
                    }
                    let frame = frame.with_origin(Origin::Embedded);
                    return match self.previews.size {
                        Some(size) => letterbox::without(frame, size),
                        None => Ok(frame),
                    };
                }
                Err(e) if matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported | ErrorKind::Limit) => {
                    failed.get_or_insert(e);
                }
                Err(e) => return Err(e),
            }
        }
        Err(failed.unwrap_or_else(|| Error::unsupported("a RAW file without a preview")))
    }
}

impl Raw {
    /// Size of the full picture before orientation, and whether orientation swaps its sides.
    fn stored(&self, cx: &Context<'_>) -> Result<(Size, bool)> {
        let largest = self.previews.all.iter().max_by_key(|p| (p.complete, p.size.pixels()));
        let largest = largest.ok_or_else(|| Error::unsupported("a RAW file without a preview"))?;
        let turned = match (self.previews.orientation, &largest.content) {
            (Some(orientation), _) => orientation.swaps_sides(),
            // If the container has no size, the preview's counts.
            (None, Content::File) => cx
                .open_inner(&self.source.slice(largest.offset, largest.bytes), &Hint::default())
                .and_then(|mut inner| inner.info(cx))
                .is_ok_and(|info| is_transposed(info.size(), largest.size)),
            _ => false,
        };
        Ok((self.previews.size.unwrap_or(largest.size), turned))
    }

    /// The frame of one preview; `wanted` is the size of the whole picture in stored px.
    fn preview_frame(&self, preview: &Preview, wanted: Size, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let side = |wanted: u32, side: u32| f64::from(wanted) / f64::from(side.max(1));
        let scale = side(wanted.width, preview.size.width).max(side(wanted.height, preview.size.height));
        let size = preview.size.scaled(scale.min(1.0));
        let container = self.previews.orientation;
        match &preview.content {
            Content::Pixels(directory) => {
                let orientation = container.unwrap_or_default();
                let want = Want { size: orientation.apply_to(size), page: 0, ..want.clone() };
                let frame = image::decode(directory, orientation, &want, cx)?;
                Ok(image::with_profile(frame, directory, cx))
            }
            Content::File | Content::Headless => {
                let file = preview.file(&self.source, cx)?;
                let mut inner = cx.open_inner(&file, &Hint::default())?;
                let turned = is_transposed(inner.info(cx)?.size(), preview.size);
                let size = if turned { size.transposed() } else { size };
                let frame = inner.frame(&Want { size, page: 0, ..want.clone() }, cx)?;
                // The container's orientation takes precedence: converters update its tag and leave the preview
                // unchanged.
                Ok(match container {
                    Some(orientation) => frame.with_orientation(orientation),
                    None => frame,
                })
            }
        }
    }
}

/// Whether `shown` is `stored` with its sides swapped.
fn is_transposed(shown: Size, stored: Size) -> bool {
    shown != stored && shown == stored.transposed()
}

#[cfg(test)]
mod tests;
