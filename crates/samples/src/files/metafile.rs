//! Windows metafiles of filled shapes: [MS-EMF] and [MS-WMF].

use super::svg::layers;
use crate::color::Color;
use crate::scene::Palette;

type Shape = (Vec<(i32, i32)>, Color);

/// A banded sky, a polygonal sun and hills, on a canvas of 480 × 320 units.
fn shapes(palette: &Palette, seed: u32) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = (0..40)
        .map(|i| {
            let (top, bottom) = (i * 8, i * 8 + 8);
            let color = palette.zenith.mix(palette.horizon, i as f32 / 22.0);
            (vec![(0, top), (480, top), (480, bottom), (0, bottom)], color)
        })
        .collect();
    let sun = (0..72).map(|i| (i as f32 * std::f32::consts::TAU / 72.0).sin_cos());
    shapes.push((sun.map(|(s, c)| (330 + (26.0 * c) as i32, 92 + (26.0 * s) as i32)).collect(), palette.sun));
    shapes.extend(layers(palette, seed));
    shapes
}

fn color_ref(color: Color) -> u32 {
    let [r, g, b] = color.bytes().map(u32::from);
    b << 16 | g << 8 | r
}

pub fn emf(palette: &Palette, seed: u32) -> Vec<u8> {
    let mut records: Vec<u8> = Vec::new();
    let mut count = 2;
    let mut record = |kind: u32, words: &[u32]| {
        records.extend([kind, 8 + 4 * words.len() as u32].map(u32::to_le_bytes).concat());
        words.iter().for_each(|w| records.extend(w.to_le_bytes()));
        count += 1;
    };
    // EMR_SELECTOBJECT of the stock NULL_PEN.
    record(37, &[0x8000_0008]);
    for (points, color) in shapes(palette, seed) {
        record(39, &[1, 0, color_ref(color), 0]);
        record(37, &[1]);
        let mut words = vec![0, 0, 480, 320, points.len() as u32];
        words.extend(points.iter().map(|(x, y)| *x as u32 & 0xffff | (*y as u32) << 16));
        record(86, &words);
        record(37, &[0x8000_0004]);
        record(40, &[1]);
    }
    // EMR_HEADER: bounds in px, frame in 0.01 mm at 96 dpi, and so on. [MS-EMF] 2.3.4.2.
    let bytes = 88 + records.len() as u32 + 20;
    let mut file = Vec::new();
    let (size, bounds, frame) = ([1u32, 88], [0, 0, 479, 319], [0, 0, 12700, 8467]);
    let (what, device) = ([0x464d_4520, 0x1_0000, bytes, count, 2, 0, 0, 0], [1920, 1080, 508, 286]);
    let header = [&size[..], &bounds, &frame, &what, &device].concat();
    header.iter().for_each(|w| file.extend(w.to_le_bytes()));
    file.extend(records);
    [14u32, 20, 0, 16, 20].iter().for_each(|w| file.extend(w.to_le_bytes()));
    file
}

pub fn wmf(palette: &Palette, seed: u32) -> Vec<u8> {
    let mut records: Vec<u8> = Vec::new();
    let mut largest = 0;
    let mut record = |function: u16, words: &[u16]| {
        let size = 3 + words.len() as u32;
        largest = largest.max(size);
        records.extend(size.to_le_bytes());
        records.extend(function.to_le_bytes());
        words.iter().for_each(|w| records.extend(w.to_le_bytes()));
    };
    record(0x0103, &[8]);
    record(0x020b, &[0, 0]);
    record(0x020c, &[320, 480]);
    // META_CREATEPENINDIRECT (PS_NULL) is object 0; brushes are object 1.
    record(0x02fa, &[5, 0, 0, 0, 0]);
    record(0x012d, &[0]);
    for (points, color) in shapes(palette, seed) {
        let color = color_ref(color);
        record(0x02fc, &[0, color as u16, (color >> 16) as u16, 0]);
        record(0x012d, &[1]);
        let mut words = vec![points.len() as u16];
        words.extend(points.iter().flat_map(|(x, y)| [*x as u16, *y as u16]));
        record(0x0324, &words);
        record(0x01f0, &[1]);
    }
    record(0, &[]);
    // The placeable header with its checksum, then the standard header.
    let mut head: Vec<u16> = vec![0xcdd7, 0x9ac6, 0, 0, 0, 480, 320, 96, 0, 0];
    head.push(head.iter().fold(0, |sum, word| sum ^ word));
    let words = 9 + records.len() as u32 / 2;
    head.extend([1, 9, 0x300, words as u16, (words >> 16) as u16, 2, largest as u16, (largest >> 16) as u16, 0]);
    let mut file: Vec<u8> = head.into_iter().flat_map(u16::to_le_bytes).collect();
    file.extend(records);
    file
}
