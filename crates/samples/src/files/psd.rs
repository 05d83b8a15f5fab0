//! PSD without layers, only the merged picture (Adobe Photoshop File Formats Specification).

use super::tiff::packbits;
use crate::picture::Picture;

pub fn psd(picture: &Picture) -> Vec<u8> {
    let mut file = b"8BPS\0\x01\0\0\0\0\0\0\0\x03".to_vec();
    file.extend((picture.height as u32).to_be_bytes());
    file.extend((picture.width as u32).to_be_bytes());
    // 8 bits, RGB; no palette, resources or layers; then rows in PackBits.
    file.extend([0, 8, 0, 3]);
    file.extend([0; 12]);
    file.extend([0, 1]);
    let rows: Vec<Vec<u8>> = (0..3)
        .flat_map(|plane| picture.rgba.chunks_exact(picture.width * 4).map(move |row| (plane, row)))
        .map(|(plane, row)| packbits(&row.chunks_exact(4).map(|p| p[plane]).collect::<Vec<_>>()))
        .collect();
    rows.iter().for_each(|row| file.extend((row.len() as u16).to_be_bytes()));
    rows.iter().for_each(|row| file.extend(row));
    file
}
