//! The sections before the pixels: header, palette, resources, and the first words of the layers
//! (Adobe Photoshop File Formats Specification, 2019).

use thumbling_core::bytes::{u16_be, u32_be, u64_be};
use thumbling_core::color::ColorSpace;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// File header.
const HEADER: usize = 26;
/// Header of a thumbnail resource, before its JPEG.
const THUMBNAIL_HEADER: u64 = 28;
/// Largest profile that is read.
const MAX_PROFILE: u64 = 16 << 20;

/// The colour mode of the merged picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Bitmap,
    /// Also duotone, whose inks only matter for printing.
    Gray,
    Indexed,
    Rgb,
    Cmyk,
    /// Spot inks: treated as cyan, magenta, yellow and black.
    Multichannel,
    Lab,
}

/// The JPEG of resource 1036 or, with red and blue swapped, 1033.
#[derive(Debug, Clone)]
pub(crate) struct Thumbnail {
    pub size: Size,
    pub jpeg: Source,
    pub swapped: bool,
}

/// Everything before the pixels.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    /// Version 2, PSB: wider counts.
    pub big: bool,
    pub size: Size,
    /// Number of stored channels.
    pub channels: u16,
    /// Bits per sample: 1, 8, 16 or 32.
    pub depth: u16,
    pub mode: Mode,
    /// 256 reds, then greens, then blues.
    pub palette: Vec<u8>,
    /// The transparent index.
    pub transparent: Option<u16>,
    pub color: ColorSpace,
    pub thumbnail: Option<Thumbnail>,
    /// Whether there is a merged picture, not just a blank page.
    pub is_merged: bool,
    /// Whether the first channel after the colours is transparency rather than a saved selection.
    pub has_alpha: bool,
    /// Offset of the merged picture.
    pub pixels: u64,
}

impl Header {
    /// Colour channels per pixel.
    pub(crate) fn colors(&self) -> u16 {
        match self.mode {
            Mode::Bitmap | Mode::Gray | Mode::Indexed => 1,
            Mode::Rgb | Mode::Lab => 3,
            Mode::Cmyk => 4,
            Mode::Multichannel => match self.channels {
                1 | 2 => 1,
                3 => 3,
                _ => 4,
            },
        }
    }

    pub(crate) fn read(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let mut h = [0; HEADER];
        source.read_exact_at(0, &mut h)?;
        let (version, channels, depth) = (field(&h, 4), field(&h, 12), field(&h, 22));
        let size = Size::new(u32_be(&h, 18).unwrap_or(0), u32_be(&h, 14).unwrap_or(0));
        let mode = match field(&h, 24) {
            0 => Mode::Bitmap,
            1 | 8 => Mode::Gray,
            2 => Mode::Indexed,
            3 => Mode::Rgb,
            4 => Mode::Cmyk,
            7 => Mode::Multichannel,
            9 => Mode::Lab,
            n => return Err(Error::corrupt(format!("colour mode {n}"))),
        };
        let depth_fits = match mode {
            Mode::Bitmap => depth == 1,
            Mode::Indexed => depth == 8,
            Mode::Gray | Mode::Rgb => matches!(depth, 8 | 16 | 32),
            _ => matches!(depth, 8 | 16),
        };
        if !h.starts_with(b"8BPS") || !matches!(version, 1 | 2) || !depth_fits || size.pixels() == 0 {
            return Err(Error::corrupt(format!("not a PSD header: {depth} bits of {mode:?}")));
        }
        let mut header = Self {
            big: version == 2,
            size,
            channels,
            depth,
            mode,
            palette: Vec::new(),
            transparent: None,
            color: ColorSpace::Srgb,
            thumbnail: None,
            is_merged: true,
            has_alpha: false,
            pixels: 0,
        };
        if channels < header.colors() {
            return Err(Error::corrupt(format!("{channels} channels of {mode:?}")));
        }
        let mut at = HEADER as u64;
        let palette = section(source, &mut at, false)?;
        if mode == Mode::Indexed {
            header.palette = palette.read_vec(0, palette.size().min(768))?;
        }
        let named_alpha = header.resources(&section(source, &mut at, false)?, cx)?;
        let layers = section(source, &mut at, header.big)?;
        header.pixels = at;
        // A negative layer count means that the first channel after the colours is the transparency of the merged
        // picture.
        let mut word = [0; 2];
        let length = if header.big { 8 } else { 4 };
        let count = layers.read_exact_at(length, &mut word).ok().map(|()| i16::from_be_bytes(word));
        header.has_alpha = channels > header.colors() && count.map_or(named_alpha, |n| n < 0);
        Ok(header)
    }

    /// Reads the useful resources; returns whether the first alpha channel is named as transparency.
    fn resources(&mut self, source: &Source, cx: &Context<'_>) -> Result<bool> {
        let (mut at, mut named_alpha) = (0, false);
        for _ in 0..cx.limits().max_entries {
            let mut head = [0; 7];
            if source.read_exact_at(at, &mut head).is_err() || !is_signature(&head) {
                break;
            }
            // A Pascal string, padded to an even length including its length byte.
            let name = (u64::from(head[6]) + 2) & !1;
            let mut size = [0; 4];
            if source.read_exact_at(at + 6 + name, &mut size).is_err() {
                break;
            }
            let size = u64::from(u32::from_be_bytes(size));
            let start = at + 10 + name;
            self.resource(field(&head, 4), &source.slice(start, size), &mut named_alpha);
            at = start + size + (size & 1);
        }
        Ok(named_alpha)
    }

    fn resource(&mut self, id: u16, data: &Source, named_alpha: &mut bool) {
        match id {
            1039 if (128..=MAX_PROFILE).contains(&data.size()) => {
                if let Ok(icc) = data.read_vec(0, data.size()) {
                    self.color = ColorSpace::Icc(icc.into());
                }
            }
            1033 | 1036 if id == 1036 || self.thumbnail.is_none() => {
                let mut h = [0; 12];
                let jpeg = data.slice(THUMBNAIL_HEADER, u64::MAX);
                if data.read_exact_at(0, &mut h).is_ok() && u32_be(&h, 0) == Some(1) && jpeg.size() > 0 {
                    let size = Size::new(u32_be(&h, 4).unwrap_or(0), u32_be(&h, 8).unwrap_or(0));
                    self.thumbnail = Some(Thumbnail { size, jpeg, swapped: id == 1033 });
                }
            }
            1047 => {
                let mut index = [0; 2];
                self.transparent = data.read_exact_at(0, &mut index).ok().map(|()| u16::from_be_bytes(index));
            }
            1057 => {
                let mut real = [0; 5];
                self.is_merged = data.read_exact_at(0, &mut real).is_err() || real[4] != 0;
            }
            1006 => {
                let mut name = [0; 13];
                *named_alpha = data.read_exact_at(0, &mut name).is_ok() && name == *b"\x0CTransparency";
            }
            _ => {}
        }
    }
}

fn field(bytes: &[u8], at: usize) -> u16 {
    u16_be(bytes, at).unwrap_or(0)
}

/// Signatures of Photoshop and of other writers of its resources.
fn is_signature(head: &[u8]) -> bool {
    [b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"].iter().any(|s| head.starts_with(*s))
}

/// The section at `at`; moves `at` past it.
fn section(source: &Source, at: &mut u64, wide: bool) -> Result<Source> {
    let mut length = [0; 8];
    let bytes = if wide { 8 } else { 4 };
    source.read_exact_at(*at, &mut length[..bytes])?;
    let size = if wide { u64_be(&length, 0) } else { u32_be(&length, 0).map(u64::from) }.unwrap_or(0);
    let start = *at + bytes as u64;
    *at = start.saturating_add(size);
    Ok(source.slice(start, size))
}
