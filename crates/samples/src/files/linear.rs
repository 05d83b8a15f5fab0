//! Floating-point formats in linear light.

use crate::picture::Picture;

/// The pixels as linear RGB.
fn linear(picture: &Picture) -> Vec<[f32; 3]> {
    let light = |byte: u8| {
        let v = f32::from(byte) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    picture.rgba.chunks_exact(4).map(|p| [light(p[0]), light(p[1]), light(p[2])]).collect()
}

/// Radiance HDR without run-length encoding: mantissas with a shared exponent.
pub fn hdr(picture: &Picture) -> Vec<u8> {
    let head = format!("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {} +X {}\n", picture.height, picture.width);
    let mut file = head.into_bytes();
    for [r, g, b] in linear(picture) {
        let most = r.max(g).max(b);
        if most < 1e-9 {
            file.extend([0; 4]);
            continue;
        }
        // The mantissa of the largest channel is 128 to 255.
        let exponent = most.log2().floor() as i32 + 1;
        let scale = 256.0 / 2f32.powi(exponent);
        file.extend([r, g, b].map(|c| (c * scale).min(255.0) as u8));
        file.push((exponent + 128) as u8);
    }
    file
}

/// OpenEXR, a single part with uncompressed scan lines of half floats: <https://openexr.com/en/latest/OpenEXRFileLayout.html>.
pub fn exr(picture: &Picture) -> Vec<u8> {
    let (width, height) = (picture.width, picture.height);
    let mut file = vec![0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0];
    let mut attribute = |name: &str, kind: &str, value: &[u8]| {
        file.extend(format!("{name}\0{kind}\0").into_bytes());
        file.extend((value.len() as u32).to_le_bytes());
        file.extend(value);
    };
    let mut channels = Vec::new();
    for name in [b'B', b'G', b'R'] {
        channels.extend([name, 0]);
        channels.extend([1u32, 0, 1, 1].map(u32::to_le_bytes).concat());
    }
    channels.push(0);
    let window = [0, 0, width as u32 - 1, height as u32 - 1].map(u32::to_le_bytes).concat();
    attribute("channels", "chlist", &channels);
    attribute("compression", "compression", &[0]);
    attribute("dataWindow", "box2i", &window);
    attribute("displayWindow", "box2i", &window);
    attribute("lineOrder", "lineOrder", &[0]);
    attribute("pixelAspectRatio", "float", &1f32.to_le_bytes());
    attribute("screenWindowCenter", "v2f", &[0; 8]);
    attribute("screenWindowWidth", "float", &1f32.to_le_bytes());
    file.push(0);
    let line = width * 6;
    let first = file.len() + height * 8;
    for y in 0..height {
        file.extend(((first + y * (line + 8)) as u64).to_le_bytes());
    }
    for (y, pixels) in linear(picture).chunks_exact(width).enumerate() {
        file.extend([y as u32, line as u32].map(u32::to_le_bytes).concat());
        for channel in [2, 1, 0] {
            file.extend(pixels.iter().flat_map(|p| half(p[channel]).to_le_bytes()));
        }
    }
    file
}

/// IEEE 754 binary16 of a number from 0 to 65504; subnormal results become 0.
fn half(n: f32) -> u16 {
    let bits = n.to_bits();
    let exponent = (bits >> 23) as i32 - 127 + 15;
    if exponent <= 0 { 0 } else { (exponent as u16) << 10 | (bits >> 13 & 0x3ff) as u16 }
}
