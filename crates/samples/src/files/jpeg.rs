//! JPEG, with the EXIF block that cameras write (Exif 2.32, section 4.5).

use thumbling::Output;

use super::raster;
use crate::picture::Picture;

/// A photo.
pub fn photo(picture: &Picture) -> Vec<u8> {
    raster::encoded(picture, Output::Jpeg, 86)
}

/// A portrait photo, stored as landscape with orientation 6.
pub fn upright(picture: &Picture) -> Vec<u8> {
    with_orientation(&photo(&picture.rotated_left()), 6)
}

fn with_orientation(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    // A big-endian TIFF with one entry: tag 0x0112 (Orientation), type SHORT, count 1.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend(orientation.to_be_bytes());
    exif.extend([0; 6]);
    let mut file = jpeg[..2].to_vec();
    file.extend([0xff, 0xe1]);
    file.extend((exif.len() as u16 + 2).to_be_bytes());
    file.extend(exif);
    file.extend(&jpeg[2..]);
    file
}
