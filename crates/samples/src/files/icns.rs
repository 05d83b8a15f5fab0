//! ICNS, the Apple icon format: a list of type, length and data. The entry here is a PNG.

/// `png` is 256 × 256 px.
pub fn icns(png: &[u8]) -> Vec<u8> {
    let mut file = b"icns".to_vec();
    file.extend((png.len() as u32 + 16).to_be_bytes());
    file.extend(b"ic08");
    file.extend((png.len() as u32 + 8).to_be_bytes());
    file.extend(png);
    file
}
