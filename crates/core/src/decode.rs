//! The contract between the pipeline and a decoder. A decoder does not know who runs it, the pipeline does not know
//! which decoder it runs.

use std::sync::Mutex;
use std::time::Duration;

use crate::cancel::Interrupt;
use crate::error::{Error, Result};
use crate::format::{Family, Format};
use crate::frame::Frame;
use crate::geometry::Size;
use crate::limits::{Budget, Limits, Reservation};
use crate::probe::{Hint, Peek, Score};
use crate::source::Source;

/// One format as data: how it is called, how it is known, how it is opened. Every codec file exports one `ENTRY`.
#[derive(Debug)]
pub struct FormatEntry {
    /// Name and family.
    pub format: Format,
    /// Media types, the preferred one first.
    pub mime_types: &'static [&'static str],
    /// How sure the first bytes make us that this is the format.
    pub score: fn(&Peek<'_>) -> Score,
    /// Opens a decoder; reads no more than it must to refuse what is not the format.
    pub open: fn(&Source, &Context<'_>) -> Result<Box<dyn Decoder>>,
}

/// Reads one file of one format.
pub trait Decoder: Send {
    /// What the header says. Bounded and cheap: no pixels are decoded.
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo>;

    /// A frame at least as large as [`Want::size`] where the source has the pixels, and as little larger as is cheap:
    /// scale-on-load is the codec's own business. The frame says which orientation has still to be applied; where
    /// the orientation was known to [`info`](Self::info), sizes there are those after it. Limits are met before
    /// pixels are allocated, [`Context::check`] is called in every long loop.
    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame>;
}

/// What the header of a file says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SourceInfo {
    /// The format, by content.
    pub format: Format,
    /// The kind of thing that the file is; mostly the format's own.
    pub family: Family,
    /// Columns after orientation and sample aspect: px, for vector pictures CSS px, for pages pt.
    pub width: f64,
    /// Rows after orientation and sample aspect, in the unit of `width`.
    pub height: f64,
    /// Pages, slides, sheets; 1 for anything that has none.
    pub pages: u32,
    /// Length of a video, a sound or an animation, where the header says it.
    pub duration: Option<Duration>,
    /// Whether it is drawn at any size, as pages and vector pictures are; its size is then no limit to a thumbnail's.
    pub is_scalable: bool,
    /// Whether pixels may be transparent.
    pub has_alpha: bool,
    /// Whether there is more than one frame to be played.
    pub is_animated: bool,
    /// Whether the content is encrypted.
    pub is_encrypted: bool,
}

impl SourceInfo {
    /// A still, opaque picture of one page; one of a document is scalable.
    pub fn new(format: Format, size: Size) -> Self {
        Self {
            format,
            family: format.family,
            width: f64::from(size.width),
            height: f64::from(size.height),
            pages: 1,
            duration: None,
            is_scalable: format.family == Family::Document,
            has_alpha: false,
            is_animated: false,
            is_encrypted: false,
        }
    }

    /// Width and height in whole px, at least 1×1.
    pub fn size(&self) -> Size {
        let side = |n: f64| n.round().clamp(1.0, f64::from(u32::MAX)) as u32;
        Size::new(side(self.width), side(self.height))
    }
}

/// How much work a thumbnail is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Effort {
    /// The quickest picture that is right: an embedded preview wherever there is one.
    Preview,
    /// Previews only where they cover the asked size.
    #[default]
    Normal,
    /// The file's own pixels, always.
    Best,
}

/// What is asked of a decoder.
#[derive(Debug, Clone, PartialEq)]
pub struct Want {
    /// The size, in the orientation that [`Decoder::info`] reports, that the **whole** picture has at the scale of
    /// the largest spec. Scaled decoding must not go below it on either side.
    pub size: Size,
    /// Whether more than one size will be made of the frame, so that it should have some more pixels than `size`
    /// where one exact scaling step would otherwise be left to the decoder.
    pub many: bool,
    /// Page, from 0.
    pub page: u32,
    /// Point in time of a video; `None` leaves the choice to the decoder.
    pub time: Option<Duration>,
    /// How much work it is worth.
    pub effort: Effort,
}

impl Want {
    /// The whole first picture at `size` px.
    pub fn new(size: Size) -> Self {
        Self { size, many: false, page: 0, time: None, effort: Effort::Normal }
    }
}

/// Opens a source whose format is not known; the registry's own function, handed down so that decoders can read files
/// inside files without knowing the registry.
pub type OpenFn = fn(&Source, &Hint, &Context<'_>) -> Result<Box<dyn Decoder>>;

/// What surrounds a decoder at work: limits, deadline, and the way back to the registry.
pub struct Context<'a> {
    limits: &'a Limits,
    budget: &'a Budget,
    interrupt: &'a Interrupt,
    warnings: &'a Mutex<Vec<String>>,
    open: OpenFn,
    nesting: u32,
    hint: &'a Hint,
}

/// What is known of a file that nothing is said of.
static NO_HINT: Hint = Hint { name: None, mime: None };

impl<'a> Context<'a> {
    /// The context of the outermost file.
    pub fn new(
        limits: &'a Limits,
        budget: &'a Budget,
        interrupt: &'a Interrupt,
        warnings: &'a Mutex<Vec<String>>,
        open: OpenFn,
    ) -> Self {
        Self { limits, budget, interrupt, warnings, open, nesting: 0, hint: &NO_HINT }
    }

    /// The same context for a file of which the host says this.
    #[must_use]
    pub fn with_hint<'b>(self, hint: &'b Hint) -> Context<'b>
    where
        'a: 'b,
    {
        Context { hint, ..self }
    }

    /// What the host says of the file that is opened: a name tells one programming language from another.
    pub fn hint(&self) -> &Hint {
        self.hint
    }

    /// The limits of the request.
    pub fn limits(&self) -> &Limits {
        self.limits
    }

    /// The interrupt, for code that outlives no call but takes it by value.
    pub fn interrupt(&self) -> &Interrupt {
        self.interrupt
    }

    /// `Ok` while the work may go on; see [`Interrupt::check`].
    pub fn check(&self) -> Result<()> {
        self.interrupt.check()
    }

    /// Reserves `bytes` of memory as long as the reservation lives.
    pub fn reserve(&self, bytes: u64) -> Result<Reservation> {
        self.budget.reserve(bytes)
    }

    /// Meets the pixel limit: `corrupt` for an empty picture, `limit` for one that is too large.
    pub fn check_pixels(&self, size: Size) -> Result<()> {
        match size.pixels() {
            0 => Err(Error::corrupt(format!("a picture of {}x{} px", size.width, size.height))),
            n if n > self.limits.max_pixels => {
                let max = self.limits.max_pixels;
                Err(Error::limit(format!("{}x{} px; the limit is {max} px", size.width, size.height)))
            }
            _ => Ok(()),
        }
    }

    /// Meets the pixel limit and reserves `pixel_bytes` a pixel.
    pub fn reserve_pixels(&self, size: Size, pixel_bytes: usize) -> Result<Reservation> {
        self.check_pixels(size)?;
        self.reserve(size.pixels().saturating_mul(pixel_bytes as u64))
    }

    /// Notes something that the caller should know and that is no error, once.
    pub fn warn(&self, warning: impl Into<String>) {
        let (warning, mut all) = (warning.into(), self.warnings.lock().unwrap_or_else(|e| e.into_inner()));
        if all.len() < 64 && !all.contains(&warning) {
            all.push(warning);
        }
    }

    /// The warnings noted so far.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Opens a file inside this file: a preview, a cover, a picture of a page. Deeper than the limit is `limit`.
    pub fn open_inner(&self, source: &Source, hint: &Hint) -> Result<Box<dyn Decoder>> {
        (self.open)(source, hint, &self.inner()?.with_hint(hint))
    }

    /// Opens a picture inside this file, and what its header says; `unsupported` if it is no picture, since any text
    /// would do for one.
    pub fn open_picture(&self, source: &Source, hint: &Hint) -> Result<(Box<dyn Decoder>, SourceInfo)> {
        let mut decoder = self.open_inner(source, hint)?;
        let info = decoder.info(&self.inner()?.with_hint(hint))?;
        match info.family {
            Family::Image => Ok((decoder, info)),
            _ => Err(Error::unsupported(format!("{} where a picture should be", info.format.name))),
        }
    }

    /// A frame of a picture inside this file. Its own orientation is not applied: see [`Frame::orientation`].
    pub fn inner_frame(&self, source: &Source, hint: &Hint, want: &Want) -> Result<Frame> {
        self.open_picture(source, hint)?.0.frame(want, &self.inner()?.with_hint(hint))
    }

    fn inner(&self) -> Result<Context<'a>> {
        let nesting = self.nesting + 1;
        if nesting > self.limits.max_nesting {
            return Err(Error::limit(format!("files inside files deeper than {}", self.limits.max_nesting)));
        }
        let Self { limits, budget, interrupt, warnings, open, .. } = *self;
        Ok(Context { limits, budget, interrupt, warnings, open, nesting, hint: &NO_HINT })
    }
}
