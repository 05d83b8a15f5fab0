//! Previews embedded in documents: found, checked and decoded.
//!
//! A preview is used for `effort: preview` ([`fresh_frame`]), and for formats without a reader ([`embedded`]). It can be
//! outdated: documents inherit the preview of their template, and programs other than the original one keep it when
//! they change a document. [`freshness`] rejects those that can be recognised.

mod embedded;
mod epub;
mod freshness;
mod locations;
mod picture;
#[cfg(test)]
mod tests;

pub use locations::{open_epub, open_iwork, open_odf, open_ole, open_ooxml};

use super::package::Package;
use thumbling_core::decode::{Context, Effort, Want};
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;

/// The preview of an OOXML package instead of its first page, for `effort: preview`. `page` is width and height of the
/// page in any unit. `None` if the preview is missing, damaged, outdated or too small.
#[cfg_attr(not(feature = "pptx"), allow(dead_code))] // Used by formats whose page can be drawn.
pub fn fresh_frame(package: &Package, want: &Want, page: (f64, f64), cx: &Context<'_>) -> Option<Frame> {
    if want.effort != Effort::Preview || want.page != 0 {
        return None;
    }
    let preview = locations::thumbnail(package, cx)?;
    if freshness::is_template_thumbnail(&preview.source) || freshness::slide_count_differs(package, cx) {
        return None;
    }
    let (mut decoder, info) = preview.open(cx).ok()?;
    if !freshness::has_page_shape((info.width, info.height), page) {
        return None;
    }
    let frame = decoder.frame(&Want::new(want.size), cx).ok()?;
    let covers = covers(frame.orientation.apply_to(frame.size()), want.size);
    (covers && !freshness::is_blank(&frame)).then(|| frame.with_origin(Origin::Embedded))
}

/// Whether a picture has enough pixels; sizes can be off by one.
fn covers(has: Size, want: Size) -> bool {
    has.width + 1 >= want.width && has.height + 1 >= want.height
}
