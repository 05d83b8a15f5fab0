//! Items of type `hvc1`: one HEVC still picture.
//!
//! Two decoders in safe Rust are used: `rust_h265` for 4:2:0 and 4:4:4 (every coding tool, the faster one), and
//! `heic-decoder` for 4:2:2 and monochrome. Size, sampling and colour come from the parameter set, so that limits are
//! checked before decoding.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::picture::{Chroma, Picture, Plane, Samples};
use super::sps::Sps;
use crate::containers::bmff::bytes::Bytes;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// Types of NAL units (ITU-T H.265, table 7-1).
const VIDEO_SET: u8 = 32;
const SEQUENCE_SET: u8 = 33;
const PICTURE_SET: u8 = 34;
/// Most parameter sets of one configuration, and NAL units of one picture.
const MAX_UNITS: usize = 4096;

/// An `hvcC` box (ISO/IEC 14496-15, clause 8.3.3), and the picture that it configures.
pub(super) struct HevcPicture<'a> {
    units: Vec<&'a [u8]>,
    sps: Sps,
}

impl<'a> HevcPicture<'a> {
    /// The units of a picture with the configuration `config` and the bytes `data`.
    pub(super) fn new(config: &'a [u8], data: &'a [u8]) -> Result<Self> {
        let mut bytes = Bytes::new(config);
        bytes.take(21)?;
        let length_size = usize::from(bytes.u8()? & 3) + 1;
        let mut units = Vec::new();
        for _ in 0..bytes.u8()? {
            bytes.u8()?;
            for _ in 0..bytes.u16()? {
                let n = usize::from(bytes.u16()?);
                units.push(bytes.take(n)?);
            }
        }
        let mut bytes = Bytes::new(data);
        while !bytes.is_empty() && units.len() < MAX_UNITS {
            let Ok(n) = bytes.uint(length_size) else { break };
            // Of a truncated unit, the part that is there.
            units.push(bytes.take((n as usize).min(bytes.rest().len()))?);
        }
        // Other layers (views, enhancements) are not shown.
        units.retain(|unit| unit.len() > 2 && layer(unit) == 0);
        let set = units.iter().find(|unit| kind(unit) == SEQUENCE_SET);
        let set = set.ok_or_else(|| Error::corrupt("an HEVC picture without a sequence parameter set"))?;
        let sps = Sps::parse(set.get(2..).unwrap_or_default())?;
        Ok(Self { units, sps })
    }

    /// The size of the picture.
    pub(super) fn size(&self) -> Size {
        self.sps.size
    }

    /// Bytes that decoding takes.
    pub(super) fn decoding_bytes(&self) -> u64 {
        // Planes during decoding and in the result, motion and coding state; `heic-decoder` uses 32 bits per sample.
        let sample = if self.sps.depths.0.max(self.sps.depths.1) > 8 { 2 } else { 1 };
        let a_pixel = match self.sps.chroma {
            Chroma::Half => 3 * sample + 2,
            Chroma::Full => 6 * sample + 2,
            Chroma::Mono | Chroma::HalfColumns => 20,
        };
        self.sps.coded.pixels().saturating_mul(a_pixel)
    }

    fn is_common(&self) -> bool {
        matches!(self.sps.chroma, Chroma::Half | Chroma::Full)
    }

    /// Decodes the picture and passes it to `place`; returns whether it is complete. Missing parts are grey. Needs
    /// [`decoding_bytes`](Self::decoding_bytes) bytes of memory.
    pub(super) fn decode(&self, place: &mut dyn FnMut(&Picture<'_>) -> Result<()>) -> Result<bool> {
        if self.sps.depths.0 != self.sps.depths.1 && self.sps.chroma != Chroma::Mono {
            return Err(Error::unsupported("luma and chroma of different depths"));
        }
        if self.is_common() { self.decode_common(place) } else { self.decode_rare(place) }
    }

    fn decode_common(&self, place: &mut dyn FnMut(&Picture<'_>) -> Result<()>) -> Result<bool> {
        let (frame, failed) = guarded(|| {
            let limits = rust_h265::DecodeLimits {
                max_picture_pixels: self.sps.coded.pixels(),
                max_picture_memory_bytes: self.decoding_bytes().max(64 << 20).saturating_mul(2),
            };
            let mut decoder = rust_h265::Decoder::with_limits(limits);
            let mut failed = None;
            for unit in &self.units {
                if !is_needed(unit) {
                    continue;
                }
                let Some(unit) = rust_h265::parse_nal(unit) else { continue };
                match decoder.decode_nal(&unit) {
                    Ok(Some(frame)) => return Ok((frame, failed)),
                    Ok(None) => {}
                    Err(e) => failed = failed.or(Some(e)),
                }
            }
            match (decoder.flush(), failed) {
                (Some(frame), failed) => Ok((frame, failed)),
                (None, Some(e)) => Err(common_error(e)),
                (None, None) => Err(Error::corrupt("HEVC data without a picture")),
            }
        })?;
        let whole = match failed {
            None => true,
            Some(rust_h265::DecodeError::InvalidSyntax(_) | rust_h265::DecodeError::UnexpectedEof)
                if !is_gray(&frame) =>
            {
                false
            }
            Some(e) => return Err(common_error(e)),
        };
        let size = Size::new(frame.width, frame.height);
        let chroma = self.sps.chroma;
        let chroma_width = chroma.plane(size).width;
        let planes =
            [(&frame.y, size.width), (&frame.u, chroma_width), (&frame.v, chroma_width)].map(|(data, width)| {
                let samples = match data {
                    rust_h265::PixelData::U8(samples) => Samples::U8(samples),
                    rust_h265::PixelData::U16(samples) => Samples::U16(samples),
                };
                Plane { samples, stride: width as usize }
            });
        if frame.bit_depth != self.sps.depths.0 || size != self.sps.size {
            return Err(Error::corrupt("the HEVC picture does not match its parameter set"));
        }
        place(&Picture { size, chroma, depth: frame.bit_depth, planes, nclx: self.sps.nclx })?;
        Ok(whole)
    }

    fn decode_rare(&self, place: &mut dyn FnMut(&Picture<'_>) -> Result<()>) -> Result<bool> {
        let file = self.as_file()?;
        let image = guarded(|| {
            let options = heic_decoder::DecodeOptions { apply_transforms: false };
            heic_decoder::decode_with(&file, &options).map_err(rare_error)
        })?;
        let size = Size::new(image.width as u32, image.height as u32);
        let narrow = |plane: Vec<i32>| plane.into_iter().map(|s| s.clamp(0, 0xffff) as u16).collect::<Vec<u16>>();
        let depth = image.bit_depth_luma as u8;
        if size != self.sps.size || depth != self.sps.depths.0 {
            return Err(Error::corrupt("the HEVC picture does not match its parameter set"));
        }
        let planes = [narrow(image.y), narrow(image.cb), narrow(image.cr)];
        let [y, cb, cr] = &planes;
        let plane = |samples, width| Plane { samples: Samples::U16(samples), stride: width };
        let chroma_width = self.sps.chroma.plane(size).width as usize;
        let planes = [plane(y, image.width), plane(cb, chroma_width), plane(cr, chroma_width)];
        place(&Picture { size, chroma: self.sps.chroma, depth, planes, nclx: self.sps.nclx })?;
        Ok(true)
    }

    /// The picture as a file, for a decoder that only accepts files.
    fn as_file(&self) -> Result<Vec<u8>> {
        let mut config = vec![0; 23];
        (config[0], config[21]) = (1, 3);
        let (mut sets, mut data) = (0u8, Vec::new());
        for unit in self.units.iter().filter(|unit| is_needed(unit)) {
            let n = u32::try_from(unit.len()).map_err(|_| Error::corrupt("an HEVC unit of more than 4 GB"))?;
            match kind(unit) {
                VIDEO_SET | SEQUENCE_SET | PICTURE_SET => {
                    let n = u16::try_from(n).map_err(|_| Error::corrupt("a parameter set of more than 64 kB"))?;
                    sets = sets.checked_add(1).ok_or_else(|| Error::corrupt("too many parameter sets"))?;
                    config.extend([kind(unit), 0, 1]);
                    config.extend(n.to_be_bytes());
                    config.extend_from_slice(unit);
                }
                _ => {
                    data.extend(n.to_be_bytes());
                    data.extend_from_slice(unit);
                }
            }
        }
        config[22] = sets;
        let bx = |kind: &[u8; 4], parts: &[&[u8]]| {
            let body = parts.concat();
            [&(body.len() as u32 + 8).to_be_bytes(), &kind[..], &body].concat()
        };
        let extent = [&[0; 4][..], &self.sps.size.width.to_be_bytes(), &self.sps.size.height.to_be_bytes()].concat();
        let properties = bx(b"ipco", &[&bx(b"hvcC", &[&config]), &bx(b"ispe", &[&extent])]);
        let associations = bx(b"ipma", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 0x81, 2]]);
        let info = bx(b"infe", &[&[2, 0, 0, 0, 0, 1, 0, 0], b"hvc1", &[0]]);
        let meta = |offset: u32| {
            let location = [&[0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1][..], &offset.to_be_bytes()].concat();
            bx(
                b"meta",
                &[
                    &[0; 4],
                    &bx(b"hdlr", &[&[0; 8], b"pict", &[0; 13]]),
                    &bx(b"pitm", &[&[0, 0, 0, 0, 0, 1]]),
                    &bx(b"iinf", &[&[0, 0, 0, 0, 0, 1], &info]),
                    &bx(b"iloc", &[&location, &(data.len() as u32).to_be_bytes()]),
                    &bx(b"iprp", &[&properties, &associations]),
                ],
            )
        };
        let brand = bx(b"ftyp", &[b"heic\0\0\0\0mif1heic"]);
        let offset = brand.len() + meta(0).len() + 8;
        Ok([brand, meta(offset as u32), bx(b"mdat", &[&data])].concat())
    }
}

fn kind(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |byte| byte >> 1 & 63)
}

fn layer(unit: &[u8]) -> u8 {
    match unit {
        [a, b, ..] => (a & 1) << 5 | b >> 3,
        _ => 0,
    }
}

/// Whether a unit is a slice or parameter set; other units do not affect samples.
fn is_needed(unit: &[u8]) -> bool {
    matches!(kind(unit), 0..=31 | VIDEO_SET | SEQUENCE_SET | PICTURE_SET)
}

/// Whether nothing of a picture was decoded: the decoder fills missing parts with the middle of the range.
fn is_gray(frame: &rust_h265::Frame) -> bool {
    match &frame.y {
        rust_h265::PixelData::U8(luma) => luma.iter().all(|s| *s == 128),
        rust_h265::PixelData::U16(luma) => luma.iter().all(|s| *s == 1 << (frame.bit_depth.clamp(8, 16) - 1)),
    }
}

/// Runs a decoder that is young: should it panic, the picture is refused and the process continues.
fn guarded<T>(decode: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(Error::corrupt("the HEVC decoder failed")))
}

fn common_error(e: rust_h265::DecodeError) -> Error {
    match e {
        rust_h265::DecodeError::Unsupported(what) => Error::unsupported(format!("HEVC: {what}")),
        rust_h265::DecodeError::ResourceLimit(what) => Error::limit(format!("HEVC: {what}")),
        other => Error::corrupt(format!("HEVC: {other}")),
    }
}

fn rare_error(e: heic_decoder::HeifError) -> Error {
    match e {
        heic_decoder::HeifError::Unsupported(what) => Error::unsupported(format!("HEVC: {what}")),
        heic_decoder::HeifError::LimitExceeded(what) => Error::limit(format!("HEVC: {what}")),
        other => Error::corrupt(format!("HEVC: {other}")),
    }
}
