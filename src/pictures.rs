//! From a source to the pictures of its specs: open, decode, scale, convert colours, apply orientation. Knows no codec, and
//! runs in the host's process or in a worker.
//!
//! Colour conversion and orientation follow scaling: both commute with it, and far fewer pixels are left.

use tracing::debug_span;

use crate::attention;
use crate::codecs;
use crate::request::{Request, Spec};
use thumbling_core::color;
use thumbling_core::decode::{Context, Decoder, RequestState, SourceInfo, Want};
use thumbling_core::error::Result;
use thumbling_core::frame::{Frame, Origin, Samples};
use thumbling_core::geometry::{self, Fit, Position, Rect, Size};
use thumbling_core::orient;
use thumbling_core::scale;
use thumbling_core::source::Source;

/// Runs `f` with the decoder of `source`; errors name the format.
pub(crate) fn opened<T>(
    source: &Source,
    request: &Request,
    state: &RequestState,
    f: impl FnOnce(&mut dyn Decoder, &Context<'_>) -> Result<T>,
) -> Result<T> {
    let cx = state.context(&request.hint);
    let entry = codecs::identify(source, &request.hint, &cx)?;
    let done = (entry.open)(source, &cx).and_then(|mut decoder| f(decoder.as_mut(), &cx));
    done.map_err(|e| e.of_format(entry.format.name))
}

/// Decodes once, and passes the picture of each spec to `sink`: upright 8-bit sRGB of the output's size.
pub(crate) fn pictures(
    decoder: &mut dyn Decoder,
    specs: &[Spec],
    request: &Request,
    cx: &Context<'_>,
    mut sink: impl FnMut(&Spec, Frame) -> Result<()>,
) -> Result<(SourceInfo, Origin, f32)> {
    let info = decoder.info(cx)?;
    let frame = {
        let _span =
            debug_span!("decode", format = info.format.name, width = info.width, height = info.height).entered();
        prepared(decoder.frame(&want(&info, specs, request), cx)?, cx)?
    };
    for spec in specs {
        cx.check()?;
        sink(spec, picture(&frame, &info, spec, cx)?)?;
    }
    Ok((info, frame.origin, frame.confidence))
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

/// One spec's pixels: upright 8-bit sRGB of the output's size.
fn picture(frame: &Frame, info: &SourceInfo, spec: &Spec, cx: &Context<'_>) -> Result<Frame> {
    let shown = frame.orientation.apply_to(frame.size());
    // The size of a thumbnail does not depend on which frame it is made of.
    let source = info.size();
    let shown = if source.same_aspect(shown, ROUNDED) { source } else { shown };
    let plan = geometry::plan(shown, Size::new(spec.width, spec.height), fit(info, spec));
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

/// The fit of `spec`: what is drawn at any size has no pixels that could be enlarged.
fn fit(info: &SourceInfo, spec: &Spec) -> Fit {
    match spec.fit {
        Fit::ScaleDown if info.is_scalable => Fit::Contain,
        fit => fit,
    }
}

fn want(info: &SourceInfo, specs: &[Spec], request: &Request) -> Want {
    let source = info.size();
    let mut size = Size::new(1, 1);
    for spec in specs {
        let whole = geometry::plan(source, Size::new(spec.width, spec.height), fit(info, spec)).whole;
        size = Size::new(size.width.max(whole.width), size.height.max(whole.height));
    }
    Want { many: specs.len() > 1, page: request.page, time: request.time, effort: request.effort, ..Want::new(size) }
}
