//! Request and response types: plain data.

use std::time::Duration;

use thumbling_core::cancel::CancelToken;
use thumbling_core::decode::{Effort, SourceInfo};
use thumbling_core::frame::Origin;
use thumbling_core::geometry::{Fit, Position};
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;
use thumbling_isolation::Sandbox;

/// Side of the box of a request without sizes, px.
const DEFAULT_SIDE: u32 = 256;

/// Which decoders run in worker processes; see [`isolation`](crate::isolation).
///
/// ```
/// use thumbling::{Isolation, Request, Sandbox};
///
/// let request = Request::new().isolation(Isolation::Everything).sandbox(Sandbox::Full);
/// assert_eq!(request.isolation.name(), "everything");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Isolation {
    /// Those that have not qualified for the host's process; see [`Capability::tier`](crate::Capability).
    #[default]
    Default,
    /// All: for hosts with files of many tenants.
    Everything,
    /// None: a file that crashes its decoder ends the host. Formats are those of this build.
    Nothing,
}

impl Isolation {
    /// The name used on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Everything => "everything",
            Self::Nothing => "nothing",
        }
    }
}

/// Output format of a thumbnail. Metadata of the source is never written.
///
/// ```
/// use thumbling::Output;
///
/// assert_eq!(Output::default(), Output::Jpeg);
/// assert_eq!(Output::Webp.name(), "webp");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Output {
    /// JPEG; transparency is drawn over the background.
    #[default]
    Jpeg,
    /// WebP with transparency; lossy with the feature `libwebp`, lossless without it.
    Webp,
    /// PNG, lossless, with transparency.
    Png,
    /// AVIF: the smallest and by far the slowest. Needs the feature `avif-encode`.
    Avif,
    /// WebP if the picture has transparency, PNG if it has few colours, JPEG otherwise.
    Auto,
    /// Raw pixels: width × height × 4 bytes of straight (not premultiplied) RGBA.
    Rgba,
}

impl Output {
    /// The name used in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Png => "png",
            Self::Avif => "avif",
            Self::Auto => "auto",
            Self::Rgba => "rgba",
        }
    }
}

/// An 8-bit sRGB colour.
///
/// ```
/// let thumbling::Rgb(red, green, blue) = thumbling::Rgb::WHITE;
/// assert_eq!((red, green, blue), (255, 255, 255));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// White.
    pub const WHITE: Self = Self(255, 255, 255);
}

/// Size, fit and encoding of one thumbnail.
///
/// ```
/// use thumbling::{Fit, Output, Spec};
///
/// let spec = Spec::new(300, 400).fit(Fit::Cover).output(Output::Webp).quality(90);
/// assert_eq!((spec.width, spec.height, spec.quality), (300, 400, 90));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Spec {
    /// Width of the box, px, 1 to [`MAX_SIDE`](Self::MAX_SIDE).
    pub width: u32,
    /// Height of the box, px, 1 to [`MAX_SIDE`](Self::MAX_SIDE).
    pub height: u32,
    /// How the picture is fitted into the box.
    pub fit: Fit,
    /// The part that [`Fit::Cover`] keeps.
    pub position: Position,
    /// Output format.
    pub output: Output,
    /// Encoder quality, 1 to 100; ignored for PNG and raw pixels.
    pub quality: u8,
    /// Colour behind transparent pixels. `None`: white for outputs without transparency, none for the others.
    pub background: Option<Rgb>,
}

impl Spec {
    /// Largest side of a thumbnail, px: the limit of WebP.
    pub const MAX_SIDE: u32 = 16_383;

    /// A box of `width` × `height` px, JPEG of quality 80, [`Fit::ScaleDown`].
    pub fn new(width: u32, height: u32) -> Self {
        let (fit, position, output) = (Fit::default(), Position::default(), Output::default());
        Self { width, height, fit, position, output, quality: 80, background: None }
    }

    /// A box of `side` × `side` px; otherwise as [`new`](Self::new).
    pub fn square(side: u32) -> Self {
        Self::new(side, side)
    }

    /// Sets how the picture is fitted into the box.
    #[must_use]
    pub fn fit(mut self, fit: Fit) -> Self {
        self.fit = fit;
        self
    }

    /// Sets the part that [`Fit::Cover`] keeps.
    #[must_use]
    pub fn position(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    /// Sets the output format.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// Sets the encoder quality, 1 to 100.
    #[must_use]
    pub fn quality(mut self, quality: u8) -> Self {
        self.quality = quality;
        self
    }

    /// Sets the colour behind transparent pixels.
    #[must_use]
    pub fn background(mut self, background: Rgb) -> Self {
        self.background = Some(background);
        self
    }
}

/// A thumbnail that was asked for: a size with the settings of the request, or a spec with its own.
#[derive(Debug, Clone)]
enum Item {
    Size(u32, u32),
    Spec(Spec),
}

/// Thumbnails to make from one source, in one decode.
///
/// Sizes added with [`size`](Self::size) and [`square`](Self::square) share the settings of the request, whatever the
/// order of the calls; [`spec`](Self::spec) adds a thumbnail with settings of its own. A request without sizes makes
/// one thumbnail in a box of 256 × 256 px.
///
/// ```
/// use std::time::Duration;
/// use thumbling::{Output, Request, Spec};
///
/// let request = Request::new()
///     .output(Output::Webp)
///     .quality(90)
///     .square(256)
///     .square(1024)
///     .spec(Spec::new(1200, 630).output(Output::Jpeg))
///     .timeout(Duration::from_secs(5));
/// let outputs: Vec<Output> = request.specs().iter().map(|spec| spec.output).collect();
/// assert_eq!(outputs, [Output::Webp, Output::Webp, Output::Jpeg]);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    items: Vec<Item>,
    /// Settings of the items that are sizes; width and height are those of a request without items.
    settings: Spec,
    /// What is known of the file beside its content.
    pub hint: Hint,
    /// Page or frame, from 0.
    pub page: u32,
    /// Point in time of a video; `None` chooses a representative frame.
    pub time: Option<Duration>,
    /// Limits on memory and time.
    pub limits: Limits,
    /// Stops the work when another thread raises it.
    pub cancel: CancelToken,
    /// Speed against fidelity.
    pub effort: Effort,
    /// Which decoders run in a worker process.
    pub isolation: Isolation,
    /// The weakest sandbox of a worker. If this machine lacks it the request fails with `sandbox-unavailable`.
    pub sandbox: Sandbox,
    /// Whose file it is. A worker is not shared between tenants.
    pub tenant: Option<String>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            settings: Spec::square(DEFAULT_SIDE),
            hint: Hint::default(),
            page: 0,
            time: None,
            limits: Limits::default(),
            cancel: CancelToken::new(),
            effort: Effort::default(),
            isolation: Isolation::default(),
            sandbox: Sandbox::default(),
            tenant: None,
        }
    }
}

impl Request {
    /// A request with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The thumbnails that this request makes, in the order in which they were added; never empty.
    pub fn specs(&self) -> Vec<Spec> {
        if self.items.is_empty() {
            return vec![self.settings.clone()];
        }
        let spec = |item: &Item| match item {
            Item::Size(width, height) => Spec { width: *width, height: *height, ..self.settings.clone() },
            Item::Spec(spec) => spec.clone(),
        };
        self.items.iter().map(spec).collect()
    }

    /// Adds a thumbnail in a box of `width` × `height` px.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.items.push(Item::Size(width, height));
        self
    }

    /// Adds a thumbnail in a box of `side` × `side` px.
    #[must_use]
    pub fn square(self, side: u32) -> Self {
        self.size(side, side)
    }

    /// Adds a thumbnail with settings of its own.
    #[must_use]
    pub fn spec(mut self, spec: Spec) -> Self {
        self.items.push(Item::Spec(spec));
        self
    }

    /// Sets how all sizes are fitted into their boxes.
    #[must_use]
    pub fn fit(mut self, fit: Fit) -> Self {
        self.settings.fit = fit;
        self
    }

    /// Sets the part that [`Fit::Cover`] keeps, for all sizes.
    #[must_use]
    pub fn position(mut self, position: Position) -> Self {
        self.settings.position = position;
        self
    }

    /// Sets the output format of all sizes.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.settings.output = output;
        self
    }

    /// Sets the encoder quality of all sizes, 1 to 100.
    #[must_use]
    pub fn quality(mut self, quality: u8) -> Self {
        self.settings.quality = quality;
        self
    }

    /// Sets the colour behind transparent pixels, for all sizes.
    #[must_use]
    pub fn background(mut self, background: Rgb) -> Self {
        self.settings.background = Some(background);
        self
    }

    /// Sets the file's name. It decides between formats that the content does not tell apart.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.hint.name = Some(name.into());
        self
    }

    /// Sets the file's media type, which serves as the [`name`](Self::name) does.
    #[must_use]
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.hint.mime = Some(mime.into());
        self
    }

    /// Sets what is known of the file beside its content.
    #[must_use]
    pub fn hint(mut self, hint: Hint) -> Self {
        self.hint = hint;
        self
    }

    /// Sets the page, slide or frame, from 0. One past the end is `invalid-argument`.
    #[must_use]
    pub fn page(mut self, page: u32) -> Self {
        self.page = page;
        self
    }

    /// Sets the point in time of a video.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// Sets how much work a thumbnail is worth.
    #[must_use]
    pub fn effort(mut self, effort: Effort) -> Self {
        self.effort = effort;
        self
    }

    /// Sets which decoders run in a worker process.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Sets the weakest sandbox of a worker to accept.
    #[must_use]
    pub fn sandbox(mut self, sandbox: Sandbox) -> Self {
        self.sandbox = sandbox;
        self
    }

    /// Sets whose file it is.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Sets the wall time after which the request ends with `timeout`.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = Some(timeout);
        self
    }

    /// Sets the limits on memory and time, the timeout included.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the token with which another thread may stop the work.
    #[must_use]
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }
}

/// A finished thumbnail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// Format of `bytes`; never [`Output::Auto`].
    pub output: Output,
    /// `image/jpeg`, `image/webp`, `image/png`, `image/avif` or `application/octet-stream`.
    pub media_type: &'static str,
    /// The encoded file, or width × height × 4 bytes for [`Output::Rgba`].
    pub bytes: Vec<u8>,
}

/// The thumbnails of one source, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Thumbnails {
    /// Format, size, pages and the like.
    pub info: SourceInfo,
    /// One for each spec, in their order.
    pub items: Vec<Thumbnail>,
    /// Placeholder of about 25 bytes that a client can draw at once: <https://evanw.github.io/thumbhash/>.
    pub thumbhash: Vec<u8>,
    /// The most frequent colour.
    pub dominant: Rgb,
    /// Where the pixels come from.
    pub origin: Origin,
    /// Share of the page's content that was drawn, by count of shapes, pictures and charts: 1 is all of it. Less than
    /// 1 only for office documents; `warnings` names what is missing.
    pub confidence: f32,
    /// Bytes read from the source.
    pub bytes_read: u64,
    /// Human-readable notes on what was repaired or left out.
    pub warnings: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_calls_does_not_matter() {
        let before = Request::new().output(Output::Webp).quality(90).square(512);
        let after = Request::new().square(512).quality(90).output(Output::Webp);
        let expected = [Spec::square(512).output(Output::Webp).quality(90)];
        assert_eq!(before.specs(), expected);
        assert_eq!(after.specs(), expected);
    }

    #[test]
    fn settings_without_a_size_are_those_of_the_default_box() {
        assert_eq!(Request::new().quality(50).specs(), [Spec::square(256).quality(50)]);
    }

    #[test]
    fn a_spec_keeps_its_own_settings_and_its_place() {
        let request = Request::new().square(64).spec(Spec::square(32)).square(16).output(Output::Png);
        let outputs: Vec<_> = request.specs().iter().map(|spec| (spec.width, spec.output)).collect();
        assert_eq!(outputs, [(64, Output::Png), (32, Output::Jpeg), (16, Output::Png)]);
    }
}
