use super::*;
use moxcms::{ColorProfile, ToneReprCurve};

fn icc(profile: ColorProfile) -> ColorSpace {
    ColorSpace::Icc(profile.encode().unwrap().into())
}

/// One pixel of 8-bit samples in sRGB.
fn pixel(format: PixelFormat, samples: &[u8], color: ColorSpace) -> Vec<u8> {
    let frame = Frame::from_u8(1, 1, format, samples.to_vec()).unwrap().with_color(color);
    to_srgb8(frame).unwrap().as_u8().unwrap().to_vec()
}

fn near(a: &[u8], b: &[u8], tolerance: u8) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= tolerance)
}

/// A profile with one `lut8Type` table of two points per input. Nodes are CIELAB.
fn table_profile(space: &[u8; 4], inputs: u8, node: impl Fn(&[bool]) -> [u8; 3]) -> ColorSpace {
    let mut table = b"mft1\0\0\0\0".to_vec();
    table.extend([inputs, 3, 2, 0]);
    table.extend([[0, 1, 0, 0], [0; 4], [0; 4], [0; 4], [0, 1, 0, 0], [0; 4], [0; 4], [0; 4], [0, 1, 0, 0]].concat());
    let ramp: Vec<u8> = (0..=255).collect();
    table.extend(ramp.repeat(usize::from(inputs)));
    for i in 0..1u32 << inputs {
        let corner: Vec<bool> = (0..inputs).rev().map(|bit| i >> bit & 1 == 1).collect();
        table.extend(node(&corner));
    }
    table.extend(ramp.repeat(3));
    let mut profile = ColorProfile::new_srgb().encode().unwrap()[..128].to_vec();
    profile[12..16].copy_from_slice(b"prtr");
    profile[16..20].copy_from_slice(space);
    profile[20..24].copy_from_slice(b"Lab ");
    profile.extend(1u32.to_be_bytes());
    profile.extend(b"A2B0");
    profile.extend(144u32.to_be_bytes());
    profile.extend((table.len() as u32).to_be_bytes());
    profile.extend(table);
    let size = (profile.len() as u32).to_be_bytes();
    profile[..4].copy_from_slice(&size);
    ColorSpace::Icc(profile.into())
}

#[test]
fn srgb_is_unchanged() {
    assert_eq!(pixel(PixelFormat::Rgb8, &[1, 2, 3], ColorSpace::Srgb), [1, 2, 3]);
    assert_eq!(pixel(PixelFormat::Rgba8, &[1, 2, 3, 4], ColorSpace::Srgb), [1, 2, 3, 4]);
    assert_eq!(pixel(PixelFormat::Gray8, &[9], ColorSpace::Srgb), [9, 9, 9]);
    assert_eq!(pixel(PixelFormat::GrayA8, &[9, 4], ColorSpace::Srgb), [9, 9, 9, 4]);
}

#[test]
fn sixteen_bits_become_eight() {
    let frame = Frame::from_u16(1, 1, PixelFormat::GrayA16, vec![0x8080, 0x4040]).unwrap();
    assert_eq!(to_srgb8(frame).unwrap().as_u8().unwrap(), [0x80, 0x80, 0x80, 0x40]);
}

#[test]
fn size_orientation_and_origin_stay() {
    use crate::{frame::Origin, orient::Orientation};
    let frame = Frame::from_u16(3, 2, PixelFormat::Gray16, vec![0; 6]).unwrap();
    let out = to_srgb8(frame.with_orientation(Orientation::Rotate90).with_origin(Origin::Embedded)).unwrap();
    assert_eq!((out.width, out.height, out.orientation, out.origin), (3, 2, Orientation::Rotate90, Origin::Embedded));
    assert_eq!((out.format, out.color), (PixelFormat::Rgb8, ColorSpace::Srgb));
}

#[test]
fn an_srgb_profile_changes_nothing() {
    let color = icc(ColorProfile::new_srgb());
    for v in 0..=255 {
        assert_eq!(pixel(PixelFormat::Rgb8, &[v, 255 - v, v / 2], color.clone()), [v, 255 - v, v / 2]);
    }
}

#[test]
fn display_p3_by_profile_and_by_code_points() {
    for color in [icc(ColorProfile::new_display_p3()), ColorSpace::Cicp { primaries: 12, transfer: 13 }] {
        let of = |p: [u8; 3]| pixel(PixelFormat::Rgb8, &p, color.clone());
        assert_eq!(of([255, 255, 255]), [255, 255, 255]);
        assert_eq!(of([255, 0, 0]), [255, 0, 0]);
        // sRGB red, green and blue as Display P3 has them.
        assert!(near(&of([234, 51, 35]), &[255, 0, 0], 4), "{:?}", of([234, 51, 35]));
        assert!(near(&of([117, 251, 76]), &[0, 255, 0], 4), "{:?}", of([117, 251, 76]));
        assert!(near(&of([0, 0, 245]), &[0, 0, 255], 4), "{:?}", of([0, 0, 245]));
    }
}

#[test]
fn adobe_rgb() {
    let of = |p: [u8; 3]| pixel(PixelFormat::Rgb8, &p, icc(ColorProfile::new_adobe_rgb()));
    // sRGB red and a mid tone as Adobe RGB has them.
    assert!(near(&of([219, 0, 0]), &[255, 0, 0], 2), "{:?}", of([219, 0, 0]));
    assert!(near(&of([128, 128, 128]), &[128, 128, 128], 1));
    assert!(near(&of([150, 120, 100]), &[162, 120, 98], 3), "{:?}", of([150, 120, 100]));
}

#[test]
fn alpha_passes_through_a_profile() {
    let color = icc(ColorProfile::new_display_p3());
    let [opaque, clear] = [255, 37].map(|a| pixel(PixelFormat::Rgba8, &[200, 100, 50, a], color.clone()));
    assert_eq!((&opaque[..3], opaque[3]), (&clear[..3], 255));
    assert_eq!(clear[3], 37);
}

#[test]
fn profiles_agree_for_sixteen_and_eight_bits() {
    let color = icc(ColorProfile::new_display_p3());
    for p in [[234, 51, 35], [10, 20, 30], [255, 128, 0]] {
        let wide = p.map(|v| u16::from(v) * 257).to_vec();
        let frame = Frame::from_u16(1, 1, PixelFormat::Rgb16, wide).unwrap().with_color(color.clone());
        let wide = to_srgb8(frame).unwrap();
        assert!(near(wide.as_u8().unwrap(), &pixel(PixelFormat::Rgb8, &p, color.clone()), 1));
    }
}

#[test]
fn grey_profiles_apply_their_gamma() {
    let color = icc(ColorProfile::new_gray_with_gamma(1.0));
    // Half the light is 188 of 255.
    assert!(near(&pixel(PixelFormat::Gray8, &[128], color.clone()), &[188; 3], 1));
    assert!(near(&pixel(PixelFormat::GrayA8, &[128, 5], color), &[188, 188, 188, 5], 1));
}

#[test]
fn a_profile_for_other_channels_is_ignored() {
    let gray = icc(ColorProfile::new_gray_with_gamma(1.0));
    let cmyk = table_profile(b"CMYK", 4, |_| [0; 3]);
    for color in [gray, cmyk] {
        assert_eq!(pixel(PixelFormat::Rgb8, &[10, 20, 30], color.clone()), [10, 20, 30]);
        assert_eq!(pixel(PixelFormat::Rgba8, &[10, 20, 30, 40], color), [10, 20, 30, 40]);
    }
    let rgb = icc(ColorProfile::new_adobe_rgb());
    assert_eq!(pixel(PixelFormat::Gray8, &[10], rgb.clone()), [10; 3]);
    assert_eq!(pixel(PixelFormat::Cmyk8, &[0, 0, 0, 255], rgb), [0; 3]);
}

#[test]
fn a_broken_profile_is_ignored() {
    let whole = ColorProfile::new_adobe_rgb().encode().unwrap();
    let mut many = whole.clone();
    many[128..132].copy_from_slice(&u32::MAX.to_be_bytes());
    for broken in [vec![], vec![0; 7], whole[..100].to_vec(), whole[..200].to_vec(), many, vec![0xFF; 4000]] {
        assert_eq!(pixel(PixelFormat::Rgb8, &[200, 20, 30], ColorSpace::Icc(broken.into())), [200, 20, 30]);
    }
}

#[test]
fn a_table_is_interpolated_with_black_point_compensation() {
    // Paper is L* 100, each ink darkens by 20, all four leave L* 20; always grey.
    let color = table_profile(b"CMYK", 4, |inks| [255 - 51 * inks.iter().filter(|i| **i).count() as u8, 128, 128]);
    let of = |p: [u8; 4]| pixel(PixelFormat::Cmyk8, &p, color.clone());
    assert!(near(&of([0; 4]), &[255; 3], 1), "{:?}", of([0; 4]));
    assert_eq!(of([255; 4]), [0; 3]);
    // L* 80 has luminance 0.567; black at 0.03 taken out leaves 0.554: 197 of 255.
    for ink in 0..4 {
        let mut p = [0; 4];
        p[ink] = 255;
        assert!(near(&of(p), &[197; 3], 1), "{:?}", of(p));
    }
    let half = of([0, 0, 0, 128]);
    assert!(near(&half, &[225; 3], 2), "{half:?}");
}

#[test]
fn a_table_of_rgb_keeps_alpha() {
    let color = table_profile(b"RGB ", 3, |on| [if on.iter().all(|v| *v) { 255 } else { 0 }, 128, 128]);
    assert!(near(&pixel(PixelFormat::Rgba8, &[255, 255, 255, 7], color.clone()), &[255, 255, 255, 7], 1));
    assert_eq!(pixel(PixelFormat::Rgba8, &[255, 0, 0, 7], color), [0, 0, 0, 7]);
}

#[test]
fn cmyk_without_a_profile_is_multiplied() {
    let of = |p: [u8; 4]| pixel(PixelFormat::Cmyk8, &p, ColorSpace::Srgb);
    assert_eq!(of([0, 0, 0, 0]), [255; 3]);
    assert_eq!(of([0, 0, 0, 255]), [0; 3]);
    assert_eq!(of([255, 0, 0, 0]), [0, 255, 255]);
    assert_eq!(of([0, 128, 255, 0]), [255, 127, 0]);
    assert_eq!(of([0, 0, 0, 127]), [128; 3]);
}

/// Grey steps of PQ or HLG as 8-bit sRGB.
fn tones(transfer: u8, signals: &[f64]) -> Vec<u8> {
    let samples: Vec<u16> = signals.iter().map(|v| (v * 65_535.0).round() as u16).collect();
    let frame = Frame::from_u16(signals.len() as u32, 1, PixelFormat::Gray16, samples).unwrap();
    let frame = to_srgb8(frame.with_color(ColorSpace::Cicp { primaries: 9, transfer })).unwrap();
    frame.as_u8().unwrap().chunks_exact(3).map(|p| p[0]).collect()
}

#[test]
fn pq_within_diffuse_white_is_not_compressed() {
    // 0, 20.3, 101.5 and 203 cd/m².
    assert!(near(&tones(16, &[0.0, 0.358_3, 0.509_57, 0.580_69]), &[0, 89, 188, 255], 1));
}

#[test]
fn pq_highlights_fit_above_diffuse_white() {
    // 20, 101.5, 203, 400, 1000 cd/m².
    let out = tones(16, &[0.358_3, 0.509_57, 0.580_69, 0.652_58, 0.751_83]);
    assert!(near(&out[..2], &[89, 188], 1), "{out:?}");
    assert!((215..240).contains(&out[2]) && out[2] + 8 < out[3] && out[3] + 4 < out[4] && out[4] == 255, "{out:?}");
}

#[test]
fn hlg_fits_below_its_peak() {
    let out = tones(18, &[0.0, 0.38, 0.75, 1.0]);
    assert!(out[0] == 0 && (215..240).contains(&out[2]) && out[3] == 255, "{out:?}");
    // 38 % is 18 % grey at 26 cd/m²: as bright as in an ordinary photograph.
    assert!((90..120).contains(&out[1]), "{out:?}");
}

#[test]
fn hdr_is_detected_by_tag_and_by_curve() {
    let expected = pixel(PixelFormat::Rgb8, &[120, 110, 60], ColorSpace::Cicp { primaries: 9, transfer: 16 });
    let tagged = ColorProfile::new_bt2020_pq();
    let mut plain = ColorProfile::new_bt2020_pq();
    plain.cicp = None;
    for profile in [tagged, plain] {
        let out = pixel(PixelFormat::Rgb8, &[120, 110, 60], icc(profile));
        assert!(near(&out, &expected, 2), "{out:?} {expected:?}");
    }
    assert!(expected[0] > 100, "{expected:?}");
}

#[test]
fn an_ordinary_curve_is_not_high_dynamic_range() {
    for gamma in [1.0, 1.8, 2.2, 2.6, 3.6] {
        let mut profile = ColorProfile::new_bt2020();
        let curve = ToneReprCurve::Parametric(vec![gamma]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
        profile.cicp = None;
        let white = pixel(PixelFormat::Rgb8, &[255; 3], icc(profile));
        assert!(near(&white, &[255; 3], 1));
    }
}

#[test]
fn sdr_video_code_points_change_no_tones() {
    for transfer in [1, 2, 6, 13, 14, 15] {
        for primaries in [1, 2, 9] {
            let color = ColorSpace::Cicp { primaries, transfer };
            for v in [0, 16, 77, 128, 200, 255] {
                assert!(near(&pixel(PixelFormat::Rgb8, &[v; 3], color.clone()), &[v; 3], 1));
            }
        }
    }
}

#[test]
fn prepare_converts_only_floats() {
    let frame = Frame::from_f32(1, 1, PixelFormat::RgbaF32, vec![0.5, 0.5, 0.5, 1.0]).unwrap();
    let out = prepare(frame).unwrap();
    assert_eq!((out.format, &out.color), (PixelFormat::Rgba16, &ColorSpace::Srgb));
    let frame = Frame::from_u8(1, 1, PixelFormat::Gray8, vec![7]).unwrap();
    assert_eq!(prepare(frame).unwrap().samples, Samples::U8(vec![7]));
}

#[test]
fn floats_of_other_primaries_convert_to_srgb() {
    let color = ColorSpace::Cicp { primaries: 9, transfer: 8 };
    // A BT.2020 colour that is half the light of sRGB red.
    let frame = Frame::from_f32(1, 1, PixelFormat::RgbF32, vec![0.3137, 0.0345, 0.0082]).unwrap().with_color(color);
    let out = to_srgb8(frame).unwrap();
    assert!(near(out.as_u8().unwrap(), &[188, 0, 0], 4), "{:?}", out.as_u8());
}
