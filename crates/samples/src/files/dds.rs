//! DDS with BC1 blocks: <https://learn.microsoft.com/windows/win32/direct3ddds/dx-graphics-dds-pguide>.

use crate::picture::Picture;

/// Width and height must be multiples of 4.
pub fn dds(picture: &Picture) -> Vec<u8> {
    let (width, height) = (picture.width, picture.height);
    let mut file = b"DDS ".to_vec();
    let size = (width * height / 2) as u32;
    // Size, flags (caps, height, width, pixel format, linear size), ...
    let head = [124, 0x8_1007, height as u32, width as u32, size, 0, 0];
    head.iter().for_each(|n| file.extend(n.to_le_bytes()));
    file.extend([0; 44]);
    file.extend(32u32.to_le_bytes());
    file.extend(4u32.to_le_bytes());
    file.extend(b"DXT1");
    file.extend([0; 20]);
    file.extend(0x1000u32.to_le_bytes());
    file.extend([0; 16]);
    for by in (0..height).step_by(4) {
        for bx in (0..width).step_by(4) {
            let pixel = |i: usize| {
                let at = ((by + i / 4) * width + bx + i % 4) * 4;
                [0, 1, 2].map(|c| i32::from(picture.rgba[at + c]))
            };
            file.extend(block(&std::array::from_fn(pixel)));
        }
    }
    file
}

/// A BC1 block: two colours, and for each of the 16 pixels its position between them in thirds.
fn block(pixels: &[[i32; 3]; 16]) -> [u8; 8] {
    let bright = |p: &&[i32; 3]| p[0] * 2 + p[1] * 5 + p[2];
    let (Some(high), Some(low)) = (pixels.iter().max_by_key(bright), pixels.iter().min_by_key(bright)) else {
        return [0; 8];
    };
    let pack = |p: &[i32; 3]| ((p[0] >> 3) << 11 | (p[1] >> 2) << 5 | p[2] >> 3) as u16;
    // The four-colour mode requires the first to be the larger number.
    let (high, low) = if pack(high) >= pack(low) { (high, low) } else { (low, high) };
    let (a, b) = (pack(high), pack(low));
    let way: [i32; 3] = std::array::from_fn(|c| low[c] - high[c]);
    let length = way.iter().map(|d| d * d).sum::<i32>().max(1);
    let mut codes = 0u32;
    for (i, p) in pixels.iter().enumerate() {
        let along = (0..3).map(|c| (p[c] - high[c]) * way[c]).sum::<i32>();
        let third = (along as f32 / length as f32 * 3.0).round().clamp(0.0, 3.0) as usize;
        codes |= [0, 2, 3, 1][third] << (2 * i);
    }
    if a == b {
        codes = 0;
    }
    let [a, b, c] = [u32::from(a), u32::from(b), codes].map(u32::to_le_bytes);
    [a[0], a[1], b[0], b[1], c[0], c[1], c[2], c[3]]
}
