//! Overlays (`iovl`, ISO/IEC 23008-12, clause 6.6.2.2): pictures composed on a filled canvas.

use crate::containers::bmff::bytes::Bytes;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::Size;

/// An `iovl` item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overlay {
    /// Red, green, blue, alpha of the canvas, 16 bits each.
    fill: [u16; 4],
    pub(super) size: Size,
    /// Position of the upper left corner of each layer, the lowest layer first.
    pub(super) offsets: Vec<(i64, i64)>,
}

impl Overlay {
    /// Parses the item's bytes for `layers` layers.
    pub(super) fn parse(data: &[u8], layers: usize) -> Result<Self> {
        let mut bytes = Bytes::new(data);
        bytes.u8()?;
        let wide = bytes.u8()? & 1 == 1;
        let fill = [bytes.u16()?, bytes.u16()?, bytes.u16()?, bytes.u16()?];
        let size = Size::new(bytes.u16_or_u32(wide)?, bytes.u16_or_u32(wide)?);
        let mut offset = || -> Result<i64> {
            Ok(if wide { i64::from(bytes.u32()? as i32) } else { i64::from(bytes.u16()? as i16) })
        };
        let offsets = (0..layers).map(|_| Ok((offset()?, offset()?))).collect::<Result<_>>()?;
        Ok(Self { fill, size, offsets })
    }

    /// Whether the canvas is opaque.
    pub(super) fn is_opaque(&self) -> bool {
        self.fill[3] == u16::MAX
    }

    /// An RGBA canvas of the fill colour.
    pub(super) fn canvas(&self) -> Vec<u8> {
        self.fill.map(|c| (c >> 8) as u8).repeat(self.size.pixels() as usize)
    }

    /// Draws an upright `layer` of any integer format on `canvas` at `offset`.
    pub(super) fn lay(&self, canvas: &mut [u8], layer: &Frame, offset: (i64, i64)) -> Result<()> {
        let channels = layer.format.channels();
        let pixel = |x: usize, y: usize| -> Option<[u8; 4]> {
            let at = (y * layer.width as usize + x) * channels;
            let sample = |i: usize| match &layer.samples {
                Samples::U8(v) => v.get(at + i).copied(),
                Samples::U16(v) => v.get(at + i).map(|s| (s >> 8) as u8),
                Samples::F32(_) => None,
            };
            let alpha = if layer.format.has_alpha() { sample(channels - 1)? } else { 255 };
            let [r, g, b] = if channels < 3 { [0; 3] } else { [0, 1, 2] };
            Some([sample(r)?, sample(g)?, sample(b)?, alpha])
        };
        let width = self.size.width as usize;
        for (row, y) in canvas.chunks_exact_mut(width.max(1) * 4).zip(-offset.1..) {
            if y < 0 || y >= i64::from(layer.height) {
                continue;
            }
            for (under, x) in row.as_chunks_mut::<4>().0.iter_mut().zip(-offset.0..) {
                if x < 0 || x >= i64::from(layer.width) {
                    continue;
                }
                let over = pixel(x as usize, y as usize).ok_or_else(|| Error::internal("a layer without samples"))?;
                *under = blended(*under, over);
            }
        }
        Ok(())
    }

    /// The canvas as a frame, without alpha if it is opaque.
    pub(super) fn frame(&self, mut canvas: Vec<u8>) -> Result<Frame> {
        let Size { width, height } = self.size;
        if !self.is_opaque() {
            return Frame::from_u8(width, height, PixelFormat::Rgba8, canvas);
        }
        let pixels = self.size.pixels() as usize;
        for i in 0..pixels {
            canvas.copy_within(i * 4..i * 4 + 3, i * 3);
        }
        canvas.truncate(pixels * 3);
        Frame::from_u8(width, height, PixelFormat::Rgb8, canvas)
    }
}

/// `over` over `under`, both straight alpha.
fn blended(under: [u8; 4], over: [u8; 4]) -> [u8; 4] {
    let (a, b) = (u32::from(over[3]), u32::from(under[3]));
    let rest = b * (255 - a);
    let total = a * 255 + rest;
    if total == 0 {
        return [0; 4];
    }
    let mix = |i: usize| ((u32::from(over[i]) * a * 255 + u32::from(under[i]) * rest + total / 2) / total) as u8;
    [mix(0), mix(1), mix(2), ((total + 127) / 255) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(fill: [u16; 4]) -> Overlay {
        Overlay { fill, size: Size::new(3, 2), offsets: Vec::new() }
    }

    #[test]
    fn offsets_are_signed() {
        let data = [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 3, 0, 2, 255, 255, 0, 1];
        assert_eq!(Overlay::parse(&data, 1).unwrap().offsets, [(-1, 1)]);
    }

    #[test]
    fn a_layer_covers_where_it_lies_and_nothing_else() {
        let overlay = overlay([0, 0, 0, u16::MAX]);
        let mut canvas = overlay.canvas();
        let layer = Frame::from_u8(2, 2, PixelFormat::Gray8, vec![1, 2, 3, 4]).unwrap();
        overlay.lay(&mut canvas, &layer, (-1, 1)).unwrap();
        let frame = overlay.frame(canvas).unwrap();
        assert_eq!(frame.as_u8().unwrap(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn half_transparent_layers_mix() {
        assert_eq!(blended([0, 0, 0, 255], [255, 255, 255, 128]), [128, 128, 128, 255]);
        assert_eq!(blended([9, 9, 9, 0], [255, 0, 255, 128]), [255, 0, 255, 128]);
    }
}
