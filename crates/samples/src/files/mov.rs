//! QuickTime with one track of JPEG frames: ISO/IEC 14496-12, and Apple's QuickTime File Format for the codec's name.

/// Time scale: ticks per second.
const SECOND: u32 = 600;

/// The video track.
pub struct Track<'a> {
    pub width: u16,
    pub height: u16,
    /// JPEG files, each shown for a second.
    pub frames: &'a [Vec<u8>],
    /// a, b, c, d of the display matrix: 1 0 0 1 is the identity, 0 1 -1 0 rotates by 90° clockwise.
    pub matrix: [i32; 4],
    /// Pixel aspect ratio.
    pub aspect: (u32, u32),
    /// FourCC of the codec.
    pub codec: &'a [u8; 4],
}

fn atom(name: &[u8; 4], data: &[&[u8]]) -> Vec<u8> {
    let data = data.concat();
    [&(data.len() as u32 + 8).to_be_bytes()[..], name, &data].concat()
}

fn numbers(all: &[u32]) -> Vec<u8> {
    all.iter().flat_map(|n| n.to_be_bytes()).collect()
}

/// A file with its index (moov) in front.
pub fn mov(track: &Track<'_>) -> Vec<u8> {
    let kind = atom(b"ftyp", &[b"qt  \0\0\0\0qt  "]);
    // The length of the index does not depend on the offset in it.
    let start = kind.len() + moov(track, 0).len() + 8;
    let data: Vec<&[u8]> = track.frames.iter().map(Vec::as_slice).collect();
    [kind, moov(track, start as u32), atom(b"mdat", &data)].concat()
}

fn moov(track: &Track<'_>, start: u32) -> Vec<u8> {
    let n = track.frames.len() as u32;
    let [a, b, c, d] = track.matrix.map(|n| (n << 16) as u32);
    let (width, height) = (u32::from(track.width) << 16, u32::from(track.height) << 16);
    let unit = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];
    // Rate, volume, reserved fields.
    let mvhd = [
        &numbers(&[0, 0, 0, SECOND, n * SECOND, 1 << 16, 0x0100_0000, 0, 0])[..],
        &numbers(&unit),
        &[0; 24],
        &numbers(&[2]),
    ];
    let display = [a, b, 0, c, d, 0, 0, 0, 1 << 30, width, height];
    let tkhd = [&numbers(&[3, 0, 0, 1, 0, n * SECOND, 0, 0, 0, 0])[..], &numbers(&display)];
    let mdhd = numbers(&[0, 0, 0, SECOND, n * SECOND, 0]);
    let hdlr = [&numbers(&[0, 0])[..], b"vide", &[0; 13]];
    let dinf = atom(b"dinf", &[&atom(b"dref", &[&numbers(&[0, 1]), &atom(b"url ", &[&numbers(&[1])])])]);
    let minf = [atom(b"vmhd", &[&numbers(&[1, 0, 0])]), dinf, atom(b"stbl", &[&samples(track, start)])].concat();
    let media = [atom(b"mdhd", &[&mdhd]), atom(b"hdlr", &hdlr), atom(b"minf", &[&minf])].concat();
    let trak = [atom(b"tkhd", &tkhd), atom(b"mdia", &[&media])].concat();
    atom(b"moov", &[&atom(b"mvhd", &mvhd), &atom(b"trak", &[&trak])])
}

fn samples(track: &Track<'_>, start: u32) -> Vec<u8> {
    let n = track.frames.len() as u32;
    let size = [track.width.to_be_bytes(), track.height.to_be_bytes()].concat();
    let entry = atom(
        track.codec,
        &[
            &[0; 6],
            &[0, 1],
            &[0; 16],
            &size,
            &numbers(&[72 << 16, 72 << 16, 0]),
            &[0, 1],
            &[0; 32],
            &[0, 24, 0xFF, 0xFF],
            &atom(b"pasp", &[&numbers(&[track.aspect.0, track.aspect.1])]),
        ],
    );
    let sizes: Vec<u32> = track.frames.iter().map(|frame| frame.len() as u32).collect();
    [
        atom(b"stsd", &[&numbers(&[0, 1]), &entry]),
        atom(b"stts", &[&numbers(&[0, 1, n, SECOND])]),
        atom(b"stsc", &[&numbers(&[0, 1, 1, n, 1])]),
        atom(b"stsz", &[&numbers(&[0, 0, n]), &numbers(&sizes)]),
        atom(b"stco", &[&numbers(&[0, 1, start])]),
    ]
    .concat()
}
