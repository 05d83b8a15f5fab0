//! PCX with three run-length encoded planes (ZSoft's technical reference, version 5).

use crate::picture::Picture;

pub fn pcx(picture: &Picture) -> Vec<u8> {
    // Bytes per line of a plane, which must be even.
    let line = picture.width.next_multiple_of(2);
    let mut file = vec![10, 5, 1, 8];
    for n in [0, 0, picture.width - 1, picture.height - 1, 72, 72] {
        file.extend((n as u16).to_le_bytes());
    }
    file.extend([0; 49]);
    file.push(3);
    file.extend((line as u16).to_le_bytes());
    file.extend(1u16.to_le_bytes());
    file.resize(128, 0);
    for row in picture.rgba.chunks_exact(picture.width * 4) {
        for plane in 0..3 {
            let mut samples: Vec<u8> = row.chunks_exact(4).map(|p| p[plane]).collect();
            samples.resize(line, 0);
            let mut at = 0;
            while at < line {
                let run = samples[at..].iter().take(63).take_while(|s| **s == samples[at]).count();
                if run > 1 || samples[at] >= 0xc0 {
                    file.push(0xc0 | run as u8);
                }
                file.push(samples[at]);
                at += run;
            }
        }
    }
    file
}
