//! Coding-independent code points (ITU-T H.273): conversion to linear light.
//!
//! Transfer functions of standard video and photographs (BT.601, 709, 2020, sRGB and the like) are all treated as
//! sRGB, as in browsers: such pictures are mastered on displays close to it, and inverting the camera curve would
//! darken them. PQ and HLG become display light, with the 203 cd/m² of BT.2408 as diffuse white.

use moxcms::{Chromaticity, CicpColorPrimaries as Code, ColorPrimaries, ColorProfile, Matrix3d};

use super::light::{Light, Matrix, decoded};

/// Reference white of BT.2408, cd/m².
const WHITE: f64 = 203.0;

/// Nominal peak of an HLG display, cd/m² (BT.2100 table 5).
const HLG_PEAK: f64 = 1000.0;

/// A transfer function, from signal to light.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Transfer {
    /// That of sRGB.
    Srgb,
    /// A power function.
    Gamma(f64),
    /// Logarithmic over this many decades.
    Log(f64),
    /// SMPTE ST 428-1 (digital cinema).
    Cinema,
    /// SMPTE ST 2084.
    Pq,
    /// ARIB STD-B67. Yields scene light; see [`hlg_display`].
    Hlg,
}

impl Transfer {
    /// The function of a `TransferCharacteristics` code point; sRGB for unknown ones.
    pub(super) fn of(code: u8) -> Self {
        match code {
            4 => Self::Gamma(2.2),
            5 => Self::Gamma(2.8),
            8 => Self::Gamma(1.0),
            9 => Self::Log(2.0),
            10 => Self::Log(2.5),
            16 => Self::Pq,
            17 => Self::Cinema,
            18 => Self::Hlg,
            _ => Self::Srgb,
        }
    }

    /// Whether light can exceed diffuse white.
    pub(super) fn is_hdr(self) -> bool {
        matches!(self, Self::Pq | Self::Hlg)
    }

    /// The light of a signal from 0 to 1. For HLG it is scene light from 0 to 1.
    pub(super) fn light(self, v: f32) -> f32 {
        let v = f64::from(v);
        (match self {
            Self::Srgb => decoded(v),
            Self::Gamma(gamma) => v.powf(gamma),
            Self::Log(_) if v <= 0.0 => 0.0,
            Self::Log(decades) => 10f64.powf((v - 1.0) * decades),
            Self::Cinema => v.powf(2.6) * 52.37 / 48.0,
            Self::Pq => pq(v) / WHITE,
            Self::Hlg if v <= 0.5 => v * v / 3.0,
            Self::Hlg => (((v - 0.559_910_73) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
        }) as f32
    }
}

/// The light of a PQ signal, cd/m² (BT.2100 table 4).
fn pq(v: f64) -> f64 {
    let p = v.max(0.0).powf(32.0 / 2523.0);
    let ratio = (p - 0.835_937_5).max(0.0) / (18.851_562_5 - 18.6875 * p);
    10_000.0 * ratio.powf(8192.0 / 1305.0)
}

/// Converts HLG scene light to display light (BT.2100 table 5: system gamma of 1.2 on luminance).
pub(super) fn hlg_display(scene: Light) -> Light {
    let y = 0.2126 * scene[0] + 0.7152 * scene[1] + 0.0722 * scene[2];
    let scale = y.max(0.0).powf(0.2) * (HLG_PEAK / WHITE) as f32;
    scene.map(|v| v * scale)
}

/// The matrix from linear light with the primaries of a `ColourPrimaries` code point to linear sRGB, white to white.
/// `None` for the primaries of sRGB and for unspecified or unknown ones.
pub(super) fn primaries(code: u8) -> Option<Matrix> {
    let code = Code::try_from(code).ok()?;
    let white = match code {
        Code::Bt709 | Code::Unspecified | Code::Reserved => return None,
        Code::Bt470M | Code::GenericFilm => Chromaticity::new(0.310, 0.316),
        Code::Smpte431 => Chromaticity::new(0.314, 0.351),
        Code::Xyz => Chromaticity::new(1.0 / 3.0, 1.0 / 3.0),
        _ => Chromaticity::D65,
    };
    let (primaries, white) = (ColorPrimaries::try_from(code).ok()?, white.to_xyyb());
    let colorants = moxcms::adapt_to_d50_d(primaries.transform_to_xyz_d(white), white);
    Some(from_d50(colorants))
}

/// The matrix `colorants` followed by XYZ of the profile connection space (D50, white is Y = 1) to linear sRGB.
pub(super) fn from_d50(colorants: Matrix3d) -> Matrix {
    let inverse = ColorProfile::new_srgb().colorant_matrix().inverse();
    inverse.mat_mul(colorants).v.map(|row| row.map(|v| v as f32))
}

#[cfg(test)]
mod tests {
    use super::super::light::times;
    use super::*;

    fn near(a: Light, b: Light, tolerance: f32) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
    }

    #[test]
    fn white_stays_white_with_all_primaries() {
        for code in [4, 5, 6, 7, 8, 9, 10, 11, 12, 22] {
            let white = times(&primaries(code).unwrap(), [1.0; 3]);
            assert!(near(white, [1.0; 3], 2e-3), "{code}: {white:?}");
        }
        assert!([0, 1, 2, 3, 13, 23, 255].iter().all(|code| primaries(*code).is_none()));
    }

    #[test]
    fn bt2020_to_bt709_matches_bt2087() {
        let expected = [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]];
        let matrix = primaries(9).unwrap();
        assert!((0..3).all(|i| near(matrix[i], expected[i], 2e-3)), "{matrix:?}");
    }

    #[test]
    fn pq_signals_have_known_luminances() {
        let nits = |v: f32| Transfer::Pq.light(v) * 203.0;
        assert!((nits(0.508_078_4) - 100.0).abs() < 0.05);
        assert!((nits(0.580_69) - 203.0).abs() < 0.1);
        assert!((nits(1.0) - 10_000.0).abs() < 1.0);
        assert!(nits(0.0).abs() < 1e-6);
    }

    #[test]
    fn hlg_reference_white_is_diffuse_white() {
        // BT.2408: 75 % HLG is 203 cd/m² on a display of 1000.
        let white = hlg_display([Transfer::Hlg.light(0.75); 3]);
        assert!(near(white, [1.0; 3], 0.01), "{white:?}");
        let peak = hlg_display([Transfer::Hlg.light(1.0); 3]);
        assert!(near(peak, [1000.0 / 203.0; 3], 0.01), "{peak:?}");
    }

    #[test]
    fn video_transfers_are_taken_as_srgb() {
        assert!([1, 2, 6, 7, 11, 12, 13, 14, 15, 200].iter().all(|code| Transfer::of(*code) == Transfer::Srgb));
    }
}
