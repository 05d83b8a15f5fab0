//! Request → thumbnails: probe, decode, scale, colour, turn, encode. Does not know which codec it runs.
//!
//! Colours are converted and pixels turned after scaling: both commute with it, and there are far fewer pixels left.

use std::sync::Mutex;

use crate::attention;
use crate::codecs;
use crate::encode;
use crate::placeholder;
use crate::request::{Request, Spec, Thumbnail, Thumbnails};
use thumbling_core::cancel::Interrupt;
use thumbling_core::color;
use thumbling_core::decode::{Context, Decoder, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, Samples};
use thumbling_core::geometry::{self, Fit, Position, Rect, Size};
use thumbling_core::limits::Budget;
use thumbling_core::orient;
use thumbling_core::probe::Hint;
use thumbling_core::scale;
use thumbling_core::source::Source;

/// Largest side of a thumbnail, px: the largest that WebP can hold.
const MAX_SIDE: u32 = 16_383;

/// Makes every thumbnail that `request` asks for, from one decode of `source`.
///
/// # Errors
/// Of every kind but `busy`; see [`ErrorKind`](crate::ErrorKind). Whatever the content is, the call ends: with
/// thumbnails or a typed error, within the limits of the request.
pub fn thumbnail(source: &Source, request: &Request) -> Result<Thumbnails> {
    thumbnail_within(source, request, &Budget::new(request.limits.max_memory))
}

/// As [`thumbnail`], with the memory of `budget` instead of the request's.
pub(crate) fn thumbnail_within(source: &Source, request: &Request, budget: &Budget) -> Result<Thumbnails> {
    let default = [Spec::new(256, 256)];
    let specs = if request.specs.is_empty() { &default[..] } else { &request.specs };
    specs.iter().try_for_each(check)?;
    let warnings = Mutex::new(Vec::new());
    let interrupt = Interrupt::new(request.limits.timeout, request.cancel.clone());
    let cx = Context::new(&request.limits, budget, &interrupt, &warnings, codecs::open).with_hint(&request.hint);
    let entry = codecs::identify(source, &request.hint, &cx)?;
    let made = (entry.open)(source, &cx).and_then(|mut decoder| decode(decoder.as_mut(), specs, request, &cx));
    let (info, made) = made.map_err(|e| e.of_format(entry.format.name))?;
    let (items, thumbhash, dominant, origin, confidence) = made;
    let warnings = warnings.into_inner().unwrap_or_else(|e| e.into_inner());
    let bytes_read = source.bytes_read();
    Ok(Thumbnails { info, items, thumbhash, dominant, origin, confidence, bytes_read, warnings })
}

/// What `source` is, from its header: no pixels are decoded.
///
/// # Errors
/// As [`thumbnail`].
pub fn probe(source: &Source, request: &Request) -> Result<SourceInfo> {
    let warnings = Mutex::new(Vec::new());
    let budget = Budget::new(request.limits.max_memory);
    let interrupt = Interrupt::new(request.limits.timeout, request.cancel.clone());
    let cx = Context::new(&request.limits, &budget, &interrupt, &warnings, codecs::open).with_hint(&request.hint);
    let entry = codecs::identify(source, &request.hint, &cx)?;
    let info = (entry.open)(source, &cx).and_then(|mut decoder| decoder.info(&cx));
    info.map_err(|e| e.of_format(entry.format.name))
}

type Made = (Vec<Thumbnail>, Vec<u8>, crate::request::Rgb, thumbling_core::frame::Origin, f32);

fn decode(
    decoder: &mut dyn Decoder,
    specs: &[Spec],
    request: &Request,
    cx: &Context<'_>,
) -> Result<(SourceInfo, Made)> {
    let info = decoder.info(cx)?;
    let want = want(&info, specs, request);
    let frame = prepared(decoder.frame(&want, cx)?, cx)?;
    let (origin, confidence) = (frame.origin, frame.confidence);
    let mut items = Vec::with_capacity(specs.len());
    let mut last = None;
    for spec in specs {
        cx.check()?;
        let picture = picture(&frame, info.size(), spec, cx)?;
        items.push(encode::encode(&picture, spec)?);
        last = Some(picture);
    }
    let last = last.ok_or_else(|| Error::internal("no spec"))?;
    let small = placeholder::small(&last)?;
    Ok((info, (items, placeholder::thumbhash(&small), placeholder::dominant(&small), origin, confidence)))
}

/// The frame with samples that can be scaled.
fn prepared(frame: Frame, cx: &Context<'_>) -> Result<Frame> {
    let _held = match frame.samples {
        Samples::F32(_) => Some(cx.reserve(frame.samples.len() as u64 * 2)?),
        _ => None,
    };
    color::prepare(frame)
}

/// How far the shape of a frame may be from its source's by rounding alone: a pixel of a small preview.
const ROUNDED: f64 = 0.02;

/// Bytes a pixel of colour conversion and turning: linear light as floats, and samples before and after.
const COLOR_BYTES: u64 = 24;

/// One spec's pixels: upright 8-bit sRGB of the output's size. `source` is the size of the whole, as it is shown.
fn picture(frame: &Frame, source: Size, spec: &Spec, cx: &Context<'_>) -> Result<Frame> {
    let shown = frame.orientation.apply_to(frame.size());
    // The size of a thumbnail does not depend on which frame it is made of.
    let shown = if source.same_aspect(shown, ROUNDED) { source } else { shown };
    let plan = geometry::plan(shown, Size::new(spec.width, spec.height), spec.fit);
    // Everything up to the last step works on stored pixels, in stored orientation.
    let stored_output = frame.orientation.apply_to(plan.output);
    let crop = match spec.fit {
        Fit::Cover => {
            let focus = focus(frame, spec.position, stored_output)?;
            geometry::cover_crop(frame.size(), stored_output, focus)
        }
        _ => Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) },
    };
    let _held = cx.reserve(plan.output.pixels().saturating_mul(COLOR_BYTES))?;
    let scaled = scale::resize(frame, crop, stored_output)?;
    Ok(orient::upright(color::to_srgb8(scaled)?))
}

/// Where the middle of a crop should lie in stored pixels, as shares of width and height.
fn focus(frame: &Frame, position: Position, output: Size) -> Result<(f64, f64)> {
    use thumbling_core::orient::Orientation as O;
    // Attention works on stored pixels.
    let Some((x, y)) = position.focus() else { return attention::focus(frame, output) };
    // From shown to stored: the inverse of the orientation.
    Ok(match frame.orientation {
        O::Normal => (x, y),
        O::FlipHorizontal => (1.0 - x, y),
        O::Rotate180 => (1.0 - x, 1.0 - y),
        O::FlipVertical => (x, 1.0 - y),
        O::Transpose => (y, x),
        O::Rotate90 => (y, 1.0 - x),
        O::Transverse => (1.0 - y, 1.0 - x),
        O::Rotate270 => (1.0 - y, x),
    })
}

fn want(info: &SourceInfo, specs: &[Spec], request: &Request) -> Want {
    let source = info.size();
    let mut size = Size::new(1, 1);
    for spec in specs {
        let whole = geometry::plan(source, Size::new(spec.width, spec.height), spec.fit).whole;
        size = Size::new(size.width.max(whole.width), size.height.max(whole.height));
    }
    Want { many: specs.len() > 1, page: request.page, time: request.time, effort: request.effort, ..Want::new(size) }
}

fn check(spec: &Spec) -> Result<()> {
    let side = 1..=MAX_SIDE;
    if !side.contains(&spec.width) || !side.contains(&spec.height) {
        return Err(Error::invalid_argument(format!(
            "a thumbnail of {}x{} px; sides are 1 to {MAX_SIDE}",
            spec.width, spec.height
        )));
    }
    if !(1..=100).contains(&spec.quality) {
        return Err(Error::invalid_argument(format!("quality {}; it is 1 to 100", spec.quality)));
    }
    Ok(())
}

/// The hint of a request without specs, for callers that only probe.
impl From<Hint> for Request {
    fn from(hint: Hint) -> Self {
        Self { hint, ..Self::new() }
    }
}
