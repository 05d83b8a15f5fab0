//! Colour changes that a file applies to a picture.

use std::sync::Arc;

use tiny_skia::{ColorU8, Pixmap};

use crate::xml::Element;
use thumbling_page::style::{Color, Picture};

use crate::drawingml::scene::Scene;
use crate::drawingml::theme::color::share;

/// Changes applied to one picture; each one visits all pixels.
const MAX_CHANGES: usize = 16;

/// Applies the changes among the children of `blip`, and returns the opacity. `None` without memory for a copy.
pub(crate) fn apply(picture: Picture, blip: Element<'_>, scene: &Scene<'_>) -> Option<(Picture, f32)> {
    let palette = &scene.palette;
    let mut opacity = 1.0;
    let mut picture = picture;
    let is_change = |name: &str| matches!(name, "a:grayscl" | "a:biLevel" | "a:lum" | "a:duotone" | "a:clrChange");
    if blip.children().any(|effect| is_change(effect.name())) && scene.hold(&picture).is_err() {
        scene.page.missed("picture beyond the limits");
        return None;
    }
    for effect in blip.children().take(MAX_CHANGES) {
        let value = |name: &str, or: f32| effect.attr(name).map_or(or, share);
        match effect.name() {
            "a:alphaModFix" => opacity *= value("amt", 1.0).clamp(0.0, 1.0),
            "a:grayscl" => picture = mapped(picture, |c| [gray(c); 3]),
            "a:biLevel" => {
                let threshold = value("thresh", 0.5);
                picture = mapped(picture, |c| [if gray(c) >= threshold { 1.0 } else { 0.0 }; 3]);
            }
            "a:lum" => {
                let (bright, contrast) = (value("bright", 0.0), value("contrast", 0.0).clamp(-1.0, 0.99));
                let slope = if contrast < 0.0 { 1.0 + contrast } else { 1.0 / (1.0 - contrast) };
                // Brighter means toward white, darker toward black: at 70 % brightness and -70 % contrast (washed out)
                // a picture is pale, but visible.
                let (to, share) = if bright > 0.0 { (1.0, bright.min(1.0)) } else { (0.0, -bright.max(-1.0)) };
                let lit = |part: f32| ((part - 0.5) * slope + 0.5).clamp(0.0, 1.0);
                picture = mapped(picture, |c| c.map(|part| lit(part) + (to - lit(part)) * share));
            }
            "a:duotone" => {
                let mut colors = effect.children().filter_map(|c| palette.color(c)).map(unit);
                if let (Some(dark), Some(light)) = (colors.next(), colors.next()) {
                    picture = mapped(picture, |c| {
                        let gray = gray(c);
                        [0, 1, 2].map(|n| dark[n] + (light[n] - dark[n]) * gray)
                    });
                }
            }
            "a:clrChange" => {
                let color = |name: &str| effect.child(name).and_then(|c| palette.within(c));
                if let (Some(from), Some(to)) = (color("a:clrFrom"), color("a:clrTo")) {
                    picture = replaced(picture, from, to);
                }
            }
            _ => {}
        }
    }
    Some((picture, opacity))
}

fn unit(color: Color) -> [f32; 3] {
    [color.r, color.g, color.b].map(|part| f32::from(part) / 255.0)
}

fn gray([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

fn mapped(picture: Picture, f: impl Fn([f32; 3]) -> [f32; 3]) -> Picture {
    each(picture, |c| {
        let [r, g, b] = f(unit(Color { r: c.red(), g: c.green(), b: c.blue(), a: 255 }));
        let part = |c: f32| (c.clamp(0.0, 1.0) * 255.0).round() as u8;
        ColorU8::from_rgba(part(r), part(g), part(b), c.alpha())
    })
}

/// Replaces `from` by `to`, with a tolerance for scaling and compression.
fn replaced(picture: Picture, from: Color, to: Color) -> Picture {
    let near = |a: u8, b: u8| a.abs_diff(b) <= 4;
    each(picture, |c| match near(c.red(), from.r) && near(c.green(), from.g) && near(c.blue(), from.b) {
        true => ColorU8::from_rgba(to.r, to.g, to.b, (u16::from(c.alpha()) * u16::from(to.a) / 255) as u8),
        false => c,
    })
}

fn each(picture: Picture, f: impl Fn(ColorU8) -> ColorU8) -> Picture {
    let mut pixmap: Pixmap = Arc::unwrap_or_clone(picture.0);
    for pixel in pixmap.pixels_mut() {
        *pixel = f(pixel.demultiply()).premultiply();
    }
    Picture(Arc::new(pixmap))
}
