//! Half a second of sound with cover art: ID3v2.3, RIFF, FLAC (RFC 9639).

/// An ID3v2.3 tag with a JPEG front cover.
fn id3(cover: &[u8]) -> Vec<u8> {
    let frame = [&b"\0image/jpeg\0\x03\0"[..], cover].concat();
    let body = [&b"APIC"[..], &(frame.len() as u32).to_be_bytes(), &[0, 0], &frame].concat();
    // Syncsafe: seven bits per byte.
    let size: [u8; 4] = std::array::from_fn(|i| (body.len() >> (7 * (3 - i)) & 0x7F) as u8);
    [&b"ID3\x03\0\0"[..], &size, &body].concat()
}

/// MP3: the tag, then silent frames (32 kbit/s, 48 kHz).
pub fn mp3(cover: &[u8]) -> Vec<u8> {
    let mut file = id3(cover);
    for _ in 0..20 {
        file.extend([0xFF, 0xFB, 0x14, 0xC4]);
        file.extend([0; 92]);
    }
    file
}

/// WAVE (8 bits, 8 kHz), with the tag in a chunk after the samples if there is a cover.
pub fn wav(cover: Option<&[u8]>) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let pad = vec![0; data.len() % 2];
        [name, &(data.len() as u32).to_le_bytes(), data, &pad].concat()
    };
    let format =
        [&1u16.to_le_bytes()[..], &1u16.to_le_bytes(), &8000u32.to_le_bytes(), &8000u32.to_le_bytes(), &[1, 0, 8, 0]];
    let sound: Vec<u8> = (0..4000).map(|i| (128.0 + 90.0 * (i as f32 * 0.345).sin()) as u8).collect();
    let tag = cover.map_or(Vec::new(), |cover| chunk(b"id3 ", &id3(cover)));
    let all = [&b"WAVE"[..], &chunk(b"fmt ", &format.concat()), &chunk(b"data", &sound), &tag].concat();
    chunk(b"RIFF", &all)
}

/// FLAC with stream info and a picture, but no audio frames.
pub fn flac(cover: &[u8]) -> Vec<u8> {
    let block = |kind: u8, data: &[u8]| [&[kind][..], &(data.len() as u32).to_be_bytes()[1..], data].concat();
    let mut info = vec![0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0];
    // 44.1 kHz, two channels, 16 bits, no samples.
    info.extend([0x0A, 0xC4, 0x42, 0xF0, 0, 0, 0, 0]);
    info.extend([0; 16]);
    let mut picture = 3u32.to_be_bytes().to_vec();
    picture.extend(10u32.to_be_bytes());
    picture.extend(b"image/jpeg");
    // No description, size unknown.
    picture.extend([0; 20]);
    picture.extend((cover.len() as u32).to_be_bytes());
    picture.extend(cover);
    [&b"fLaC"[..], &block(0, &info), &block(0x86, &picture)].concat()
}
