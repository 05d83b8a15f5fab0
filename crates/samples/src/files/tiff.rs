//! TIFF 6.0, RGB in PackBits strips: <https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf>.

use crate::picture::Picture;

const ROWS_PER_STRIP: usize = 32;
const SHORT: u16 = 3;
const LONG: u16 = 4;

pub fn tiff(picture: &Picture) -> Vec<u8> {
    let row = picture.width * 3;
    let strips: Vec<Vec<u8>> = picture
        .rgb()
        .chunks(row * ROWS_PER_STRIP)
        .map(|strip| strip.chunks(row).flat_map(packbits).collect())
        .collect();
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let mut offsets = Vec::new();
    for strip in &strips {
        offsets.push(file.len() as u32);
        file.extend(strip);
    }
    let mut table = |values: Vec<u32>| {
        let at = file.len() as u32;
        values.iter().for_each(|v| file.extend(v.to_le_bytes()));
        at
    };
    let n = strips.len() as u32;
    let offsets = table(offsets);
    let counts = table(strips.iter().map(|s| s.len() as u32).collect());
    let bits = table(vec![8 | 8 << 16, 8]);
    let directory = file.len() as u32;
    let entries = [
        (256, LONG, 1, picture.width as u32),
        (257, LONG, 1, picture.height as u32),
        (258, SHORT, 3, bits),
        (259, SHORT, 1, 32773),
        (262, SHORT, 1, 2),
        (273, LONG, n, offsets),
        (277, SHORT, 1, 3),
        (278, LONG, 1, ROWS_PER_STRIP as u32),
        (279, LONG, n, counts),
    ];
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend(u16::to_le_bytes(tag));
        file.extend(kind.to_le_bytes());
        file.extend(u32::to_le_bytes(count));
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file[4..8].copy_from_slice(&directory.to_le_bytes());
    file
}

/// PackBits (TIFF 6.0, section 9): runs and literals of at most 128 bytes.
pub fn packbits(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take(128).take_while(|b| **b == bytes[at]).count();
        if run >= 3 {
            packed.extend([(257 - run) as u8, bytes[at]]);
            at += run;
            continue;
        }
        let start = at;
        while at < bytes.len() && at - start < 128 && !bytes[at..].starts_with(&[bytes[at]; 3]) {
            at += 1;
        }
        packed.push((at - start - 1) as u8);
        packed.extend(&bytes[start..at]);
    }
    packed
}
