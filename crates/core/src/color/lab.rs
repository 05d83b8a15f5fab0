//! CIE L*a*b* to sRGB, for formats that store it. Applied after scaling, to fewer pixels.

use crate::error::Result;
use crate::frame::{ColorSpace, Frame, PixelFormat, Samples};

/// Converts a frame of L*a*b* to 8-bit sRGB. The full range of the samples is L* from 0 to 100, and a* and b* from
/// −128 to 127, relative to D50. A fourth channel is alpha.
pub fn to_srgb8(frame: Frame) -> Result<Frame> {
    let scaled: Vec<f32> = match frame.samples {
        Samples::U8(v) => v.into_iter().map(|s| f32::from(s) / 255.0).collect(),
        Samples::U16(v) => v.into_iter().map(|s| f32::from(s) / 65_535.0).collect(),
        Samples::F32(v) => v,
    };
    let channels = frame.format.channels();
    let mut out = Vec::with_capacity(scaled.len());
    for p in scaled.chunks_exact(channels) {
        if let [l, a, b, rest @ ..] = p {
            out.extend(srgb(l * 100.0, a * 255.0 - 128.0, b * 255.0 - 128.0));
            out.extend(rest.iter().map(|v| (v * 255.0 + 0.5) as u8));
        }
    }
    let format = if channels == 4 { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
    let converted = Frame::from_u8(frame.width, frame.height, format, out)?;
    Ok(converted.with_color(ColorSpace::Srgb).with_orientation(frame.orientation).with_origin(frame.origin))
}

fn srgb(l: f32, a: f32, b: f32) -> [u8; 3] {
    // Inverse of CIE 15:2004, 8.2.1.
    let fy = (l + 16.0) / 116.0;
    let cube = |f: f32| if f > 6.0 / 29.0 { f.powi(3) } else { 3.0 * (6.0f32 / 29.0).powi(2) * (f - 4.0 / 29.0) };
    let (x, y, z) = (0.9642 * cube(fy + a / 500.0), cube(fy), 0.8249 * cube(fy - b / 200.0));
    // XYZ (D50) to linear sRGB, Bradford-adapted: the inverse of the colorants of the sRGB profile.
    let linear = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    linear.map(|v| {
        let v = v.clamp(0.0, 1.0);
        // IEC 61966-2-1.
        let encoded = if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0 + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_convert() {
        for (lab, rgb) in [
            ((100.0, 0.0, 0.0), [255, 255, 255]),
            ((0.0, 0.0, 0.0), [0, 0, 0]),
            ((54.29, 80.80, 69.89), [255, 0, 0]),
            ((29.57, 68.30, -112.03), [0, 0, 255]),
        ] {
            let got = srgb(lab.0, lab.1, lab.2);
            assert!(got.iter().zip(rgb).all(|(a, b)| a.abs_diff(b) <= 2), "{lab:?}: {got:?}");
        }
    }
}
