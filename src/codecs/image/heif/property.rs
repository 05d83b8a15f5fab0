//! Item properties (ISO/IEC 23008-12, clause 6.5, and those of codecs).

use std::sync::Arc;

use crate::containers::bmff::boxes::{FourCc, boxes, full_box};
use crate::containers::bmff::bytes::Bytes;
use thumbling_core::error::Result;
use thumbling_core::geometry::Size;

/// How code values of a picture map to colour (ITU-T H.273).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nclx {
    pub(super) primaries: u8,
    pub(super) transfer: u8,
    pub(super) matrix: u8,
    pub(super) full_range: bool,
}

/// Code point 2 of H.273: unspecified.
pub(super) const UNSPECIFIED: u8 = 2;

/// A clean aperture (ISO/IEC 14496-12, clause 12.1.4): size, and offset of its centre from that of the picture, px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Aperture {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) x: f64,
    pub(super) y: f64,
}

/// One property of `ipco`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Property {
    /// `ispe`: the size of the reconstructed picture, before transforms.
    Extent(Size),
    /// `irot`: quarter turns anticlockwise.
    Rotation(u8),
    /// `imir`: 0 swaps top and bottom, 1 left and right.
    Mirror(u8),
    /// `clap`.
    Aperture(Aperture),
    /// `colr` of type `nclx`.
    Nclx(Nclx),
    /// `colr` of type `prof` or `rICC`.
    Icc(Arc<[u8]>),
    /// The codec's configuration: the payload of `hvcC`, `av1C` or `jpgC`.
    Codec(FourCc, Arc<[u8]>),
    /// `auxC`: the URN of the type of an auxiliary picture.
    Auxiliary(String),
    /// `lsel`: the spatial layer to show.
    Layer(u16),
    /// `a1op`: the operating point to decode.
    OperatingPoint(u8),
    /// Unknown, or does not concern pixels.
    Other,
}

impl Property {
    /// Parses a property; a broken one is [`Other`](Self::Other), since the picture may not need it.
    pub(super) fn parse(kind: FourCc, body: &[u8]) -> Self {
        Self::read(kind, body).unwrap_or(Self::Other)
    }

    fn read(kind: FourCc, body: &[u8]) -> Result<Self> {
        let mut bytes = Bytes::new(body);
        Ok(match &kind {
            b"ispe" => {
                let (_, _, mut bytes) = full_box(body)?;
                Self::Extent(Size::new(bytes.u32()?, bytes.u32()?))
            }
            b"irot" => Self::Rotation(bytes.u8()? & 3),
            b"imir" => Self::Mirror(bytes.u8()? & 1),
            b"clap" => {
                let mut fraction =
                    || -> Result<f64> { Ok(f64::from(bytes.u32()? as i32) / f64::from(bytes.u32()? as i32)) };
                Self::Aperture(Aperture { width: fraction()?, height: fraction()?, x: fraction()?, y: fraction()? })
            }
            b"colr" => match &bytes.array::<4>()? {
                b"nclx" => {
                    let (primaries, transfer, matrix) = (bytes.u16()?, bytes.u16()?, bytes.u16()?);
                    let [primaries, transfer, matrix] =
                        [primaries, transfer, matrix].map(|code| u8::try_from(code).unwrap_or(UNSPECIFIED));
                    Self::Nclx(Nclx { primaries, transfer, matrix, full_range: bytes.u8()? & 0x80 != 0 })
                }
                b"prof" | b"rICC" => Self::Icc(bytes.rest().into()),
                _ => Self::Other,
            },
            b"hvcC" | b"av1C" | b"jpgC" => Self::Codec(kind, body.into()),
            b"auxC" => {
                let (_, _, bytes) = full_box(body)?;
                let urn = bytes.rest().split(|b| *b == 0).next().unwrap_or_default();
                Self::Auxiliary(String::from_utf8_lossy(urn).into_owned())
            }
            b"lsel" => Self::Layer(bytes.u16()?),
            b"a1op" => Self::OperatingPoint(bytes.u8()?),
            _ => Self::Other,
        })
    }
}

/// The properties of an `ipco` box, in order: associations refer to them by position.
pub(super) fn properties(ipco: &[u8]) -> Result<Vec<Property>> {
    boxes(ipco).map(|entry| entry.map(|(kind, body)| Property::parse(kind, body))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_an_aperture_may_be_negative() {
        let words: [i32; 8] = [451, 1, 461, 1, -1, 2, -1, 2];
        let body: Vec<u8> = words.iter().flat_map(|w| w.to_be_bytes()).collect();
        let expected = Aperture { width: 451.0, height: 461.0, x: -0.5, y: -0.5 };
        assert_eq!(Property::parse(*b"clap", &body), Property::Aperture(expected));
    }

    #[test]
    fn a_truncated_property_is_ignored() {
        assert_eq!(Property::parse(*b"ispe", &[0; 7]), Property::Other);
    }
}
