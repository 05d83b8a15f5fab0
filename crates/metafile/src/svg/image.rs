//! Embedded pictures: bitmaps as PNG data URIs, files in formats that SVG supports, and nested drawings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::canvas::Canvas;
use super::clip::Clip;
use super::paint::Blend;
use crate::bitmap::Bitmap;
use crate::geometry::{Affine, Rect};

const UNIT_SQUARE: Rect = Rect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
/// Enlarged bitmaps of up to this many pixels per side keep hard edges: they are swatches, not photographs.
const SWATCH: u32 = 8;

/// How an enlarged bitmap is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sampling {
    Smooth,
    Nearest,
}

impl Canvas {
    /// Draws a bitmap onto the image of the unit square (top left is 0, 0) under `place`.
    pub fn bitmap(&mut self, bitmap: &Bitmap, place: &Affine, clip: &Clip, blend: Blend, opacity: f64) {
        let area = place.bounds_of(&UNIT_SQUARE);
        if !place.is_finite() || !self.is_seen(&area, clip) {
            return;
        }
        let (across, down) = place.scales();
        let pixel = self.pixel();
        let reduced = bitmap.reduced_for(across / pixel, down / pixel);
        let shown = reduced.as_ref().unwrap_or(bitmap);
        let Some(png) = shown.to_png() else { return };
        let sampling =
            if shown.width <= SWATCH || shown.height <= SWATCH { Sampling::Nearest } else { Sampling::Smooth };
        let uri = data_uri("image/png", &png);
        self.image_element(&uri, place, clip, blend, opacity, sampling);
    }

    /// Draws the bytes of a PNG, JPEG or GIF file.
    pub fn encoded_image(&mut self, mime: &str, bytes: &[u8], place: &Affine, clip: &Clip, opacity: f64) {
        let area = place.bounds_of(&UNIT_SQUARE);
        if !place.is_finite() || !self.is_seen(&area, clip) || !self.has_room(bytes.len() / 3 * 4) {
            return;
        }
        let uri = data_uri(mime, bytes);
        self.image_element(&uri, place, clip, Blend::Normal, opacity, Sampling::Smooth);
    }

    fn is_seen(&mut self, area: &Rect, clip: &Clip) -> bool {
        self.extent = self.extent.union(&area.intersect(&clip.bounds()));
        !area.intersect(&self.view).intersect(&clip.bounds()).is_empty()
    }

    fn image_element(
        &mut self,
        uri: &str,
        place: &Affine,
        clip: &Clip,
        blend: Blend,
        opacity: f64,
        sampling: Sampling,
    ) {
        let area = place.bounds_of(&UNIT_SQUARE);
        if !self.begin(&area, clip, uri.len()) {
            return;
        }
        // The element has about the size on the canvas: the coordinates of a unit square would be rounded.
        let (width, height) = place.scales();
        let (width, height) = (width.max(1e-3), height.max(1e-3));
        let map = Affine::scale(1.0 / width, 1.0 / height).then(place);
        self.body.push_str("<image preserveAspectRatio=\"none\"");
        self.attribute_number("width", width);
        self.attribute_number("height", height);
        self.attribute_transform("transform", &map);
        if sampling == Sampling::Nearest {
            self.body.push_str(" image-rendering=\"optimizeSpeed\"");
        }
        if opacity < 1.0 {
            self.attribute_number("opacity", opacity.max(0.0));
        }
        self.attribute_blend(blend);
        self.body.push_str(" href=\"");
        self.body.push_str(uri);
        self.body.push_str("\"/>\n");
    }

    /// Draws a nested drawing with the view `view` onto the image of the unit square under `place`.
    pub fn nested(&mut self, body: &str, view: &Rect, place: &Affine, clip: &Clip) {
        let area = place.bounds_of(&UNIT_SQUARE);
        if view.is_empty() || !place.is_finite() || !self.begin(&area, clip, body.len()) {
            return;
        }
        let map = Affine::map_rect(view, &UNIT_SQUARE).then(place);
        self.body.push_str("<g");
        self.attribute_transform("transform", &map);
        self.body.push_str(">\n");
        self.body.push_str(body);
        self.body.push_str("</g>\n");
    }
}

pub(crate) fn data_uri(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", STANDARD.encode(bytes))
}
