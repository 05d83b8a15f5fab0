//! The contract between the pipeline and decoders. Decoders do not know the pipeline, and the pipeline does not know
//! which decoder it runs.

use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use crate::cancel::{CancelToken, Interrupt};
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Family, Format};
use crate::frame::Frame;
use crate::geometry::Size;
use crate::limits::{Budget, Limits, Reservation};
use crate::probe::{Hint, Peek, Score};
use crate::source::Source;

/// A format as data: its name, its score function, its decoder. Every codec exports one `ENTRY`.
#[derive(Debug)]
pub struct FormatEntry {
    /// Name and family.
    pub format: Format,
    /// Media types, the preferred one first.
    pub mime_types: &'static [&'static str],
    /// Scores the first bytes of a file.
    pub score: fn(&Peek<'_>) -> Score,
    /// Opens a decoder. Reads only what is needed to reject files of other formats.
    pub open: fn(&Source, &Context<'_>) -> Result<Box<dyn Decoder>>,
}

/// Decodes one file.
pub trait Decoder: Send {
    /// Information from the header. Bounded and cheap: decodes no pixels.
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo>;

    /// Returns a frame at least as large as [`Want::size`] where the source has the pixels, and as little larger as is
    /// cheap (scale-on-load). [`Frame::orientation`] has still to be applied; sizes from [`info`](Self::info) are
    /// those after applying it, if `info` knows the orientation.
    ///
    /// Implementations check limits before allocating pixels, and call [`Context::check`] in every long loop.
    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame>;
}

/// Information from the header of a file.
///
/// ```
/// # use thumbling_core as thumbling;
/// use thumbling::{Format, Size, SourceInfo};
///
/// let info = SourceInfo::new(Format::image("png"), Size::new(640, 480));
/// assert_eq!((info.width, info.pages, info.is_scalable), (640.0, 1, false));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SourceInfo {
    /// The format, detected from the content.
    pub format: Format,
    /// The family of the file; usually that of the format.
    pub family: Family,
    /// Width after orientation and sample aspect: px, for vector pictures CSS px, for pages pt.
    pub width: f64,
    /// Height after orientation and sample aspect, in the unit of `width`.
    pub height: f64,
    /// Number of pages, slides or sheets; 1 for formats without pages.
    pub pages: u32,
    /// Duration of video, sound or animation, if the header has it.
    pub duration: Option<Duration>,
    /// Whether it is drawn at any size, as pages and vector pictures are; its size is then no limit to a thumbnail's.
    pub is_scalable: bool,
    /// Whether pixels may be transparent.
    pub has_alpha: bool,
    /// Whether there is more than one frame to play.
    pub is_animated: bool,
    /// Whether the content is encrypted.
    pub is_encrypted: bool,
}

impl SourceInfo {
    /// Information on a still, opaque, single-page picture; one of a document is scalable.
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

    /// Width and height rounded to px, at least 1×1.
    pub fn size(&self) -> Size {
        let side = |n: f64| n.round().clamp(1.0, f64::from(u32::MAX)) as u32;
        Size::new(side(self.width), side(self.height))
    }
}

/// Trade-off between speed and quality.
///
/// ```
/// # use thumbling_core as thumbling;
/// assert_eq!(thumbling::Effort::default(), thumbling::Effort::Normal);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Effort {
    /// Fastest: use an embedded preview wherever there is one.
    Preview,
    /// Use previews only if they cover the requested size.
    #[default]
    Normal,
    /// Always decode the file's own pixels.
    Best,
}

/// What a decoder should produce.
#[derive(Debug, Clone, PartialEq)]
pub struct Want {
    /// The size of the **whole** picture at the scale of the largest spec, in the orientation that [`Decoder::info`]
    /// reports, px. Scaled decoding must not go below it on either side.
    pub size: Size,
    /// Whether the frame will be scaled to several sizes. A decoder that scales to exactly `size` should then return
    /// more pixels.
    pub many: bool,
    /// Page, zero-based.
    pub page: u32,
    /// Point in time of a video; `None` lets the decoder choose.
    pub time: Option<Duration>,
    /// Trade-off between speed and quality.
    pub effort: Effort,
}

impl Want {
    /// The first page or frame, at `size` px.
    pub fn new(size: Size) -> Self {
        Self { size, many: false, page: 0, time: None, effort: Effort::Normal }
    }
}

/// Opens a source of unknown format. Passed down so that decoders can open files inside files without depending on
/// the list of codecs.
pub type OpenFn = fn(&Source, &Hint, &Context<'_>) -> Result<Box<dyn Decoder>>;

/// Whether this process may open files of a format, at any depth.
pub type Guard = fn(&FormatEntry) -> bool;

/// State of one request: its limits, memory, deadline and warnings. Lends a [`Context`] to decoders.
#[derive(Debug)]
pub struct RequestState {
    guard: Option<Guard>,
    /// The first format that the guard turned down.
    blocked: OnceLock<Format>,
    limits: Limits,
    budget: Budget,
    interrupt: Interrupt,
    warnings: Mutex<Vec<String>>,
    open: OpenFn,
}

impl RequestState {
    /// The state of a request that starts now. `open` is the registry for files inside files.
    pub fn new(limits: &Limits, cancel: CancelToken, open: OpenFn) -> Self {
        Self::within(limits, cancel, &Budget::new(limits.max_memory), open)
    }

    /// As [`new`](Self::new), with a budget that other requests may share.
    pub fn within(limits: &Limits, cancel: CancelToken, budget: &Budget, open: OpenFn) -> Self {
        let interrupt = Interrupt::new(limits.timeout, cancel);
        Self {
            guard: None,
            blocked: OnceLock::new(),
            limits: limits.clone(),
            budget: budget.clone(),
            interrupt,
            warnings: Mutex::default(),
            open,
        }
    }

    /// The same with a guard: a format that it turns down ends the request, however deep it is inside others.
    #[must_use]
    pub fn guarded(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// The format that has ended the request because of the [guard](Self::guarded).
    pub fn blocked(&self) -> Option<Format> {
        self.blocked.get().copied()
    }

    /// The context of the outermost file.
    pub fn context<'a>(&'a self, hint: &'a Hint) -> Context<'a> {
        Context { state: self, nesting: 0, hint }
    }

    /// The memory account.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The warnings so far.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }
}

/// The environment of a decoder: limits, deadline, warnings, and access to the registry.
pub struct Context<'a> {
    state: &'a RequestState,
    nesting: u32,
    hint: &'a Hint,
}

/// The hint for files inside files whose name is unknown.
static NO_HINT: Hint = Hint { name: None, mime: None };

impl<'a> Context<'a> {
    /// The same context with another hint.
    #[must_use]
    pub fn with_hint<'b>(self, hint: &'b Hint) -> Context<'b>
    where
        'a: 'b,
    {
        Context { hint, ..self }
    }

    /// What the host knows about the file being opened. Its name can tell programming languages apart.
    pub fn hint(&self) -> &Hint {
        self.hint
    }

    /// The limits of the request.
    pub fn limits(&self) -> &Limits {
        &self.state.limits
    }

    /// The interrupt, for code that needs a copy of its own.
    pub fn interrupt(&self) -> &Interrupt {
        &self.state.interrupt
    }

    /// An error if the work has to stop; see [`Interrupt::check`].
    pub fn check(&self) -> Result<()> {
        self.state.interrupt.check()
    }

    /// `cancelled` if the [guard](RequestState::guarded) turns the format down. That ends the request, so that no
    /// decoder goes on with another entry or preview.
    pub fn admit(&self, entry: &FormatEntry) -> Result<()> {
        match self.state.guard {
            Some(guard) if !guard(entry) => {
                let _ = self.state.blocked.set(entry.format);
                Err(Error::new(ErrorKind::Cancelled, format!("{} is not decoded in this process", entry.format)))
            }
            _ => Ok(()),
        }
    }

    /// Reserves `bytes` of memory until the reservation is dropped.
    pub fn reserve(&self, bytes: u64) -> Result<Reservation> {
        self.state.budget.reserve(bytes)
    }

    /// Checks the pixel limit: `corrupt` for an empty picture, `limit` for one that is too large.
    pub fn check_pixels(&self, size: Size) -> Result<()> {
        match size.pixels() {
            0 => Err(Error::corrupt(format!("a picture of {}x{} px", size.width, size.height))),
            n if n > self.state.limits.max_pixels => {
                let max = self.state.limits.max_pixels;
                Err(Error::limit(format!("{}x{} px; the limit is {max} px", size.width, size.height)))
            }
            _ => Ok(()),
        }
    }

    /// Checks the pixel limit and reserves `pixel_bytes` per pixel.
    pub fn reserve_pixels(&self, size: Size, pixel_bytes: usize) -> Result<Reservation> {
        self.check_pixels(size)?;
        self.reserve(size.pixels().saturating_mul(pixel_bytes as u64))
    }

    /// Adds a warning for the caller. Duplicates are dropped, and so is everything after the 64th.
    pub fn warn(&self, warning: impl Into<String>) {
        let (warning, mut all) = (warning.into(), self.state.warnings.lock().unwrap_or_else(|e| e.into_inner()));
        if all.len() < 64 && !all.contains(&warning) {
            all.push(warning);
        }
    }

    /// Opens a file inside this file: a preview, a cover, a picture on a page. `limit` if nested too deeply.
    pub fn open_inner(&self, source: &Source, hint: &Hint) -> Result<Box<dyn Decoder>> {
        (self.state.open)(source, hint, &self.inner()?.with_hint(hint))
    }

    /// Opens a picture inside this file and reads its header. `unsupported` for other families: any bytes can pass for
    /// a text file.
    pub fn open_picture(&self, source: &Source, hint: &Hint) -> Result<(Box<dyn Decoder>, SourceInfo)> {
        let mut decoder = self.open_inner(source, hint)?;
        let info = decoder.info(&self.inner()?.with_hint(hint))?;
        match info.family {
            Family::Image => Ok((decoder, info)),
            _ => Err(Error::unsupported(format!("{} where a picture should be", info.format.name))),
        }
    }

    /// Decodes a picture inside this file. [`Frame::orientation`] has still to be applied.
    pub fn inner_frame(&self, source: &Source, hint: &Hint, want: &Want) -> Result<Frame> {
        self.open_picture(source, hint)?.0.frame(want, &self.inner()?.with_hint(hint))
    }

    fn inner(&self) -> Result<Context<'a>> {
        let nesting = self.nesting + 1;
        if nesting > self.state.limits.max_nesting {
            return Err(Error::limit(format!("files inside files deeper than {}", self.state.limits.max_nesting)));
        }
        Ok(Context { state: self.state, nesting, hint: &NO_HINT })
    }
}
