//! Composes the frames of an animation and chooses one to represent it.
//!
//! The first frame is chosen unless it is blank or nearly so; then the fullest of the frames drawn is.

use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;

/// Share of pixels that must differ from the most common colour for a frame not to count as blank.
const SHOWS_SOMETHING: f64 = 0.02;

/// How a patch is combined with the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blend {
    /// Replaces it, transparency included.
    Replace,
    /// Is drawn over it.
    Over,
}

/// What happens to a patch before the next one is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dispose {
    /// It stays.
    Keep,
    /// Its rectangle is cleared to transparent.
    Background,
    /// Its rectangle is restored to its previous content.
    Previous,
}

/// One frame as stored: a rectangle of the canvas.
#[derive(Debug)]
pub(crate) struct Patch<'a> {
    /// Left edge on the canvas, px.
    pub x: u32,
    /// Top edge on the canvas, px.
    pub y: u32,
    /// Size of `rgba`, px; parts outside the canvas are cropped.
    pub size: Size,
    /// width × height × 4 samples of straight RGBA.
    pub rgba: &'a [u8],
    /// How it is combined with the canvas.
    pub blend: Blend,
    /// What happens to it afterwards.
    pub dispose: Dispose,
}

/// The composed picture: 12 bytes per pixel.
pub(crate) struct Canvas {
    size: Size,
    pixels: Vec<u8>,
    before: Vec<u8>,
    pending: Option<(Dispose, u32, u32, Size)>,
    best: Vec<u8>,
    best_fullness: f64,
}

impl Canvas {
    /// A transparent canvas.
    pub(crate) fn new(size: Size) -> Self {
        let pixels = vec![0; size.pixels() as usize * 4];
        Self { size, before: Vec::new(), best: Vec::new(), best_fullness: -1.0, pending: None, pixels }
    }

    /// Draws the next frame.
    pub(crate) fn draw(&mut self, patch: &Patch<'_>) {
        self.dispose();
        if patch.dispose == Dispose::Previous {
            self.before.clone_from(&self.pixels);
        }
        let width = self.size.width.saturating_sub(patch.x).min(patch.size.width) as usize;
        let height = self.size.height.saturating_sub(patch.y).min(patch.size.height) as usize;
        let rows = patch.rgba.chunks_exact((patch.size.width as usize * 4).max(4)).take(height);
        for (y, row) in rows.enumerate() {
            let at = ((patch.y as usize + y) * self.size.width as usize + patch.x as usize) * 4;
            let Some(into) = self.pixels.get_mut(at..at + width * 4) else { break };
            match patch.blend {
                Blend::Replace => into.copy_from_slice(&row[..width * 4]),
                Blend::Over => {
                    for (below, above) in into.chunks_exact_mut(4).zip(row.chunks_exact(4)) {
                        over(below, above);
                    }
                }
            }
        }
        // A frame may lie outside of the canvas, where there is nothing to clear.
        let (x, y) = (patch.x.min(self.size.width), patch.y.min(self.size.height));
        self.pending = Some((patch.dispose, x, y, Size::new(width as u32, height as u32)));
        let fullness = fullness(&self.pixels);
        if fullness > self.best_fullness {
            self.best_fullness = fullness;
            self.best.clone_from(&self.pixels);
        }
    }

    fn dispose(&mut self) {
        let Some((dispose, x, y, size)) = self.pending.take() else { return };
        match dispose {
            Dispose::Keep => {}
            Dispose::Previous => std::mem::swap(&mut self.pixels, &mut self.before),
            Dispose::Background => {
                for row in y..y + size.height {
                    let at = (row as usize * self.size.width as usize + x as usize) * 4;
                    self.pixels[at..at + size.width as usize * 4].fill(0);
                }
            }
        }
    }

    /// Whether a frame that is not blank was drawn, so that no more are needed.
    pub(crate) fn settled(&self) -> bool {
        self.best_fullness >= SHOWS_SOMETHING
    }

    /// The chosen frame. `corrupt` if none was drawn.
    pub(crate) fn best(self) -> Result<Frame> {
        if self.best.is_empty() {
            return Err(Error::corrupt("an animation without a frame"));
        }
        Frame::from_u8(self.size.width, self.size.height, PixelFormat::Rgba8, self.best)
    }
}

/// Source over, straight alpha.
fn over(below: &mut [u8], above: &[u8]) {
    let (sa, da) = (u32::from(above[3]), u32::from(below[3]));
    match sa {
        255 => below.copy_from_slice(above),
        0 => {}
        _ => {
            let out = sa * 255 + da * (255 - sa);
            for i in 0..3 {
                let (s, d) = (u32::from(above[i]), u32::from(below[i]));
                below[i] = ((s * sa * 255 + d * da * (255 - sa) + out / 2) / out) as u8;
            }
            below[3] = ((out + 127) / 255) as u8;
        }
    }
}

/// Share of pixels, 0 to 1, that differ from the most common colour; sampled on at most 4,096 pixels.
fn fullness(rgba: &[u8]) -> f64 {
    let pixels = rgba.len() / 4;
    let step = (pixels / 4096).max(1);
    let mut bins = [0u32; 4096];
    let mut seen = 0u32;
    for p in rgba.chunks_exact(4).step_by(step) {
        let bin = match p[3] {
            0..=15 => 0,
            _ => usize::from(p[0] >> 4) << 8 | usize::from(p[1] >> 4) << 4 | usize::from(p[2] >> 4),
        };
        bins[bin] += 1;
        seen += 1;
    }
    1.0 - f64::from(bins.into_iter().max().unwrap_or(0)) / f64::from(seen.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(rgba: &[u8], dispose: Dispose) -> Patch<'_> {
        Patch { x: 0, y: 0, size: Size::new(2, 2), rgba, blend: Blend::Over, dispose }
    }

    #[test]
    fn a_blank_first_frame_is_passed_over() {
        let mut canvas = Canvas::new(Size::new(2, 2));
        canvas.draw(&patch(&[255; 16], Dispose::Keep));
        assert!(!canvas.settled());
        let full: Vec<u8> = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [9, 9, 9, 255]].concat();
        canvas.draw(&patch(&full, Dispose::Keep));
        assert!(canvas.settled());
        assert_eq!(canvas.best().unwrap().as_u8().unwrap(), full);
    }

    #[test]
    fn previous_brings_back_what_was_there() {
        let mut canvas = Canvas::new(Size::new(2, 2));
        let red = [255, 0, 0, 255].repeat(4);
        canvas.draw(&patch(&red, Dispose::Keep));
        canvas.draw(&patch(&[0, 0, 255, 255].repeat(4), Dispose::Previous));
        canvas.draw(&patch(&[0; 16], Dispose::Keep));
        assert_eq!(canvas.pixels, red);
    }

    #[test]
    fn a_patch_outside_of_the_canvas_is_cut_off() {
        let mut canvas = Canvas::new(Size::new(2, 2));
        canvas.draw(&Patch { x: 1, y: 1, ..patch(&[7; 16], Dispose::Background) });
        canvas.draw(&Patch { x: 9, y: 9, ..patch(&[7; 16], Dispose::Keep) });
        assert_eq!(canvas.best().unwrap().as_u8().unwrap()[12..], [7; 4]);
    }

    #[test]
    fn a_patch_outside_of_the_canvas_clears_nothing_afterwards() {
        for (x, y) in [(0, 9), (9, 0), (u32::MAX, u32::MAX)] {
            let mut canvas = Canvas::new(Size::new(2, 2));
            canvas.draw(&patch(&[7; 16], Dispose::Keep));
            canvas.draw(&Patch { x, y, ..patch(&[9; 16], Dispose::Background) });
            canvas.draw(&Patch { x, y, ..patch(&[9; 16], Dispose::Background) });
            assert_eq!(canvas.pixels, [7; 16]);
        }
    }
}
