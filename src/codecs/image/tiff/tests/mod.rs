//! One behaviour each, on files that are written here.

mod compression;

use std::io::Write;

use super::*;
use compression::{jpeg, split};

use crate::containers::tiff::photometric::*;
use crate::containers::tiff::writer::{Ifd, Value, classic, write};
use crate::request::{Output, Request};
use thumbling_core::bytes::Endian;
use thumbling_core::color::ColorSpace;
use thumbling_core::frame::{PixelFormat, Samples};

/// Decodes `file` at full size; the frame, and the warnings.
fn try_decode(file: Vec<u8>, change: impl FnOnce(&mut Want)) -> (Result<Frame>, Vec<String>) {
    let limits = crate::Limits::default().timeout(None);
    let state = thumbling_core::decode::RequestState::new(&limits, crate::CancelToken::new(), crate::codecs::open);
    let hint = crate::Hint::default();
    let cx = state.context(&hint);
    let frame = open(&Source::from_bytes(file), &cx).and_then(|mut tiff| {
        let mut want = Want::new(tiff.info(&cx)?.size());
        change(&mut want);
        tiff.frame(&want, &cx)
    });
    assert_eq!(state.budget().used(), 0, "memory that was reserved is released");
    (frame, state.warnings())
}

fn decode(file: Vec<u8>) -> Frame {
    try_decode(file, |_| {}).0.unwrap()
}

fn bytes(file: Vec<u8>) -> Vec<u8> {
    decode(file).as_u8().unwrap().to_vec()
}

fn words(file: Vec<u8>) -> Vec<u16> {
    match decode(file).samples {
        Samples::U16(v) => v,
        other => panic!("{other:?}"),
    }
}

fn info(file: Vec<u8>) -> SourceInfo {
    crate::probe(&Source::from_bytes(file), &Request::new()).unwrap()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// 16 RGB pixels in a row, by their index.
fn ramp() -> Vec<u8> {
    (0..48).map(|i| i * 5).collect()
}

#[test]
fn rgb_in_either_byte_order_and_width_of_offsets_is_the_same() {
    for order in [Endian::Little, Endian::Big] {
        for big in [false, true] {
            let ifd = Ifd::picture((4, 4), RGB, 3, 8, ramp());
            assert_eq!(bytes(write(order, big, &[ifd])), ramp());
        }
    }
}

#[test]
fn sixteen_bits_stay_sixteen_bits() {
    let data: Vec<u8> = [0x1234u16, 0xFEDC].iter().flat_map(|v| v.to_be_bytes()).collect();
    let file = write(Endian::Big, false, &[Ifd::picture((2, 1), BLACK_IS_ZERO, 1, 16, data)]);
    assert_eq!(words(file), [0x1234, 0xFEDC]);
}

#[test]
fn a_white_zero_is_white() {
    assert_eq!(bytes(classic(&[Ifd::picture((2, 1), WHITE_IS_ZERO, 1, 8, vec![0, 200])])), [255, 55]);
}

#[test]
fn one_two_and_four_bits_become_eight() {
    let of = |bits, byte| bytes(classic(&[Ifd::picture((2, 1), BLACK_IS_ZERO, 1, bits, vec![byte])]));
    assert_eq!(of(1, 0b1000_0000), [255, 0]);
    assert_eq!(of(2, 0b0111_0000), [85, 255]);
    assert_eq!(of(4, 0x3F), [51, 255]);
}

#[test]
fn twelve_bits_become_sixteen() {
    assert_eq!(words(classic(&[Ifd::picture((2, 1), BLACK_IS_ZERO, 1, 12, vec![0xFF, 0xF8, 0x00])])), [0xFFFF, 0x8008]);
}

#[test]
fn a_palette_gives_colours() {
    let map = [0u16, 0xFF00, 0, 0x8000, 0, 0x1000].to_vec();
    let ifd = Ifd::picture((2, 1), PALETTE, 1, 1, vec![0b0100_0000]).with(tag::COLOR_MAP, Value::Short(map));
    assert_eq!(bytes(classic(&[ifd])), [0, 0, 0, 255, 128, 16]);
}

#[test]
fn associated_alpha_is_divided_out_and_unassociated_kept() {
    let of = |kind| {
        let ifd = Ifd::picture((1, 1), RGB, 4, 8, vec![50, 25, 0, 100]).short(tag::EXTRA_SAMPLES, kind);
        bytes(classic(&[ifd]))
    };
    assert_eq!(of(1), [127, 63, 0, 100]);
    assert_eq!(of(2), [50, 25, 0, 100]);
}

#[test]
fn an_extra_sample_that_is_no_alpha_is_ignored() {
    let ifd = Ifd::picture((1, 1), RGB, 4, 8, vec![50, 25, 0, 100]).short(tag::EXTRA_SAMPLES, 0);
    assert_eq!(bytes(classic(&[ifd])), [50, 25, 0]);
}

#[test]
fn planes_are_put_together() {
    let ifd = Ifd::picture((2, 1), RGB, 3, 8, vec![]).short(tag::PLANAR_CONFIGURATION, 2);
    let ifd = ifd.strips(vec![vec![1, 2], vec![3, 4], vec![5, 6]]);
    assert_eq!(bytes(classic(&[ifd])), [1, 3, 5, 2, 4, 6]);
}

#[test]
fn tiles_are_cut_at_the_edge() {
    // 20 × 18 in tiles of 16 × 16: the value of a pixel is that of its tile.
    let ifd = Ifd::picture((20, 18), BLACK_IS_ZERO, 1, 8, vec![]);
    let ifd = ifd.tiles((16, 16), (1..=4).map(|v| vec![v; 256]).collect());
    let out = bytes(classic(&[ifd]));
    assert_eq!((out[0], out[16], out[17 * 20], out[18 * 20 - 1], out.len()), (1, 2, 3, 4, 360));
}

#[test]
fn horizontal_differences_are_summed() {
    let ifd = Ifd::picture((3, 1), RGB, 3, 8, deflated(&[10, 20, 30, 1, 2, 3, 255, 0, 1])).short(tag::COMPRESSION, 8);
    assert_eq!(bytes(classic(&[ifd.short(tag::PREDICTOR, 2)])), [10, 20, 30, 11, 22, 33, 10, 22, 34]);
}

#[test]
fn floating_point_differences_are_summed() {
    // 0.5 and 1.0 as 3F000000 3F800000: bytes apart, then their differences.
    let data = vec![0x3F, 0x00, 0xC1, 0x80, 0x80, 0, 0, 0];
    let ifd = Ifd::picture((2, 1), BLACK_IS_ZERO, 1, 32, data).short(tag::SAMPLE_FORMAT, 3).short(tag::PREDICTOR, 3);
    assert_eq!(words(classic(&[ifd])), [32_768, 65_535]);
}

#[test]
fn a_reversed_fill_order_turns_every_byte() {
    let ifd = Ifd::picture((8, 1), BLACK_IS_ZERO, 1, 1, vec![0b0000_0001]).short(tag::FILL_ORDER, 2);
    assert_eq!(bytes(classic(&[ifd]))[..2], [255, 0]);
}

#[test]
fn subsampled_ycbcr_shares_its_chroma() {
    // One block of 2 × 2: four luma, then neutral chroma.
    let ifd = Ifd::picture((2, 2), YCBCR, 3, 8, vec![10, 20, 30, 40, 128, 128]);
    assert_eq!(bytes(classic(&[ifd])), [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]);
}

#[test]
fn lab_white_and_red_have_their_colours() {
    // sRGB red is L* 54.3, a* 80.8, b* 69.9 under D50.
    let ifd = Ifd::picture((2, 1), CIE_LAB, 3, 8, vec![255, 0, 0, 138, 81, 70]);
    let out = bytes(classic(&[ifd]));
    assert!(out[..3].iter().all(|v| *v >= 254), "{out:?}");
    assert!(out[3] >= 252 && out[4] <= 12 && out[5] <= 12, "{out:?}");
}

#[test]
fn cmyk_stays_ink() {
    let frame = decode(classic(&[Ifd::picture((1, 1), SEPARATED, 4, 8, vec![255, 0, 128, 7])]));
    assert_eq!((frame.format, frame.as_u8().unwrap()), (PixelFormat::Cmyk8, &[255, 0, 128, 7][..]));
}

#[test]
fn signed_heights_are_spread_over_the_range() {
    let data = [-100i16, 0, 100].iter().flat_map(|v| v.to_le_bytes()).collect();
    let ifd = Ifd::picture((3, 1), BLACK_IS_ZERO, 1, 16, data).short(tag::SAMPLE_FORMAT, 2);
    assert_eq!(words(classic(&[ifd])), [0, 32_768, 65_535]);
}

#[test]
fn float_rgb_stays_float() {
    let data = [0.0f32, 0.5, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let ifd = Ifd::picture((1, 1), RGB, 3, 32, data).short(tag::SAMPLE_FORMAT, 3);
    assert_eq!(decode(classic(&[ifd])).samples, Samples::F32(vec![0.0, 0.5, 4.0]));
}

#[test]
fn orientation_is_reported_and_left_to_the_pipeline() {
    let file = classic(&[Ifd::picture((2, 1), BLACK_IS_ZERO, 1, 8, vec![1, 2]).short(tag::ORIENTATION, 6)]);
    assert_eq!(info(file.clone()).size(), Size::new(1, 2));
    let frame = decode(file);
    assert_eq!((frame.size(), frame.orientation), (Size::new(2, 1), Orientation::Rotate90));
}

#[test]
fn a_profile_goes_along_where_it_fits_the_channels() {
    let mut profile = vec![0; 132];
    profile[16..20].copy_from_slice(b"RGB ");
    let of = |samples, photometric| {
        let ifd = Ifd::picture((1, 1), photometric, samples, 8, vec![9; 3]);
        decode(classic(&[ifd.with(tag::ICC_PROFILE, Value::Bytes(profile.clone()))])).color
    };
    assert_eq!(of(3, RGB), ColorSpace::Icc(profile.clone().into()));
    assert_eq!(of(1, BLACK_IS_ZERO), ColorSpace::Srgb);
}

fn gray(width: u32, height: u32, value: u8) -> Ifd {
    Ifd::picture((width, height), BLACK_IS_ZERO, 1, 8, vec![value; (width * height) as usize])
}

fn reduced(width: u32, height: u32, value: u8) -> Ifd {
    gray(width, height, value).long(tag::NEW_SUBFILE_TYPE, 1)
}

#[test]
fn pages_are_counted_and_chosen() {
    let file = classic(&[gray(4, 4, 1), gray(4, 4, 2), gray(4, 4, 3)]);
    assert_eq!(info(file.clone()).pages, 3);
    let (frame, _) = try_decode(file.clone(), |want| want.page = 2);
    assert_eq!(frame.unwrap().as_u8().unwrap()[0], 3);
    let (none, _) = try_decode(file, |want| want.page = 3);
    assert_eq!(none.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_page_of_another_shape_keeps_it() {
    let (frame, _) = try_decode(classic(&[gray(400, 400, 1), gray(800, 400, 2)]), |want| {
        want.page = 1;
        want.size = Size::new(100, 100);
    });
    let size = frame.unwrap().size();
    assert!(size.same_aspect(Size::new(2, 1), 0.01) && size.covers(Size::new(100, 100)), "{size:?}");
}

#[test]
fn a_thumbnail_before_the_page_is_no_page() {
    let file = classic(&[reduced(8, 8, 9), gray(64, 64, 1)]);
    let info = info(file.clone());
    assert_eq!((info.size(), info.pages), (Size::new(64, 64), 1));
}

#[test]
fn the_smallest_version_that_covers_is_taken() {
    let levels = vec![reduced(32, 32, 2), reduced(16, 16, 3)];
    let in_chain = classic(&[gray(64, 64, 1), levels[0].clone(), levels[1].clone()]);
    let in_sub = classic(&[gray(64, 64, 1).with(tag::SUB_IFDS, Value::Directories(levels))]);
    for file in [in_chain, in_sub] {
        let of = |side, effort| {
            let (frame, _) =
                try_decode(file.clone(), |want| (want.size, want.effort) = (Size::new(side, side), effort));
            frame.unwrap().as_u8().unwrap()[0]
        };
        assert_eq!([10, 20, 40].map(|side| of(side, Effort::Normal)), [3, 2, 1]);
        assert_eq!(of(10, Effort::Best), 1);
        assert_eq!(info(file.clone()).pages, 1);
    }
}

#[test]
fn an_undeclared_pyramid_of_tiles_is_one_page() {
    let tiled = |side: u32, value: u8| {
        let tiles = side.div_ceil(16) * side.div_ceil(16);
        gray(side, side, value).tiles((16, 16), vec![vec![value; 256]; tiles as usize])
    };
    let file = classic(&[tiled(64, 1), tiled(32, 2), tiled(16, 3)]);
    assert_eq!(info(file.clone()).pages, 1);
    let (frame, _) = try_decode(file, |want| want.size = Size::new(16, 16));
    assert_eq!(frame.unwrap().as_u8().unwrap()[0], 3);
}

#[test]
fn a_level_that_cannot_be_read_is_passed_over() {
    let broken = reduced(16, 16, 3).short(tag::COMPRESSION, 34_887);
    let (frame, _) = try_decode(classic(&[gray(64, 64, 1), broken]), |want| want.size = Size::new(8, 8));
    assert_eq!(frame.unwrap().as_u8().unwrap()[0], 1);
}

#[test]
fn a_file_that_ends_early_is_grey_below_with_a_warning() {
    // The pixels come last in the file.
    let mut file = classic(&[gray(8, 8, 200)]);
    let strip = file.windows(64).position(|w| w == [200; 64]).unwrap();
    file.drain(strip..strip + 64);
    let ifd = u32::from_le_bytes(file[4..8].try_into().unwrap()) - 64;
    file[4..8].copy_from_slice(&ifd.to_le_bytes());
    let offsets = (0..10).map(|i| ifd as usize + 2 + i * 12).find(|at| file[*at..*at + 2] == [0x11, 0x01]).unwrap();
    let end = file.len() as u32;
    file[offsets + 8..offsets + 12].copy_from_slice(&end.to_le_bytes());
    file.extend([200; 20]);
    let (frame, warnings) = try_decode(file, |_| {});
    let frame = frame.unwrap();
    let out = frame.as_u8().unwrap();
    assert_eq!((out[0], out[15], out[16], out[63]), (200, 200, 128, 128));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn a_file_without_any_pixel_is_corrupt() {
    let (frame, _) = try_decode(classic(&[gray(8, 8, 0).short(tag::COMPRESSION, 8)]), |_| {});
    assert_eq!(frame.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn a_picture_beyond_the_pixel_limit_is_a_limit() {
    let file = classic(&[gray(8, 8, 0).long(tag::IMAGE_WIDTH, 1 << 20).long(tag::IMAGE_LENGTH, 1 << 20)]);
    assert_eq!(try_decode(file, |want| want.size = Size::new(8, 8)).0.unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn mutated_files_end_with_a_typed_error_or_a_picture() {
    let mut files = vec![
        classic(&[Ifd::picture((4, 4), RGB, 3, 8, deflated(&ramp())).short(tag::COMPRESSION, 8)]),
        classic(&[gray(64, 64, 1).tiles((16, 16), vec![vec![7; 256]; 16]), reduced(32, 32, 2)]),
        write(Endian::Big, true, &[Ifd::picture((2, 2), YCBCR, 3, 8, vec![9; 6])]),
    ];
    let (tables, strip) = split(&jpeg(16, 8, [200, 30, 20]));
    let ifd = Ifd::picture((16, 8), YCBCR, 3, 8, strip).short(tag::COMPRESSION, 7);
    files.push(classic(&[ifd.with(tag::JPEG_TABLES, Value::Bytes(tables))]));
    let mut seed = 7u32;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % n
    };
    let mut pictures = 0;
    for file in &files {
        for _ in 0..400 {
            let mut mutant = file.clone();
            for _ in 0..1 + next(3) {
                let at = next(mutant.len());
                mutant[at] = [0, 1, 0x7F, 0x80, 0xFF, next(256) as u8][next(6)];
            }
            if next(4) == 0 {
                mutant.truncate(next(mutant.len()));
            }
            let mut request = Request::new().square(16).output(Output::Png).name("x.tif");
            request.limits.max_pixels = 1 << 20;
            match crate::thumbnail(&Source::from_bytes(mutant), &request) {
                Ok(_) => pictures += 1,
                Err(e) => assert_ne!(e.kind(), ErrorKind::Internal, "{e}"),
            }
        }
    }
    assert!(pictures > 100, "{pictures}");
}
