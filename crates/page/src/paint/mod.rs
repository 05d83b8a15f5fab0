//! Renders a page to pixels, directly at target size.
//!
//! A [`Canvas`] has the pixels, the clip and a glyph cache. Nodes and items are painted onto it through a transform
//! from points to pixels. Glyph coverage is exact and cached; everything else is drawn by tiny-skia.

mod canvas;
mod effects;
mod emoji;
mod extent;
mod fill;
mod glyphs;
mod gradient;
mod layer;
mod line_ends;
mod nodes;
mod outline;
mod picture;
mod raster;
mod shape;
mod stroke;
mod text;

use tiny_skia::Pixmap;

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, Origin, PixelFormat};
use thumbling_core::geometry::Size;

use super::flow::LaidPage;
use super::layout::Typesetter;
use super::style::Color;
use super::tree::{Page, Transform};

pub use picture::decoded;

use canvas::Canvas;

/// Lays out and paints `page` at `size` px, opaque.
pub fn page(page: &Page, size: Size, cx: &Context<'_>) -> Result<Frame> {
    painted(size, (page.width, page.height), cx, |canvas, transform| {
        canvas.background(page, transform)?;
        canvas.nodes(&page.nodes, transform)
    })
}

/// Paints a page that is laid out, at `size` px, opaque.
pub fn laid_page(page: &LaidPage, size: Size, cx: &Context<'_>) -> Result<Frame> {
    let sides = (page.width, page.height);
    painted(size, sides, cx, |canvas, transform| {
        let background = page.background.clone();
        canvas
            .background(&Page { width: page.width, height: page.height, background, nodes: Vec::new() }, transform)?;
        canvas.items(&page.items, transform)
    })
}

fn painted<'a>(
    size: Size,
    (width, height): (f32, f32),
    cx: &'a Context<'_>,
    paint: impl FnOnce(&mut Canvas<'a>, Transform) -> Result<()>,
) -> Result<Frame> {
    // For the pixmap and a mask.
    let _held = cx.reserve_pixels(size, 4 + 1)?;
    let mut pixmap = Pixmap::new(size.width, size.height).ok_or_else(|| Error::limit("a page too large"))?;
    pixmap.fill(Color::WHITE.skia());
    let scale = |to: u32, from: f32| to as f32 / from.max(1e-3);
    let transform = Transform::from_scale(scale(size.width, width), scale(size.height, height));
    let mut canvas = Canvas::new(pixmap, Typesetter::new(cx.interrupt()), cx);
    paint(&mut canvas, transform)?;
    canvas.warn();
    let rgba = canvas.pixmap.take();
    let rgb = rgba.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]).collect();
    Ok(Frame::from_u8(size.width, size.height, PixelFormat::Rgb8, rgb)?.with_origin(Origin::Rendered))
}

#[cfg(test)]
mod tests;
