//! What a caller asks for, and what he gets: plain data, so that both can cross a process boundary.

use std::time::Duration;

use thumbling_core::cancel::CancelToken;
use thumbling_core::decode::{Effort, SourceInfo};
use thumbling_core::frame::Origin;
use thumbling_core::geometry::{Fit, Position};
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;

/// What a thumbnail is encoded as. Nothing of the source's metadata goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Output {
    /// JPEG; transparency is drawn over the background.
    #[default]
    Jpeg,
    /// WebP, lossy, with transparency.
    Webp,
    /// PNG, lossless, with transparency.
    Png,
    /// AVIF: the smallest and by far the slowest.
    Avif,
    /// WebP where there is transparency, PNG where few colours make it the smaller one, JPEG otherwise.
    Auto,
    /// Raw pixels: width × height × 4 bytes of straight RGBA.
    Rgba,
}

/// An 8-bit sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// White.
    pub const WHITE: Self = Self(255, 255, 255);
}

/// One thumbnail to make.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Spec {
    /// Width of the box, px, 1 to 16,384.
    pub width: u32,
    /// Height of the box, px, 1 to 16,384.
    pub height: u32,
    /// How the picture goes into the box.
    pub fit: Fit,
    /// Which part [`Fit::Cover`] keeps.
    pub position: Position,
    /// What it is encoded as.
    pub output: Output,
    /// 1 to 100; for PNG and raw pixels without effect.
    pub quality: u8,
    /// What transparency is drawn over, for outputs without transparency; `Some` draws over it for every output.
    pub background: Option<Rgb>,
}

impl Spec {
    /// A `width` × `height` px box, contained, as JPEG of quality 80.
    pub fn new(width: u32, height: u32) -> Self {
        let (fit, position, output) = (Fit::default(), Position::default(), Output::default());
        Self { width, height, fit, position, output, quality: 80, background: None }
    }
}

/// What to make of one source.
///
/// Built in one breath: [`new`](Self::new), then what differs from the defaults. Methods about size, fit, position,
/// output, quality and background speak of the spec added last.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Request {
    /// Thumbnails to make, all from one decode; none means one of 256 × 256 px.
    pub specs: Vec<Spec>,
    /// What is known beside the content.
    pub hint: Hint,
    /// Page or frame, from 0.
    pub page: u32,
    /// Point in time of a video; `None` chooses a good one.
    pub time: Option<Duration>,
    /// Bounds on time and memory.
    pub limits: Limits,
    /// Raised by another thread to stop the work.
    pub cancel: CancelToken,
    /// How much work it is worth.
    pub effort: Effort,
}

impl Request {
    /// One thumbnail of 256 × 256 px, as JPEG.
    pub fn new() -> Self {
        Self::default()
    }

    fn last(&mut self) -> &mut Spec {
        if self.specs.is_empty() {
            self.specs.push(Spec::new(256, 256));
        }
        let last = self.specs.len() - 1;
        &mut self.specs[last]
    }

    /// Adds a thumbnail in a box of `width` × `height` px.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.specs.push(Spec::new(width, height));
        self
    }

    /// Adds a thumbnail in a box of `side` × `side` px.
    #[must_use]
    pub fn square(self, side: u32) -> Self {
        self.size(side, side)
    }

    /// Adds a thumbnail.
    #[must_use]
    pub fn spec(mut self, spec: Spec) -> Self {
        self.specs.push(spec);
        self
    }

    /// How the picture goes into the box.
    #[must_use]
    pub fn fit(mut self, fit: Fit) -> Self {
        self.last().fit = fit;
        self
    }

    /// Which part [`Fit::Cover`] keeps.
    #[must_use]
    pub fn position(mut self, position: Position) -> Self {
        self.last().position = position;
        self
    }

    /// What it is encoded as.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.last().output = output;
        self
    }

    /// 1 to 100.
    #[must_use]
    pub fn quality(mut self, quality: u8) -> Self {
        self.last().quality = quality;
        self
    }

    /// What transparency is drawn over.
    #[must_use]
    pub fn background(mut self, background: Rgb) -> Self {
        self.last().background = Some(background);
        self
    }

    /// The file's name; it only breaks ties between formats.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.hint.name = Some(name.into());
        self
    }

    /// How much work it is worth.
    #[must_use]
    pub fn effort(mut self, effort: Effort) -> Self {
        self.effort = effort;
        self
    }

    /// Wall time after which the work ends with `timeout`.
    #[must_use]
    pub fn deadline(mut self, timeout: Duration) -> Self {
        self.limits.timeout = Some(timeout);
        self
    }

    /// Bounds on time and memory.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// A token that another thread may raise.
    #[must_use]
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }
}

/// One finished thumbnail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What it is encoded as; never [`Output::Auto`].
    pub output: Output,
    /// `image/jpeg`, `image/webp`, `image/png`, `image/avif` or `application/octet-stream`.
    pub media_type: &'static str,
    /// The encoded file, or width × height × 4 bytes for [`Output::Rgba`].
    pub bytes: Vec<u8>,
}

/// What was made of one source.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Thumbnails {
    /// What the source is.
    pub info: SourceInfo,
    /// One for each spec, in their order.
    pub items: Vec<Thumbnail>,
    /// Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/>.
    pub thumbhash: Vec<u8>,
    /// The colour that most of the picture has.
    pub dominant: Rgb,
    /// Where the pixels come from.
    pub origin: Origin,
    /// The share of what the page has that was drawn, by count of shapes, pictures, charts …: 1 is all. Only readers of
    /// office documents say less; what they left out is in `warnings`.
    pub confidence: f32,
    /// Bytes fetched from the source.
    pub bytes_read: u64,
    /// What the caller should know and that is no error.
    pub warnings: Vec<String>,
}
