//! Converts rows of samples to rows of pixels that a [`Frame`] can hold.
//!
//! Conversions that commute with scaling are done once the picture is small: CIELab and YCbCr are scaled as stored and
//! converted by [`Conversion::finish`].

use super::lab::Lab;
use super::logluv;
use super::palette::{self, Palette};
use super::range::Range;
use super::samples::Unpack;
use super::ycbcr::YCbCr;
use crate::containers::tiff::layout::{Alpha, Layout, SampleKind};
use crate::containers::tiff::photometric;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};

/// The conversion of a pixel's samples.
enum Stage {
    /// One bit to one byte, eight at once.
    Bilevel {
        white: u8,
    },
    /// At most 8 bits to 8.
    Bytes {
        table: Option<Box<[u8; 256]>>,
    },
    /// 9 to 16 bits to 16.
    Words {
        most: u32,
        invert: bool,
    },
    /// Numbers to 16 bits, by the range of all of them.
    Ranged {
        range: Range,
        invert: bool,
    },
    /// Numbers up to `most` to 16 bits.
    Numbers {
        most: f32,
    },
    /// Float RGB, unchanged.
    Light,
    Palette(Palette),
    YCbCr(YCbCr),
    Lab(Lab),
    LogL,
    LogLuv,
}

/// Converts samples to pixels of `format`.
pub(super) struct Conversion {
    format: PixelFormat,
    unpack: Unpack,
    stage: Stage,
    /// Whether colours are premultiplied by the last sample.
    associated: bool,
    u8s: Vec<u8>,
    u16s: Vec<u16>,
    f32s: Vec<f32>,
}

impl Conversion {
    /// For the samples that `layout` describes; `unsupported` if they are not a picture.
    pub(super) fn new(layout: &Layout) -> Result<Self> {
        let colors = layout.color_samples();
        let (stage, formats) = stage(layout)?;
        let mut kept: Vec<usize> = (0..colors).collect();
        let mut format = formats.0;
        let alpha = layout.alpha.filter(|(i, _)| *i < layout.samples);
        if let (Some((i, _)), Some(with_alpha)) = (alpha, formats.1) {
            kept.push(i);
            format = with_alpha;
        }
        let associated = format.has_alpha() && matches!(alpha, Some((_, Alpha::Associated)));
        let unpack = Unpack::new(layout, kept);
        Ok(Self { format, unpack, stage, associated, u8s: Vec::new(), u16s: Vec::new(), f32s: Vec::new() })
    }

    /// The pixel format of the rows.
    pub(super) fn format(&self) -> PixelFormat {
        self.format
    }

    /// The planes to read, if samples are stored in planes.
    pub(super) fn planes(&self) -> &[usize] {
        self.unpack.kept()
    }

    /// The range that must include all values before rows can be converted.
    pub(super) fn range(&mut self) -> Option<(&mut Range, &Unpack)> {
        match &mut self.stage {
            Stage::Ranged { range, .. } => Some((range, &self.unpack)),
            _ => None,
        }
    }

    /// Appends `rows` rows of `width` pixels to `out`, converted from one unit of stored rows of each plane.
    pub(super) fn convert(&mut self, planes: &[Vec<u8>], width: usize, rows: usize, out: &mut Vec<u8>) {
        let Self { unpack, u8s, u16s, f32s, associated, .. } = self;
        match &self.stage {
            Stage::Bilevel { white } => palette::bilevel(planes.first().map_or(&[], |p| p), width, *white, out),
            Stage::Bytes { table } => {
                if !*associated
                    && table.is_none()
                    && let Some(row) = unpack.as_is(planes, 8)
                {
                    let n = width * self.format.pixel_bytes();
                    return out.extend_from_slice(row.get(..n).unwrap_or(row));
                }
                unpack.u8s(planes, width, u8s);
                if let Some(table) = table {
                    u8s.iter_mut().for_each(|v| *v = table[usize::from(*v)]);
                }
                if *associated {
                    unassociate(u8s, unpack.kept().len(), |c, a| (u32::from(c) * 255 / u32::from(a)).min(255) as u8);
                }
                out.extend_from_slice(u8s);
            }
            Stage::Words { most, invert } => {
                if !*associated
                    && !*invert
                    && *most == 65_535
                    && let Some(row) = unpack.as_is(planes, 16)
                {
                    let n = width * self.format.pixel_bytes();
                    return out.extend_from_slice(row.get(..n).unwrap_or(row));
                }
                unpack.u16s(planes, width, u16s);
                if *most != 65_535 {
                    u16s.iter_mut().for_each(|v| *v = ((u32::from(*v) * 65_535 + most / 2) / most) as u16);
                }
                if *invert {
                    u16s.iter_mut().for_each(|v| *v = !*v);
                }
                if *associated {
                    let divide = |c, a| (u32::from(c) * 65_535 / u32::from(a)).min(65_535) as u16;
                    unassociate(u16s, unpack.kept().len(), divide);
                }
                out.extend_from_slice(bytemuck::cast_slice(u16s));
            }
            Stage::Ranged { range, invert } => {
                unpack.f32s(planes, width, f32s);
                let scale = range.scale();
                let flip = if *invert { u16::MAX } else { 0 };
                out.extend(f32s.iter().flat_map(|v| (scale(*v) ^ flip).to_ne_bytes()));
            }
            Stage::Numbers { most } => {
                unpack.f32s(planes, width, f32s);
                out.extend(f32s.iter().flat_map(|v| ((v / most * 65_535.0) as u16).to_ne_bytes()));
            }
            Stage::Light => {
                unpack.f32s(planes, width, f32s);
                // NaN and infinity would spread to neighbouring pixels.
                f32s.iter_mut().for_each(|v| *v = if v.is_finite() { v.clamp(-65_504.0, 65_504.0) } else { 0.0 });
                if *associated {
                    let n = unpack.kept().len();
                    for pixel in f32s.chunks_exact_mut(n.max(1)) {
                        let alpha = pixel.last().copied().unwrap_or(1.0);
                        if alpha > 0.0 {
                            pixel[..n - 1].iter_mut().for_each(|c| *c /= alpha);
                        }
                    }
                }
                out.extend_from_slice(bytemuck::cast_slice(f32s));
            }
            Stage::Palette(palette) => {
                unpack.u16s(planes, width, u16s);
                palette.convert(u16s, out);
            }
            Stage::YCbCr(ycbcr) => ycbcr.upsample(planes, width, rows, out),
            Stage::Lab(lab) => match self.format {
                PixelFormat::Rgb16 if lab.is_float() => {
                    unpack.f32s(planes, width, f32s);
                    out.extend(lab.quantized(f32s));
                }
                PixelFormat::Rgb16 => {
                    unpack.u16s(planes, width, u16s);
                    lab.center(u16s, 0x8000);
                    out.extend_from_slice(bytemuck::cast_slice(u16s));
                }
                _ => {
                    unpack.u8s(planes, width, u8s);
                    lab.center(u8s, 0x80);
                    out.extend_from_slice(u8s);
                }
            },
            Stage::LogL => logluv::luminance(planes.first().map_or(&[], |p| p), width, out),
            Stage::LogLuv => logluv::rgb(planes.first().map_or(&[], |p| p), width, out),
        }
    }

    /// Finishes the scaled picture.
    pub(super) fn finish(&self, frame: Frame) -> Result<Frame> {
        match &self.stage {
            Stage::YCbCr(ycbcr) => Ok(ycbcr.to_rgb(frame)),
            Stage::Lab(lab) => Ok(lab.to_rgb(frame)),
            _ => Ok(frame),
        }
    }
}

/// The conversion, and the pixel format without and with alpha.
fn stage(layout: &Layout) -> Result<(Stage, (PixelFormat, Option<PixelFormat>))> {
    use PixelFormat as P;
    let (bits, float) = (layout.bits, layout.kind == SampleKind::Float);
    let invert = layout.photometric == photometric::WHITE_IS_ZERO;
    let formats = match (layout.photometric, layout.color_samples()) {
        (photometric::CFA | photometric::LINEAR_RAW, _) => {
            return Err(Error::unsupported("raw sensor data, which has to be developed"));
        }
        (photometric::PALETTE, _) if bits <= 16 && !float => {
            return Ok((Stage::Palette(Palette::new(layout)?), (P::Rgb8, None)));
        }
        (photometric::YCBCR, 3) if bits == 8 => return Ok((Stage::YCbCr(YCbCr::new(layout)?), (P::Rgb8, None))),
        (photometric::CIE_LAB | photometric::ICC_LAB | photometric::ITU_LAB, 3) if bits == 8 => {
            return Ok((Stage::Lab(Lab::new(layout)), (P::Rgb8, None)));
        }
        (photometric::CIE_LAB | photometric::ICC_LAB | photometric::ITU_LAB, 3) if bits == 16 || float => {
            return Ok((Stage::Lab(Lab::new(layout)), (P::Rgb16, None)));
        }
        (photometric::LOG_L, _) if bits == 16 => return Ok((Stage::LogL, (P::RgbF32, None))),
        (photometric::LOG_LUV, _) if bits == 32 => return Ok((Stage::LogLuv, (P::RgbF32, None))),
        // Sample counts that do not fit the photometric interpretation: the count decides.
        (photometric::WHITE_IS_ZERO | photometric::BLACK_IS_ZERO | photometric::MASK, _)
        | (photometric::RGB, 1 | 2) => [(P::Gray8, Some(P::GrayA8)), (P::Gray16, Some(P::GrayA16)), (P::Gray16, None)],
        (photometric::RGB, _) => {
            [(P::Rgb8, Some(P::Rgba8)), (P::Rgb16, Some(P::Rgba16)), (P::RgbF32, Some(P::RgbaF32))]
        }
        (photometric::SEPARATED, 4) => [(P::Cmyk8, None), (P::Cmyk16, None), (P::Cmyk16, None)],
        (n, samples) => {
            return Err(Error::unsupported(format!(
                "TIFF photometric interpretation {n} of {samples} samples of {bits} bits"
            )));
        }
    };
    let gray = formats[0].0 == P::Gray8;
    let signed = layout.kind == SampleKind::Signed;
    Ok(match bits {
        _ if gray && (float || signed && bits > 8 || bits > 16) => {
            (Stage::Ranged { range: Range::new(layout), invert }, (P::Gray16, None))
        }
        _ if float && formats[0].0 == P::Cmyk8 => (Stage::Numbers { most: 1.0 }, formats[1]),
        _ if float => (Stage::Light, formats[2]),
        17.. => (Stage::Numbers { most: (2f64.powi(bits as i32) - 1.0) as f32 }, (formats[1].0, None)),
        9..=16 => (Stage::Words { most: (1 << bits) - 1, invert }, formats[1]),
        1 if gray && layout.samples == 1 => (Stage::Bilevel { white: if invert { 0 } else { 1 } }, formats[0]),
        _ => (Stage::Bytes { table: palette::ramp(bits, invert, signed) }, formats[0]),
    })
}

/// Divides the colours of each pixel of `n` samples by its alpha, the last sample.
fn unassociate<T: Copy + Default + PartialEq>(samples: &mut [T], n: usize, divide: impl Fn(T, T) -> T) {
    for pixel in samples.chunks_exact_mut(n.max(1)) {
        let Some((alpha, colors)) = pixel.split_last_mut() else { continue };
        if *alpha != T::default() {
            colors.iter_mut().for_each(|c| *c = divide(*c, *alpha));
        }
    }
}
