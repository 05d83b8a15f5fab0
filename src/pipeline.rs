//! Request to thumbnails: where to decode, decoding, encoding.
//!
//! Spans of [`tracing`] at debug level: `thumbnail` or `probe` around a call, `decode` and one `encode` a spec inside.

use std::time::Instant;

use tracing::debug_span;

use crate::codecs::{self, tier};
use crate::encode;
use crate::isolation::{self, Decoded, Work};
use crate::pictures::{opened, pictures};
use crate::placeholder;
use crate::request::{Isolation, Request, Spec, Thumbnail, Thumbnails};
use thumbling_core::cancel::CancelToken;
use thumbling_core::decode::{Context, Decoder, RequestState, SourceInfo};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::limits::Budget;
use thumbling_core::source::Source;

/// Makes all thumbnails of `request` from one decode of `source`.
///
/// ```
/// # fn main() -> thumbling::Result<()> {
/// # let png = thumbling::doc_sample();
/// use thumbling::{Request, Source};
///
/// let thumbnails = thumbling::thumbnail(&Source::from_bytes(png), &Request::new().square(16))?;
/// assert_eq!((thumbnails.info.width, thumbnails.items[0].width), (32.0, 16));
/// # Ok(()) }
/// ```
///
/// # Errors
/// Every kind but `busy`; see [`ErrorKind`](crate::ErrorKind). Whatever the content is, the call ends within the
/// limits of the request.
pub fn thumbnail(source: &Source, request: &Request) -> Result<Thumbnails> {
    thumbnail_within(source, request, &Budget::new(request.limits.max_memory))
}

/// As [`thumbnail`], with the memory of `budget` instead of the request's: for hosts that admit work by the memory that
/// all of it holds.
///
/// # Errors
/// As [`thumbnail`].
#[doc(hidden)]
pub fn thumbnail_within(source: &Source, request: &Request, budget: &Budget) -> Result<Thumbnails> {
    let _span = debug_span!("thumbnail", name = request.hint.name, size = source.size()).entered();
    let specs = request.specs();
    specs.iter().try_for_each(check)?;
    let work = Work { source, request, specs: &specs, budget, deadline: deadline(request), kind: None };
    let mut thumbnails = route(
        &work,
        |state| {
            let made = opened(source, request, state, |decoder, cx| make(decoder, &specs, request, cx))?;
            Ok(Thumbnails { warnings: state.warnings(), ..made })
        },
        |decoded| encoded(decoded, &specs, &request.cancel),
    )?;
    thumbnails.bytes_read = source.bytes_read();
    Ok(thumbnails)
}

/// Runs a request where its policy says: in this process, or in a worker.
fn route<T>(
    work: &Work<'_>,
    here: impl Fn(&RequestState) -> Result<T>,
    from_worker: impl Fn(Decoded) -> Result<T>,
) -> Result<T> {
    let request = work.request;
    let isolated = |kind| isolation::run(&Work { kind, ..*work }).and_then(&from_worker);
    let state = || RequestState::within(&request.limits, request.cancel.clone(), work.budget, codecs::open);
    match request.isolation {
        Isolation::Nothing => here(&state()),
        Isolation::Everything => isolated(None),
        Isolation::Default => {
            let state = state().guarded(tier::in_process);
            let result = here(&state);
            if let Some(format) = state.blocked() {
                return isolated(Some(tier::kind(format))).map_err(|e| e.of_format(format.name));
            }
            match result {
                // The worker may have formats that this build lacks.
                Err(e) if is_unknown(&e) && isolation::has_own_program() => isolated(None),
                result => result,
            }
        }
    }
}

fn is_unknown(e: &Error) -> bool {
    e.format().is_none() && matches!(e.kind(), ErrorKind::FeatureDisabled | ErrorKind::Unsupported)
}

fn deadline(request: &Request) -> Option<Instant> {
    request.limits.timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

/// Reads what the header of `source` says; no pixels are decoded.
///
/// ```
/// # fn main() -> thumbling::Result<()> {
/// # let png = thumbling::doc_sample();
/// use thumbling::{Request, Source};
///
/// let info = thumbling::probe(&Source::from_bytes(png), &Request::new())?;
/// assert_eq!((info.format.name, info.width, info.height), ("png", 32.0, 16.0));
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`thumbnail`].
pub fn probe(source: &Source, request: &Request) -> Result<SourceInfo> {
    let _span = debug_span!("probe", name = request.hint.name, size = source.size()).entered();
    let budget = Budget::new(request.limits.max_memory);
    let work = Work { source, request, specs: &[], budget: &budget, deadline: deadline(request), kind: None };
    route(&work, |state| opened(source, request, state, |decoder, cx| decoder.info(cx)), |decoded| Ok(decoded.info))
}

/// Decodes and encodes.
fn make(decoder: &mut dyn Decoder, specs: &[Spec], request: &Request, cx: &Context<'_>) -> Result<Thumbnails> {
    let mut output = Encoder::default();
    let (info, origin, confidence) = pictures(decoder, specs, request, cx, |spec, frame| output.add(spec, frame))?;
    output.finish(info, origin, confidence, Vec::new())
}

/// Encodes what a worker decoded.
fn encoded(decoded: Decoded, specs: &[Spec], cancel: &CancelToken) -> Result<Thumbnails> {
    let mut output = Encoder::default();
    for (spec, frame) in specs.iter().zip(decoded.frames) {
        if cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled by the caller"));
        }
        output.add(spec, frame)?;
    }
    output.finish(decoded.info, decoded.origin, decoded.confidence, decoded.warnings)
}

/// Thumbnails in the making.
#[derive(Default)]
struct Encoder {
    items: Vec<Thumbnail>,
    last: Option<Frame>,
}

impl Encoder {
    fn add(&mut self, spec: &Spec, picture: Frame) -> Result<()> {
        let _span =
            debug_span!("encode", width = spec.width, height = spec.height, output = spec.output.name()).entered();
        self.items.push(encode::encode(&picture, spec)?);
        self.last = Some(picture);
        Ok(())
    }

    fn finish(self, info: SourceInfo, origin: Origin, confidence: f32, warnings: Vec<String>) -> Result<Thumbnails> {
        let last = self.last.ok_or_else(|| Error::internal("no spec"))?;
        let small = placeholder::small(&last)?;
        Ok(Thumbnails {
            info,
            items: self.items,
            thumbhash: placeholder::thumbhash(&small),
            dominant: placeholder::dominant(&small),
            origin,
            confidence,
            bytes_read: 0,
            warnings,
        })
    }
}

fn check(spec: &Spec) -> Result<()> {
    let (side, max) = (1..=Spec::MAX_SIDE, Spec::MAX_SIDE);
    if !side.contains(&spec.width) || !side.contains(&spec.height) {
        let detail = format!("a thumbnail of {}x{} px; sides are 1 to {max}", spec.width, spec.height);
        return Err(Error::invalid_argument(detail));
    }
    if !(1..=100).contains(&spec.quality) {
        return Err(Error::invalid_argument(format!("quality {}; it is 1 to 100", spec.quality)));
    }
    Ok(())
}
