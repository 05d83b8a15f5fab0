//! SGI LogL and 32-bit LogLuv: Larson, "LogLuv encoding for full-gamut, high-dynamic range images", 1998.

/// Appends the luminance of two-byte pixels as grey RGB floats.
pub(super) fn luminance(row: &[u8], width: usize, out: &mut Vec<u8>) {
    for x in 0..width {
        let y = light(u16::from_be_bytes([byte(row, 2 * x), byte(row, 2 * x + 1)]));
        out.extend([y; 3].iter().flat_map(|v| v.to_ne_bytes()));
    }
}

/// Appends the colours of four-byte pixels as RGB floats.
pub(super) fn rgb(row: &[u8], width: usize, out: &mut Vec<u8>) {
    for pixel in 0..width {
        let at = 4 * pixel;
        let y = light(u16::from_be_bytes([byte(row, at), byte(row, at + 1)]));
        let (u, v) = ((f32::from(byte(row, at + 2)) + 0.5) / 410.0, (f32::from(byte(row, at + 3)) + 0.5) / 410.0);
        let s = 1.0 / (6.0 * u - 16.0 * v + 12.0);
        let (cx, cy) = (9.0 * u * s, 4.0 * v * s);
        let (x, z) = (cx / cy * y, (1.0 - cx - cy) / cy * y);
        // IEC 61966-2-1.
        let rgb = [
            3.2406 * x - 1.5372 * y - 0.4986 * z,
            -0.9689 * x + 1.8758 * y + 0.0415 * z,
            0.0557 * x - 0.2040 * y + 1.0570 * z,
        ];
        out.extend(rgb.iter().flat_map(|v| if v.is_finite() { v.max(0.0) } else { 0.0 }.to_ne_bytes()));
    }
}

fn byte(row: &[u8], i: usize) -> u8 {
    row.get(i).copied().unwrap_or(0)
}

/// A sign and a logarithm to base 2 in steps of 1/256; negative luminance becomes 0.
fn light(code: u16) -> f32 {
    match code & 0x7FFF {
        _ if code & 0x8000 != 0 => 0.0,
        0 => 0.0,
        n => ((f32::from(n) + 0.5) / 256.0 - 64.0).exp2().min(65_504.0),
    }
}
