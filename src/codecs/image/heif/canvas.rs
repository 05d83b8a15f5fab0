//! The canvas that coded pictures are collected on: tiles are placed side by side and reduced as they are decoded.
//!
//! Reduction is a box filter over the planes of the whole picture: each sample of a tile is added to one bin. Bins are
//! independent of tiles, so seams cannot show. Bins split the picture evenly at whole samples; the picture keeps its
//! exact proportions. Whatever the depth, collected samples have 16 bits: an `n`-bit code value is stored as `code <<
//! (16 - n)`, with the extra precision of averaging below.

use super::picture::{Chroma, Picture, Plane, Samples};
use super::property::Nclx;
use super::transform::Window;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// Most source samples per side of a bin, so that sums of 16-bit samples fit 32 bits.
pub(super) const MAX_REDUCTION: u32 = 256;

/// One collected plane.
#[derive(Debug, Clone)]
pub(super) struct GatheredPlane {
    pub(super) size: Size,
    pub(super) samples: Vec<u16>,
}

/// The planes of a whole picture.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) size: Size,
    /// The current sampling of the planes: a reduced picture has as much chroma as luma.
    pub(super) chroma: Chroma,
    /// Luma columns and rows by which the first chroma sample lies outside a cropped picture: 0 or 1.
    pub(super) phase: (u32, u32),
    pub(super) depth: u8,
    /// Colour information of the bitstream.
    pub(super) nclx: Option<Nclx>,
    pub(super) planes: Vec<GatheredPlane>,
}

/// A picture while it is collected.
#[derive(Debug)]
pub(super) struct Canvas {
    window: Window,
    target: Size,
    content: Option<Content>,
}

#[derive(Debug)]
struct Content {
    chroma: Chroma,
    depth: u8,
    nclx: Option<Nclx>,
    planes: Vec<Bins>,
}

impl Canvas {
    /// Collects the `window` of a picture at `target` size, which is the window's own or smaller, on each side by at
    /// most [`MAX_REDUCTION`].
    pub(super) fn new(window: Window, target: Size) -> Self {
        let side = |full: u32, target: u32| target.clamp(full.div_ceil(MAX_REDUCTION).max(1), full.max(1));
        let target = Size::new(side(window.size.width, target.width), side(window.size.height, target.height));
        Self { window, target, content: None }
    }

    /// Bytes that collecting and the result take together, for the most demanding kind of picture.
    pub(super) fn bytes(&self) -> u64 {
        let sums = if self.is_reduced() { 4 } else { 0 };
        self.target.pixels() * 3 * (2 + sums)
    }

    /// Whether the picture is reduced.
    pub(super) fn is_reduced(&self) -> bool {
        self.target != self.window.size
    }

    /// Whether any part of a picture of `size` at `x`, `y` is visible.
    pub(super) fn touches(&self, x: u32, y: u32, size: Size) -> bool {
        let Window { x: left, y: top, size: shown } = self.window;
        let (right, bottom) = (left.saturating_add(shown.width), top.saturating_add(shown.height));
        x < right && y < bottom && x.saturating_add(size.width) > left && y.saturating_add(size.height) > top
    }

    /// Places a picture with its upper left corner at `x`, `y`; parts outside the window are dropped.
    pub(super) fn place(&mut self, picture: &Picture<'_>, x: u32, y: u32) -> Result<()> {
        let (window, target) = (self.window, self.target);
        let content = self.content.get_or_insert_with(|| Content::new(picture, window, target));
        if (content.chroma, content.depth) != (picture.chroma, picture.depth) {
            return Err(Error::unsupported("tiles of different sampling or depth"));
        }
        let (step_x, step_y) = picture.chroma.steps();
        for (i, ((plane, size), bins)) in picture.planes().zip(&mut content.planes).enumerate() {
            let (x, y) = if i == 0 { (x, y) } else { (x / step_x, y / step_y) };
            match plane.samples {
                Samples::U8(samples) => bins.add(samples, plane.stride, size, (x, y)),
                Samples::U16(samples) => bins.add(samples, plane.stride, size, (x, y)),
            }
            .ok_or_else(|| Error::internal("a plane is smaller than its picture"))?;
        }
        Ok(())
    }

    /// Places grey of `size` for a picture that could not be decoded, in the format of those that could; `corrupt` if
    /// there were none.
    pub(super) fn place_gray(&mut self, size: Size, x: u32, y: u32) -> Result<()> {
        let content = self.content.as_ref().ok_or_else(|| Error::corrupt("a picture without content"))?;
        let (chroma, depth, nclx) = (content.chroma, content.depth, content.nclx);
        // One row is reused for all.
        let row = vec![1u16 << (depth - 1); size.width as usize];
        let plane = Plane { samples: Samples::U16(&row), stride: 0 };
        self.place(&Picture { size, chroma, depth, planes: [plane; 3], nclx }, x, y)
    }

    /// The finished picture.
    pub(super) fn finish(self) -> Result<Gathered> {
        let is_reduced = self.is_reduced();
        let content = self.content.ok_or_else(|| Error::corrupt("a picture without content"))?;
        let shift = 16 - u32::from(content.depth);
        let mut planes: Vec<_> = content.planes.into_iter().map(|bins| bins.finish(shift)).collect();
        let Content { mut chroma, depth, nclx, .. } = content;
        let (step_x, step_y) = chroma.steps();
        let phase = (self.window.x % step_x, self.window.y % step_y);
        if is_reduced && chroma != Chroma::Mono {
            chroma = Chroma::Full;
            planes = planes.into_iter().map(|plane| stretched(plane, self.target)).collect();
        }
        Ok(Gathered { size: self.target, chroma, phase, depth, nclx, planes })
    }
}

impl Content {
    fn new(picture: &Picture<'_>, window: Window, target: Size) -> Self {
        let (step_x, step_y) = picture.chroma.steps();
        let bins = |i: usize| {
            if i == 0 {
                return Bins::new(window, target);
            }
            // Chroma samples that touch the window.
            let (x, y) = (window.x / step_x, window.y / step_y);
            let right = (window.x + window.size.width).div_ceil(step_x);
            let bottom = (window.y + window.size.height).div_ceil(step_y);
            let size = Size::new(right - x, bottom - y);
            let reduced = Size::new(target.width.min(size.width), target.height.min(size.height));
            let target = if target == window.size { size } else { reduced };
            Bins::new(Window { x, y, size }, target)
        };
        let planes = picture.planes().enumerate().map(|(i, _)| bins(i)).collect();
        Self { chroma: picture.chroma, depth: picture.depth, nclx: picture.nclx, planes }
    }
}

/// One plane of bins.
#[derive(Debug)]
struct Bins {
    window: Window,
    target: Size,
    /// Start of each bin in the plane, and end of the last one.
    columns: Vec<u32>,
    rows: Vec<u32>,
    store: Store,
}

#[derive(Debug)]
enum Store {
    /// Whether every bin is one sample.
    Samples(Vec<u16>),
    Sums(Vec<u32>),
}

impl Bins {
    fn new(window: Window, target: Size) -> Self {
        // Rounded to the nearest sample, so that bins are unbiased on average.
        let edge = |i: u32, full: u32, bins: u32| {
            ((2 * u64::from(i) * u64::from(full) + u64::from(bins)) / (2 * u64::from(bins))) as u32
        };
        let edges =
            |start: u32, full: u32, bins: u32| (0..=bins).map(|i| start + edge(i, full, bins)).collect::<Vec<_>>();
        let n = target.pixels() as usize;
        let store = if target == window.size { Store::Samples(vec![0; n]) } else { Store::Sums(vec![0; n]) };
        let columns = edges(window.x, window.size.width, target.width);
        Self { window, target, columns, rows: edges(window.y, window.size.height, target.height), store }
    }

    /// Adds a plane of `size` at `x`, `y`; `None` if it has fewer samples than declared.
    fn add<T: Copy + Into<u32>>(&mut self, samples: &[T], stride: usize, size: Size, (x, y): (u32, u32)) -> Option<()> {
        let Window { x: left, y: top, size: shown } = self.window;
        // The visible part of the plane, in coordinates of the whole plane.
        let (x0, y0) = (x.max(left), y.max(top));
        let x1 = x.saturating_add(size.width).min(left + shown.width);
        let y1 = y.saturating_add(size.height).min(top + shown.height);
        if x0 >= x1 || y0 >= y1 {
            return Some(());
        }
        let row = |line: u32| {
            let at = (line - y) as usize * stride + (x0 - x) as usize;
            samples.get(at..at + (x1 - x0) as usize)
        };
        let width = self.target.width as usize;
        match &mut self.store {
            Store::Samples(out) => {
                for line in y0..y1 {
                    let at = (line - top) as usize * width + (x0 - left) as usize;
                    let out = out.get_mut(at..at + (x1 - x0) as usize)?;
                    for (out, sample) in out.iter_mut().zip(row(line)?) {
                        *out = (*sample).into() as u16;
                    }
                }
            }
            Store::Sums(out) => {
                let mut sums = vec![0u32; (x1 - x0) as usize];
                let first = self.columns.partition_point(|edge| *edge <= x0) - 1;
                let mut bin = self.rows.partition_point(|edge| *edge <= y0) - 1;
                let mut line = y0;
                while line < y1 {
                    let end = (*self.rows.get(bin + 1)?).min(y1);
                    sums.fill(0);
                    while line < end {
                        for (sum, sample) in sums.iter_mut().zip(row(line)?) {
                            *sum += (*sample).into();
                        }
                        line += 1;
                    }
                    let out = out.get_mut(bin * width + first..(bin + 1) * width)?;
                    let mut rest = sums.as_slice();
                    let mut at = x0;
                    for (out, edge) in out.iter_mut().zip(self.columns.get(first + 1..)?) {
                        let (inside, after) = rest.split_at((edge.min(&x1) - at) as usize);
                        *out += inside.iter().sum::<u32>();
                        (rest, at) = (after, *edge.min(&x1));
                    }
                    bin += 1;
                }
            }
        }
        Some(())
    }

    fn finish(self, shift: u32) -> GatheredPlane {
        let samples = match self.store {
            Store::Samples(mut samples) => {
                samples.iter_mut().for_each(|s| *s <<= shift);
                samples
            }
            Store::Sums(sums) => {
                let mut out = Vec::with_capacity(sums.len());
                let width = self.target.width as usize;
                for (sums, edges) in sums.chunks_exact(width.max(1)).zip(self.rows.windows(2)) {
                    let height = u64::from(edges[1] - edges[0]);
                    for (sum, edges) in sums.iter().zip(self.columns.windows(2)) {
                        let area = (u64::from(edges[1] - edges[0]) * height).max(1);
                        out.push((((u64::from(*sum) << shift) + area / 2) / area).min(0xffff) as u16);
                    }
                }
                out
            }
        };
        GatheredPlane { size: self.target, samples }
    }
}

/// A plane stretched to `size` by nearest neighbour: for planes that are coded smaller than the rest of the picture.
pub(super) fn stretched(plane: GatheredPlane, size: Size) -> GatheredPlane {
    if plane.size == size {
        return plane;
    }
    let pick = |i: u32, from: u32, to: u32| ((2 * u64::from(i) + 1) * u64::from(from) / (2 * u64::from(to))) as usize;
    let mut samples = Vec::with_capacity(size.pixels() as usize);
    for y in 0..size.height {
        let row = pick(y, plane.size.height, size.height) * plane.size.width as usize;
        samples.extend(
            (0..size.width)
                .map(|x| plane.samples.get(row + pick(x, plane.size.width, size.width)).copied().unwrap_or_default()),
        );
    }
    GatheredPlane { size, samples }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(n: usize) -> Vec<u8> {
        (0..n).map(|i| (i * 37 % 251) as u8).collect()
    }

    /// Places the part of a 4:2:0 picture of `size` that starts at `x`, `y`; each plane contains the samples of
    /// `planes`.
    fn place(canvas: &mut Canvas, planes: &[Vec<u8>; 3], size: Size, (x, y): (u32, u32), part: Size) {
        let chroma = Chroma::Half.plane(size).width as usize;
        let plane = |i: usize, stride: usize, x: u32, y: u32| Plane {
            samples: Samples::U8(&planes[i][y as usize * stride + x as usize..]),
            stride,
        };
        let luma = plane(0, size.width as usize, x, y);
        let planes = [luma, plane(1, chroma, x / 2, y / 2), plane(2, chroma, x / 2, y / 2)];
        canvas.place(&Picture { size: part, chroma: Chroma::Half, depth: 8, planes, nclx: None }, x, y).unwrap();
    }

    fn gathered(window: Window, target: Size, tile: Size) -> Vec<Vec<u16>> {
        let size = Size::new(20, 12);
        let planes = [samples(240), samples(60), samples(60)];
        let mut canvas = Canvas::new(window, target);
        for y in (0..size.height).step_by(tile.height as usize) {
            for x in (0..size.width).step_by(tile.width as usize) {
                place(&mut canvas, &planes, size, (x, y), tile);
            }
        }
        canvas.finish().unwrap().planes.into_iter().map(|p| p.samples).collect()
    }

    #[test]
    fn tiles_leave_no_seam() {
        let whole = Window::whole(Size::new(20, 12));
        let crop = Window { x: 3, y: 2, size: Size::new(15, 9) };
        for (window, target) in [(whole, Size::new(6, 5)), (crop, Size::new(5, 3)), (whole, Size::new(20, 12))] {
            let expected = gathered(window, target, Size::new(20, 12));
            assert_eq!(gathered(window, target, Size::new(10, 4)), expected, "{target:?}");
        }
    }

    #[test]
    fn averages_keep_precision_below_a_code_value() {
        let mut canvas = Canvas::new(Window::whole(Size::new(2, 1)), Size::new(1, 1));
        let plane = Plane { samples: Samples::U8(&[1, 2]), stride: 2 };
        let size = Size::new(2, 1);
        canvas.place(&Picture { size, chroma: Chroma::Mono, depth: 8, planes: [plane; 3], nclx: None }, 0, 0).unwrap();
        assert_eq!(canvas.finish().unwrap().planes[0].samples, [384]);
    }

    #[test]
    fn chroma_of_a_reduced_picture_is_as_large_as_its_luma() {
        let planes = gathered(Window::whole(Size::new(20, 12)), Size::new(10, 6), Size::new(20, 12));
        assert_eq!(planes.iter().map(Vec::len).collect::<Vec<_>>(), [60; 3]);
        assert_eq!(planes[1], samples(60).iter().map(|s| u16::from(*s) << 8).collect::<Vec<_>>());
    }

    #[test]
    fn a_plane_shorter_than_its_picture_is_refused() {
        let mut canvas = Canvas::new(Window::whole(Size::new(4, 4)), Size::new(2, 2));
        let plane = Plane { samples: Samples::U8(&[0; 15]), stride: 4 };
        let size = Size::new(4, 4);
        let picture = Picture { size, chroma: Chroma::Mono, depth: 8, planes: [plane; 3], nclx: None };
        assert!(canvas.place(&picture, 0, 0).is_err());
    }

    #[test]
    fn missing_parts_are_grey() {
        let mut canvas = Canvas::new(Window::whole(Size::new(2, 1)), Size::new(2, 1));
        let plane = Plane { samples: Samples::U8(&[7]), stride: 1 };
        let size = Size::new(1, 1);
        assert!(canvas.place_gray(size, 1, 0).is_err(), "of which kind?");
        canvas.place(&Picture { size, chroma: Chroma::Mono, depth: 8, planes: [plane; 3], nclx: None }, 0, 0).unwrap();
        canvas.place_gray(size, 1, 0).unwrap();
        assert_eq!(canvas.finish().unwrap().planes[0].samples, [7 << 8, 128 << 8]);
    }
}
