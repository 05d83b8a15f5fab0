//! Formats that consist of a header and rows of pixels, and those that Thumbling encodes.

use thumbling::{Fit, Output, Request, Source};

use crate::picture::Picture;

/// Encodes with Thumbling.
pub fn encoded(picture: &Picture, output: Output, quality: u8) -> Vec<u8> {
    let (width, height) = (picture.width as u32, picture.height as u32);
    let request = Request::new().size(width, height).fit(Fit::Fill).output(output).quality(quality);
    let mut thumbnails = thumbling::thumbnail(&Source::from_bytes(qoi(picture)), &request).expect("a valid QOI file");
    thumbnails.items.remove(0).bytes
}

/// QOI with only the two simplest chunks, pixels and runs: <https://qoiformat.org/qoi-specification.pdf>.
pub fn qoi(picture: &Picture) -> Vec<u8> {
    let mut file = b"qoif".to_vec();
    file.extend([picture.width as u32, picture.height as u32].map(u32::to_be_bytes).concat());
    file.extend([4, 0]);
    let (mut last, mut run) = ([0, 0, 0, 255], 0);
    for pixel in picture.rgba.chunks_exact(4) {
        if pixel == last && run < 62 {
            run += 1;
            continue;
        }
        if run > 0 {
            file.push(0xc0 | (run - 1));
        }
        run = u8::from(pixel == last);
        if run == 0 {
            file.push(0xff);
            file.extend(pixel);
        }
        last.copy_from_slice(pixel);
    }
    if run > 0 {
        file.push(0xc0 | (run - 1));
    }
    file.extend([0, 0, 0, 0, 0, 0, 0, 1]);
    file
}

/// PPM: <https://netpbm.sourceforge.net/doc/ppm.html>.
pub fn ppm(picture: &Picture) -> Vec<u8> {
    let mut file = format!("P6\n{} {}\n255\n", picture.width, picture.height).into_bytes();
    file.extend(picture.rgb());
    file
}

/// BMP with a BITMAPINFOHEADER, bottom-up ([MS-WMF] 2.2.2.3).
pub fn bmp(picture: &Picture) -> Vec<u8> {
    let row = (picture.width * 3).next_multiple_of(4);
    let size = (row * picture.height) as u32;
    let mut file = b"BM".to_vec();
    file.extend([size + 54, 0, 54, 40, picture.width as u32, picture.height as u32].map(u32::to_le_bytes).concat());
    file.extend([1u16, 24].map(u16::to_le_bytes).concat());
    file.extend([0u32, size, 3780, 3780, 0, 0].map(u32::to_le_bytes).concat());
    for pixels in picture.rgba.chunks_exact(picture.width * 4).rev() {
        let start = file.len();
        file.extend(pixels.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0]]));
        file.resize(start + row, 0);
    }
    file
}

/// TGA of type 2 (true-colour), top-down (Truevision TGA 2.0).
pub fn tga(picture: &Picture) -> Vec<u8> {
    let mut file = vec![0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    file.extend([picture.width as u16, picture.height as u16].map(u16::to_le_bytes).concat());
    file.extend([24, 0x20]);
    file.extend(picture.rgba.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0]]));
    file
}

/// ICO with one picture of at most 255 × 255 px: a BMP with alpha and an empty mask.
pub fn ico(picture: &Picture) -> Vec<u8> {
    let mask = picture.width.div_ceil(32) * 4 * picture.height;
    let size = (40 + picture.rgba.len() + mask) as u32;
    let mut file = vec![0, 0, 1, 0, 1, 0, picture.width as u8, picture.height as u8, 0, 0, 1, 0, 32, 0];
    file.extend([size, 22, 40, picture.width as u32, 2 * picture.height as u32].map(u32::to_le_bytes).concat());
    file.extend([1u16, 32].map(u16::to_le_bytes).concat());
    file.extend([0; 24]);
    for pixels in picture.rgba.chunks_exact(picture.width * 4).rev() {
        file.extend(pixels.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0], p[3]]));
    }
    file.resize(file.len() + mask, 0);
    file
}
