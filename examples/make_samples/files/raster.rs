//! Formats that the project's own encoders and those of the `image` crate write.

use image::codecs::{bmp, hdr, ico, openexr, pnm, qoi, tga};
use image::{ExtendedColorType, ImageEncoder, ImageResult};
use thumbling::{Fit, Output, Request, Source};

use crate::picture::Picture;

/// As `thumbling` encodes it.
pub fn encoded(picture: &Picture, output: Output, quality: u8) -> Vec<u8> {
    let (width, height) = (picture.width as u32, picture.height as u32);
    let request = Request::new().size(width, height).fit(Fit::Fill).output(output).quality(quality);
    let mut made = thumbling::thumbnail(&Source::bytes(qoi(picture)), &request).expect("a picture of ours");
    made.items.remove(0).bytes
}

fn rgb(picture: &Picture, encode: impl FnOnce(&mut Vec<u8>, &[u8], u32, u32) -> ImageResult<()>) -> Vec<u8> {
    let mut file = Vec::new();
    encode(&mut file, &picture.rgb(), picture.width as u32, picture.height as u32).expect("memory does not fail");
    file
}

pub fn bmp(picture: &Picture) -> Vec<u8> {
    rgb(picture, |file, pixels, w, h| bmp::BmpEncoder::new(file).write_image(pixels, w, h, ExtendedColorType::Rgb8))
}

pub fn tga(picture: &Picture) -> Vec<u8> {
    rgb(picture, |file, pixels, w, h| tga::TgaEncoder::new(file).write_image(pixels, w, h, ExtendedColorType::Rgb8))
}

pub fn ppm(picture: &Picture) -> Vec<u8> {
    rgb(picture, |file, pixels, w, h| pnm::PnmEncoder::new(file).write_image(pixels, w, h, ExtendedColorType::Rgb8))
}

pub fn qoi(picture: &Picture) -> Vec<u8> {
    let (w, h) = (picture.width as u32, picture.height as u32);
    let mut file = Vec::new();
    let written = qoi::QoiEncoder::new(&mut file).write_image(&picture.rgba, w, h, ExtendedColorType::Rgba8);
    written.expect("memory does not fail");
    file
}

pub fn ico(picture: &Picture) -> Vec<u8> {
    let (w, h) = (picture.width as u32, picture.height as u32);
    let mut file = Vec::new();
    let written = ico::IcoEncoder::new(&mut file).write_image(&picture.rgba, w, h, ExtendedColorType::Rgba8);
    written.expect("memory does not fail");
    file
}

/// In linear light.
fn linear(picture: &Picture) -> Vec<f32> {
    let light = |byte: u8| {
        let v = f32::from(byte) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    picture.rgb().into_iter().map(light).collect()
}

pub fn exr(picture: &Picture) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let pixels: Vec<u8> = linear(picture).into_iter().flat_map(f32::to_ne_bytes).collect();
    let (w, h) = (picture.width as u32, picture.height as u32);
    let written = openexr::OpenExrEncoder::new(&mut file).write_image(&pixels, w, h, ExtendedColorType::Rgb32F);
    written.expect("memory does not fail");
    file.into_inner()
}

pub fn hdr(picture: &Picture) -> Vec<u8> {
    let pixels: Vec<_> = linear(picture).chunks_exact(3).map(|p| image::Rgb([p[0], p[1], p[2]])).collect();
    let mut file = Vec::new();
    hdr::HdrEncoder::new(&mut file).encode(&pixels, picture.width, picture.height).expect("memory does not fail");
    file
}
