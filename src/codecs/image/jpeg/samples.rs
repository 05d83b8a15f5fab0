//! Small JPEGs for tests.

use super::huffman::Codes;
use super::standard;

/// RGB rows with noise and edges.
fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut seed = 7u32;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (seed >> 27) as u8;
            let checks = if (x / 11 + y / 7) % 2 == 0 { 180 } else { 20 };
            pixels.extend([(x * 200 / width) as u8 + noise, (y * 200 / height) as u8 + noise, checks + noise]);
        }
    }
    pixels
}

/// A picture encoded by jpeg-encoder.
pub(super) fn encoded(
    width: usize,
    height: usize,
    sampling: jpeg_encoder::SamplingFactor,
    progressive: bool,
) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    let pixels = picture(width, height);
    encoder.encode(&pixels, width as u16, height as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    jpeg
}

/// A picture encoded by libjpeg-turbo.
#[cfg(feature = "turbojpeg")]
pub(super) fn turbo(width: usize, height: usize, sampling: turbojpeg::Subsamp, progressive: bool) -> Vec<u8> {
    let pixels = picture(width, height);
    let mut compressor = turbojpeg::Compressor::new().unwrap();
    compressor.set_quality(90).unwrap();
    compressor.set_subsamp(sampling).unwrap();
    compressor.set_progressive(progressive).unwrap();
    let format = turbojpeg::PixelFormat::RGB;
    compressor
        .compress_to_vec(turbojpeg::Image { pixels: &pixels[..], width, pitch: width * 3, height, format })
        .unwrap()
}

/// The first component at 1/8 scale, decoded by libjpeg-turbo.
#[cfg(feature = "turbojpeg")]
pub(super) fn turbo_luma(jpeg: &[u8]) -> Vec<u8> {
    let eighth = turbojpeg::ScalingFactor::ONE_EIGHTH;
    let mut decompressor = turbojpeg::Decompressor::new().unwrap();
    decompressor.set_scaling_factor(eighth).unwrap();
    let header = decompressor.read_header(jpeg).unwrap().scaled(eighth);
    let (width, height) = (header.width, header.height);
    let mut pixels = vec![0; width * height];
    let format = turbojpeg::PixelFormat::GRAY;
    let image = turbojpeg::Image { pixels: &mut pixels[..], width, pitch: width, height, format };
    decompressor.decompress(jpeg, image).unwrap();
    pixels
}

/// A segment with its marker and length.
pub(super) fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFF, marker];
    bytes.extend((payload.len() as u16 + 2).to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A grey baseline picture without Huffman tables, whose blocks have the DC coefficients `dc` (quantiser 8, so one step
/// is one grey level) and no AC coefficients.
pub(super) struct Flat<'a> {
    pub width: u16,
    pub height: u16,
    pub precision: u8,
    pub dc: &'a [i32],
    /// Blocks between restart markers; 0 for none.
    pub restart: u16,
}

impl Flat<'_> {
    /// Everything up to and including the scan header.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8];
        bytes.extend(segment(0xDB, &[&[0][..], &[8; 64]].concat()));
        let ([w1, w0], [h1, h0]) = (self.width.to_be_bytes(), self.height.to_be_bytes());
        bytes.extend(segment(0xC1, &[self.precision, h1, h0, w1, w0, 1, 1, 0x11, 0]));
        bytes.extend(segment(0xDD, &self.restart.to_be_bytes()));
        bytes.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
        bytes
    }

    /// The data of each interval, without the markers between.
    pub(super) fn intervals(&self) -> Vec<Vec<u8>> {
        let size = if self.restart == 0 { self.dc.len() } else { usize::from(self.restart) };
        self.dc.chunks(size).map(interval).collect()
    }

    pub(super) fn jpeg(&self) -> Vec<u8> {
        let mut bytes = self.header();
        for (number, interval) in self.intervals().iter().enumerate() {
            if number > 0 {
                bytes.extend([0xFF, 0xD0 + (number as u8 - 1) % 8]);
            }
            bytes.extend(interval);
        }
        bytes.extend([0xFF, 0xD9]);
        bytes
    }
}

fn interval(dc: &[i32]) -> Vec<u8> {
    let mut bits = String::new();
    let mut before = 0;
    for &value in dc {
        let difference = value - before;
        before = value;
        let category = 32 - difference.unsigned_abs().leading_zeros();
        bits += &code(&standard::DC_COUNTS[0], &standard::DC_SYMBOLS, category as u8);
        let extra = if difference < 0 { difference - 1 + (1 << category) } else { difference };
        if category > 0 {
            bits += &format!("{extra:0width$b}", width = category as usize);
        }
        bits += &code(&standard::AC_COUNTS[0], &standard::AC_SYMBOLS[0], 0);
    }
    while !bits.len().is_multiple_of(8) {
        bits.push('1');
    }
    let bytes = (0..bits.len() / 8).map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap());
    bytes.flat_map(|byte| if byte == 0xFF { vec![0xFF, 0] } else { vec![byte] }).collect()
}

fn code(counts: &[u8; 16], symbols: &[u8], symbol: u8) -> String {
    let codes = Codes::new(counts, symbols).unwrap();
    let found = (0..1u32 << 16).find_map(|window| {
        let (found, length) = codes.symbol(window)?;
        (found == symbol).then(|| format!("{:0width$b}", window >> (16 - length), width = length as usize))
    });
    found.unwrap()
}
