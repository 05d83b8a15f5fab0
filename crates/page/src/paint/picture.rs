//! Pictures: decoded by the codecs of the pipeline, scaled by the shared scaler, then painted.

use std::sync::Arc;

use tiny_skia::{IntSize, Pixmap, Transform};

use crate::style::Picture;
use crate::tree::Rect;
use thumbling_core::color;
use thumbling_core::decode::{Context, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::{self, Size};
use thumbling_core::orient;
use thumbling_core::probe::Hint;
use thumbling_core::scale;
use thumbling_core::source::Source;

/// Decodes an embedded picture for display at `shown` px. On an error the page should be rendered without it.
pub fn decoded(source: &Source, hint: &Hint, shown: Size, cx: &Context<'_>) -> Result<Picture> {
    let want = Want::new(Size::new(shown.width.max(1), shown.height.max(1)));
    let frame = cx.inner_frame(source, hint, &want)?;
    let reduced = if frame.width > 2 * want.size.width && frame.height > 2 * want.size.height {
        let whole = geometry::Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) };
        let share = f64::max(
            f64::from(want.size.width) / f64::from(frame.width),
            f64::from(want.size.height) / f64::from(frame.height),
        );
        scale::resize(&frame, whole, frame.size().scaled(share * 2.0))?
    } else {
        frame
    };
    of_frame(orient::upright(color::to_srgb8(reduced)?))
}

fn of_frame(frame: Frame) -> Result<Picture> {
    let (width, height, format) = (frame.width, frame.height, frame.format);
    let Samples::U8(samples) = frame.samples else { return Err(Error::internal("a picture that is not 8-bit")) };
    let mut rgba = vec![0; width as usize * height as usize * 4];
    let (pixels, _) = rgba.as_chunks_mut::<4>();
    match format {
        PixelFormat::Gray8 => pixels.iter_mut().zip(samples).for_each(|(to, y)| *to = [y, y, y, 255]),
        PixelFormat::GrayA8 => {
            pixels.iter_mut().zip(samples.as_chunks().0).for_each(|(to, [y, a])| *to = premultiplied([*y, *y, *y, *a]));
        }
        PixelFormat::Rgb8 => {
            pixels.iter_mut().zip(samples.as_chunks().0).for_each(|(to, [r, g, b])| *to = [*r, *g, *b, 255]);
        }
        PixelFormat::Rgba8 => {
            pixels.iter_mut().zip(samples.as_chunks().0).for_each(|(to, from)| *to = premultiplied(*from));
        }
        _ => return Err(Error::internal(format!("a picture of {format:?}"))),
    }
    let size = IntSize::from_wh(width, height).ok_or_else(|| Error::internal("an empty picture"))?;
    let pixmap = Pixmap::from_vec(rgba, size).ok_or_else(|| Error::internal("a picture of another size"))?;
    Ok(Picture(Arc::new(pixmap)))
}

fn premultiplied([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let part = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
    if a == 255 { [r, g, b, a] } else { [part(r), part(g), part(b), a] }
}

/// The samples of a picture with straight alpha.
fn straight(pixmap: &Pixmap) -> Vec<u8> {
    let mut samples = pixmap.data().to_vec();
    let translucent = samples.as_chunks_mut::<4>().0.iter_mut().zip(pixmap.pixels()).filter(|(to, _)| to[3] < 255);
    for (to, from) in translucent {
        let c = from.demultiply();
        *to = [c.red(), c.green(), c.blue(), c.alpha()];
    }
    samples
}

/// The cropped picture at about its size on the canvas, and the transform that places it on `area`.
pub(super) fn stretched(
    picture: &Picture,
    crop: [f32; 4],
    area: Rect,
    transform: Transform,
) -> Result<(Pixmap, Transform)> {
    let pixmap = &*picture.0;
    let (width, height) = (pixmap.width() as f32, pixmap.height() as f32);
    let [left, top, right, bottom] = crop;
    // In pixels of the picture; negative crops extend beyond it.
    let (x, y) = (left * width, top * height);
    let (w, h) = ((width * (1.0 - left - right)).max(1e-3), (height * (1.0 - top - bottom)).max(1e-3));
    let (sx, sy) = transform.get_scale();
    let share = |on_canvas: f32, of_picture: f32| (on_canvas / of_picture).clamp(1e-4, 1.0);
    let (rx, ry) = (share(area.width * sx, w), share(area.height * sy, h));
    let onto = |pixmap: &Pixmap| {
        let (fx, fy) = (pixmap.width() as f32 / width, pixmap.height() as f32 / height);
        Transform::from_translate(-x * fx, -y * fy)
            .post_scale(area.width / (w * fx), area.height / (h * fy))
            .post_translate(area.x, area.y)
    };
    // tiny-skia samples without averaging, so scale down first.
    if rx > 0.75 && ry > 0.75 {
        return Ok((pixmap.clone(), onto(pixmap)));
    }
    let size = Size::new(((width * rx).ceil() as u32).max(1), ((height * ry).ceil() as u32).max(1));
    let frame = Frame::from_u8(pixmap.width(), pixmap.height(), PixelFormat::Rgba8, straight(pixmap))?;
    let whole = geometry::Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) };
    let scaled = of_frame(scale::resize(&frame, whole, size)?)?;
    let scaled = Arc::try_unwrap(scaled.0).unwrap_or_else(|shared| (*shared).clone());
    let transform = onto(&scaled);
    Ok((scaled, transform))
}

/// Combines a tile with its mirror images, so that repeating it mirrors every other tile.
pub(super) fn mirrored_tile(tile: Pixmap, (flip_h, flip_v): (bool, bool)) -> Result<Pixmap> {
    if !flip_h && !flip_v {
        return Ok(tile);
    }
    let (width, height) = (tile.width(), tile.height());
    let times = |is_flipped: bool| if is_flipped { 2 } else { 1 };
    let all = Pixmap::new(width.saturating_mul(times(flip_h)), height.saturating_mul(times(flip_v)));
    let mut all = all.ok_or_else(|| Error::limit("a tile too large"))?;
    let row = all.width() as usize;
    let mirrored = |n: usize, length: u32| if n < length as usize { n } else { 2 * length as usize - 1 - n };
    for (y, line) in all.pixels_mut().chunks_exact_mut(row).enumerate() {
        let from = mirrored(y, height) * width as usize;
        let from = &tile.pixels()[from..from + width as usize];
        line.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = from[mirrored(x, width)]);
    }
    Ok(all)
}
