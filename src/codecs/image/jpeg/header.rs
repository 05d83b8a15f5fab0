//! What a JPEG declares before its first scan.

use super::plane::Coefficients;

/// How the samples are coded (the SOF marker).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    /// Huffman-coded, one pass: SOF0 and SOF1.
    Sequential,
    /// Huffman-coded, several passes: SOF2.
    Progressive,
    /// SOF9 and SOF10.
    Arithmetic,
    /// SOF3 and SOF11.
    Lossless,
    /// SOF5 to SOF7, SOF13 to SOF15.
    Hierarchical,
}

/// One component of the frame header (T.81, B.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub id: u8,
    /// Sampling factors, 1 to 4 each: the sampling rate of this component relative to the others.
    pub h: u8,
    pub v: u8,
    pub quantiser: u8,
}

/// What the components are, by the rules of libjpeg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColorModel {
    Gray,
    YCbCr,
    Rgb,
    Cmyk,
    /// CMY as YCbCr, and K.
    Ycck,
    Unknown,
}

/// The index of additional pictures in the file (CIPA DC-007), a TIFF structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mpf {
    pub bytes: Vec<u8>,
    /// Offset of `bytes` in the file: offsets of pictures are relative to it.
    pub offset: u64,
}

/// Everything before the first scan.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
    /// Bits per sample.
    pub precision: u8,
    pub process: Process,
    pub components: Vec<Component>,
    pub jfif: bool,
    /// The transform byte of the Adobe segment, if there is one.
    pub adobe_transform: Option<u8>,
    /// The TIFF structure, without the `Exif\0\0` before it.
    pub exif: Option<Vec<u8>>,
    pub icc: Option<Vec<u8>>,
    pub mpf: Option<Mpf>,
}

impl Header {
    /// The largest sampling factors.
    pub(super) fn sampling(&self) -> (u32, u32) {
        let h = self.components.iter().map(|component| u32::from(component.h)).max();
        let v = self.components.iter().map(|component| u32::from(component.v)).max();
        (h.unwrap_or(1), v.unwrap_or(1))
    }

    /// Whether the picture can be decoded at 1/8 scale by [`dc`](super::dc), or why not.
    pub(super) fn dc_path(&self) -> Result<(), &'static str> {
        match self.process {
            Process::Sequential | Process::Progressive => {}
            Process::Arithmetic => return Err("arithmetic coding"),
            Process::Lossless => return Err("lossless process"),
            Process::Hierarchical => return Err("hierarchical process"),
        }
        if self.height == 0 {
            return Err("height comes after the first scan");
        }
        if self.precision != 8 && self.precision != 12 {
            return Err("precision is neither 8 nor 12 bits");
        }
        Ok(())
    }

    /// Width and height of component `index` at 1/8 scale, in samples.
    ///
    /// A component has ceil(width * h / h_max) samples per row, and at 1/8 scale one for each 8 of them, even if the
    /// picture does not fill the last block: its sample is the mean of the whole block.
    pub(super) fn dc_size(&self, index: usize) -> (u32, u32) {
        let (h_max, v_max) = self.sampling();
        let Some(component) = self.components.get(index) else { return (0, 0) };
        let size = |full: u32, factor: u8, max: u32| (full * u32::from(factor)).div_ceil(max).div_ceil(8);
        (size(self.width, component.h, h_max), size(self.height, component.v, v_max))
    }

    /// Bytes of memory that decoding at 1/8 scale takes: coefficients, planes, and sharpened planes.
    pub(super) fn dc_memory(&self) -> u64 {
        let coefficients: u64 = (0..self.components.len()).map(|index| Coefficients::size(self, index)).sum();
        coefficients.saturating_mul(4).saturating_add(1 << 20)
    }

    pub(super) fn color_model(&self) -> ColorModel {
        let ids: Vec<u8> = self.components.iter().map(|component| component.id).collect();
        match (self.components.len(), self.adobe_transform) {
            (1, _) => ColorModel::Gray,
            (3, _) if self.jfif => ColorModel::YCbCr,
            (3, Some(0)) => ColorModel::Rgb,
            (3, Some(_)) => ColorModel::YCbCr,
            (3, None) if ids == *b"RGB" => ColorModel::Rgb,
            (3, None) => ColorModel::YCbCr,
            (4, Some(2)) => ColorModel::Ycck,
            (4, _) => ColorModel::Cmyk,
            _ => ColorModel::Unknown,
        }
    }
}

/// Segments that are not needed for decoding, collected until the first scan.
#[derive(Default)]
pub(super) struct Metadata {
    pub jfif: bool,
    pub adobe_transform: Option<u8>,
    pub exif: Option<Vec<u8>>,
    pub mpf: Option<Mpf>,
    icc: Vec<(u8, Vec<u8>)>,
    icc_size: usize,
}

/// Real profiles are far smaller.
const ICC_MAX: usize = 4 << 20;

impl Metadata {
    /// How many bytes of segment `marker`, which has `size` bytes, are needed.
    pub(super) fn wanted(marker: u8, size: usize) -> usize {
        match marker {
            0xE1 | 0xE2 => size,
            0xE0 | 0xEE => size.min(12),
            _ => 0,
        }
    }

    /// Keeps the needed content of segment `marker`. `offset` is the position of `payload` in the file.
    pub(super) fn segment(&mut self, marker: u8, payload: Vec<u8>, offset: u64) {
        match marker {
            0xE0 if payload.starts_with(b"JFIF\0") => self.jfif = true,
            0xE1 => {
                if let Some(tiff) = payload.strip_prefix(b"Exif\0").and_then(|rest| rest.get(1..))
                    && self.exif.is_none()
                {
                    self.exif = Some(tiff.to_vec());
                }
            }
            0xE2 => {
                if let Some(rest) = payload.strip_prefix(b"ICC_PROFILE\0") {
                    if let [sequence, _count, part @ ..] = rest
                        && self.icc_size + part.len() <= ICC_MAX
                    {
                        self.icc_size += part.len();
                        self.icc.push((*sequence, part.to_vec()));
                    }
                } else if let Some(tiff) = payload.strip_prefix(b"MPF\0")
                    && self.mpf.is_none()
                {
                    self.mpf = Some(Mpf { bytes: tiff.to_vec(), offset: offset + 4 });
                }
            }
            0xEE if payload.starts_with(b"Adobe") => self.adobe_transform = payload.get(11).copied(),
            _ => {}
        }
    }

    /// The profile: its parts in the order of their numbers, and parts with the same number in file order.
    pub(super) fn icc(&mut self) -> Option<Vec<u8>> {
        self.icc.sort_by_key(|(sequence, _)| *sequence);
        let profile: Vec<u8> = self.icc.drain(..).flat_map(|(_, part)| part).collect();
        (!profile.is_empty()).then_some(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::super::dc::Jpeg;
    use super::super::samples::{Flat, segment};
    use super::*;
    use thumbling_core::source::Source;

    fn header(segments: &[Vec<u8>]) -> Header {
        let flat = Flat { width: 8, height: 8, precision: 8, dc: &[0], restart: 0 }.jpeg();
        let jpeg = [&flat[..2], &segments.concat(), &flat[2..]].concat();
        Jpeg::open(&Source::from_bytes(jpeg)).unwrap().header().clone()
    }

    #[test]
    fn the_parts_of_a_profile_are_put_in_order() {
        let part = |number: u8, bytes: &[u8]| segment(0xE2, &[b"ICC_PROFILE\0", &[number, 2][..], bytes].concat());
        let header = header(&[part(2, b"cd"), part(1, b"ab")]);
        assert_eq!(header.icc.unwrap(), b"abcd");
    }

    #[test]
    fn exif_is_the_tiff_structure() {
        let header = header(&[segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), segment(0xE1, b"Exif\0\0II*\0")]);
        assert_eq!(header.exif.unwrap(), b"II*\0");
    }

    #[test]
    fn offsets_of_mpf_count_from_its_tiff_structure() {
        let mpf = header(&[segment(0xE2, b"MPF\0MM\0*")]).mpf.unwrap();
        assert_eq!((mpf.bytes, mpf.offset), (b"MM\0*".to_vec(), 10));
    }

    #[test]
    fn the_adobe_segment_determines_the_colour_model() {
        let adobe = |transform: u8| segment(0xEE, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat());
        let mut header = header(&[adobe(2)]);
        assert_eq!((header.adobe_transform, header.color_model()), (Some(2), ColorModel::Gray));
        header.components = vec![header.components[0]; 4];
        assert_eq!(header.color_model(), ColorModel::Ycck);
        header.adobe_transform = Some(0);
        assert_eq!(header.color_model(), ColorModel::Cmyk);
        header.components.truncate(3);
        assert_eq!(header.color_model(), ColorModel::Rgb);
        header.jfif = true;
        assert_eq!(header.color_model(), ColorModel::YCbCr);
    }
}
