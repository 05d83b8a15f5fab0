//! The stages of the pipeline, for the benches. Not public API; needs the feature `bench`.

use crate::codecs;
use crate::encode;
use crate::request::{Request, Spec};
use thumbling_core::decode::{RequestState, Want};
use thumbling_core::error::Result;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::{Rect, Size};
use thumbling_core::scale;
use thumbling_core::source::Source;
use thumbling_core::{color, orient};

/// A frame between two stages.
#[derive(Debug, Clone)]
pub struct Stage(Frame);

/// Decodes `source` for a box of `side` × `side` px, as the pipeline does.
pub fn decode(source: &Source, side: u32) -> Result<Stage> {
    decode_as(source, Request::new(), side)
}

fn decode_as(source: &Source, request: Request, side: u32) -> Result<Stage> {
    let state = RequestState::new(&request.limits.clone().timeout(None), request.cancel.clone(), codecs::open);
    let cx = state.context(&request.hint);
    let mut decoder = codecs::open(source, &request.hint, &cx)?;
    let size = decoder.info(&cx)?.size();
    let scale = f64::from(side) / f64::from(size.width.max(size.height));
    decoder.frame(&Want::new(size.scaled(scale)), &cx).and_then(color::prepare).map(Stage)
}

/// Like [`decode`], with a file name, which is needed to tell text formats apart.
pub fn decode_named(source: &Source, name: &str, side: u32) -> Result<Stage> {
    decode_as(source, Request::new().name(name), side)
}

/// Scales a decoded frame to `width` × `height` px.
pub fn scale(stage: &Stage, width: u32, height: u32) -> Result<Stage> {
    let frame = &stage.0;
    let whole = Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) };
    scale::resize(frame, whole, Size::new(width, height)).map(Stage)
}

/// Converts to sRGB and applies the orientation.
pub fn finish(stage: Stage) -> Result<Stage> {
    color::to_srgb8(stage.0).map(orient::upright).map(Stage)
}

/// Encodes a finished frame and returns the number of bytes.
pub fn encode(stage: &Stage, spec: &Spec) -> Result<usize> {
    encode::encode(&stage.0, spec).map(|thumbnail| thumbnail.bytes.len())
}
